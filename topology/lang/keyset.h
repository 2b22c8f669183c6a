/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of maps while a file is read: finds a key that is there twice
 * without comparing each with all before it, and keeps one copy of texts that
 * come again and again.
 *
 * keyset_init, keyset_find and keyset_add for each key, keyset_fini. Pointers
 * to nodes are only compared and followed, never owned. */
#ifndef KEYSET_H
#define KEYSET_H

#include <stddef.h>

#include "sim/base/arena.h"
#include "topology/lang/tree.h"

#define KEYSET_TEXTS 256

struct keyset_slot {
	const struct tree_node *map, *child; /* child NULL: free */
};

struct keyset {
	struct keyset_slot *slots; /* open addressing, at most half full */
	size_t count, room;
	const char *texts[KEYSET_TEXTS]; /* by hash: the last one */
};

void keyset_init(struct keyset *k);
void keyset_fini(struct keyset *k);
/* The child of 'map' with this key that was added before, or NULL. */
const struct tree_node *keyset_find(const struct keyset *k,
				    const struct tree_node *map,
				    const char *key);
/* Adds 'child', whose key is set. */
void keyset_add(struct keyset *k, const struct tree_node *map,
		const struct tree_node *child);
/* 'text' in 'a': the copy made the last time, if it is still known. */
const char *keyset_text(struct keyset *k, struct arena *a, const char *text);

#endif
