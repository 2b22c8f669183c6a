/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in: bytes in order for the user, and when they are acknowledged.
 *
 * Linux acknowledges each of the first segments of a connection at once, so
 * that slow start goes quickly, then every second full one, or after 40 ms
 * (tcp_enter_quickack_mode, __tcp_ack_snd_check in net/ipv4/tcp_input.c). What
 * is out of order, or fills a gap, is answered at once (RFC 5681 section 4.2).
 * That answers that go out at once carry the acknowledgement ("pingpong") is not
 * modelled. */
#include <string.h>

#include "sim/base/mem.h"
#include "sim/host/conn_private.h"

#define QUICK_ACKS 16		    /* TCP_MAX_QUICKACKS */
#define DELACK_NS  (40 * VCLOCK_MS) /* TCP_DELACK_MIN */

/* A segment that came too early. */
struct conn_held {
	struct conn_held *next; /* by seq */
	uint32_t seq, len;
	bool fin;
	uint8_t bytes[];
};

/* A segment on its way to the user. */
struct piece {
	uint32_t seq;
	const uint8_t *bytes;
	uint32_t len;
	bool fin;
};

void conn_in_forget(struct conn *c)
{
	while (c->held) {
		struct conn_held *h = c->held;
		c->held = h->next;
		mem_free(h);
	}
}

static void on_ack_timer(void *context)
{
	conn_out_ack(context);
}

void conn_in_init(struct conn *c)
{
	c->ack_timer.fire = on_ack_timer;
	c->ack_timer.context = c;
}

/* Within the window, in order of sequence; one that is there already is not
 * kept twice. */
static void hold(struct conn *c, const struct piece *p)
{
	struct conn_held **at = &c->held;
	if (p->seq - c->rcv_nxt >= CONN_WINDOW)
		return;
	while (*at && conn_is_after(p->seq, (*at)->seq))
		at = &(*at)->next;
	if (*at && (*at)->seq == p->seq &&
	    (*at)->len + (*at)->fin >= p->len + p->fin)
		return;
	struct conn_held *h = mem_new(1, sizeof(*h) + p->len);
	*h = (struct conn_held){*at, p->seq, p->len, p->fin};
	memcpy(h->bytes, p->bytes, p->len);
	*at = h;
	c->held_last = p->seq;
}

/* Segments that follow one another make one block. */
static struct tcp_sack next_block(const struct conn_held **at)
{
	const struct conn_held *h = *at;
	struct tcp_sack block = {h->seq, h->seq + h->len};
	for (h = h->next; h && !conn_is_after(h->seq, block.to); h = h->next)
		if (conn_is_after(h->seq + h->len, block.to))
			block.to = h->seq + h->len;
	*at = h;
	return block;
}

void conn_in_sacks(const struct conn *c, struct craft_tcp *segment)
{
	const struct conn_held *at = c->held;
	if (!c->peer_sacks)
		return;
	while (at) {
		struct tcp_sack block = next_block(&at);
		bool newest = c->held_last - block.from < block.to - block.from;
		unsigned count = segment->sack_count;
		if (newest && count) { /* room for it in front */
			segment->sacks[count - (count == TCP_SACKS)] =
				segment->sacks[0];
			segment->sacks[0] = block;
		} else if (count < TCP_SACKS) {
			segment->sacks[count] = block;
		}
		if (count < TCP_SACKS)
			segment->sack_count++;
	}
}

/* Cuts off what is known; false if nothing is left. */
static bool cut(const struct conn *c, struct piece *p)
{
	uint32_t known = c->rcv_nxt - p->seq;
	if (known >= p->len + p->fin)
		return false;
	p->seq += known;
	p->bytes += known;
	p->len -= known;
	return true;
}

static void acknowledge(struct conn *c, uint32_t len, bool at_once)
{
	c->unacked += len;
	if (at_once || c->quick_acks < QUICK_ACKS ||
	    c->unacked >= 2U * c->mss) {
		c->quick_acks++;
		conn_out_ack(c);
	} else if (!vclock_is_set(&c->ack_timer)) {
		vclock_set(c->clock, &c->ack_timer, c->clock->now + DELACK_NS);
	}
}

static void hand_over(struct conn *c, const struct piece *p)
{
	if (p->len && c->events && c->events->received)
		c->events->received(c->context, p->bytes, p->len);
	if (!p->fin || c->state != CONN_ESTABLISHED)
		return;
	c->fin_received = true;
	if (c->events && c->events->finished)
		c->events->finished(c->context);
}

/* 'p' is the next one, and with it those held that follow. All of them are
 * acknowledged before the user hears of the first. */
static void take(struct conn *c, const struct piece *p)
{
	struct conn_held *first = c->held, *h = first;
	uint32_t before = c->rcv_nxt;
	c->rcv_nxt += p->len + p->fin;
	for (; h && !conn_is_after(h->seq, c->rcv_nxt); h = h->next) {
		struct piece next = {h->seq, h->bytes, h->len, h->fin};
		if (cut(c, &next))
			c->rcv_nxt += next.len + next.fin;
	}
	c->held = h;
	acknowledge(c, c->rcv_nxt - before, p->fin || first);
	hand_over(c, p);
	uint32_t end = p->seq + p->len;
	while (first != h) {
		struct conn_held *used = first;
		uint32_t known = end - used->seq;
		first = used->next;
		if (known < used->len + used->fin) {
			struct piece next = {end, used->bytes + known,
					     used->len - known, used->fin};
			end += next.len;
			hand_over(c, &next);
		}
		mem_free(used);
	}
}

void conn_in_data(struct conn *c, const struct tcp *head,
		  const uint8_t *payload, size_t len)
{
	struct piece p = {head->seq, payload, (uint32_t)len,
			  head->flags & TCP_FIN};
	if (!len && !p.fin)
		return;
	if (conn_is_after(p.seq, c->rcv_nxt)) {
		hold(c, &p);
		conn_out_ack(c); /* says what is missing */
	} else if (cut(c, &p)) {
		take(c, &p);
	} else {
		conn_out_ack(c);
	}
}
