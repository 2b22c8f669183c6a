/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/change.h"

#include <string.h>

#include "sim/base/str.h"
#include "sim/base/vec.h"

/* How people call an entry of such a map. */
static const struct {
	const char *map, *word;
} words[] = {
	{"nat_rules", "NAT rule"},
	{"static_routes", "static route"},
	{"routes", "route"},
	{"acl", "access rule"},
	{"records", "DNS record"},
	{"images", "image"},
	{"interfaces", "interface"},
	{"lb_pools", "pool"},
	{"http_servers", "web server"},
	{"segments", "segment"},
	{"hosts", "host"},
};

struct walk {
	struct arena *arena;
	struct {
		VEC(const char *);
	} lines;
	const char *keys[TREE_DEPTH_MAX + 1];
	size_t depth;
	const char *headline; /* of the last difference */
};

static void write_node(const struct tree_node *n, struct str *out);

static void write_children(const struct tree_node *n, struct str *out)
{
	for (const struct tree_node *c = n->first; c; c = c->next) {
		if (c != n->first)
			str_add(out, ", ");
		if (n->kind == TREE_MAP)
			str_addf(out, "%s: ", c->key);
		write_node(c, out);
	}
}

/* 'n' in YAML's flow style. */
static void write_node(const struct tree_node *n, struct str *out)
{
	switch (n->kind) {
	case TREE_NULL:
		str_add(out, "null");
		break;
	case TREE_SCALAR:
		str_add(out, n->text);
		break;
	case TREE_LIST:
	case TREE_MAP:
		str_addc(out, n->kind == TREE_LIST ? '[' : '{');
		write_children(n, out);
		str_addc(out, n->kind == TREE_LIST ? ']' : '}');
		break;
	}
}

static const char *word_for(const char *map)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].map, map) == 0)
			return words[i].word;
	return NULL;
}

/* "t0-edge gains NAT rule tkg", if the path ends in owner, map, entry. */
static const char *headline(const struct walk *w, const char *verb)
{
	const char *word =
		w->depth >= 2 ? word_for(w->keys[w->depth - 2]) : NULL;
	const char *entry = w->keys[w->depth - 1];
	if (word && w->depth >= 3)
		return arena_printf(w->arena, "%s %s %s %s",
				    w->keys[w->depth - 3], verb, word, entry);
	if (word)
		return arena_printf(w->arena, "the network %s %s %s", verb,
				    word, entry);
	return NULL;
}

static void add_keys(const struct walk *w, size_t from, struct str *out)
{
	for (size_t i = from; i < w->depth; i++)
		str_addf(out, "%s%s", i > from ? "." : "", w->keys[i]);
}

/* 'headline' NULL: the line itself. */
static void add_line(struct walk *w, const char *headline, struct str *what)
{
	struct str line = {0};
	add_keys(w, 0, &line);
	str_addf(&line, ": %s", str_text(what));
	VEC_ADD(&w->lines, arena_text(w->arena, str_text(&line)));
	w->headline = headline ? headline : *VEC_LAST(&w->lines);
	str_fini(&line);
}

/* "t0-edge: ha_mode is now ACTIVE_STANDBY"; the first key is the kind of the
 * record that changes, the second its name. */
static const char *now_is(const struct walk *w, const char *value)
{
	struct str s = {0};
	if (w->depth > 2)
		str_addf(&s, "%s: ", w->keys[1]);
	add_keys(w, w->depth > 2 ? 2 : 0, &s);
	str_addf(&s, " is now %s", value);
	const char *text = arena_text(w->arena, str_text(&s));
	str_fini(&s);
	return text;
}

static void replaced(struct walk *w, const struct tree_node *before,
		     const struct tree_node *after)
{
	struct str old = {0}, new = {0};
	write_node(before, &old);
	write_node(after, &new);
	if (strcmp(str_text(&old), str_text(&new)) != 0) {
		str_addf(&old, " -> %s", str_text(&new));
		add_line(w, now_is(w, str_text(&new)), &old);
	}
	str_fini(&old);
	str_fini(&new);
}

static void added(struct walk *w, const struct tree_node *after)
{
	struct str value = {0}, what = {0};
	const char *gains = headline(w, "gains");
	write_node(after, &value);
	str_addf(&what, "added %s", str_text(&value));
	add_line(w, gains ? gains : now_is(w, str_text(&value)), &what);
	str_fini(&value);
	str_fini(&what);
}

static void removed(struct walk *w)
{
	struct str what = {0};
	str_add(&what, "removed");
	add_line(w, headline(w, "loses"), &what);
	str_fini(&what);
}

static void visit(struct walk *w, const struct tree_node *before,
		  const struct tree_node *patch)
{
	for (const struct tree_node *p = patch->first; p; p = p->next) {
		const struct tree_node *b = tree_get(before, p->key);
		if (w->depth == TREE_DEPTH_MAX)
			return;
		w->keys[w->depth++] = p->key;
		if (p->kind == TREE_NULL)
			removed(w);
		else if (!b)
			added(w, p);
		else if (b->kind == TREE_MAP && p->kind == TREE_MAP)
			visit(w, b, p);
		else
			replaced(w, b, p);
		w->depth--;
	}
}

void change_describe(const struct tree_node *before,
		     const struct tree_node *patch, struct arena *a,
		     struct outcome_step *out)
{
	struct walk w = {.arena = a};
	visit(&w, before, patch);
	out->change_count = w.lines.count;
	out->changes = (const char **)arena_alloc(a, w.lines.count + 1,
						  sizeof(const char *));
	for (size_t i = 0; i < w.lines.count; i++)
		out->changes[i] = w.lines.at[i];
	out->headline = w.lines.count == 1 ? w.headline
			: w.lines.count	   ? "the network changes"
					   : "nothing changes";
	VEC_FREE(&w.lines);
}
