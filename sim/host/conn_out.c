/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out, and when again: Linux's timers. */
#include <string.h>

#include "sim/base/mem.h"
#include "sim/host/conn_private.h"

#define RTO_MIN	     (200 * VCLOCK_MS) /* Linux: TCP_RTO_MIN */
#define RTO_MAX	     (120 * VCLOCK_S)
#define DATA_TRIES   15 /* Linux: tcp_retries2 */
#define SYNACK_TRIES 5	/* Linux: tcp_synack_retries */

/* When SYNs are sent again, seconds after the one before; the last entry is the
 * wait before ETIMEDOUT. */
static const uint8_t syn_waits[][12] = {
	[HOST_SYN_LINUX_5] = {1, 2, 4, 8, 16, 32, 64},
	[HOST_SYN_LINUX_6_5] = {1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64},
};

bool conn_out_may_repeat_syn(const struct conn *c)
{
	if (c->state == CONN_SYN_RECEIVED)
		return c->tries <= SYNACK_TRIES;
	return syn_waits[host_conf(c->host)->syn][c->tries];
}

/* An answer permits what the SYN has permitted. */
static void set_syn_options(const struct conn *c, struct craft_tcp *segment)
{
	uint16_t own = stack_tcp_mss(&c->tcp);
	segment->mss = own < CONN_MSS ? own : CONN_MSS;
	segment->sack_permitted = c->state == CONN_SYN_SENT || c->peer_sacks;
}

void conn_out_segment(struct conn *c, uint8_t flags, uint32_t seq,
		      struct craft_bytes payload)
{
	struct craft_tcp segment = {
		.seq = seq,
		.ack = flags & TCP_ACK ? c->rcv_nxt : 0,
		.flags = flags,
		.window = CONN_WINDOW,
		.payload = payload,
	};
	if (flags & TCP_SYN)
		set_syn_options(c, &segment);
	else if (c->held && !payload.len)
		conn_in_sacks(c, &segment);
	c->unacked = 0;
	vclock_cancel(c->clock, &c->ack_timer);
	stack_tcp_send(&c->tcp, &segment, c->cause);
}

void conn_out_ack(struct conn *c)
{
	conn_out_segment(c, TCP_ACK, c->snd_nxt, (struct craft_bytes){NULL, 0});
}

void conn_out_syn(struct conn *c)
{
	uint8_t flags = c->state == CONN_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK;
	c->tries++;
	if (c->tries == 1)
		c->sampled = c->clock->now + 1;
	else
		c->sampled = 0;
	conn_out_segment(c, flags, c->snd_base - 1,
			 (struct craft_bytes){NULL, 0});
	uint64_t wait =
		c->state == CONN_SYN_SENT
			? syn_waits[host_conf(c->host)->syn][c->tries - 1]
			: (uint64_t)1 << (c->tries - 1);
	conn_set_timer(c, wait * VCLOCK_S);
}

/* The client still tries: answer, and wait as long again as after the last
 * SYN-ACK (tcp_check_req in net/ipv4/tcp_minisocks.c). */
void conn_out_repeat_synack(struct conn *c)
{
	conn_out_segment(c, TCP_SYN | TCP_ACK, c->snd_base - 1,
			 (struct craft_bytes){NULL, 0});
	conn_set_timer(c, ((uint64_t)1 << (c->tries - 1)) * VCLOCK_S);
}

