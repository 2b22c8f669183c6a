/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib.h"

#include <string.h>

#include "sim/base/hash.h"

#define DEPTH 33 /* prefixes within each other */

static size_t round_up(size_t bytes)
{
	return (bytes + 15) & ~(size_t)15;
}

static uint32_t head_count(struct fib_room room)
{
	uint32_t count = 4;
	while (count < room.groups)
		count *= 2;
	return count;
}

/* Each prefix begins a run and what it lies in goes on behind it. */
static size_t runs_at_most(struct fib_room room)
{
	return 2 * (size_t)room.routes + 1;
}

static size_t group_bytes(struct fib_room room)
{
	return round_up((room.groups + (size_t)1) * sizeof(struct fib_group));
}

static size_t head_bytes(struct fib_room room)
{
	return round_up(head_count(room) * sizeof(uint16_t));
}

static size_t route_bytes(struct fib_room room)
{
	return round_up(room.routes * sizeof(struct fib_route));
}

static size_t start_bytes(struct fib_room room)
{
	return round_up(runs_at_most(room) * sizeof(uint32_t));
}

size_t fib_bytes(struct fib_room room)
{
	return group_bytes(room) + head_bytes(room) + route_bytes(room) +
	       start_bytes(room) + runs_at_most(room) * sizeof(uint16_t);
}

static void place(struct fib *f, void *memory, struct fib_room room)
{
	uint8_t *at = memory;
	f->memory = memory;
	f->room = room;
	f->groups = (void *)at;
	f->heads = (void *)(at += group_bytes(room));
	f->routes = (void *)(at += head_bytes(room));
	f->starts = (void *)(at += route_bytes(room));
	f->run_of = (void *)(at + start_bytes(room));
	f->head_mask = head_count(room) - 1;
	memset(f->heads, 0, head_bytes(room));
}

void fib_init(struct fib *f, void *memory, struct fib_room room)
{
	memset(f, 0, sizeof(*f));
	place(f, memory, room);
	f->groups[FIB_NONE] = (struct fib_group){0};
	f->fresh = 1;
	f->run_count = 1;
	f->starts[0] = 0;
	f->run_of[0] = FIB_NONE;
}

static uint16_t *head_of(const struct fib *f, const struct fib_hop *hops,
			 unsigned count)
{
	uint64_t h = count;
	for (unsigned i = 0; i < count; i++)
		h = hash_mix64(
			h ^ ((uint64_t)hops[i].gateway.v << 16 | hops[i].port));
	return &f->heads[(h >> 32) & f->head_mask];
}

static bool same_hops(const struct fib_group *g, const struct fib_hop *hops,
		      unsigned count)
{
	if (g->hop_count != count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!addr_same(g->hops[i].gateway, hops[i].gateway) ||
		    g->hops[i].port != hops[i].port)
			return false;
	return true;
}

void fib_move(struct fib *f, void *memory, struct fib_room room)
{
	struct fib old = *f;
	place(f, memory, room);
	memcpy(f->groups, old.groups, old.fresh * sizeof(*f->groups));
	memcpy(f->routes, old.routes, old.route_count * sizeof(*f->routes));
	memcpy(f->starts, old.starts, old.run_count * sizeof(*f->starts));
	memcpy(f->run_of, old.run_of, old.run_count * sizeof(*f->run_of));
	for (uint16_t i = 1; i < f->fresh; i++) {
		struct fib_group *g = &f->groups[i];
		if (!g->users)
			continue;
		uint16_t *head = head_of(f, g->hops, g->hop_count);
		g->next = *head;
		*head = i;
	}
}

static uint16_t take_group(struct fib *f)
{
	uint16_t number = f->free_group;
	if (number)
		f->free_group = f->groups[number].next;
	else if (f->fresh <= f->room.groups)
		number = (uint16_t)f->fresh++;
	return number;
}

