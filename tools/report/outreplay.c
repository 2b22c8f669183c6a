/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outreplay.h"

#include <string.h>

#include "sim/base/mem.h"
#include "tools/explain/walk.h"
#include "tools/report/outpath.h"

#define GROUPS_SHOWN  12
#define NUMBERS_SHOWN 20

/* Packets between the same two hosts with the same end, whose answers fared
 * alike. */
struct group {
	const struct trace_packet *first, *answer; /* NULL: there is none */
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
	/* The first answer to each packet, by its id. */
	const struct trace_packet **answers;
	size_t answer_count;
};

static const struct trace *trace_of(const struct replay *r)
{
	return &r->outcome->trace;
}

static const struct trace_packet *packet_of(const struct replay *r, size_t i)
{
	uint32_t id = r->packets.at[i].id;
	return id ? trace_find(trace_of(r), id) : NULL;
}

/* A host that knows no such connection has got the packet all the same: what is
 * replayed is no conversation. */
static bool has_arrived(const struct trace_packet *p)
{
	return p->fate == TRACE_DELIVERED ||
	       (p->fate == TRACE_DROPPED &&
		(p->reason == DROP_NO_CONN || p->reason == DROP_NO_PORT));
}

static void find_answers(struct list *l)
{
	const struct trace *t = trace_of(l->replay);
	l->answer_count = t->places.count;
	l->answers = (const struct trace_packet **)mem_new(t->places.count + 1,
							   sizeof(*l->answers));
	for (size_t i = t->packets.count; i--;) {
		const struct trace_packet *p = &t->packets.at[i];
		if (p->cause && p->cause < l->answer_count)
			l->answers[p->cause] = p;
	}
}

static const struct trace_packet *answer_to(const struct list *l,
					    const struct trace_packet *p)
{
	return p->id < l->answer_count ? l->answers[p->id] : NULL;
}

static bool same_end(const struct trace_packet *a, const struct trace_packet *b)
{
	if (!a || !b)
		return a == b;
	return a->fate == b->fate && a->end_node == b->end_node &&
	       a->reason == b->reason;
}

static bool alike(const struct list *l, const struct group *g,
		  const struct trace_packet *p)
{
	const struct trace_packet *f = g->first;
	bool there = f->leg == PKT_REQUEST;
	return f->leg == p->leg && f->proto == p->proto &&
	       addr_same(f->src, p->src) && addr_same(f->dst, p->dst) &&
	       (there ? f->dport == p->dport : f->sport == p->sport) &&
	       same_end(f, p) && same_end(g->answer, answer_to(l, p));
}

static void collect(struct list *l)
{
	const struct replay *r = l->replay;
	find_answers(l);
	l->group_of = mem_new(r->packets.count + 1, sizeof(*l->group_of));
	for (size_t i = 0; i < r->packets.count; i++) {
		const struct trace_packet *p = packet_of(r, i);
		size_t g = 0;
		if (!p)
			continue;
		while (g < l->groups.count && !alike(l, &l->groups.at[g], p))
			g++;
		if (g == l->groups.count) {
			struct group new = {p, answer_to(l, p), 0};
			VEC_ADD(&l->groups, new);
		}
		l->groups.at[g].count++;
		l->group_of[i] = g + 1;
	}
}

static void list_fini(struct list *l)
{
	VEC_FREE(&l->groups);
	mem_free(l->group_of);
	mem_free((void *)l->answers);
}

struct numbers {
	size_t arrived, dropped, flying, unanswered;
};

static struct numbers count(const struct list *l)
{
	struct numbers n = {0};
	for (size_t i = 0; i < l->groups.count; i++) {
		const struct group *g = &l->groups.at[i];
		if (has_arrived(g->first))
			n.arrived += g->count;
		else if (g->first->fate == TRACE_DROPPED)
			n.dropped += g->count;
		else
			n.flying += g->count;
		if (g->answer && !has_arrived(g->answer))
			n.unanswered += g->count;
	}
	return n;
}

