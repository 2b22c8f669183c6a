/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/conn.h"

#include "sim/base/mem.h"
#include "sim/host/conn_private.h"
#include "sim/host/pathmtu.h"

#define TIME_WAIT_NS (60 * VCLOCK_S)
#define HEADS_SIZE   40 /* IP and TCP, without options */

static void on_timer(void *context);

void conn_set_timer(struct conn *c, uint64_t delay)
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
	vclock_cancel(c->clock, &c->ack_timer);
	conn_in_forget(c);
	mem_free(c->out);
	mem_free(c);
}

/* It is buried by its own timer, since callers up the stack still hold it. */
static void die(struct conn *c)
{
	c->state = CONN_DEAD;
	c->events = NULL;
	vclock_cancel(c->clock, &c->ack_timer);
	conn_set_timer(c, 0);
}

void conn_fail(struct conn *c, enum stack_error error)
{
	const struct conn_events *events = c->events;
	void *context = c->context;
	die(c);
	if (events && events->failed)
		events->failed(context, error);
}

static void on_timer(void *context)
{
	struct conn *c = context;
	switch (c->state) {
	case CONN_SYN_SENT:
	case CONN_SYN_RECEIVED:
		if (conn_out_may_repeat_syn(c))
			conn_out_syn(c);
		else
			conn_fail(c, STACK_TIMED_OUT);
		break;
	case CONN_ESTABLISHED:
		conn_out_late(c);
		break;
	default:
		stack_tcp_close(&c->tcp);
		free_conn(&c->tcp);
	}
}

static void establish(struct conn *c)
{
	c->state = CONN_ESTABLISHED;
	c->tries = 0;
	vclock_cancel(c->clock, &c->timer);
	if (c->sampled)
		conn_out_sample(c);
	if (c->listener) {
		struct conn_listener *l = c->listener;
		c->listener = NULL;
		l->accepted(l->context, c);
	} else if (c->events && c->events->connected) {
		c->events->connected(c->context);
	}
	conn_out_push(c);
}

static uint16_t own_mss(const struct conn *c)
{
	uint16_t mss = stack_tcp_mss(&c->tcp);
	return mss < CONN_MSS ? mss : CONN_MSS;
}

static void take_peer(struct conn *c, const struct tcp *head)
{
	c->rcv_nxt = head->seq + 1;
	c->peer_window = head->window;
	c->mss = own_mss(c);
	if (head->mss && head->mss < c->mss)
		c->mss = head->mss;
	c->peer_sacks = head->sack_permitted;
	conn_cwnd_open(c);
}

static void segment_syn_sent(struct conn *c, const struct tcp *head)
{
	bool acks = head->flags & TCP_ACK && head->ack == c->snd_base;
	if (head->flags & TCP_ACK && !acks && !(head->flags & TCP_RST)) {
		/* Of an older connection between the same ends. */
		conn_out_segment(c, TCP_RST, head->ack,
				 (struct craft_bytes){NULL, 0});
		return;
	}
	if (head->flags & TCP_RST) {
		if (acks)
			conn_fail(c, STACK_REFUSED);
		return;
	}
	if (!(head->flags & TCP_SYN) || !acks)
		return;
	take_peer(c, head);
	conn_out_ack(c);
	establish(c);
}

static void restart_timer(struct conn *c)
{
	c->tries = 0;
	vclock_cancel(c->clock, &c->timer);
	if (c->snd_base == c->snd_nxt)
		return;
	c->tries = 1;
	conn_set_timer(c, c->rto);
}

static void drop_acked(struct conn *c, uint32_t acked)
{
	uint32_t data = acked < c->out_count ? acked : (uint32_t)c->out_count;
	c->out_start += data;
	c->out_start -= c->out_start < c->out_room ? 0 : c->out_room;
	c->out_count -= data;
	c->snd_base += acked;
	if (acked > data)
		c->fin_sent = c->fin_acked = true;
	/* It was all there when we went back to send it again. */
	if (conn_is_after(c->snd_base, c->snd_nxt))
		c->snd_nxt = c->snd_base;
	if (c->sampled && !conn_is_after(c->sample_end, c->snd_base))
		conn_out_sample(c);
}

