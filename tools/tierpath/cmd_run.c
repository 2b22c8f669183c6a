/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/tls.h"
#include "tools/report/outjson.h"
#include "tools/tierpath/cmd.h"

static bool print(const struct option_values *v, const struct outcome *o)
{
	struct str out = {0};
	struct outtext_style style = cmd_style(v);
	if (v->json)
		outjson_run(o, v->verbose, &out);
	else
		outtext_run(o, &style, &out);
	bool ok = cmd_print_report(v, &out);
	str_fini(&out);
	return ok;
}

static int status_of(const struct outcome *o)
{
	if (!cmd_within_limits(o))
		return OPTION_EXIT_INTERNAL;
	return o->met_count == o->expect_count ? OPTION_EXIT_OK
					       : OPTION_EXIT_FAILED;
}

static int play_one(const struct option_values *v, const struct script *s,
		    struct diag *d)
{
	struct cmd_capture *capture = cmd_capture_new(v, s->title, d);
	struct play_options options = cmd_play_options(v);
	cmd_capture_hook(capture, &options);
	struct outcome *o = d->error_count ? NULL : play_script(s, &options, d);
	if (!cmd_capture_end(capture, o != NULL, d) || !o) {
		outcome_free(o);
		return OPTION_EXIT_INPUT;
	}
	int status = print(v, o) ? status_of(o) : OPTION_EXIT_INTERNAL;
	outcome_free(o);
	return status;
}

static void tell_what_is_missing(const struct script *s, const char *path,
				 struct diag *d)
{
	if (!(s->needs & SCRIPT_NEED_TLS) || tls_is_built())
		return;
	diag_warning(
		d, diag_nowhere(),
		"%s needs TLS, which this build is without: requests go in "
		"plain HTTP",
		path);
	diag_help(d, "make without NO_TLS=1");
}

static int run_file(const struct option_values *v, const char *path)
{
	struct diag d;
	int status = OPTION_EXIT_INPUT;
	diag_init(&d);
	struct script *s = script_load(path, &d);
	if (s) {
		tell_what_is_missing(s, path, &d);
		status = play_one(v, s, &d);
	}
	cmd_report(v, &d);
	script_free(s);
	diag_fini(&d);
	return status;
}

static bool check(const struct option_values *v, const struct cmd_paths *paths,
		  struct diag *d)
{
	if (paths->count > 1 && (v->write || v->capture_dir)) {
		diag_error(d, diag_nowhere(),
			   "--write and --capture-dir take one scenario, not "
			   "%zu",
			   paths->count);
		diag_help(d, "run them one by one");
	}
	return d->error_count == 0;
}

int cmd_run(const struct option_values *v)
{
	struct cmd_paths paths = {0};
	struct diag d;
	int status = OPTION_EXIT_OK;
	diag_init(&d);
	bool ok = cmd_find(v->words, v->word_count, &paths, &d) &&
		  check(v, &paths, &d);
	if (ok && !paths.count) {
		diag_error(&d, diag_nowhere(), "there is no scenario there");
		status = OPTION_EXIT_NOTHING;
	}
	cmd_report(v, &d);
	for (size_t i = 0; ok && i < paths.count; i++) {
		int one = run_file(v, paths.at[i]);
		if (one > status)
			status = one;
		if (i + 1 < paths.count && !v->json &&
		    !cmd_capture_to_stdout(v) && !v->quiet)
			cmd_print("\n", 1);
	}
	cmd_free_paths(&paths);
	diag_fini(&d);
	return ok ? status : OPTION_EXIT_INPUT;
}