bool outreplay_all_arrived(const struct replay *r)
{
	struct list l = {.replay = r};
	collect(&l);
	struct numbers n = count(&l);
	list_fini(&l);
	return !n.dropped && !n.flying && !n.unanswered;
}

static void print_summary(const struct list *l)
{
	const struct replay *r = l->replay;
	struct numbers n = count(l);
	size_t left = r->packets.count - n.arrived - n.dropped - n.flying;
	str_addf(l->out, "%zu packet%s of %s into %s: %zu arrived, %zu dropped",
		 r->packets.count, r->packets.count == 1 ? "" : "s",
		 r->outcome->path, r->port, n.arrived, n.dropped);
	if (n.flying)
		str_addf(l->out, ", %zu still on their way", n.flying);
	if (left)
		str_addf(l->out, ", %zu left out", left);
	str_addc(l->out, '\n');
	if (n.unanswered)
		str_addf(l->out,
			 "  the answers to %zu of them did not arrive\n",
			 n.unanswered);
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
		str_addf(l->out, "%sreceived%s by %s", c->green, c->off, where);
	else if (has_arrived(p))
		str_addf(l->out, "reached %s: %s", where,
			 drop_sentence(p->reason));
	else if (p->fate == TRACE_DROPPED)
		str_addf(l->out, "%sDROPPED %s%s at %s", c->red,
			 drop_name(p->reason), c->off, where);
	else
		str_add(l->out, "still on the way");
}

static void print_way(const struct list *l, const struct trace_packet *p)
{
	static struct walk w; /* large; one thread prints */
	walk_packet(l->replay->outcome, p, &w);
	struct outpath path = {l->replay->outcome, &w,
			       &l->style->color,   "    ",
			       outpath_column(&w), l->out};
	outpath_print(&path);
	if (!has_arrived(p) && p->fate == TRACE_DROPPED &&
	    *drop_remedy(p->reason))
		str_addf(l->out, "  try: %s\n", drop_remedy(p->reason));
}

static void print_group(const struct list *l, size_t group)
{
	const struct group *g = &l->groups.at[group - 1];
	str_addc(l->out, '\n');
	print_numbers(l, group);
	str_add(l->out, ": ");
	print_end(l, g->first);
	if (g->answer && !has_arrived(g->answer)) {
		str_add(l->out, ", the answer ");
		print_end(l, g->answer);
	}
	str_addf(l->out, "\n  %s%s\n",
		 g->count > 1 ? "the first of them: " : "", g->first->text);
	print_way(l, g->first);
	if (!g->answer)
		return;
	str_addf(l->out, "  and back: %s\n", g->answer->kind);
	print_way(l, g->answer);
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
		bool again =
			i && p[-1].why && p->why && !strcmp(p[-1].why, p->why);
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

/* What hosts and routers of the network said to it. */
static void print_own(const struct list *l)
{
	const struct trace *t = trace_of(l->replay);
	const struct replay *r = l->replay;
	bool *in_file = mem_new(t->places.count + 1, sizeof(*in_file));
	size_t own = t->packets.count;
	for (size_t i = 0; i < r->packets.count; i++)
		if (packet_of(r, i)) {
			in_file[r->packets.at[i].id] = true;
			own--;
		}
	if (own)
		str_addf(l->out, "\nthe network itself sent %zu packet%s%s\n",
			 own, own == 1 ? "" : "s",
			 l->style->verbose ? ":" : "; -v shows them");
	for (size_t i = 0; l->style->verbose && i < t->packets.count; i++) {
		if (in_file[t->packets.at[i].id])
			continue;
		str_addf(l->out, "  %.6f s  %s\n",
			 (double)t->packets.at[i].sent / 1e9,
			 t->packets.at[i].text);
		print_way(l, &t->packets.at[i]);
	}
	mem_free(in_file);
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
	list_fini(&l);
}
