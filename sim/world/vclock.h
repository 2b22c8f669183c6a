/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time: a clock that jumps from timer to timer.
 *
 * Nothing else advances time. Timers due at the same instant fire in the order
 * in which they were set, so a run is the same each time. A timer lives in its
 * owner's storage; the owner cancels it before that goes away.
 *
 * The queue lives on time never going back. What is due before 'horizon' is in
 * 'front', sorted; it is short, and what is set there usually belongs near its
 * end. All else is in a radix heap (Ahuja et al., "Faster algorithms for the
 * shortest path problem", 1990): a timer is in the list of the highest bit in
 * which its time differs from 'base', a time not before which any is due and
 * which is not ahead of now, so that those of one list are all due before those
 * of the next. When the front is used up the first list becomes
 * the front, or, if it is long, is spread over lower ones. Setting and
 * cancelling touch a timer and its neighbours; a timer moves at most once for
 * each bit of its delay. Lists keep the order of setting, and equal times are
 * always in the same list. */
#ifndef VCLOCK_H
#define VCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VCLOCK_US    1000ULL
#define VCLOCK_MS    1000000ULL
#define VCLOCK_S     1000000000ULL
#define VCLOCK_NEVER UINT64_MAX

struct vclock_timer {
	struct vclock_timer *next, *prev; /* in its list; next NULL: not set */
	uint64_t at;			  /* ns; valid while it is set */
	void (*fire)(void *context);
	void *context;
};

struct vclock {
	uint64_t now;	/* ns since the start of the simulation */
	uint64_t fired; /* timers so far, for limits */
	uint64_t base, horizon;
	uint64_t used; /* bit i: lists[i] may have timers */
	/* Heads of rings. lists[0]: due at 'base'; lists[i]: bit i - 1 is the
	 * highest that differs. */
	struct vclock_timer front, lists[64];
	size_t front_count;
};

void vclock_init(struct vclock *c);
/* Timers that are still set are forgotten. */
void vclock_fini(struct vclock *c);
/* (Re)sets 't' to fire at 'at' (not before now; under 2^63). fire/context are
 * the owner's to fill in before. */
void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at);
void vclock_cancel(struct vclock *c,
		   struct vclock_timer *t); /* also if unset */
static inline bool vclock_is_set(const struct vclock_timer *t)
{
	return t->next != NULL;
}
/* When the next timer is due; VCLOCK_NEVER if none is set. */
uint64_t vclock_next(const struct vclock *c);
/* Advances to the next timer and fires it; false if none is due by 'until',
 * and then the time is unchanged. */
bool vclock_step(struct vclock *c, uint64_t until);

#endif
