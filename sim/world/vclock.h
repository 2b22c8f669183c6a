/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time: a clock that jumps from timer to timer.
 *
 * Nothing else advances time. Timers due at the same instant fire in the order
 * in which they were set, so a run is the same each time. A timer lives in its
 * owner's storage; the owner cancels it before that goes away.
 *
 * A binary heap whose entries hold the time, so that finding the next timer
 * touches no timer but that one. While a timer fires its place at the top stays
 * free: the next one set goes there, which is the usual case (a lane that has
 * more packets, a source that sends again), and costs one walk down instead of
 * a removal and an insertion. */
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
	size_t place; /* in the heap + 1; 0: not set */
	void (*fire)(void *context);
	void *context;
};

struct vclock_entry {
	uint64_t at;	/* ns */
	uint64_t order; /* among equal times */
	struct vclock_timer *timer;
};

struct vclock {
	uint64_t now; /* ns since the start of the simulation */
	uint64_t next_order;
	struct vclock_entry *heap;
	size_t count, room;
	bool gap; /* heap[0] is the place of the timer that fires now */
	uint64_t fired; /* timers so far, for limits */
};

void vclock_init(struct vclock *c);
void vclock_fini(struct vclock *c);
/* (Re)sets 't' to fire at 'at' (not before now). fire/context are the owner's
 * to fill in before. */
void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at);
void vclock_cancel(struct vclock *c,
		   struct vclock_timer *t); /* also if unset */
static inline bool vclock_is_set(const struct vclock_timer *t)
{
	return t->place != 0;
}
/* When the next timer is due; VCLOCK_NEVER if none is set. */
uint64_t vclock_next(const struct vclock *c);
/* Advances to the next timer and fires it; false if none is due by 'until',
 * and then the time is unchanged. Not to be called by what it fires. */
bool vclock_step(struct vclock *c, uint64_t until);

#endif
