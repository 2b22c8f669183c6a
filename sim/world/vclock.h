/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time: a clock that jumps from timer to timer.
 *
 * Nothing else advances time. Timers due at the same instant fire in the order
 * in which they were set, so a run is the same each time. A timer lives in its
 * owner's storage; the owner cancels it before that goes away.
 *
 * The queue lives on time never going back. What is due before 'horizon' is in
 * 'front', sorted; it is short, and what is set there usually belongs near its
 * end. All else is in wheels, one for each digit of a time written with 64
 * digits (hierarchical timing wheels: Varghese and Lauck, 1987; a radix heap is
 * the same with two digits). A timer is in the wheel of the highest digit in
 * which its time differs from 'base', which is not ahead of now, in the list
 * that this digit says. When the front is used up the next list becomes the
 * front, or, if it is long, is spread over lower wheels. Setting and cancelling
 * touch a timer and its neighbours; a timer moves at most once for each digit
 * of its delay. Lists keep the order of setting, and equal times are always in
 * the same list. */
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

struct vclock_ring {
	struct vclock_ring *next, *prev;
};

struct vclock_timer {
	struct vclock_ring ring; /* first; next NULL: not set */
	uint64_t at;		 /* ns; valid while it is set */
	void (*fire)(void *context);
	void *context;
};

struct vclock {
	uint64_t now;	/* ns since the start of the simulation */
	uint64_t fired; /* timers so far, for limits */
	uint64_t base, horizon;
	size_t front_count;
	struct vclock_ring front;
	uint32_t wheels;	      /* bit w: some bit of used[w] is set */
	uint64_t used[VCLOCK_WHEELS]; /* bit d: lists[w][d] may have timers */
	struct vclock_ring lists[VCLOCK_WHEELS][VCLOCK_DIGITS];
};

void vclock_init(struct vclock *c);
/* Timers that are still set are forgotten. */
void vclock_fini(struct vclock *c);
/* (Re)sets 't' to fire at 'at' (not before now). fire/context are
 * the owner's to fill in before. */
void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at);
void vclock_cancel(struct vclock *c,
		   struct vclock_timer *t); /* also if unset */
static inline bool vclock_is_set(const struct vclock_timer *t)
{
	return t->ring.next != NULL;
}
/* When the next timer is due; VCLOCK_NEVER if none is set. */
uint64_t vclock_next(const struct vclock *c);
/* Advances to the next timer and fires it; false if none is due by 'until',
 * and then the time is unchanged. */
bool vclock_step(struct vclock *c, uint64_t until);

#endif
