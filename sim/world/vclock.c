/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/vclock.h"

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

static bool goes_before(const struct vclock_timer *a,
			const struct vclock_timer *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void place(struct vclock *c, size_t i, struct vclock_timer *t)
{
	c->heap[i] = t;
	t->place = i + 1;
}

static void sift_up(struct vclock *c, size_t i)
{
	struct vclock_timer *t = c->heap[i];
	while (i && goes_before(t, c->heap[(i - 1) / 2])) {
		place(c, i, c->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(c, i, t);
}

static void sift_down(struct vclock *c, size_t i)
{
	struct vclock_timer *t = c->heap[i];
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= c->count)
			break;
		if (child + 1 < c->count &&
		    goes_before(c->heap[child + 1], c->heap[child]))
			child++;
		if (!goes_before(c->heap[child], t))
			break;
		place(c, i, c->heap[child]);
		i = child;
	}
	place(c, i, t);
}

void vclock_cancel(struct vclock *c, struct vclock_timer *t)
{
	if (!t->place)
		return;
	size_t i = t->place - 1;
	t->place = 0;
	struct vclock_timer *last = c->heap[--c->count];
	if (last == t)
		return;
	place(c, i, last);
	sift_up(c, i);
	sift_down(c, last->place - 1);
}

void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at)
{
	vclock_cancel(c, t);
	if (c->count == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->heap = mem_grow(c->heap, c->room,
				   sizeof(struct vclock_timer *));
	}
	t->at = at > c->now ? at : c->now;
	t->order = c->next_order++;
	place(c, c->count++, t);
	sift_up(c, c->count - 1);
}

uint64_t vclock_next(const struct vclock *c)
{
	return c->count ? c->heap[0]->at : VCLOCK_NEVER;
}

bool vclock_step(struct vclock *c, uint64_t until)
{
	if (!c->count || c->heap[0]->at > until)
		return false;
	struct vclock_timer *t = c->heap[0];
	c->now = t->at;
	c->fired++;
	vclock_cancel(c, t);
	t->fire(t->context);
	return true;
}
