/* SPDX-License-Identifier: Apache-2.0 */
/* The table as JSON Schema draft-07. Every object is a definition; where a
 * merge patch may delete a member, null is allowed. */
#include <string.h>

#include "topology/lang/schema.h"

#define OBJECTS_MAX 64

struct printer {
	struct str *out;
	const struct schema_object *objects[OBJECTS_MAX];
	size_t count;
};

static void add_text(struct str *out, const char *text)
{
	str_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_addc(out, '\\');
		str_addc(out, *text);
	}
	str_addc(out, '"');
}

/* Every object that 'o' leads to, each once. */
static void collect(struct printer *p, const struct schema_object *o)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->objects[i] == o)
			return;
	if (p->count == OBJECTS_MAX)
		return;
	p->objects[p->count++] = o;
	for (const struct schema_field *f = o->fields; f->name; f++) {
		if (f->object)
			collect(p, f->object);
		if (f->item && f->item->object)
			collect(p, f->item->object);
	}
}

static void print_names(struct printer *p, const char *const *names)
{
	str_add(p->out, "\"enum\": [");
	for (size_t i = 0; names[i]; i++) {
		if (i)
			str_add(p->out, ", ");
		add_text(p->out, names[i]);
	}
	str_add(p->out, "]");
}

#define OCTET "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define IP    OCTET "(\\\\." OCTET "){3}"
#define LEN   "/(3[0-2]|[12]?[0-9])"

/* What a value of a plain kind looks like, without braces. */
static const char *const forms[] = {
	[SCHEMA_TEXT] = "\"type\": [\"string\", \"number\", \"boolean\"]",
	[SCHEMA_BOOL] = "\"type\": \"boolean\"",
	[SCHEMA_IP] = "\"type\": \"string\", \"pattern\": \"^" IP "$\"",
	[SCHEMA_PREFIX] =
		"\"type\": \"string\", \"pattern\": \"^" IP "(" LEN ")?$\"",
	[SCHEMA_IF] = "\"type\": \"string\", \"pattern\": \"^" IP LEN "$\"",
	[SCHEMA_PORTS] = "\"type\": [\"integer\", \"string\"], \"pattern\": "
			 "\"^[0-9]+(-[0-9]+)?$\"",
	[SCHEMA_DURATION] = "\"type\": \"string\", \"pattern\": "
			    "\"^([0-9]+(\\\\.[0-9]+)? ?(ns|us|ms|s|m|h))+$\"",
	[SCHEMA_NAME] = "\"type\": [\"string\", \"number\"]",
	[SCHEMA_TREE] = "\"type\": \"object\"",
};

static void print_form(struct printer *p, const struct schema_field *f);

static void print_list(struct printer *p, const struct schema_field *item)
{
	str_add(p->out, "\"anyOf\": [{\"type\": \"array\", \"items\": {");
	print_form(p, item);
	str_add(p->out, "}}, {");
	print_form(p, item);
	str_add(p->out, "}]");
}

static void print_form(struct printer *p, const struct schema_field *f)
{
	switch (f->kind) {
	case SCHEMA_UINT:
		str_addf(p->out,
			 "\"type\": \"integer\", \"minimum\": %llu, "
			 "\"maximum\": %llu",
			 (unsigned long long)f->min,
			 (unsigned long long)f->max);
		break;
	case SCHEMA_ENUM:
		print_names(p, f->names);
		break;
	case SCHEMA_FLAGS:
		str_add(p->out, "\"type\": \"array\", \"items\": {");
		print_names(p, f->names);
		str_add(p->out, "}");
		break;
	case SCHEMA_OBJECT:
		str_addf(p->out, "\"$ref\": \"#/definitions/%s\"",
			 f->object->name);
		break;
	case SCHEMA_LIST_OF:
		print_list(p, f->item);
		break;
	case SCHEMA_MAP_OF:
		str_addf(p->out,
			 "\"type\": \"object\", \"additionalProperties\": "
			 "{\"anyOf\": [{\"$ref\": \"#/definitions/%s\"}, "
			 "{\"type\": \"null\"}]}",
			 f->object->name);
		break;
	default:
		str_add(p->out, f->form ? f->form : forms[f->kind]);
	}
}

static void print_field(struct printer *p, const struct schema_field *f)
{
	str_add(p->out, "        ");
	add_text(p->out, f->name);
	str_add(p->out, ": {");
	str_add(p->out, "\"description\": ");
	add_text(p->out, f->doc);
	str_add(p->out, ", \"anyOf\": [{");
	print_form(p, f);
	str_add(p->out, f->required ? "}]}" : "}, {\"type\": \"null\"}]}");
}

static void print_required(struct printer *p, const struct schema_object *o)
{
	const char *comma = "";
	str_add(p->out, "\"required\": [");
	for (const struct schema_field *f = o->fields; f->name; f++) {
		if (!f->required)
			continue;
		str_add(p->out, comma);
		add_text(p->out, f->name);
		comma = ", ";
	}
	str_add(p->out, "]");
}

static void print_members(struct printer *p, const struct schema_object *o)
{
	str_add(p->out, "\"type\": \"object\", \"additionalProperties\": "
			"false, ");
	print_required(p, o);
	str_add(p->out, ",\n      \"properties\": {\n");
	for (const struct schema_field *f = o->fields; f->name; f++) {
		print_field(p, f);
		str_add(p->out, f[1].name ? ",\n" : "\n");
	}
	str_add(p->out, "      }");
}

static void print_object(struct printer *p, const struct schema_object *o)
{
	str_addf(p->out, "    \"%s\": {\n      \"description\": ", o->name);
	add_text(p->out, o->doc);
	str_add(p->out, ",\n      ");
	if (o->from_scalar)
		str_addf(p->out, "\"anyOf\": [{%s}, {", o->scalar_form);
	print_members(p, o);
	str_add(p->out, o->from_scalar ? "}]}" : "}");
}

void schema_print(const struct schema_object *o, const char *title,
		  struct str *out)
{
	struct printer p = {.out = out};
	collect(&p, o);
	str_add(out, "{\n  \"$schema\": "
		     "\"http://json-schema.org/draft-07/schema#\",\n"
		     "  \"title\": ");
	add_text(out, title);
	str_addf(out, ",\n  \"$ref\": \"#/definitions/%s\",\n", o->name);
	str_add(out, "  \"definitions\": {\n");
	for (size_t i = 0; i < p.count; i++) {
		print_object(&p, p.objects[i]);
		str_add(out, i + 1 < p.count ? ",\n" : "\n");
	}
	str_add(out, "  }\n}\n");
}
