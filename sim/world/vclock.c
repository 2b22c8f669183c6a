/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/vclock.h"

#include <string.h>

#include "sim/base/rare.h"

#define DIGIT_BITS 6
/* A list of so many may become the front, and so many are left in it when it
 * has grown too long. */
#define FRONT_FILL 16

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
	c->first = c->end = 1;
	for (unsigned w = 0; w < VCLOCK_WHEELS; w++)
		for (unsigned d = 0; d < VCLOCK_DIGITS; d++)
			empty(&c->lists[w][d]);
}

void vclock_fini(struct vclock *c)
{
	vclock_init(c);
}

static inline struct place place_of(const struct vclock *c, uint64_t at)
{
	unsigned bit = 63 - (unsigned)__builtin_clzll((at ^ c->base) | 1);
	unsigned wheel = bit / DIGIT_BITS;
	return (struct place){wheel, (unsigned)(at >> wheel * DIGIT_BITS) %
					     VCLOCK_DIGITS};
}

static inline void mark_used(struct vclock *c, struct place p)
{
	c->used[p.wheel] |= UINT64_C(1) << p.digit;
	c->wheels |= 1U << p.wheel;
}

static void append(struct vclock *c, struct vclock_timer *t)
{
	struct place p = place_of(c, t->at);
	struct vclock_ring *head = &c->lists[p.wheel][p.digit];
	t->ring.prev = head->prev;
	t->ring.next = head;
	head->prev->next = &t->ring;
	head->prev = &t->ring;
	mark_used(c, p);
}

/* What is due no earlier than number FRONT_FILL of the front goes back into the
 * wheels, where nothing is due as early. */
static void shorten(struct vclock *c)
{
	uint64_t at = c->front[c->first + FRONT_FILL].at;
	uint32_t i = c->first, end = c->end;
	while (c->front[i].at < at)
		i++;
	c->end = i;
	c->horizon = at;
	for (; i < end; i++)
		append(c, c->front[i].timer);
}

/* The array is used up: it begins anew, and with room for as many again. */
RARE static void make_room(struct vclock *c)
{
	if (c->end - c->first > VCLOCK_FRONT / 2)
		shorten(c);
	c->end -= c->first - 1;
	memmove(c->front + 1, c->front + c->first,
		(c->end - 1) * sizeof(c->front[0]));
	c->first = 1;
}

RARE static void take_out_of_front(struct vclock *c, struct vclock_timer *t)
{
	uint32_t i = c->first;
	while (c->front[i].timer != t)
		i++;
	c->end--;
	memmove(c->front + i, c->front + i + 1,
		(c->end - i) * sizeof(c->front[0]));
}

/* An emptied list is noticed when it is looked at. */
static void take_out(struct vclock *c, struct vclock_timer *t)
{
	if (t->ring.next == &t->ring) {
		take_out_of_front(c, t);
	} else {
		t->ring.prev->next = t->ring.next;
		t->ring.next->prev = t->ring.prev;
	}
	t->ring.next = NULL;
}

void vclock_cancel(struct vclock *c, struct vclock_timer *t)
{
	if (t->ring.next)
		take_out(c, t);
}

void vclock_place(struct vclock *c, struct vclock_timer *t)
{
	if (t->ring.next)
		take_out(c, t);
	if (c->end == VCLOCK_FRONT)
		make_room(c);
	if (t->at < c->horizon)
		vclock_insert(c, t);
	else
		append(c, t);
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

/* Whether it has no more than 'most'. */
static bool is_short(const struct vclock_ring *head, unsigned most)
{
	unsigned count = 0;
	for (const struct vclock_ring *r = head->next; r != head; r = r->next)
		if (++count > most)
			return false;
	return true;
}

uint64_t vclock_next(const struct vclock *c)
{
	struct place p;
	if (c->first < c->end)
		return c->front[c->first].at;
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

/* Empties a list; what was in it goes to where it belongs by the base. */
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

/* In the front there must be room. */
static void move_to_front(struct vclock *c, struct vclock_ring *head)
{
	while (!is_empty(head) && c->end < VCLOCK_FRONT / 2) {
		struct vclock_timer *t = timer_of(head->next);
		take_out(c, t);
		vclock_insert(c, t);
	}
}

/* The lists that follow in the same wheel, as long as the front stays short. */
static void lengthen(struct vclock *c, unsigned wheel)
{
	const unsigned shift = wheel * DIGIT_BITS;
	const uint64_t turn = c->base >> shift & ~(uint64_t)(VCLOCK_DIGITS - 1);
	uint64_t left = c->used[wheel];
	for (; left && c->end - c->first < FRONT_FILL; left &= left - 1) {
		unsigned digit = (unsigned)__builtin_ctzll(left);
		struct vclock_ring *head = &c->lists[wheel][digit];
		c->used[wheel] &= ~(left & -left);
		if (is_empty(head))
			continue;
		if (!is_short(head, FRONT_FILL - (c->end - c->first))) {
			mark_used(c, (struct place){wheel, digit});
			return;
		}
		move_to_front(c, head);
		c->horizon = (turn + digit + 1) << shift;
	}
}

/* Of a list that is long, since all in it are due at the same instant, the rest
 * stays, and what is set for that instant from now on goes behind it. */
static void make_front(struct vclock *c, struct place p, uint64_t at)
{
	struct vclock_ring *head = enter(c, p, at);
	c->first = c->end = 1;
	move_to_front(c, head);
	c->horizon = c->base;
	if (!is_empty(head)) {
		mark_used(c, p);
		return;
	}
	c->horizon += UINT64_C(1) << p.wheel * DIGIT_BITS;
	lengthen(c, p.wheel);
}

RARE bool vclock_refill(struct vclock *c, uint64_t until)
{
	struct place p;
	if (!find_first(c, &p))
		return false;
	uint64_t at = earliest(&c->lists[p.wheel][p.digit]);
	if (at > until)
		return false;
	while (p.wheel && !is_short(&c->lists[p.wheel][p.digit], FRONT_FILL)) {
		spread(c, enter(c, p, at));
		find_first(c, &p);
	}
	make_front(c, p, at);
	return true;
}
