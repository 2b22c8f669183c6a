/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outjson.h"

#include <jansson.h>
#include <stdlib.h>

#include "sim/base/mem.h"
#include "tools/explain/cause.h"
#include "tools/explain/remedy.h"
#include "tools/explain/walk.h"
#include "tools/explain/why.h"

#define SECOND 1000000000.0

static void *allocate(size_t size)
{
	return mem_new(1, size);
}

void outjson_init(void)
{
	json_set_alloc_funcs(allocate, mem_free);
}

static json_t *text(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *endpoint(ip4 a, uint16_t port)
{
	char out[ADDR_ENDPOINT_SIZE];
	return json_string(port ? addr_print_endpoint(a, port, out)
				: addr_print_ip4(a, out));
}

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *nat(const struct outcome *o, const struct walk_nat *n)
{
	json_t *j = json_object();
	set(j, "action", json_string(note_kind_name(n->kind)));
	set(j, "rule", text(outcome_ref(o, n->ref)->name));
	set(j, "rule_path", text(outcome_ref(o, n->ref)->path));
	set(j, "src", endpoint(n->src, n->sport));
	set(j, "dst", endpoint(n->dst, n->dport));
	return j;
}

static json_t *hop(const struct outcome *o, const struct walk_hop *h)
{
	json_t *j = json_object(), *nats = json_array();
	set(j, "at", text(h->label));
	set(j, "node", text(trace_node_name(&o->trace, h->node)));
	set(j, "time", json_real((double)h->time / SECOND));
	set(j, "src", endpoint(h->src, h->sport));
	set(j, "dst", endpoint(h->dst, h->dport));
	for (size_t i = 0; i < h->nat_count; i++)
		json_array_append_new(nats, nat(o, &h->nats[i]));
	set(j, "nat", nats);
	set(j, "new_session", json_boolean(h->session_new));
	set(j, "route",
	    h->route ? text(outcome_ref_text(o, h->route, h->time))
		     : json_null());
	set(j, "delivered", json_boolean(h->delivered));
	set(j, "dropped",
	    h->dropped ? json_string(drop_name(h->reason)) : json_null());
	return j;
}

static json_t *packet(const struct outcome *o, const struct trace_packet *p)
{
	static struct walk w; /* large; one thread writes */
	static const char *const legs[] = {"request", "reply", "error"};
	static const char *const fates[] = {"in flight", "delivered",
					    "dropped"};
	if (!p)
		return json_null();
	json_t *j = json_object(), *hops = json_array();
	walk_packet(o, p, &w);
	for (size_t i = 0; i < w.count; i++)
		json_array_append_new(hops, hop(o, &w.hops[i]));
	set(j, "id", json_integer(p->id));
	set(j, "conversation", json_integer(p->flow));
	set(j, "leg", json_string(legs[p->leg]));
	set(j, "kind", text(p->kind));
	set(j, "text", text(p->text));
	set(j, "sent", json_real((double)p->sent / SECOND));
	set(j, "fate", json_string(fates[p->fate]));
	set(j, "reason",
	    p->fate == TRACE_DROPPED ? json_string(drop_name(p->reason))
				     : json_null());
	set(j, "hops", hops);
	return j;
}

static json_t *event(const struct outcome_event *e)
{
	json_t *j = json_object();
	set(j, "type", text(e->type));
	set(j, "reason", text(e->reason));
	set(j, "from", text(e->from));
	set(j, "message", text(e->message));
	set(j, "count", json_integer(e->count));
	set(j, "first", json_real((double)e->first / SECOND));
	set(j, "last", json_real((double)e->last / SECOND));
	return j;
}

static json_t *cause_of(const struct outcome *o, const struct outcome_step *s)
{
	struct cause c;
	struct str why = {0}, remedy = {0};
	if (!cause_find(o, s, &c))
		return json_null();
	json_t *j = json_object();
	why_print(o, &c, &why);
	remedy_print(o, &c, &remedy);
	bool failed = s->status != OUTCOME_OK;
	set(j, "why", failed ? text(str_text(&why)) : json_null());
	set(j, "try", failed ? text(str_text(&remedy)) : json_null());
	set(j, "sent_times", json_integer((json_int_t)c.repeats));
	set(j, "request", packet(o, c.request));
	set(j, "reply", packet(o, c.reply));
	str_fini(&why);
	str_fini(&remedy);
	return j;
}

static json_t *packets_of(const struct outcome *o, const struct outcome_step *s)
{
	json_t *j = json_array();
	for (size_t i = s->first_packet; i < s->end_packet; i++)
		json_array_append_new(j, packet(o, &o->trace.packets.at[i]));
	return j;
}

static json_t *step(const struct outcome *o, const struct outcome_step *s,
		    bool all)
{
	static const char *const states[] = {"ok", "failed", "going"};
	json_t *j = json_object(), *events = json_array(),
	       *changes = json_array();
	for (size_t i = 0; i < s->event_count; i++)
		json_array_append_new(events, event(&s->events[i]));
	for (size_t i = 0; i < s->change_count; i++)
		json_array_append_new(changes, text(s->changes[i]));
	set(j, "number", json_integer((json_int_t)s->number));
	set(j, "headline", text(s->headline));
	set(j, "verdict", text(s->verdict));
	set(j, "status", json_string(states[s->status]));
	set(j, "started", json_real((double)s->started / SECOND));
	set(j, "ended", json_real((double)s->ended / SECOND));
	set(j, "took", json_real((double)s->took / SECOND));
	set(j, "text", text(s->text));
	set(j, "events", events);
	set(j, "changes", changes);
	set(j, "cause", cause_of(o, s));
	if (all)
		set(j, "packets", packets_of(o, s));
	return j;
}

static json_t *expectation(const struct outcome_expect *e)
{
	json_t *j = json_object();
	set(j, "step", json_integer((json_int_t)e->step));
	set(j, "line", json_integer(e->line));
	set(j, "claim", text(e->claim));
	set(j, "met", json_boolean(e->met));
	set(j, "found", text(e->found));
	set(j, "packet", e->packet ? json_integer(e->packet) : json_null());
	return j;
}

json_t *outjson_header(void)
{
	json_t *j = json_object();
	set(j, "version", json_integer(OUTJSON_VERSION));
	return j;
}

void outjson_print(json_t *j, struct str *out)
{
	char *dump = json_dumps(j, JSON_INDENT(2) | JSON_PRESERVE_ORDER |
					   JSON_REAL_PRECISION(12));
	if (dump)
		str_addf(out, "%s\n", dump);
	free(dump);
	json_decref(j);
}

void outjson_run(const struct outcome *o, bool all, struct str *out)
{
	json_t *j = json_object(), *steps = json_array(),
	       *expects = json_array();
	for (size_t i = 0; i < o->step_count; i++)
		json_array_append_new(steps, step(o, &o->steps[i], all));
	for (size_t i = 0; i < o->expect_count; i++)
		json_array_append_new(expects, expectation(&o->expects[i]));
	set(j, "tierpath", outjson_header());
	set(j, "scenario", text(o->path));
	set(j, "title", text(o->title));
	set(j, "seed", json_integer((json_int_t)o->seed));
	set(j, "met", json_boolean(o->met_count == o->expect_count));
	set(j, "steps", steps);
	set(j, "expectations", expects);
	outjson_print(j, out);
}

void outjson_replay(const struct replay *r, struct str *out)
{
	const struct outcome *o = r->outcome;
	json_t *j = json_object(), *packets = json_array();
	for (size_t i = 0; i < r->packets.count; i++) {
		const struct replay_packet *p = &r->packets.at[i];
		json_t *one = json_object();
		set(one, "number", json_integer((json_int_t)p->number));
		set(one, "left_out", text(p->why));
		set(one, "packet",
		    packet(o, p->id ? trace_find(&o->trace, p->id) : NULL));
		json_array_append_new(packets, one);
	}
	set(j, "tierpath", outjson_header());
	set(j, "capture", text(o->path));
	set(j, "into", text(r->port));
	set(j, "repaired_checksums", json_integer((json_int_t)r->repaired));
	set(j, "packets", packets);
	outjson_print(j, out);
}
