/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/forward.h"

#include "sim/base/rare.h"
#include "sim/path/fast.h"
#include "sim/path/miss.h"
#include "sim/path/parse.h"
#include "sim/path/route.h"
#include "sim/path/session.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"

RARE static enum drop permit(struct forward *f, struct pkt *p)
{
	struct nat_key key = {.flow = &p->key, .port = p->in_port};
	struct acl_rule *r = acl_match(&f->acl, &key);
	if (!r)
		return DROP_NONE;
	r->packets++;
	if (r->action == ACL_PERMIT)
		return DROP_NONE;
	p->drop_ref = r->ref;
	return r->action == ACL_REJECT ? DROP_ACL_REJECT : DROP_ACL_DROP;
}

/* Stage 2 but for uRPF, where it has something to say. */
RARE static enum drop admit_closely(struct forward *f, struct pkt *p)
{
	if (!f->ports[p->in_port].up)
		return DROP_IFACE_DOWN;
	return f->acl.count ? permit(f, p) : DROP_NONE;
}

static enum drop arrive(struct forward *f, struct pkt *p,
			struct session_look *l, uint64_t now)
{
	enum drop drop = DROP_NONE;
	if (f->ports[p->in_port].uplink &&
	    !(f->flows.count && session_arrive(f, p, l, now)))
		drop = miss_destination(f, p, l, now);
	if (drop != DROP_NONE || session_balance(f, p, l, now) || !f->lb.count)
		return drop;
	return miss_balance(f, p, l, now);
}

static inline enum drop leave(struct forward *f, struct pkt *p,
			      struct session_look *l, uint64_t now)
{
	if ((f->flows.count && session_leave(f, p, l, now)) || l->answer)
		return DROP_NONE;
	return miss_source(f, p, l, now);
}

/* Packets of a batch that came in by one port, so that what depends on it is
 * asked once; and what is looked up about them ahead of time, by their places.
 * Routes and ports do not change meanwhile; of a session it is a guess. */
struct run {
	struct pkt *const *at;
	size_t came, count; /* those that are left */
	size_t first;	    /* those before it have gone their way already */
	enum fast_kind fast;
	struct forward_port in;
	struct route_way way; /* of the packet before */
	struct session_look looks[BATCH_MAX];
	ip4 srcs[BATCH_MAX], dsts[BATCH_MAX];
	route_group back[BATCH_MAX], to[BATCH_MAX];
	uint32_t hashes[BATCH_MAX], guesses[BATCH_MAX];
	struct cache_slot *known[BATCH_MAX];
	struct pkt *unknown[BATCH_MAX]; /* those of 'at' that are not */
};

enum ask { ASK_NOTHING, ASK_CACHE, ASK_SESSIONS };

/* Packets like 'i' may be decided about in the same way. */
static inline void learn(struct forward *f, const struct run *r, size_t i)
{
	struct fast_case known = {&r->looks[i], r->srcs[i], r->dsts[i],
				  r->to[i]};
	if (r->fast == FAST_STATELESS)
		fast_learn_packet(f, r->at[i], &known);
	else if (r->looks[i].by)
		fast_learn_session(f, r->at[i], &known);
}

/* Stages 5 to 8 of packet 'i'. */
static inline enum drop send_on(struct forward *f, struct run *r, size_t i,
				uint64_t now)
{
	struct route_way *way = &r->way;
	struct pkt *p = r->at[i];
	route_group to = r->to[i];
	enum drop drop = route_martian(p);
	if (drop == DROP_NONE && !r->in.backplane)
		drop = route_ttl(p);
	if (way->group != to)
		*way = route_way_of(f, to);
	if (drop == DROP_NONE)
		drop = route_along(f, p, way);
	if (drop == DROP_NONE && p->len > way->frame_max)
		drop = route_mtu(f, p);
	if (drop != DROP_NONE || !route_is_uplink(f, p, way))
		return drop;
	return leave(f, p, &r->looks[i], now);
}

/* Stages 3 to 8 of packet 'i', which was admitted. */
static enum drop decide(struct forward *f, struct run *r, size_t i,
			uint64_t now)
{
	struct session_look *l = &r->looks[i];
	struct pkt *p = r->at[i];
	ip4 dst = p->dst;
	if (!f->standby) {
		enum drop drop = arrive(f, p, l, now);
		if (drop != DROP_NONE)
			return drop;
	}
	if (route_is_local(f, p->dst)) {
		p->verdict = PKT_LOCAL;
		return DROP_NONE;
	}
	if (f->standby)
		return DROP_STANDBY;
	if (!addr_same(p->dst, dst))
		r->to[i] = route_find(f, p->dst);
	enum drop drop = send_on(f, r, i, now);
	if (drop == DROP_NONE && f->tracks_inbound && !l->acted && r->in.uplink)
		miss_pass(f, p, now);
	return drop;
}

