/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "scenarios/lang/script.h"
#include "scenarios/play/play.h"
#include "topology/build/net.h"
#include "topology/model/advice.h"
#include "topology/model/model.h"
#include "tools/tierpath/cmd.h"

/* A scenario names its topology; a topology has none. */
static bool is_scenario(const struct tree *t)
{
	return tree_get(t->root, "topology") || tree_get(t->root, "steps");
}

static void lint_topology(const struct tree *t, struct diag *d)
{
	struct model *m = model_read(t, d);
	struct net *n = m ? net_new(m, 1, d) : NULL;
	if (m)
		advice_check(m, d);
	net_free(n);
	model_free(m);
}

/* What is wrong with the topology has been said: now what is unwise. */
static void advise(const struct tree *t, struct diag *d)
{
	struct diag said;
	diag_init(&said);
	struct model *m = model_read(t, &said);
	if (m)
		advice_check(m, d);
	model_free(m);
	diag_fini(&said);
}

static void lint_scenario(const char *path, struct diag *d)
{
	struct script *s = script_load(path, d);
	if (s && play_check(s, d))
		advise(s->base, d);
	script_free(s);
}

static void lint_file(const char *path, struct diag *d)
{
	struct tree *t = tree_load(path, d);
	if (t && is_scenario(t))
		lint_scenario(path, d);
	else if (t)
		lint_topology(t, d);
	tree_free(t);
}

static int status_of(const struct option_values *v, const struct diag *d)
{
	if (d->error_count)
		return OPTION_EXIT_INPUT;
	return v->strict && d->warning_count ? OPTION_EXIT_FAILED
					     : OPTION_EXIT_OK;
}

int cmd_lint(const struct option_values *v)
{
	struct cmd_paths paths = {0};
	struct str out = {0};
	struct diag d;
	int status = OPTION_EXIT_OK;
	diag_init(&d);
	cmd_find(v->words, v->word_count, &paths, &d);
	if (!d.error_count && !paths.count) {
		diag_error(&d, diag_nowhere(), "there is no file there");
		status = OPTION_EXIT_NOTHING;
	} else if (d.error_count) {
		status = OPTION_EXIT_INPUT;
	}
	cmd_report(v, &d);
	diag_fini(&d);
	for (size_t i = 0; status != OPTION_EXIT_NOTHING && i < paths.count;
	     i++) {
		diag_init(&d);
		lint_file(paths.at[i], &d);
		cmd_report(v, &d);
		if (status_of(v, &d) > status)
			status = status_of(v, &d);
		if (!v->quiet)
			str_addf(&out, "%s: %zu error%s, %zu warning%s\n",
				 paths.at[i], d.error_count,
				 d.error_count == 1 ? "" : "s", d.warning_count,
				 d.warning_count == 1 ? "" : "s");
		if (!cmd_print(str_text(&out), out.len))
			status = OPTION_EXIT_INTERNAL;
		str_clear(&out);
		diag_fini(&d);
	}
	cmd_free_paths(&paths);
	str_fini(&out);
	return status;
}
