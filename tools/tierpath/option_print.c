/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tools/report/fold.h"
#include "tools/tierpath/option_table.h"

#define COLUMN 25
#define WIDTH  80

static void add_option(const struct option_row *o, struct str *out)
{
	struct str name = {0}, indent = {0};
	if (o->letter)
		str_addf(&name, "  -%c, --%s", o->letter, o->name);
	else
		str_addf(&name, "      --%s", o->name);
	if (o->arg)
		str_addf(&name, "=%s", o->arg);
	str_pad(&name, ' ', name.len + 2 < COLUMN ? COLUMN - name.len : 2);
	str_pad(&indent, ' ', COLUMN);
	fold_text(o->doc, str_text(&name), str_text(&indent), WIDTH, out);
	str_fini(&name);
	str_fini(&indent);
}

static void add_options(enum option_command command, struct str *out)
{
	str_add(out, "\noptions:\n");
	for (const struct option_row *o = option_rows; o->name; o++)
		if (o->commands >> command & 1)
			add_option(o, out);
}

static const struct {
	int status;
	const char *meaning;
} statuses[] = {
	{OPTION_EXIT_OK, "as expected"},
	{OPTION_EXIT_FAILED, "an expectation failed, or no answer came"},
	{OPTION_EXIT_INPUT, "wrong usage or input"},
	{OPTION_EXIT_NOTHING, "nothing ran"},
	{OPTION_EXIT_INTERNAL, "internal error or limit"},
};
#define STATUS_COUNT (sizeof(statuses) / sizeof(statuses[0]))

static void add_commands(struct str *out)
{
	for (int i = 0; i < OPTION_COMMAND_COUNT; i++) {
		const struct option_command_row *c = &option_commands[i];
		str_addf(out, "  %-8s %s\n", c->name, c->doc);
	}
}

void option_print_help(enum option_command command, struct str *out)
{
	if (command != OPTION_COMMAND_COUNT) {
		const struct option_command_row *c = &option_commands[command];
		str_addf(out, "usage: tierpath %s [OPTION...] %s\n\n", c->name,
			 c->words);
		fold_text(c->text, "", "", WIDTH, out);
		add_options(command, out);
		return;
	}
	str_add(out,
		"usage: tierpath COMMAND [OPTION...] [ARGUMENT...]\n\n"
		"Simulates the path of packets through NSX-style Tier-0/Tier-1 "
		"networks.\n\ncommands:\n");
	add_commands(out);
	str_add(out, "\nexit status:\n");
	for (size_t i = 0; i < STATUS_COUNT; i++)
		str_addf(out, "  %d  %s\n", statuses[i].status,
			 statuses[i].meaning);
	str_add(out, "\ntierpath COMMAND --help says more; tierpath --version "
		     "says which.\n");
}

/* mdoc wants '-' escaped in texts that begin a line with a dot or quote; ours
 * begin with letters. */
static void man_options(unsigned commands, struct str *out)
{
	str_add(out, ".Bl -tag -width Ds\n");
	for (const struct option_row *o = option_rows; o->name; o++) {
		if (!(o->commands & commands))
			continue;
		str_add(out, ".It");
		if (o->letter)
			str_addf(out, " Fl %c ,", o->letter);
		str_addf(out, " Fl Fl %s", o->name);
		if (o->arg)
			str_addf(out, " Ns = Ns Ar %s", o->arg);
		str_addf(out, "\n%s\n", o->doc);
	}
	str_add(out, ".El\n");
}

/* mdoc wants each sentence on a line of its own. */
static void man_text(const char *text, struct str *out)
{
	for (; *text; text++) {
		str_addc(out, *text);
		if (text[0] == '.' && text[1] == ' ') {
			str_addc(out, '\n');
			text++;
		}
	}
	str_addc(out, '\n');
}

static void man_commands(struct str *out)
{
	for (int i = 0; i < OPTION_COMMAND_COUNT; i++) {
		const struct option_command_row *c = &option_commands[i];
		str_addf(out,
			 ".Ss %s\n.Nm\n.Cm %s\n.Op Ar option ...\n.Ar %s\n"
			 ".Pp\n",
			 c->name, c->name, c->words);
		man_text(c->text, out);
		man_options(1U << i, out);
	}
}

