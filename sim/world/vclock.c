/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/vclock.h"

#include <assert.h>
#include <string.h>

#include "sim/base/mem.h"

void vclock_init(struct vclock *c)
{
	memset(c, 0, sizeof(*c));
}

void vclock_fini(struct vclock *c)
{
	mem_free(c->heap);
	vclock_init(c);
}

/* Without a branch: which of two children is first is anybody's guess. */
static inline bool goes_before(const struct vclock_entry *a,
			       const struct vclock_entry *b)
{
	return (a->at < b->at) | ((a->at == b->at) & (a->order < b->order));
}

static inline void place(struct vclock *c, size_t i, struct vclock_entry e)
{
	c->heap[i] = e;
	e.timer->place = i + 1;
}

/* Where 'e' belongs, at or above 'i'. A gap goes before all. */
static void sift_up(struct vclock *c, size_t i, struct vclock_entry e)
{
	while (i && goes_before(&e, &c->heap[(i - 1) / 2])) {
		place(c, i, c->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(c, i, e);
}

/* The same at or below 'i'. */
static void sift_down(struct vclock *c, size_t i, struct vclock_entry e)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= c->count)
			break;
		if (child + 1 < c->count)
			child += goes_before(&c->heap[child + 1],
					     &c->heap[child]);
		if (!goes_before(&c->heap[child], &e))
			break;
		place(c, i, c->heap[child]);
		i = child;
	}
	place(c, i, e);
}

/* Puts 'e' at place 'i', which is free, or where it belongs from there. */
static void settle(struct vclock *c, size_t i, struct vclock_entry e)
{
	if (i && goes_before(&e, &c->heap[(i - 1) / 2]))
		sift_up(c, i, e);
	else
		sift_down(c, i, e);
}

static void take_out(struct vclock *c, size_t i)
{
	struct vclock_entry last = c->heap[--c->count];
	if (i < c->count)
		settle(c, i, last);
}

void vclock_cancel(struct vclock *c, struct vclock_timer *t)
{
	if (!t->place)
		return;
	take_out(c, t->place - 1);
	t->place = 0;
}

static void grow(struct vclock *c)
{
	c->room = c->room ? 2 * c->room : 64;
	c->heap = mem_grow(c->heap, c->room, sizeof(*c->heap));
}

void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at)
{
	struct vclock_entry e = {at > c->now ? at : c->now, ++c->next_order, t};
	if (t->place) {
		settle(c, t->place - 1, e);
	} else if (c->gap) {
		c->gap = false;
		sift_down(c, 0, e);
	} else {
		if (c->count == c->room)
			grow(c);
		sift_up(c, c->count++, e);
	}
}

uint64_t vclock_next(const struct vclock *c)
{
	size_t first = c->gap; /* then the next is one of two */
	if (first >= c->count)
		return VCLOCK_NEVER;
	if (c->gap && c->count > 2 && c->heap[2].at < c->heap[1].at)
		first = 2;
	return c->heap[first].at;
}

bool vclock_step(struct vclock *c, uint64_t until)
{
	assert(!c->gap);
	if (!c->count || c->heap[0].at > until)
		return false;
	struct vclock_timer *t = c->heap[0].timer;
	c->now = c->heap[0].at;
	c->fired++;
	c->heap[0] = (struct vclock_entry){0, 0, NULL};
	c->gap = true;
	t->place = 0;
	t->fire(t->context);
	if (c->gap) {
		c->gap = false;
		take_out(c, 0);
	}
	return true;
}
