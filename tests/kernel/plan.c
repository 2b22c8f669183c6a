/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/plan.h"

#include <stdio.h>
#include <string.h>

static size_t add_node(struct plan *p, enum plan_kind kind, size_t index,
		       const char *name)
{
	struct plan_node n = {.kind = kind, .index = index, .name = name};
	VEC_ADD(&p->nodes, n);
	return p->nodes.count - 1;
}

static void add_place(struct plan *p, const struct plan_place *place)
{
	VEC_ADD(&p->places, *place);
	VEC_LAST(&p->places)->number = (unsigned)p->places.count;
}

static void add_segments(struct plan *p, size_t node, bool tier1, size_t index)
{
	const struct model *m = p->model;
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		const struct schema_ref *to = tier1 ? &s->tier1 : &s->tier0;
		if (!to->name || to->index != index)
			continue;
		struct plan_place place = {.node = node,
					   .port = s->id.name,
					   .addr = s->gateway_address,
					   .link = i,
					   .mtu = s->mtu,
					   .strict = s->urpf_mode ==
						     MODEL_URPF_STRICT};
		add_place(p, &place);
	}
}

static void add_uplink(struct plan *p, size_t node, size_t tier0, size_t i)
{
	const struct model_tier0 *g = &p->model->tier0s.at[tier0];
	const struct model_interface *f = &g->interfaces.at[i];
	struct plan_place place = {.node = node,
				   .port = f->id.name,
				   .addr = f->address,
				   .link = f->segment.index,
				   .mtu = f->mtu,
				   .uplink = true,
				   .strict = f->urpf_mode == MODEL_URPF_STRICT,
				   .interface = i};
	struct addr_prefix net =
		addr_prefix_of(f->address.addr, f->address.len);
	if (g->has_ha_vip && addr_in(g->ha_vip.addr, net))
		place.vip = g->ha_vip;
	add_place(p, &place);
}

/* On one edge; of an active-standby gateway that of the first interface, which
 * is the active one. */
static void add_whole(struct plan *p, size_t index)
{
	const struct model_tier0 *g = &p->model->tier0s.at[index];
	size_t node = add_node(p, PLAN_TIER0, index, g->id.name);
	for (size_t i = 0; i < g->interfaces.count; i++)
		if (g->interfaces.at[i].edge.index ==
		    g->interfaces.at[0].edge.index)
			add_uplink(p, node, index, i);
	add_segments(p, node, false, index);
}

/* Its place on the backplane has the address of that number. */
static size_t add_part(struct plan *p, size_t tier0, const char *part,
		       uint32_t number)
{
	const struct model_tier0 *g = &p->model->tier0s.at[tier0];
	struct addr_prefix net = g->internal_transit_subnet;
	struct plan_place place = {.port = "backplane",
				   .addr = {{net.addr.v + number}, net.len},
				   .link = p->link_count,
				   .mtu = 1500,
				   .backplane = true};
	place.node =
		add_node(p, PLAN_TIER0, tier0,
			 arena_printf(&p->arena, "%s:%s", g->id.name, part));
	VEC_LAST(&p->nodes)->part = number == 1 ? PLAN_DR : PLAN_SR;
	add_place(p, &place);
	return place.node;
}

static bool is_first_on_edge(const struct model_tier0 *g, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (g->interfaces.at[j].edge.index ==
		    g->interfaces.at[i].edge.index)
			return false;
	return true;
}

/* The SR of an edge; of an interface that is down nothing is there. */
static void add_sr(struct plan *p, size_t index, size_t edge, uint32_t number)
{
	const struct model_tier0 *g = &p->model->tier0s.at[index];
	const struct model_edge_cluster *c =
		&p->model->edge_clusters.at[g->edge_cluster.index];
	if (c->edges.at[edge].admin_state != MODEL_UP)
		return;
	size_t node = add_part(p, index, c->edges.at[edge].id.name, number);
	VEC_LAST(&p->nodes)->edge = edge;
	for (size_t i = 0; i < g->interfaces.count; i++)
		if (g->interfaces.at[i].edge.index == edge &&
		    g->interfaces.at[i].admin_state == MODEL_UP)
			add_uplink(p, node, index, i);
}

/* 169.254.0.1 is the DR, .2 and so on the SRs in the order of the interfaces. */
static void add_parts(struct plan *p, size_t index)
{
	const struct model_tier0 *g = &p->model->tier0s.at[index];
	uint32_t number = 1;
	add_segments(p, add_part(p, index, "dr", number), false, index);
	for (size_t i = 0; i < g->interfaces.count; i++)
		if (is_first_on_edge(g, i))
			add_sr(p, index, g->interfaces.at[i].edge.index,
			       ++number);
	p->link_count++;
}

