/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/lang/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

#include "sim/base/mem.h"
#include "sim/base/str.h"
#include "topology/lang/keyset.h"

/* Keys of a map that are compared one by one; of larger ones all are kept in
 * the keyset. */
#define KEYS_COMPARED 16

/* A parse under way. */
struct build {
	yaml_parser_t parser;
	struct tree *tree;
	struct diag *diag;
	uint16_t source;
	const char *text;
	size_t len;
	bool ascii;	     /* a character is a byte */
	size_t mark, offset; /* if not: a place known in both */
	struct keyset keys;
	unsigned depth;
	bool failed;
};

const struct tree_node *tree_get(const struct tree_node *map, const char *key)
{
	for (const struct tree_node *n = map ? map->first : NULL; n;
	     n = n->next)
		if (n->key && !strcmp(n->key, key))
			return n;
	return NULL;
}

static bool continues(const struct build *b, size_t offset)
{
	return offset < b->len &&
	       ((unsigned char)b->text[offset] & 0xc0) == 0x80;
}

/* libyaml counts characters, places count bytes. Marks come nearly in order,
 * so it is a short way from the one before. */
static uint32_t offset_of(struct build *b, yaml_mark_t mark)
{
	if (b->ascii)
		return (uint32_t)(mark.index < b->len ? mark.index : b->len);
	for (; b->mark < mark.index && b->offset < b->len; b->mark++)
		do
			b->offset++;
		while (continues(b, b->offset));
	for (; b->mark > mark.index && b->offset; b->mark--)
		do
			b->offset--;
		while (b->offset && continues(b, b->offset));
	return (uint32_t)b->offset;
}

static bool is_ascii(const char *text, size_t len)
{
	unsigned char all = 0;
	for (size_t i = 0; i < len; i++)
		all |= (unsigned char)text[i];
	return all < 0x80;
}

static struct diag_place place_of(struct build *b, yaml_mark_t from,
				  yaml_mark_t to)
{
	uint32_t start = offset_of(b, from), end = offset_of(b, to);
	if (to.line != from.line)
		end = start + 1;
	return (struct diag_place){b->source, start, end - start};
}

static void stop(struct build *b, const yaml_event_t *e, const char *what,
		 const char *help)
{
	if (!b->failed)
		diag_error(b->diag, place_of(b, e->start_mark, e->end_mark),
			   "%s", what);
	if (!b->failed && help)
		diag_help(b->diag, "%s", help);
	b->failed = true;
}

static void report_yaml(struct build *b)
{
	const yaml_parser_t *p = &b->parser;
	if (p->error == YAML_MEMORY_ERROR)
		mem_limit("out of memory");
	struct diag_place at = place_of(b, p->problem_mark, p->problem_mark);
	if (p->error == YAML_READER_ERROR)
		at = (struct diag_place){b->source, (uint32_t)p->problem_offset,
					 0};
	diag_error(b->diag, at, "not YAML: %s%s%s",
		   p->problem ? p->problem : "unreadable",
		   p->context ? " " : "", p->context ? p->context : "");
	b->failed = true;
}

static bool next_event(struct build *b, yaml_event_t *e)
{
	if (yaml_parser_parse(&b->parser, e))
		return true;
	report_yaml(b);
	return false;
}

static bool is_null(const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	return !*text || !strcmp(text, "~") || !strcmp(text, "null") ||
	       !strcmp(text, "Null") || !strcmp(text, "NULL");
}

static struct tree_node *new_node(struct build *b, const yaml_event_t *e,
				  enum tree_kind kind)
{
	struct tree_node *n = ARENA_NEW(&b->tree->arena, struct tree_node);
	n->kind = kind;
	n->at = place_of(b, e->start_mark, e->end_mark);
	return n;
}

static struct tree_node *scalar(struct build *b, const yaml_event_t *e)
{
	size_t len = e->data.scalar.length;
	const char *text = (const char *)e->data.scalar.value;
	struct tree_node *n =
		new_node(b, e, is_null(e) ? TREE_NULL : TREE_SCALAR);
	if (memchr(text, '\0', len)) {
		stop(b, e, "a NUL character in a text", NULL);
		return NULL;
	}
	n->text = arena_text_len(&b->tree->arena, text, len);
	n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return n;
}

static struct tree_node *value(struct build *b, yaml_event_t *e);

static struct tree_node *list(struct build *b, const yaml_event_t *start)
{
	struct tree_node *n = new_node(b, start, TREE_LIST);
	struct tree_node **tail = &n->first;
	yaml_event_t e;
	while (next_event(b, &e)) {
		if (e.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&e);
			return n;
		}
		*tail = value(b, &e);
		yaml_event_delete(&e);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
	}
	return NULL;
}

