/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/cause.h"

#include <string.h>

static const struct trace_packet *packet_at(const struct outcome *o, size_t i)
{
	return &o->trace.packets.at[i];
}

static const struct trace_packet *first_blocked(const struct outcome *o,
						uint32_t flow)
{
	for (size_t i = 0; i < o->trace.packets.count; i++)
		if (packet_at(o, i)->flow == flow &&
		    packet_at(o, i)->fate == TRACE_DROPPED)
			return packet_at(o, i);
	return NULL;
}

/* It left its host. */
static bool is_far(const struct trace_packet *p)
{
	return p->end_node != p->from_node;
}

/* The last conversation of the step in which anything was sent, or, if 'far',
 * sent to another node; 0: none. */
static uint32_t last_flow(const struct outcome *o, const struct outcome_step *s,
			  bool far)
{
	for (size_t i = s->flow_count; i--;)
		for (size_t j = 0; j < o->trace.packets.count; j++) {
			const struct trace_packet *p = packet_at(o, j);
			if (p->flow == s->flows[i] && (!far || is_far(p)))
				return s->flows[i];
		}
	return 0;
}

/* The last conversation of the step in which a packet was lost; where none was,
 * the last one that left its host, or failing that, any. Earlier ones count
 * too: a look-up may have waited for what another one had asked before. */
static uint32_t decisive_flow(const struct outcome *o,
			      const struct outcome_step *s, bool failed)
{
	for (size_t i = s->flow_count; failed && i--;)
		if (first_blocked(o, s->flows[i]))
			return s->flows[i];
	uint32_t far = last_flow(o, s, true);
	return far ? far : last_flow(o, s, false);
}

/* The first request that left its host, or, if none did, the first at all. */
static const struct trace_packet *first_of(const struct outcome *o,
					   uint32_t flow)
{
	const struct trace_packet *first = NULL;
	for (size_t i = 0; i < o->trace.packets.count; i++) {
		const struct trace_packet *p = packet_at(o, i);
		if (p->flow != flow || p->leg != PKT_REQUEST)
			continue;
		if (is_far(p))
			return p;
		first = first ? first : p;
	}
	return first;
}

/* The last request that was answered: where everything arrives, it is what the
 * answer said that decided. */
static const struct trace_packet *last_answered(const struct outcome *o,
						uint32_t flow)
{
	const struct trace_packet *found = NULL;
	for (size_t i = 0; i < o->trace.packets.count; i++) {
		const struct trace_packet *p = packet_at(o, i);
		if (p->flow != flow || p->leg == PKT_REQUEST || !p->cause)
			continue;
		const struct trace_packet *asked =
			trace_find(&o->trace, p->cause);
		bool says = strcmp(p->kind, "ACK") != 0 &&
			    strncmp(p->kind, "FIN", 3) != 0;
		if (asked && says)
			found = asked;
	}
	return found;
}

static const struct trace_packet *answer_to(const struct outcome *o,
					    const struct trace_packet *request)
{
	const struct trace_packet *found = NULL;
	for (size_t i = 0; i < o->trace.packets.count; i++) {
		const struct trace_packet *p = packet_at(o, i);
		if (p->cause != request->id)
			continue;
		bool bare = !strcmp(p->kind, "ACK");
		if (!found || (!bare && !strcmp(found->kind, "ACK")))
			found = p;
	}
	return found;
}

static void count_repeats(const struct outcome *o, struct cause *c)
{
	const struct trace_packet *r = c->request;
	for (size_t i = 0; i < o->trace.packets.count; i++) {
		const struct trace_packet *p = packet_at(o, i);
		if (p->flow != r->flow || p->leg != r->leg ||
		    strcmp(p->kind, r->kind) != 0 || p->dport != r->dport ||
		    !addr_same(p->dst, r->dst) || p->from_node != r->from_node)
			continue;
		if (p->sent >= r->sent && c->repeats < CAUSE_TIMES)
			c->times[c->repeats] = p->sent - r->sent;
		c->repeats += p->sent >= r->sent;
	}
}

bool cause_find(const struct outcome *o, const struct outcome_step *s,
		struct cause *out)
{
	memset(out, 0, sizeof(*out));
	if (s->verb == SCRIPT_CHANGE || s->verb == SCRIPT_WAIT)
		return false;
	bool failed = s->status != OUTCOME_OK;
	uint32_t flow = decisive_flow(o, s, failed);
	if (!flow)
		return true;
	const struct trace_packet *blocked =
		failed ? first_blocked(o, flow) : NULL;
	out->blocked = blocked;
	if (blocked && blocked->leg != PKT_REQUEST && blocked->cause)
		out->request = trace_find(&o->trace, blocked->cause);
	else if (blocked)
		out->request = blocked;
	else
		out->request = failed ? last_answered(o, flow) : NULL;
	if (!out->request)
		out->request = first_of(o, flow);
	if (!out->request)
		return true;
	bool reply_blocked = blocked && blocked != out->request;
	out->reply = reply_blocked ? blocked : answer_to(o, out->request);
	count_repeats(o, out);
	return true;
}
