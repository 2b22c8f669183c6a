/* SPDX-License-Identifier: Apache-2.0 */
/* A change takes a node apart into the prefixes it has, changes those, and puts
 * it together anew. */
#include <string.h>

#include "sim/table/fib_tree_private.h"

static uint16_t *prefixes_of(const struct fib_tree *t, const struct fib_node *n)
{
	return (uint16_t *)(t->units + n->prefixes);
}

static unsigned len_at(const uint16_t *prefixes, unsigned run)
{
	return prefixes[run / 4] >> run % 4 * 4 & 15;
}

void fib_tree_set_background(struct fib_tree *t, struct fib_node *n,
			     uint16_t group)
{
	uint16_t *values = values_of(t, n);
	const uint16_t *prefixes = prefixes_of(t, n);
	unsigned runs = run_count(n);
	n->background = group;
	for (unsigned i = 0; i < runs; i++) {
		if (len_at(prefixes, i))
			continue;
		if (values[i] & FIB_TREE_CHILD)
			fib_tree_set_background(t, child_of(t, n, values[i]),
						group);
		else
			values[i] = group;
	}
}

void fib_tree_init_node(struct fib_tree *t, struct fib_node *n, uint16_t group)
{
	*n = (struct fib_node){.starts = {1}, .before = {0, 1, 1, 1}};
	n->values = fib_tree_take(t, LOW, 1);
	n->prefixes = fib_tree_take(t, HIGH, 1);
	values_of(t, n)[0] = n->background = group;
	prefixes_of(t, n)[0] = 0;
}

static void fini_node(struct fib_tree *t, const struct fib_node *n)
{
	fib_tree_give_back(t, LOW, n->values, value_units(n));
	fib_tree_give_back(t, HIGH, n->prefixes, prefix_units(n));
}

/* A node taken apart, to be changed. */
struct parts {
	struct fib_node *node;
	uint16_t group[CODES]; /* by code; 1 is the background */
	uint16_t child[SLOTS]; /* as in a value; 0: none */
};

static void read_run(const struct fib_tree *t, struct parts *p, unsigned slot,
		     unsigned run)
{
	const struct fib_node *n = p->node;
	unsigned len = len_at(prefixes_of(t, n), run);
	uint16_t value = values_of(t, n)[run];
	if (value & FIB_TREE_CHILD) {
		p->child[slot] = value;
		value = child_of(t, n, value)->background;
	}
	p->group[1U << len | slot >> (8 - len)] = value;
}

static void take_apart(const struct fib_tree *t, struct fib_node *n,
		       struct parts *p)
{
	unsigned run = 0;
	const uint16_t *hidden = prefixes_of(t, n) + len_words(n);
	memset(p, 0, sizeof(*p));
	p->node = n;
	for (unsigned w = 0; w < 4; w++)
		for (uint64_t left = n->starts[w]; left; left &= left - 1)
			read_run(t, p, 64 * w + (unsigned)__builtin_ctzll(left),
				 run++);
	for (unsigned i = 0; i < n->hidden; i++)
		p->group[hidden[2 * i]] = hidden[2 * i + 1];
	p->group[1] = n->background;
}

/* What a node is to be, before there is memory for it. */
struct plan {
	uint16_t best[CODES]; /* the longest prefix around each code */
	bool seen[CODES];
	uint16_t values[SLOTS];
	uint16_t prefixes[SLOTS / 4 + 2 * SLOTS]; /* as in the node */
	unsigned runs;
};

static void plan_run(struct fib_tree *t, struct parts *p, struct plan *l,
		     unsigned slot)
{
	uint16_t code = l->best[SLOTS + slot], group = p->group[code];
	uint16_t child = p->child[slot];
	unsigned len = 31 - (unsigned)__builtin_clz(code);
	l->seen[code] = true;
	p->node->starts[slot / 64] |= UINT64_C(1) << slot % 64;
	l->prefixes[l->runs / 4] |= (uint16_t)(len << l->runs % 4 * 4);
	l->values[l->runs++] = child ? child : group;
	if (child)
		fib_tree_set_background(t, child_of(t, p->node, child), group);
}

static void plan_runs(struct fib_tree *t, struct parts *p, struct plan *l)
{
	const uint16_t *best = &l->best[SLOTS];
	l->best[1] = 1;
	for (unsigned code = 2; code < CODES; code++)
		l->best[code] =
			p->group[code] ? (uint16_t)code : l->best[code / 2];
	memset(p->node->starts, 0, sizeof(p->node->starts));
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		if (slot % 64 == 0)
			p->node->before[slot / 64] = (uint8_t)l->runs;
		if (!slot || p->child[slot] || p->child[slot - 1] ||
		    best[slot] != best[slot - 1])
			plan_run(t, p, l, slot);
	}
}

