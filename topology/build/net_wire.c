/* SPDX-License-Identifier: Apache-2.0 */
/* The wiring: nodes, ports and links, as NSX plumbs them by itself.
 *
 *	segments - T1 DR - 169.254.0.0/28 - T1 SR - 100.64.0.x/31 - T0 DR
 *		- 169.254.0.0/24 - T0 SR (one per edge) - uplink segment
 *
 * MAC addresses of DRs, router links and backplanes are those seen on real
 * edges. */

#include "topology/build/net_private.h"

#define BACKPLANE_DELAY_NS 10000 /* 10 us */

static const mac dr_mac = {{0x02, 0x50, 0x56, 0x56, 0x44, 0x52}};
static const mac link_mac = {{0x02, 0x50, 0x56, 0x56, 0x44, 0x55}};
static const mac no_mac;

static mac sr_mac(size_t sr)
{
	return (mac){{0x02, 0x50, 0x56, 0x56, 0x53, (uint8_t)sr}};
}

/* Around a packet that goes from one transport node to another: Ethernet of its
 * own, Geneve, UDP and IP (RFC 8926; options would come on top). */
#define GENEVE_OVERHEAD (14 + 8 + 8 + 20)

static const struct link_conf backplane_link = {.delay_ns = BACKPLANE_DELAY_NS};

/* From a Tier-1's DR, on the node where the virtual machine runs, to the edge:
 * to its SR, or without one to Tier-0. Gateways on edges are taken to be on the
 * same one, and what stays within a Tier-1 to stay on one node, since where
 * things run is not in the file. */
static struct link_conf tunnel(const struct model *m)
{
	struct link_conf conf = backplane_link;
	if (m->underlay_mtu)
		conf.tunnel_mtu = m->underlay_mtu - GENEVE_OVERHEAD;
	return conf;
}

static const char *part_name(struct net *n, const char *gateway,
			     const char *part)
{
	return arena_printf(&n->arena, "%s:%s", gateway, part);
}

static struct net_gateway *add_gateway(struct net *n, enum net_kind kind,
				       const char *name)
{
	struct net_gateway g = {.kind = kind,
				.name = arena_text(&n->arena, name)};
	VEC_ADD(&n->gateways, g);
	return VEC_LAST(&n->gateways);
}

static struct router *add_part(struct net *n, struct net_gateway *g,
			       const char *part)
{
	const char *name = part ? part_name(n, g->name, part) : g->name;
	struct router *r = router_new(n->world, name, g->name);
	if (g->part_count < sizeof(g->parts) / sizeof(g->parts[0]))
		g->parts[g->part_count++] = r;
	return r;
}

static uint16_t add_port(struct router *r, const struct router_port_conf *conf)
{
	return router_add_port(r, conf)->port;
}

static void attach(struct net *n, struct router *r, uint16_t port,
		   size_t segment)
{
	const struct model_segment *s = &n->model->segments.at[segment];
	struct link_conf conf = {.delay_ns = s->delay_ns,
				 .loss_ppm = s->loss_ppm};
	bridge_attach(n->segments[segment], router_port(r, port)->nic, &conf);
}

static void wire_segments(struct net *n, const struct model *m)
{
	n->segment_count = m->segments.count;
	n->segments = (struct bridge **)arena_alloc(&n->arena, n->segment_count,
						    sizeof(struct bridge *));
	n->segment_ports = ARENA_ARRAY(&n->arena, n->segment_count, uint16_t);
	for (size_t i = 0; i < n->segment_count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		n->segments[i] = bridge_new(n->world, s->id.name);
		if (s->tier1.name)
			net_index_add(&n->tier1_segments, s->tier1.index, i);
		if (s->tier0.name)
			net_index_add(&n->tier0_segments, s->tier0.index, i);
	}
	net_index_seal(&n->tier1_segments, m->tier1s.count);
	net_index_seal(&n->tier0_segments, m->tier0s.count);
}

