/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a large routing table. Part of fib.h; README.md has a picture.
 *
 * A node stands for 256 neighbouring slots and says for each where it leads. A
 * node at the top has slots of 256 addresses and is found by the first 16 bits
 * of an address; a slot that holds longer prefixes leads to a child, whose
 * slots are single addresses. Neighbouring slots with the same longest prefix
 * are one run. A bit says where a run begins, so counting the bits up to a slot
 * tells which run it is in, and that is where its value stands.
 *
 * Look-ups need values, changes need prefixes. Those are not kept as such: a run
 * knows the length of its prefix, which with its first slot is the prefix.
 * Prefixes that no run shows, since longer ones cover all of it, are listed
 * behind the lengths. Those of length 0 to 16, which fill whole nodes, have a
 * table. */
#ifndef FIB_TREE_H
#define FIB_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/table/fib_list.h"

#define FIB_TREE_CHILD 0x8000 /* in a value: number of a child */

/* One cache line, of which a look-up reads 13 bytes. */
struct fib_node {
	uint64_t starts[4]; /* bit n of word w: a run begins at slot 64 w + n */
	uint8_t before[4];  /* runs that begin before each word */
	uint32_t values;    /* 16 bits a run: group, or number of a child */
	uint32_t prefixes;  /* 4 bits a run: length beyond the node's own; then
			      * the hidden ones, 16 bits code, 16 bits group */
	uint32_t children;  /* nodes side by side */
	uint16_t child_count;
	uint16_t background; /* where what has no prefix here leads */
	uint8_t hidden;	     /* prefixes that no run shows */
	uint8_t unused[11];
};

/* The code of a prefix is its bits within the node behind a 1: 1 is the node
 * itself, 2 and 3 its halves, 256 to 511 its slots. */
struct fib_tree {
	struct fib_node *nodes; /* by the first 16 bits */
	uint16_t *shorts;	/* groups of lengths 0 to 16, by code */
	uint64_t *units;    /* all else, by number of unit; unit 0 is nothing */
	uint32_t *free[2];  /* lists of pieces by size in units */
	uint32_t low, high; /* what is looked up grows from below, what only
				 * changes need from above: caches hold more */
	uint32_t count;	    /* routes */
};

/* For about 'routes' as the Internet has them; others may need up to ten times
 * that. The memory begins a cache line. */
size_t fib_tree_bytes(uint32_t routes);
void fib_tree_init(struct fib_tree *t, void *memory, uint32_t routes);
/* Packed anew in other memory. False, and nothing has changed, if that is too
 * little for what is in use. */
bool fib_tree_move(struct fib_tree *t, void *memory, uint32_t routes);
/* As fib_apply(). A change touches one node, or those that a prefix of up to 16
 * bits covers. */
size_t fib_tree_apply(struct fib_tree *t, struct fib_groups *g,
		      const struct fib_route *changes, size_t count);
void fib_tree_find_batch(const struct fib_tree *t, const ip4 *dst, size_t count,
			 uint16_t *group);

#endif
