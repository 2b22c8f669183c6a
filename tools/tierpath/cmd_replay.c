/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/replay.h"
#include "sim/base/str.h"
#include "tools/report/outjson.h"
#include "tools/report/outreplay.h"
#include "tools/tierpath/cmd.h"

static bool check(const struct option_values *v, struct diag *d)
{
	if (!v->topology)
		diag_error(d, diag_nowhere(), "replay needs --topology FILE");
	if (!v->into)
		diag_error(d, diag_nowhere(), "replay needs --into PORT");
	if (d->error_count)
		diag_help(d, "tierpath replay cap.pcapng --topology net.yaml "
			     "--into t1:web");
	return d->error_count == 0;
}

static bool print(const struct option_values *v, const struct replay *r)
{
	struct str out = {0};
	struct outtext_style style = cmd_style(v);
	if (v->json)
		outjson_replay(r, &out);
	else
		outreplay_print(r, &style, &out);
	bool ok = cmd_print_report(v, &out);
	str_fini(&out);
	return ok;
}

static int play(const struct option_values *v, const struct tree *t,
		struct diag *d)
{
	struct str about = {0};
	str_addf(&about, "replay of %s into %s", v->words[0], v->into);
	struct cmd_capture *capture = cmd_capture_new(v, str_text(&about), d);
	struct play_options options = cmd_play_options(v);
	struct replay_conf conf = {v->words[0], v->into, &options};
	cmd_capture_hook(capture, &options);
	struct replay *r = d->error_count ? NULL : replay_play(t, &conf, d);
	bool kept = cmd_capture_end(capture, r != NULL, d);
	int status = OPTION_EXIT_INPUT;
	if (r && kept)
		status = !print(v, r) || !cmd_within_limits(r->outcome)
				 ? OPTION_EXIT_INTERNAL
			 : outreplay_all_arrived(r) ? OPTION_EXIT_OK
						    : OPTION_EXIT_FAILED;
	replay_free(r);
	str_fini(&about);
	return status;
}

int cmd_replay(const struct option_values *v)
{
	struct diag d;
	int status = OPTION_EXIT_INPUT;
	diag_init(&d);
	struct tree *t = check(v, &d)
				 ? cmd_change(tree_load(v->topology, &d), v, &d)
				 : NULL;
	if (t)
		status = play(v, t, &d);
	cmd_report(v, &d);
	tree_free(t);
	diag_fini(&d);
	return status;
}
