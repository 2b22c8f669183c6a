/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/act.h"

#include <string.h>

#include "scenarios/play/names.h"
#include "scenarios/play/play.h"
#include "sim/base/str.h"

static struct arena *arena_of(struct stage *s)
{
	return &s->outcome->arena;
}

static void finish(struct stage *s, struct stage_run *r,
		   enum outcome_status status, const char *verdict)
{
	r->ended = true;
	r->out->status = status;
	r->out->verdict = verdict;
	r->out->ended = world_now(s->world);
	r->out->end_packet = s->outcome->trace.packets.count;
}

/* kubelet and probe tell at most 64 conversations at a time. */
static void add_flows(struct stage *s, struct outcome_step *o,
		      const uint32_t *flows, size_t count)
{
	uint32_t *all =
		ARENA_ARRAY(arena_of(s), o->flow_count + count + 1, uint32_t);
	if (o->flow_count)
		memcpy(all, o->flows, o->flow_count * sizeof(*all));
	if (count)
		memcpy(all + o->flow_count, flows, count * sizeof(*all));
	o->flows = all;
	o->flow_count += count;
}

static struct outcome_event event_of(struct stage *s,
				     const struct kubelet_event *e)
{
	struct arena *a = arena_of(s);
	return (struct outcome_event){
		.type = arena_text(a, e->type),
		.reason = arena_text(a, e->reason),
		.from = e->host ? arena_printf(a, "%s, %s", e->component,
					       e->host)
				: arena_text(a, e->component),
		.message = arena_text(a, e->message),
		.no_time = e->no_time,
		.first = e->first,
		.last = e->last,
		.count = e->count,
	};
}

static uint64_t sort_time(const struct outcome_event *e)
{
	return e->no_time ? 0 : e->last;
}

/* As kubectl sorts them: by the last time, here in a stable way. */
static void sort_events(struct outcome_event *at, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct outcome_event e = at[i];
		size_t j = i;
		for (; j && sort_time(&at[j - 1]) > sort_time(&e); j--)
			at[j] = at[j - 1];
		at[j] = e;
	}
}

static void collect_events(struct stage *s, struct stage_run *r)
{
	size_t count;
	const struct kubelet_event *events = kubelet_events(r->kubelet, &count);
	struct outcome_event *to =
		ARENA_ARRAY(arena_of(s), count + 1, struct outcome_event);
	for (size_t i = 0; i < count; i++)
		to[i] = event_of(s, &events[i]);
	sort_events(to, count);
	r->out->events = to;
	r->out->event_count = count;
}

/* The step ends before the client does: what was sent so far is shown. */
static void leave_going(struct stage *s, struct stage_run *r,
			const char *verdict)
{
	r->out->took = world_now(s->world) - r->out->started;
	finish(s, r, OUTCOME_GOING, verdict);
}

static void leave_pull(struct stage *s, struct stage_run *r,
		       const struct pull_result *so_far)
{
	if (so_far)
		add_flows(s, r->out, so_far->flows, so_far->flow_count);
	leave_going(s, r, "STILL PULLING");
}

static void finish_pull(struct stage *s, struct stage_run *r)
{
	const struct pull_result *last = kubelet_last(r->kubelet);
	collect_events(s, r);
	kubelet_stop(r->kubelet);
	if (!kubelet_attempts(r->kubelet))
		leave_pull(s, r, last);
	else if (last->ok)
		finish(s, r, OUTCOME_OK, "PULLED");
	else
		finish(s, r, OUTCOME_FAILED, "FAILED");
}

static void poll_pull(struct stage *s, struct stage_run *r)
{
	bool *attempt_ended = kubelet_attempt_ended(r->kubelet);
	const struct pull_result *last = kubelet_last(r->kubelet);
	if (*attempt_ended) {
		*attempt_ended = false;
		add_flows(s, r->out, last->flows, last->flow_count);
		r->out->took = last->ended - last->started;
		r->out->text = last->ok ? NULL
					: arena_text(arena_of(s),
						     str_text(&last->error));
	}
	bool enough = !r->step->duration && last && !last->ok &&
		      kubelet_attempts(r->kubelet) >= r->step->attempts;
	if (enough || kubelet_state(r->kubelet) == KUBELET_RUNNING ||
	    world_now(s->world) >= r->until)
		finish_pull(s, r);
}

