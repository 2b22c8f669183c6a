/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence numbers count from 'snd_base', which is the first byte in 'out'.
 * What is sent and not acknowledged is out[0 .. snd_nxt - snd_base). */
#include "sim/host/conn.h"

#include <string.h>

#include "sim/base/mem.h"

#define MSS	     1460
#define WINDOW	     65535
#define INITIAL_CWND (10 * MSS)	       /* RFC 6928 */
#define RTO_MIN	     (200 * VCLOCK_MS) /* Linux: TCP_RTO_MIN */
#define RTO_MAX	     (120 * VCLOCK_S)
#define DATA_TRIES   15 /* Linux: tcp_retries2 */
#define SYNACK_TRIES 5	/* Linux: tcp_synack_retries */
#define TIME_WAIT_NS (60 * VCLOCK_S)
#define DUP_ACKS     3

enum state { SYN_SENT, SYN_RECEIVED, ESTABLISHED, TIME_WAIT, DEAD };

struct conn {
	struct stack_tcp tcp; /* first */
	struct host *host;
	struct vclock *clock;
	struct vclock_timer timer; /* retransmission, TIME_WAIT, or burial */
	const struct conn_events *events; /* NULL: nobody listens any more */
	void *context;
	struct conn_listener *listener; /* until it is accepted */
	enum state state;
	unsigned tries; /* transmissions of what the timer watches */
	uint32_t snd_base, snd_nxt, rcv_nxt;
	uint8_t *out; /* bytes from out_start on are not acknowledged yet */
	size_t out_start, out_count, out_room;
	uint32_t peer_window, cwnd;
	uint16_t mss;
	unsigned dup_acks;
	bool fin_wanted, fin_sent, fin_acked, fin_received;
	uint64_t srtt, rttvar, rto, sampled; /* ns; sampled: when sent, or 0 */
	uint32_t sample_end;
	uint32_t cause; /* packet that the next segment answers */
};

/* When SYNs are sent again, seconds after the one before; the last entry is the
 * wait before ETIMEDOUT. */
static const uint8_t syn_waits[][12] = {
	[HOST_SYN_LINUX_5] = {1, 2, 4, 8, 16, 32, 64},
	[HOST_SYN_LINUX_6_5] = {1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64},
};

static void on_timer(void *context);

static void set_timer(struct conn *c, uint64_t delay)
{
	vclock_set(c->clock, &c->timer, c->clock->now + delay);
}

/* The user is told, if there still is one: the host goes away. */
static void free_conn(struct stack_tcp *t)
{
	struct conn *c = (struct conn *)t;
	if (c->events && c->events->failed)
		c->events->failed(c->context, STACK_RESET);
	vclock_cancel(c->clock, &c->timer);
	mem_free(c->out);
	mem_free(c);
}

/* It is buried by its own timer, since callers up the stack still hold it. */
static void die(struct conn *c)
{
	c->state = DEAD;
	c->events = NULL;
	set_timer(c, 0);
}

static void fail(struct conn *c, enum stack_error error)
{
	const struct conn_events *events = c->events;
	void *context = c->context;
	die(c);
	if (events && events->failed)
		events->failed(context, error);
}

static void transmit(struct conn *c, uint8_t flags, uint32_t seq,
		     struct craft_bytes payload)
{
	struct craft_tcp segment = {
		.seq = seq,
		.ack = flags & TCP_ACK ? c->rcv_nxt : 0,
		.flags = flags,
		.window = WINDOW,
		.mss = flags & TCP_SYN ? MSS : 0,
		.payload = payload,
	};
	stack_tcp_send(&c->tcp, &segment, c->cause);
	c->cause = 0;
}

static void send_ack(struct conn *c)
{
	transmit(c, TCP_ACK, c->snd_nxt, (struct craft_bytes){NULL, 0});
}

static void send_syn(struct conn *c)
{
	uint8_t flags = c->state == SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK;
	c->tries++;
	if (c->tries == 1)
		c->sampled = c->clock->now + 1;
	else
		c->sampled = 0;
	transmit(c, flags, c->snd_base - 1, (struct craft_bytes){NULL, 0});
	uint64_t wait =
		c->state == SYN_SENT
			? syn_waits[host_conf(c->host)->syn][c->tries - 1]
			: (uint64_t)1 << (c->tries - 1);
	set_timer(c, wait * VCLOCK_S);
}