static void add_tier0(struct plan *p, size_t index)
{
	const struct model_tier0 *g = &p->model->tier0s.at[index];
	bool several = false;
	for (size_t i = 0; i < g->interfaces.count; i++)
		several |= i && is_first_on_edge(g, i);
	if (several && g->ha_mode == MODEL_ACTIVE_ACTIVE)
		add_parts(p, index);
	else
		add_whole(p, index);
}

/* The /31 of a router link: even address above, odd one below. */
static void add_link(struct plan *p, size_t tier1, size_t node, size_t *links)
{
	const struct model_tier1 *g = &p->model->tier1s.at[tier1];
	const struct model_tier0 *t0 = &p->model->tier0s.at[g->tier0.index];
	uint32_t base = t0->transit_subnet.addr.v + 2 * (uint32_t)*links;
	struct plan_place place = {.node = node,
				   .port = "uplink",
				   .addr = {{base + 1}, 31},
				   .link = p->link_count,
				   .mtu = 1500,
				   .uplink = true};
	++*links;
	add_place(p, &place);
	place.node = plan_node_at(p, PLAN_TIER0, g->tier0.index);
	place.port = arena_printf(&p->arena, "downlink-%s", g->id.name);
	place.addr.addr.v = base;
	place.uplink = false;
	place.interface = tier1;
	add_place(p, &place);
	p->link_count++;
}

static void add_tier1(struct plan *p, size_t index)
{
	const struct model_tier1 *g = &p->model->tier1s.at[index];
	size_t node = add_node(p, PLAN_TIER1, index, g->id.name);
	size_t links = 0;
	for (size_t i = 0; i < index; i++)
		links += p->model->tier1s.at[i].tier0.name && g->tier0.name &&
			 p->model->tier1s.at[i].tier0.index == g->tier0.index;
	if (g->tier0.name)
		add_link(p, index, node, &links);
	add_segments(p, node, true, index);
}

static void add_interfaces(struct plan *p, size_t node,
			   const struct model_interface *at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct plan_place place = {.node = node,
					   .port = at[i].id.name,
					   .addr = at[i].address,
					   .link = at[i].segment.index,
					   .mtu = at[i].mtu,
					   .uplink = at[i].nat_outside,
					   .strict = at[i].urpf_mode ==
						     MODEL_URPF_STRICT,
					   .interface = i};
		add_place(p, &place);
	}
}

static bool has_counterpart(const struct model *m, struct str *why)
{
	for (size_t i = 0; i < m->tier0s.count; i++)
		if (m->tier0s.at[i].preferred_edge.name)
			str_add(why, "preferred_edge is not looked at\n");
	for (size_t i = 0; i < m->hosts.count; i++)
		if (m->hosts.at[i].forwards)
			str_add(why, "forwarding hosts are not realized");
	return !why->len;
}

bool plan_init(struct plan *p, struct model *m, struct str *why)
{
	memset(p, 0, sizeof(*p));
	arena_init(&p->arena);
	p->model = m;
	p->link_count = m->segments.count;
	if (!has_counterpart(m, why))
		return false;
	for (size_t i = 0; i < m->tier0s.count; i++)
		add_tier0(p, i);
	for (size_t i = 0; i < m->tier1s.count; i++)
		add_tier1(p, i);
	for (size_t i = 0; i < m->routers.count; i++)
		add_interfaces(
			p,
			add_node(p, PLAN_ROUTER, i, m->routers.at[i].id.name),
			m->routers.at[i].interfaces.at,
			m->routers.at[i].interfaces.count);
	for (size_t i = 0; i < m->hosts.count; i++)
		add_interfaces(
			p, add_node(p, PLAN_HOST, i, m->hosts.at[i].id.name),
			m->hosts.at[i].interfaces.at,
			m->hosts.at[i].interfaces.count);
	return true;
}

void plan_fini(struct plan *p)
{
	VEC_FREE(&p->nodes);
	VEC_FREE(&p->places);
	arena_fini(&p->arena);
}

size_t plan_node_of(const struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->nodes.count; i++)
		if (!strcmp(p->nodes.at[i].name, name))
			return i;
	return PLAN_NONE;
}

size_t plan_node_at(const struct plan *p, enum plan_kind kind, size_t index)
{
	for (size_t i = 0; i < p->nodes.count; i++)
		if (p->nodes.at[i].kind == kind &&
		    p->nodes.at[i].index == index)
			return i;
	return PLAN_NONE;
}

size_t plan_place_of(const struct plan *p, const char *node, const char *port)
{
	for (size_t i = 0; i < p->places.count; i++)
		if (!strcmp(p->nodes.at[p->places.at[i].node].name, node) &&
		    !strcmp(p->places.at[i].port, port))
			return i;
	return PLAN_NONE;
}

size_t plan_place_to(const struct plan *p, size_t node, ip4 a)
{
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *place = &p->places.at[i];
		struct addr_prefix net =
			addr_prefix_of(place->addr.addr, place->addr.len);
		if (place->node == node && place->addr.addr.v &&
		    addr_in(a, net))
			return i;
	}
	return PLAN_NONE;
}

