/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that are for this host: which socket, which connection, or none. */
#include "sim/base/mem.h"
#include "sim/host/stack_private.h"
#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/udp.h"

/* ICMP to errno as Linux has it (icmp_err_convert in net/ipv4/icmp.c), and
 * whether a connected UDP socket hears of it ("fatal" there). */
static const struct {
	enum stack_error error;
	bool hard;
} unreachable[] = {
	[0] = {STACK_NET_UNREACHABLE, false},
	[1] = {STACK_HOST_UNREACHABLE, false},
	[2] = {STACK_NO_PROTOCOL, true},
	[3] = {STACK_REFUSED, true},
	[4] = {STACK_OK, false}, /* lowers the path MTU: tell_mtu() */
	[5] = {STACK_OK, false},
	[6] = {STACK_NET_UNREACHABLE, true},
	[7] = {STACK_HOST_DOWN, true},
	[8] = {STACK_NET_UNREACHABLE, true},
	[9] = {STACK_NET_UNREACHABLE, true},
	[10] = {STACK_HOST_UNREACHABLE, true},
	[11] = {STACK_NET_UNREACHABLE, false},
	[12] = {STACK_HOST_UNREACHABLE, false},
	[13] = {STACK_HOST_UNREACHABLE, true},
	[14] = {STACK_HOST_UNREACHABLE, true},
	[15] = {STACK_HOST_UNREACHABLE, true},
};

static enum stack_error error_of(uint8_t type, uint8_t code, bool *hard)
{
	*hard = false;
	if (type == ICMP_TIME_EXCEEDED)
		return STACK_HOST_UNREACHABLE;
	if (type != ICMP_UNREACHABLE ||
	    code >= sizeof(unreachable) / sizeof(unreachable[0]))
		return STACK_OK;
	*hard = unreachable[code].hard;
	return unreachable[code].error;
}

static struct stack_udp *find_udp(struct stack *s, const struct flow_key *k)
{
	for (struct stack_udp *u = s->udps; u; u = u->next) {
		if (u->port != k->dport ||
		    (u->local.v && !addr_same(u->local, k->dst)))
			continue;
		if (!u->peer_port ||
		    (u->peer_port == k->sport && addr_same(u->peer, k->src)))
			return u;
	}
	return NULL;
}

static struct stack_tcp *find_tcp(struct stack *s, const struct flow_key *k)
{
	for (struct stack_tcp *t = s->tcps; t; t = t->next)
		if (t->port == k->dport && t->peer_port == k->sport &&
		    addr_same(t->local, k->dst) && addr_same(t->peer, k->src))
			return t;
	return NULL;
}

static struct stack_ping *find_ping(struct stack *s, uint16_t id)
{
	for (struct stack_ping *p = s->pings; p; p = p->next)
		if (p->id == id)
			return p;
	return NULL;
}

static bool is_silent(const struct stack *s, uint16_t port)
{
	for (size_t i = 0; i < s->silent_count; i++)
		if (s->silent[i] == port)
			return true;
	return false;
}

static void accepted(struct stack *s, const struct pkt *p)
{
	world_note(router_node(s->router), p, NOTE_DELIVERED, p->in_port);
}

static struct stack_from from_of(const struct pkt *p)
{
	return (struct stack_from){.src = p->src,
				   .dst = p->dst,
				   .sport = p->sport,
				   .dport = p->dport,
				   .flow = p->flow,
				   .pkt = p->id,
				   .tos = p->data[ETH_SIZE + 1]};
}

/* The error concerns a packet of ours, whose answer it stands for: its key
 * (parse_key) finds the socket just as an answer's would. */
static void tell(struct stack *s, const struct flow_key *k,
		 enum stack_error error, bool hard)
{
	struct stack_udp *u;
	struct stack_tcp *t;
	struct stack_ping *ping;
	switch (k->proto) {
	case IP4_PROTO_TCP:
		t = find_tcp(s, k);
		if (t)
			t->error(t, error);
		break;
	case IP4_PROTO_UDP:
		u = find_udp(s, k);
		if (u && u->error && (hard || u->all_errors))
			u->error(u->context, error);
		break;
	case IP4_PROTO_ICMP:
		ping = find_ping(s, k->dport);
		if (ping)
			ping->error(ping->context, error);
		break;
	default:
		break;
	}
}

/* The MTU is in the last two bytes of the ICMP header; a router older than RFC
 * 1191 leaves it 0. */
static void tell_mtu(struct stack *s, const struct flow_key *k,
		     const uint8_t *icmp)
{
	struct stack_tcp *t = k->proto == IP4_PROTO_TCP ? find_tcp(s, k) : NULL;
	uint16_t mtu = be_load16(icmp + 6);
	if (!t || !mtu)
		return;
	pathmtu_learn(&s->paths, t->peer, mtu, world_now(stack_world(s)));
	t->path_mtu(t, mtu);
}

