/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/play.h"

#include "scenarios/play/act.h"
#include "scenarios/play/change.h"
#include "scenarios/play/expect.h"
#include "scenarios/play/names.h"
#include "scenarios/play/stage.h"
#include "sim/base/mem.h"

/* A step that has not ended after so long on the virtual clock is given up. */
#define STEP_LIMIT (3600 * VCLOCK_S)
/* How long packets may go on after the last step until their fate is known. */
#define SETTLE_LIMIT (10 * VCLOCK_S)

static const struct play_options no_options;

/* The earliest time at which a step under way must be looked at. */
static uint64_t next_time(const struct stage *s)
{
	uint64_t next = vclock_next(&s->world->clock);
	for (size_t i = 0; i < s->script->step_count; i++) {
		const struct stage_run *r = &s->runs[i];
		if (r->started && !r->ended && r->until < next)
			next = r->until;
	}
	return next;
}

static void poll_all(struct stage *s)
{
	for (size_t i = 0; i < s->script->step_count; i++) {
		struct stage_run *r = &s->runs[i];
		bool before = r->ended;
		act_poll(s, r);
		if (r->ended && !before)
			expect_step_ended(s, i + 1);
	}
}

bool play_run_until(struct world *w, const struct play_options *options,
		    uint64_t until)
{
	uint64_t events =
		options->max_events ? options->max_events : PLAY_EVENTS;
	w->packet_limit = options->max_packets;
	w->event_limit = events - w->clock.fired;
	w->limit_hit = w->limit_hit || events <= w->clock.fired;
	return !w->limit_hit && world_run_until(w, until);
}

/* Goes on to the next thing due; false if there is none until 'limit'. */
static bool advance(struct stage *s, uint64_t limit)
{
	uint64_t next = next_time(s);
	if (s->world->limit_hit || next == VCLOCK_NEVER || next > limit)
		return false;
	play_run_until(s->world, s->options, next);
	poll_all(s);
	return true;
}

static uint64_t limit_of(const struct stage *s, const struct stage_run *r)
{
	uint64_t limit = world_now(s->world) + STEP_LIMIT;
	return r->step->duration ? limit + r->step->duration : limit;
}

static void see_through(struct stage *s, size_t i)
{
	struct stage_run *r = &s->runs[i];
	uint64_t limit = limit_of(s, r);
	while (!r->ended && advance(s, limit))
		;
	if (r->ended)
		return;
	act_stop(s, r);
	expect_step_ended(s, i + 1);
}

static bool play_steps(struct stage *s)
{
	for (size_t i = 0; i < s->script->step_count; i++) {
		struct stage_run *r = &s->runs[i];
		if (!act_start(s, r))
			return false;
		if (r->ended)
			expect_step_ended(s, i + 1);
		else if (!r->step->background)
			see_through(s, i);
	}
	for (size_t i = 0; i < s->script->step_count; i++)
		if (!s->runs[i].ended)
			see_through(s, i);
	return true;
}

/* Until the fate of every packet is known. */
static void settle(struct stage *s)
{
	uint64_t limit = world_now(s->world) + SETTLE_LIMIT;
	while (world_free_pkts(s->world) < s->world->pool.room &&
	       advance(s, limit))
		;
}

/* The topology after this change, read before anything runs. */
static bool prepare_change(struct stage *s, struct stage_run *r,
			   const struct tree **current)
{
	r->tree = tree_merge(*current, r->step->change, s->diag);
	if (!r->tree)
		return false;
	change_describe((*current)->root, r->step->change, &s->outcome->arena,
			r->out);
	*current = r->tree;
	r->model = model_read(r->tree, s->diag);
	return r->model != NULL;
}