/* The client still tries: answer, and wait as long again as after the last
 * SYN-ACK (tcp_check_req in net/ipv4/tcp_minisocks.c). */
static void repeat_synack(struct conn *c)
{
	transmit(c, TCP_SYN | TCP_ACK, c->snd_base - 1,
		 (struct craft_bytes){NULL, 0});
	set_timer(c, ((uint64_t)1 << (c->tries - 1)) * VCLOCK_S);
}

static uint32_t in_flight(const struct conn *c)
{
	return c->snd_nxt - c->snd_base;
}

static void send_chunk(struct conn *c, uint32_t from, uint32_t len)
{
	bool last = from + len == c->out_count;
	bool fin = last && c->fin_wanted;
	uint8_t flags = (uint8_t)(TCP_ACK | (last && len ? TCP_PSH : 0) |
				  (fin ? TCP_FIN : 0));
	transmit(c, flags, c->snd_base + from,
		 (struct craft_bytes){c->out + c->out_start + from, len});
	c->fin_sent = c->fin_sent || fin;
	uint32_t end = c->snd_base + from + len + fin;
	if (end - c->snd_nxt < (uint32_t)1 << 31)
		c->snd_nxt = end;
}

/* All that window and congestion window allow. */
static void push(struct conn *c)
{
	if (c->state != ESTABLISHED)
		return;
	uint32_t limit = c->cwnd < c->peer_window ? c->cwnd : c->peer_window;
	while (in_flight(c) < c->out_count && in_flight(c) < limit) {
		uint32_t from = in_flight(c);
		uint32_t len = (uint32_t)c->out_count - from;
		if (len > c->mss)
			len = c->mss;
		if (!c->sampled) {
			c->sampled = c->clock->now + 1;
			c->sample_end = c->snd_base + from + len;
		}
		send_chunk(c, from, len);
	}
	if (c->fin_wanted && !c->fin_sent && in_flight(c) == c->out_count)
		send_chunk(c, (uint32_t)c->out_count, 0);
	if (c->snd_nxt != c->snd_base && !vclock_is_set(&c->timer)) {
		c->tries = 1;
		set_timer(c, c->rto);
	}
}

/* RFC 6298. */
static void take_sample(struct conn *c)
{
	uint64_t rtt = c->clock->now + 1 - c->sampled;
	uint64_t off = rtt > c->srtt ? rtt - c->srtt : c->srtt - rtt;
	c->sampled = 0;
	if (!c->srtt) {
		c->srtt = rtt;
		c->rttvar = rtt / 2;
	} else {
		c->rttvar = (3 * c->rttvar + off) / 4;
		c->srtt = (7 * c->srtt + rtt) / 8;
	}
	c->rto = c->srtt + 4 * c->rttvar;
	if (c->rto < RTO_MIN)
		c->rto = RTO_MIN;
}

static void resend(struct conn *c)
{
	uint32_t len = (uint32_t)c->out_count;
	if (len > c->mss)
		len = c->mss;
	c->sampled = 0;
	send_chunk(c, 0, len);
}

static void resend_late(struct conn *c)
{
	if (c->tries++ > DATA_TRIES) {
		fail(c, STACK_TIMED_OUT);
		return;
	}
	c->cwnd = c->mss;
	c->snd_nxt = c->snd_base; /* go back: the rest follows with the acks */
	c->fin_sent = false;
	resend(c);
	c->rto = 2 * c->rto < RTO_MAX ? 2 * c->rto : RTO_MAX;
	set_timer(c, c->rto);
}

static void on_timer(void *context)
{
	struct conn *c = context;
	switch (c->state) {
	case SYN_SENT:
		if (syn_waits[host_conf(c->host)->syn][c->tries])
			send_syn(c);
		else
			fail(c, STACK_TIMED_OUT);
		break;
	case SYN_RECEIVED:
		if (c->tries <= SYNACK_TRIES)
			send_syn(c);
		else
			fail(c, STACK_TIMED_OUT);
		break;
	case ESTABLISHED:
		resend_late(c);
		break;
	default:
		stack_tcp_close(&c->tcp);
		free_conn(&c->tcp);
	}
}

