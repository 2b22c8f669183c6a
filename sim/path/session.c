/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/session.h"

#include "sim/base/rare.h"
#include "sim/path/parse.h"
#include "sim/path/translate.h"

/* A session of 'kind' that leaves as 'out' holds its source port. */
static void give_port(struct forward *f, enum flow_kind kind,
		      const struct flow_key *out)
{
	if (kind != FLOW_SNAT && kind != FLOW_LB)
		return;
	struct port_pool *pool = forward_pool(f, out->src, out->proto);
	if (pool)
		port_give(pool, out->sport);
}

RARE void session_end(struct forward *f, uint32_t number)
{
	const struct flow *flow = &f->flows.flows[number];
	struct flow_key out = flow_out(flow, FLOW_FORWARD);
	give_port(f, flow->kind, &out);
	if (flow->kind == FLOW_LB)
		f->balanced--;
	flow_remove(&f->flows, number);
}

static void end(void *context, uint32_t number)
{
	session_end(context, number);
}

RARE void session_expire(struct forward *f, uint64_t now)
{
	flow_expire(&f->flows, now, end, f);
}

/* The key by which 'p' is found; 'room' is for that of an error. */
static const struct flow_key *key_of(const struct pkt *p, struct flow_key *room)
{
	if (!p->quoted)
		return &p->key;
	parse_quoted_key(p, room);
	return room;
}

static struct flow *flow_of(const struct forward *f, uint32_t value)
{
	return &f->flows.flows[flow_number(value)];
}

/* A session that has ended has the key of no packet that is plain. */
static bool is_right(const struct forward *f, uint32_t guess,
		     const struct flow_key *key)
{
	return flow_has(flow_of(f, guess), flow_value_dir(guess), key);
}

/* The value of the packet's slot, 0: none. */
static uint32_t find(const struct forward *f, const struct pkt *p,
		     struct session_look *l)
{
	struct flow_key room;
	const struct flow_key *key = key_of(p, &room);
	if (l->guess && flow_of(f, l->guess)->live &&
	    is_right(f, l->guess, key))
		return l->guess;
	if (!l->hashed)
		l->hash = flow_hash(key);
	l->hashed = true;
	return flow_value(&f->flows, key, l->hash);
}

/* As look(), which knows most packets' sessions. */
RARE static uint32_t look_closely(struct forward *f, const struct pkt *p,
				  struct session_look *l, uint64_t now)
{
	uint32_t value = f->flows.count && !p->fragment ? find(f, p, l) : 0;
	if (value && !parse_fits(p, flow_value_dir(value)))
		value = 0;
	if (value && flow_is_idle(flow_of(f, value), now)) {
		session_end(f, flow_number(value));
		value = 0;
	}
	l->looked = true;
	l->guess = value;
	return value;
}

/* The value of the session's slot, 0: none; an idle one is ended here. Mostly
 * the guess is right and the session in use. */
