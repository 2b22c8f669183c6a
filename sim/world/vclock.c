/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/vclock.h"

#include <string.h>

#define LISTS 64

void vclock_init(struct vclock *c)
{
	memset(c, 0, sizeof(*c));
	for (unsigned i = 0; i < LISTS; i++)
		c->lists[i].next = c->lists[i].prev = &c->lists[i];
}

void vclock_fini(struct vclock *c)
{
	vclock_init(c);
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
	struct vclock_timer *head = &c->lists[i];
	t->next = head;
	t->prev = head->prev;
	head->prev->next = t;
	head->prev = t;
	c->used |= UINT64_C(1) << i;
}

static inline void take_out(struct vclock_timer *t)
{
	t->prev->next = t->next;
	t->next->prev = t->prev;
	t->next = NULL;
}

void vclock_cancel(struct vclock *c, struct vclock_timer *t)
{
	(void)c; /* an emptied list is noticed when it is looked at */
	if (t->next)
		take_out(t);
}

void vclock_set(struct vclock *c, struct vclock_timer *t, uint64_t at)
{
	if (t->next)
		take_out(t);
	t->at = at > c->now ? at : c->now;
	append(c, t);
}

/* The first list with timers, LISTS if there is none. */
static inline unsigned first_list(const struct vclock *c)
{
	for (uint64_t left = c->used; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctzll(left);
		if (c->lists[i].next != &c->lists[i])
			return i;
	}
	return LISTS;
}

/* The earliest of a list that has some; of equal ones that set first. */
static inline struct vclock_timer *earliest(const struct vclock_timer *head)
{
	struct vclock_timer *best = head->next;
	for (struct vclock_timer *t = best->next; t != head; t = t->next)
		if (t->at < best->at)
			best = t;
	return best;
}

uint64_t vclock_next(const struct vclock *c)
{
	unsigned i = first_list(c);
	return i < LISTS ? earliest(&c->lists[i])->at : VCLOCK_NEVER;
}

/* The timers of list 'i' belong in lower ones after the base has changed. */
static void spread(struct vclock *c, unsigned i)
{
	struct vclock_timer *head = &c->lists[i], *t = head->next;
	head->next = head->prev = head;
	while (t != head) {
		struct vclock_timer *next = t->next;
		append(c, t);
		t = next;
	}
}

bool vclock_step(struct vclock *c, uint64_t until)
{
	unsigned i = first_list(c);
	if (i == LISTS)
		return false;
	struct vclock_timer *t = earliest(&c->lists[i]);
	if (t->at > until)
		return false;
	take_out(t);
	c->base = c->now = t->at;
	if (i) {
		c->used &= ~UINT64_C(1) << i; /* lower ones are empty too */
		spread(c, i);
	}
	c->fired++;
	t->fire(t->context);
	return true;
}