static const char *probe_verdict(enum script_verb verb, bool ok)
{
	switch (verb) {
	case SCRIPT_CONNECT:
		return ok ? "CONNECTED" : "FAILED";
	case SCRIPT_LOOKUP:
		return ok ? "FOUND" : "FAILED";
	case SCRIPT_SEND:
		return ok ? "SENT" : "FAILED";
	default:
		return ok ? "ANSWERED" : "FAILED";
	}
}

static void poll_probe(struct stage *s, struct stage_run *r)
{
	if (!r->probe_done)
		return;
	const struct probe_result *p = probe_result(r->probe);
	add_flows(s, r->out, p->flows, p->flow_count);
	r->out->took = p->ended - p->started;
	if (p->text.len)
		r->out->text = arena_text(arena_of(s), str_text(&p->text));
	finish(s, r, p->ok ? OUTCOME_OK : OUTCOME_FAILED,
	       probe_verdict(r->step->verb, p->ok));
}

void act_poll(struct stage *s, struct stage_run *r)
{
	if (!r->started || r->ended)
		return;
	if (r->kubelet)
		poll_pull(s, r);
	else if (r->probe)
		poll_probe(s, r);
	else if (world_now(s->world) >= r->until)
		finish(s, r, OUTCOME_OK, "waited");
}

void act_stop(struct stage *s, struct stage_run *r)
{
	if (r->kubelet) {
		finish_pull(s, r);
		return;
	}
	if (r->probe)
		add_flows(s, r->out, probe_result(r->probe)->flows,
			  probe_result(r->probe)->flow_count);
	leave_going(s, r, "STILL WAITING");
}

static void start_pull(struct stage *s, struct stage_run *r)
{
	const struct net_workload *w = r->workload;
	struct kubelet_pod pod = {
		.host = r->host,
		.profile = r->profile,
		.image = r->step->image,
		.name_space = w->name_space,
		.pod = w->pod,
		.node = w->node,
		.container = w->container,
		.ncp_node = w->ncp_node,
	};
	if (r->step->duration)
		r->until = world_now(s->world) + r->step->duration;
	r->kubelet = kubelet_new(&pod);
}

static enum probe_kind probe_kind(enum script_verb verb)
{
	switch (verb) {
	case SCRIPT_PING:
		return PROBE_PING;
	case SCRIPT_CONNECT:
		return PROBE_TCP;
	case SCRIPT_SEND:
		return PROBE_UDP;
	case SCRIPT_LOOKUP:
		return PROBE_LOOKUP;
	default:
		return PROBE_HTTP;
	}
}

static void on_probe_done(void *context, const struct probe_result *result)
{
	struct stage_run *r = context;
	(void)result;
	r->probe_done = true;
}

static void start_probe(struct stage *s, struct stage_run *r)
{
	const struct script_step *step = r->step;
	struct probe_conf conf = {
		.kind = probe_kind(step->verb),
		.target = step->verb == SCRIPT_REQUEST	? step->url
			  : step->verb == SCRIPT_LOOKUP ? step->name
							: names_target(s, r),
		.port = step->port,
		.sport = step->sport,
		.size = step->size,
		.fragment = step->fragment,
		.timeout = step->timeout,
		.profile = r->profile,
	};
	r->probe = probe_new(r->host, &conf, on_probe_done, r);
}

static bool make_change(struct stage *s, struct stage_run *r)
{
	if (!net_apply(s->net, r->model, s->diag))
		return false;
	outcome_take_refs(s->outcome, s->net, world_now(s->world));
	if (s->options->changed)
		s->options->changed(s->options->context, s->net);
	finish(s, r, OUTCOME_OK, "changed");
	return true;
}

bool act_start(struct stage *s, struct stage_run *r)
{
	r->started = true;
	r->until = VCLOCK_NEVER;
	r->out->started = world_now(s->world);
	r->out->first_packet = s->outcome->trace.packets.count;
	switch (r->step->verb) {
	case SCRIPT_PULL:
		start_pull(s, r);
		break;
	case SCRIPT_CHANGE:
		return make_change(s, r);
	case SCRIPT_WAIT:
		r->until = world_now(s->world) + r->step->duration;
		break;
	default:
		start_probe(s, r);
	}
	act_poll(s, r);
	return true;
}

void act_release(struct stage_run *r)
{
	if (r->kubelet)
		kubelet_free(r->kubelet);
	if (r->probe)
		probe_free(r->probe);
	model_free(r->model);
	tree_free(r->tree);
}
