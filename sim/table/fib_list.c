/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib_list.h"

#include <string.h>

#define DEPTH 33 /* prefixes within each other */
#define LANES 16 /* addresses compared side by side */
#define FEW   48 /* runs, of which comparing with all is cheaper than a search */

typedef int32_t lanes __attribute__((vector_size(16)));

/* Each prefix begins a run, and what it lies in goes on behind it. */
static size_t runs_at_most(uint32_t room)
{
	size_t runs = 1;
	while (runs < 2 * (size_t)room + 1)
		runs *= 2;
	return runs;
}

size_t fib_list_bytes(uint32_t room)
{
	return room * sizeof(struct fib_route) +
	       runs_at_most(room) * (sizeof(uint32_t) + sizeof(uint16_t));
}

static void place(struct fib_list *l, void *memory, uint32_t room)
{
	l->routes = memory;
	l->starts = (void *)(l->routes + room);
	l->groups = (void *)(l->starts + runs_at_most(room));
	l->room = room;
}

static uint32_t last_of(const struct fib_route *r)
{
	return r->addr.v | ~addr_mask(r->len);
}

/* From 'start' on all leads to 'group', as far as is known yet. */
static void cut(struct fib_list *l, uint32_t start, uint16_t group)
{
	uint32_t n = l->run_count;
	if (n && l->starts[n - 1] == start)
		n--;
	if (!n || l->groups[n - 1] != group) {
		l->starts[n] = start;
		l->groups[n++] = group;
	}
	l->run_count = n;
}

/* Ends the prefixes on the stack that 'route' does not lie in, all if NULL. */
static unsigned end_before(struct fib_list *l, const struct fib_route **stack,
			   unsigned depth, const struct fib_route *route)
{
	while (depth && (!route || last_of(stack[depth - 1]) < route->addr.v)) {
		uint32_t last = last_of(stack[--depth]);
		if (last != UINT32_MAX)
			cut(l, last + 1,
			    depth ? stack[depth - 1]->group : FIB_NONE);
	}
	return depth;
}

/* Repeats the last run, from the last address on, to a power of two. */
static void fill_up(struct fib_list *l)
{
	uint32_t size = 1;
	while (size < l->run_count)
		size *= 2;
	for (uint32_t i = l->run_count; i < size; i++) {
		l->starts[i] = UINT32_MAX;
		l->groups[i] = l->groups[l->run_count - 1];
	}
	l->half = size / 2;
}

static void cut_all(struct fib_list *l)
{
	const struct fib_route *stack[DEPTH];
	unsigned depth = 0;
	l->run_count = 0;
	cut(l, 0, FIB_NONE);
	for (uint32_t i = 0; i < l->count; i++) {
		const struct fib_route *r = &l->routes[i];
		depth = end_before(l, stack, depth, r);
		stack[depth++] = r;
		cut(l, r->addr.v, r->group);
	}
	end_before(l, stack, depth, NULL);
	fill_up(l);
}

void fib_list_init(struct fib_list *l, void *memory, uint32_t room)
{
	place(l, memory, room);
	l->count = 0;
	cut_all(l);
}

void fib_list_move(struct fib_list *l, void *memory, uint32_t room)
{
	struct fib_list old = *l;
	place(l, memory, room);
	memcpy(l->routes, old.routes, l->count * sizeof(*l->routes));
	cut_all(l);
}

static bool goes_before(const struct fib_route *a, const struct fib_route *b)
{
	if (a->addr.v != b->addr.v)
		return a->addr.v < b->addr.v;
	return a->len < b->len;
}

/* Where 'route' is or should be. */
static uint32_t position(const struct fib_list *l,
			 const struct fib_route *route)
{
	uint32_t low = 0, high = l->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (goes_before(&l->routes[middle], route))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool change(struct fib_list *l, struct fib_groups *g,
		   const struct fib_route *route)
{
	uint32_t at = position(l, route);
	struct fib_route *r = &l->routes[at];
	size_t behind = (l->count - at) * sizeof(*r);
	bool is_there = behind && !goes_before(route, r);
	if (!is_there && route->group == FIB_NONE)
		return true;
	if (!is_there && l->count == l->room)
		return false;
	if (is_there)
		fib_group_leave(g, r->group);
	if (route->group == FIB_NONE) {
		memmove(r, r + 1, behind - sizeof(*r));
		l->count--;
		return true;
	}
	if (!is_there) {
		memmove(r + 1, r, behind);
		l->count++;
	}
	*r = *route;
	return true;
}

size_t fib_list_apply(struct fib_list *l, struct fib_groups *g,
		      const struct fib_route *changes, size_t count)
{
	size_t done = 0;
	while (done < count && change(l, g, &changes[done]))
		done++;
	cut_all(l);
	return done;
}

/* For each address, how many runs begin beyond it: four comparisons in one
 * instruction, which wants them signed. */
static void find_lanes(const struct fib_list *l, const ip4 *dst,
		       uint16_t *group)
{
	const uint32_t bias = UINT32_C(1) << 31;
	lanes a[LANES / 4], beyond[LANES / 4] = {{0}};
	int32_t runs[LANES];
	memcpy(a, dst, sizeof(a));
#pragma GCC unroll 4
	for (unsigned k = 0; k < LANES / 4; k++)
		a[k] ^= (int32_t)bias;
	for (uint32_t r = 1; r < l->run_count; r++) {
		int32_t start = (int32_t)(l->starts[r] ^ bias);
#pragma GCC unroll 4
		for (unsigned k = 0; k < LANES / 4; k++)
			beyond[k] += a[k] < start;
	}
	memcpy(runs, beyond, sizeof(runs));
	for (unsigned i = 0; i < LANES; i++)
		group[i] = l->groups[(int32_t)l->run_count - 1 + runs[i]];
}

void fib_list_find_batch(const struct fib_list *l, const ip4 *dst, size_t count,
			 uint16_t *group)
{
	size_t i = 0;
	if (l->run_count <= FEW)
		for (; i + LANES <= count; i += LANES)
			find_lanes(l, dst + i, group + i);
	for (; i < count; i++)
		group[i] = fib_list_find(l, dst[i]);
}