uint32_t conn_out_in_flight(const struct conn *c)
{
	return c->snd_nxt - c->snd_base;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The place of number 'i', and how many follow it in one piece. */
static uint8_t *place_of(const struct conn *c, size_t i, size_t *together)
{
	size_t at = c->out_start + i;
	at -= at < c->out_room ? 0 : c->out_room;
	*together = c->out_room - at;
	return c->out + at;
}

static void copy_out(const struct conn *c, size_t from, uint8_t *to, size_t len)
{
	size_t together;
	const uint8_t *at = place_of(c, from, &together);
	together = smaller(together, len);
	memcpy(to, at, together);
	memcpy(to + together, c->out, len - together);
}

static void grow(struct conn *c, size_t room)
{
	uint8_t *out = mem_grow(NULL, room, 1);
	if (c->out_count)
		copy_out(c, 0, out, c->out_count);
	mem_free(c->out);
	c->out = out;
	c->out_start = 0;
	c->out_room = room;
}

void conn_out_add(struct conn *c, const uint8_t *bytes, size_t len)
{
	size_t together, need = c->out_count + len;
	if (!len)
		return;
	if (need > c->out_room)
		grow(c, need > 2 * c->out_room ? need : 2 * c->out_room);
	uint8_t *at = place_of(c, c->out_count, &together);
	together = smaller(together, len);
	memcpy(at, bytes, together);
	memcpy(c->out, bytes + together, len - together);
	c->out_count = need;
}

/* In one piece: in 'joined' if the ring's end parts them. */
static struct craft_bytes bytes_of(const struct conn *c, uint32_t from,
				   uint32_t len, uint8_t *joined)
{
	size_t together;
	const uint8_t *at = len ? place_of(c, from, &together) : NULL;
	if (!len || together >= len)
		return (struct craft_bytes){at, len};
	copy_out(c, from, joined, len);
	return (struct craft_bytes){joined, len};
}

static void send_chunk(struct conn *c, uint32_t from, uint32_t len)
{
	uint8_t joined[CONN_MSS];
	bool last = from + len == c->out_count;
	bool fin = last && c->fin_wanted;
	uint8_t flags = (uint8_t)(TCP_ACK | (last && len ? TCP_PSH : 0) |
				  (fin ? TCP_FIN : 0));
	conn_out_segment(c, flags, c->snd_base + from,
			 bytes_of(c, from, len, joined));
	c->fin_sent = c->fin_sent || fin;
	uint32_t end = c->snd_base + from + len + fin;
	if (conn_is_after(end, c->snd_nxt))
		c->snd_nxt = end;
	if (conn_is_after(end, c->snd_max))
		c->snd_max = end;
}

/* How much may go next: a full segment or the last one, and what the peer's
 * window has room for, which is no small piece (RFC 9293 3.8.6.2.1) unless
 * nothing is under way. 0: nothing. */
static uint32_t next_len(const struct conn *c)
{
	uint32_t flight = conn_out_in_flight(c);
	uint32_t limit = c->cwnd < c->peer_window ? c->cwnd : c->peer_window;
	if (flight >= c->out_count || flight >= limit)
		return 0;
	uint32_t left = (uint32_t)c->out_count - flight;
	uint32_t len = left < c->mss ? left : c->mss;
	uint32_t room = c->peer_window - flight;
	if (len <= room)
		return len;
	return flight ? 0 : room;
}

void conn_out_push(struct conn *c)
{
	uint32_t len;
	if (c->state != CONN_ESTABLISHED)
		return;
	while ((len = next_len(c))) {
		uint32_t from = conn_out_in_flight(c);
		/* What is sent again tells nothing about time: Karn. */
		if (!c->sampled && c->snd_max == c->snd_nxt) {
			c->sampled = c->clock->now + 1;
			c->sample_end = c->snd_base + from + len;
		}
		send_chunk(c, from, len);
	}
	if (c->fin_wanted && !c->fin_sent &&
	    conn_out_in_flight(c) == c->out_count)
		send_chunk(c, (uint32_t)c->out_count, 0);
	if (c->snd_nxt != c->snd_base && !vclock_is_set(&c->timer)) {
		c->tries = 1;
		conn_set_timer(c, c->rto);
	}
}

/* RFC 6298. */
void conn_out_sample(struct conn *c)
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

void conn_out_again(struct conn *c)
{
	uint32_t len = (uint32_t)c->out_count;
	if (len > c->mss)
		len = c->mss;
	c->sampled = 0;
	send_chunk(c, 0, len);
}

void conn_out_late(struct conn *c)
{
	if (c->tries++ > DATA_TRIES) {
		conn_fail(c, STACK_TIMED_OUT);
		return;
	}
	conn_cwnd_late(c);
	c->snd_nxt = c->snd_base; /* go back: the rest follows with the acks */
	c->fin_sent = false;
	conn_out_again(c);
	c->rto = 2 * c->rto < RTO_MAX ? 2 * c->rto : RTO_MAX;
	conn_set_timer(c, c->rto);
}