static bool prepare(struct stage *s)
{
	const struct script *script = s->script;
	const struct tree *current = script->base;
	bool good = true;
	for (size_t i = 0; i < script->step_count; i++) {
		struct stage_run *r = &s->runs[i];
		r->step = &script->steps[i];
		r->out = &s->outcome->steps[i];
		r->out->verb = r->step->verb;
		r->out->number = i + 1;
		r->out->note = r->step->note ? arena_text(&s->outcome->arena,
							  r->step->note)
					     : NULL;
		good &= names_step(s, r);
		if (r->step->verb == SCRIPT_CHANGE)
			good &= prepare_change(s, r, &current);
	}
	for (size_t i = 0; i < script->expect_count; i++)
		good &= names_place(s, &script->expects[i]);
	if (good)
		expect_prepare(s);
	return good;
}

static struct outcome *outcome_for(const struct script *script, uint64_t seed)
{
	struct outcome *o = outcome_new(script->path, script->title, seed);
	o->step_count = script->step_count;
	o->steps =
		ARENA_ARRAY(&o->arena, o->step_count + 1, struct outcome_step);
	o->expect_count = script->expect_count;
	o->expects = ARENA_ARRAY(&o->arena, o->expect_count + 1,
				 struct outcome_expect);
	return o;
}

static void conclude(struct stage *s)
{
	struct outcome *o = s->outcome;
	settle(s);
	expect_all_ended(s);
	for (size_t i = 0; i < o->expect_count; i++)
		o->met_count += o->expects[i].met;
	outcome_take_refs(o, s->net, world_now(s->world));
	trace_seal(&o->trace);
	o->ended = world_now(s->world);
	o->events = s->world->clock.fired;
	outcome_take_limit(o, s->world);
}

/* False if it could not be played; then the diag says why. */
static bool perform(struct stage *s, const struct play_options *options)
{
	if (options->capture)
		world_watch(s->world, options->capture);
	bool fits = !options->built ||
		    options->built(options->context, s->net, s->diag);
	outcome_take_places(s->outcome, s->net);
	outcome_take_refs(s->outcome, s->net, 0);
	bool played = fits && prepare(s) && play_steps(s);
	if (played)
		conclude(s);
	if (played && options->ended)
		options->ended(options->context, s->net);
	if (options->capture)
		world_unwatch(s->world, options->capture);
	return played;
}

static struct net *build(const struct script *script, uint64_t seed,
			 struct diag *d)
{
	struct model *m = model_read(script->base, d);
	struct net *n = m ? net_new(m, seed, d) : NULL;
	model_free(m);
	return n;
}

static void stage_init(struct stage *s, const struct script *script,
		       struct net *net, struct diag *d)
{
	*s = (struct stage){
		.script = script,
		.options = &no_options,
		.diag = d,
		.net = net,
		.world = net_world(net),
		.outcome = outcome_for(script, script->seed),
		.runs = mem_new(script->step_count + 1, sizeof(*s->runs)),
	};
	trace_init(&s->outcome->trace, s->world);
}

/* The outcome stays. */
static void stage_fini(struct stage *s)
{
	for (size_t i = 0; i < s->script->step_count; i++)
		act_release(&s->runs[i]);
	mem_free(s->runs);
	net_free(s->net);
}

struct outcome *play_script(const struct script *script,
			    const struct play_options *options, struct diag *d)
{
	struct stage s;
	if (!options)
		options = &no_options;
	uint64_t seed = options->has_seed ? options->seed : script->seed;
	struct net *net = build(script, seed, d);
	if (!net)
		return NULL;
	stage_init(&s, script, net, d);
	s.outcome->seed = seed;
	s.options = options;
	if (!perform(&s, options)) {
		outcome_free(s.outcome);
		s.outcome = NULL;
	}
	stage_fini(&s);
	return s.outcome;
}

static bool try_changes(struct stage *s)
{
	for (size_t i = 0; i < s->script->step_count; i++)
		if (s->runs[i].model &&
		    !net_apply(s->net, s->runs[i].model, s->diag))
			return false;
	return true;
}

bool play_check(const struct script *script, struct diag *d)
{
	struct stage s;
	struct net *net = build(script, script->seed, d);
	if (!net)
		return false;
	stage_init(&s, script, net, d);
	bool good = prepare(&s) && try_changes(&s);
	outcome_free(s.outcome);
	stage_fini(&s);
	return good;
}
