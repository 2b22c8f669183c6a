/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time: a clock that jumps from timer to timer.
 *
 * Nothing else advances time. Timers due at the same instant fire in the order
 * in which they were set, so a run is the same each time. A timer lives in its
 * owner's storage; the owner cancels it before that goes away.
 *
 * The queue lives on time never going back. What is due before 'horizon' is in
 * 'front', an array in order of time; it is short, and what is set there usually
 * belongs near its end. All else is in wheels, one for each digit of a time
 * written with 64 digits (hierarchical timing wheels: Varghese and Lauck, 1987; a
 * radix heap is the same with two digits). A timer is in the wheel of the highest
 * digit in which its time differs from 'base', which is not ahead of now, in the
 * list that this digit says. When the front is used up the next list becomes the
 * front, or, if it is long, is spread over lower wheels. A timer moves at most
 * once for each digit of its delay. Lists keep the order of setting, and equal
 * times are always in the same list. */
#ifndef VCLOCK_H
#define VCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VCLOCK_US    1000ULL
#define VCLOCK_MS    1000000ULL
#define VCLOCK_S     1000000000ULL
#define VCLOCK_NEVER UINT64_MAX
/* Where clocks on the wall stand at the start: 2020-06-01 00:00:00 UTC, seconds
 * since 1970, the month of the story that the shipped scenarios tell. Nothing
 * may depend on today. */
#define VCLOCK_EPOCH 1590969600LL

#define VCLOCK_DIGITS 64
#define VCLOCK_WHEELS 11 /* for 64 bits */
#define VCLOCK_FRONT  96

struct vclock_ring {
	struct vclock_ring *next, *prev;
};

struct vclock_timer {
	/* First. next NULL: not set; itself: in the front. */
	struct vclock_ring ring;
	uint64_t at; /* ns; valid while it is set */
	void (*fire)(void *context);
	void *context;
};

struct vclock {
	uint64_t now;	/* ns since the start of the simulation */
	uint64_t fired; /* timers so far, for limits */
	uint64_t base, horizon;
	/* front[first] is due next, front[end - 1] last; its time stands beside
	 * each, so that keeping order touches no other timers. What is before
	 * 'first', one at least, is of the past. */
	uint32_t first, end;
	struct vclock_due {
		uint64_t at;
		struct vclock_timer *timer;
	} front[VCLOCK_FRONT];
	uint32_t wheels;	      /* bit w: some bit of used[w] is set */
	uint64_t used[VCLOCK_WHEELS]; /* bit d: lists[w][d] may have timers */
	struct vclock_ring lists[VCLOCK_WHEELS][VCLOCK_DIGITS];
};

void vclock_init(struct vclock *c);
/* Timers that are still set are forgotten. */
void vclock_fini(struct vclock *c);
/* For vclock_set(): behind all in the front that are due no later. */
static inline void vclock_insert(struct vclock *c, struct vclock_timer *t)
{
	struct vclock_due *due = &c->front[c->end++];
	for (; due[-1].at > t->at; due--)
		*due = due[-1];
	*due = (struct vclock_due){t->at, t};
	t->ring.next = &t->ring;
}
/* For vclock_set(): wherever it belongs. */
void vclock_place(struct vclock *c, struct vclock_timer *t);
/* (Re)sets 't' to fire at 'at' (not before now). fire/context are
 * the owner's to fill in before. */
static inline void vclock_set(struct vclock *c, struct vclock_timer *t,
			      uint64_t at)
{
	at = at > c->now ? at : c->now;
	bool in_front = at < c->horizon && c->end < VCLOCK_FRONT;
	t->at = at;
	if (in_front && !t->ring.next)
		vclock_insert(c, t);
	else
		vclock_place(c, t);
}
void vclock_cancel(struct vclock *c,
		   struct vclock_timer *t); /* also if unset */
static inline bool vclock_is_set(const struct vclock_timer *t)
{
	return t->ring.next != NULL;
}
/* When the next timer is due; VCLOCK_NEVER if none is set. */
uint64_t vclock_next(const struct vclock *c);
/* For vclock_step(): makes a front of what is next; false if nothing is due by
 * 'until'. */
bool vclock_refill(struct vclock *c, uint64_t until);
/* Advances to the next timer and fires it; false if none is due by 'until',
 * and then the time is unchanged. */
static inline bool vclock_step(struct vclock *c, uint64_t until)
{
	if (c->first == c->end && !vclock_refill(c, until))
		return false;
	const struct vclock_due *due = &c->front[c->first];
	struct vclock_timer *t = due->timer;
	if (due->at > until)
		return false;
	c->now = due->at;
	c->first++;
	c->fired++;
	t->ring.next = NULL;
	t->fire(t->context);
	return true;
}

#endif
