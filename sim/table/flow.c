/* SPDX-License-Identifier: Apache-2.0 */
/* The table is linear probing with deletion by moving back; a slot keeps the
 * hash, so that moving and growing read no session. The timer wheel is lazy: a
 * session stands where it would end if no more packets came, and is looked at
 * again then. */
#include "sim/table/flow.h"

#include <string.h>

void flow_init(struct flow_table *t, struct flow *flows,
	       struct flow_slot *slots, uint32_t room)
{
	*t = (struct flow_table){.flows = flows,
				 .slots = slots,
				 .room = room,
				 .limit = UINT32_MAX,
				 .slot_count = flow_slots(room),
				 .free = FLOW_NONE};
	for (unsigned i = 0; i < FLOW_TICKS; i++)
		t->wheel[i] = FLOW_NONE;
}

static uint32_t after(const struct flow_table *t, uint32_t slot)
{
	return slot + 1 == t->slot_count ? 0 : slot + 1;
}

static bool same_key(const struct flow_key *a, const struct flow_key *b)
{
	return a->src.v == b->src.v && a->dst.v == b->dst.v &&
	       a->sport == b->sport && a->dport == b->dport &&
	       a->proto == b->proto;
}

static bool slot_is(const struct flow_table *t, uint32_t slot,
		    const struct flow_key *key, uint32_t hash)
{
	const struct flow_slot *s = &t->slots[slot];
	return s->hash == hash && flow_has(&t->flows[flow_number(s->value)],
					   flow_value_dir(s->value), key);
}

/* The empty slot behind 'slot'. */
static uint32_t next_empty(const struct flow_table *t, uint32_t slot)
{
	do
		slot = after(t, slot);
	while (t->slots[slot].value);
	return slot;
}

/* The slot that holds 'key', or the empty one where it would go. */
static uint32_t find_slot(const struct flow_table *t,
			  const struct flow_key *key, uint32_t hash)
{
	uint32_t i = flow_home(t, hash);
	while (t->slots[i].value && !slot_is(t, i, key, hash))
		i = after(t, i);
	return i;
}

uint32_t flow_value(const struct flow_table *t, const struct flow_key *key,
		    uint32_t hash)
{
	return t->count ? t->slots[find_slot(t, key, hash)].value : 0;
}

void flow_grow(struct flow_table *t, struct flow *flows,
	       struct flow_slot *slots, uint32_t room)
{
	const struct flow_slot *old = t->slots;
	uint32_t old_count = t->slot_count;
	if (t->fresh)
		memcpy(flows, t->flows, t->fresh * sizeof(*flows));
	t->flows = flows;
	t->slots = slots;
	t->room = room;
	t->slot_count = flow_slots(room);
	for (uint32_t i = 0; i < old_count && old; i++) {
		uint32_t to = flow_home(t, old[i].hash);
		if (!old[i].value)
			continue;
		while (slots[to].value)
			to = after(t, to);
		slots[to] = old[i];
	}
}

static void wheel_leave(struct flow_table *t, uint32_t flow)
{
	struct flow *f = &t->flows[flow];
	if (f->prev != FLOW_NONE)
		t->flows[f->prev].next = f->next;
	else
		t->wheel[f->tick] = f->next;
	if (f->next != FLOW_NONE)
		t->flows[f->next].prev = f->prev;
}

/* The tick in which 'f' ends unless it is used again; those too far off for the
 * wheel are looked at when it has come round. */
static uint64_t tick_of(const struct flow_table *t, const struct flow *f)
{
	uint64_t tick = (f->used + flow_timeout_ns(f)) >> FLOW_TICK_SHIFT;
	if (tick < t->tick)
		return t->tick;
	return tick < t->tick + FLOW_TICKS ? tick : t->tick + FLOW_TICKS - 1;
}

static void wheel_enter(struct flow_table *t, uint32_t flow)
{
	struct flow *f = &t->flows[flow];
	f->tick = (uint8_t)(tick_of(t, f) % FLOW_TICKS);
	f->prev = FLOW_NONE;
	f->next = t->wheel[f->tick];
	if (f->next != FLOW_NONE)
		t->flows[f->next].prev = flow;
	t->wheel[f->tick] = flow;
}

void flow_resettle(struct flow_table *t, uint32_t flow)
{
	wheel_leave(t, flow);
	wheel_enter(t, flow);
}

/* Those that go on enter the wheel anew; in the same place at its front, where
 * they are not met again. */
static void expire_place(struct flow_table *t, uint8_t place, uint64_t now,
			 flow_end_fn *end, void *context)
{
	uint32_t flow = t->wheel[place];
	while (flow != FLOW_NONE) {
		uint32_t next = t->flows[flow].next;
		if (flow_is_idle(&t->flows[flow], now))
			end(context, flow);
		else
			flow_resettle(t, flow);
		flow = next;
	}
}

/* The tick that 'now' is in comes last and will come again: more may end in
 * it. */
