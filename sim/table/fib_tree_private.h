/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the tree share; nobody else includes it. */
#ifndef FIB_TREE_PRIVATE_H
#define FIB_TREE_PRIVATE_H

#include "sim/table/fib_tree.h"

#define TOP	   65536
#define SLOTS	   256
#define CODES	   512
#define NODE_UNITS (sizeof(struct fib_node) / sizeof(uint64_t))

/* For what is compiled twice: its callers say for which processor. */
#define INLINE __attribute__((always_inline)) static inline

/* Ends of the units: what look-ups read, and what they do not. */
enum fib_tree_side { LOW, HIGH };

/* Bits of 'x' that are set. 'fast' where the processor has an instruction. */
INLINE unsigned count_bits(uint64_t x, bool fast)
{
	if (fast)
		return (unsigned)__builtin_popcountll(x);
	x -= x >> 1 & 0x5555555555555555;
	x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned)(x * 0x0101010101010101 >> 56);
}

INLINE uint16_t *values_of(const struct fib_tree *t, const struct fib_node *n)
{
	return (uint16_t *)(t->units + n->values);
}

INLINE struct fib_node *child_of(const struct fib_tree *t,
				 const struct fib_node *n, uint16_t value)
{
	return (struct fib_node *)(t->units + n->children) +
	       (value & ~FIB_TREE_CHILD);
}

INLINE uint16_t *value_at(const struct fib_tree *t, const struct fib_node *n,
			  unsigned slot, bool fast)
{
	unsigned word = slot / 64;
	uint64_t upto = n->starts[word] << (63 - slot % 64);
	return values_of(t, n) + n->before[word] + count_bits(upto, fast) - 1;
}

static inline unsigned run_count(const struct fib_node *n)
{
	return n->before[3] + count_bits(n->starts[3], false);
}

static inline size_t value_units(const struct fib_node *n)
{
	return (run_count(n) + 3) / 4;
}

/* Where the hidden ones begin, in 16 bits. */
static inline size_t len_words(const struct fib_node *n)
{
	return (run_count(n) + 3) / 4;
}

static inline size_t prefix_units(const struct fib_node *n)
{
	return (len_words(n) + 2 * (size_t)n->hidden + 3) / 4;
}

/* Room for a power of two of them, so that most changes move none. */
static inline size_t child_units(unsigned count)
{
	size_t room = count ? 1 : 0;
	while (room < count)
		room *= 2;
	return room * NODE_UNITS;
}

/* fib_tree.c: pieces of 'size' units. There must be room. */
uint32_t fib_tree_take(struct fib_tree *t, enum fib_tree_side side,
		       size_t size);
void fib_tree_give_back(struct fib_tree *t, enum fib_tree_side side,
			uint32_t at, size_t size);

/* fib_tree_edit.c */
/* A node without prefixes, all of which leads to 'group'. */
void fib_tree_init_node(struct fib_tree *t, struct fib_node *n, uint16_t group);
/* Where what has no prefix within 'n' leads from now on. */
void fib_tree_set_background(struct fib_tree *t, struct fib_node *n,
			     uint16_t group);
/* Those of 'changes' that are within one node; returns how many. All are longer
 * than 16. */
size_t fib_tree_edit(struct fib_tree *t, struct fib_groups *g,
		     const struct fib_route *changes, size_t count);

#endif
