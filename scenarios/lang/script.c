/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/lang/script.h"

#include <string.h>

#include "scenarios/lang/script_private.h"
#include "sim/base/mem.h"

static bool has_events(enum script_verb verb)
{
	return verb == SCRIPT_PULL;
}

static bool has_result(enum script_verb verb)
{
	return verb != SCRIPT_CHANGE && verb != SCRIPT_WAIT;
}

/* A claim that no such step can ever meet (or miss) is a slip. */
static void check_claim(const struct script *s, const struct script_expect *e,
			struct diag *d)
{
	enum script_verb verb = s->steps[e->step - 1].verb;
	bool about_events = e->claim == SCRIPT_EVENT ||
			    e->claim == SCRIPT_NO_EVENT ||
			    e->claim == SCRIPT_EVENTS;
	if (about_events && !has_events(verb))
		diag_error(d, e->at_place,
			   "step %zu is a %s: only a pull has events", e->step,
			   script_verb_name(verb));
	else if (e->claim == SCRIPT_RESULT && !has_result(verb))
		diag_error(d, e->at_place, "step %zu is a %s: it has no result",
			   e->step, script_verb_name(verb));
}

/* The step that 'g' speaks of; 0, told to the diag, if there is none. */
static size_t step_of(const struct script *s, const struct script_group *g,
		      struct diag *d)
{
	if (!g->has_step && s->step_count == 1)
		return 1;
	if (!g->has_step) {
		diag_error(d, g->at, "which of the %zu steps?", s->step_count);
		diag_help(d, "write step: 1");
		return 0;
	}
	if (g->step && g->step <= s->step_count)
		return (size_t)g->step;
	diag_error(d, g->step_at, "there is no step %llu: the last is %zu",
		   (unsigned long long)g->step, s->step_count);
	return 0;
}

static void add_expect(struct script *s, struct script_expect *e,
		       enum script_claim claim, size_t step)
{
	e->claim = claim;
	e->step = step;
	s->expects[s->expect_count++] = *e;
}

static void add_rows(struct script *s, const struct script_group *g,
		     size_t step)
{
	struct script_expect e = {
		.at_place = g->rows_at,
		.rows = g->rows.at,
		.row_count = g->rows.count,
	};
	if (g->has_rows)
		add_expect(s, &e, SCRIPT_EVENTS, step);
}

static size_t count_claims(const struct script_file *f)
{
	size_t count = 0;
	for (size_t i = 0; i < f->expects.count; i++) {
		for (size_t c = 0; c < SCRIPT_CLAIM_COUNT; c++)
			count += f->expects.at[i].claims[c].count;
		count += f->expects.at[i].has_rows;
	}
	return count;
}

static void add_group(struct script *s, const struct script_group *g,
		      struct diag *d)
{
	size_t step = step_of(s, g, d), before = s->expect_count;
	if (!step)
		return;
	for (unsigned c = 0; c < SCRIPT_CLAIM_COUNT; c++) {
		for (size_t i = 0; i < g->claims[c].count; i++)
			add_expect(s, &g->claims[c].at[i], (enum script_claim)c,
				   step);
		if (c == SCRIPT_EVENTS)
			add_rows(s, g, step);
	}
	if (s->expect_count == before)
		diag_error(d, g->at, "an expectation without a claim");
	for (size_t i = before; i < s->expect_count; i++)
		check_claim(s, &s->expects[i], d);
}

static void take_file(struct script *s, const struct script_file *f,
		      struct diag *d)
{
	s->title = f->title;
	s->description = f->description;
	s->seed = f->seed;
	s->needs = f->needs;
	s->steps =
		ARENA_ARRAY(&s->arena, f->steps.count + 1, struct script_step);
	s->step_count = f->steps.count;
	for (size_t i = 0; i < f->steps.count; i++)
		s->steps[i] = f->steps.at[i].step;
	s->expects = ARENA_ARRAY(&s->arena, count_claims(f) + 1,
				 struct script_expect);
	if (!f->steps.count)
		diag_error(d, s->tree->root->at, "no steps: nothing happens");
	for (size_t i = 0; i < f->expects.count; i++)
		add_group(s, &f->expects.at[i], d);
}

/* 'path' as seen from the folder of the scenario file. */
static const char *resolve(struct script *s, const char *path)
{
	const char *slash = strrchr(s->path, '/');
	if (!slash || *path == '/')
		return arena_text(&s->arena, path);
	return arena_printf(&s->arena, "%.*s%s", (int)(slash + 1 - s->path),
			    s->path, path);
}

static bool read_base(struct script *s, const struct script_file *f,
		      struct diag *d)
{
	size_t before = d->error_count;
	s->topology = resolve(s, f->topology);
	struct tree *t = tree_load(s->topology, d);
	if (!t) {
		diag_note(d, f->topology_at, "the topology is named here");
		return false;
	}
	if (!f->change) {
		s->base = t;
		return true;
	}
	s->base = tree_merge(t, f->change, d);
	tree_free(t);
	return s->base && d->error_count == before;
}

/* The file is read into s->tree, which is NULL if that failed. */
static bool read_tree(struct script *s, struct diag *d)
{
	struct script_file f = {0};
	struct schema_reader r = {&s->arena, d, ""};
	size_t before = d->error_count;
	if (!s->tree)
		return false;
	schema_read(&r, &script_root, s->tree->root, &f);
	if (d->error_count == before)
		take_file(s, &f, d);
	return d->error_count == before && read_base(s, &f, d);
}

static struct script *read_script(const char *path, struct tree *t,
				  struct diag *d)
{
	struct script *s = MEM_NEW(struct script);
	arena_init(&s->arena);
	s->path = arena_text(&s->arena, path);
	s->tree = t;
	if (read_tree(s, d))
		return s;
	script_free(s);
	return NULL;
}

struct script *script_load(const char *path, struct diag *d)
{
	return read_script(path, tree_load(path, d), d);
}

struct script *script_parse(const char *name, const char *text, size_t len,
			    struct diag *d)
{
	return read_script(name, tree_parse(name, text, len, d), d);
}

bool script_change(struct script *s, const char *text, struct diag *d)
{
	size_t before = d->error_count;
	struct tree *patch = tree_parse("--change", text, strlen(text), d);
	struct tree *changed =
		patch ? tree_merge(s->base, patch->root, d) : NULL;
	tree_free(patch);
	if (!changed)
		return false;
	tree_free(s->base);
	s->base = changed;
	return d->error_count == before;
}

void script_free(struct script *s)
{
	if (!s)
		return;
	tree_free(s->tree);
	tree_free(s->base);
	arena_fini(&s->arena);
	mem_free(s);
}