/* The DR's ports to its segments. */
static void wire_downlinks(struct net *n, struct router *dr,
			   struct net_index_list segments)
{
	for (size_t k = 0; k < segments.count; k++) {
		size_t i = segments.at[k];
		const struct model_segment *s = &n->model->segments.at[i];
		struct router_port_conf conf = {
			.name = s->id.name,
			.mac = dr_mac,
			.addr = s->gateway_address,
			.mtu = s->mtu,
			.urpf_strict = s->urpf_mode == MODEL_URPF_STRICT};
		n->segment_ports[i] = add_port(dr, &conf);
		attach(n, dr, n->segment_ports[i], i);
	}
}

static struct addr_if in_subnet(struct addr_prefix p, uint32_t number)
{
	return (struct addr_if){{p.addr.v + number}, p.len};
}

static void wire_sr(struct net *n, const struct model *m,
		    const struct model_tier0 *g, struct net_tier0 *t,
		    size_t edge)
{
	struct net_gateway *gateway = VEC_LAST(&n->gateways);
	const struct model_edge_cluster *c =
		&m->edge_clusters.at[g->edge_cluster.index];
	struct net_sr *sr = &t->srs[t->sr_count];
	struct router_port_conf conf = {
		.name = "backplane",
		.mac = sr_mac(t->sr_count),
		.addr = in_subnet(g->internal_transit_subnet,
				  2 + (uint32_t)t->sr_count),
		.backplane = true};
	sr->router = add_part(n, gateway, c->edges.at[edge].id.name);
	sr->edge = edge;
	sr->address = conf.addr.addr;
	sr->backplane = add_port(sr->router, &conf);
	bridge_attach(t->transit, router_port(sr->router, sr->backplane)->nic,
		      &backplane_link);
	t->sr_count++;
}

/* The SR on the interface's edge, made if it is the first one there. */
static size_t sr_of(struct net *n, const struct model *m,
		    const struct model_tier0 *g, struct net_tier0 *t,
		    size_t edge)
{
	for (size_t i = 0; i < t->sr_count; i++)
		if (t->srs[i].edge == edge)
			return i;
	if (t->sr_count < NET_SRS_MAX)
		wire_sr(n, m, g, t, edge);
	return t->sr_count - 1;
}

static void wire_uplinks(struct net *n, const struct model *m,
			 const struct model_tier0 *g, struct net_tier0 *t)
{
	t->uplinks = ARENA_ARRAY(&n->arena, g->interfaces.count, uint16_t);
	t->uplink_srs = ARENA_ARRAY(&n->arena, g->interfaces.count, size_t);
	for (size_t i = 0; i < g->interfaces.count; i++) {
		const struct model_interface *f = &g->interfaces.at[i];
		size_t sr = sr_of(n, m, g, t, f->edge.index);
		struct router_port_conf conf = {
			.name = f->id.name,
			.addr = f->address,
			.mtu = f->mtu,
			.uplink = true,
			.urpf_strict = f->urpf_mode == MODEL_URPF_STRICT};
		t->uplink_srs[i] = sr;
		t->uplinks[i] = add_port(t->srs[sr].router, &conf);
		attach(n, t->srs[sr].router, t->uplinks[i], f->segment.index);
	}
}

static void wire_tier0(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	struct net_tier0 *t = &n->tier0s[index];
	struct net_gateway *gateway = add_gateway(n, NET_TIER0, g->id.name);
	struct router_port_conf conf = {
		.name = "backplane",
		.mac = dr_mac,
		.addr = in_subnet(g->internal_transit_subnet, 1),
		.backplane = true};
	t->dr = add_part(n, gateway, "dr");
	t->dr_address = conf.addr.addr;
	t->backplane = add_port(t->dr, &conf);
	t->transit = bridge_new(n->world, part_name(n, g->id.name, "transit"));
	bridge_attach(t->transit, router_port(t->dr, t->backplane)->nic,
		      &backplane_link);
	wire_uplinks(n, m, g, t);
	wire_downlinks(n, t->dr, net_index_of(&n->tier0_segments, index));
}

/* The /31 to the Tier-0, on the SR if there is one: even address up there, odd
 * one here. */
