/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/symbol.h"

#include <uthash.h>

#include "sim/base/mem.h"

struct symbol {
	const char *name;
	size_t index;
	UT_hash_handle hh;
};

void symbol_init(struct symbol_table *t)
{
	t->symbols = NULL;
}

void symbol_fini(struct symbol_table *t)
{
	struct symbol *s, *next;
	HASH_ITER (hh, t->symbols, s, next) {
		HASH_DEL(t->symbols, s);
		mem_free(s);
	}
}

bool symbol_find(const struct symbol_table *t, const char *name, size_t *index)
{
	struct symbol *s;
	HASH_FIND_STR(t->symbols, name, s);
	if (s)
		*index = s->index;
	return s != NULL;
}

void symbol_add(struct symbol_table *t, const char *name, size_t index)
{
	size_t there;
	if (symbol_find(t, name, &there))
		return;
	struct symbol *s = MEM_NEW(struct symbol);
	s->name = name;
	s->index = index;
	HASH_ADD_KEYPTR(hh, t->symbols, s->name, strlen(s->name), s);
}

size_t symbol_names(const struct symbol_table *t, const char **names,
		    size_t room)
{
	size_t count = 0;
	for (const struct symbol *s = t->symbols; s && count < room;
	     s = s->hh.next)
		names[count++] = s->name;
	return count;
}
