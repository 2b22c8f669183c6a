/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tierpath/option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "tools/tierpath/option_table.h"

#define NAMES_MAX 64
#define SPEED_MAX 1e6

/* Arguments being read. */
struct reader {
	int argc, at;
	char **argv;
	struct option_values *out;
	struct diag *diag;
};

const char *option_command_name(enum option_command command)
{
	return option_commands[command].name;
}

static bool usage(struct reader *r, const char *help)
{
	diag_help(r->diag, "%s", help);
	return false;
}

static bool find_command(struct reader *r, const char *name)
{
	const char *names[OPTION_COMMAND_COUNT];
	for (int i = 0; i < OPTION_COMMAND_COUNT; i++) {
		names[i] = option_commands[i].name;
		if (strcmp(names[i], name) != 0)
			continue;
		r->out->command = (enum option_command)i;
		return true;
	}
	diag_error(r->diag, diag_nowhere(), "there is no command '%s'", name);
	const char *near = str_nearest(name, names, OPTION_COMMAND_COUNT);
	if (near)
		diag_help(r->diag, "did you mean 'tierpath %s'?", near);
	return usage(r, "tierpath --help lists the commands");
}

static const struct option_row *find_long(struct reader *r, const char *name,
					  size_t len)
{
	const char *names[NAMES_MAX];
	size_t count = 0;
	for (const struct option_row *o = option_rows; o->name; o++) {
		if (!(o->commands >> r->out->command & 1))
			continue;
		names[count++] = o->name;
		if (strlen(o->name) == len && !strncmp(o->name, name, len))
			return o;
	}
	struct str seen = {0};
	str_add_len(&seen, name, len);
	diag_error(r->diag, diag_nowhere(), "%s has no option '--%s'",
		   option_command_name(r->out->command), str_text(&seen));
	const char *near = str_nearest(str_text(&seen), names, count);
	if (near)
		diag_help(r->diag, "did you mean '--%s'?", near);
	else
		diag_help(r->diag, "tierpath %s --help lists the options",
			  option_command_name(r->out->command));
	str_fini(&seen);
	return NULL;
}

static const struct option_row *find_letter(struct reader *r, char letter)
{
	for (const struct option_row *o = option_rows; o->name; o++)
		if (o->letter == letter && o->commands >> r->out->command & 1)
			return o;
	diag_error(r->diag, diag_nowhere(), "%s has no option '-%c'",
		   option_command_name(r->out->command), letter);
	diag_help(r->diag, "tierpath %s --help lists the options",
		  option_command_name(r->out->command));
	return NULL;
}

static bool number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	if (errno || *end || v < min || v > max)
		return false;
	*out = v;
	return true;
}

static bool set_shard(struct reader *r, const char *text)
{
	const char *slash = strchr(text, '/');
	struct str first = {0};
	if (slash)
		str_add_len(&first, text, (size_t)(slash - text));
	bool ok = slash && number(slash + 1, 1, 10000, &r->out->shards) &&
		  number(str_text(&first), 1, r->out->shards, &r->out->shard);
	str_fini(&first);
	if (ok)
		return true;
	diag_error(r->diag, diag_nowhere(), "'%s' is not a shard", text);
	return usage(r, "shards are written 1/4, 2/4, 3/4, 4/4");
}

static bool set_speed(struct reader *r, const char *text)
{
	char *end;
	double v = strtod(text, &end);
	if (*text && !*end && v >= 0 && v <= SPEED_MAX) {
		r->out->speed = v;
		return true;
	}
	diag_error(r->diag, diag_nowhere(), "'%s' is not a speed", text);
	return usage(r, "1 is real time, 10 is ten times as fast, 0.01 is slow "
			"motion, 0 does not wait");
}

static bool has_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);
	for (const char *at = choices; *at;) {
		size_t word = strcspn(at, " ");
		if (word == len && !strncmp(at, text, len))
			return true;
		at += word + (at[word] == ' ');
	}
	return false;
}

static bool set_text(struct reader *r, const struct option_row *o,
		     const char *text)
{
	if (o->choices && !has_choice(o->choices, text)) {
		diag_error(r->diag, diag_nowhere(),
			   "'%s' is not a value of --%s", text, o->name);
		diag_help(r->diag, "possible: %s", o->choices);
		return false;
	}
	memcpy((char *)r->out + o->offset, &text, sizeof(text));
	return true;
}

