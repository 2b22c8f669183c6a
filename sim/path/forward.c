/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/forward.h"

#include "sim/path/miss.h"
#include "sim/path/parse.h"
#include "sim/path/route.h"
#include "sim/path/translate.h"
#include "sim/wire/be.h"
#include "sim/wire/icmp.h"

static enum note_kind note_of(enum flow_kind kind)
{
	return kind == FLOW_SNAT   ? NOTE_SNAT
	       : kind == FLOW_DNAT ? NOTE_DNAT
				   : NOTE_LB;
}

/* The live session of 'p', or FLOW_NONE; an idle one is ended here. */
static uint32_t find_session(struct forward *f, const struct flow_key *key,
			     enum flow_dir *dir, uint64_t now)
{
	uint32_t number = flow_find(&f->flows, key, dir);
	if (number == FLOW_NONE || !flow_is_idle(&f->flows.flows[number], now))
		return number;
	miss_release(f, &f->flows.flows[number]);
	flow_remove(&f->flows, number);
	return FLOW_NONE;
}

/* Whether a session of 'kind' translates packets of direction 'dir' when they
 * arrive (else when they leave): destinations before routing, sources after
 * it. A virtual server does both at once. */
static bool acts_on_arrival(enum flow_kind kind, enum flow_dir dir)
{
	switch (kind) {
	case FLOW_SNAT:
		return dir == FLOW_BACKWARD;
	case FLOW_DNAT:
	case FLOW_PASS:
		return dir == FLOW_FORWARD;
	default:
		return true;
	}
}

static bool applies_at(const struct forward *f, const struct flow *flow,
		       uint16_t port)
{
	if (flow->kind == FLOW_LB)
		return true;
	if (!f->ports[port].uplink)
		return false;
	return !flow->scope || flow->scope >> (port & 63) & 1;
}

/* Carries out the session's recipe; errors do not count as its traffic. */
static void run_session(struct forward *f, struct pkt *p, uint32_t number,
			enum flow_dir dir, uint64_t now)
{
	struct flow *flow = &f->flows.flows[number];
	struct flow_key key;
	parse_key(p, &key);
	if (!p->quoted)
		flow_touch(&f->flows, number, dir, p->tcp_flags, now);
	if (flow->kind == FLOW_PASS)
		return;
	if (flow->rule != FLOW_NONE) {
		f->nat.rules[flow->rule].packets++;
		f->nat.rules[flow->rule].bytes +=
			be_load16(p->data + p->l3 + 2);
	}
	translate_pkt(p, &key, &flow->out[dir]);
	note_add(&f->notes, p, note_of(flow->kind), flow->ref);
}

/* Looks for the session of 'p' at 'port' and carries it out if it acts at this
 * stage. True if there is one, so that no rule needs to be looked at. */
static bool hit(struct forward *f, struct pkt *p, enum nat_stage stage,
		uint64_t now)
{
	struct flow_key key;
	enum flow_dir dir;
	uint16_t port = stage == NAT_INGRESS ? p->in_port : p->out_port;
	if (!f->flows.count || p->fragment)
		return false;
	parse_key(p, &key);
	uint32_t number = find_session(f, &key, &dir, now);
	if (number == FLOW_NONE)
		return false;
	const struct flow *flow = &f->flows.flows[number];
	if (acts_on_arrival(flow->kind, dir) != (stage == NAT_INGRESS) ||
	    !applies_at(f, flow, port))
		return false;
	run_session(f, p, number, dir, now);
	return true;
}

static enum drop arrive(struct forward *f, struct pkt *p, uint64_t now)
{
	bool balanced;
	if (hit(f, p, NAT_INGRESS, now))
		return DROP_NONE;
	enum drop drop = miss_balance(f, p, now, &balanced);
	if (balanced || !f->ports[p->in_port].uplink)
		return drop;
	return miss_destination(f, p, now);
}

static enum drop leave(struct forward *f, struct pkt *p, uint64_t now)
{
	if (!f->ports[p->out_port].uplink || hit(f, p, NAT_EGRESS, now))
		return DROP_NONE;
	return miss_source(f, p, now);
}

static enum drop permit(struct forward *f, struct pkt *p)
{
	if (!f->acl.count)
		return DROP_NONE;
	struct nat_key key = {p->src,	p->dst,	  p->proto,
			      p->sport, p->dport, p->in_port};
	struct acl_rule *r = acl_match(&f->acl, &key);
	if (!r)
		return DROP_NONE;
	r->packets++;
	if (r->action == ACL_PERMIT)
		return DROP_NONE;
	p->drop_ref = r->ref;
	return r->action == ACL_REJECT ? DROP_ACL_REJECT : DROP_ACL_DROP;
}

static enum drop admit(struct forward *f, struct pkt *p)
{
	enum drop drop = parse_pkt(p);
	if (drop != DROP_NONE)
		return drop;
	note_add(&f->notes, p, NOTE_RECEIVED, p->in_port);
	if (!f->ports[p->in_port].up)
		return DROP_IFACE_DOWN;
	drop = permit(f, p);
	return drop == DROP_NONE ? route_urpf(f, p) : drop;
}

/* The stages of one packet, in the order that forward.h describes. */
static enum drop decide(struct forward *f, struct pkt *p, uint64_t now)
{
	enum drop drop = admit(f, p);
	if (drop == DROP_NONE)
		drop = arrive(f, p, now);
	if (drop != DROP_NONE)
		return drop;
	if (route_is_local(f, p->dst)) {
		p->verdict = PKT_LOCAL;
		return DROP_NONE;
	}
	if (f->standby)
		return DROP_STANDBY;
	if (!f->ports[p->in_port].backplane)
		drop = route_ttl(p);
	if (drop == DROP_NONE)
		drop = route_pkt(f, p);
	if (drop == DROP_NONE)
		drop = leave(f, p, now);
	return drop == DROP_NONE ? route_mtu(f, p) : drop;
}

static void settle(struct pkt *p, enum drop drop)
{
	p->drop = (uint8_t)drop;
	if (drop != DROP_NONE)
		p->verdict = PKT_DROP;
}

void forward_batch(struct forward *f, struct batch *b, uint64_t now)
{
	for (size_t i = 0; i < b->count; i++) {
		struct pkt *p = b->at[i];
		p->verdict = PKT_SEND;
		p->drop_ref = 0;
		settle(p, decide(f, p, now));
	}
}

void forward_own(struct forward *f, struct pkt *p)
{
	p->verdict = PKT_SEND;
	p->drop_ref = 0;
	enum drop drop = parse_pkt(p);
	settle(p, drop == DROP_NONE ? route_pkt(f, p) : drop);
}

void forward_expire(struct forward *f, uint64_t now)
{
	uint32_t number = 0;
	while ((number = flow_next_expired(&f->flows, number, now)) !=
	       FLOW_NONE) {
		miss_release(f, &f->flows.flows[number]);
		flow_remove(&f->flows, number);
	}
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
	case DROP_BLACKHOLE:
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
