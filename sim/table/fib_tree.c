/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib_tree.h"

#include <string.h>

#include "sim/table/fib_tree_private.h"

#define SHORT 16		       /* bits that lead to a node at the top */
#define AHEAD 64		       /* addresses looked up side by side */
#define SIZES (SLOTS * NODE_UNITS + 1) /* of pieces, in units */
/* More than one change of a node can take. */
#define STEP 4096

_Static_assert(sizeof(struct fib_node) == 64, "a node is a cache line");

/* Two for each empty node, and 5.75 bytes a route: what a table like the
 * Internet's takes, and some more. */
static size_t unit_room(uint32_t routes)
{
	return 2 * TOP + 2 * STEP + (size_t)routes * 23 / 32;
}

size_t fib_tree_bytes(uint32_t routes)
{
	return TOP * sizeof(struct fib_node) + 2 * TOP * sizeof(uint16_t) +
	       2 * SIZES * sizeof(uint32_t) +
	       unit_room(routes) * sizeof(uint64_t);
}

static void place(struct fib_tree *t, void *memory, uint32_t routes)
{
	t->nodes = memory;
	t->shorts = (void *)(t->nodes + TOP);
	t->free[LOW] = (void *)(t->shorts + 2 * TOP);
	t->free[HIGH] = t->free[LOW] + SIZES;
	t->units = (void *)(t->free[HIGH] + SIZES);
	t->low = 1;
	t->high = (uint32_t)unit_room(routes);
	memset(t->free[LOW], 0, 2 * SIZES * sizeof(uint32_t));
}

uint32_t fib_tree_take(struct fib_tree *t, enum fib_tree_side side, size_t size)
{
	uint32_t *head = &t->free[side][size], at = *head;
	if (at) {
		*head = (uint32_t)t->units[at];
		return at;
	}
	if (side == HIGH)
		return t->high -= (uint32_t)size;
	t->low += (uint32_t)size;
	return t->low - (uint32_t)size;
}

void fib_tree_give_back(struct fib_tree *t, enum fib_tree_side side,
			uint32_t at, size_t size)
{
	if (!size)
		return;
	t->units[at] = t->free[side][size];
	t->free[side][size] = at;
}

/* Three times over a few addresses, so that what one needs from memory comes
 * while others are worked on: its node, its value. */
INLINE void find_some(const struct fib_tree *t, const ip4 *dst, size_t count,
		      uint16_t *group, bool fast)
{
	const uint16_t *values[AHEAD];
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(&t->nodes[dst[i].v >> SHORT]);
	for (size_t i = 0; i < count; i++) {
		const struct fib_node *n = &t->nodes[dst[i].v >> SHORT];
		values[i] = value_at(t, n, dst[i].v >> 8 & 255, fast);
		__builtin_prefetch(values[i]);
	}
	for (size_t i = 0; i < count; i++) {
		const struct fib_node *n = &t->nodes[dst[i].v >> SHORT];
		group[i] = *values[i];
		if (group[i] & FIB_TREE_CHILD)
			group[i] = *value_at(t, child_of(t, n, group[i]),
					     dst[i].v & 255, fast);
	}
}

INLINE void find_all(const struct fib_tree *t, const ip4 *dst, size_t count,
		     uint16_t *group, bool fast)
{
	for (size_t i = 0; i < count; i += AHEAD)
		find_some(t, dst + i, count - i < AHEAD ? count - i : AHEAD,
			  group + i, fast);
}

#ifdef __x86_64__
__attribute__((target("popcnt"))) static void
find_fast(const struct fib_tree *t, const ip4 *dst, size_t count,
	  uint16_t *group)
{
	find_all(t, dst, count, group, true);
}

void fib_tree_find_batch(const struct fib_tree *t, const ip4 *dst, size_t count,
			 uint16_t *group)
{
	if (__builtin_cpu_supports("popcnt"))
		find_fast(t, dst, count, group);
	else
		find_all(t, dst, count, group, false);
}
#else
void fib_tree_find_batch(const struct fib_tree *t, const ip4 *dst, size_t count,
			 uint16_t *group)
{
	find_all(t, dst, count, group, true);
}
#endif