static bool set_number(struct reader *r, const struct option_row *o,
		       const char *text)
{
	uint64_t v;
	if (!number(text, o->min, o->max, &v)) {
		diag_error(r->diag, diag_nowhere(),
			   "--%s takes a number from %llu to %llu, not '%s'",
			   o->name, (unsigned long long)o->min,
			   (unsigned long long)o->max, text);
		return false;
	}
	memcpy((char *)r->out + o->offset, &v, sizeof(v));
	if (o->offset == offsetof(struct option_values, seed))
		r->out->has_seed = true;
	return true;
}

static bool set_value(struct reader *r, const struct option_row *o,
		      const char *text)
{
	switch (o->kind) {
	case OPTION_NUMBER:
		return set_number(r, o, text);
	case OPTION_SHARD:
		return set_shard(r, text);
	case OPTION_SPEED:
		return set_speed(r, text);
	case OPTION_MANY:
		r->out->changes[r->out->change_count++] = text;
		return true;
	default:
		return set_text(r, o, text);
	}
}

static bool set(struct reader *r, const struct option_row *o,
		const char *attached)
{
	if (o->kind == OPTION_FLAG && attached) {
		diag_error(r->diag, diag_nowhere(), "--%s takes no value",
			   o->name);
		return false;
	}
	if (o->kind == OPTION_FLAG) {
		*(bool *)((char *)r->out + o->offset) = true;
		return true;
	}
	if (!attached && r->at + 1 == r->argc) {
		diag_error(r->diag, diag_nowhere(), "--%s needs a value: %s",
			   o->name, o->arg);
		return false;
	}
	return set_value(r, o, attached ? attached : r->argv[++r->at]);
}

static bool read_long(struct reader *r, const char *text)
{
	size_t len = strcspn(text, "=");
	const struct option_row *o = find_long(r, text, len);
	return o && set(r, o, text[len] ? text + len + 1 : NULL);
}

/* "-j2", "-j 2", "-qv". */
static bool read_letters(struct reader *r, const char *text)
{
	for (; *text; text++) {
		const struct option_row *o = find_letter(r, *text);
		if (!o)
			return false;
		bool flag = o->kind == OPTION_FLAG;
		if (!set(r, o, !flag && text[1] ? text + 1 : NULL))
			return false;
		if (!flag)
			break;
	}
	return true;
}

static bool read_rest(struct reader *r)
{
	bool words_only = false;
	for (; r->at < r->argc; r->at++) {
		const char *text = r->argv[r->at];
		bool option = !words_only && text[0] == '-' && text[1];
		if (option && !strcmp(text, "--"))
			words_only = true;
		else if (option && text[1] == '-') {
			if (!read_long(r, text + 2))
				return false;
		} else if (option) {
			if (!read_letters(r, text + 1))
				return false;
		} else {
			r->out->words[r->out->word_count++] = text;
		}
	}
	return true;
}

static bool check_words(struct reader *r)
{
	const struct option_command_row *c = &option_commands[r->out->command];
	if (r->out->help)
		return true;
	if (r->out->word_count < c->min_words) {
		diag_error(r->diag, diag_nowhere(), "%s needs %s", c->name,
			   c->words);
	} else if (r->out->word_count > c->max_words) {
		diag_error(r->diag, diag_nowhere(),
			   "%s takes no further argument: '%s'", c->name,
			   r->out->words[c->max_words]);
	} else {
		return true;
	}
	diag_help(r->diag, "usage: tierpath %s [OPTION...] %s", c->name,
		  c->words);
	return false;
}

static uint64_t processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	if (count < 1)
		return 1;
	return count < OPTION_JOBS_MAX ? (uint64_t)count : OPTION_JOBS_MAX;
}

bool option_parse(int argc, char **argv, struct option_values *out,
		  struct diag *d)
{
	struct reader r = {argc, 1, argv, out, d};
	memset(out, 0, sizeof(*out));
	out->words = (const char **)mem_new((size_t)argc, sizeof(char *));
	out->changes = (const char **)mem_new((size_t)argc, sizeof(char *));
	out->color = "auto";
	out->capture = "story";
	out->notes = "events";
	out->points = "story";
	out->proto = "tcp";
	out->command = OPTION_HELP;
	out->jobs = processors();
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		out->version = true;
		return true;
	}
	if (argc < 2) {
		diag_error(d, diag_nowhere(), "what shall be done?");
		return usage(&r, "tierpath --help lists the commands");
	}
	if (argv[1][0] != '-' && !find_command(&r, argv[1]))
		return false;
	if (argv[1][0] != '-')
		r.at = 2;
	return read_rest(&r) && check_words(&r);
}

void option_free(struct option_values *v)
{
	mem_free(v->words);
	mem_free(v->changes);
}