static void new_ack(struct conn *c, uint32_t acked)
{
	uint32_t flight = conn_out_in_flight(c);
	drop_acked(c, acked);
	restart_timer(c);
	if (conn_cwnd_acked(c, acked, flight))
		conn_out_again(c);
	if (c->events && c->events->sent && acked)
		c->events->sent(c->context, c->out_count);
	conn_out_push(c);
}

/* An ACK repeats the one before if it says nothing else either (RFC 5681
 * section 2). */
static void take_ack(struct conn *c, const struct tcp *head, size_t len)
{
	uint32_t acked = head->ack - c->snd_base;
	bool same_window = c->peer_window == head->window;
	c->peer_window = head->window;
	if (acked && acked <= c->snd_max - c->snd_base) {
		new_ack(c, acked);
	} else if (!acked && conn_out_in_flight(c) && !len && same_window &&
		   !(head->flags & TCP_FIN)) {
		if (conn_cwnd_repeated(c))
			conn_out_again(c);
		conn_out_push(c);
	}
}

static void end_if_done(struct conn *c)
{
	if (!c->fin_acked || !c->fin_received || c->state != CONN_ESTABLISHED)
		return;
	c->events = NULL;
	c->state = CONN_TIME_WAIT;
	vclock_cancel(c->clock, &c->ack_timer);
	conn_set_timer(c, TIME_WAIT_NS);
}

static void segment_open(struct conn *c, const struct tcp *head,
			 const uint8_t *payload, size_t len)
{
	if (head->flags & TCP_RST) {
		if (head->seq == c->rcv_nxt)
			conn_fail(c, STACK_RESET);
		return;
	}
	if (head->flags & TCP_SYN) { /* our ACK or SYN-ACK was lost */
		if (c->state == CONN_SYN_RECEIVED)
			conn_out_repeat_synack(c);
		else
			conn_out_ack(c);
		return;
	}
	if (!(head->flags & TCP_ACK))
		return;
	if (c->state == CONN_SYN_RECEIVED) {
		if (head->ack != c->snd_base)
			return;
		establish(c);
	}
	take_ack(c, head, len);
	if (c->state == CONN_ESTABLISHED)
		conn_in_data(c, head, payload, len);
	end_if_done(c);
}

/* Nothing is left to say but that it is over; a reset ends even that. */
static void segment_time_wait(struct conn *c, const struct tcp *head)
{
	if (head->flags & TCP_RST)
		die(c);
	else if (head->flags & (TCP_FIN | TCP_SYN))
		conn_out_ack(c);
}

/* Linux: a SYN beyond what was received begins anew in TIME_WAIT
 * (tcp_timewait_state_process in net/ipv4/tcp_minisocks.c). */
static bool on_yield(struct stack_tcp *t, const struct tcp *syn)
{
	struct conn *c = (struct conn *)t;
	if (c->state != CONN_TIME_WAIT || !conn_is_after(syn->seq, c->rcv_nxt))
		return false;
	die(c);
	return true;
}

/* What is under way is too large and lost: all of it again, in smaller pieces
 * (tcp_v4_mtu_reduced in net/ipv4/tcp_ipv4.c). */
static void on_path_mtu(struct stack_tcp *t, uint16_t mtu)
{
	struct conn *c = (struct conn *)t;
	if (c->state != CONN_ESTABLISHED || mtu < PATHMTU_MIN ||
	    c->mss <= mtu - HEADS_SIZE)
		return;
	c->mss = (uint16_t)(mtu - HEADS_SIZE);
	c->snd_nxt = c->snd_base;
	c->sampled = 0;
	c->fin_sent = false;
	conn_out_push(c);
}

static void on_segment(struct stack_tcp *t, const struct tcp *head,
		       const uint8_t *payload, size_t len, uint32_t pkt)
{
	struct conn *c = (struct conn *)t;
	c->cause = pkt;
	switch (c->state) {
	case CONN_SYN_SENT:
		segment_syn_sent(c, head);
		break;
	case CONN_SYN_RECEIVED:
	case CONN_ESTABLISHED:
		segment_open(c, head, payload, len);
		break;
	case CONN_TIME_WAIT:
		segment_time_wait(c, head);
		break;
	default:
		break;
	}
	c->cause = 0;
}

