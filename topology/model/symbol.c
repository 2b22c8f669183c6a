/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/symbol.h"

/* uthash would end the program its own way. */
#define uthash_malloc(size)    mem_new(1, size)
#define uthash_free(old, size) mem_free(old)
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
	arena_init(&t->arena);
}

void symbol_fini(struct symbol_table *t)
{
	HASH_CLEAR(hh, t->symbols);
	arena_fini(&t->arena);
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
	struct symbol *s;
	size_t len = strlen(name);
	unsigned hash;
	HASH_VALUE(name, len, hash);
	HASH_FIND_BYHASHVALUE(hh, t->symbols, name, len, hash, s);
	if (s)
		return;
	s = ARENA_NEW(&t->arena, struct symbol);
	s->name = name;
	s->index = index;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, t->symbols, s->name, len, hash, s);
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
