/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "tools/live/console.h"
#include "tools/live/live.h"
#include "tools/tierpath/cmd.h"

#define SEED_DEFAULT 1

/* A live network and what belongs to it; freed in the reverse order. */
struct session {
	const struct option_values *values;
	struct diag *diag;
	struct model *model;
	struct net *net;
	struct live *live;
	struct console console;
	struct cmd_capture *capture;
	struct play_options hooks; /* of the capture */
	int input;
};

static void on_answer(void *context, const char *text, size_t len)
{
	struct session *s = context;
	if (cmd_capture_to_stdout(s->values))
		fwrite(text, 1, len, stderr);
	else
		s->console.quit |= !cmd_print(text, len);
}

static void on_report(void *context, const struct diag *d)
{
	const struct session *s = context;
	cmd_report(s->values, d);
}

static void on_changed(void *context, struct net *n)
{
	struct session *s = context;
	if (s->hooks.changed)
		s->hooks.changed(s->hooks.context, n);
}

static void on_drop(void *context, const char *line)
{
	struct session *s = context;
	struct str out = {0};
	str_addf(&out, "%s\n", line);
	if (!s->values->quiet)
		on_answer(s, str_text(&out), out.len);
	str_fini(&out);
}

static const struct model_host *find_host(const struct session *s,
					  const char *word, size_t len)
{
	const struct model *m = s->model;
	for (size_t i = 0; i < m->hosts.count; i++) {
		const char *name = m->hosts.at[i].id.name;
		if (strlen(name) == len && !strncmp(name, word, len))
			return &m->hosts.at[i];
	}
	size_t count;
	const char *const *names = net_host_names(s->net, &count);
	struct str seen = {0};
	str_add_len(&seen, word, len);
	schema_unknown(s->diag, diag_nowhere(), "host", str_text(&seen), names,
		       count);
	str_fini(&seen);
	return NULL;
}

/* "podvm-busybox=client" */
static bool attach(struct session *s, const char *word)
{
	const char *equals = strchr(word, '=');
	if (!equals || equals == word || !equals[1]) {
		diag_error(s->diag, diag_nowhere(),
			   "'%s' does not say which host is in which namespace",
			   word);
		diag_help(s->diag, "write HOST=NETNS, such as %s=client",
			  s->model->hosts.count ? s->model->hosts.at[0].id.name
						: "vm-a");
		return false;
	}
	const struct model_host *h =
		find_host(s, word, (size_t)(equals - word));
	return h && live_attach(s->live, h, equals + 1, s->diag);
}

static bool attach_all(struct session *s)
{
	for (size_t i = 1; i < s->values->word_count; i++)
		if (!attach(s, s->values->words[i]))
			return false;
	return true;
}

static bool start_capture(struct session *s)
{
	s->capture = cmd_capture_new(s->values, s->model->title, s->diag);
	cmd_capture_hook(s->capture, &s->hooks);
	return !s->diag->error_count &&
	       (!s->hooks.built ||
		s->hooks.built(s->hooks.context, s->net, s->diag));
}

/* A FIFO opened for writing as well never ends. */
static bool open_input(struct session *s)
{
	const char *path = s->values->commands;
	struct stat st;
	if (!path)
		return true;
	bool fifo = stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
	s->input = open(path, (fifo ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (s->input < 0)
		diag_error(s->diag, diag_nowhere(), "cannot read %s: %s", path,
			   strerror(errno));
	return s->input >= 0;
}

static bool build(struct session *s)
{
	const struct option_values *v = s->values;
	struct tree *t =
		cmd_change(tree_load(v->words[0], s->diag), v, s->diag);
	s->model = t ? model_read(t, s->diag) : NULL;
	s->net = s->model ? net_new(s->model,
				    v->has_seed ? v->seed : SEED_DEFAULT,
				    s->diag)
			  : NULL;
	if (!s->net) {
		tree_free(t);
		return false;
	}
	s->live = live_new(s->net, on_drop, s);
	console_init(&s->console, s->live, s->net, t, s->diag);
	s->console.answer = on_answer;
	s->console.report = on_report;
	s->console.changed = on_changed;
	s->console.context = s;
	return open_input(s) && attach_all(s) && start_capture(s);
}

static void say_ready(struct session *s)
{
	struct str out = {0};
	live_print_ports(s->live, &out);
	str_add(&out, "ready\n");
	on_answer(s, str_text(&out), out.len);
	str_fini(&out);
}

static enum live_end run(struct session *s)
{
	enum live_end end = LIVE_INPUT;
	say_ready(s);
	while (end == LIVE_INPUT && !s->console.quit) {
		end = live_run(s->live, s->input);
		if (end == LIVE_INPUT)
			console_read(&s->console, s->input);
	}
	struct str out = {0};
	live_print_stats(s->live, &out);
	on_answer(s, str_text(&out), out.len);
	str_fini(&out);
	return end;
}

static int end_status(struct session *s, enum live_end end)
{
	if (end == LIVE_LIMIT)
		diag_error(s->diag, diag_nowhere(),
			   "the network has hit a limit: too many packets or "
			   "events at once");
	else if (end == LIVE_BROKEN)
		diag_error(s->diag, diag_nowhere(), "cannot wait: %s",
			   strerror(errno));
	else
		return OPTION_EXIT_OK;
	return OPTION_EXIT_INTERNAL;
}

static bool release(struct session *s)
{
	if (s->hooks.ended && s->net)
		s->hooks.ended(s->hooks.context, s->net);
	bool ok = cmd_capture_end(s->capture, true, s->diag);
	live_free(s->live);
	console_fini(&s->console);
	net_free(s->net);
	model_free(s->model);
	if (s->values->commands && s->input >= 0)
		close(s->input);
	return ok;
}

int cmd_live(const struct option_values *v)
{
	struct diag d;
	struct session s = {.values = v, .diag = &d, .input = STDIN_FILENO};
	int status = OPTION_EXIT_INPUT;
	diag_init(&d);
	if (build(&s)) {
		cmd_report(v, &d); /* warnings */
		diag_forget(&d);
		status = end_status(&s, run(&s));
	}
	if (!release(&s) && status == OPTION_EXIT_OK)
		status = OPTION_EXIT_INTERNAL;
	cmd_report(v, &d);
	diag_fini(&d);
	return status;
}
