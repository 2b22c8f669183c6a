/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/stack.h"

#include "sim/base/mem.h"
#include "sim/host/stack_private.h"
#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/eth.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/udp.h"

#define TTL    64
#define QUOTED 8 /* bytes of the payload in an ICMP error (RFC 792) */
/* Linux: net.ipv4.ip_local_port_range. */
#define EPHEMERAL_FIRST 32768
#define EPHEMERAL_LAST	60999

const char *stack_error_text(enum stack_error error)
{
	static const char *const texts[] = {
#define X(symbol, text) text,
		STACK_ERRORS(X)
#undef X
	};
	return texts[error];
}

struct router *stack_router(const struct stack *s)
{
	return s->router;
}

struct world *stack_world(const struct stack *s)
{
	return router_node(s->router)->world;
}

struct stack *stack_new(struct router *r)
{
	struct stack *s = MEM_NEW(struct stack);
	s->router = r;
	s->craft = craft_new();
	s->next_ip_id = (uint16_t)rng_next(&router_node(r)->world->rng);
	router_set_local(r, stack_deliver, s);
	router_set_failed(r, stack_failed, s);
	return s;
}

void stack_free(struct stack *s)
{
	if (!s)
		return;
	while (s->tcps) {
		struct stack_tcp *t = s->tcps;
		stack_tcp_close(t);
		t->free(t);
	}
	while (s->udps)
		stack_udp_close(s->udps);
	while (s->pings)
		stack_ping_close(s->pings);
	craft_free(s->craft);
	pathmtu_fini(&s->paths);
	mem_free(s->silent);
	mem_free(s);
}

static struct craft_ip ip_head(ip4 src, ip4 dst, uint16_t id)
{
	return (struct craft_ip){
		.src = src, .dst = dst, .id = id, .ttl = TTL, .df = true};
}

/* A slot for a frame to be crafted into; NULL when the world has none. */
static struct pkt *new_pkt(struct stack *s, uint32_t flow, enum pkt_leg leg,
			   uint32_t cause)
{
	struct pkt *p = world_take_pkt(stack_world(s));
	if (!p)
		return NULL;
	p->flow = flow;
	p->leg = (uint8_t)leg;
	p->cause = cause;
	return p;
}

static void send(struct stack *s, struct pkt *p, size_t len)
{
	p->len = (uint16_t)len;
	if (len)
		router_send(s->router, p);
	else
		world_free_pkt(stack_world(s), p);
}

static struct craft_frame frame_of(struct pkt *p)
{
	return (struct craft_frame){p->data, PKT_ROOM};
}

static bool udp_port_used(const struct stack *s, uint16_t port)
{
	for (const struct stack_udp *u = s->udps; u; u = u->next)
		if (u->port == port)
			return true;
	return false;
}

static bool tcp_port_used(const struct stack *s, uint16_t port)
{
	for (const struct stack_tcp *t = s->tcps; t; t = t->next)
		if (t->port == port)
			return true;
	return stack_is_listening(s, port);
}

static uint16_t ephemeral(struct stack *s,
			  bool (*used)(const struct stack *s, uint16_t port))
{
	uint32_t count = EPHEMERAL_LAST - EPHEMERAL_FIRST + 1;
	uint32_t start = rng_below(&stack_world(s)->rng, count);
	for (uint32_t i = 0; i < count; i++) {
		uint16_t port =
			(uint16_t)(EPHEMERAL_FIRST + (start + i) % count);
		if (!used(s, port))
			return port;
	}
	return 0;
}

bool stack_udp_open(struct stack *s, struct stack_udp *u)
{
	if (u->peer_port && !u->local.v &&
	    !router_source_for(s->router, u->peer, &u->local))
		return false;
	if (!u->port)
		u->port = ephemeral(s, udp_port_used);
	u->stack = s;
	u->mold.size = 0;
	u->next = s->udps;
	s->udps = u;
	return true;
}