static void refuse(struct pkt *p, enum drop drop)
{
	p->drop = (uint8_t)drop;
	p->verdict = PKT_DROP;
}

static inline void admit(struct forward *f, struct pkt *p)
{
	p->verdict = PKT_SEND;
	p->drop = DROP_NONE;
	p->drop_ref = 0;
	enum drop drop = parse_pkt(p);
	if (MOSTLY(drop == DROP_NONE))
		note_add(&f->notes, p, NOTE_RECEIVED, p->in_port);
	else
		refuse(p, drop);
}

/* Those of 'count' that came in by the same port as the first make the run. Each
 * is looked for by 'way', if at all. */
static inline void admit_all(struct forward *f, struct run *r, size_t count,
			     const enum ask way)
{
	const bool by_ports = fast_by_ports(f);
	struct pkt *const *at = r->at;
	const uint16_t port = at[0]->in_port;
	size_t i = 0;
	for (; i < count && at[i]->in_port == port; i++) {
		admit(f, at[i]);
		if (way == ASK_CACHE)
			r->known[i] = fast_slot(f, at[i], by_ports);
		else if (way == ASK_SESSIONS)
			r->hashes[i] = session_ask_slot(f, at[i]);
	}
	r->count = r->came = i;
}

/* For all that were admitted so far. */
RARE static void admit_closely_all(struct forward *f, struct run *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct pkt *p = r->at[i];
		enum drop drop = DROP_NONE;
		if (p->verdict == PKT_SEND)
			drop = admit_closely(f, p);
		if (drop != DROP_NONE)
			refuse(p, drop);
	}
}

/* Those that are known go their way, others are left for the stages. */
static inline void send_known(struct forward *f, struct run *r)
{
	const bool by_ports = fast_by_ports(f);
	struct pkt *const *at = r->at;
	size_t left = 0;
	for (size_t i = 0, count = r->count; i < count; i++) {
		struct pkt *p = at[i];
		if (p->verdict != PKT_SEND ||
		    fast_packet(f, p, r->known[i], by_ports))
			continue;
		r->unknown[left++] = p;
	}
	cache_judge(&f->cache, r->count, left);
	r->at = r->unknown;
	r->count = left;
}

/* The same where it matters in which order packets come: as far as they are
 * known. */
static inline void send_first(struct forward *f, struct run *r, uint64_t now)
{
	struct pkt *const *at = r->at;
	const size_t count = r->count;
	size_t i = 0;
	while (i < count && (at[i]->verdict != PKT_SEND ||
			     fast_session(f, at[i], r->guesses[i], now)))
		i++;
	r->first = i;
}

/* Neighbours mostly come from the same direction. */
static inline void check_sources(struct forward *f, struct run *r)
{
	uint32_t right = UINT32_MAX; /* a group found right */
	route_find_batch(f, r->srcs + r->first, r->count - r->first,
			 r->back + r->first);
	for (size_t i = r->first; i < r->count; i++) {
		struct pkt *p = r->at[i];
		if (r->back[i] == right || p->verdict != PKT_SEND)
			continue;
		enum drop drop = route_urpf_by(f, p, r->back[i]);
		if (drop == DROP_NONE)
			right = r->back[i];
		else
			refuse(p, drop);
	}
}

/* Sources alone are asked for: what the stage on arrival needs depends on
 * whether it has anything to do. */
static void ask_rules(const struct forward *f, const struct run *r)
{
	for (size_t i = r->first; i < r->count; i++)
		nat_ask_slot(&f->nat, NAT_EGRESS, &r->at[i]->key);
	for (size_t i = r->first; i < r->count; i++)
		nat_ask(&f->nat, NAT_EGRESS, &r->at[i]->key);
}

/* Those of no session will open one. */
static void ask_answers(const struct forward *f, const struct run *r)
{
	struct miss_ahead ahead = {0};
	const bool sessions = f->flows.count;
	for (size_t i = r->first; i < r->count; i++)
		if (r->at[i]->plain && !(sessions && r->guesses[i]))
			miss_ask(f, r->at[i], &ahead);
}

