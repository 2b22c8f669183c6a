/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/forward.h"

#include "sim/base/rare.h"
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

/* Stages 1 and 2 but for uRPF. */
static enum drop admit(struct forward *f, struct pkt *p)
{
	enum drop drop = parse_pkt(p);
	if (drop != DROP_NONE)
		return drop;
	note_add(&f->notes, p, NOTE_RECEIVED, p->in_port);
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

static enum drop leave(struct forward *f, struct pkt *p, struct session_look *l,
		       uint64_t now)
{
	if (!f->ports[p->out_port].uplink ||
	    (f->flows.count && session_leave(f, p, l, now)) || l->answer)
		return DROP_NONE;
	return miss_source(f, p, l, now);
}

/* Stages 5 to 8; 'to' is where the destination leads. */
static enum drop send_on(struct forward *f, struct pkt *p,
			 struct session_look *l, route_group to, uint64_t now)
{
	enum drop drop = DROP_NONE;
	if (!f->ports[p->in_port].backplane)
		drop = route_ttl(p);
	if (drop == DROP_NONE)
		drop = route_by(f, p, to);
	if (drop == DROP_NONE)
		drop = route_mtu(f, p);
	if (drop == DROP_NONE)
		drop = leave(f, p, l, now);
	return drop;
}

/* Stages 3 to 8 of a packet that was admitted. */
static enum drop decide(struct forward *f, struct pkt *p,
			struct session_look *l, route_group to, uint64_t now)
{
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
		to = route_find(f, p->dst);
	enum drop drop = send_on(f, p, l, to, now);
	if (drop == DROP_NONE && f->tracks_inbound && !l->acted &&
	    f->ports[p->in_port].uplink)
		miss_pass(f, p, now);
	return drop;
}

static void settle(struct pkt *p, enum drop drop)
{
	p->drop = (uint8_t)drop;
	if (drop != DROP_NONE)
		p->verdict = PKT_DROP;
}

/* What is looked up about the packets of a batch ahead of time, by their places
 * in it. Routes do not change in a batch; of a session it is a guess. */
struct ahead {
	struct session_look looks[BATCH_MAX];
	ip4 addrs[BATCH_MAX];
	route_group groups[BATCH_MAX];
	bool strict; /* some came in by a port with uRPF */
	bool uplink; /* some came in by an uplink */
};

static void admit_all(struct forward *f, struct batch *b, struct ahead *a)
{
	a->strict = a->uplink = false;
	for (size_t i = 0; i < b->count; i++) {
		struct pkt *p = b->at[i];
		const struct forward_port *in = &f->ports[p->in_port];
		p->verdict = PKT_SEND;
		p->drop_ref = 0;
		settle(p, admit(f, p));
		a->strict |= in->urpf_strict;
		a->uplink |= in->uplink;
		a->looks[i] = (struct session_look){0};
		if (f->flows.count && p->verdict == PKT_SEND)
			session_ask_slot(f, p, &a->looks[i]);
	}
}

static void check_sources(struct forward *f, struct batch *b, struct ahead *a)
{
	if (!a->strict)
		return;
	for (size_t i = 0; i < b->count; i++)
		a->addrs[i] = b->at[i]->src;
	route_find_batch(f, a->addrs, b->count, a->groups);
	for (size_t i = 0; i < b->count; i++)
		if (b->at[i]->verdict == PKT_SEND)
			settle(b->at[i],
			       route_urpf_by(f, b->at[i], a->groups[i]));
}

/* Sources alone are asked for: what the stage on arrival needs depends on
 * whether it has anything to do. */
static void ask_rules(const struct forward *f, const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		nat_ask_slot(&f->nat, NAT_EGRESS, &b->at[i]->key);
	for (size_t i = 0; i < b->count; i++)
		nat_ask(&f->nat, NAT_EGRESS, &b->at[i]->key);
}

static void ask_all(struct forward *f, struct batch *b, struct ahead *a)
{
	for (size_t i = 0; i < b->count && f->flows.count; i++)
		session_ask(f, &a->looks[i]);
	for (size_t i = 0; i < b->count; i++)
		a->addrs[i] = b->at[i]->dst;
	route_find_batch(f, a->addrs, b->count, a->groups);
	if (nat_is_large(&f->nat, NAT_EGRESS))
		ask_rules(f, b);
}

/* The packets are decided about one after the other, each with all that those
 * before have brought about. If 'quiet', nothing happens to any on arrival. */
static inline void decide_all(struct forward *f, struct batch *b,
			      struct ahead *a, const bool quiet, uint64_t now)
{
	for (size_t i = 0; i < b->count; i++) {
		struct pkt *p = b->at[i];
		enum drop drop = DROP_NONE;
		if (p->verdict != PKT_SEND)
			continue;
		if (!quiet)
			drop = decide(f, p, &a->looks[i], a->groups[i], now);
		else if (route_is_local(f, p->dst))
			p->verdict = PKT_LOCAL;
		else
			drop = send_on(f, p, &a->looks[i], a->groups[i], now);
		if (drop != DROP_NONE)
			settle(p, drop);
	}
}

/* Several times over the batch, so that what one packet needs from memory comes
 * while others are worked on. */
__attribute__((flatten)) void forward_batch(struct forward *f, struct batch *b,
					    uint64_t now)
{
	struct ahead a;
	admit_all(f, b, &a);
	check_sources(f, b, &a);
	ask_all(f, b, &a);
	if (a.uplink || f->standby || f->balanced || f->lb.count)
		decide_all(f, b, &a, false, now);
	else
		decide_all(f, b, &a, true, now);
}

void forward_own(struct forward *f, struct pkt *p)
{
	p->verdict = PKT_SEND;
	p->drop_ref = 0;
	enum drop drop = parse_pkt(p);
	if (drop == DROP_NONE)
		drop = route_pkt(f, p);
	settle(p, drop);
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
