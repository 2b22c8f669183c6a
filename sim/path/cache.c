/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/cache.h"

#include <string.h>

#include "sim/base/hash.h"

#define TRIED 4 /* places of ways with the same hash */

void cache_init(struct cache *c, void *memory, uint32_t slots)
{
	*c = (struct cache){.memory = memory, .mask = slots - 1};
	c->slots = memory;
	c->ways = (void *)(c->slots + slots);
	cache_clear(c);
}

void cache_clear(struct cache *c)
{
	memset(c->slots, 0, (c->mask + (size_t)1) * sizeof(*c->slots));
	for (unsigned i = 0; i < CACHE_WAYS; i++)
		c->ways[i] = (struct cache_way){.in_port = CACHE_NO_PORT};
	c->replaced = c->rests = 0;
}

static uint32_t hash_way(const struct cache_way *way)
{
	uint64_t words[2];
	uint32_t rest;
	memcpy(words, way, sizeof(words));
	memcpy(&rest, (const uint8_t *)way + sizeof(words), sizeof(rest));
	return hash_pair(words[0] ^ rest, words[1]);
}

uint16_t cache_number(struct cache *c, const struct cache_way *way)
{
	uint32_t hash = hash_way(way);
	for (unsigned i = 0; i < TRIED; i++) {
		uint16_t number = (uint16_t)((hash + i) % CACHE_WAYS);
		struct cache_way *there = &c->ways[number];
		if (number == CACHE_NOWHERE)
			continue;
		if (there->in_port == CACHE_NO_PORT)
			*there = *way;
		if (!memcmp(there, way, sizeof(*way)))
			return number;
	}
	return CACHE_NOWHERE;
}
