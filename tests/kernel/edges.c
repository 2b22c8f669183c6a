/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/edges.h"

#define INTERNAL 1 /* distance of what NSX plumbs between DR and SR */

static const struct addr_prefix anywhere = {{0}, 0};

static struct addr_prefix net_of(const struct plan_place *at)
{
	return addr_prefix_of(at->addr.addr, at->addr.len);
}

static bool is_sr_of(const struct plan *p, size_t node, size_t tier0)
{
	const struct plan_node *n = &p->nodes.at[node];
	return n->part == PLAN_SR && n->index == tier0;
}

static bool are_peers(const struct plan *p, size_t a, size_t b)
{
	return p->nodes.at[a].part == PLAN_SR && a != b &&
	       is_sr_of(p, b, p->nodes.at[a].index);
}

/* The least distance at which the SR has the route by its own uplinks; 0: not at
 * all. */
static unsigned distance_of(const struct plan *p, size_t sr,
			    const struct model_route *r)
{
	unsigned least = 0;
	for (size_t i = 0; i < r->next_hops.count; i++) {
		const struct model_next_hop *h = &r->next_hops.at[i];
		size_t place = plan_place_to(p, sr, h->ip_address);
		unsigned distance = r->bgp ? 20 : h->admin_distance;
		if (place != PLAN_NONE && p->places.at[place].uplink &&
		    (!least || distance < least))
			least = distance;
	}
	return least;
}

static void add(struct edges_list *out, struct addr_prefix to,
		unsigned distance, size_t sr)
{
	struct edges_route r = {to, distance, sr};
	VEC_ADD(out, r);
}

/* All that nobody knows, the networks of its uplinks, and its static routes; but
 * the default route is what it makes of the first. */
static void add_sr(const struct plan *p, size_t sr, struct edges_list *out)
{
	size_t count;
	const struct model_route *r = plan_routes(p, sr, &count);
	add(out, anywhere, INTERNAL, sr);
	for (size_t i = 0; i < p->places.count; i++)
		if (p->places.at[i].node == sr && p->places.at[i].uplink)
			add(out, net_of(&p->places.at[i]), INTERNAL, sr);
	for (size_t i = 0; i < count; i++)
		if (r[i].network.len && distance_of(p, sr, &r[i]))
			add(out, r[i].network, distance_of(p, sr, &r[i]), sr);
}

void edges_routes(const struct plan *p, size_t dr, struct edges_list *out)
{
	for (size_t i = 0; i < p->nodes.count; i++)
		if (is_sr_of(p, i, p->nodes.at[dr].index))
			add_sr(p, i, out);
}

static bool is_better(const struct edges_route *a, const struct edges_route *b)
{
	return a->to.len != b->to.len ? a->to.len > b->to.len
				      : a->distance < b->distance;
}

static bool is_as_good(const struct edges_route *a, const struct edges_route *b)
{
	return !is_better(a, b) && !is_better(b, a);
}

bool edges_may(const struct plan *p, size_t a, size_t b, ip4 dst)
{
	size_t x = p->places.at[a].node, y = p->places.at[b].node;
	struct edges_list routes = {0};
	const struct edges_route *best = NULL;
	bool has_x = false, has_y = false;
	if (!are_peers(p, x, y) || !p->places.at[a].backplane ||
	    !p->places.at[b].backplane)
		return false;
	edges_routes(p, x, &routes);
	for (size_t i = 0; i < routes.count; i++)
		if (addr_in(dst, routes.at[i].to) &&
		    (!best || is_better(&routes.at[i], best)))
			best = &routes.at[i];
	for (size_t i = 0; i < routes.count; i++) {
		bool chosen = addr_in(dst, routes.at[i].to) &&
			      is_as_good(&routes.at[i], best);
		has_x |= chosen && routes.at[i].sr == x;
		has_y |= chosen && routes.at[i].sr == y;
	}
	VEC_FREE(&routes);
	return has_x && has_y;
}

bool edges_answer(const struct plan *p, size_t a, size_t b, ip4 dst)
{
	const struct plan_place *x = &p->places.at[a], *y = &p->places.at[b];
	return are_peers(p, x->node, y->node) && x->uplink && y->uplink &&
	       x->link == y->link && !plan_owns(p, PLAN_NONE, dst);
}

/* An uplink of 'sr' that is like 'up'. */
static bool has_like(const struct plan *p, size_t sr,
		     const struct plan_place *up)
{
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *at = &p->places.at[i];
		if (at->node == sr && at->uplink && at->link == up->link &&
		    at->mtu == up->mtu && at->strict == up->strict &&
		    at->addr.len == up->addr.len &&
		    addr_same(net_of(at).addr, net_of(up).addr))
			return true;
	}
	return false;
}

static bool is_covered(const struct plan *p, size_t sr, size_t by)
{
	for (size_t i = 0; i < p->places.count; i++)
		if (p->places.at[i].node == sr && p->places.at[i].uplink &&
		    !has_like(p, by, &p->places.at[i]))
			return false;
	return true;
}

bool edges_scoped(const struct plan *p, size_t place)
{
	size_t count;
	const struct model_nat_rule *r =
		plan_nat(p, p->places.at[place].node, &count);
	for (size_t i = 0; i < count; i++)
		if (r[i].scope.count)
			return true;
	return false;
}

bool edges_alike(const struct plan *p, size_t a, size_t b, ip4 src, ip4 dst)
{
	size_t x = p->places.at[a].node, y = p->places.at[b].node;
	return are_peers(p, x, y) && is_covered(p, x, y) &&
	       is_covered(p, y, x) && !edges_scoped(p, a) &&
	       !plan_owns(p, x, src) && !plan_owns(p, y, src) &&
	       !plan_owns(p, x, dst) && !plan_owns(p, y, dst);
}

bool edges_leads(const struct plan *p, size_t place)
{
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *at = &p->places.at[i];
		if (at->uplink && at->link == p->places.at[place].link &&
		    p->nodes.at[at->node].part == PLAN_SR)
			return true;
	}
	return false;
}

bool edges_speak(const struct plan *p, ip4 a, ip4 b)
{
	for (size_t x = 0; x < p->nodes.count; x++)
		for (size_t y = 0; y < p->nodes.count; y++)
			if (are_peers(p, x, y) && plan_owns(p, x, a) &&
			    plan_owns(p, y, b))
				return true;
	return false;
}