static void wire_router_link(struct net *n, const struct model *m,
			     const struct model_tier1 *g, struct net_tier1 *t)
{
	struct net_tier0 *t0 = &n->tier0s[g->tier0.index];
	struct addr_prefix net = m->tier0s.at[g->tier0.index].transit_subnet;
	uint32_t base = net.addr.v + 2 * (uint32_t)t0->links++;
	struct router *end = t->sr ? t->sr : t->dr;
	struct router_port_conf up = {.name = "uplink",
				      .mac = link_mac,
				      .addr = {{base + 1}, 31},
				      .uplink = true};
	struct router_port_conf down = {
		.name = arena_printf(&n->arena, "downlink-%s", g->id.name),
		.mac = dr_mac,
		.addr = {{base}, 31}};
	t->t0_address = down.addr.addr;
	t->address = up.addr.addr;
	struct link_conf link = t->sr ? backplane_link : tunnel(m);
	t->uplink = add_port(end, &up);
	t->t0_port = add_port(t0->dr, &down);
	link_new(n->world, router_port(end, t->uplink)->nic,
		 router_port(t0->dr, t->t0_port)->nic, &link);
}

static void wire_tier1_sr(struct net *n, const struct model *m,
			  struct net_gateway *gateway, struct net_tier1 *t)
{
	static const struct addr_prefix transit = {{0xa9fe0000}, 28};
	struct router_port_conf dr = {.name = "backplane",
				      .mac = dr_mac,
				      .addr = in_subnet(transit, 1),
				      .backplane = true};
	struct router_port_conf sr = {.name = "backplane",
				      .mac = sr_mac(0),
				      .addr = in_subnet(transit, 2),
				      .backplane = true};
	t->sr = add_part(n, gateway, "sr");
	t->dr_backplane = add_port(t->dr, &dr);
	t->sr_backplane = add_port(t->sr, &sr);
	struct link_conf link = tunnel(m);
	link_new(n->world, router_port(t->dr, t->dr_backplane)->nic,
		 router_port(t->sr, t->sr_backplane)->nic, &link);
}

static void wire_tier1(struct net *n, const struct model *m, size_t index)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	struct net_tier1 *t = &n->tier1s[index];
	struct net_gateway *gateway = add_gateway(n, NET_TIER1, g->id.name);
	t->uplink = t->t0_port = NET_NO_PORT;
	t->dr = add_part(n, gateway, "dr");
	if (g->edge_cluster.name)
		wire_tier1_sr(n, m, gateway, t);
	if (g->tier0.name) {
		net_index_add(&n->tier0_tier1s, g->tier0.index, index);
		wire_router_link(n, m, g, t);
	}
	wire_downlinks(n, t->dr, net_index_of(&n->tier1_segments, index));
}

void net_wire_interfaces(struct net *n, struct router *r,
			 const struct model_interface *at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct router_port_conf conf = {
			.name = at[i].id.name,
			.mac = no_mac,
			.addr = at[i].address,
			.mtu = at[i].mtu,
			.uplink = at[i].nat_outside,
			.urpf_strict = at[i].urpf_mode == MODEL_URPF_STRICT};
		attach(n, r, add_port(r, &conf), at[i].segment.index);
	}
}

static void wire_outside(struct net *n, const struct model *m)
{
	n->router_count = m->routers.count;
	n->routers = (struct router **)arena_alloc(&n->arena, n->router_count,
						   sizeof(struct router *));
	for (size_t i = 0; i < n->router_count; i++) {
		const struct model_router *r = &m->routers.at[i];
		struct net_gateway *g = add_gateway(n, NET_ROUTER, r->id.name);
		n->routers[i] = add_part(n, g, NULL);
		net_wire_interfaces(n, n->routers[i], r->interfaces.at,
				    r->interfaces.count);
	}
}

void net_wire(struct net *n, const struct model *m)
{
	wire_segments(n, m);
	n->tier0_count = m->tier0s.count;
	n->tier1_count = m->tier1s.count;
	n->tier0s = ARENA_ARRAY(&n->arena, n->tier0_count, struct net_tier0);
	n->tier1s = ARENA_ARRAY(&n->arena, n->tier1_count, struct net_tier1);
	for (size_t i = 0; i < n->tier0_count; i++)
		wire_tier0(n, m, i);
	for (size_t i = 0; i < n->tier1_count; i++)
		wire_tier1(n, m, i);
	net_index_seal(&n->tier0_tier1s, n->tier0_count);
	wire_outside(n, m);
	net_hosts_wire(n, m);
}
