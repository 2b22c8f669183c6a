/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scenarios/lang/script.h"
#include "topology/model/model.h"
#include "tools/tierpath/cmd.h"

static int print(struct str *out)
{
	bool ok = cmd_print(str_text(out), out->len);
	str_fini(out);
	return ok ? OPTION_EXIT_OK : OPTION_EXIT_INTERNAL;
}

static int refuse(const struct option_values *v, const char *what,
		  const char *known)
{
	struct diag d;
	diag_init(&d);
	diag_error(&d, diag_nowhere(), "there is no %s '%s'", what,
		   v->words[0]);
	diag_help(&d, "known: %s", known);
	cmd_report(v, &d);
	diag_fini(&d);
	return OPTION_EXIT_INPUT;
}

int cmd_help(const struct option_values *v)
{
	struct str out = {0};
	enum option_command command = OPTION_COMMAND_COUNT;
	for (int i = 0; v->word_count && i < OPTION_COMMAND_COUNT; i++)
		if (!strcmp(option_command_name((enum option_command)i),
			    v->words[0]))
			command = (enum option_command)i;
	if (v->word_count && command == OPTION_COMMAND_COUNT)
		return refuse(v, "command",
			      "run test trace show replay wireshark extcap "
			      "lint schema help");
	if (v->man)
		option_print_man(&out);
	else if (v->completion)
		option_print_completion(&out);
	else
		option_print_help(command, &out);
	return print(&out);
}

int cmd_schema(const struct option_values *v)
{
	struct str out = {0};
	if (!strcmp(v->words[0], "topology"))
		schema_print(model_schema(), "tierpath topology", &out);
	else if (!strcmp(v->words[0], "scenario"))
		schema_print(script_schema(), "tierpath scenario", &out);
	else
		return refuse(v, "schema", "topology, scenario");
	return print(&out);
}
