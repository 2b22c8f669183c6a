/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/vclock.h"

#include <string.h>

#define LISTS 64
/* A list of so many may become the front, and so many may be in it before it
 * is taken apart again. */
#define FRONT_FILL 16
#define FRONT_MAX  64

static void empty(struct vclock_timer *head)
{
	head->next = head->prev = head;
}

static inline bool is_empty(const struct vclock_timer *head)
{
	return head->next == head;
}

void vclock_init(struct vclock *c)
{
	memset(c, 0, sizeof(*c));
	empty(&c->front);
	for (unsigned i = 0; i < LISTS; i++)
		empty(&c->lists[i]);
}

void vclock_fini(struct vclock *c)
{
	vclock_init(c);
}

static inline void put_behind(struct vclock_timer *at, struct vclock_timer *t)
{
	t->prev = at;
	t->next = at->next;
	at->next->prev = t;
	at->next = t;
}

/* 0 if they are the same, else the number of the highest bit that differs,
 * counted from 1. */
static inline unsigned list_of(const struct vclock *c, uint64_t at)
{
	return 63 - (unsigned)__builtin_clzll((at ^ c->base) << 1 | 1);
}

static inline void append(struct vclock *c, struct vclock_timer *t)
{
	unsigned i = list_of(c, t->at);
	put_behind(c->lists[i].prev, t);
	c->used |= UINT64_C(1) << i;
}

/* Behind all that are due no later. */
static inline void insert(struct vclock *c, struct vclock_timer *t)
{
	struct vclock_timer *before = c->front.prev;
	while (before != &c->front && before->at > t->at)
		before = before->prev;
	put_behind(before, t);
	c->front_count++;
}

/* Empties a ring; what was in it is appended to the list that fits the base. */
static void spread(struct vclock *c, struct vclock_timer *head)
{
	struct vclock_timer *t = head->next;
	empty(head);
	while (t != head) {
		struct vclock_timer *next = t->next;
		append(c, t);
		t = next;
	}
}

/* The front has become long: less of it will be the front next time. Equal
 * times stay, however many. */
static void take_apart(struct vclock *c)
{
	if (c->front.prev->at == c->front.next->at)
		return;
	c->base = c->horizon = c->front.next->at;
	c->front_count = 0;
	spread(c, &c->front);
}

static inline void take_out(struct vclock *c, struct vclock_timer *t)
{
	t->prev->next = t->next;
	t->next->prev = t->prev;
	t->next = NULL;
	c->front_count -= t->at < c->horizon;
}

void vclock_cancel(struct vclock *c, struct vclock_timer *t)
{
	if (t->next) /* an emptied list is noticed when it is looked at */
		take_out(c, t);
}

void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at)
{
	if (t->next)
		take_out(c, t);
	t->at = at > c->now ? at : c->now;
	if (t->at >= c->horizon) {
		append(c, t);
		return;
	}
	insert(c, t);
	if (c->front_count > FRONT_MAX)
		take_apart(c);
}

/* The first list with timers, LISTS if there is none. */
static unsigned first_list(const struct vclock *c)
{
	for (uint64_t left = c->used; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctzll(left);
		if (!is_empty(&c->lists[i]))
			return i;
	}
	return LISTS;
}

static uint64_t earliest(const struct vclock_timer *head)
{
	uint64_t at = head->next->at;
	for (const struct vclock_timer *t = head->next; t != head; t = t->next)
		at = t->at < at ? t->at : at;
	return at;
}

static bool is_short(const struct vclock_timer *head)
{
	unsigned count = 0;
	for (const struct vclock_timer *t = head->next; t != head; t = t->next)
		if (++count > FRONT_FILL)
			return false;
	return true;
}

uint64_t vclock_next(const struct vclock *c)
{
	if (!is_empty(&c->front))
		return c->front.next->at;
	unsigned i = first_list(c);
	return i < LISTS ? earliest(&c->lists[i]) : VCLOCK_NEVER;
}

/* List 'i', the first one, becomes the front; the base is where the times begin
 * that may be in it. */
static void advance(struct vclock *c, unsigned i)
{
	struct vclock_timer *head = &c->lists[i], *t = head->next;
	uint64_t width = i ? UINT64_C(1) << (i - 1) : 1;
	if (i)
		c->base = (c->base | width) & ~(width - 1);
	c->horizon = c->base + width;
	c->used &= ~UINT64_C(1) << i; /* lower ones are empty too */
	empty(head);
	while (t != head) {
		struct vclock_timer *next = t->next;
		insert(c, t);
		t = next;
	}
}

/* Makes a front of what is next; false if nothing is due by 'until', and then
 * the base stays, which is never ahead of the time. */
static bool refill(struct vclock *c, uint64_t until)
{
	unsigned i;
	uint64_t first = vclock_next(c);
	if (first > until || first == VCLOCK_NEVER)
		return false;
	while ((i = first_list(c)) && !is_short(&c->lists[i])) {
		c->base = first;
		c->used &= ~UINT64_C(1) << i;
		spread(c, &c->lists[i]);
	}
	advance(c, i);
	return true;
}

bool vclock_step(struct vclock *c, uint64_t until)
{
	if (is_empty(&c->front) && !refill(c, until))
		return false;
	struct vclock_timer *t = c->front.next;
	if (t->at > until)
		return false;
	take_out(c, t);
	c->now = t->at;
	c->fired++;
	t->fire(t->context);
	return true;
}