size_t plan_uplink_of(const struct plan *p, size_t tier1)
{
	return plan_place_of(p, p->model->tier1s.at[tier1].id.name, "uplink");
}

size_t plan_downlink_of(const struct plan *p, size_t tier1)
{
	size_t up = plan_uplink_of(p, tier1);
	for (size_t i = 0; up != PLAN_NONE && i < p->places.count; i++)
		if (i != up && p->places.at[i].link == p->places.at[up].link)
			return i;
	return PLAN_NONE;
}

size_t plan_backplane_of(const struct plan *p, size_t node)
{
	for (size_t i = 0; i < p->places.count; i++)
		if (p->places.at[i].node == node && p->places.at[i].backplane)
			return i;
	return PLAN_NONE;
}

bool plan_owns(const struct plan *p, size_t node, ip4 a)
{
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *place = &p->places.at[i];
		if ((node == PLAN_NONE || place->node == node) &&
		    (addr_same(place->addr.addr, a) ||
		     addr_same(place->vip.addr, a)))
			return true;
	}
	return false;
}

bool plan_serves(const struct plan *p, size_t node, ip4 a)
{
	const struct model *m = p->model;
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		if (addr_same(s->ip_address, a) &&
		    (node == PLAN_NONE ||
		     plan_node_at(p, PLAN_TIER1, s->tier1.index) == node))
			return true;
	}
	return false;
}

static const struct model_next_hop *
hop_at(const struct plan *p, const struct model_route *r, size_t place)
{
	for (size_t i = 0; i < r->next_hops.count; i++)
		if (addr_same(r->next_hops.at[i].ip_address,
			      p->places.at[place].addr.addr))
			return &r->next_hops.at[i];
	return NULL;
}

bool plan_is_equal(const struct plan *p, size_t a, size_t b, ip4 dst)
{
	for (size_t node = 0; node < p->nodes.count; node++) {
		size_t count;
		const struct model_route *r = plan_routes(p, node, &count);
		for (size_t i = 0; i < count; i++) {
			const struct model_next_hop *x = hop_at(p, &r[i], a),
						    *y = hop_at(p, &r[i], b);
			if (x && y && x != y && addr_in(dst, r[i].network) &&
			    x->admin_distance == y->admin_distance)
				return true;
		}
	}
	return false;
}

const char *plan_print(const struct plan *p, size_t place, char out[80])
{
	const struct plan_place *at = &p->places.at[place];
	snprintf(out, 80, "%s:%s", p->nodes.at[at->node].name, at->port);
	return out;
}

void plan_link_name(const struct plan *p, size_t link, char *out, size_t room)
{
	if (link < p->model->segments.count) {
		snprintf(out, room, "%s", p->model->segments.at[link].id.name);
		return;
	}
	for (size_t i = 0; i < p->places.count; i++)
		if (p->places.at[i].link == link &&
		    (p->places.at[i].uplink || p->places.at[i].backplane))
			snprintf(out, room, "link of %s",
				 p->nodes.at[p->places.at[i].node].name);
}

const struct model_route *plan_routes(const struct plan *p, size_t node,
				      size_t *count)
{
	const struct plan_node *n = &p->nodes.at[node];
	const struct model *m = p->model;
	switch (n->kind) {
	case PLAN_TIER0:
		*count = m->tier0s.at[n->index].static_routes.count;
		return m->tier0s.at[n->index].static_routes.at;
	case PLAN_TIER1:
		*count = m->tier1s.at[n->index].static_routes.count;
		return m->tier1s.at[n->index].static_routes.at;
	case PLAN_ROUTER:
		*count = m->routers.at[n->index].routes.count;
		return m->routers.at[n->index].routes.at;
	default:
		*count = m->hosts.at[n->index].routes.count;
		return m->hosts.at[n->index].routes.at;
	}
}

const struct model_nat_rule *plan_nat(const struct plan *p, size_t node,
				      size_t *count)
{
	const struct plan_node *n = &p->nodes.at[node];
	const struct model *m = p->model;
	switch (n->kind) {
	case PLAN_TIER0:
		*count = n->part == PLAN_DR
				 ? 0
				 : m->tier0s.at[n->index].nat_rules.count;
		return m->tier0s.at[n->index].nat_rules.at;
	case PLAN_TIER1:
		*count = m->tier1s.at[n->index].edge_cluster.name
				 ? m->tier1s.at[n->index].nat_rules.count
				 : 0;
		return m->tier1s.at[n->index].nat_rules.at;
	case PLAN_ROUTER:
		*count = m->routers.at[n->index].nat_rules.count;
		return m->routers.at[n->index].nat_rules.at;
	default:
		*count = 0;
		return NULL;
	}
}
