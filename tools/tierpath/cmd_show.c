/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/tables.h"
#include "tools/tierpath/cmd.h"

/* What to show, and where it goes. */
struct show {
	const struct option_values *values;
	struct tables tables;
	bool limited;		/* by a limit the run was ended */
	struct tablejson *json; /* NULL: text */
	struct str out;
};

static void on_net(void *context, struct net *n)
{
	struct show *s = context;
	if (s->json)
		tables_json(&s->tables, n, s->json);
	else
		tables_print(&s->tables, n, &s->out);
}

static void show_topology(struct show *s, struct tree *t, struct diag *d)
{
	struct model *m = model_read(t, d);
	struct net *n =
		m ? net_new(m, s->values->has_seed ? s->values->seed : 1, d)
		  : NULL;
	if (n) {
		on_net(s, n);
		tables_check(&s->tables, n, d);
	}
	net_free(n);
	model_free(m);
}

static void show_scenario(struct show *s, const char *path, struct diag *d)
{
	struct play_options options = cmd_play_options(s->values);
	options.ended = on_net;
	options.context = s;
	struct script *script = script_load(path, d);
	for (size_t i = 0; script && i < s->values->change_count; i++)
		script_change(script, s->values->changes[i], d);
	struct outcome *o = script && !d->error_count
				    ? play_script(script, &options, d)
				    : NULL;
	for (size_t i = 0; o && i < s->tables.node_count; i++)
		if (!s->tables.seen[i])
			diag_error(d, diag_nowhere(),
				   "there is no table or node called '%s'",
				   s->tables.nodes[i]);
	s->limited = o && !cmd_within_limits(o);
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
	tables_pick(&s.tables, v->words + 1, v->word_count - 1);
	if (v->json)
		s.json = tablejson_new();
	show(&s, v->words[0], &d);
	cmd_report(v, &d);
	int status = d.error_count ? OPTION_EXIT_INPUT
		     : s.limited   ? OPTION_EXIT_INTERNAL
				   : OPTION_EXIT_OK;
	if (s.json)
		tablejson_end(s.json, &s.out);
	if (!d.error_count && !cmd_print(str_text(&s.out), s.out.len))
		status = OPTION_EXIT_INTERNAL;
	str_fini(&s.out);
	diag_fini(&d);
	return status;
}
