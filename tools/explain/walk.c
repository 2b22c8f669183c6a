/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/walk.h"

#include <string.h>

static const char *part_of(const struct outcome *o, uint32_t node)
{
	const char *colon = strchr(trace_node_name(&o->trace, node), ':');
	return colon ? colon + 1 : "";
}

/* The hop that a note belongs to: the last one if it is the same gateway and
 * the packet did not come in there anew. */
static struct walk_hop *hop_for(const struct outcome *o, struct walk *w,
				const struct note *n)
{
	const char *label = trace_node_label(&o->trace, n->node);
	struct walk_hop *last = w->count ? &w->hops[w->count - 1] : NULL;
	if (last && !strcmp(last->label, label))
		return last;
	if (w->count == WALK_HOPS)
		return NULL;
	struct walk_hop *hop = &w->hops[w->count++];
	*hop = (struct walk_hop){.node = n->node,
				 .label = label,
				 .part = part_of(o, n->node),
				 .time = n->time};
	return hop;
}

/* Fragments of one packet are translated one after the other. */
static bool is_told(const struct walk_hop *hop, const struct note *n)
{
	if (!hop->nat_count)
		return false;
	const struct walk_nat *last = &hop->nats[hop->nat_count - 1];
	return last->kind == (enum note_kind)n->kind && last->ref == n->ref &&
	       addr_same(last->src, n->src) && addr_same(last->dst, n->dst);
}

static void add_nat(struct walk_hop *hop, const struct note *n)
{
	if (hop->nat_count == WALK_NATS || is_told(hop, n))
		return;
	hop->nats[hop->nat_count++] = (struct walk_nat){(enum note_kind)n->kind,
							n->ref,
							n->src,
							n->dst,
							n->sport,
							n->dport};
}

/* A service router says more than a distributed one: it is the part named. */
static void name_part(const struct outcome *o, struct walk_hop *hop,
		      const struct note *n)
{
	const char *part = part_of(o, n->node);
	if (!strcmp(part, "dr"))
		return;
	hop->node = n->node;
	hop->part = part;
}

static void take(const struct outcome *o, struct walk_hop *hop,
		 const struct note *n)
{
	name_part(o, hop, n);
	hop->src = n->src;
	hop->dst = n->dst;
	hop->sport = n->sport;
	hop->dport = n->dport;
	switch (n->kind) {
	case NOTE_SNAT:
	case NOTE_DNAT:
	case NOTE_REFLEXIVE:
	case NOTE_LB:
		add_nat(hop, n);
		break;
	case NOTE_SESSION_NEW:
		hop->session_new = true;
		break;
	case NOTE_NO_NAT:
		hop->no_nat = true;
		hop->no_nat_ref = n->ref;
		break;
	case NOTE_ROUTE:
		hop->route = n->ref;
		break;
	case NOTE_ARP_WAIT:
		hop->waits = true;
		hop->waits_for = addr_ip4(n->ref);
		break;
	case NOTE_DELIVERED:
		hop->delivered = true;
		break;
	case NOTE_DROPPED:
		hop->dropped = true;
		hop->reason = (enum drop)n->reason;
		hop->drop_ref = n->ref;
		break;
	case NOTE_ANSWERED:
		hop->answered_by = n->ref;
		break;
	default:
		break;
	}
}

void walk_packet(const struct outcome *o, const struct trace_packet *p,
		 struct walk *out)
{
	out->packet = p;
	out->count =
		0; /* hops are filled as they come: there is room for many */
	const struct note *n = NULL;
	while ((n = trace_next(&o->trace, p, n)) != NULL) {
		struct walk_hop *hop = hop_for(o, out, n);
		if (hop)
			take(o, hop, n);
	}
}

const struct walk_hop *walk_last(const struct walk *w)
{
	return w->count ? &w->hops[w->count - 1] : NULL;
}

bool walk_is_service_router(const struct walk_hop *hop)
{
	return *hop->part && strcmp(hop->part, "dr") != 0;
}

bool walk_let_pass(const struct walk_hop *hop)
{
	return walk_is_service_router(hop) && !hop->nat_count &&
	       !hop->no_nat_ref && !hop->delivered && !hop->dropped;
}
