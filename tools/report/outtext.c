/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outtext.h"

#include <string.h>

#include "scenarios/play/describe.h"
#include "tools/explain/cause.h"
#include "tools/explain/remedy.h"
#include "tools/explain/walk.h"
#include "tools/explain/why.h"
#include "tools/report/fold.h"
#include "tools/report/outpath.h"

#define SECOND 1000000000ULL

void outtext_time(uint64_t ns, struct str *out)
{
	if (ns >= SECOND / 10)
		str_addf(out, "%.3f s", (double)ns / 1e9);
	else
		str_addf(out, "%.3f ms", (double)ns / 1e6);
}

static const char *status_color(const struct outcome_step *s,
				const struct color *c)
{
	if (s->verb == SCRIPT_CHANGE || s->verb == SCRIPT_WAIT)
		return c->cyan;
	return s->status == OUTCOME_OK	     ? c->green
	       : s->status == OUTCOME_FAILED ? c->red
					     : c->yellow;
}

static void add_headline(const struct outcome_step *s,
			 const struct outtext_style *style, struct str *out)
{
	struct str left = {0}, right = {0};
	bool timed = s->verb != SCRIPT_CHANGE && s->verb != SCRIPT_WAIT;
	str_addf(&left, "step %zu  %s", s->number, s->headline);
	if (timed) {
		str_addf(&right, "%s %s ", s->verdict,
			 s->status == OUTCOME_OK ? "in" : "after");
		outtext_time(s->took, &right);
	}
	size_t used = left.len + right.len + 2;
	str_addf(out, "%s%s%s", style->color.bold, str_text(&left),
		 style->color.off);
	if (timed) {
		str_pad(out, ' ',
			used < style->width ? style->width - used + 2 : 2);
		str_addf(out, "%s%s%s", status_color(s, &style->color),
			 str_text(&right), style->color.off);
	}
	str_addc(out, '\n');
	str_fini(&left);
	str_fini(&right);
}

static void add_events(const struct outcome_step *s,
		       const struct outtext_style *style, struct str *out)
{
	struct str table = {0};
	if (!s->event_count)
		return;
	describe_table(s, s->ended,
		       style->clock_behind ? DESCRIBE_CLOCK_BEHIND
					   : DESCRIBE_CLOCK_RIGHT,
		       &table);
	fold_table(str_text(&table), style->table_width, out);
	str_fini(&table);
}

static void add_times(const struct cause *c, struct str *out)
{
	if (c->repeats < 2)
		return;
	str_addf(out, ", sent %zu times (", c->repeats);
	for (size_t i = 0; i < c->repeats && i < CAUSE_TIMES; i++)
		str_addf(out, "%s%.3g", i ? " " : "",
			 (double)c->times[i] / 1e9);
	str_addf(out, "%s s)", c->repeats > CAUSE_TIMES ? " ..." : "");
}

static void add_legs(const struct outcome *o, const struct cause *c,
		     const struct outtext_style *style, struct str *out)
{
	static struct walk there, back; /* large; one thread prints */
	walk_packet(o, c->request, &there);
	size_t column = outpath_column(&there);
	if (c->reply) {
		walk_packet(o, c->reply, &back);
		if (outpath_column(&back) > column)
			column = outpath_column(&back);
	}
	struct outpath p = {o, &there, &style->color, "    ", column, out};
	outpath_print(&p);
	if (!c->reply)
		return;
	str_addf(out, "  %s: %s\n",
		 c->reply->leg == PKT_ERROR ? "the error that came of it"
					    : "and back",
		 c->reply->kind);
	p.walk = &back;
	outpath_print(&p);
}

static void add_cause(const struct outcome *o, const struct outcome_step *s,
		      const struct outtext_style *style, struct str *out)
{
	struct cause c;
	if (!cause_find(o, s, &c))
		return;
	if (c.request) {
		str_addf(out, "  %s: %s",
			 s->status == OUTCOME_OK ? "the way it went"
						 : "the packet that decided it",
			 c.request->kind);
		add_times(&c, out);
		str_addc(out, '\n');
		add_legs(o, &c, style, out);
	}
	if (s->status == OUTCOME_OK)
		return;
	struct str text = {0};
	why_print(o, &c, &text);
	fold_text(str_text(&text), "  why: ", "       ", style->width, out);
	str_clear(&text);
	remedy_print(o, &c, &text);
	if (text.len)
		fold_text(str_text(&text), "  try: ", "       ", style->width,
			  out);
	str_fini(&text);
}

