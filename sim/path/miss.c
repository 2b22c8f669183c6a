/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/miss.h"

#include "sim/base/hash.h"
#include "sim/path/parse.h"
#include "sim/path/translate.h"
#include "sim/wire/be.h"
#include "sim/wire/ip4.h"

/* Translated addresses that one look for a free port tries at most. */
#define ADDRS_TRIED 256

static struct nat_key rule_key(const struct pkt *p, uint16_t port)
{
	bool ports = p->proto == IP4_PROTO_TCP || p->proto == IP4_PROTO_UDP;
	return (struct nat_key){p->src, p->dst, p->proto,
				ports ? p->sport : 0, ports ? p->dport : 0,
				port};
}

static void count_hit(struct nat_rule *r, const struct pkt *p)
{
	r->packets++;
	r->bytes += be_load16(p->data + p->l3 + 2);
}

static struct port_pool *pool_of(struct forward *f, ip4 addr, uint8_t proto)
{
	for (size_t i = 0; i < f->pool_count; i++)
		if (addr_same(f->pools[i].addr, addr) &&
		    f->pools[i].proto == proto)
			return &f->pools[i];
	return NULL;
}

void miss_release(struct forward *f, const struct flow *flow)
{
	if (flow->kind != FLOW_SNAT && flow->kind != FLOW_LB)
		return;
	const struct flow_key *out = &flow->out[FLOW_FORWARD];
	struct port_pool *pool = pool_of(f, out->src, out->proto);
	if (pool)
		port_give(pool, out->sport);
}

static uint16_t take_port(const struct forward *f, struct port_pool *pool,
			  uint16_t want)
{
	if (f->ports_policy == FORWARD_PORTS_KEEP && port_take_this(pool, want))
		return want;
	return port_take(pool);
}

/* A free port on one of the addresses in 'to'. A source begins at the address
 * its hash says, so that it keeps one while there are ports. */
static bool take_source(struct forward *f, const struct nat_prefixes *to,
			struct flow_key *key)
{
	uint64_t size = nat_size(to);
	uint64_t start = hash_mix64(key->src.v) % size;
	for (uint64_t i = 0; i < size && i < ADDRS_TRIED; i++) {
		ip4 addr = nat_at(to, (start + i) % size);
		struct port_pool *pool = pool_of(f, addr, key->proto);
		uint16_t port = pool ? take_port(f, pool, key->sport) : 0;
		if (!port)
			continue;
		key->src = addr;
		key->sport = port;
		if (key->proto == IP4_PROTO_ICMP)
			key->dport = port;
		return true;
	}
	return false;
}

/* Makes the session that turns 'in' into 'out', and translates the packet. */
static enum drop open_session(struct forward *f, struct pkt *p,
			      const struct flow *what, uint64_t now)
{
	const struct flow_key *in = &what->in[0], *out = &what->out[0];
	uint32_t number = flow_add(&f->flows, in, out, now);
	if (number == FLOW_NONE) {
		miss_release(f, what);
		return DROP_NAT_SESSIONS;
	}
	struct flow *flow = &f->flows.flows[number];
	flow->kind = what->kind;
	flow->ref = what->ref;
	flow->rule = what->rule;
	flow->scope = what->scope;
	flow_touch(&f->flows, number, FLOW_FORWARD, p->tcp_flags, now);
	translate_pkt(p, in, out);
	return DROP_NONE;
}

/* Whether a stateful rule can act on 'p' at all. */
static enum drop may_open(const struct pkt *p)
{
	if (p->fragment)
		return DROP_FRAGMENT;
	if (p->proto != IP4_PROTO_TCP && p->proto != IP4_PROTO_UDP &&
	    p->proto != IP4_PROTO_ICMP)
		return DROP_NAT_UNSUPPORTED;
	return parse_opens(p) ? DROP_NONE : DROP_NAT_STATE;
}