static void establish(struct conn *c)
{
	c->state = ESTABLISHED;
	c->tries = 0;
	vclock_cancel(c->clock, &c->timer);
	if (c->sampled)
		take_sample(c);
	if (c->listener) {
		struct conn_listener *l = c->listener;
		c->listener = NULL;
		l->accepted(l->context, c);
	} else if (c->events && c->events->connected) {
		c->events->connected(c->context);
	}
	push(c);
}

static void take_peer(struct conn *c, const struct tcp *head)
{
	c->rcv_nxt = head->seq + 1;
	c->peer_window = head->window;
	c->mss = head->mss && head->mss < MSS ? head->mss : MSS;
	c->cwnd = INITIAL_CWND;
}

static void segment_syn_sent(struct conn *c, const struct tcp *head)
{
	bool acks = head->flags & TCP_ACK && head->ack == c->snd_base;
	if (head->flags & TCP_RST) {
		if (acks)
			fail(c, STACK_REFUSED);
		return;
	}
	if (!(head->flags & TCP_SYN) || !acks)
		return;
	take_peer(c, head);
	send_ack(c);
	establish(c);
}

static void drop_acked(struct conn *c, uint32_t acked)
{
	bool fin = c->fin_sent && acked == in_flight(c) && acked > c->out_count;
	uint32_t data = acked - fin;
	c->out_start += data;
	c->out_count -= data;
	c->snd_base += acked;
	c->fin_acked = c->fin_acked || fin;
	c->cwnd += acked;
	c->dup_acks = 0;
	c->tries = 0;
	if (c->sampled && c->snd_base - c->sample_end < (uint32_t)1 << 31)
		take_sample(c);
	vclock_cancel(c->clock, &c->timer);
	if (c->snd_base != c->snd_nxt) {
		c->tries = 1;
		set_timer(c, c->rto);
	}
}

static void take_ack(struct conn *c, const struct tcp *head, size_t len)
{
	uint32_t acked = head->ack - c->snd_base;
	c->peer_window = head->window;
	if (acked && acked <= in_flight(c)) {
		drop_acked(c, acked);
		push(c);
	} else if (!acked && in_flight(c) && !len &&
		   ++c->dup_acks == DUP_ACKS) {
		resend(c);
	}
}

static void end_if_done(struct conn *c)
{
	if (!c->fin_acked || !c->fin_received || c->state != ESTABLISHED)
		return;
	c->events = NULL;
	c->state = TIME_WAIT;
	set_timer(c, TIME_WAIT_NS);
}

static void take_data(struct conn *c, const struct tcp *head,
		      const uint8_t *payload, size_t len)
{
	bool fin = head->flags & TCP_FIN;
	if (!len && !fin)
		return;
	if (head->seq != c->rcv_nxt) {
		send_ack(c); /* says what is missing */
		return;
	}
	c->rcv_nxt += (uint32_t)len + fin;
	send_ack(c);
	if (len && c->events && c->events->received)
		c->events->received(c->context, payload, len);
	if (!fin || c->state != ESTABLISHED)
		return;
	c->fin_received = true;
	if (c->events && c->events->finished)
		c->events->finished(c->context);
}

static void segment_open(struct conn *c, const struct tcp *head,
			 const uint8_t *payload, size_t len)
{
	if (head->flags & TCP_RST) {
		if (head->seq == c->rcv_nxt)
			fail(c, STACK_RESET);
		return;
	}
	if (head->flags & TCP_SYN) { /* our ACK or SYN-ACK was lost */
		if (c->state == SYN_RECEIVED)
			repeat_synack(c);
		else
			send_ack(c);
		return;
	}
	if (!(head->flags & TCP_ACK))
		return;
	if (c->state == SYN_RECEIVED) {
		if (head->ack != c->snd_base)
			return;
		establish(c);
	}
	take_ack(c, head, len);
	if (c->state == ESTABLISHED)
		take_data(c, head, payload, len);
	end_if_done(c);
}

static void on_segment(struct stack_tcp *t, const struct tcp *head,
		       const uint8_t *payload, size_t len, uint32_t pkt)
{
	struct conn *c = (struct conn *)t;
	c->cause = pkt;
	switch (c->state) {
	case SYN_SENT:
		segment_syn_sent(c, head);
		break;
	case SYN_RECEIVED:
	case ESTABLISHED:
		segment_open(c, head, payload, len);
		break;
	case TIME_WAIT:
		if (head->flags & TCP_FIN)
			send_ack(c);
		break;
	default:
		break;
	}
}

