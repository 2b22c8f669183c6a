/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/vclock.h"

#include <string.h>

#define DIGIT_BITS 6
/* A list of so many may become the front, and so many may be in it before it
 * is taken apart again. */
#define FRONT_FILL 16
#define FRONT_MAX  64

struct place {
	unsigned wheel, digit;
};

static void empty(struct vclock_ring *head)
{
	head->next = head->prev = head;
}

static inline bool is_empty(const struct vclock_ring *head)
{
	return head->next == head;
}

/* The ring is a timer's first member. */
static inline struct vclock_timer *timer_of(const struct vclock_ring *r)
{
	return (struct vclock_timer *)(uintptr_t)r;
}

void vclock_init(struct vclock *c)
{
	memset(c, 0, sizeof(*c));
	empty(&c->front);
	for (unsigned w = 0; w < VCLOCK_WHEELS; w++)
		for (unsigned d = 0; d < VCLOCK_DIGITS; d++)
			empty(&c->lists[w][d]);
}

void vclock_fini(struct vclock *c)
{
	vclock_init(c);
}

static inline void put_behind(struct vclock_ring *at, struct vclock_ring *r)
{
	r->prev = at;
	r->next = at->next;
	at->next->prev = r;
	at->next = r;
}

static inline struct place place_of(const struct vclock *c, uint64_t at)
{
	unsigned bit = 63 - (unsigned)__builtin_clzll((at ^ c->base) | 1);
	unsigned wheel = bit / DIGIT_BITS;
	return (struct place){wheel, (unsigned)(at >> wheel * DIGIT_BITS) %
					     VCLOCK_DIGITS};
}

static inline void append(struct vclock *c, struct vclock_timer *t)
{
	struct place p = place_of(c, t->at);
	put_behind(c->lists[p.wheel][p.digit].prev, &t->ring);
	c->used[p.wheel] |= UINT64_C(1) << p.digit;
	c->wheels |= 1U << p.wheel;
}

/* Behind all that are due no later. */
static inline void insert(struct vclock *c, struct vclock_timer *t)
{
	struct vclock_ring *before = c->front.prev;
	while (before != &c->front && timer_of(before)->at > t->at)
		before = before->prev;
	put_behind(before, &t->ring);
	c->front_count++;
}

/* Empties a ring; what was in it goes to where it belongs by the base. */
static void spread(struct vclock *c, struct vclock_ring *head)
{
	struct vclock_ring *r = head->next;
	empty(head);
	while (r != head) {
		struct vclock_ring *next = r->next;
		append(c, timer_of(r));
		r = next;
	}
}

/* The front has become long: less of it will be the front next time. Equal
 * times stay, however many. */
static void take_apart(struct vclock *c)
{
	uint64_t first = timer_of(c->front.next)->at;
	if (first == timer_of(c->front.prev)->at)
		return;
	c->base = c->horizon = first;
	c->front_count = 0;
	spread(c, &c->front);
}

static inline void take_out(struct vclock *c, struct vclock_timer *t)
{
	t->ring.prev->next = t->ring.next;
	t->ring.next->prev = t->ring.prev;
	t->ring.next = NULL;
	c->front_count -= t->at < c->horizon;
}

void vclock_cancel(struct vclock *c, struct vclock_timer *t)
{
	if (t->ring.next) /* an emptied list is noticed when it is looked at */
		take_out(c, t);
}

void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at)
{
	if (t->ring.next)
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

/* The first list with timers; false if there is none. */
static bool find_first(const struct vclock *c, struct place *p)
{
	for (uint32_t left = c->wheels; left; left &= left - 1) {
		p->wheel = (unsigned)__builtin_ctz(left);
		for (uint64_t d = c->used[p->wheel]; d; d &= d - 1) {
			p->digit = (unsigned)__builtin_ctzll(d);
			if (!is_empty(&c->lists[p->wheel][p->digit]))
				return true;
		}
	}
	return false;
}

static uint64_t earliest(const struct vclock_ring *head)
{
	uint64_t at = timer_of(head->next)->at;
	for (const struct vclock_ring *r = head->next; r != head; r = r->next)
		at = timer_of(r)->at < at ? timer_of(r)->at : at;
	return at;
}

static bool is_short(const struct vclock_ring *head)
{
	unsigned count = 0;
	for (const struct vclock_ring *r = head->next; r != head; r = r->next)
		if (++count > FRONT_FILL)
			return false;
	return true;
}

uint64_t vclock_next(const struct vclock *c)
{
	struct place p;
	if (!is_empty(&c->front))
		return timer_of(c->front.next)->at;
	return find_first(c, &p) ? earliest(&c->lists[p.wheel][p.digit])
				 : VCLOCK_NEVER;
}

/* The base moves to where the times of list 'p' begin, the first list, which
 * has 'at' in it. Lists before it are empty, and it will be. */
static struct vclock_ring *enter(struct vclock *c, struct place p, uint64_t at)
{
	c->base = at & ~((UINT64_C(1) << p.wheel * DIGIT_BITS) - 1);
	c->used[p.wheel] &= ~UINT64_C(1) << p.digit;
	for (unsigned w = 0; w < p.wheel; w++)
		c->used[w] = 0;
	return &c->lists[p.wheel][p.digit];
}

static void make_front(struct vclock *c, struct place p, uint64_t at)
{
	struct vclock_ring *head = enter(c, p, at), *r = head->next;
	c->horizon = c->base + (UINT64_C(1) << p.wheel * DIGIT_BITS);
	empty(head);
	while (r != head) {
		struct vclock_ring *next = r->next;
		insert(c, timer_of(r));
		r = next;
	}
}

/* Makes a front of what is next; false if nothing is due by 'until', and then
 * the base stays. */
static bool refill(struct vclock *c, uint64_t until)
{
	struct place p;
	uint64_t at = vclock_next(c);
	if (at > until || !find_first(c, &p))
		return false;
	while (p.wheel && !is_short(&c->lists[p.wheel][p.digit])) {
		spread(c, enter(c, p, at));
		find_first(c, &p);
	}
	make_front(c, p, at);
	return true;
}

bool vclock_step(struct vclock *c, uint64_t until)
{
	if (is_empty(&c->front) && !refill(c, until))
		return false;
	struct vclock_timer *t = timer_of(c->front.next);
	if (t->at > until)
		return false;
	take_out(c, t);
	c->now = t->at;
	c->fired++;
	t->fire(t->context);
	return true;
}