static enum drop open_by_rule(struct forward *f, struct pkt *p,
			      const struct nat_rule *r, struct flow *what,
			      uint64_t now)
{
	what->ref = r->ref;
	what->rule = (uint32_t)(r - f->nat.rules);
	what->scope = r->scope;
	enum drop drop = open_session(f, p, what, now);
	if (drop != DROP_NONE)
		return drop;
	note_add(&f->notes, p, NOTE_SESSION_NEW, r->ref);
	note_add(&f->notes, p,
		 what->kind == FLOW_SNAT ? NOTE_SNAT : NOTE_DNAT, r->ref);
	return DROP_NONE;
}

static enum drop snat(struct forward *f, struct pkt *p, struct nat_rule *r,
		      uint64_t now)
{
	p->drop_ref = r->ref;
	enum drop drop = may_open(p);
	if (drop != DROP_NONE)
		return drop;
	struct flow what = {.kind = FLOW_SNAT};
	parse_key(p, &what.in[0]);
	what.out[0] = what.in[0];
	if (!take_source(f, &r->translated, &what.out[0]))
		return DROP_NAT_PORTS;
	drop = open_by_rule(f, p, r, &what, now);
	if (drop == DROP_NONE)
		p->drop_ref = 0;
	return drop;
}

static uint16_t dnat_port(const struct nat_rule *r, uint16_t dport)
{
	if (!r->proto || !r->ports.last || !r->translated_ports.last)
		return dport;
	unsigned offset = (unsigned)dport - r->translated_ports.first;
	unsigned span = (unsigned)r->ports.last - r->ports.first;
	return (uint16_t)(r->ports.first + (offset <= span ? offset : 0));
}

static ip4 dnat_addr(const struct nat_rule *r, ip4 dst)
{
	if (nat_size(&r->destination) == nat_size(&r->translated))
		return nat_map(&r->destination, &r->translated, dst);
	return nat_at(&r->translated,
		      nat_position(&r->destination, dst) %
			      nat_size(&r->translated));
}

static enum drop dnat(struct forward *f, struct pkt *p, struct nat_rule *r,
		      uint64_t now)
{
	p->drop_ref = r->ref;
	enum drop drop = may_open(p);
	if (drop != DROP_NONE)
		return drop;
	struct flow what = {.kind = FLOW_DNAT};
	parse_key(p, &what.in[0]);
	what.out[0] = what.in[0];
	what.out[0].dst = dnat_addr(r, p->dst);
	if (p->proto != IP4_PROTO_ICMP)
		what.out[0].dport = dnat_port(r, p->dport);
	drop = open_by_rule(f, p, r, &what, now);
	if (drop == DROP_NONE)
		p->drop_ref = 0;
	return drop;
}

/* Stateless, either way: out 'source' becomes 'translated', in the reverse.
 * The key of an ICMP error is that of the answer it stands for, so both
 * directions work on keys. */
static void reflexive(struct forward *f, struct pkt *p, struct nat_rule *r,
		      enum nat_stage stage)
{
	struct flow_key from, to;
	parse_key(p, &from);
	to = from;
	if (stage == NAT_EGRESS)
		to.src = nat_map(&r->source, &r->translated, from.src);
	else
		to.dst = nat_map(&r->translated, &r->source, from.dst);
	translate_pkt(p, &from, &to);
	note_add(&f->notes, p, NOTE_REFLEXIVE, r->ref);
}

static bool has_rules(const struct forward *f, enum nat_stage stage)
{
	for (size_t i = 0; i < f->nat.count; i++) {
		enum nat_action a = f->nat.rules[i].action;
		bool ingress = a == NAT_DNAT || a == NAT_NO_DNAT;
		if (a == NAT_REFLEXIVE || ingress == (stage == NAT_INGRESS))
			return true;
	}
	return false;
}

/* Rules look at the packet's own addresses; an error that quotes a packet of
 * no session is matched by the answer it stands for. */
