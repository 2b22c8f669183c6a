/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/session.h"

#include "sim/path/parse.h"
#include "sim/path/translate.h"

static void give_port(struct forward *f, const struct flow *flow)
{
	if (flow->kind != FLOW_SNAT && flow->kind != FLOW_LB)
		return;
	const struct flow_key *out = &flow->out[FLOW_FORWARD];
	struct port_pool *pool =
		port_find(f->pools, f->pool_count, out->src, out->proto);
	if (pool)
		port_give(pool, out->sport);
}

void session_end(struct forward *f, uint32_t number)
{
	const struct flow *flow = &f->flows.flows[number];
	give_port(f, flow);
	if (flow->kind == FLOW_LB)
		f->balanced--;
	flow_remove(&f->flows, number);
}

/* Finds the session; an idle one is ended here. */
static void look(struct forward *f, const struct pkt *p, struct session_look *l,
		 uint64_t now)
{
	if (l->looked)
		return;
	l->looked = true;
	l->number = FLOW_NONE;
	if (!f->flows.count || p->fragment)
		return;
	parse_key(p, &l->key);
	uint32_t number = flow_find(&f->flows, &l->key, &l->dir);
	if (number == FLOW_NONE || !parse_fits(p, l->dir))
		return;
	if (flow_is_idle(&f->flows.flows[number], now))
		session_end(f, number);
	else
		l->number = number;
}

/* Destinations are translated on arrival, sources when leaving; an untranslated
 * session only keeps rules away. */
static bool acts(const struct flow *flow, enum flow_dir dir,
		 enum nat_stage stage)
{
	switch (flow->kind) {
	case FLOW_SNAT:
		return (dir == FLOW_BACKWARD) == (stage == NAT_INGRESS);
	case FLOW_DNAT:
		return (dir == FLOW_FORWARD) == (stage == NAT_INGRESS);
	default:
		return flow->kind == FLOW_PASS;
	}
}

static void count_rule(struct forward *f, const struct flow *flow,
		       const struct pkt *p)
{
	if (flow->rule == FLOW_NONE)
		return;
	f->nat.rules[flow->rule].packets++;
	f->nat.rules[flow->rule].bytes += parse_size(p);
}

/* An error does not keep the session alive: it is not its traffic. */
static void carry_out(struct forward *f, struct pkt *p, struct session_look *l,
		      enum note_kind kind, uint64_t now)
{
	const struct flow *flow = &f->flows.flows[l->number];
	if (!p->quoted)
		flow_touch(&f->flows, l->number, l->dir, p->tcp_flags, now);
	count_rule(f, flow, p);
	translate_pkt(p, &l->key, &flow->out[l->dir]);
	note_add(&f->notes, p, kind, flow->ref);
	l->acted = true;
	l->answer |= l->dir == FLOW_BACKWARD;
	l->looked = false;
}

static void pass(struct forward *f, const struct pkt *p, struct session_look *l,
		 uint64_t now)
{
	if (!p->quoted && !l->acted)
		flow_touch(&f->flows, l->number, l->dir, p->tcp_flags, now);
	l->acted = true;
}

bool session_run(struct forward *f, struct pkt *p, struct session_look *l,
		 enum nat_stage stage, uint64_t now)
{
	uint16_t port = stage == NAT_INGRESS ? p->in_port : p->out_port;
	look(f, p, l, now);
	if (l->number == FLOW_NONE)
		return false;
	const struct flow *flow = &f->flows.flows[l->number];
	if (!acts(flow, l->dir, stage) || !nat_in_scope(flow->scope, port))
		return false;
	if (flow->kind == FLOW_PASS)
		pass(f, p, l, now);
	else
		carry_out(f, p, l,
			  flow->kind == FLOW_SNAT ? NOTE_SNAT : NOTE_DNAT, now);
	return true;
}

bool session_balance(struct forward *f, struct pkt *p, struct session_look *l,
		     uint64_t now)
{
	if (!f->balanced)
		return false;
	look(f, p, l, now);
	if (l->number == FLOW_NONE || f->flows.flows[l->number].kind != FLOW_LB)
		return false;
	carry_out(f, p, l, NOTE_LB, now);
	return true;
}

/* A new connection takes the place of one with the same key that does not act
 * here: it came before the route or the rules were changed. */
static void make_way(struct forward *f, const struct flow_key *key)
{
	enum flow_dir dir;
	uint32_t number = flow_find(&f->flows, key, &dir);
	if (number != FLOW_NONE && dir == FLOW_FORWARD)
		session_end(f, number);
}

enum drop session_open(struct forward *f, struct pkt *p,
		       const struct flow *what, uint64_t now)
{
	const struct flow_key *in = &what->in[0], *out = &what->out[0];
	make_way(f, in);
	if (f->flows.count == f->flows.room)
		forward_expire(f, now);
	uint32_t number = flow_add(&f->flows, in, out, now);
	if (number == FLOW_NONE) {
		give_port(f, what);
		return DROP_NAT_SESSIONS;
	}
	struct flow *flow = &f->flows.flows[number];
	flow->kind = what->kind;
	flow->ref = what->ref;
	flow->rule = what->rule;
	flow->scope = what->scope;
	if (flow->kind == FLOW_LB)
		f->balanced++;
	flow_touch(&f->flows, number, FLOW_FORWARD, p->tcp_flags, now);
	if (flow->kind != FLOW_PASS)
		translate_pkt(p, in, out);
	return DROP_NONE;
}