static bool deliver_icmp(struct stack *s, const struct pkt *p)
{
	const uint8_t *icmp = p->data + p->l4;
	bool hard;
	if (p->icmp_type == ICMP_ECHO_REPLY) {
		struct stack_ping *ping = find_ping(s, p->dport);
		if (!ping)
			return false;
		accepted(s, p);
		ping->reply(ping->context, be_load16(icmp + 6));
		return true;
	}
	if (!p->quoted)
		return false;
	struct flow_key k;
	parse_key(p, &k);
	accepted(s, p);
	enum stack_error error = error_of(icmp[0], icmp[1], &hard);
	if (error != STACK_OK)
		tell(s, &k, error, hard);
	else if (icmp[0] == ICMP_UNREACHABLE && icmp[1] == ICMP_FRAG_NEEDED)
		tell_mtu(s, &k, icmp);
	return true;
}

static bool deliver_udp(struct stack *s, struct pkt *p)
{
	struct flow_key k;
	struct udp head;
	size_t left =
		be_load16(p->data + ETH_SIZE + 2) - ((size_t)p->l4 - ETH_SIZE);
	parse_key(p, &k);
	if (!udp_read(p->data + p->l4, left, p->src, p->dst, &head)) {
		p->drop = DROP_MALFORMED;
		return false;
	}
	struct stack_udp *u = find_udp(s, &k);
	if (!u || is_silent(s, p->dport)) {
		p->drop = DROP_NO_PORT;
		if (!is_silent(s, p->dport))
			stack_unreachable(s, p, ICMP_PORT);
		return false;
	}
	struct stack_from from = from_of(p);
	accepted(s, p);
	u->receive(u->context, &from, p->data + p->l4 + UDP_SIZE,
		   head.size - (size_t)UDP_SIZE);
	return true;
}

static bool is_opening(const struct tcp *head)
{
	return (head->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

/* A segment that no connection knows: for a listener, or refused. */
static bool deliver_stranger(struct stack *s, struct pkt *p,
			     const struct tcp *head, size_t payload)
{
	struct stack_from from = from_of(p);
	bool opens = is_opening(head);
	if (is_silent(s, p->dport)) {
		p->drop = DROP_NO_PORT;
		return false;
	}
	for (struct stack_listener *l = s->listeners; opens && l; l = l->next) {
		if (l->port != p->dport)
			continue;
		accepted(s, p);
		l->syn(l->context, &from, head);
		return true;
	}
	p->drop = opens ? DROP_NO_PORT : DROP_NO_CONN;
	stack_reset(s, &from, head, payload);
	return false;
}

static bool deliver_tcp(struct stack *s, struct pkt *p)
{
	struct flow_key k;
	struct tcp head;
	size_t size =
		be_load16(p->data + ETH_SIZE + 2) - ((size_t)p->l4 - ETH_SIZE);
	const uint8_t *l4 = p->data + p->l4;
	parse_key(p, &k);
	if (!tcp_read(l4, size, p->src, p->dst, &head)) {
		p->drop = DROP_MALFORMED;
		return false;
	}
	struct stack_tcp *t = find_tcp(s, &k);
	if (!t || (is_opening(&head) && t->yield(t, &head)))
		return deliver_stranger(s, p, &head, size - head.head_size);
	accepted(s, p);
	t->segment(t, &head, l4 + head.head_size, size - head.head_size, p->id);
	return true;
}

static bool dispatch(struct stack *s, struct pkt *p)
{
	switch (p->proto) {
	case IP4_PROTO_ICMP:
		return deliver_icmp(s, p);
	case IP4_PROTO_UDP:
		return deliver_udp(s, p);
	case IP4_PROTO_TCP:
		return deliver_tcp(s, p);
	default:
		stack_unreachable(s, p, ICMP_PROTO); /* RFC 1122 3.2.2.1 */
		return false;
	}
}

bool stack_deliver(void *context, struct pkt *p)
{
	struct stack *s = context;
	p->drop = DROP_NO_CONN;
	if (p->fragment || !dispatch(s, p))
		return false;
	world_free_pkt(stack_world(s), p);
	return true;
}

void stack_failed(void *context, const struct pkt *p, enum drop reason)
{
	struct flow_key k = {p->dst, p->src, p->dport, p->sport, p->proto};
	bool no_route = reason == DROP_NO_ROUTE || reason == DROP_BLACKHOLE;
	if (reason == DROP_MTU) {
		tell(context, &k, STACK_TOO_LONG, true);
		return;
	}
	tell(context, &k,
	     no_route ? STACK_NET_UNREACHABLE : STACK_HOST_UNREACHABLE,
	     no_route);
}
