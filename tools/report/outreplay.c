/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outreplay.h"

#include <string.h>

#include "sim/base/mem.h"
#include "tools/explain/walk.h"
#include "tools/report/outpath.h"

#define GROUPS_SHOWN 12
#define NUMBERS_SHOWN 20

/* Packets of one conversation and direction with the same end. */
struct group {
	const struct trace_packet *first;
	size_t count;
};

struct list {
	const struct replay *replay;
	const struct outtext_style *style;
	struct str *out;
	struct {
		VEC(struct group);
	} groups;
	size_t *group_of; /* by packet of the file; + 1 */
};

static const struct trace *trace_of(const struct replay *r)
{
	return &r->outcome->trace;
}

static const struct trace_packet *
packet_of(const struct replay *r, const struct replay_packet *p)
{
	return p->id ? trace_find(trace_of(r), p->id) : NULL;
}

bool outreplay_all_arrived(const struct replay *r)
{
	for (size_t i = 0; i < r->packets.count; i++) {
		const struct trace_packet *p =
			packet_of(r, &r->packets.at[i]);
		if (p && p->fate != TRACE_DELIVERED)
			return false;
	}
	return true;
}

static bool alike(const struct trace_packet *a, const struct trace_packet *b)
{
	return a->flow == b->flow && a->leg == b->leg && a->fate == b->fate &&
	       a->end_node == b->end_node && a->reason == b->reason;
}

static void collect(struct list *l)
{
	const struct replay *r = l->replay;
	l->group_of = mem_new(r->packets.count + 1, sizeof(*l->group_of));
	for (size_t i = 0; i < r->packets.count; i++) {
		const struct trace_packet *p =
			packet_of(r, &r->packets.at[i]);
		size_t g = 0;
		if (!p)
			continue;
		while (g < l->groups.count && !alike(l->groups.at[g].first, p))
			g++;
		if (g == l->groups.count)
			VEC_ADD(&l->groups, ((struct group){p, 0}));
		l->groups.at[g].count++;
		l->group_of[i] = g + 1;
	}
}

static size_t count_fate(const struct list *l, enum trace_fate fate)
{
	size_t count = 0;
	for (size_t i = 0; i < l->groups.count; i++)
		if (l->groups.at[i].first->fate == fate)
			count += l->groups.at[i].count;
	return count;
}

static void print_summary(const struct list *l)
{
	const struct replay *r = l->replay;
	size_t arrived = count_fate(l, TRACE_DELIVERED);
	size_t dropped = count_fate(l, TRACE_DROPPED);
	size_t flying = count_fate(l, TRACE_IN_FLIGHT);
	size_t left = r->packets.count - arrived - dropped - flying;
	str_addf(l->out, "%zu packet%s of %s into %s: %zu arrived, %zu dropped",
		 r->packets.count, r->packets.count == 1 ? "" : "s",
		 r->outcome->path, r->port, arrived, dropped);
	if (flying)
		str_addf(l->out, ", %zu still on their way", flying);
	if (left)
		str_addf(l->out, ", %zu left out", left);
	str_addc(l->out, '\n');
	if (r->repaired)
		str_addf(l->out,
			 "  %zu had a wrong checksum, left to the network card "
			 "when captured, and were sent with the right one\n",
			 r->repaired);
}

/* "packets 1-3, 7": of the file. */
static void print_numbers(const struct list *l, size_t group)
{
	const struct replay *r = l->replay;
	size_t shown = 0, runs = 0;
	str_addf(l->out, "packet%s ",
		 l->groups.at[group - 1].count == 1 ? "" : "s");
	for (size_t i = 0; i < r->packets.count && shown < NUMBERS_SHOWN; i++) {
		size_t end = i;
		if (l->group_of[i] != group)
			continue;
		while (end + 1 < r->packets.count &&
		       l->group_of[end + 1] == group)
			end++;
		str_addf(l->out, "%s%zu", runs++ ? ", " : "",
			 r->packets.at[i].number);
		if (end > i)
			str_addf(l->out, "%s%zu", end > i + 1 ? "-" : ", ",
				 r->packets.at[end].number);
		shown++;
		i = end;
	}
	if (shown == NUMBERS_SHOWN)
		str_add(l->out, ", ...");
}