/* Whether the event can be a key of 'map', which has 'count' children. */
static bool check_key(struct build *b, const struct tree_node *map,
		      size_t count, const yaml_event_t *e)
{
	if (e->type != YAML_SCALAR_EVENT) {
		stop(b, e, "a key must be a plain text", NULL);
		return false;
	}
	const char *key = (const char *)e->data.scalar.value;
	if (strlen(key) != e->data.scalar.length) {
		stop(b, e, "a NUL character in a text", NULL);
		return false;
	}
	const struct tree_node *there =
		count < KEYS_COMPARED ? tree_get(map, key)
				      : keyset_find(&b->keys, map, key);
	if (!there)
		return true;
	diag_error(b->diag, place_of(b, e->start_mark, e->end_mark),
		   "the key '%s' is already there", there->key);
	diag_note(b->diag, there->key_at, "first defined here");
	return true; /* read on: there may be more to say */
}

static void remember_key(struct build *b, const struct tree_node *map,
			 size_t count, const struct tree_node *child)
{
	if (count == KEYS_COMPARED)
		for (const struct tree_node *n = map->first; n; n = n->next)
			keyset_add(&b->keys, map, n);
	else if (count > KEYS_COMPARED)
		keyset_add(&b->keys, map, child);
}

/* The value that follows the key 'e'. */
static struct tree_node *member(struct build *b, const yaml_event_t *e)
{
	const char *key = keyset_text(&b->keys, &b->tree->arena,
				      (const char *)e->data.scalar.value);
	struct diag_place at = place_of(b, e->start_mark, e->end_mark);
	yaml_event_t next;
	if (!next_event(b, &next))
		return NULL;
	struct tree_node *child = value(b, &next);
	yaml_event_delete(&next);
	if (!child)
		return NULL;
	child->key = key;
	child->key_at = at;
	return child;
}

static struct tree_node *map(struct build *b, const yaml_event_t *start)
{
	struct tree_node *n = new_node(b, start, TREE_MAP);
	struct tree_node **tail = &n->first;
	size_t count = 0;
	yaml_event_t e;
	while (next_event(b, &e)) {
		if (e.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&e);
			return n;
		}
		*tail = check_key(b, n, count, &e) ? member(b, &e) : NULL;
		yaml_event_delete(&e);
		if (!*tail)
			return NULL;
		remember_key(b, n, ++count, *tail);
		tail = &(*tail)->next;
	}
	return NULL;
}

static struct tree_node *value(struct build *b, yaml_event_t *e)
{
	struct tree_node *n = NULL;
	if (b->depth == TREE_DEPTH_MAX) {
		stop(b, e, "nested too deeply", NULL);
		return NULL;
	}
	b->depth++;
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		n = scalar(b, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		n = list(b, e);
		break;
	case YAML_MAPPING_START_EVENT:
		n = map(b, e);
		break;
	case YAML_ALIAS_EVENT:
		stop(b, e, "aliases (*name) are not supported",
		     "write the value out");
		break;
	default:
		stop(b, e, "a value is missing", NULL);
		break;
	}
	b->depth--;
	return n;
}

/* The document's root: one map, and nothing after it. */
static void document(struct build *b)
{
	yaml_event_t e;
	while (!b->failed && next_event(b, &e)) {
		yaml_event_type_t type = e.type;
		if (type == YAML_DOCUMENT_START_EVENT && b->tree->root)
			stop(b, &e, "a second document in the file",
			     "one file, one document: remove the '---'");
		else if (type == YAML_MAPPING_START_EVENT)
			b->tree->root = map(b, &e);
		else if (type == YAML_SCALAR_EVENT ||
			 type == YAML_SEQUENCE_START_EVENT ||
			 type == YAML_ALIAS_EVENT)
			stop(b, &e, "the file must hold a map: 'key: value'",
			     NULL);
		yaml_event_delete(&e);
		if (type == YAML_STREAM_END_EVENT)
			return;
	}
}

static struct tree *too_large(const char *name, struct diag *d)
{
	diag_error(d, diag_nowhere(), "%s is larger than %u MiB", name,
		   TREE_SIZE_MAX >> 20);
	return NULL;
}

struct tree *tree_parse(const char *name, const char *text, size_t len,
			struct diag *d)
{
	struct build b = {.diag = d,
			  .ascii = is_ascii(text, len),
			  .text = text,
			  .len = len};
	size_t errors = d->error_count;
	b.source = diag_source(d, name, text, len);
	if (len > TREE_SIZE_MAX)
		return too_large(name, d);
	b.tree = MEM_NEW(struct tree);
	arena_init(&b.tree->arena);
	keyset_init(&b.keys);
	if (!yaml_parser_initialize(&b.parser))
		mem_limit("out of memory");
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const unsigned char *)text,
				     len);
	document(&b);
	yaml_parser_delete(&b.parser);
	keyset_fini(&b.keys);
	if (d->error_count == errors && !b.tree->root)
		diag_error(d, (struct diag_place){b.source, 0, 0},
			   "the file is empty");
	if (d->error_count == errors)
		return b.tree;
	tree_free(b.tree);
	return NULL;
}