static struct nat_rule *match(struct forward *f, const struct pkt *p,
			      enum nat_stage stage, uint16_t port)
{
	struct nat_key key = rule_key(p, port);
	if (p->quoted) {
		struct flow_key answer;
		parse_key(p, &answer);
		key.src = answer.src;
		key.dst = answer.dst;
		key.proto = answer.proto;
	}
	struct nat_rule *r = nat_match(&f->nat, stage, &key);
	if (!r)
		return NULL;
	/* Stateful rules have nothing to say about an error: it belongs to a
	 * session or to none. */
	return p->quoted && r->action != NAT_REFLEXIVE ? NULL : r;
}

static void keep_untranslated(struct forward *f, struct pkt *p, uint64_t now)
{
	struct flow_key key;
	if (!f->tracks_inbound || p->fragment || !parse_opens(p))
		return;
	parse_key(p, &key);
	uint32_t number = flow_add(&f->flows, &key, &key, now);
	if (number == FLOW_NONE)
		return;
	f->flows.flows[number].kind = FLOW_PASS;
	f->flows.flows[number].rule = FLOW_NONE;
	flow_touch(&f->flows, number, FLOW_FORWARD, p->tcp_flags, now);
}

enum drop miss_destination(struct forward *f, struct pkt *p, uint64_t now)
{
	if (!f->nat.count)
		return DROP_NONE;
	struct nat_rule *r = match(f, p, NAT_INGRESS, p->in_port);
	if (r)
		count_hit(r, p);
	if (r && r->action == NAT_DNAT)
		return dnat(f, p, r, now);
	if (r && r->action == NAT_REFLEXIVE) {
		reflexive(f, p, r, NAT_INGRESS);
		return DROP_NONE;
	}
	if (has_rules(f, NAT_INGRESS))
		note_add(&f->notes, p, NOTE_NO_NAT, r ? r->ref : 0);
	keep_untranslated(f, p, now);
	return DROP_NONE;
}

enum drop miss_source(struct forward *f, struct pkt *p, uint64_t now)
{
	if (!f->nat.count)
		return DROP_NONE;
	struct nat_rule *r = match(f, p, NAT_EGRESS, p->out_port);
	if (r)
		count_hit(r, p);
	if (r && r->action == NAT_SNAT)
		return snat(f, p, r, now);
	if (r && r->action == NAT_REFLEXIVE)
		reflexive(f, p, r, NAT_EGRESS);
	else if (has_rules(f, NAT_EGRESS))
		note_add(&f->notes, p, NOTE_NO_NAT, r ? r->ref : 0);
	return DROP_NONE;
}

static enum drop balance(struct forward *f, struct pkt *p, struct lb_server *s,
			 uint64_t now)
{
	struct flow what = {
		.kind = FLOW_LB, .ref = s->ref, .rule = FLOW_NONE};
	p->drop_ref = s->ref;
	if (!parse_opens(p))
		return DROP_NAT_STATE;
	const struct lb_member *member = lb_pick(s);
	if (!member)
		return DROP_LB;
	parse_key(p, &what.in[0]);
	what.out[0] = what.in[0];
	what.out[0].dst = member->addr;
	if (member->port)
		what.out[0].dport = member->port;
	struct nat_prefixes vip = {1, {{s->vip, 32}}};
	if (s->automap && !take_source(f, &vip, &what.out[0]))
		return DROP_NAT_PORTS;
	enum drop drop = open_session(f, p, &what, now);
	if (drop != DROP_NONE)
		return drop;
	p->drop_ref = 0;
	s->connections++;
	note_add(&f->notes, p, NOTE_SESSION_NEW, s->ref);
	note_add(&f->notes, p, NOTE_LB, s->ref);
	return DROP_NONE;
}

enum drop miss_balance(struct forward *f, struct pkt *p, uint64_t now,
		       bool *found)
{
	struct lb_server *s =
		p->fragment || p->quoted
			? NULL
			: lb_find(&f->lb, p->dst, p->proto, p->dport);
	*found = s != NULL;
	return s ? balance(f, p, s, now) : DROP_NONE;
}