void flow_expire(struct flow_table *t, uint64_t now, flow_end_fn *end,
		 void *context)
{
	uint64_t last = now >> FLOW_TICK_SHIFT, first = t->tick;
	if (!t->count)
		return;
	if (last > first + FLOW_TICKS - 1)
		first = last - (FLOW_TICKS - 1);
	t->tick = last;
	for (uint64_t tick = first; tick <= last; tick++)
		expire_place(t, (uint8_t)tick, now, end, context);
}

static uint32_t take_number(struct flow_table *t)
{
	uint32_t number = t->free;
	t->count++;
	if (number == FLOW_NONE)
		return t->fresh++;
	t->free = t->flows[number].next;
	return number;
}

static struct flow_ends ends_of(const struct flow_key *k)
{
	return (struct flow_ends){k->src, k->dst, k->sport, k->dport};
}

static void set_keys(struct flow *f, const struct flow_key *in,
		     const struct flow_key *back)
{
	uint64_t addrs = csum_change(in->src, back->dst) +
			 csum_change(in->dst, back->src);
	uint64_t ports = (uint64_t)csum_delta16(in->sport, back->dport) +
			 csum_delta16(in->dport, back->sport);
	f->in[FLOW_FORWARD] = ends_of(in);
	f->in[FLOW_BACKWARD] = ends_of(back);
	f->proto = in->proto;
	f->addr_delta = csum_wire(csum_fold(addrs));
	f->full_delta = csum_wire(csum_fold(addrs + ports));
}

struct flow_spot flow_seek(const struct flow_table *t,
			   const struct flow_key *key, uint32_t hash)
{
	uint32_t slot = t->room ? find_slot(t, key, hash) : 0;
	return (struct flow_spot){*key, hash, slot};
}

/* In no wheel yet. */
static struct flow *begin(struct flow_table *t, const struct flow_key *in,
			  const struct flow_key *back, uint64_t now)
{
	if (!t->count)
		t->tick = now >> FLOW_TICK_SHIFT;
	struct flow *f = &t->flows[take_number(t)];
	memset(f, 0, sizeof(*f));
	f->live = true;
	f->used = now;
	set_keys(f, in, back);
	return f;
}

static bool is_taken(const struct flow_table *t, const struct flow_spot *spot)
{
	return t->slots[spot->slot].value;
}

uint32_t flow_put(struct flow_table *t, const struct flow_spot *in,
		  const struct flow_spot *back, uint64_t now)
{
	uint32_t there = in->slot, back_there = back->slot;
	if (flow_is_full(t) || same_key(&in->key, &back->key) ||
	    is_taken(t, in) || is_taken(t, back))
		return FLOW_NONE;
	if (back_there == there)
		back_there = next_empty(t, there);
	struct flow *f = begin(t, &in->key, &back->key, now);
	uint32_t number = (uint32_t)(f - t->flows), value = number * 2 + 1;
	t->slots[there] = (struct flow_slot){in->hash, value + FLOW_FORWARD};
	t->slots[back_there] =
		(struct flow_slot){back->hash, value + FLOW_BACKWARD};
	wheel_enter(t, number);
	return number;
}

uint32_t flow_add(struct flow_table *t, const struct flow_key *in,
		  const struct flow_key *out, uint64_t now)
{
	struct flow_key answer = flow_reverse(out);
	struct flow_spot there = flow_seek(t, in, flow_hash(in));
	struct flow_spot back = flow_seek(t, &answer, flow_hash(&answer));
	return flow_put(t, &there, &back, now);
}

/* How far slot 'i' is behind 'home'. */
static uint32_t distance(const struct flow_table *t, uint32_t home, uint32_t i)
{
	return i >= home ? i - home : i + t->slot_count - home;
}

/* Empties slot 'i' and moves back what would no longer be found. */
static void empty_slot(struct flow_table *t, uint32_t i)
{
	uint32_t hole = i;
	t->slots[hole].value = 0;
	for (i = after(t, i); t->slots[i].value; i = after(t, i)) {
		uint32_t home = flow_home(t, t->slots[i].hash);
		if (distance(t, home, i) < distance(t, hole, i))
			continue;
		t->slots[hole] = t->slots[i];
		t->slots[i].value = 0;
		hole = i;
	}
}

static void forget_key(struct flow_table *t, const struct flow *f,
		       enum flow_dir dir)
{
	struct flow_key key = flow_in(f, dir);
	empty_slot(t, find_slot(t, &key, flow_hash(&key)));
}

void flow_remove(struct flow_table *t, uint32_t flow)
{
	struct flow *f = &t->flows[flow];
	if (!f->live)
		return;
	wheel_leave(t, flow);
	forget_key(t, f, FLOW_FORWARD);
	forget_key(t, f, FLOW_BACKWARD);
	f->live = false;
	f->proto = FLOW_ENDED;
	f->next = t->free;
	t->free = flow;
	t->count--;
}
