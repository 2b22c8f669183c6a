/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "sim/record/recorder.h"
#include "tools/tierpath/cmd.h"
#include "tools/tierpath/pacer.h"

#define PORTS	  "port="
#define RECORDERS 2 /* --write and --capture-dir */

struct cmd_capture {
	struct recorder *recorders[RECORDERS];
	struct pacer pacer;
	struct net *net;
};

static const char *ref_name(void *context, uint32_t ref)
{
	const struct cmd_capture *c = context;
	return net_ref(c->net, ref)->name;
}

static void name_addresses(struct cmd_capture *c)
{
	size_t count;
	if (!c->recorders[0] && !c->recorders[1])
		return;
	const struct net_name *names = net_names(c->net, &count);
	for (int i = 0; i < RECORDERS; i++)
		for (size_t j = 0; c->recorders[i] && j < count; j++)
			recorder_name(c->recorders[i], names[j].addr,
				      names[j].name);
}

static bool on_built(void *context, struct net *n, struct diag *d)
{
	struct cmd_capture *c = context;
	struct remark_names names = {ref_name, c};
	bool ok = true;
	c->net = n;
	if (c->recorders[0] || c->recorders[1])
		net_make_hosts(n);
	for (int i = 0; i < RECORDERS; i++)
		if (c->recorders[i])
			ok &= recorder_attach(c->recorders[i], net_world(n),
					      &names, d);
	name_addresses(c);
	return ok;
}

static void on_changed(void *context, struct net *n)
{
	(void)n;
	name_addresses(context);
}

static void on_ended(void *context, struct net *n)
{
	struct cmd_capture *c = context;
	(void)n;
	for (int i = 0; i < RECORDERS; i++)
		if (c->recorders[i])
			recorder_detach(c->recorders[i]);
}

static void on_pace(void *context, uint64_t time)
{
	struct cmd_capture *c = context;
	if (pacer_is_early(&c->pacer, time) && recorder_flush(c->recorders[0]))
		pacer_wait(&c->pacer, time);
}

static enum recorder_notes notes_of(const char *word)
{
	return !strcmp(word, "all")    ? RECORDER_NOTES_ALL
	       : !strcmp(word, "none") ? RECORDER_NOTES_NONE
				       : RECORDER_NOTES_EVENTS;
}

/* False, with the reason, if the options do not go together. */
static bool configure(const struct option_values *v, struct recorder_conf *conf,
		      struct diag *d)
{
	const char *points = v->capture;
	bool ports = !strncmp(points, PORTS, strlen(PORTS));
	conf->pcapng = v->write_pcapng;
	conf->filter = v->capture_filter;
	conf->notes = notes_of(v->notes);
	conf->application = "tierpath " TIERPATH_VERSION;
	conf->points = !strcmp(points, "story") ? RECORDER_STORY : RECORDER_ALL;
	conf->ports = ports ? points + strlen(PORTS) : NULL;
	if (conf->points == RECORDER_STORY || ports || !strcmp(points, "all"))
		return true;
	diag_error(d, diag_nowhere(), "'%s' is not a value of --capture",
		   points);
	diag_help(d, "possible: story, all, port=NAME,... such as "
		     "port=t0-edge:up-en1,registry");
	return false;
}

/* Whether a capture is wanted; what is said of one that is not is a slip. */
static bool has_place(const struct option_values *v, struct diag *d)
{
	bool place = v->write || v->capture_dir;
	if (!place && (v->capture_filter || strcmp(v->capture, "story") != 0)) {
		diag_error(d, diag_nowhere(), "where shall the capture go?");
		diag_help(d, "--write FILE.pcapng, or --capture-dir DIR");
	}
	if (cmd_capture_to_stdout(v) && isatty(STDOUT_FILENO)) {
		diag_error(d, diag_nowhere(),
			   "captures are not for terminals: --write - needs a "
			   "pipe");
		diag_help(d, "tierpath run --write - FILE | tshark -r -");
		return false;
	}
	return place;
}

struct cmd_capture *cmd_capture_new(const struct option_values *v,
				    const char *about, struct diag *d)
{
	struct recorder_conf conf = {.about = about};
	if (!has_place(v, d) || !configure(v, &conf, d))
		return NULL;
	struct cmd_capture *c = MEM_NEW(struct cmd_capture);
	pacer_init(&c->pacer, v->speed);
	if (v->write) {
		conf.path = v->write;
		conf.pace = v->speed > 0 ? on_pace : NULL;
		conf.context = c;
		c->recorders[0] = recorder_new(&conf, d);
	}
	if (v->capture_dir) {
		conf.path = NULL;
		conf.pace = NULL;
		conf.dir = v->capture_dir;
		c->recorders[1] = recorder_new(&conf, d);
	}
	return c;
}

void cmd_capture_hook(struct cmd_capture *c, struct play_options *options)
{
	if (!c)
		return;
	options->built = on_built;
	options->changed = on_changed;
	options->ended = on_ended;
	options->context = c;
}

bool cmd_capture_end(struct cmd_capture *c, bool keep, struct diag *d)
{
	bool ok = true;
	if (!c)
		return true;
	for (int i = 0; i < RECORDERS; i++)
		ok &= recorder_end(c->recorders[i], keep, d);
	mem_free(c);
	return ok;
}

bool cmd_capture_to_stdout(const struct option_values *v)
{
	return v->write && !strcmp(v->write, "-");
}