static bool read_all(FILE *f, struct str *out)
{
	char block[65536];
	size_t n;
	while ((n = fread(block, 1, sizeof(block), f)) > 0) {
		str_add_len(out, block, n);
		if (out->len > TREE_SIZE_MAX)
			return true; /* tree_parse() says so */
	}
	return !ferror(f);
}

struct tree *tree_load(const char *path, struct diag *d)
{
	struct str text = {0};
	struct tree *t = NULL;
	struct stat st;
	FILE *f = fopen(path, "rb");
	if (f && fstat(fileno(f), &st) == 0 && st.st_size > TREE_SIZE_MAX)
		t = too_large(path, d);
	else if (f && read_all(f, &text))
		t = tree_parse(path, str_text(&text), text.len, d);
	else
		diag_error(d, diag_nowhere(), "cannot read %s: %s", path,
			   strerror(errno));
	if (f)
		fclose(f);
	str_fini(&text);
	return t;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	arena_fini(&t->arena);
	mem_free(t);
}

static struct tree_node *copy(struct arena *a, const struct tree_node *from)
{
	struct tree_node *n = ARENA_NEW(a, struct tree_node);
	*n = *from;
	n->next = n->first = NULL;
	n->text = from->text ? arena_text(a, from->text) : NULL;
	n->key = from->key ? arena_text(a, from->key) : NULL;
	struct tree_node **tail = &n->first;
	for (const struct tree_node *c = from->first; c; c = c->next) {
		*tail = copy(a, c);
		tail = &(*tail)->next;
	}
	return n;
}

#define KEYS_MAX 256 /* looked at for "did you mean" */

static void report_missing(const struct tree_node *base,
			   const struct tree_node *patch, struct diag *d)
{
	const char *keys[KEYS_MAX];
	size_t count = 0;
	for (const struct tree_node *n = base->first; n && count < KEYS_MAX;
	     n = n->next)
		keys[count++] = n->key;
	diag_error(d, patch->key_at, "there is no '%s' here to delete",
		   patch->key);
	const char *near = str_nearest(patch->key, keys, count);
	if (near)
		diag_help(d, "did you mean '%s'?", near);
	else
		diag_help(d, "'%s: null' takes a key out of the topology",
			  patch->key);
}

/* A patch for something that is not there yet is that thing, without what it
 * deletes (RFC 7396 section 2). */
static struct tree_node *without_nulls(struct arena *a,
				       const struct tree_node *from)
{
	struct tree_node *n = copy(a, from);
	if (n->kind != TREE_MAP)
		return n;
	struct tree_node **at = &n->first;
	while (*at) {
		if ((*at)->kind == TREE_NULL)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
	return n;
}

/* A merge under way. */
struct merging {
	struct arena *arena;
	struct keyset keys; /* of patches; of maps: those that a patch met */
	struct diag *diag;
};

static void merge(struct merging *m, struct tree_node *base,
		  const struct tree_node *patch);

/* What 'p' makes of the child '*at'; returns where the next one is. */
static struct tree_node **change(struct merging *m, struct tree_node **at,
				 const struct tree_node *p)
{
	struct tree_node *rest = (*at)->next;
	if (p->kind == TREE_NULL) {
		*at = rest;
		return at;
	}
	if (p->kind == TREE_MAP && (*at)->kind == TREE_MAP) {
		merge(m, *at, p);
	} else {
		*at = without_nulls(m->arena, p);
		(*at)->next = rest;
	}
	return &(*at)->next;
}

static void merge(struct merging *m, struct tree_node *base,
		  const struct tree_node *patch)
{
	struct tree_node **at = &base->first;
	for (const struct tree_node *p = patch->first; p; p = p->next)
		keyset_add(&m->keys, patch, p);
	while (*at) {
		const struct tree_node *p =
			keyset_find(&m->keys, patch, (*at)->key);
		if (p)
			keyset_add(&m->keys, base, p);
		at = p ? change(m, at, p) : &(*at)->next;
	}
	for (const struct tree_node *p = patch->first; p; p = p->next) {
		if (keyset_find(&m->keys, base, p->key))
			continue;
		if (p->kind == TREE_NULL) {
			report_missing(base, p, m->diag);
			continue;
		}
		*at = without_nulls(m->arena, p);
		at = &(*at)->next;
	}
}

struct tree *tree_merge(const struct tree *base, const struct tree_node *patch,
			struct diag *d)
{
	size_t errors = d->error_count;
	struct tree *t = MEM_NEW(struct tree);
	arena_init(&t->arena);
	t->root = copy(&t->arena, base->root);
	struct merging m = {.arena = &t->arena, .diag = d};
	keyset_init(&m.keys);
	if (patch && patch->kind == TREE_MAP)
		merge(&m, t->root, patch);
	keyset_fini(&m.keys);
	if (d->error_count == errors)
		return t;
	tree_free(t);
	return NULL;
}