static void add_packets(const struct outcome *o, const struct outcome_step *s,
			const struct outtext_style *style, struct str *out)
{
	static struct walk w;
	str_add(out, "  all packets of this step:\n");
	for (size_t i = s->first_packet; i < s->end_packet; i++) {
		const struct trace_packet *p = &o->trace.packets.at[i];
		str_addf(out, "  %s%.6f s%s  %s\n", style->color.dim,
			 (double)p->sent / 1e9, style->color.off, p->text);
		walk_packet(o, p, &w);
		struct outpath path = {
			o,  &w, &style->color, "      ", outpath_column(&w),
			out};
		outpath_print(&path);
	}
}

void outtext_step(const struct outcome *o, const struct outcome_step *s,
		  const struct outtext_style *style, struct str *out)
{
	add_headline(s, style, out);
	if (style->quiet)
		return;
	if (s->note)
		fold_text(s->note, "  ", "  ", style->width, out);
	for (size_t i = 0; i < s->change_count; i++)
		str_addf(out, "  %s\n", s->changes[i]);
	add_events(s, style, out);
	if (s->text && !s->event_count)
		fold_text(s->text, "  ", "  ", style->width, out);
	add_cause(o, s, style, out);
	if (style->verbose)
		add_packets(o, s, style, out);
	str_addc(out, '\n');
}

void outtext_packet(const struct outcome *o, uint32_t id, const char *indent,
		    const struct color *color, struct str *out)
{
	static struct walk w;
	const struct trace_packet *p = trace_find(&o->trace, id);
	if (!p)
		return;
	walk_packet(o, p, &w);
	str_addf(out, "%s%.6f s  %s\n", indent, (double)p->sent / 1e9, p->text);
	struct str deeper = {0};
	str_addf(&deeper, "%s  ", indent);
	struct outpath path = {
		o, &w, color, str_text(&deeper), outpath_column(&w), out};
	outpath_print(&path);
	str_fini(&deeper);
}

static void add_expectation(const struct outcome *o,
			    const struct outcome_expect *e,
			    const struct outtext_style *style, struct str *out)
{
	const struct color *c = &style->color;
	if (e->met) {
		str_addf(out, "  %smet%s     step %zu: %s\n", c->green, c->off,
			 e->step, e->claim);
		return;
	}
	str_addf(out, "  %sFAILED%s  %s:%u: step %zu: %s\n", c->red, c->off,
		 o->path, e->line, e->step, e->claim);
	if (e->found)
		str_addf(out, "          instead: %s\n", e->found);
	if (e->packet)
		outtext_packet(o, e->packet, "          ", c, out);
}

static void add_expectations(const struct outcome *o,
			     const struct outtext_style *style, struct str *out)
{
	size_t failed = o->expect_count - o->met_count;
	for (size_t i = 0; i < o->expect_count; i++)
		if (!o->expects[i].met || style->verbose)
			add_expectation(o, &o->expects[i], style, out);
	if (!o->expect_count)
		str_add(out, "no expectations\n");
	else if (!failed)
		str_addf(out, "%s%zu expectation%s met%s\n", style->color.green,
			 o->met_count, o->met_count == 1 ? "" : "s",
			 style->color.off);
	else
		str_addf(out, "%s%zu of %zu expectation%s failed%s\n",
			 style->color.red, failed, o->expect_count,
			 o->expect_count == 1 ? "" : "s", style->color.off);
}

void outtext_run(const struct outcome *o, const struct outtext_style *style,
		 struct str *out)
{
	str_addf(out, "%s%s%s\n", style->color.bold, o->title,
		 style->color.off);
	if (!style->quiet)
		str_addc(out, '\n');
	for (size_t i = 0; i < o->step_count; i++)
		outtext_step(o, &o->steps[i], style, out);
	add_expectations(o, style, out);
}
