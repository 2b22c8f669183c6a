/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live/console.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/play/change.h"
#include "sim/base/mem.h"
#include "tools/report/tables.h"
#include "topology/model/model.h"

#define WORDS_MAX  64
#define LINE_LIMIT (1U << 20)
#define BLANKS	   " \t\r"

/* One command while it is carried out. */
struct errand {
	struct console *console;
	char *rest; /* of the line; may be cut into words */
	struct str *out;
	struct diag *diag;
};

/* What live_follow() carries over to a namespace. */
static bool is_followed(const char *key)
{
	return !strcmp(key, "gateway") || !strcmp(key, "routes") ||
	       !strcmp(key, "forwards") || !strcmp(key, "interfaces");
}

static void warn_of_host(const struct tree_node *host, const char *netns,
			 struct diag *d)
{
	for (const struct tree_node *n = host->first; n; n = n->next) {
		if (is_followed(n->key))
			continue;
		diag_warning(d, n->key_at,
			     "'%s' does not reach %s: that is the namespace "
			     "'%s'",
			     n->key, host->key, netns);
		diag_help(d, "set up there what is to be so: live mode only "
			     "tells it of routes, forwarding, and interfaces "
			     "that are up or down");
	}
}

/* Much of a host is what real programs do with it, not what we say. */
static void warn(const struct console *c, const struct tree_node *patch,
		 struct diag *d)
{
	const struct tree_node *hosts = tree_get(patch, "hosts");
	for (const struct tree_node *h = hosts ? hosts->first : NULL; h;
	     h = h->next) {
		const char *netns = live_netns(c->live, h->key);
		if (netns)
			warn_of_host(h, netns, d);
	}
}

static void do_change(struct errand *e)
{
	struct console *c = e->console;
	struct outcome_step told = {0};
	struct arena arena;
	struct tree *patch =
		tree_parse("change", e->rest, strlen(e->rest), e->diag);
	struct tree *next =
		patch ? tree_merge(c->tree, patch->root, e->diag) : NULL;
	struct model *m = next ? model_read(next, e->diag) : NULL;
	if (m && net_apply(c->net, m, e->diag)) {
		arena_init(&arena);
		change_describe(c->tree->root, patch->root, &arena, &told);
		str_addf(e->out, "%s\n", told.headline);
		arena_fini(&arena);
		tree_free(c->tree);
		c->tree = next;
		next = NULL;
		live_follow(c->live, e->diag);
		warn(c, patch->root, e->diag);
		if (c->changed)
			c->changed(c->context, c->net);
	}
	model_free(m);
	tree_free(next);
	tree_free(patch);
}

static void do_show(struct errand *e)
{
	const char *words[WORDS_MAX];
	size_t count = 0;
	char *save;
	for (char *w = strtok_r(e->rest, BLANKS, &save); w && count < WORDS_MAX;
	     w = strtok_r(NULL, BLANKS, &save))
		words[count++] = w;
	struct tables t;
	tables_pick(&t, words, count);
	tables_print(&t, e->console->net, e->out);
	tables_check(&t, e->console->net, e->diag);
}

static void do_stats(struct errand *e)
{
	live_print_stats(e->console->live, e->out);
}

static void do_quit(struct errand *e)
{
	e->console->quit = true;
}

static void do_help(struct errand *e);

static const struct {
	const char *name, *arg, *doc;
	void (*carry_out)(struct errand *e);
} commands[] = {
	{"change", "{YAML}", "merge it into the topology; null deletes",
	 do_change},
	{"show", "[TABLE...] [NODE...]",
	 "routes, forwarding, nat, sessions, arp, lb; default all", do_show},
	{"stats", "", "frames, bytes, times under way, drops", do_stats},
	{"quit", "", "end, with the figures of stats", do_quit},
	{"help", "", "this list", do_help},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void do_help(struct errand *e)
{
	for (size_t i = 0; i < COMMANDS; i++)
		str_addf(e->out, "  %-7s%-22s%s\n", commands[i].name,
			 commands[i].arg, commands[i].doc);
}

static void unknown(const char *word, struct diag *d)
{
	const char *names[COMMANDS];
	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	schema_unknown(d, diag_nowhere(), "command", word, names, COMMANDS);
}

static void carry_out(struct errand *e, const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, word)) {
			commands[i].carry_out(e);
			return;
		}
	unknown(word, e->diag);
}

/* False if something was wrong. */
static bool report(struct console *c)
{
	bool ok = !c->diag->error_count;
	c->report(c->context, c->diag);
	diag_forget(c->diag);
	return ok;
}

bool console_do(struct console *c, const char *line)
{
	struct str out = {0};
	char *copy = mem_text(line);
	char *word = copy + strspn(copy, BLANKS);
	char *rest = word + strcspn(word, BLANKS);
	if (*rest)
		*rest++ = '\0';
	struct errand e = {c, rest, &out, c->diag};
	if (*word && *word != '#')
		carry_out(&e, word);
	if (out.len)
		c->answer(c->context, str_text(&out), out.len);
	bool ok = report(c);
	str_fini(&out);
	mem_free(copy);
	return ok;
}

static void too_long(struct console *c)
{
	diag_error(c->diag, diag_nowhere(), "a command of more than %u bytes",
		   LINE_LIMIT);
	report(c);
	str_clear(&c->input);
}

static void do_lines(struct console *c)
{
	char *start = c->input.text, *end;
	while (start && !c->quit && (end = strchr(start, '\n')) != NULL) {
		*end = '\0';
		console_do(c, start);
		start = end + 1;
	}
	struct str left = {0};
	str_add(&left, start ? start : "");
	str_fini(&c->input);
	c->input = left;
	if (left.len > LINE_LIMIT)
		too_long(c);
}

void console_init(struct console *c, struct live *l, struct net *n,
		  struct tree *tree, struct diag *d)
{
	*c = (struct console){.live = l, .net = n, .tree = tree, .diag = d};
}

void console_fini(struct console *c)
{
	tree_free(c->tree);
	str_fini(&c->input);
}

void console_read(struct console *c, int fd)
{
	char bytes[4096];
	ssize_t got = read(fd, bytes, sizeof(bytes));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0)
		str_add_len(&c->input, bytes, (size_t)got);
	else if (c->input.len)
		str_addc(&c->input, '\n'); /* the last line has no end */
	do_lines(c);
	c->quit |= got <= 0;
}