/* Slots themselves are always seen. */
static void plan_hidden(struct parts *p, struct plan *l)
{
	uint16_t *to = l->prefixes + len_words(p->node);
	p->node->hidden = 0;
	for (unsigned code = 2; code < SLOTS; code++) {
		if (!p->group[code] || l->seen[code])
			continue;
		*to++ = (uint16_t)code;
		*to++ = p->group[code];
		p->node->hidden++;
	}
}

static void put_together(struct fib_tree *t, struct parts *p)
{
	struct fib_node *n = p->node;
	struct plan l = {0};
	fini_node(t, n);
	plan_runs(t, p, &l);
	plan_hidden(p, &l);
	n->values = fib_tree_take(t, LOW, value_units(n));
	n->prefixes = fib_tree_take(t, HIGH, prefix_units(n));
	memcpy(values_of(t, n), l.values, l.runs * sizeof(*l.values));
	memcpy(prefixes_of(t, n), l.prefixes,
	       (len_words(n) + 2 * (size_t)n->hidden) * sizeof(*l.prefixes));
}

/* One prefix of a node, 'base' bits above its slots' own. */
static void set_prefix(struct fib_tree *t, struct fib_groups *g,
		       struct parts *p, const struct fib_route *r)
{
	unsigned len = (r->len - 1u) % 8 + 1;
	unsigned slot = r->addr.v >> (r->len > 24 ? 0 : 8) & 255;
	uint16_t *group = &p->group[1U << len | slot >> (8 - len)];
	t->count += (r->group != FIB_NONE) - (uint32_t)(*group != FIB_NONE);
	fib_group_leave(g, *group);
	*group = r->group;
}

static void resize_children(struct fib_tree *t, struct fib_node *n,
			    unsigned count)
{
	unsigned kept = count < n->child_count ? count : n->child_count;
	uint32_t old = n->children;
	size_t old_size = child_units(n->child_count),
	       size = child_units(count);
	n->child_count = (uint16_t)count;
	if (size == old_size)
		return;
	n->children = size ? fib_tree_take(t, LOW, size) : 0;
	memcpy(t->units + n->children, t->units + old,
	       kept * sizeof(struct fib_node));
	fib_tree_give_back(t, LOW, old, old_size);
}

static uint16_t add_child(struct fib_tree *t, struct fib_node *n, unsigned slot)
{
	struct parts p;
	uint16_t value = n->child_count | FIB_TREE_CHILD;
	resize_children(t, n, n->child_count + 1U);
	fib_tree_init_node(t, child_of(t, n, value), FIB_NONE);
	take_apart(t, n, &p);
	p.child[slot] = value;
	put_together(t, &p);
	return value;
}

/* The last child takes its place. */
static void remove_child(struct fib_tree *t, struct fib_node *n, unsigned slot)
{
	struct parts p;
	uint16_t last = (uint16_t)(n->child_count - 1) | FIB_TREE_CHILD;
	take_apart(t, n, &p);
	uint16_t gone = p.child[slot];
	fini_node(t, child_of(t, n, gone));
	*child_of(t, n, gone) = *child_of(t, n, last);
	for (unsigned i = 0; i < SLOTS; i++)
		if (p.child[i] == last)
			p.child[i] = gone;
	p.child[slot] = 0;
	resize_children(t, n, n->child_count - 1U);
	put_together(t, &p);
}

static bool is_bare(const struct fib_tree *t, const struct fib_node *n)
{
	return run_count(n) == 1 && !n->hidden && !len_at(prefixes_of(t, n), 0);
}

/* Those of 'changes' that are within one node; returns how many. */
static size_t edit_node(struct fib_tree *t, struct fib_groups *g,
			struct fib_node *n, const struct fib_route *changes,
			size_t count)
{
	struct parts p;
	size_t done = 0;
	unsigned level = (changes->len - 1u) / 8;
	uint32_t within = addr_mask((uint8_t)(8 * level));
	take_apart(t, n, &p);
	while (done < count && (changes[done].len - 1u) / 8 == level &&
	       !((changes[done].addr.v ^ changes->addr.v) & within))
		set_prefix(t, g, &p, &changes[done++]);
	put_together(t, &p);
	return done;
}

static size_t edit_child(struct fib_tree *t, struct fib_groups *g,
			 const struct fib_route *changes, size_t count)
{
	struct fib_node *n = &t->nodes[changes->addr.v >> 16];
	unsigned slot = changes->addr.v >> 8 & 255;
	uint16_t value = *value_at(t, n, slot, false);
	if (!(value & FIB_TREE_CHILD))
		value = add_child(t, n, slot);
	struct fib_node *child = child_of(t, n, value);
	size_t done = edit_node(t, g, child, changes, count);
	if (is_bare(t, child))
		remove_child(t, n, slot);
	return done;
}

size_t fib_tree_edit(struct fib_tree *t, struct fib_groups *g,
		     const struct fib_route *changes, size_t count)
{
	if (changes->len > 24)
		return edit_child(t, g, changes, count);
	return edit_node(t, g, &t->nodes[changes->addr.v >> 16], changes,
			 count);
}
