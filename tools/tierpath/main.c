/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>

#include "tools/report/outjson.h"
#include "tools/tierpath/cmd.h"

static int (*const commands[])(const struct option_values *v) = {
	[OPTION_RUN] = cmd_run,	      [OPTION_TEST] = cmd_test,
	[OPTION_TRACE] = cmd_trace,   [OPTION_SHOW] = cmd_show,
	[OPTION_REPLAY] = cmd_replay, [OPTION_WIRESHARK] = cmd_wireshark,
	[OPTION_EXTCAP] = cmd_extcap, [OPTION_LIVE] = cmd_live,
	[OPTION_LINT] = cmd_lint,     [OPTION_SCHEMA] = cmd_schema,
	[OPTION_HELP] = cmd_help,
};

static const char version[] = "tierpath " TIERPATH_VERSION "\n";

static int help_about(enum option_command command)
{
	struct str out = {0};
	option_print_help(command, &out);
	bool ok = cmd_print(str_text(&out), out.len);
	str_fini(&out);
	return ok ? OPTION_EXIT_OK : OPTION_EXIT_INTERNAL;
}

int main(int argc, char **argv)
{
	struct option_values v;
	struct diag d;
	int status = OPTION_EXIT_INPUT;
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write() */
	signal(SIGXFSZ, SIG_IGN); /* so is the limit on the size of files */
	outjson_init();
	diag_init(&d);
	bool ok = option_parse(argc, argv, &v, &d);
	cmd_report(&v, &d);
	diag_fini(&d);
	if (ok && v.version) {
		status = cmd_print(version, sizeof(version) - 1)
				 ? OPTION_EXIT_OK
				 : OPTION_EXIT_INTERNAL;
	} else if (ok && v.help) {
		status = help_about(argv[1][0] == '-' ? OPTION_COMMAND_COUNT
						      : v.command);
	} else if (ok) {
		status = commands[v.command](&v);
	}
	option_free(&v);
	return status;
}
