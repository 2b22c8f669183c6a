/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/lang/schema.h"

#include <string.h>

#include "sim/base/addr.h"

#define NAMES_MAX 128 /* looked at for "did you mean" */

/* What every SCHEMA_LIST looks like. */
struct any_list {
	void *at;
	size_t count;
};

static void read_value(struct schema_reader *r, const struct schema_field *f,
		       const struct tree_node *n, void *to);

static size_t count_names(const char *const *names)
{
	size_t count = 0;
	while (names[count])
		count++;
	return count;
}

static bool find_name(struct schema_reader *r, const struct schema_field *f,
		      const struct tree_node *n, unsigned *out)
{
	size_t count = count_names(f->names);
	if (n->kind != TREE_SCALAR) {
		schema_wrong(r, n, "one word", NULL);
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(f->names[i], n->text) != 0)
			continue;
		*out = i;
		return true;
	}
	struct str all = {0};
	const char *near = str_nearest(n->text, f->names, count);
	for (size_t i = 0; i < count; i++)
		str_addf(&all, "%s%s", i ? ", " : "", f->names[i]);
	diag_error(r->diag, n->at, "'%s' is not a value of %s", n->text,
		   f->name);
	if (near)
		diag_help(r->diag, "did you mean '%s'? possible: %s", near,
			  str_text(&all));
	else
		diag_help(r->diag, "possible: %s", str_text(&all));
	str_fini(&all);
	return false;
}

static void read_flags(struct schema_reader *r, const struct schema_field *f,
		       const struct tree_node *n, unsigned *to)
{
	unsigned bit;
	*to = 0;
	if (n->kind != TREE_LIST) {
		schema_wrong(r, n, "a list", "lists are written [A, B]");
		return;
	}
	for (const struct tree_node *c = n->first; c; c = c->next)
		if (find_name(r, f, c, &bit))
			*to |= 1U << bit;
}

static void store_uint(void *to, uint8_t size, uint64_t v)
{
	if (size == 1)
		*(uint8_t *)to = (uint8_t)v;
	else if (size == 2)
		*(uint16_t *)to = (uint16_t)v;
	else if (size == 4)
		*(uint32_t *)to = (uint32_t)v;
	else
		*(uint64_t *)to = v;
}

static void read_uint(struct schema_reader *r, const struct schema_field *f,
		      const struct tree_node *n, void *to)
{
	uint64_t v;
	if (!schema_uint(r, n, f->max, &v))
		return;
	if (v < f->min)
		diag_error(r->diag, n->at, "%s is less than %llu", n->text,
			   (unsigned long long)f->min);
	else
		store_uint(to, f->size, v);
}

static void read_ip(struct schema_reader *r, const struct tree_node *n, ip4 *to)
{
	if (n->kind != TREE_SCALAR || !addr_parse_ip4(n->text, to))
		schema_wrong(r, n, "an IPv4 address",
			     "addresses are written 10.27.51.145");
}

static void read_if(struct schema_reader *r, const struct tree_node *n,
		    struct addr_if *to)
{
	if (n->kind != TREE_SCALAR || !addr_parse_if(n->text, to))
		schema_wrong(r, n, "an interface address",
			     "address and length are written 10.27.51.145/24");
}

static void read_ports(struct schema_reader *r, const struct tree_node *n,
		       struct addr_ports *to)
{
	if (n->kind != TREE_SCALAR || !addr_parse_ports(n->text, to))
		schema_wrong(r, n, "a port or range of ports",
			     "ports are written 443 or 30000-32767");
}

static size_t item_size(const struct schema_field *f)
{
	switch (f->kind) {
	case SCHEMA_TEXT:
		return sizeof(const char *);
	case SCHEMA_UINT:
		return f->size;
	case SCHEMA_IP:
		return sizeof(ip4);
	case SCHEMA_PREFIX:
		return sizeof(struct addr_prefix);
	case SCHEMA_IF:
		return sizeof(struct addr_if);
	case SCHEMA_PORTS:
		return sizeof(struct addr_ports);
	case SCHEMA_NAME:
		return sizeof(struct schema_ref);
	case SCHEMA_ENUM:
		return sizeof(int);
	case SCHEMA_OBJECT:
		return f->object->size;
	default:
		return sizeof(uint64_t);
	}
}

static size_t count_children(const struct tree_node *n)
{
	size_t count = 0;
	for (const struct tree_node *c = n->first; c; c = c->next)
		count++;
	return count;
}

static void read_list(struct schema_reader *r, const struct schema_field *f,
		      const struct tree_node *n, struct any_list *to)
{
	bool alone = n->kind != TREE_LIST;
	size_t size = item_size(f->item);
	to->count = alone ? 1 : count_children(n);
	to->at = arena_alloc(r->arena, to->count, size);
	char *at = to->at;
	if (alone) {
		read_value(r, f->item, n, at);
		return;
	}
	for (const struct tree_node *c = n->first; c; c = c->next, at += size)
		read_value(r, f->item, c, at);
}

static const char *child_path(const struct schema_reader *r, const char *parent,
			      const char *key)
{
	return arena_printf(r->arena, "%s%s%s", parent, *parent ? "." : "",
			    key);
}

