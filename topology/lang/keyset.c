/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/lang/keyset.h"

#include <stdint.h>
#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/mem.h"

#define FIRST_ROOM 64

void keyset_init(struct keyset *k)
{
	*k = (struct keyset){.slots = NULL};
}

void keyset_fini(struct keyset *k)
{
	mem_free(k->slots);
}

/* Where the key is, or the free slot where it belongs. */
static struct keyset_slot *slot_of(const struct keyset *k,
				   const struct tree_node *map, const char *key)
{
	size_t mask = k->room - 1;
	size_t i = hash_pair(hash_text(key), (uintptr_t)map) & mask;
	while (k->slots[i].child && (k->slots[i].map != map ||
				     strcmp(k->slots[i].child->key, key) != 0))
		i = (i + 1) & mask;
	return &k->slots[i];
}

const struct tree_node *keyset_find(const struct keyset *k,
				    const struct tree_node *map,
				    const char *key)
{
	return k->room ? slot_of(k, map, key)->child : NULL;
}

static void grow(struct keyset *k)
{
	struct keyset old = *k;
	k->room = old.room ? 2 * old.room : FIRST_ROOM;
	k->slots = mem_new(k->room, sizeof(*k->slots));
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].child)
			*slot_of(k, old.slots[i].map, old.slots[i].child->key) =
				old.slots[i];
	mem_free(old.slots);
}

void keyset_add(struct keyset *k, const struct tree_node *map,
		const struct tree_node *child)
{
	if (2 * k->count >= k->room)
		grow(k);
	struct keyset_slot *slot = slot_of(k, map, child->key);
	if (slot->child)
		return;
	*slot = (struct keyset_slot){map, child};
	k->count++;
}

const char *keyset_text(struct keyset *k, struct arena *a, const char *text)
{
	const char **last = &k->texts[hash_text(text) % KEYSET_TEXTS];
	if (!*last || strcmp(*last, text) != 0)
		*last = arena_text(a, text);
	return *last;
}