void option_print_man(struct str *out)
{
	str_add(out,
		".\\\" SPDX-License-Identifier: Apache-2.0\n"
		".Dd November 24, 2026\n.Dt TIERPATH 1\n.Os\n"
		".Sh NAME\n.Nm tierpath\n"
		".Nd simulate the path of packets through NSX-style networks\n"
		".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n"
		".Op Ar argument ...\n.Nm\n.Fl Fl version\n"
		".Sh DESCRIPTION\n"
		".Nm\n"
		"builds the network that a file describes, lets hosts in it "
		"talk to each other\nwith real packets on a virtual clock, and "
		"shows what became of each packet\nand why.\n"
		"It needs no privilege and sends nothing.\n"
		".Sh COMMANDS\n");
	man_commands(out);
	str_add(out, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev NO_COLOR\n"
		     "If set and not empty: no colours.\n"
		     ".It Ev COLUMNS\nWidth of the output.\n.El\n"
		     ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < STATUS_COUNT; i++)
		str_addf(out, ".It %d\n%s\n", statuses[i].status,
			 statuses[i].meaning);
	str_add(out, ".El\n.Sh EXAMPLES\n"
		     "Play a scenario and keep what passed every interface:\n"
		     ".Pp\n.Dl tierpath run -w out.pcap pull.yaml\n"
		     ".Pp\nJudge a folder in continuous integration:\n"
		     ".Pp\n.Dl tierpath test -j 4 --junit=out.xml scenarios\n");
}

/* What may stand there besides files; schema and help take no file. */
static void bash_words(const struct option_command_row *c, struct str *out)
{
	if (!strcmp(c->complete, "schema"))
		str_add(out, "words=\"topology scenario\" files=");
	else if (!strcmp(c->complete, "commands"))
		str_add(out, "words=$commands files=");
	else if (!strcmp(c->complete, "show"))
		str_add(out, "words=\"routes forwarding nat sessions arp lb\"");
	else
		str_add(out, "words=");
	str_add(out, " ;;\n");
}

static void bash_options(struct str *out)
{
	for (int i = 0; i < OPTION_COMMAND_COUNT; i++) {
		str_addf(out, "\t%s) options=\"", option_commands[i].name);
		for (const struct option_row *o = option_rows; o->name; o++)
			if (o->commands >> i & 1)
				str_addf(out, "--%s%s ", o->name,
					 o->arg ? "=" : "");
		str_add(out, "\"; ");
		bash_words(&option_commands[i], out);
	}
}

static void bash_choices(struct str *out)
{
	for (const struct option_row *o = option_rows; o->name; o++)
		if (o->choices)
			str_addf(out,
				 "\t--%s) COMPREPLY=($(compgen -W \"%s\" -- "
				 "\"$word\")); return ;;\n",
				 o->name, o->choices);
}

void option_print_completion(struct str *out)
{
	str_add(out, "# SPDX-License-Identifier: Apache-2.0\n"
		     "# bash completion for tierpath\n"
		     "_tierpath() {\n"
		     "\tlocal word=${COMP_WORDS[COMP_CWORD]} options= words= "
		     "files=yes\n"
		     "\tlocal before=${COMP_WORDS[COMP_CWORD-1]}\n"
		     "\tlocal commands=\"");
	for (int i = 0; i < OPTION_COMMAND_COUNT; i++)
		str_addf(out, "%s ", option_commands[i].name);
	str_add(out,
		"\"\n"
		"\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
		"\t\tCOMPREPLY=($(compgen -W \"$commands --help --version\" -- "
		"\"$word\"))\n\t\treturn\n\tfi\n"
		"\t[ \"$before\" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
		"\t[ \"$word\" = = ] && word= && "
		"before=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tcase $before in\n");
	bash_choices(out);
	str_add(out, "\tesac\n\tcase ${COMP_WORDS[1]} in\n");
	bash_options(out);
	str_add(out, "\tesac\n"
		     "\tif [[ $word == -* ]]; then\n"
		     "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
		     "\t\t[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
		     "\telse\n"
		     "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\") "
		     "${files:+$(compgen -f -- \"$word\")})\n"
		     "\t\tcompopt -o filenames\n"
		     "\tfi\n"
		     "}\n"
		     "complete -F _tierpath tierpath\n");
}
