/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tierpath/cmd.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/mem.h"

#define WIDTH_DEFAULT 100
#define WIDTH_MAX     160

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

static bool has_suffix(const char *name)
{
	size_t len = strlen(name);
	return len > 5 && !strcmp(name + len - 5, ".yaml");
}

static void add_folder(const char *folder, struct cmd_paths *out)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	while (d && (e = readdir(d)) != NULL) {
		struct str path = {0};
		struct stat st;
		if (e->d_name[0] == '.')
			continue;
		str_addf(&path, "%s/%s", folder, e->d_name);
		bool there = stat(str_text(&path), &st) == 0;
		if (there && S_ISDIR(st.st_mode))
			add_folder(str_text(&path), out);
		else if (there && has_suffix(e->d_name))
			VEC_ADD(out, mem_text(str_text(&path)));
		str_fini(&path);
	}
	if (d)
		closedir(d);
}

bool cmd_find(const char *const *words, size_t count, struct cmd_paths *out,
	      struct diag *d)
{
	for (size_t i = 0; i < count; i++) {
		struct stat st;
		if (stat(words[i], &st) != 0) {
			diag_error(d, diag_nowhere(), "cannot read %s: %s",
				   words[i], strerror(errno));
			continue;
		}
		if (!S_ISDIR(st.st_mode)) {
			VEC_ADD(out, mem_text(words[i]));
			continue;
		}
		size_t first = out->count;
		struct str folder = {0};
		str_add(&folder, words[i]);
		while (folder.len > 1 && folder.text[folder.len - 1] == '/')
			folder.text[--folder.len] = '\0';
		add_folder(str_text(&folder), out);
		str_fini(&folder);
		if (out->count > first)
			qsort(out->at + first, out->count - first,
			      sizeof(*out->at), by_name);
	}
	return d->error_count == 0;
}

struct tree *cmd_change(struct tree *t, const struct option_values *v,
			struct diag *d)
{
	for (size_t i = 0; t && i < v->change_count; i++) {
		const char *text = v->changes[i];
		struct tree *patch =
			tree_parse("--change", text, strlen(text), d);
		struct tree *next =
			patch ? tree_merge(t, patch->root, d) : NULL;
		tree_free(patch);
		tree_free(t);
		t = next;
	}
	return t;
}

void cmd_free_paths(struct cmd_paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		mem_free(p->at[i]);
	VEC_FREE(p);
}

static bool wants_color(const struct option_values *v, int fd)
{
	const char *no = getenv("NO_COLOR");
	if (!strcmp(v->color, "always"))
		return true;
	return strcmp(v->color, "never") != 0 && !(no && *no) && isatty(fd);
}

void cmd_report(const struct option_values *v, const struct diag *d)
{
	struct str out = {0};
	diag_print(d, wants_color(v, STDERR_FILENO), &out);
	fputs(str_text(&out), stderr);
	str_fini(&out);
}

bool cmd_print(const char *text, size_t len)
{
	if (fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0)
		return true;
	if (errno != EPIPE) /* a reader that has seen enough is no fault */
		fprintf(stderr, "tierpath: error: cannot write to stdout: %s\n",
			strerror(errno));
	return false;
}

bool cmd_print_report(const struct option_values *v, const struct str *text)
{
	if (!cmd_capture_to_stdout(v))
		return cmd_print(str_text(text), text->len);
	fputs(str_text(text), stderr);
	return true;
}

struct play_options cmd_play_options(const struct option_values *v)
{
	return (struct play_options){.has_seed = v->has_seed,
				     .seed = v->seed,
				     .max_events = v->max_events,
				     .max_packets = v->max_packets};
}

bool cmd_within_limits(const struct outcome *o)
{
	if (o->limit)
		fprintf(stderr,
			"tierpath: error: the run was ended after %s\n"
			"  = help: --max-events and --max-packets set the "
			"limits\n",
			o->limit);
	return !o->limit;
}

static size_t width(void)
{
	struct winsize w;
	const char *columns = getenv("COLUMNS");
	long n = columns ? strtol(columns, NULL, 10) : 0;
	if (n <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		n = w.ws_col;
	if (n <= 0)
		return WIDTH_DEFAULT;
	return n > WIDTH_MAX ? WIDTH_MAX : n < 60 ? 60 : (size_t)n;
}

struct outtext_style cmd_style(const struct option_values *v)
{
	return (struct outtext_style){
		.color = color_set(wants_color(v, STDOUT_FILENO)),
		.width = width(),
		.table_width = isatty(STDOUT_FILENO) ? width() : 0,
		.quiet = v->quiet,
		.verbose = v->verbose,
		.clock_behind = v->clock_behind};
}
