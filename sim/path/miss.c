/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/miss.h"

#include "sim/base/hash.h"
#include "sim/base/rare.h"
#include "sim/path/parse.h"
#include "sim/path/translate.h"
#include "sim/wire/ip4.h"

/* Ports tried when one is in use on the other side of the gateway already (a
 * DNAT session on the same address and port with the same peer). */
#define PORTS_TRIED 8

static bool has_ports(uint8_t proto)
{
	return proto == IP4_PROTO_TCP || proto == IP4_PROTO_UDP;
}

/* Whether a stateful rule can act on 'p' at all. */
static enum drop may_open(const struct pkt *p)
{
	if (p->fragment)
		return DROP_FRAGMENT;
	if (!has_ports(p->proto) && p->proto != IP4_PROTO_ICMP)
		return DROP_NAT_UNSUPPORTED;
	return parse_opens(p) ? DROP_NONE : DROP_NAT_STATE;
}

static uint16_t take_port(const struct forward *f, struct port_pool *pool,
			  uint16_t want)
{
	if (f->ports_policy == FORWARD_PORTS_KEEP && port_take_this(pool, want))
		return want;
	return port_take(pool);
}

static void set_source(struct flow_key *key, ip4 addr, uint16_t port)
{
	key->src = addr;
	key->sport = port;
	if (key->proto == IP4_PROTO_ICMP)
		key->dport = port;
}

/* Whether no session's answers look like the answers to 'out'. */
static bool is_free(const struct forward *f, struct session_plan *plan)
{
	struct flow_key answer = flow_reverse(&plan->out);
	plan->back = flow_seek(&f->flows, &answer, flow_hash(&answer));
	plan->sought = true;
	return !flow_at(&f->flows, &plan->back);
}

/* A port of 'addr' for the session that is planned. */
static bool take_source_at(struct forward *f, ip4 addr,
			   struct session_plan *plan)
{
	struct port_pool *pool = forward_pool(f, addr, plan->out.proto);
	uint16_t want = plan->out.sport;
	for (unsigned i = 0; pool && i < PORTS_TRIED; i++) {
		uint16_t port = i ? port_take(pool) : take_port(f, pool, want);
		if (!port)
			return false;
		set_source(&plan->out, addr, port);
		if (is_free(f, plan))
			return true;
		port_give(pool, port);
	}
	return false;
}

static uint64_t source_count(const struct nat_prefixes *to)
{
	uint64_t size = nat_size(to);
	return size < FORWARD_SNAT_ADDRS ? size : FORWARD_SNAT_ADDRS;
}

/* The place in the list where a source begins. */
static uint64_t first_source(ip4 src, uint64_t count)
{
	uint64_t hash = hash_mix64(src.v);
	bool is_power = !(count & (count - 1)); /* spares a division */
	return is_power ? hash & (count - 1) : hash % count;
}

static bool try_sources(struct forward *f, const struct nat_prefixes *to,
			struct session_plan *plan)
{
	const struct flow_key out = plan->out;
	uint64_t size = source_count(to), at = first_source(out.src, size);
	for (uint64_t i = 0; i < size; i++) {
		if (take_source_at(f, nat_at(to, at), plan))
			return true;
		plan->out = out;
		at = at + 1 == size ? 0 : at + 1;
	}
	return false;
}

/* A free port on one of the addresses in 'to'. A source begins at the address
 * its hash says, so that it keeps one while there are ports. Ports of idle
 * sessions come back before we give up. */
static bool take_source(struct forward *f, const struct nat_prefixes *to,
			struct session_plan *plan, uint64_t now)
{
	if (try_sources(f, to, plan))
		return true;
	session_expire(f, now);
	return try_sources(f, to, plan);
}

void miss_ask(const struct forward *f, const struct pkt *p,
	      struct miss_ahead *ahead)
{
	const struct nat_prefixes *to = &f->nat.rules[f->opened].translated;
	struct flow_key out = p->key;
	ip4 addr = nat_at(to, first_source(p->src, source_count(to)));
	struct port_pool *pool = forward_pool(f, addr, p->proto);
	if (!pool)
		return;
	struct miss_next *next = &ahead->next[addr.v % MISS_POOLS];
	if (next->pool != pool)
		*next = (struct miss_next){pool, pool->next};
	uint16_t port =
		f->ports_policy == FORWARD_PORTS_KEEP ? p->sport : next->port++;
	set_source(&out, addr, port);
	struct flow_key answer = flow_reverse(&out);
	flow_prefetch_slot(&f->flows, flow_hash(&answer));
}

bool miss_foresees(const struct forward *f)
{
	return f->flows.room && f->opened < f->nat.count &&
	       f->nat.rules[f->opened].action == NAT_SNAT;
}