/* ICMP errors end a connect at once; later they are remembered only, and we
 * remember nothing (tcp_v4_err in net/ipv4/tcp_ipv4.c). */
static void on_error(struct stack_tcp *t, enum stack_error error)
{
	struct conn *c = (struct conn *)t;
	if (c->state == CONN_SYN_SENT)
		conn_fail(c, error);
}

/* A clock of 64 ns, as Linux has (net/core/secure_seq.c): a later connection's
 * numbers are beyond those of an earlier one. Linux adds a hash of both ends, so
 * that nobody guesses them, which is no matter here. */
static uint32_t first_seq(struct world *w)
{
	return (uint32_t)(w->clock.now >> 6) + (rng_next(&w->rng) >> 20);
}

static struct conn *new_conn(struct host *h)
{
	struct conn *c = MEM_NEW(struct conn);
	struct world *w = host_world(h);
	c->host = h;
	c->clock = &w->clock;
	c->timer.fire = on_timer;
	c->timer.context = c;
	conn_in_init(c);
	c->tcp.segment = on_segment;
	c->tcp.error = on_error;
	c->tcp.path_mtu = on_path_mtu;
	c->tcp.yield = on_yield;
	c->tcp.free = free_conn;
	c->snd_base = c->snd_nxt = c->snd_max = first_seq(w);
	c->rto = VCLOCK_S;
	c->mss = CONN_MSS;
	return c;
}

struct conn *conn_connect(struct host *h, ip4 peer, uint16_t port,
			  uint16_t sport, enum stack_error *error)
{
	struct conn *c = new_conn(h);
	c->state = CONN_SYN_SENT;
	c->tcp.peer = peer;
	c->tcp.peer_port = port;
	c->tcp.port = sport;
	c->tcp.flow = world_flow(host_world(h));
	*error = STACK_NET_UNREACHABLE;
	if (!stack_tcp_open(host_stack(h), &c->tcp)) {
		free_conn(&c->tcp);
		return NULL;
	}
	c->mss = own_mss(c);
	conn_out_syn(c);
	return c->state == CONN_DEAD ? NULL : c; /* the interface is down */
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

uint32_t conn_next_seq(const struct conn *c)
{
	return c->snd_base + (uint32_t)c->out_count;
}

bool conn_is_connected(const struct conn *c)
{
	return c->state == CONN_ESTABLISHED;
}

void conn_send(struct conn *c, const void *bytes, size_t len)
{
	conn_out_add(c, bytes, len);
	conn_out_push(c);
}

void conn_close(struct conn *c)
{
	c->events = NULL;
	if (c->state != CONN_ESTABLISHED) {
		conn_abort(c);
		return;
	}
	c->fin_wanted = true;
	conn_out_push(c);
	end_if_done(c);
}

void conn_abort(struct conn *c)
{
	if (c->state == CONN_ESTABLISHED)
		conn_out_segment(c, TCP_RST | TCP_ACK, c->snd_nxt,
				 (struct craft_bytes){NULL, 0});
	die(c);
}

static void on_syn(void *context, const struct stack_from *from,
		   const struct tcp *head)
{
	struct conn_listener *l = context;
	struct conn *c = new_conn(l->host);
	c->state = CONN_SYN_RECEIVED;
	c->listener = l;
	c->tcp.server = true;
	c->tcp.local = from->dst;
	c->tcp.port = from->dport;
	c->tcp.peer = from->src;
	c->tcp.peer_port = from->sport;
	c->tcp.flow = from->flow;
	c->cause = from->pkt;
	stack_tcp_open(host_stack(l->host), &c->tcp);
	take_peer(c, head);
	conn_out_syn(c);
	c->cause = 0;
}

void conn_listen(struct host *h, uint16_t port, struct conn_listener *l)
{
	l->host = h;
	l->listener = (struct stack_listener){
		.port = port, .syn = on_syn, .context = l};
	stack_listen(host_stack(h), &l->listener);
}
