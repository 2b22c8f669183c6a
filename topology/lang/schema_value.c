/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars of a file as values: texts, numbers, networks, durations. */
#include <string.h>

#include "sim/base/addr.h"
#include "topology/lang/schema.h"

#define FEW 12 /* words that are all named */

static const char *kind_word(const struct tree_node *n)
{
	static const char *const words[] = {"nothing", "a value", "a list",
					    "a map"};
	return words[n->kind];
}

void schema_wrong(struct schema_reader *r, const struct tree_node *n,
		  const char *what, const char *help)
{
	if (n->kind == TREE_SCALAR)
		diag_error(r->diag, n->at, "'%s' is not %s", n->text, what);
	else
		diag_error(r->diag, n->at, "expected %s, found %s", what,
			   kind_word(n));
	if (help)
		diag_help(r->diag, "%s", help);
}

void schema_suggest(struct diag *d, const char *seen, const char *const *known,
		    size_t count)
{
	struct str all = {0};
	const char *near = str_nearest(seen, known, count);
	if (near) {
		diag_help(d, "did you mean '%s'?", near);
		return;
	}
	if (!count || count > FEW)
		return;
	for (size_t i = 0; i < count; i++)
		str_addf(&all, "%s%s", i ? ", " : "", known[i]);
	diag_help(d, "known: %s", str_text(&all));
	str_fini(&all);
}

void schema_unknown(struct diag *d, struct diag_place at, const char *what,
		    const char *seen, const char *const *known, size_t count)
{
	diag_error(d, at, "there is no %s called '%s'", what, seen);
	schema_suggest(d, seen, known, count);
}

bool schema_text(struct schema_reader *r, const struct tree_node *n,
		 const char **out)
{
	if (n->kind != TREE_SCALAR) {
		schema_wrong(r, n, "a text", NULL);
		return false;
	}
	*out = arena_text(r->arena, n->text);
	return true;
}

bool schema_bool(struct schema_reader *r, const struct tree_node *n, bool *out)
{
	bool yes = n->kind == TREE_SCALAR && !strcmp(n->text, "true");
	if (!yes && (n->kind != TREE_SCALAR || strcmp(n->text, "false") != 0)) {
		schema_wrong(r, n, "true or false", NULL);
		return false;
	}
	*out = yes;
	return true;
}

static bool digits(const char *text, uint64_t *out)
{
	uint64_t v = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || v > UINT64_MAX / 10 - 1)
			return false;
		v = v * 10 + (uint64_t)(*text - '0');
	}
	*out = v;
	return true;
}

bool schema_uint(struct schema_reader *r, const struct tree_node *n,
		 uint64_t max, uint64_t *out)
{
	uint64_t v;
	if (n->kind != TREE_SCALAR || !digits(n->text, &v)) {
		schema_wrong(r, n, "a number", NULL);
		return false;
	}
	if (v > max) {
		diag_error(r->diag, n->at, "%s is more than %llu", n->text,
			   (unsigned long long)max);
		return false;
	}
	*out = v;
	return true;
}

bool schema_prefix(struct schema_reader *r, const struct tree_node *n,
		   struct addr_prefix *out)
{
	struct addr_if a;
	char right[ADDR_PREFIX_SIZE];
	if (n->kind == TREE_SCALAR && addr_parse_prefix(n->text, out))
		return true;
	if (n->kind != TREE_SCALAR || !addr_parse_if(n->text, &a)) {
		schema_wrong(r, n, "a network",
			     "a network is written 30.0.0.0/24, a single "
			     "address 30.0.0.5, everything 0.0.0.0/0");
		return false;
	}
	diag_error(r->diag, n->at, "'%s' has bits set beyond its length",
		   n->text);
	diag_help(r->diag, "write %s",
		  addr_print_prefix(addr_prefix_of(a.addr, a.len), right));
	return false;
}

static const struct {
	const char *unit;
	uint64_t ns;
} units[] = {
	{"ns", 1},	    {"us", 1000},	 {"ms", 1000000},
	{"s", 1000000000U}, {"m", 60000000000U}, {"h", 3600000000000U},
};

/* One part, "1.5s", of a duration; '*at' moves behind it. */
static bool duration_part(const char **at, uint64_t *total)
{
	uint64_t whole = 0, fraction = 0, scale = 1;
	const char *p = *at;
	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if ((whole = whole * 10 + (uint64_t)(*p - '0')) > 1000000000U)
			return false;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++)
			if (scale < 1000000000U) {
				fraction = fraction * 10 + (uint64_t)(*p - '0');
				scale *= 10;
			}
	while (*p == ' ')
		p++;
	size_t len = strspn(p, "numsh");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i].unit) != len ||
		    strncmp(units[i].unit, p, len) != 0)
			continue;
		*total += whole * units[i].ns + fraction * units[i].ns / scale;
		*at = p + len;
		return true;
	}
	return false;
}

bool schema_duration(struct schema_reader *r, const struct tree_node *n,
		     uint64_t *out)
{
	uint64_t total = 0;
	const char *at = n->kind == TREE_SCALAR ? n->text : "";
	do {
		if (!duration_part(&at, &total)) {
			schema_wrong(r, n, "a duration",
				     "durations are written 10s, 1.5s, 20ms, "
				     "2m or 1m30s");
			return false;
		}
	} while (*at);
	*out = total;
	return true;
}
