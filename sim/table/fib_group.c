/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib_group.h"

#include <string.h>

#include "sim/base/hash.h"

static uint32_t head_count(uint32_t room)
{
	uint32_t count = 4;
	while (count < room)
		count *= 2;
	return count;
}

static size_t array_bytes(uint32_t room)
{
	return (room + (size_t)1) * sizeof(struct fib_group);
}

size_t fib_group_bytes(uint32_t room)
{
	return array_bytes(room) + head_count(room) * sizeof(uint16_t);
}

static void place(struct fib_groups *g, void *memory, uint32_t room)
{
	g->at = memory;
	g->heads = (void *)((uint8_t *)memory + array_bytes(room));
	g->head_mask = head_count(room) - 1;
	g->room = room;
	memset(g->heads, 0, head_count(room) * sizeof(*g->heads));
}

void fib_group_init(struct fib_groups *g, void *memory, uint32_t room)
{
	place(g, memory, room);
	memset(&g->at[FIB_NONE], 0, sizeof(*g->at));
	g->fresh = 1;
	g->free = FIB_NONE;
}

static uint16_t *head_of(const struct fib_groups *g, const struct fib_hop *hops,
			 unsigned count)
{
	uint64_t h = count;
	for (unsigned i = 0; i < count; i++)
		h = hash_mix64(
			h ^ ((uint64_t)hops[i].gateway.v << 16 | hops[i].port));
	return &g->heads[(h >> 32) & g->head_mask];
}

void fib_group_move(struct fib_groups *g, void *memory, uint32_t room)
{
	const struct fib_group *old = g->at;
	place(g, memory, room);
	memcpy(g->at, old, g->fresh * sizeof(*old));
	for (uint16_t i = 1; i < g->fresh; i++) {
		struct fib_group *one = &g->at[i];
		if (!one->users)
			continue;
		uint16_t *head = head_of(g, one->hops, one->hop_count);
		one->next = *head;
		*head = i;
	}
}

static bool has_hops(const struct fib_group *one, const struct fib_hop *hops,
		     unsigned count)
{
	if (one->hop_count != count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!addr_same(one->hops[i].gateway, hops[i].gateway) ||
		    one->hops[i].port != hops[i].port)
			return false;
	return true;
}

static uint16_t take(struct fib_groups *g)
{
	uint16_t number = g->free;
	if (number)
		g->free = g->at[number].next;
	else if (g->fresh <= g->room)
		number = (uint16_t)g->fresh++;
	return number;
}

uint16_t fib_group_join(struct fib_groups *g, const struct fib_hop *hops,
			unsigned count)
{
	uint16_t *head = head_of(g, hops, count), number = *head;
	while (number && !has_hops(&g->at[number], hops, count))
		number = g->at[number].next;
	if (!number) {
		number = take(g);
		if (!number)
			return FIB_NONE;
		struct fib_group *one = &g->at[number];
		*one = (struct fib_group){.next = *head,
					  .hop_count = (uint8_t)count};
		for (unsigned i = 0; i < count; i++)
			one->hops[i] = hops[i];
		g->multiple += count > 1;
		*head = number;
	}
	g->at[number].users++;
	return number;
}

void fib_group_leave(struct fib_groups *g, uint16_t number)
{
	struct fib_group *one = &g->at[number];
	if (number == FIB_NONE || --one->users)
		return;
	uint16_t *at = head_of(g, one->hops, one->hop_count);
	while (*at != number)
		at = &g->at[*at].next;
	*at = one->next;
	g->multiple -= one->hop_count > 1;
	one->next = g->free;
	g->free = number;
}
