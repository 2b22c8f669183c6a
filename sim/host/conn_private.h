/* SPDX-License-Identifier: Apache-2.0 */
/* What conn.c (states), conn_in.c (what comes in), conn_out.c (what goes out,
 * and when again) and conn_cwnd.c (how much at once) share. Sequence numbers count from 'snd_base', that of the first byte
 * in 'out' that is not acknowledged; out[0 .. snd_nxt - snd_base) of it has been
 * sent. */
#ifndef CONN_PRIVATE_H
#define CONN_PRIVATE_H

#include "sim/host/conn.h"

#define CONN_MSS    1460
#define CONN_WINDOW 65535 /* that we offer: the user takes all at once */

enum conn_state {
	CONN_SYN_SENT,
	CONN_SYN_RECEIVED,
	CONN_ESTABLISHED,
	CONN_TIME_WAIT,
	CONN_DEAD
};

struct conn {
	struct stack_tcp tcp; /* first */
	struct host *host;
	struct vclock *clock;
	struct vclock_timer timer; /* retransmission, TIME_WAIT, or burial */
	const struct conn_events *events; /* NULL: nobody listens any more */
	void *context;
	struct conn_listener *listener; /* until it is accepted */
	enum conn_state state;
	unsigned tries; /* transmissions of what the timer watches */
	uint32_t snd_base, snd_nxt, rcv_nxt;
	/* A ring: what is not acknowledged yet, from out_start on. */
	uint8_t *out;
	size_t out_start, out_count, out_room;
	uint32_t snd_max; /* beyond the last byte ever sent */
	uint32_t peer_window;
	uint16_t mss;
	uint32_t cwnd, ssthresh,
		cwnd_acked; /* bytes; acked: for the next MSS */
	uint32_t recover;   /* snd_max when a loss was seen */
	bool recovering;
	unsigned dup_acks;
	struct conn_held *held; /* segments that came too early */
	uint32_t held_last;	/* seq of the one that came last */
	bool peer_sacks;	/* it wants to be told which */
	struct vclock_timer ack_timer;
	uint32_t unacked; /* bytes received since the last ACK */
	unsigned quick_acks;
	bool fin_wanted, fin_sent, fin_acked, fin_received;
	uint64_t srtt, rttvar, rto, sampled; /* ns; sampled: when sent, or 0 */
	uint32_t sample_end;
	uint32_t cause; /* packet being taken: what is sent now answers it */
};

/* conn.c */
void conn_set_timer(struct conn *c, uint64_t delay);
/* Ends it and tells its user. */
void conn_fail(struct conn *c, enum stack_error error);

static inline bool conn_is_after(uint32_t a, uint32_t b)
{
	return a != b && a - b < (uint32_t)1 << 31;
}

/* conn_in.c */
void conn_in_init(struct conn *c);
void conn_in_forget(struct conn *c);
/* What is held, as SACK blocks: that with the last one first (RFC 2018 section
 * 4). */
void conn_in_sacks(const struct conn *c, struct craft_tcp *segment);
/* The payload of a segment, and its FIN. */
void conn_in_data(struct conn *c, const struct tcp *head,
		  const uint8_t *payload, size_t len);

/* conn_cwnd.c */
void conn_cwnd_open(struct conn *c);
/* 'acked' bytes of the 'flight' that were under way have arrived ('snd_base'
 * is moved already). True: and the next one has not; send it again. */
bool conn_cwnd_acked(struct conn *c, uint32_t acked, uint32_t flight);
/* An ACK said the same as the one before. True: the first one under way is
 * lost. */
bool conn_cwnd_repeated(struct conn *c);
/* The timer ran out; c->tries counts what is to be sent now. */
void conn_cwnd_late(struct conn *c);

/* conn_out.c */
void conn_out_segment(struct conn *c, uint8_t flags, uint32_t seq,
		      struct craft_bytes payload);
void conn_out_ack(struct conn *c);
/* SYN or SYN-ACK by state; sets the timer for the next one. */
void conn_out_syn(struct conn *c);
/* Whether there is a next one. */
bool conn_out_may_repeat_syn(const struct conn *c);
void conn_out_repeat_synack(struct conn *c);
uint32_t conn_out_in_flight(const struct conn *c);
/* Puts 'len' bytes behind those in 'out', which grows if need be. */
void conn_out_add(struct conn *c, const uint8_t *bytes, size_t len);
/* All that the peer's window and ours for congestion allow. */
void conn_out_push(struct conn *c);
/* Takes the time since 'sampled' as a round trip (RFC 6298). */
void conn_out_sample(struct conn *c);
/* The first segment once more: after duplicate ACKs, or after the timer. */
void conn_out_again(struct conn *c);
void conn_out_late(struct conn *c);

#endif