void stack_udp_close(struct stack_udp *u)
{
	if (!u->stack)
		return;
	struct stack_udp **at = &u->stack->udps;
	while (*at != u)
		at = &(*at)->next;
	*at = u->next;
	u->stack = NULL;
}

static void shape_udp(struct stack_udp *u)
{
	uint8_t frame[ETH_SIZE + IP4_SIZE + UDP_SIZE];
	struct craft_ip ip = ip_head(u->local, u->peer, 0);
	struct craft_udp udp = {u->port, u->peer_port, {NULL, 0}};
	mold_set(&u->mold, frame,
		 craft_make_udp(u->stack->craft, &ip, &udp,
				(struct craft_frame){frame, sizeof(frame)}));
}

void stack_udp_send(struct stack_udp *u, const uint8_t *bytes, size_t len)
{
	struct stack *s = u->stack;
	struct pkt *p = new_pkt(s, u->flow, PKT_REQUEST, 0);
	if (!p)
		return;
	if (!u->mold.size)
		shape_udp(u);
	send(s, p,
	     mold_udp(&u->mold, s->next_ip_id++,
		      (struct craft_bytes){bytes, len}, frame_of(p)));
}

void stack_udp_answer(struct stack *s, const struct stack_from *from,
		      const uint8_t *bytes, size_t len)
{
	struct pkt *p = new_pkt(s, from->flow, PKT_REPLY, from->pkt);
	if (!p)
		return;
	struct craft_ip ip = ip_head(from->dst, from->src, s->next_ip_id++);
	struct craft_udp udp = {from->dport, from->sport, {bytes, len}};
	send(s, p, craft_make_udp(s->craft, &ip, &udp, frame_of(p)));
}

bool stack_tcp_open(struct stack *s, struct stack_tcp *t)
{
	if (!t->local.v && !router_source_for(s->router, t->peer, &t->local))
		return false;
	if (!t->port)
		t->port = ephemeral(s, tcp_port_used);
	t->stack = s;
	t->mold.size = 0;
	t->next = s->tcps;
	s->tcps = t;
	return true;
}

uint16_t stack_tcp_mss(const struct stack_tcp *t)
{
	const struct stack *s = t->stack;
	uint32_t mtu = router_mtu_to(s->router, t->peer);
	uint32_t path =
		pathmtu_to(&s->paths, t->peer, world_now(stack_world(s)));
	uint32_t most = PKT_ROOM - ETH_SIZE;
	if (path && mtu > path)
		mtu = path;
	if (mtu > most)
		mtu = most;
	return (uint16_t)(mtu > IP4_SIZE + TCP_SIZE ? mtu - IP4_SIZE - TCP_SIZE
						    : 1);
}

void stack_tcp_close(struct stack_tcp *t)
{
	if (!t->stack)
		return;
	struct stack_tcp **at = &t->stack->tcps;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->stack = NULL;
}

static void shape_tcp(struct stack_tcp *t)
{
	uint8_t frame[ETH_SIZE + IP4_SIZE + TCP_SIZE];
	struct craft_ip ip = ip_head(t->local, t->peer, 0);
	struct craft_tcp tcp = {.sport = t->port, .dport = t->peer_port};
	mold_set(&t->mold, frame,
		 craft_make_tcp(t->stack->craft, &ip, &tcp,
				(struct craft_frame){frame, sizeof(frame)}));
}

void stack_tcp_send(struct stack_tcp *t, struct craft_tcp *segment,
		    uint32_t cause)
{
	struct stack *s = t->stack;
	struct pkt *p =
		new_pkt(s, t->flow, t->server ? PKT_REPLY : PKT_REQUEST, cause);
	if (!p)
		return;
	uint16_t id = s->next_ip_id++;
	if (segment->mss || segment->sack_count) { /* seldom: with options */
		struct craft_ip ip = ip_head(t->local, t->peer, id);
		segment->sport = t->port;
		segment->dport = t->peer_port;
		send(s, p, craft_make_tcp(s->craft, &ip, segment, frame_of(p)));
		return;
	}
	if (!t->mold.size)
		shape_tcp(t);
	send(s, p, mold_tcp(&t->mold, id, segment, frame_of(p)));
}

