/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/fast.h"

#include <string.h>

#include "sim/base/rare.h"
#include "sim/path/route.h"
#include "sim/path/translate.h"

/* Whether what is known holds for 'p', too. */
static inline bool fits(const struct pkt *p, const struct cache_way *way)
{
	return p->plain && way->in_port == p->in_port &&
	       p->len <= way->frame_max &&
	       p->data[ETH_SIZE + IP4_TTL] >= way->least_ttl;
}

static inline void go(struct pkt *p, const struct cache_way *way)
{
	p->out_port = way->out_port;
	p->next_hop = way->gateway.v ? way->gateway : p->dst;
}

/* The notes of a packet that arrived as 'first' and has gone its way; 'kind' and
 * 'ref' are those of its translation. They show the packet as it was when each
 * thing happened. */
RARE static void tell(struct forward *f, struct pkt *p,
		      const struct cache_way *way, const struct flow_key *first,
		      enum note_kind kind, uint32_t ref)
{
	struct note_log *log = &f->notes;
	struct flow_key last = p->key;
	p->key = *first;
	if (way->asked_in)
		note_add(log, p, NOTE_NO_NAT, 0);
	if (way->ends == TRANSLATE_DESTINATION) {
		p->key = last;
		note_add(log, p, kind, ref);
	}
	if (way->verdict == PKT_SEND)
		note_add(log, p, NOTE_ROUTE,
			 rib_ref(&f->rib, p->dst, way->hop));
	p->key = last;
	if (way->ends == TRANSLATE_SOURCE)
		note_add(log, p, kind, ref);
	if (way->asked_out)
		note_add(log, p, NOTE_NO_NAT, 0);
}

RARE static void tell_session(struct forward *f, struct pkt *p,
			      const struct flow *flow, enum flow_dir dir,
			      const struct cache_way *way)
{
	struct flow_key first = flow_in(flow, dir);
	tell(f, p, way, &first, session_note(flow),
	     nat_flow_ref(&f->nat, flow));
}

RARE static void tell_packet(struct forward *f, struct pkt *p,
			     const struct cache_slot *s,
			     const struct cache_way *way)
{
	struct flow_key first = p->key;
	bool by_rule = s->rule != CACHE_NO_RULE;
	memcpy(&first.src, &s->addrs, sizeof(s->addrs));
	tell(f, p, way, &first, NOTE_REFLEXIVE,
	     by_rule ? f->nat.rules[s->rule].ref : 0);
}

bool fast_session(struct forward *f, struct pkt *p, uint32_t guess,
		  uint64_t now)
{
	if (!MOSTLY(guess))
		return false;
	uint32_t number = flow_number(guess);
	enum flow_dir dir = flow_value_dir(guess);
	struct flow *flow = &f->flows.flows[number];
	const struct cache_way *way = &f->cache.ways[flow->way[dir]];
	if (!MOSTLY(fits(p, way) && flow_has(flow, dir, &p->key) &&
		    now - flow->used <= FLOW_TIMEOUT_LEAST))
		return false;
	flow_touch(&f->flows, number, dir, p->tcp_flags, now);
	if (MOSTLY(flow->by_rule))
		nat_count(&f->nat.rules[flow->maker], parse_size(p));
	if (MOSTLY(way->ends))
		translate_aged(p, flow, dir, way->ends, way->aged);
	else if (way->aged)
		route_ttl(p);
	go(p, way);
	if (p->marked)
		tell_session(f, p, flow, dir, way);
	return true;
}

bool fast_packet(struct forward *f, struct pkt *p, const struct cache_slot *s,
		 bool by_ports)
{
	const struct cache_way *way = &f->cache.ways[s->way];
	if (!MOSTLY(s->addrs == fast_addrs(&p->key) && fits(p, way)))
		return false;
	if (by_ports && s->rest != fast_rest(p, true))
		return false;
	if (way->ends)
		nat_count(&f->nat.rules[s->rule], parse_size(p));
	translate_addr(p, &s->to, way->ends, way->aged);
	p->verdict = way->verdict;
	go(p, way);
	if (p->marked)
		tell_packet(f, p, s, way);
	return true;
}