/* ICMP errors end a connect at once; later they are remembered only, and we
 * remember nothing (tcp_v4_err in net/ipv4/tcp_ipv4.c). */
static void on_error(struct stack_tcp *t, enum stack_error error)
{
	struct conn *c = (struct conn *)t;
	if (c->state == SYN_SENT)
		fail(c, error);
}

static struct conn *new_conn(struct host *h)
{
	struct conn *c = MEM_NEW(struct conn);
	struct world *w = host_world(h);
	c->host = h;
	c->clock = &w->clock;
	c->timer.fire = on_timer;
	c->timer.context = c;
	c->tcp.segment = on_segment;
	c->tcp.error = on_error;
	c->tcp.free = free_conn;
	c->snd_base = c->snd_nxt = rng_next(&w->rng);
	c->rto = VCLOCK_S;
	c->mss = MSS;
	return c;
}

struct conn *conn_connect(struct host *h, ip4 peer, uint16_t port,
			  uint16_t sport, enum stack_error *error)
{
	struct conn *c = new_conn(h);
	c->state = SYN_SENT;
	c->tcp.peer = peer;
	c->tcp.peer_port = port;
	c->tcp.port = sport;
	c->tcp.flow = world_flow(host_world(h));
	*error = STACK_NET_UNREACHABLE;
	if (!stack_tcp_open(host_stack(h), &c->tcp)) {
		free_conn(&c->tcp);
		return NULL;
	}
	send_syn(c);
	return c->state == DEAD ? NULL : c; /* the interface is down */
}

void conn_set_events(struct conn *c, const struct conn_events *events,
		     void *context)
{
	c->events = events;
	c->context = context;
}

uint32_t conn_flow(const struct conn *c)
{
	return c->tcp.flow;
}

ip4 conn_local(const struct conn *c, uint16_t *port)
{
	*port = c->tcp.port;
	return c->tcp.local;
}

bool conn_is_connected(const struct conn *c)
{
	return c->state == ESTABLISHED;
}

static void make_room(struct conn *c, size_t len)
{
	if (c->out_room - c->out_start - c->out_count >= len)
		return;
	if (c->out_start)
		memmove(c->out, c->out + c->out_start, c->out_count);
	c->out_start = 0;
	if (c->out_room - c->out_count >= len)
		return;
	c->out_room = 2 * (c->out_count + len);
	c->out = mem_grow(c->out, c->out_room, 1);
}

void conn_send(struct conn *c, const void *bytes, size_t len)
{
	make_room(c, len);
	memcpy(c->out + c->out_start + c->out_count, bytes, len);
	c->out_count += len;
	push(c);
}

void conn_close(struct conn *c)
{
	c->events = NULL;
	if (c->state != ESTABLISHED) {
		conn_abort(c);
		return;
	}
	c->fin_wanted = true;
	push(c);
	end_if_done(c);
}

void conn_abort(struct conn *c)
{
	if (c->state == ESTABLISHED)
		transmit(c, TCP_RST | TCP_ACK, c->snd_nxt,
			 (struct craft_bytes){NULL, 0});
	die(c);
}

static void on_syn(void *context, const struct stack_from *from,
		   const struct tcp *head)
{
	struct conn_listener *l = context;
	struct conn *c = new_conn(l->host);
	c->state = SYN_RECEIVED;
	c->listener = l;
	c->tcp.server = true;
	c->tcp.local = from->dst;
	c->tcp.port = from->dport;
	c->tcp.peer = from->src;
	c->tcp.peer_port = from->sport;
	c->tcp.flow = from->flow;
	c->cause = from->pkt;
	take_peer(c, head);
	stack_tcp_open(host_stack(l->host), &c->tcp);
	send_syn(c);
}

void conn_listen(struct host *h, uint16_t port, struct conn_listener *l)
{
	l->host = h;
	l->listener = (struct stack_listener){
		.port = port, .syn = on_syn, .context = l};
	stack_listen(host_stack(h), &l->listener);
}
