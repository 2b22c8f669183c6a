/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/keymap.h"

#include "sim/base/hash.h"
#include "sim/base/mem.h"

#define FIRST_ROOM 64

/* Where the key is, or the free slot where it belongs. */
static struct keymap_slot *slot_of(const struct keymap *m, uint64_t key)
{
	size_t mask = m->room - 1, i = hash_mix64(key) & mask;
	while (m->slots[i].taken && m->slots[i].key != key)
		i = (i + 1) & mask;
	return &m->slots[i];
}

static void grow(struct keymap *m)
{
	struct keymap old = *m;
	m->room = old.room ? 2 * old.room : FIRST_ROOM;
	m->slots = mem_new(m->room, sizeof(*m->slots));
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].taken)
			*slot_of(m, old.slots[i].key) = old.slots[i];
	mem_free(old.slots);
}

uint32_t *keymap_at(struct keymap *m, uint64_t key, uint32_t value)
{
	if (2 * m->count >= m->room)
		grow(m);
	struct keymap_slot *slot = slot_of(m, key);
	if (!slot->taken) {
		*slot = (struct keymap_slot){key, value, true};
		m->count++;
	}
	return &slot->value;
}

uint32_t keymap_find(const struct keymap *m, uint64_t key, uint32_t none)
{
	const struct keymap_slot *slot = m->room ? slot_of(m, key) : NULL;
	return slot && slot->taken ? slot->value : none;
}

void keymap_fini(struct keymap *m)
{
	mem_free(m->slots);
	*m = (struct keymap){.slots = NULL};
}