static inline void look_ahead(struct forward *f, struct run *r)
{
	const bool sessions = f->flows.count;
	for (size_t i = r->first, count = r->count; i < count; i++) {
		const struct pkt *p = r->at[i];
		r->srcs[i] = p->src;
		r->dsts[i] = p->dst;
		r->looks[i] = (struct session_look){0};
		if (sessions && p->plain)
			session_guessed(&r->looks[i], r->hashes[i],
					r->guesses[i]);
	}
	if (r->in.urpf_strict)
		check_sources(f, r);
	route_find_batch(f, r->dsts + r->first, r->count - r->first,
			 r->to + r->first);
	if (nat_is_large(&f->nat, NAT_EGRESS))
		ask_rules(f, r);
	if (!r->in.uplink && r->count - r->first > 1 && miss_foresees(f))
		ask_answers(f, r);
}

/* The packets are decided about one after the other, each with all that those
 * before have brought about. If 'quiet', nothing happens to any on arrival. */
static inline void decide_all(struct forward *f, struct run *r,
			      const bool quiet, uint64_t now)
{
	for (size_t i = r->first, count = r->count; i < count; i++) {
		struct pkt *p = r->at[i];
		enum drop drop = DROP_NONE;
		if (p->verdict != PKT_SEND)
			continue;
		if (r->fast == FAST_SESSIONS &&
		    fast_session(f, p, r->guesses[i], now))
			continue;
		if (!quiet)
			drop = decide(f, r, i, now);
		else if (route_is_local(f, p->dst))
			p->verdict = PKT_LOCAL;
		else
			drop = send_on(f, r, i, now);
		if (drop != DROP_NONE)
			refuse(p, drop);
		else if (r->fast != FAST_OFF)
			learn(f, r, i);
	}
}

/* What no packet like it has shown the way. */
static inline void decide_rest(struct forward *f, struct run *r, uint64_t now)
{
	look_ahead(f, r);
	if (r->in.uplink || f->standby || f->balanced || f->lb.count)
		decide_all(f, r, false, now);
	else
		decide_all(f, r, true, now);
}

static inline void ask_sessions(const struct forward *f, struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		r->guesses[i] = session_ask(f, r->hashes[i]);
}

/* The run's packets are admitted, and asked for where they may be known. */
static inline void begin(struct forward *f, struct run *r, size_t count)
{
	if (r->fast == FAST_STATELESS)
		admit_all(f, r, count, ASK_CACHE);
	else if (f->flows.count)
		admit_all(f, r, count, ASK_SESSIONS);
	else
		admit_all(f, r, count, ASK_NOTHING);
	if (!MOSTLY(r->in.up && !f->acl.count))
		admit_closely_all(f, r);
	if (f->flows.count)
		ask_sessions(f, r);
}

/* Several times over the packets, so that what one needs from memory comes
 * while others are worked on. */
static inline void forward_run(struct forward *f, struct run *r, size_t count,
			       uint64_t now)
{
	r->first = 0;
	r->fast = fast_kind(f);
	if (r->fast == FAST_STATELESS && cache_rests(&f->cache))
		r->fast = FAST_OFF;
	begin(f, r, count);
	if (r->fast == FAST_STATELESS)
		send_known(f, r);
	else if (r->fast == FAST_SESSIONS)
		send_first(f, r, now);
	if (r->first < r->count)
		decide_rest(f, r, now);
}

__attribute__((flatten)) void forward_batch(struct forward *f, struct batch *b,
					    uint64_t now)
{
	struct run r;
	r.way = (struct route_way){.group = FIB_NONE};
	for (size_t i = 0; i < b->count; i += r.came) {
		r.at = &b->at[i];
		r.in = f->ports[b->at[i]->in_port];
		forward_run(f, &r, b->count - i, now);
	}
}

void forward_own(struct forward *f, struct pkt *p)
{
	p->verdict = PKT_SEND;
	p->drop_ref = 0;
	enum drop drop = parse_pkt(p);
	if (drop == DROP_NONE)
		drop = route_pkt(f, p);
	p->drop = DROP_NONE;
	if (drop != DROP_NONE)
		refuse(p, drop);
}

void forward_renew(struct forward *f)
{
	fast_renew(f);
}

void forward_expire(struct forward *f, uint64_t now)
{
	if (flow_may_expire(&f->flows, now))
		session_expire(f, now);
}

bool forward_icmp_for(enum drop reason, uint8_t *type, uint8_t *code)
{
	*type = ICMP_UNREACHABLE;
	switch (reason) {
	case DROP_NO_ROUTE:
		*code = ICMP_NET;
		return true;
	case DROP_ARP_FAIL:
	case DROP_NEIGH:
		*code = ICMP_HOST;
		return true;
	case DROP_ACL_REJECT:
		*code = ICMP_PROHIBITED;
		return true;
	case DROP_MTU:
		*code = ICMP_FRAG_NEEDED;
		return true;
	case DROP_TTL_ZERO:
		*type = ICMP_TIME_EXCEEDED;
		*code = 0;
		return true;
	default:
		return false;
	}
}