static inline uint32_t look(struct forward *f, const struct pkt *p,
			    struct session_look *l, uint64_t now)
{
	uint32_t value = l->guess;
	if (l->looked)
		return value;
	if (!value || !p->plain || !is_right(f, value, &p->key) ||
	    now - flow_of(f, value)->used > FLOW_TIMEOUT_LEAST)
		return look_closely(f, p, l, now);
	return value;
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

static struct nat_rule *rule_of(const struct forward *f,
				const struct flow *flow)
{
	return flow->by_rule ? &f->nat.rules[flow->maker] : NULL;
}

static void note_act(struct session_look *l, uint32_t value, bool arrived)
{
	l->by = value;
	l->acts++;
	l->acted = true;
	l->arrived = arrived;
}

/* A session acts where its rule does; one whose rule is gone on every uplink. */
static bool in_scope(const struct nat_rule *rule, uint16_t port)
{
	return !rule || nat_in_scope(rule->scope, port);
}

RARE static void note_translation(struct forward *f, const struct pkt *p,
				  const struct flow *flow)
{
	note_add(&f->notes, p, session_note(flow), nat_flow_ref(&f->nat, flow));
}

/* What look() has found. An error does not keep the session alive: it is not
 * its traffic. */
static inline void carry_out(struct forward *f, struct pkt *p,
			     struct session_look *l,
			     const enum translate_ends ends, uint64_t now)
{
	uint32_t value = l->guess;
	const struct flow *flow = flow_of(f, value);
	enum flow_dir dir = flow_value_dir(value);
	struct nat_rule *rule = rule_of(f, flow);
	if (!p->quoted)
		flow_touch(&f->flows, flow_number(value), dir, p->tcp_flags,
			   now);
	if (rule)
		nat_count(rule, parse_size(p));
	translate_by_session(p, flow, dir, ends);
	if (p->marked)
		note_translation(f, p, flow);
	note_act(l, value, ends != TRANSLATE_SOURCE);
	l->answer |= dir == FLOW_BACKWARD;
	session_forget(l);
}

/* Untranslated: it only keeps rules away. */
static void pass(struct forward *f, const struct pkt *p, struct session_look *l,
		 const enum nat_stage stage, uint64_t now)
{
	uint32_t value = l->guess;
	if (!p->quoted && !l->acted)
		flow_touch(&f->flows, flow_number(value), flow_value_dir(value),
			   p->tcp_flags, now);
	note_act(l, value, stage == NAT_INGRESS);
}

static inline bool run(struct forward *f, struct pkt *p, struct session_look *l,
		       const enum nat_stage stage, uint64_t now)
{
	uint16_t port = stage == NAT_INGRESS ? p->in_port : p->out_port;
	uint32_t value = look(f, p, l, now);
	if (!value)
		return false;
	const struct flow *flow = flow_of(f, value);
	if (!acts(flow, flow_value_dir(value), stage) ||
	    !in_scope(rule_of(f, flow), port))
		return false;
	if (flow->kind == FLOW_PASS)
		pass(f, p, l, stage, now);
	else
		carry_out(f, p, l,
			  stage == NAT_INGRESS ? TRANSLATE_DESTINATION
					       : TRANSLATE_SOURCE,
			  now);
	return true;
}

bool session_arrive(struct forward *f, struct pkt *p, struct session_look *l,
		    uint64_t now)
{
	return run(f, p, l, NAT_INGRESS, now);
}

bool session_leave(struct forward *f, struct pkt *p, struct session_look *l,
		   uint64_t now)
{
	return run(f, p, l, NAT_EGRESS, now);
}

bool session_balance(struct forward *f, struct pkt *p, struct session_look *l,
		     uint64_t now)
{
	uint32_t value = f->balanced ? look(f, p, l, now) : 0;
	if (!value || flow_of(f, value)->kind != FLOW_LB)
		return false;
	carry_out(f, p, l, TRANSLATE_BOTH, now);
	return true;
}

/* When no session could be added. A new connection takes the place of one with
 * the same key that does not act here: it came before the route or the rules
 * were changed. Idle ones make room. */
RARE static uint32_t make_way(struct forward *f,
			      const struct session_plan *plan, uint64_t now)
{
	enum flow_dir dir;
	uint32_t number = flow_find(&f->flows, &plan->in, &dir);
	if (number != FLOW_NONE && dir == FLOW_FORWARD)
		session_end(f, number);
	if (flow_is_full(&f->flows))
		session_expire(f, now);
	return flow_add(&f->flows, &plan->in, &plan->out, now);
}

/* The places of both keys are known, or sought here. */
static uint32_t add(struct forward *f, const struct session_plan *plan,
		    uint64_t now)
{
	struct flow_table *t = &f->flows;
	uint32_t hash = plan->hashed ? plan->hash : flow_hash(&plan->in);
	struct flow_key answer = flow_reverse(&plan->out);
	struct flow_spot there = flow_seek(t, &plan->in, hash), back;
	if (plan->sought)
		return flow_put(t, &there, &plan->back, now);
	back = flow_seek(t, &answer, flow_hash(&answer));
	return flow_put(t, &there, &back, now);
}

RARE enum drop session_open(struct forward *f, struct pkt *p,
			    const struct session_plan *plan, uint64_t now)
{
	uint32_t number = add(f, plan, now);
	if (number == FLOW_NONE)
		number = make_way(f, plan, now);
	if (number == FLOW_NONE) {
		give_port(f, plan->kind, &plan->out);
		return DROP_NAT_SESSIONS;
	}
	struct flow *flow = &f->flows.flows[number];
	flow->kind = plan->kind & 3U;
	flow->by_rule = plan->rule != FLOW_NONE;
	flow->maker = flow->by_rule ? plan->rule : plan->ref;
	if (plan->kind == FLOW_LB)
		f->balanced++;
	flow->packets[FLOW_FORWARD] = 1;
	if (p->tcp_flags & TCP_FIN)
		flow_advance(&f->flows, number, FLOW_FORWARD, p->tcp_flags);
	if (plan->kind != FLOW_PASS)
		translate_by_session(p, flow, FLOW_FORWARD, TRANSLATE_BOTH);
	return DROP_NONE;
}