/* What the group's next hop and the port out say. */
static bool describe_sent(const struct forward *f, const struct pkt *p,
			  uint16_t group, struct cache_way *way)
{
	const struct fib_group *g = fib_at(&f->fib, group);
	unsigned hop = 0;
	while (hop < g->hop_count &&
	       (g->hops[hop].port != p->out_port ||
		!addr_same(route_next(&g->hops[hop], p), p->next_hop)))
		hop++;
	if (hop == g->hop_count)
		return false;
	way->out_port = p->out_port;
	way->gateway = g->hops[hop].gateway;
	way->hop = (uint8_t)hop;
	if (!f->ports[p->in_port].backplane) {
		way->aged = IP4_AGED;
		way->least_ttl = 2;
	}
	way->frame_max = f->ports[p->out_port].mtu + ETH_SIZE;
	return true;
}

static bool describe(const struct forward *f, const struct pkt *p,
		     const struct fast_case *known, struct cache_way *way)
{
	*way = (struct cache_way){.in_port = p->in_port,
				  .verdict = p->verdict,
				  .frame_max = UINT32_MAX};
	if (known->look->acts)
		way->ends = known->look->arrived ? TRANSLATE_DESTINATION
						 : TRANSLATE_SOURCE;
	return p->verdict == PKT_LOCAL ||
	       describe_sent(f, p, known->group, way);
}

/* Whether the packet met no rules but by its one session: else what those say
 * may depend on more. */
static bool is_by_session(const struct forward *f, const struct pkt *p,
			  const struct session_look *l)
{
	if (l->acts != 1 || p->verdict != PKT_SEND)
		return false;
	return l->arrived ? !f->ports[p->out_port].uplink
			  : !f->ports[p->in_port].uplink;
}

RARE void fast_learn_session(struct forward *f, const struct pkt *p,
			     const struct fast_case *known)
{
	const struct session_look *l = known->look;
	struct cache_way way;
	if (!p->plain || !is_by_session(f, p, l) ||
	    !describe(f, p, known, &way))
		return;
	struct flow *flow = &f->flows.flows[flow_number(l->by)];
	if (flow->kind == FLOW_PASS)
		way.ends = 0;
	flow->way[flow_value_dir(l->by)] = cache_number(&f->cache, &way);
}

/* Rules that were asked, and none matched. */
static void describe_asked(const struct forward *f, const struct pkt *p,
			   const struct session_look *l, struct cache_way *way)
{
	bool sent = p->verdict == PKT_SEND;
	way->asked_in = f->ports[p->in_port].uplink &&
			f->nat.acts[NAT_INGRESS] && !(l->acts && l->arrived);
	way->asked_out = sent && f->ports[p->out_port].uplink &&
			 f->nat.acts[NAT_EGRESS] && !(l->acts && !l->arrived);
}

RARE void fast_learn_packet(struct forward *f, const struct pkt *p,
			    const struct fast_case *known)
{
	const struct session_look *l = known->look;
	struct flow_key first = {known->src, known->dst, 0, 0, 0};
	uint64_t addrs = fast_addrs(&first),
		 rest = fast_rest(p, fast_by_ports(f));
	struct cache_way way;
	if (!p->plain || l->acts > 1 || p->verdict == PKT_DROP ||
	    !describe(f, p, known, &way))
		return;
	describe_asked(f, p, l, &way);
	struct cache_slot *s = cache_at(&f->cache, addrs, rest);
	f->cache.replaced += s->way != CACHE_NOWHERE;
	*s = (struct cache_slot){.addrs = addrs,
				 .rest = rest,
				 .rule = CACHE_NO_RULE,
				 .way = cache_number(&f->cache, &way)};
	s->to.head_delta = way.aged;
	if (!l->reflected)
		return;
	ip4 old = l->arrived ? known->dst : known->src;
	s->rule = l->rule;
	s->to.now = l->arrived ? p->dst : p->src;
	s->to.delta = translate_delta(old, s->to.now);
	s->to.head_delta = csum_join(s->to.delta, s->to.head_delta);
}

void fast_renew(struct forward *f)
{
	struct flow_table *t = &f->flows;
	if (!f->cache.memory)
		return;
	cache_clear(&f->cache);
	for (uint32_t i = 0; i < t->fresh; i++)
		t->flows[i].way[0] = t->flows[i].way[1] = CACHE_NOWHERE;
}
