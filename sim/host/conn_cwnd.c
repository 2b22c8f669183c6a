/* SPDX-License-Identifier: Apache-2.0 */
/* How much may be under way: slow start, congestion avoidance, fast retransmit
 * and recovery (RFC 5681), recovery of several losses of one window (NewReno,
 * RFC 6582), counting bytes rather than ACKs (RFC 3465). */
#include "sim/host/conn_private.h"

#define INITIAL_CWND (10 * CONN_MSS) /* RFC 6928 */
#define DUP_ACKS     3

void conn_cwnd_open(struct conn *c)
{
	c->cwnd = INITIAL_CWND;
	c->ssthresh = UINT32_MAX;
	c->recover = c->snd_base - 1;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void grow(struct conn *c, uint32_t acked)
{
	if (c->cwnd < c->ssthresh) {
		c->cwnd += smaller(acked, 2U * c->mss);
		return;
	}
	c->cwnd_acked += acked;
	if (c->cwnd_acked < c->cwnd)
		return;
	c->cwnd_acked -= c->cwnd;
	c->cwnd += c->mss;
}

bool conn_cwnd_acked(struct conn *c, uint32_t acked, uint32_t flight)
{
	c->dup_acks = 0;
	if (!c->recovering) {
		/* A window that was not used up has proven nothing. */
		if (flight + c->mss > c->cwnd)
			grow(c, acked);
		return false;
	}
	if (conn_is_after(c->recover, c->snd_base)) {
		c->cwnd = c->cwnd > acked ? c->cwnd - acked + c->mss : c->mss;
		return true;
	}
	c->recovering = false;
	flight = conn_out_in_flight(c);
	if (flight < c->mss)
		flight = c->mss;
	c->cwnd = smaller(c->ssthresh, flight + c->mss); /* no burst */
	return false;
}

static void halve(struct conn *c)
{
	uint32_t half = conn_out_in_flight(c) / 2;
	c->ssthresh = half > 2U * c->mss ? half : 2U * c->mss;
	c->recover = c->snd_max;
	c->cwnd_acked = 0;
}

bool conn_cwnd_repeated(struct conn *c)
{
	if (c->recovering) {
		c->cwnd += c->mss; /* something has left the network */
		return false;
	}
	/* Those about what was sent before the last recovery say nothing new. */
	if (++c->dup_acks != DUP_ACKS || conn_is_after(c->recover, c->snd_base))
		return false;
	halve(c);
	c->cwnd = c->ssthresh + DUP_ACKS * c->mss;
	c->recovering = true;
	return true;
}

void conn_cwnd_late(struct conn *c)
{
	if (c->tries == 2)
		halve(c); /* once, however often it is sent again */
	c->recovering = false;
	c->dup_acks = 0;
	c->cwnd = c->mss;
}