static void print_end(const struct list *l, const struct trace_packet *p)
{
	const struct color *c = &l->style->color;
	const char *where = trace_node_label(trace_of(l->replay), p->end_node);
	if (p->fate == TRACE_DELIVERED)
		str_addf(l->out, "%sreceived%s by %s\n", c->green, c->off,
			 where);
	else if (p->fate == TRACE_DROPPED)
		str_addf(l->out, "%sDROPPED %s%s at %s\n", c->red,
			 drop_name(p->reason), c->off, where);
	else
		str_add(l->out, "still on the way\n");
}

static void print_way(const struct list *l, const struct trace_packet *p)
{
	static struct walk w; /* large; one thread prints */
	walk_packet(l->replay->outcome, p, &w);
	struct outpath path = {l->replay->outcome, &l->style->color, "    ",
			       outpath_column(&w), l->out};
	outpath_print(&path, &w);
	if (p->fate == TRACE_DROPPED && *drop_remedy(p->reason))
		str_addf(l->out, "  try: %s\n", drop_remedy(p->reason));
}

static void print_group(const struct list *l, size_t group)
{
	const struct group *g = &l->groups.at[group - 1];
	str_addc(l->out, '\n');
	print_numbers(l, group);
	str_add(l->out, ": ");
	print_end(l, g->first);
	str_addf(l->out, "  %s%s\n", g->count > 1 ? "the first of them: " : "",
		 g->first->text);
	print_way(l, g->first);
}

static void print_groups(const struct list *l)
{
	size_t shown = l->groups.count;
	if (!l->style->verbose && shown > GROUPS_SHOWN)
		shown = GROUPS_SHOWN;
	for (size_t i = 1; i <= shown; i++)
		print_group(l, i);
	if (shown < l->groups.count)
		str_addf(l->out, "\n... and %zu more kinds; -v shows them\n",
			 l->groups.count - shown);
}

static void print_left_out(const struct list *l)
{
	const struct replay *r = l->replay;
	bool any = false;
	for (size_t i = 0; i < r->packets.count; i++) {
		const struct replay_packet *p = &r->packets.at[i];
		bool again = i && p[-1].why && p->why &&
			     !strcmp(p[-1].why, p->why);
		if (!p->why || (again && !l->style->verbose))
			continue;
		str_addf(l->out, "%sleft out: packet %zu%s: %s\n",
			 any ? "" : "\n", p->number,
			 i + 1 < r->packets.count && p[1].why &&
					 !strcmp(p[1].why, p->why) &&
					 !l->style->verbose
				 ? " and those after it"
				 : "",
			 p->why);
		any = true;
	}
}

static bool is_from_file(const struct replay *r, uint32_t id)
{
	for (size_t i = 0; i < r->packets.count; i++)
		if (r->packets.at[i].id == id)
			return true;
	return false;
}

/* What hosts and routers of the network said to it. */
static void print_own(const struct list *l)
{
	const struct trace *t = trace_of(l->replay);
	size_t count = 0;
	for (size_t i = 0; i < t->packets.count; i++)
		count += !is_from_file(l->replay, t->packets.at[i].id);
	if (!count)
		return;
	str_addf(l->out, "\nmeanwhile the network itself sent %zu packet%s%s\n",
		 count, count == 1 ? "" : "s",
		 l->style->verbose ? ":" : "; -v shows them");
	for (size_t i = 0; l->style->verbose && i < t->packets.count; i++) {
		if (is_from_file(l->replay, t->packets.at[i].id))
			continue;
		str_addf(l->out, "  %.6f s  %s\n",
			 (double)t->packets.at[i].sent / 1e9,
			 t->packets.at[i].text);
		print_way(l, &t->packets.at[i]);
	}
}

void outreplay_print(const struct replay *r, const struct outtext_style *style,
		     struct str *out)
{
	struct list l = {.replay = r, .style = style, .out = out};
	collect(&l);
	print_summary(&l);
	if (!style->quiet) {
		print_groups(&l);
		print_left_out(&l);
		print_own(&l);
	}
	VEC_FREE(&l.groups);
	mem_free(l.group_of);
}
