/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/oracle/nat_model.h"

#define ICMP 1

static bool is_inside(uint32_t addr)
{
	return addr >> 24 == 10;
}

static struct nat_model_pkt turned(struct nat_model_pkt p)
{
	return (struct nat_model_pkt){.src = p.dst,
				      .dst = p.src,
				      .sport = p.dport,
				      .dport = p.sport,
				      .proto = p.proto};
}

bool nat_model_same(struct nat_model_pkt a, struct nat_model_pkt b)
{
	return a.src == b.src && a.dst == b.dst && a.sport == b.sport &&
	       a.dport == b.dport && a.proto == b.proto;
}

/* An echo request belongs to the forward direction only, a reply to the
 * other. */
static bool goes_forward(const struct nat_model_conn *c,
			 const struct nat_model_pkt *p)
{
	return nat_model_same(c->first, *p) && (p->proto != ICMP || p->opens);
}

static bool goes_back(const struct nat_model_conn *c,
		      const struct nat_model_pkt *p)
{
	return nat_model_same(turned(c->became), *p) &&
	       (p->proto != ICMP || !p->opens);
}

/* Carries out a connection on '*p', forward or back. */
static void rewrite(struct nat_model *m, struct nat_model_pkt *p,
		    const struct nat_model_conn *c, bool forward)
{
	bool opens = p->opens;
	*p = forward ? c->became : turned(c->first);
	p->opens = opens;
	m->acted = true;
	m->answer |= !forward && c->kind != NAT_MODEL_PASS;
}

/* The connection that acts on '*p' when it crosses an uplink. */
static bool known(struct nat_model *m, struct nat_model_pkt *p, bool arriving)
{
	for (size_t i = 0; i < m->conn_count; i++) {
		struct nat_model_conn *c = &m->conns[i];
		bool forward = goes_forward(c, p), back = goes_back(c, p);
		if (c->kind == NAT_MODEL_SNAT) {
			forward = forward && !arriving;
			back = back && arriving;
		} else if (c->kind == NAT_MODEL_DNAT) {
			forward = forward && arriving;
			back = back && !arriving;
		}
		if (!forward && !back)
			continue;
		rewrite(m, p, c, forward);
		return true;
	}
	return false;
}

/* Whether an answer to 'became', or 'first' again, would be ambiguous. */
static bool is_taken(const struct nat_model *m, struct nat_model_pkt key)
{
	for (size_t i = 0; i < m->conn_count; i++)
		if (nat_model_same(m->conns[i].first, key) ||
		    nat_model_same(turned(m->conns[i].became), key))
			return true;
	return false;
}

static bool record(struct nat_model *m, enum nat_model_kind kind,
		   struct nat_model_pkt first, struct nat_model_pkt became)
{
	/* The newer of two connections with the same first packet stays. */
	for (size_t i = 0; i < m->conn_count; i++)
		if (nat_model_same(m->conns[i].first, first))
			m->conns[i] = m->conns[--m->conn_count];
	if (m->conn_count == NAT_MODEL_MAX || is_taken(m, first) ||
	    is_taken(m, turned(became)))
		return false;
	m->conns[m->conn_count++] =
		(struct nat_model_conn){kind, first, became};
	return true;
}

static bool in_list(const struct nat_prefixes *p, uint32_t addr)
{
	bool found = p->count == 0;
	for (unsigned i = 0; i < p->count; i++) {
		uint64_t first = p->at[i].addr.v;
		uint64_t size = (uint64_t)1 << (32 - p->at[i].len);
		found |= addr >= first && addr < first + size;
	}
	return found;
}

/* Lists of the test are one prefix. */
static uint32_t moved(const struct nat_prefixes *from,
		      const struct nat_prefixes *to, uint32_t addr)
{
	uint64_t size = (uint64_t)1 << (32 - to->at[0].len);
	return to->at[0].addr.v +
	       (uint32_t)((addr - from->at[0].addr.v) % size);
}

static bool service_fits(const struct nat_rule *r,
			 const struct nat_model_pkt *p)
{
	uint16_t port = r->translated_ports.last ? r->translated_ports.first
						 : r->ports.first;
	if (!r->proto)
		return true;
	return r->proto == p->proto &&
	       (r->action != NAT_DNAT || !port || port == p->dport);
}

