/* SPDX-License-Identifier: Apache-2.0 */
/* The slots are an open-addressed table (linear probing, deletion by moving
 * back) of session * 2 + direction + 1; 0 is empty. */
#include "sim/table/flow.h"

#include <string.h>

#include "sim/base/hash.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"

#define SECOND 1000000000ULL

static uint32_t key_hash(const struct flow_key *k)
{
	return hash_pair((uint64_t)k->src.v << 32 | k->dst.v,
			 (uint64_t)k->proto << 32 | (uint32_t)k->sport << 16 |
				 k->dport);
}

static bool same_key(const struct flow_key *a, const struct flow_key *b)
{
	return a->src.v == b->src.v && a->dst.v == b->dst.v &&
	       a->sport == b->sport && a->dport == b->dport &&
	       a->proto == b->proto;
}

void flow_init(struct flow_table *t, struct flow *flows, uint32_t *slots,
	       uint32_t room)
{
	*t = (struct flow_table){.flows = flows,
				 .slots = slots,
				 .room = room,
				 .slot_count = flow_slots(room),
				 .earliest = UINT64_MAX,
				 .free = FLOW_NONE};
}

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
	switch (f->in[0].proto) {
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

/* 'earliest' may be too early (the session was used again), never too late. */
static void note_end(struct flow_table *t, const struct flow *f)
{
	uint64_t end = f->used + flow_timeout_ns(f);
	if (end < t->earliest)
		t->earliest = end;
}

void flow_note_earliest(struct flow_table *t)
{
	t->earliest = UINT64_MAX;
	for (uint32_t i = 0; t->count && i < t->fresh; i++)
		if (t->flows[i].live)
			note_end(t, &t->flows[i]);
}

static const struct flow_key *slot_key(const struct flow_table *t,
				       uint32_t value)
{
	return &t->flows[(value - 1) >> 1].in[(value - 1) & 1];
}

/* The slot that holds 'key', or the empty one where it would go. */
static uint32_t find_slot(const struct flow_table *t,
			  const struct flow_key *key)
{
	uint32_t mask = t->slot_count - 1;
	uint32_t i = key_hash(key) & mask;
	while (t->slots[i] && !same_key(slot_key(t, t->slots[i]), key))
		i = (i + 1) & mask;
	return i;
}

uint32_t flow_find(const struct flow_table *t, const struct flow_key *key,
		   enum flow_dir *dir)
{
	if (!t->count)
		return FLOW_NONE;
	uint32_t value = t->slots[find_slot(t, key)];
	if (!value)
		return FLOW_NONE;
	*dir = (enum flow_dir)((value - 1) & 1);
	return (value - 1) >> 1;
}

static uint32_t take_number(struct flow_table *t)
{
	uint32_t number = t->free;
	t->count++;
	if (number == FLOW_NONE)
		return t->fresh++;
	t->free = t->flows[number].next_free;
	return number;
}

uint32_t flow_add(struct flow_table *t, const struct flow_key *in,
		  const struct flow_key *out, uint64_t now)
{
	struct flow_key back = flow_reverse(out);
	if (t->count == t->room || same_key(in, &back))
		return FLOW_NONE;
	uint32_t there = find_slot(t, in), back_slot = find_slot(t, &back);
	if (t->slots[there] || t->slots[back_slot])
		return FLOW_NONE;
	uint32_t number = take_number(t);
	struct flow *f = &t->flows[number];
	memset(f, 0, sizeof(*f));
	f->live = true;
	f->used = now;
	f->in[FLOW_FORWARD] = *in;
	f->out[FLOW_FORWARD] = *out;
	f->in[FLOW_BACKWARD] = back;
	f->out[FLOW_BACKWARD] = flow_reverse(in);
	t->slots[there] = number * 2 + FLOW_FORWARD + 1;
	t->slots[find_slot(t, &back)] = number * 2 + FLOW_BACKWARD + 1;
	note_end(t, f);
	return number;
}

/* Empties slot 'i' and moves back what would no longer be found. */
static void empty_slot(struct flow_table *t, uint32_t i)
{
	uint32_t mask = t->slot_count - 1, hole = i;
	t->slots[hole] = 0;
	for (i = (i + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
		uint32_t home = key_hash(slot_key(t, t->slots[i])) & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		t->slots[hole] = t->slots[i];
		t->slots[i] = 0;
		hole = i;
	}
}

void flow_remove(struct flow_table *t, uint32_t flow)
{
	struct flow *f = &t->flows[flow];
	if (!f->live)
		return;
	empty_slot(t, find_slot(t, &f->in[FLOW_FORWARD]));
	empty_slot(t, find_slot(t, &f->in[FLOW_BACKWARD]));
	f->live = false;
	f->next_free = t->free;
	t->free = flow;
	t->count--;
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
	return f->state;
}

static void touch_tcp(struct flow *f, enum flow_dir dir, uint8_t flags)
{
	if (dir == FLOW_FORWARD && (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		restart(f);
	if (flags & TCP_FIN)
		f->fins = (uint8_t)(f->fins | 1U << dir);
	f->state = next_tcp(f, dir, flags);
}

static enum flow_state next_other(const struct flow *f, enum flow_dir dir)
{
	if (dir == FLOW_BACKWARD || f->state == FLOW_MULTIPLE)
		return FLOW_MULTIPLE;
	return f->packets[FLOW_FORWARD] > 1 && f->in[0].proto == IP4_PROTO_UDP
		       ? FLOW_SINGLE
		       : f->state;
}

void flow_touch(struct flow_table *t, uint32_t flow, enum flow_dir dir,
		uint8_t tcp_flags, uint64_t now)
{
	struct flow *f = &t->flows[flow];
	f->used = now;
	f->packets[dir]++;
	if (f->in[0].proto == IP4_PROTO_TCP)
		touch_tcp(f, dir, tcp_flags);
	else
		f->state = next_other(f, dir);
	note_end(t, f);
}

uint32_t flow_next_expired(const struct flow_table *t, uint32_t from,
			   uint64_t now)
{
	if (!t->count)
		return FLOW_NONE;
	for (uint32_t i = from; i < t->fresh; i++)
		if (flow_is_idle(&t->flows[i], now))
			return i;
	return FLOW_NONE;
}

const char *flow_state_name(enum flow_state state)
{
	return states[state].name;
}
