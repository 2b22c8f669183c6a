/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/trace.h"

#include <string.h>

#include "sim/base/str.h"
#include "sim/record/summary.h"
#include "sim/wire/be.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"

#define TCP_SEQ 4 /* offset in the header */

static struct trace_packet *find(struct trace *t, uint32_t id)
{
	uint32_t place = id < t->places.count ? t->places.at[id] : 0;
	return place ? &t->packets.at[place - 1] : NULL;
}

const struct trace_packet *trace_find(const struct trace *t, uint32_t id)
{
	uint32_t place = id < t->places.count ? t->places.at[id] : 0;
	return place ? &t->packets.at[place - 1] : NULL;
}

static struct trace_packet *add(struct trace *t, const struct note *n)
{
	while (t->places.count <= n->pkt)
		VEC_ADD(&t->places, 0);
	struct trace_packet p = {
		.id = n->pkt,
		.sent = n->time,
		.from_node = n->node,
		.src = n->src,
		.dst = n->dst,
		.sport = n->sport,
		.dport = n->dport,
		.kind = "",
		.text = "",
	};
	VEC_ADD(&t->packets, p);
	t->places.at[n->pkt] = (uint32_t)t->packets.count;
	return VEC_LAST(&t->packets);
}

static void end(struct trace_packet *p, const struct note *n,
		enum trace_fate fate)
{
	p->fate = fate;
	p->ended = n->time;
	p->end_node = n->node;
	p->reason = (enum drop)n->reason;
	p->end_src = n->src;
	p->end_dst = n->dst;
	p->end_sport = n->sport;
	p->end_dport = n->dport;
}

/* A copy of a flooded frame may be delivered elsewhere too; the packet's fate
 * is the first end that was not a drop. */
static void on_note(void *context, const struct note *n)
{
	struct trace *t = context;
	struct trace_packet *p = find(t, n->pkt);
	if (!p)
		p = add(t, n);
	struct trace_note note = {*n, 0};
	VEC_ADD(&t->notes, note);
	if (p->last_note)
		t->notes.at[p->last_note - 1].next = (uint32_t)t->notes.count;
	else
		p->first_note = (uint32_t)t->notes.count;
	p->last_note = (uint32_t)t->notes.count;
	if (n->kind == NOTE_DELIVERED)
		end(p, n, TRACE_DELIVERED);
	else if (n->kind == NOTE_DROPPED && p->fate != TRACE_DELIVERED)
		end(p, n, TRACE_DROPPED);
}

/* The number of a segment's first byte; 0 if it is none. */
static uint32_t seq_of(const struct pkt *p)
{
	bool whole = p->proto == IP4_PROTO_TCP && p->l4 + TCP_SIZE <= p->len;
	return whole ? be_load32(p->data + p->l4 + TCP_SEQ) : 0;
}

/* What the endpoint said is in 'p', also if it is sent once more. */
static const char *inside_of(const struct trace *t, const struct pkt *p)
{
	uint32_t seq = seq_of(p);
	for (size_t i = t->insides.count; i--;) {
		const struct trace_inside *in = &t->insides.at[i];
		if (in->flow == p->flow && in->seq == seq &&
		    in->leg == (enum pkt_leg)p->leg)
			return in->kind;
	}
	return NULL;
}

static void on_inside(void *context, const struct watch_inside *what)
{
	struct trace *t = context;
	struct str kind = {0};
	if (summary_http(what->bytes, what->len, &kind)) {
		struct trace_inside in = {
			what->flow, what->seq, what->leg,
			arena_text(&t->arena, str_text(&kind))};
		VEC_ADD(&t->insides, in);
	}
	str_fini(&kind);
}

static void on_sent(void *context, const struct node *from, const struct pkt *p)
{
	struct trace *t = context;
	struct trace_packet *packet = find(t, p->id);
	(void)from;
	if (!packet)
		return;
	struct str s = {0};
	const char *inside = inside_of(t, p);
	packet->flow = p->flow;
	packet->leg = (enum pkt_leg)p->leg;
	packet->cause = p->cause;
	packet->proto = p->proto;
	packet->tcp_flags = p->tcp_flags;
	if (inside)
		str_add(&s, inside);
	else
		summary_kind(p->data, p->len, &s);
	packet->kind = arena_text(&t->arena, str_text(&s));
	str_clear(&s);
	summary_frame(p->data, p->len, inside, &s);
	packet->text = arena_text(&t->arena, str_text(&s));
	str_fini(&s);
}

void trace_init(struct trace *t, struct world *w)
{
	memset(t, 0, sizeof(*t));
	arena_init(&t->arena);
	t->world = w;
	t->watch = (struct watch){.note = on_note,
				  .sent = on_sent,
				  .inside = on_inside,
				  .context = t};
	world_watch(w, &t->watch);
}

void trace_fini(struct trace *t)
{
	if (t->world)
		world_unwatch(t->world, &t->watch);
	VEC_FREE(&t->packets);
	VEC_FREE(&t->places);
	VEC_FREE(&t->notes);
	VEC_FREE(&t->insides);
	arena_fini(&t->arena);
	memset(t, 0, sizeof(*t));
}

static void copy_node(struct trace *t, struct trace_node *to,
		      const struct node *from)
{
	to->name = arena_text(&t->arena, from->name);
	to->label = arena_text(&t->arena, from->label);
	to->nic_count = from->nic_count;
	to->nics = (const char **)arena_alloc(&t->arena, from->nic_count,
					      sizeof(const char *));
	for (uint16_t i = 0; i < from->nic_count; i++)
		to->nics[i] = arena_text(&t->arena, from->nics[i]->name);
}

void trace_seal(struct trace *t)
{
	struct world *w = t->world;
	t->node_count = w->nodes.count;
	t->nodes = ARENA_ARRAY(&t->arena, t->node_count, struct trace_node);
	for (size_t i = 0; i < t->node_count; i++)
		copy_node(t, &t->nodes[i], w->nodes.at[i]);
	world_unwatch(w, &t->watch);
	t->world = NULL;
}

const struct note *trace_next(const struct trace *t,
			      const struct trace_packet *p,
			      const struct note *after)
{
	uint32_t next = p->first_note;
	if (after) /* the note is the first member of its record */
		next = ((const struct trace_note *)(const void *)after)->next;
	return next ? &t->notes.at[next - 1].note : NULL;
}

const char *trace_node_name(const struct trace *t, uint32_t node)
{
	if (t->world)
		return t->world->nodes.at[node]->name;
	return node < t->node_count ? t->nodes[node].name : "";
}

const char *trace_node_label(const struct trace *t, uint32_t node)
{
	if (t->world)
		return t->world->nodes.at[node]->label;
	return node < t->node_count ? t->nodes[node].label : "";
}

const char *trace_port_name(const struct trace *t, uint32_t node, uint16_t port)
{
	if (t->world) {
		const struct node *n = t->world->nodes.at[node];
		return port < n->nic_count ? n->nics[port]->name : "";
	}
	return node < t->node_count && port < t->nodes[node].nic_count
		       ? t->nodes[node].nics[port]
		       : "";
}
