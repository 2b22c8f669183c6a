/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/expect.h"

#include <stdarg.h>
#include <string.h>

#include "sim/base/str.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

void expect_fail(struct expect_view *v, const char *format, ...)
{
	struct str text = {0};
	va_list ap;
	va_start(ap, format);
	str_addv(&text, format, ap);
	va_end(ap);
	v->out->met = false;
	v->out->found = arena_text(&v->stage->outcome->arena, str_text(&text));
	str_fini(&text);
}

static bool glob_fits(const char *pattern, const char *text)
{
	return !pattern || str_glob(pattern, text ? text : "");
}

static const char *status_text(const struct outcome_step *o)
{
	switch (o->status) {
	case OUTCOME_OK:
		return "it succeeded";
	case OUTCOME_FAILED:
		return "it failed";
	case OUTCOME_GOING:
		break;
	}
	return "it had not ended";
}

static void judge_result(struct expect_view *v)
{
	const struct script_expect *e = v->asked;
	const struct outcome_step *o = v->step;
	enum outcome_status wanted = e->ok ? OUTCOME_OK : OUTCOME_FAILED;
	uint64_t off =
		o->took > e->after ? o->took - e->after : e->after - o->took;
	if (e->has_ok && o->status != wanted)
		expect_fail(v, "%s%s%s", status_text(o), o->text ? ": " : "",
			    o->text ? o->text : "");
	else if (!glob_fits(e->text, o->text))
		expect_fail(v, "%s%s", o->text ? "the text was: " : "no text",
			    o->text ? o->text : "");
	else if (e->has_after && off > e->within)
		expect_fail(v, "it took %.3f s", SECONDS(o->took));
}

static bool row_fits(const struct script_row *r, const struct outcome_event *e)
{
	return glob_fits(r->type, e->type) && glob_fits(r->reason, e->reason) &&
	       glob_fits(r->from, e->from) &&
	       glob_fits(r->message, e->message) &&
	       (!r->count || r->count == e->count);
}

static void add_event(struct str *s, const struct outcome_event *e)
{
	str_addf(s, "%s %s", e->type, e->reason);
	if (e->count > 1)
		str_addf(s, " (x%u)", e->count);
	str_addf(s, " from %s: %s", e->from, e->message);
}

/* The event that fits in most of what was asked. */
static const struct outcome_event *nearest_event(const struct expect_view *v)
{
	const struct script_row *r = &v->asked->event;
	const struct outcome_event *best = NULL;
	unsigned best_score = 0;
	for (size_t i = 0; i < v->step->event_count; i++) {
		const struct outcome_event *e = &v->step->events[i];
		unsigned score = 0;
		score +=
			r->message && glob_fits(r->message, e->message) ? 4 : 0;
		score += r->reason && glob_fits(r->reason, e->reason) ? 2 : 0;
		score += r->type && glob_fits(r->type, e->type) ? 1 : 0;
		if (score > best_score) {
			best = e;
			best_score = score;
		}
	}
	return best;
}

static void tell_events(struct expect_view *v)
{
	const struct outcome_event *nearest = nearest_event(v);
	struct str s = {0};
	if (nearest) {
		str_add(&s, "there was ");
		add_event(&s, nearest);
	} else if (!v->step->event_count) {
		str_add(&s, "the step has no events");
	} else {
		str_add(&s, "the events were");
		for (size_t i = 0; i < v->step->event_count; i++)
			str_addf(&s, "%s %s", i ? "," : "",
				 v->step->events[i].reason);
	}
	expect_fail(v, "%s", str_text(&s));
	str_fini(&s);
}

static void judge_event(struct expect_view *v)
{
	bool wanted = v->asked->claim == SCRIPT_EVENT;
	for (size_t i = 0; i < v->step->event_count; i++) {
		if (!row_fits(&v->asked->event, &v->step->events[i]))
			continue;
		if (!wanted)
			tell_events(v);
		return;
	}
	if (wanted)
		tell_events(v);
}

static void judge_events(struct expect_view *v)
{
	const struct script_expect *e = v->asked;
	const struct outcome_step *o = v->step;
	struct str s = {0};
	size_t i = 0;
	while (i < e->row_count && i < o->event_count &&
	       row_fits(&e->rows[i], &o->events[i]))
		i++;
	if (i == e->row_count && i == o->event_count)
		return;
	str_addf(&s, "row %zu ", i + 1);
	if (i == o->event_count) {
		str_add(&s, "is missing");
	} else {
		str_add(&s, i == e->row_count ? "is too many: " : "is ");
		add_event(&s, &o->events[i]);
	}
	expect_fail(v, "%s", str_text(&s));
	str_fini(&s);
}

bool expect_is_about_packets(enum script_claim claim)
{
	return claim == SCRIPT_DROP || claim == SCRIPT_NO_DROP ||
	       claim == SCRIPT_HOP || claim == SCRIPT_SEEN;
}

static void judge(struct stage *s, size_t i)
{
	struct outcome *o = s->outcome;
	struct expect_view v = {s, &s->script->expects[i],
				&o->steps[s->script->expects[i].step - 1],
				&o->expects[i]};
	v.out->met = true;
	switch (v.asked->claim) {
	case SCRIPT_RESULT:
		judge_result(&v);
		break;
	case SCRIPT_EVENT:
	case SCRIPT_NO_EVENT:
		judge_event(&v);
		break;
	case SCRIPT_EVENTS:
		judge_events(&v);
		break;
	case SCRIPT_SESSION:
		expect_judge_session(&v);
		break;
	case SCRIPT_ROUTE:
	case SCRIPT_NO_ROUTE:
		expect_judge_route(&v);
		break;
	default:
		expect_judge_packets(&v);
	}
}

void expect_prepare(struct stage *s)
{
	for (size_t i = 0; i < s->script->expect_count; i++) {
		const struct script_expect *e = &s->script->expects[i];
		struct outcome_expect *out = &s->outcome->expects[i];
		unsigned column;
		out->asked = e;
		out->step = e->step;
		out->at = e->at_place;
		out->claim = expect_sentence(e, &s->outcome->arena);
		diag_where(s->diag, e->at_place, &out->line, &column);
	}
}

void expect_step_ended(struct stage *s, size_t step)
{
	for (size_t i = 0; i < s->script->expect_count; i++) {
		const struct script_expect *e = &s->script->expects[i];
		if (e->step == step && !expect_is_about_packets(e->claim))
			judge(s, i);
	}
}

void expect_all_ended(struct stage *s)
{
	for (size_t i = 0; i < s->script->expect_count; i++)
		if (expect_is_about_packets(s->script->expects[i].claim))
			judge(s, i);
}
