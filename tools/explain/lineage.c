/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/lineage.h"

#include <string.h>

static bool same_place(const struct walk_hop *a, const struct walk_hop *b)
{
	return !strcmp(a->label, b->label);
}

const struct walk_hop *lineage_maker_of(const struct lineage *l, ip4 addr,
					const struct walk_nat **nat)
{
	const struct walk *w = &l->there;
	for (size_t i = w->count; i--;)
		for (size_t j = w->hops[i].nat_count; j--;)
			if (addr_same(w->hops[i].nats[j].src, addr)) {
				*nat = &w->hops[i].nats[j];
				return &w->hops[i];
			}
	return NULL;
}

static void find_bare(struct lineage *l)
{
	for (size_t i = 0; i < l->there.count; i++) {
		const struct walk_hop *h = &l->there.hops[i];
		if (h == l->maker)
			l->bare = NULL;
		else if (walk_let_pass(h))
			l->bare = h;
	}
}

static void find_aimer(struct lineage *l)
{
	for (size_t i = 0; i < l->there.count && !l->aimer; i++) {
		const struct walk_hop *h = &l->there.hops[i];
		for (size_t j = 0; j < h->nat_count && !l->aimer; j++) {
			if (addr_same(h->nats[j].dst, l->cause->request->dst))
				continue;
			l->aimer = h;
			l->aimed = &h->nats[j];
		}
	}
}

static void find_turner(struct lineage *l)
{
	for (size_t i = 0; i < l->back.count; i++) {
		const struct walk_hop *h = &l->back.hops[i];
		if (!h->nat_count)
			continue;
		l->turner = h;
		l->turned = &h->nats[h->nat_count - 1];
	}
}

static void find_end(struct lineage *l, const struct walk *w)
{
	l->end = walk_last(w);
	l->before = w->count > 1 ? &w->hops[w->count - 2] : NULL;
}

void lineage_of(const struct outcome *o, const struct cause *c,
		struct lineage *out)
{
	memset(out, 0, sizeof(*out));
	out->outcome = o;
	out->cause = c;
	walk_packet(o, c->request, &out->there);
	if (c->reply) {
		walk_packet(o, c->reply, &out->back);
		out->maker = lineage_maker_of(out, c->reply->dst, &out->made);
	}
	find_bare(out);
	find_aimer(out);
	find_turner(out);
	if (c->blocked)
		find_end(out,
			 c->blocked == c->request ? &out->there : &out->back);
}

bool lineage_is_mixed_up(const struct lineage *l)
{
	return l->maker && l->turner && same_place(l->maker, l->turner) &&
	       l->made->ref != l->turned->ref;
}

bool lineage_is_turned_away(const struct lineage *l)
{
	if (!l->turner || !l->end || l->end->reason != DROP_NO_ROUTE)
		return false;
	if (same_place(l->turner, l->end))
		return true;
	for (const struct walk_hop *h = l->back.hops; h < l->turner; h++)
		if (same_place(h, l->end))
			return true;
	return false;
}

bool lineage_is_past(const struct lineage *l)
{
	const struct trace_packet *reply = l->cause->reply;
	return reply && l->aimer && l->end && l->cause->blocked == reply &&
	       reply->end_node == l->cause->request->from_node &&
	       !addr_same(l->end->src, l->cause->request->dst);
}
