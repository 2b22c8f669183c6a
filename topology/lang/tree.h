/* SPDX-License-Identifier: Apache-2.0 */
/* YAML (or JSON, its subset) as a tree that knows where everything stood.
 *
 * tree_load() reads a file through libyaml; tree_merge() applies an RFC 7396
 * merge patch; tree_free() frees. Aliases are refused, duplicate keys are
 * errors, depth and size are limited. Scalars stay text: the schema decides
 * what they mean. */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"

#define TREE_DEPTH_MAX 64
#define TREE_SIZE_MAX  (1U << 30) /* bytes of a file */

enum tree_kind { TREE_NULL, TREE_SCALAR, TREE_LIST, TREE_MAP };

struct tree_node {
	enum tree_kind kind;
	struct diag_place at;
	const char *text;	 /* of a scalar */
	struct tree_node *first; /* children of a list or map */
	struct tree_node *next;	 /* sibling */
	const char *key;	 /* if it is in a map */
	struct diag_place key_at;
	bool quoted; /* "..." or '...': never a number, bool or null */
};

struct tree {
	struct arena arena;
	struct tree_node *root; /* a map */
};

/* NULL if the file cannot be read or is not YAML; reasons in 'd'. */
struct tree *tree_load(const char *path, struct diag *d);
/* The same from memory, called 'name' in messages. */
struct tree *tree_parse(const char *name, const char *text, size_t len,
			struct diag *d);
void tree_free(struct tree *t);

/* A deep copy of 'base' with 'patch' applied: maps merge, null deletes,
 * anything else replaces. Deleting what is not there is reported as an error
 * with a "did you mean", since in a scenario it is a slip. NULL on error. */
struct tree *tree_merge(const struct tree *base, const struct tree_node *patch,
			struct diag *d);
/* The child of a map, NULL if it is not there. */
const struct tree_node *tree_get(const struct tree_node *map, const char *key);

#endif
