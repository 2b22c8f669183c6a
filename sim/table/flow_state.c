/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine of sessions and their idle timers (flow.h). */
#include "sim/table/flow.h"

#include "sim/base/rare.h"

#define SECOND UINT64_C(1000000000)

/* Seconds of an NSX edge: session timers of a gateway (docs NSX 4.1); for the
 * load balancer its fast-TCP (idle 1800, close 8) and fast-UDP profiles. */
static const struct {
	const char *name;
	uint16_t tcp, udp, icmp, lb_tcp, lb_udp;
} states[FLOW_STATE_COUNT] = {
	[FLOW_FIRST] = {"FIRST", 120, 30, 6, 120, 300},
	[FLOW_OPENING] = {"OPENING", 30, 0, 0, 30, 0},
	[FLOW_ESTABLISHED] = {"ESTABLISHED", 7200, 0, 0, 1800, 0},
	[FLOW_CLOSING] = {"CLOSING", 900, 0, 0, 8, 0},
	[FLOW_FIN_WAIT] = {"FIN_WAIT", 4, 0, 0, 8, 0},
	[FLOW_CLOSED] = {"CLOSED", 2, 0, 0, 8, 0},
	[FLOW_SINGLE] = {"SINGLE", 0, 30, 0, 0, 300},
	[FLOW_MULTIPLE] = {"MULTIPLE", 0, 30, 6, 0, 300},
};

uint64_t flow_timeout_ns(const struct flow *f)
{
	bool lb = f->kind == FLOW_LB;
	switch (f->proto) {
	case IP4_PROTO_TCP:
		return SECOND *
		       (lb ? states[f->state].lb_tcp : states[f->state].tcp);
	case IP4_PROTO_UDP:
		return SECOND *
		       (lb ? states[f->state].lb_udp : states[f->state].udp);
	default:
		return SECOND * states[f->state].icmp;
	}
}

/* Ends of a session are forgotten when the initiator begins anew with the same
 * ports. */
static void restart(struct flow *f)
{
	if (f->state != FLOW_CLOSED && f->fins == 0)
		return;
	f->state = FLOW_FIRST;
	f->fins = 0;
}

static enum flow_state next_tcp(const struct flow *f, enum flow_dir dir,
				uint8_t flags)
{
	if (flags & TCP_RST || f->state == FLOW_CLOSED)
		return FLOW_CLOSED;
	if (f->fins == 3)
		return FLOW_FIN_WAIT;
	if (f->fins)
		return FLOW_CLOSING;
	if (f->state == FLOW_FIRST)
		return dir == FLOW_BACKWARD ? FLOW_OPENING : FLOW_FIRST;
	if (f->state == FLOW_OPENING && dir == FLOW_FORWARD && flags & TCP_ACK)
		return FLOW_ESTABLISHED;
	return (enum flow_state)f->state;
}

static enum flow_state after_tcp(struct flow *f, enum flow_dir dir,
				 uint8_t flags)
{
	if (dir == FLOW_FORWARD && (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		restart(f);
	if (flags & TCP_FIN)
		f->fins = (f->fins | 1U << dir) & 3U;
	return next_tcp(f, dir, flags);
}

static enum flow_state next_other(const struct flow *f, enum flow_dir dir)
{
	if (dir == FLOW_BACKWARD || f->state == FLOW_MULTIPLE)
		return FLOW_MULTIPLE;
	return f->packets[FLOW_FORWARD] > 1 && f->proto == IP4_PROTO_UDP
		       ? FLOW_SINGLE
		       : (enum flow_state)f->state;
}

RARE void flow_advance(struct flow_table *t, uint32_t flow, enum flow_dir dir,
		       uint8_t tcp_flags)
{
	struct flow *f = &t->flows[flow];
	uint64_t was = flow_timeout_ns(f);
	f->state = (uint8_t)(f->proto == IP4_PROTO_TCP
				     ? after_tcp(f, dir, tcp_flags)
				     : next_other(f, dir));
	if (flow_timeout_ns(f) < was)
		flow_resettle(t, flow);
}

const char *flow_state_name(enum flow_state state)
{
	return states[state].name;
}
