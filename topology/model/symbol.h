/* SPDX-License-Identifier: Apache-2.0 */
/* Names to indices, for one kind of record; the only place that knows uthash. */
#ifndef SYMBOL_H
#define SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/arena.h"

struct symbol;

struct symbol_table {
	struct symbol *symbols;
	struct arena arena;
};

void symbol_init(struct symbol_table *t);
void symbol_fini(struct symbol_table *t);
/* 'name' is not copied. The first of equal names stays. */
void symbol_add(struct symbol_table *t, const char *name, size_t index);
bool symbol_find(const struct symbol_table *t, const char *name, size_t *index);
/* Up to 'room' names, in the order in which they were added. */
size_t symbol_names(const struct symbol_table *t, const char **names,
		    size_t room);

#endif