/* Opens the session of a rule; 'plan' has both keys and the kind. */
static enum drop open_by_rule(struct forward *f, struct pkt *p,
			      const struct nat_rule *r,
			      struct session_plan *plan, uint64_t now)
{
	plan->ref = r->ref;
	plan->rule = (uint32_t)(r - f->nat.rules);
	enum drop drop = session_open(f, p, plan, now);
	if (drop != DROP_NONE)
		return drop;
	note_add(&f->notes, p, NOTE_SESSION_NEW, r->ref);
	note_add(&f->notes, p, plan->kind == FLOW_SNAT ? NOTE_SNAT : NOTE_DNAT,
		 r->ref);
	return DROP_NONE;
}

static enum drop snat(struct forward *f, struct pkt *p,
		      const struct session_look *l, const struct nat_rule *r,
		      uint64_t now)
{
	struct session_plan plan = {
		.kind = FLOW_SNAT, .hashed = l->hashed, .hash = l->hash};
	enum drop drop = may_open(p);
	if (drop != DROP_NONE)
		return drop;
	parse_key(p, &plan.in);
	plan.out = plan.in;
	if (!take_source(f, &r->translated, &plan, now))
		return DROP_NAT_PORTS;
	f->opened = (uint32_t)(r - f->nat.rules);
	return open_by_rule(f, p, r, &plan, now);
}

/* NSX inverts the two: translated_ports is what was matched, the service's
 * port is what it becomes. Ranges go by position; from one port, or to one, all
 * become the first. */
static uint16_t dnat_port(const struct nat_rule *r, uint16_t dport)
{
	if (!r->proto || !r->ports.last || !r->translated_ports.last)
		return dport;
	unsigned offset = (unsigned)dport - r->translated_ports.first;
	unsigned span = (unsigned)r->ports.last - r->ports.first;
	return (uint16_t)(r->ports.first + (offset <= span ? offset : 0));
}

/* n:n by position; n:1 and n:m come round again. */
static ip4 dnat_addr(const struct nat_rule *r, ip4 dst)
{
	return nat_at(&r->translated, nat_position(&r->destination, dst) %
					      nat_size(&r->translated));
}

static enum drop dnat(struct forward *f, struct pkt *p,
		      const struct nat_rule *r, uint64_t now)
{
	struct session_plan plan = {.kind = FLOW_DNAT};
	enum drop drop = may_open(p);
	if (drop != DROP_NONE)
		return drop;
	parse_key(p, &plan.in);
	plan.out = plan.in;
	plan.out.dst = dnat_addr(r, p->dst);
	if (has_ports(p->proto))
		plan.out.dport = dnat_port(r, p->dport);
	return open_by_rule(f, p, r, &plan, now);
}

/* Out 'source' becomes 'translated', in the reverse. */
static ip4 reflected(const struct nat_hit *hit, enum nat_stage stage, ip4 old)
{
	const struct nat_rule *r = hit->rule;
	if (hit->straight)
		return addr_ip4(old.v + hit->shift);
	return stage == NAT_EGRESS ? nat_map(&r->source, &r->translated, old)
				   : nat_map(&r->translated, &r->source, old);
}

/* A rule that opens a session, one that keeps others away, or none. */
RARE static enum drop obey(struct forward *f, struct pkt *p,
			   struct session_look *l, struct nat_rule *r,
			   uint64_t now)
{
	enum drop drop = DROP_NONE;
	if (r)
		nat_count(r, parse_size(p));
	if (!r || r->action == NAT_NO_SNAT || r->action == NAT_NO_DNAT) {
		note_add(&f->notes, p, NOTE_NO_NAT, r ? r->ref : 0);
		return DROP_NONE;
	}
	l->acted = true;
	l->acts++;
	drop = r->action == NAT_DNAT ? dnat(f, p, r, now)
				     : snat(f, p, l, r, now);
	session_forget(l);
	if (drop != DROP_NONE)
		p->drop_ref = r->ref;
	return drop;
}

/* An error that quotes a packet of no session is matched by the answer it
 * stands for. Stateful rules have nothing to say about it: it belongs to a
 * session or to none. */
RARE static enum drop apply_to_error(struct forward *f, struct pkt *p,
				     struct session_look *l,
				     enum nat_stage stage, uint64_t now)
{
	struct flow_key from, to;
	parse_quoted_key(p, &from);
	struct nat_key key = {.flow = &from,
			      .port = stage == NAT_INGRESS ? p->in_port
							   : p->out_port};
	struct nat_hit hit = nat_find(&f->nat, stage, &key);
	if (!hit.rule || hit.rule->action != NAT_REFLEXIVE)
		return obey(f, p, l, NULL, now);
	nat_count(hit.rule, parse_size(p));
	to = from;
	if (stage == NAT_EGRESS)
		to.src = reflected(&hit, stage, from.src);
	else
		to.dst = reflected(&hit, stage, from.dst);
	translate_pkt(p, &from, &to);
	note_add(&f->notes, p, NOTE_REFLEXIVE, hit.rule->ref);
	l->acted = true;
	session_forget(l);
	return DROP_NONE;
}