uint16_t fib_group(struct fib *f, const struct fib_hop *hops, unsigned count)
{
	uint16_t *head = head_of(f, hops, count), number = *head;
	while (number && !same_hops(&f->groups[number], hops, count))
		number = f->groups[number].next;
	if (!number) {
		number = take_group(f);
		if (!number)
			return FIB_NONE;
		struct fib_group *g = &f->groups[number];
		*g = (struct fib_group){.next = *head,
					.hop_count = (uint8_t)count};
		memcpy(g->hops, hops, count * sizeof(*hops));
		*head = number;
	}
	f->groups[number].users++;
	return number;
}

/* One user less; the last one ends it. */
static void leave_group(struct fib *f, uint16_t number)
{
	struct fib_group *g = &f->groups[number];
	if (number == FIB_NONE || --g->users)
		return;
	uint16_t *at = head_of(f, g->hops, g->hop_count);
	while (*at != number)
		at = &f->groups[*at].next;
	*at = g->next;
	g->next = f->free_group;
	f->free_group = number;
}

static bool goes_before(const struct fib_route *a, const struct fib_route *b)
{
	if (a->addr.v != b->addr.v)
		return a->addr.v < b->addr.v;
	return a->len < b->len;
}

/* Where 'route' is or should be. */
static uint32_t position(const struct fib *f, const struct fib_route *route)
{
	uint32_t low = 0, high = f->route_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (goes_before(&f->routes[middle], route))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool change(struct fib *f, const struct fib_route *route)
{
	uint32_t at = position(f, route);
	struct fib_route *r = &f->routes[at];
	size_t behind = (f->route_count - at) * sizeof(*r);
	bool is_there = behind && !goes_before(route, r);
	if (is_there)
		leave_group(f, r->group);
	if (is_there && route->group == FIB_NONE) {
		memmove(r, r + 1, behind - sizeof(*r));
		f->route_count--;
		return true;
	}
	if (!is_there) {
		if (route->group == FIB_NONE)
			return true;
		if (f->route_count == f->room.routes)
			return false;
		memmove(r + 1, r, behind);
		f->route_count++;
	}
	*r = *route;
	return true;
}

static uint32_t last_of(const struct fib_route *r)
{
	return r->addr.v | ~addr_mask(r->len);
}

/* From 'start' on all leads to 'group', as far as is known yet. */
static void cut(struct fib *f, uint32_t start, uint16_t group)
{
	uint32_t last = f->run_count - 1;
	if (f->run_count && f->starts[last] == start)
		last = --f->run_count - 1;
	if (f->run_count && f->run_of[last] == group)
		return;
	f->starts[f->run_count] = start;
	f->run_of[f->run_count++] = group;
}

/* Ends the prefixes on the stack that 'route' does not lie in, all if NULL. */
static unsigned end_before(struct fib *f, const struct fib_route **stack,
			   unsigned depth, const struct fib_route *route)
{
	while (depth && (!route || last_of(stack[depth - 1]) < route->addr.v)) {
		uint32_t last = last_of(stack[--depth]);
		if (last != UINT32_MAX)
			cut(f, last + 1,
			    depth ? stack[depth - 1]->group : FIB_NONE);
	}
	return depth;
}

static void cut_all(struct fib *f)
{
	const struct fib_route *stack[DEPTH];
	unsigned depth = 0;
	f->run_count = 0;
	cut(f, 0, FIB_NONE);
	for (uint32_t i = 0; i < f->route_count; i++) {
		const struct fib_route *r = &f->routes[i];
		depth = end_before(f, stack, depth, r);
		stack[depth++] = r;
		cut(f, r->addr.v, r->group);
	}
	end_before(f, stack, depth, NULL);
}

size_t fib_apply(struct fib *f, const struct fib_route *changes, size_t count)
{
	size_t done = 0;
	while (done < count && change(f, &changes[done]))
		done++;
	cut_all(f);
	return done;
}

uint16_t fib_find(const struct fib *f, ip4 dst)
{
	const uint32_t *starts = f->starts;
	uint32_t at = 0;
	for (uint32_t left = f->run_count; left > 1; left -= left / 2)
		at += starts[at + left / 2] <= dst.v ? left / 2 : 0;
	return f->run_of[at];
}

void fib_find_batch(const struct fib *f, const ip4 *dst, size_t count,
		    uint16_t *group)
{
	for (size_t i = 0; i < count; i++)
		group[i] = fib_find(f, dst[i]);
}
