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

static inline unsigned list_of(const struct vclock *c, uint64_t at)
{
	uint64_t differs = at ^ c->base;
	return differs ? 64 - (unsigned)__builtin_clzll(differs) : 0;
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

/* The first list with timers, or NULL. */
static inline const struct vclock_timer *first_list(const struct vclock *c)
{
	for (uint64_t left = c->used; left; left &= left - 1) {
		const struct vclock_timer *head =
			&c->lists[__builtin_ctzll(left)];
		if (head->next != head)
			return head;
	}
	return NULL;
}

/* The earliest of a list that has some; of equal ones that set first. */
static struct vclock_timer *earliest(const struct vclock_timer *head)
{
	struct vclock_timer *best = head->next;
	for (struct vclock_timer *t = best->next; t != head; t = t->next)
		if (t->at < best->at)
			best = t;
	return best;
}

uint64_t vclock_next(const struct vclock *c)
{
	const struct vclock_timer *head = first_list(c);
	return head ? earliest(head)->at : VCLOCK_NEVER;
}

/* Makes 'at' the base, the time of the next timer, which is out of its list
 * already: what else is in there goes to lower lists. */
static void rebase(struct vclock *c, uint64_t at)
{
	unsigned i = list_of(c, at);
	struct vclock_timer *head = &c->lists[i], *each = head->next;
	c->base = at;
	if (!i)
		return;
	/* It is empty then, as those below it are. */
	c->used &= ~((UINT64_C(2) << i) - 1);
	head->next = head->prev = head;
	while (each != head) {
		struct vclock_timer *next = each->next;
		append(c, each);
		each = next;
	}
}

bool vclock_step(struct vclock *c, uint64_t until)
{
	const struct vclock_timer *head = first_list(c);
	struct vclock_timer *t = head ? earliest(head) : NULL;
	if (!t || t->at > until)
		return false;
	take_out(t);
	rebase(c, t->at);
	c->now = t->at;
	c->fired++;
	t->fire(t->context);
	return true;
}