static bool fits(const struct nat_rule *r, const struct nat_model_pkt *p,
		 bool arriving)
{
	bool dnat = r->action == NAT_DNAT || r->action == NAT_NO_DNAT;
	if (!r->enabled)
		return false;
	if (r->action == NAT_REFLEXIVE)
		return arriving ? in_list(&r->translated, p->dst)
				: in_list(&r->source, p->src);
	return dnat == arriving && in_list(&r->source, p->src) &&
	       in_list(&r->destination, p->dst) && service_fits(r, p);
}

static const struct nat_rule *first_rule(const struct nat_model *m,
					 const struct nat_model_pkt *p,
					 bool arriving)
{
	const struct nat_rule *best = NULL;
	for (size_t i = 0; i < m->rule_count; i++) {
		const struct nat_rule *r = &m->rules[i];
		if (fits(r, p, arriving) &&
		    (!best || r->sequence_number < best->sequence_number))
			best = r;
	}
	return best;
}

static bool open_dnat(struct nat_model *m, struct nat_model_pkt *p,
		      const struct nat_rule *r)
{
	struct nat_model_pkt became = *p;
	became.dst = moved(&r->destination, &r->translated, p->dst);
	if (r->proto && r->ports.last && r->translated_ports.last)
		became.dport = r->ports.first;
	if (!p->opens || !record(m, NAT_MODEL_DNAT, *p, became))
		return false;
	*p = became;
	return true;
}

static bool open_snat(struct nat_model *m, struct nat_model_pkt *p,
		      const struct nat_rule *r,
		      const struct nat_model_pkt *seen)
{
	struct nat_model_pkt became = *p;
	became.src = seen->src;
	became.sport = seen->sport;
	if (p->proto == ICMP)
		became.dport = seen->sport;
	if (!p->opens || seen->sport < 1024 ||
	    !in_list(&r->translated, seen->src))
		return false;
	for (size_t i = 0; i < m->conn_count; i++) {
		const struct nat_model_conn *c = &m->conns[i];
		if (c->kind == NAT_MODEL_SNAT && c->became.src == seen->src &&
		    c->became.sport == seen->sport &&
		    c->became.proto == p->proto)
			return false; /* a port has one connection */
	}
	if (!record(m, NAT_MODEL_SNAT, *p, became))
		return false;
	*p = became;
	return true;
}

static bool ask_rules(struct nat_model *m, struct nat_model_pkt *p,
		      bool arriving, const struct nat_model_pkt *seen)
{
	const struct nat_rule *r = first_rule(m, p, arriving);
	if (!r || r->action == NAT_NO_SNAT || r->action == NAT_NO_DNAT)
		return true;
	m->acted = true;
	if (r->action == NAT_DNAT)
		return open_dnat(m, p, r);
	if (r->action == NAT_SNAT)
		return open_snat(m, p, r, seen);
	if (arriving)
		p->dst = moved(&r->translated, &r->source, p->dst);
	else
		p->src = moved(&r->source, &r->translated, p->src);
	return true;
}

static bool is_snat_addr(const struct nat_model *m, uint32_t addr)
{
	for (size_t i = 0; i < m->rule_count; i++)
		if (m->rules[i].action == NAT_SNAT &&
		    in_list(&m->rules[i].translated, addr))
			return true;
	return false;
}

bool nat_model_run(struct nat_model *m, struct nat_model_pkt *p,
		   bool from_uplink, const struct nat_model_pkt *seen)
{
	m->answer = m->acted = false;
	if (from_uplink && !known(m, p, true) && !ask_rules(m, p, true, seen))
		return false;
	if (!is_inside(p->dst) && !known(m, p, false) && !m->answer &&
	    !ask_rules(m, p, false, seen))
		return false;
	/* Untranslated from outside: answers shall stay untranslated too. */
	if (from_uplink && !m->acted && p->opens && !is_snat_addr(m, p->dst))
		record(m, NAT_MODEL_PASS, *p, *p);
	return true;
}