static void read_map(struct schema_reader *r, const struct schema_field *f,
		     const struct tree_node *n, struct any_list *to)
{
	if (n->kind != TREE_MAP) {
		schema_wrong(r, n, "a map", "maps are written 'id: {...}'");
		return;
	}
	const char *parent = child_path(r, r->path, f->name), *before = r->path;
	to->count = count_children(n);
	to->at = arena_alloc(r->arena, to->count, f->object->size);
	char *at = to->at;
	for (const struct tree_node *c = n->first; c;
	     c = c->next, at += f->object->size) {
		struct schema_id id = {NULL, c->key_at,
				       child_path(r, parent, c->key)};
		id.name = id.path + strlen(id.path) - strlen(c->key);
		if (!*c->key)
			diag_error(r->diag, c->key_at, "an empty name");
		r->path = id.path;
		memcpy(at, &id, sizeof(id));
		schema_read(r, f->object, c, at);
		r->path = before;
	}
}

static void read_name(struct schema_reader *r, const struct tree_node *n,
		      struct schema_ref *to)
{
	if (schema_text(r, n, &to->name))
		to->at = n->at;
}

static void read_tree(struct schema_reader *r, const struct tree_node *n,
		      const struct tree_node **to)
{
	if (n->kind != TREE_MAP)
		schema_wrong(r, n, "a map", NULL);
	else
		*to = n;
}

static void read_value(struct schema_reader *r, const struct schema_field *f,
		       const struct tree_node *n, void *to)
{
	switch (f->kind) {
	case SCHEMA_TEXT:
		schema_text(r, n, to);
		break;
	case SCHEMA_BOOL:
		schema_bool(r, n, to);
		break;
	case SCHEMA_UINT:
		read_uint(r, f, n, to);
		break;
	case SCHEMA_IP:
		read_ip(r, n, to);
		break;
	case SCHEMA_PREFIX:
		schema_prefix(r, n, to);
		break;
	case SCHEMA_IF:
		read_if(r, n, to);
		break;
	case SCHEMA_PORTS:
		read_ports(r, n, to);
		break;
	case SCHEMA_DURATION:
		schema_duration(r, n, to);
		break;
	case SCHEMA_ENUM:
		find_name(r, f, n, to);
		break;
	case SCHEMA_FLAGS:
		read_flags(r, f, n, to);
		break;
	case SCHEMA_NAME:
		read_name(r, n, to);
		break;
	case SCHEMA_OBJECT:
		schema_read(r, f->object, n, to);
		break;
	case SCHEMA_LIST_OF:
		read_list(r, f, n, to);
		break;
	case SCHEMA_MAP_OF:
		read_map(r, f, n, to);
		break;
	case SCHEMA_TREE:
		read_tree(r, n, to);
		break;
	case SCHEMA_CUSTOM:
		break; /* its reader gets the record, see read_field() */
	}
}

static void read_field(struct schema_reader *r, const struct schema_field *f,
		       const struct tree_node *n, char *record)
{
	if (n->kind == TREE_NULL)
		return; /* as if it were not there */
	if (f->place)
		memcpy(record + f->place, &n->at, sizeof(n->at));
	if (f->present)
		*(bool *)(record + f->present) = true;
	if (f->kind == SCHEMA_CUSTOM)
		f->read(r, n, record);
	else
		read_value(r, f, n, record + f->offset);
}

static const struct schema_field *find_field(const struct schema_object *o,
					     const char *name)
{
	for (const struct schema_field *f = o->fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static void report_key(struct schema_reader *r, const struct schema_object *o,
		       const struct tree_node *n)
{
	const char *names[NAMES_MAX];
	size_t count = 0;
	struct str all = {0};
	for (const struct schema_field *f = o->fields;
	     f->name && count < NAMES_MAX; f++)
		names[count++] = f->name;
	diag_error(r->diag, n->key_at, "%s has no key '%s'", o->name, n->key);
	const char *near = str_nearest(n->key, names, count);
	for (size_t i = 0; i < count; i++)
		str_addf(&all, "%s%s", i ? ", " : "", names[i]);
	if (near)
		diag_help(r->diag, "did you mean '%s'?", near);
	else
		diag_help(r->diag, "keys: %s", str_text(&all));
	str_fini(&all);
}

static void check_required(struct schema_reader *r,
			   const struct schema_object *o,
			   const struct tree_node *map)
{
	for (const struct schema_field *f = o->fields; f->name; f++) {
		const struct tree_node *n =
			f->required ? tree_get(map, f->name) : NULL;
		if (!f->required || (n && n->kind != TREE_NULL))
			continue;
		diag_error(r->diag, map->key ? map->key_at : map->at,
			   "%s needs the key '%s'", o->name, f->name);
		diag_help(r->diag, "%s: %s", f->name, f->doc);
	}
}

static const struct tree_node nothing = {.kind = TREE_MAP};

void schema_read(struct schema_reader *r, const struct schema_object *o,
		 const struct tree_node *map, void *record)
{
	struct tree_node empty = nothing;
	if (o->defaults)
		o->defaults(record);
	if (map->kind == TREE_SCALAR && o->from_scalar) {
		o->from_scalar(r, map, record);
		if (o->finish)
			o->finish(r, map, record);
		return;
	}
	if (map->kind == TREE_NULL) { /* "id:" alone: all defaults */
		empty.at = map->at;
		empty.key = map->key;
		empty.key_at = map->key_at;
		map = &empty;
	}
	if (map->kind != TREE_MAP) {
		schema_wrong(r, map, "a map", NULL);
		return;
	}
	for (const struct tree_node *n = map->first; n; n = n->next) {
		const struct schema_field *f = find_field(o, n->key);
		if (f)
			read_field(r, f, n, record);
		else
			report_key(r, o, n);
	}
	check_required(r, o, map);
	if (o->finish)
		o->finish(r, map, record);
}
