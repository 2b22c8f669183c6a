/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/transit.h"

static size_t start_of(uint32_t piece)
{
	return (size_t)(piece >> 16) * 8;
}

static size_t end_of(uint32_t piece)
{
	return start_of(piece) + (piece & 0xffff);
}

static bool covers(uint32_t whole, uint32_t piece)
{
	return !whole || (start_of(whole) <= start_of(piece) &&
			  end_of(piece) <= end_of(whole));
}

static uint32_t number_of(const struct transits *ts, const struct transit *t)
{
	return (uint32_t)(t - ts->all.at) + 1;
}

/* What points to 't'. */
static uint32_t *link_to(struct transits *ts, const struct transit *t)
{
	uint32_t number = number_of(ts, t), *at = &ts->by_id.at[t->id];
	while (*at != number)
		at = &ts->all.at[*at - 1].next;
	return at;
}

static void put_first(struct transits *ts, struct transit *t)
{
	uint32_t *first = &ts->by_id.at[t->id];
	t->next = *first;
	*first = number_of(ts, t);
}

struct transit *transit_seen_of_many(struct transits *ts, uint32_t id,
				     uint32_t piece)
{
	struct transit *t = transit_find(ts, id);
	while (t && t->piece != piece)
		t = transit_next(ts, t);
	if (t) {
		*link_to(ts, t) = t->next;
		put_first(ts, t);
	}
	return t;
}

struct transit *transit_parent(const struct transits *ts, uint32_t id,
			       uint32_t piece)
{
	struct transit *t = transit_find(ts, id);
	while (t && (!piece || !covers(t->piece, piece)))
		t = transit_next(ts, t);
	return t;
}

static void inherit(struct transit *t, const struct transit *parent)
{
	t->has_form = parent->has_form;
	t->form = parent->form;
	t->hop = parent->hop;
	t->node = parent->node;
	for (size_t i = 0; i < parent->events.count; i++)
		VEC_ADD(&t->events, parent->events.at[i]);
}

struct transit *transit_add(struct transits *ts, uint32_t id, uint32_t piece)
{
	while (ts->by_id.count <= id)
		VEC_ADD(&ts->by_id, 0);
	if (!ts->unused.count) {
		VEC_ADD(&ts->unused, (uint32_t)ts->all.count);
		VEC_ADD(&ts->all, (struct transit){0});
	}
	struct transit *t = &ts->all.at[ts->unused.at[--ts->unused.count]];
	struct remark_events events = t->events; /* keeps its room */
	events.count = 0;
	*t = (struct transit){.id = id, .piece = piece, .events = events};
	const struct transit *parent = transit_parent(ts, id, piece);
	if (parent)
		inherit(t, parent);
	put_first(ts, t);
	return t;
}

void transit_forget(struct transits *ts, const struct transit *t)
{
	uint32_t *link = link_to(ts, t);
	VEC_ADD(&ts->unused, *link - 1);
	*link = t->next;
}

void transit_forget_all(struct transits *ts, uint32_t id)
{
	for (const struct transit *t; (t = transit_find(ts, id));)
		transit_forget(ts, t);
}

static bool is_end(const struct note *n)
{
	return n->kind == NOTE_DROPPED || n->kind == NOTE_DELIVERED;
}

static bool has_heard(const struct transit *t, const struct note *n)
{
	for (size_t i = 0; i < t->events.count; i++) {
		const struct note *e = &t->events.at[i].note;
		if (e->kind == n->kind && e->node == n->node &&
		    e->ref == n->ref)
			return true;
	}
	return false;
}

/* From the one seen last to the one seen first. */
RARE static struct transit *choose(const struct transits *ts,
				   struct transit *first, const struct note *n)
{
	struct transit *found = NULL;
	for (struct transit *t = first; t; t = transit_next(ts, t)) {
		if (t->is_cut || !t->node || t->node->number != n->node)
			continue;
		if (is_end(n))
			return t;
		if (!has_heard(t, n))
			found = t;
	}
	return found ? found : first;
}

struct transit *transit_about(struct transits *ts, const struct note *n)
{
	struct transit *t = transit_find(ts, n->pkt);
	if (!t)
		return transit_add(ts, n->pkt, 0);
	return MOSTLY(!t->next) ? t : choose(ts, t, n);
}

void transit_fini(struct transits *ts)
{
	for (size_t i = 0; i < ts->all.count; i++)
		VEC_FREE(&ts->all.at[i].events);
	VEC_FREE(&ts->all);
	VEC_FREE(&ts->by_id);
	VEC_FREE(&ts->unused);
}
