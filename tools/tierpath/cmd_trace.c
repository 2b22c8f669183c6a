/* SPDX-License-Identifier: Apache-2.0 */
/* A trace is a scenario of one step, written here and played as any other. */
#include <string.h>

#include "sim/base/mem.h"
#include "tools/report/traceflow.h"
#include "tools/tierpath/cmd.h"

static void add_quoted(const char *text, struct str *out)
{
	str_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_addc(out, '\\');
		str_addc(out, *text);
	}
	str_addc(out, '"');
}

static void add_step(const struct option_values *v, struct str *out)
{
	bool ping = !strcmp(v->proto, "icmp"), udp = !strcmp(v->proto, "udp");
	str_addf(out, "steps:\n  - %s: {from: ",
		 ping  ? "ping"
		 : udp ? "send"
		       : "connect");
	add_quoted(v->from, out);
	str_add(out, ", to: ");
	add_quoted(v->to, out);
	if (!ping)
		str_addf(out, ", port: %llu",
			 (unsigned long long)(v->port ? v->port : 443));
	if (!ping && v->sport)
		str_addf(out, ", sport: %llu", (unsigned long long)v->sport);
	str_add(out, "}\n");
}

static char *write_script(const struct option_values *v)
{
	struct str out = {0};
	str_add(&out, "title: ");
	struct str title = {0};
	str_addf(&title, "%s to %s", v->from, v->to);
	add_quoted(str_text(&title), &out);
	str_fini(&title);
	str_add(&out, "\ntopology: ");
	add_quoted(v->words[0], &out);
	str_addc(&out, '\n');
	add_step(v, &out);
	return str_take(&out);
}

static bool check(const struct option_values *v, struct diag *d)
{
	if (!v->from)
		diag_error(d, diag_nowhere(), "trace needs --from HOST");
	if (!v->to)
		diag_error(d, diag_nowhere(), "trace needs --to ADDR");
	if (d->error_count)
		diag_help(d, "tierpath trace net.yaml --from vm-a --to "
			     "198.51.100.10 --port 443");
	return d->error_count == 0;
}

static bool print(const struct option_values *v, const struct outcome *o)
{
	struct str out = {0};
	struct outtext_style style = cmd_style(v);
	if (v->json)
		traceflow_print(o, &out);
	else
		outtext_step(o, &o->steps[0], &style, &out);
	bool ok = cmd_print_report(v, &out);
	str_fini(&out);
	return ok;
}

static int play(const struct option_values *v, struct script *s, struct diag *d)
{
	struct cmd_capture *capture = cmd_capture_new(v, s->title, d);
	struct play_options options = cmd_play_options(v);
	cmd_capture_hook(capture, &options);
	struct outcome *o = d->error_count ? NULL : play_script(s, &options, d);
	bool kept = cmd_capture_end(capture, o != NULL, d);
	int status = OPTION_EXIT_INPUT;
	if (o && kept)
		status = !print(v, o) || !cmd_within_limits(o)
				 ? OPTION_EXIT_INTERNAL
			 : o->steps[0].status == OUTCOME_OK
				 ? OPTION_EXIT_OK
				 : OPTION_EXIT_FAILED;
	outcome_free(o);
	return status;
}

int cmd_trace(const struct option_values *v)
{
	struct diag d;
	int status = OPTION_EXIT_INPUT;
	diag_init(&d);
	if (check(v, &d)) {
		char *text = write_script(v);
		struct script *s =
			script_parse("(command line)", text, strlen(text), &d);
		for (size_t i = 0; s && i < v->change_count; i++)
			if (!script_change(s, v->changes[i], &d))
				break;
		if (s && !d.error_count)
			status = play(v, s, &d);
		script_free(s);
		mem_free(text);
	}
	cmd_report(v, &d);
	diag_fini(&d);
	return status;
}
