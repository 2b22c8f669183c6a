/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers found by a number: what stands where in an array, by its key, when
 * comparing each with all others would take too long.
 *
 * Starts from {0}; keymap_fini() frees. Keys are any 64 bits, values any 32. */
#ifndef KEYMAP_H
#define KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keymap_slot {
	uint64_t key;
	uint32_t value;
	bool taken;
};

struct keymap {
	struct keymap_slot *slots; /* open addressing, at most half full */
	size_t room, count;
};

/* Where the value of 'key' is, until something else is added; 'value' from now
 * on if the key is new. */
uint32_t *keymap_at(struct keymap *m, uint64_t key, uint32_t value);
/* The value of 'key', or 'none'. */
uint32_t keymap_find(const struct keymap *m, uint64_t key, uint32_t none);
void keymap_fini(struct keymap *m);

#endif