void stack_reset(struct stack *s, const struct stack_from *from,
		 const struct tcp *head, size_t payload)
{
	if (head->flags & TCP_RST)
		return;
	struct pkt *p = new_pkt(s, from->flow, PKT_REPLY, from->pkt);
	if (!p)
		return;
	struct craft_ip ip = ip_head(from->dst, from->src, s->next_ip_id++);
	ip.tos = from->tos; /* as Linux has it */
	/* RFC 9293 3.10.7.1 */
	struct craft_tcp rst = {.sport = from->dport, .dport = from->sport};
	if (head->flags & TCP_ACK) {
		rst.flags = TCP_RST;
		rst.seq = head->ack;
	} else {
		bool counts = head->flags & (TCP_SYN | TCP_FIN);
		rst.flags = TCP_RST | TCP_ACK;
		rst.ack = head->seq + (uint32_t)payload + counts;
	}
	send(s, p, craft_make_tcp(s->craft, &ip, &rst, frame_of(p)));
}

void stack_unreachable(struct stack *s, const struct pkt *about, uint8_t code)
{
	struct pkt *p = new_pkt(s, about->flow, PKT_ERROR, about->id);
	if (!p)
		return;
	struct craft_ip ip = ip_head(about->dst, about->src, s->next_ip_id++);
	const uint8_t *quoted = about->data + ETH_SIZE;
	size_t head = (size_t)about->l4 - ETH_SIZE;
	size_t left = parse_end(about) - about->l4;
	struct craft_error error = {
		ICMP_UNREACHABLE,
		code,
		{quoted, head + (left < QUOTED ? left : QUOTED)}};
	ip.tos = icmp_error_tos(quoted[1]);
	ip.df = false; /* Linux looks for the path's MTU with data only */
	send(s, p, craft_make_error(s->craft, &ip, &error, frame_of(p)));
}

void stack_listen(struct stack *s, struct stack_listener *l)
{
	l->next = s->listeners;
	s->listeners = l;
}

bool stack_is_listening(const struct stack *s, uint16_t port)
{
	for (const struct stack_listener *l = s->listeners; l; l = l->next)
		if (l->port == port)
			return true;
	return false;
}

void stack_set_silent(struct stack *s, const uint16_t *ports, size_t count)
{
	mem_free(s->silent);
	s->silent = mem_new(count, sizeof(*s->silent));
	for (size_t i = 0; i < count; i++)
		s->silent[i] = ports[i];
	s->silent_count = count;
}

bool stack_ping_open(struct stack *s, struct stack_ping *p)
{
	ip4 src;
	if (!router_source_for(s->router, p->peer, &src))
		return false;
	p->id = (uint16_t)(1 + rng_below(&stack_world(s)->rng, 65535));
	p->stack = s;
	p->next = s->pings;
	s->pings = p;
	return true;
}

void stack_ping_close(struct stack_ping *p)
{
	if (!p->stack)
		return;
	struct stack_ping **at = &p->stack->pings;
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->stack = NULL;
}

void stack_ping_send(struct stack_ping *ping, uint16_t seq)
{
	static const uint8_t payload[PKT_ROOM];
	struct stack *s = ping->stack;
	ip4 src;
	if (!router_source_for(s->router, ping->peer, &src)) {
		ping->error(ping->context, STACK_NET_UNREACHABLE);
		return;
	}
	struct pkt *p = new_pkt(s, ping->flow, PKT_REQUEST, 0);
	if (!p)
		return;
	struct craft_ip ip = ip_head(src, ping->peer, s->next_ip_id++);
	struct craft_echo echo = {false, ping->id, seq, {payload, ping->size}};
	ip.df = !ping->fragment;
	send(s, p, craft_make_echo(s->craft, &ip, &echo, frame_of(p)));
}
