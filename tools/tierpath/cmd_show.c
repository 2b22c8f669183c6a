/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tools/report/tablejson.h"
#include "tools/tierpath/cmd.h"
#include "topology/build/dump.h"

#define NAMES_MAX 256

/* What to show: tables and nodes picked on the command line. */
struct show {
	const struct option_values *values;
	bool tables[DUMP_TABLE_COUNT];
	const char *nodes[NAMES_MAX];
	size_t node_count;
	bool seen[NAMES_MAX];	/* nodes that exist */
	struct tablejson *json; /* NULL: text */
	struct str out;
};

static bool take_table(struct show *s, const char *word)
{
	bool all = !strcmp(word, "all"), found = all;
	for (int i = 0; i < DUMP_TABLE_COUNT; i++) {
		bool this = !strcmp(word, dump_table_name((enum dump_table)i));
		s->tables[i] |= all || this;
		found |= this;
	}
	return found;
}

static void take_words(struct show *s, const struct option_values *v)
{
	bool any = false;
	for (size_t i = 1; i < v->word_count; i++) {
		if (take_table(s, v->words[i]))
			any = true;
		else if (s->node_count < NAMES_MAX)
			s->nodes[s->node_count++] = v->words[i];
	}
	if (!any)
		take_table(s, "all");
}

/* A gateway, or one of its parts ("t0-edge:en1"). */
static bool is_wanted(struct show *s, const char *gateway, const char *part)
{
	bool wanted = !s->node_count;
	for (size_t i = 0; i < s->node_count; i++) {
		bool this = !strcmp(s->nodes[i], gateway) ||
			    !strcmp(s->nodes[i], part);
		s->seen[i] |= this;
		wanted |= this;
	}
	return wanted;
}

static void show_part(struct show *s, const struct net *n, struct router *r)
{
	const char *name = router_node(r)->name;
	for (int i = 0; i < DUMP_TABLE_COUNT; i++) {
		enum dump_table table = (enum dump_table)i;
		struct str rows = {0};
		if (s->tables[i] && s->json)
			tablejson_add(s->json, n, r, table);
		else if (s->tables[i] && dump_print(n, r, table, &rows))
			str_addf(&s->out, "%s: %s\n%s\n", name,
				 dump_table_name(table), str_text(&rows));
		str_fini(&rows);
	}
}

static void on_net(void *context, struct net *n)
{
	struct show *s = context;
	size_t count;
	const struct net_gateway *g = net_gateways(n, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < g[i].part_count; j++)
			if (is_wanted(s, g[i].name,
				      router_node(g[i].parts[j])->name))
				show_part(s, n, g[i].parts[j]);
}

static void report_unseen(struct show *s, const struct net *n, struct diag *d)
{
	size_t count;
	const struct net_gateway *g = net_gateways(n, &count);
	const char *known[NAMES_MAX];
	for (size_t i = 0; i < count && i < NAMES_MAX; i++)
		known[i] = g[i].name;
	for (size_t i = 0; i < s->node_count; i++)
		if (!s->seen[i])
			schema_unknown(d, diag_nowhere(), "table or node",
				       s->nodes[i], known,
				       count < NAMES_MAX ? count : NAMES_MAX);
}

static void show_topology(struct show *s, struct tree *t, struct diag *d)
{
	struct model *m = model_read(t, d);
	struct net *n =
		m ? net_new(m, s->values->has_seed ? s->values->seed : 1, d)
		  : NULL;
	if (n) {
		on_net(s, n);
		report_unseen(s, n, d);
	}
	net_free(n);
	model_free(m);
}

static void show_scenario(struct show *s, const char *path, struct diag *d)
{
	struct play_options options = {.has_seed = s->values->has_seed,
				       .seed = s->values->seed,
				       .ended = on_net,
				       .context = s};
	struct script *script = script_load(path, d);
	for (size_t i = 0; script && i < s->values->change_count; i++)
		script_change(script, s->values->changes[i], d);
	struct outcome *o = script && !d->error_count
				    ? play_script(script, &options, d)
				    : NULL;
	for (size_t i = 0; o && i < s->node_count; i++)
		if (!s->seen[i])
			diag_error(d, diag_nowhere(),
				   "there is no table or node called '%s'",
				   s->nodes[i]);
	outcome_free(o);
	script_free(script);
}

static void show(struct show *s, const char *path, struct diag *d)
{
	struct tree *t = tree_load(path, d);
	if (t && (tree_get(t->root, "steps") || tree_get(t->root, "topology")))
		show_scenario(s, path, d);
	else if ((t = cmd_change(t, s->values, d)))
		show_topology(s, t, d);
	tree_free(t);
}

int cmd_show(const struct option_values *v)
{
	struct show s = {.values = v};
	struct diag d;
	diag_init(&d);
	take_words(&s, v);
	if (v->json)
		s.json = tablejson_new();
	show(&s, v->words[0], &d);
	cmd_report(v, &d);
	int status = d.error_count ? OPTION_EXIT_INPUT : OPTION_EXIT_OK;
	if (s.json)
		tablejson_end(s.json, &s.out);
	if (!d.error_count && !cmd_print(str_text(&s.out), s.out.len))
		status = OPTION_EXIT_INTERNAL;
	str_fini(&s.out);
	diag_fini(&d);
	return status;
}