/* Where a prefix that fills whole nodes leads, the longest around 'code'. */
static uint32_t longest(const struct fib_tree *t, uint32_t code)
{
	while (code > 1 && !t->shorts[code])
		code /= 2;
	return code;
}

static void change_short(struct fib_tree *t, struct fib_groups *g,
			 const struct fib_route *r)
{
	uint32_t code =
		(UINT32_C(1) << SHORT | r->addr.v >> SHORT) >> (SHORT - r->len);
	uint32_t first = r->addr.v >> SHORT;
	uint32_t count = UINT32_C(1) << (SHORT - r->len);
	uint16_t *group = &t->shorts[code];
	t->count += (r->group != FIB_NONE) - (uint32_t)(*group != FIB_NONE);
	fib_group_leave(g, *group);
	*group = r->group;
	for (uint32_t i = first; i < first + count; i++) {
		uint32_t best = longest(t, TOP | i);
		if (best <= code)
			fib_tree_set_background(t, &t->nodes[i],
						t->shorts[best]);
	}
}

size_t fib_tree_apply(struct fib_tree *t, struct fib_groups *g,
		      const struct fib_route *changes, size_t count)
{
	size_t done = 0;
	while (done < count && t->high - t->low >= STEP) {
		const struct fib_route *next = &changes[done];
		if (next->len > SHORT) {
			done += fib_tree_edit(t, g, next, count - done);
			continue;
		}
		change_short(t, g, next);
		done++;
	}
	return done;
}

void fib_tree_init(struct fib_tree *t, void *memory, uint32_t routes)
{
	place(t, memory, routes);
	t->count = 0;
	memset(t->shorts, 0, 2 * TOP * sizeof(*t->shorts));
	for (uint32_t i = 0; i < TOP; i++)
		fib_tree_init_node(t, &t->nodes[i], FIB_NONE);
}

static uint32_t move_piece(struct fib_tree *t, enum fib_tree_side side,
			   const uint64_t *from, size_t size)
{
	uint32_t to = size ? fib_tree_take(t, side, size) : 0;
	memcpy(t->units + to, from, size * sizeof(*from));
	return to;
}

/* 'n' is a copy of a node of 'old': what it has comes over too. */
static void move_node(struct fib_tree *t, const struct fib_tree *old,
		      struct fib_node *n)
{
	n->values = move_piece(t, LOW, old->units + n->values, value_units(n));
	n->prefixes =
		move_piece(t, HIGH, old->units + n->prefixes, prefix_units(n));
	n->children = move_piece(t, LOW, old->units + n->children,
				 child_units(n->child_count));
	for (uint16_t i = 0; i < n->child_count; i++)
		move_node(t, old, child_of(t, n, i));
}

/* What a node has with its children. */
static size_t node_units(const struct fib_tree *t, const struct fib_node *n)
{
	size_t size =
		value_units(n) + prefix_units(n) + child_units(n->child_count);
	for (uint16_t i = 0; i < n->child_count; i++)
		size += node_units(t, child_of(t, n, i));
	return size;
}

bool fib_tree_move(struct fib_tree *t, void *memory, uint32_t routes)
{
	struct fib_tree old = *t;
	size_t need = 2 * STEP;
	for (uint32_t i = 0; i < TOP; i++)
		need += node_units(t, &t->nodes[i]);
	if (need > unit_room(routes))
		return false;
	place(t, memory, routes);
	memcpy(t->nodes, old.nodes, TOP * sizeof(*t->nodes));
	memcpy(t->shorts, old.shorts, 2 * TOP * sizeof(*t->shorts));
	for (uint32_t i = 0; i < TOP; i++)
		move_node(t, &old, &t->nodes[i]);
	return true;
}