/* What the rules of a stage say about 'p'. A REFLEXIVE rule keeps nothing in
 * mind: it translates each packet here. */
static inline enum drop apply(struct forward *f, struct pkt *p,
			      struct session_look *l,
			      const enum nat_stage stage, uint64_t now)
{
	if (!f->nat.acts[stage])
		return DROP_NONE;
	if (p->quoted)
		return apply_to_error(f, p, l, stage, now);
	struct nat_key key = {.flow = &p->key,
			      .port = stage == NAT_INGRESS ? p->in_port
							   : p->out_port,
			      .portless = p->fragment};
	struct nat_hit hit = nat_find(&f->nat, stage, &key);
	if (!hit.rule || hit.rule->action != NAT_REFLEXIVE)
		return obey(f, p, l, hit.rule, now);
	nat_count(hit.rule, parse_size(p));
	if (stage == NAT_EGRESS)
		translate_source(p, reflected(&hit, stage, p->src));
	else
		translate_destination(p, reflected(&hit, stage, p->dst));
	note_add(&f->notes, p, NOTE_REFLEXIVE, hit.rule->ref);
	l->acted = l->reflected = true;
	l->acts++;
	l->rule = (uint32_t)(hit.rule - f->nat.rules);
	l->arrived = stage == NAT_INGRESS;
	if (stage == NAT_INGRESS)
		session_forget(l);
	return DROP_NONE;
}

/* A later fragment to an address whose ports say where it goes on. */
RARE static bool needs_ports(struct forward *f, const struct pkt *p)
{
	return p->fragment &&
	       (forward_pool(f, p->dst, p->proto) ||
		(has_ports(p->proto) && lb_has_vip(&f->lb, p->dst)));
}

enum drop miss_destination(struct forward *f, struct pkt *p,
			   struct session_look *l, uint64_t now)
{
	enum drop drop = apply(f, p, l, NAT_INGRESS, now);
	if (drop == DROP_NONE && !l->acted && needs_ports(f, p))
		return DROP_FRAGMENT;
	return drop;
}

enum drop miss_source(struct forward *f, struct pkt *p, struct session_look *l,
		      uint64_t now)
{
	enum drop drop = apply(f, p, l, NAT_EGRESS, now);
	if (drop == DROP_NONE && p->fragment && nat_leads_to(&f->nat, p->src))
		return DROP_FRAGMENT;
	return drop;
}

static enum drop balance(struct forward *f, struct pkt *p, struct lb_server *s,
			 uint64_t now)
{
	struct session_plan plan = {
		.kind = FLOW_LB, .ref = s->ref, .rule = FLOW_NONE};
	struct nat_prefixes vip = {.count = 1, .at = {{s->vip, 32}}};
	if (!lb_has_member(s))
		return DROP_LB;
	if (!parse_opens(p))
		return DROP_NAT_STATE;
	const struct lb_member *member = lb_pick(s);
	parse_key(p, &plan.in);
	plan.out = plan.in;
	plan.out.dst = member->addr;
	if (member->port)
		plan.out.dport = member->port;
	if (s->automap && !take_source(f, &vip, &plan, now))
		return DROP_NAT_PORTS;
	enum drop drop = session_open(f, p, &plan, now);
	if (drop != DROP_NONE)
		return drop;
	s->connections++;
	note_add(&f->notes, p, NOTE_SESSION_NEW, s->ref);
	note_add(&f->notes, p, NOTE_LB, s->ref);
	return DROP_NONE;
}

RARE enum drop miss_balance(struct forward *f, struct pkt *p,
			    struct session_look *l, uint64_t now)
{
	if (p->quoted)
		return DROP_NONE;
	if (p->fragment)
		return needs_ports(f, p) ? DROP_FRAGMENT : DROP_NONE;
	struct lb_server *s = lb_find(&f->lb, p->dst, p->proto, p->dport);
	if (!s)
		return DROP_NONE;
	l->acted = true;
	session_forget(l);
	enum drop drop = balance(f, p, s, now);
	if (drop != DROP_NONE)
		p->drop_ref = s->ref;
	return drop;
}

RARE void miss_pass(struct forward *f, struct pkt *p, uint64_t now)
{
	struct session_plan plan = {.kind = FLOW_PASS, .rule = FLOW_NONE};
	if (p->fragment || !parse_opens(p) || forward_pool(f, p->dst, p->proto))
		return;
	parse_key(p, &plan.in);
	plan.out = plan.in;
	session_open(f, p, &plan, now);
}
