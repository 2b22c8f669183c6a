/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/script.h"

#include <string.h>
#include <unistd.h>

#include "tests/kernel/edges.h"

static void add_mac(struct str *out, unsigned number)
{
	str_addf(out, "02:00:00:00:%02x:%02x", (number + 1) >> 8,
		 (number + 1) & 255);
}

void script_port(unsigned number, int fd, struct str *out)
{
	str_addf(out,
		 "link add name c%u index %u type veth peer name p%u "
		 "index %u address ",
		 number, SCRIPT_FAR + number, number, SCRIPT_NEAR + number);
	add_mac(out, number);
	str_addf(out, " netns /proc/%d/fd/%d\nlink set c%u up\n", getpid(), fd,
		 number);
}

static void add_route(struct str *out, struct addr_prefix to, ip4 via,
		      unsigned metric)
{
	char net[ADDR_PREFIX_SIZE], hop[ADDR_IP4_SIZE];
	struct str line = {0};
	str_addf(&line, "route append %s via %s metric %u\n",
		 addr_print_prefix(to, net), addr_print_ip4(via, hop), metric);
	/* Several rules may share an address. */
	if (!strstr(str_text(out), str_text(&line)))
		str_add(out, str_text(&line));
	str_fini(&line);
}

/* Linux looks for a route before it looks at the TTL, and tells a sender five
 * times at once that there is none. A last resort, whose packets are dropped or
 * rejected by rules, makes it look at the TTL first and tell always. */
static void add_null(struct str *out, struct addr_prefix to)
{
	char net[ADDR_PREFIX_SIZE];
	str_addf(out, "route append %s dev lo metric 1\n",
		 addr_print_prefix(to, net));
}

/* Next hops at the same distance share the traffic. */
static void add_hops(const struct plan *p, size_t node,
		     const struct model_route *r, size_t first, struct str *out)
{
	char net[ADDR_PREFIX_SIZE], hop[ADDR_IP4_SIZE];
	unsigned distance = r->next_hops.at[first].admin_distance;
	size_t count = 0;
	ip4 hops[8];
	for (size_t i = 0; i < r->next_hops.count && count < 8; i++) {
		const struct model_next_hop *h = &r->next_hops.at[i];
		if (h->admin_distance != distance ||
		    plan_place_to(p, node, h->ip_address) == PLAN_NONE)
			continue;
		if (i < first)
			return; /* added with the first */
		hops[count++] = h->ip_address;
	}
	if (count == 1)
		add_route(out, r->network, hops[0], r->bgp ? 20 : distance);
	if (count < 2)
		return;
	str_addf(out, "route append %s metric %u",
		 addr_print_prefix(r->network, net), r->bgp ? 20 : distance);
	for (size_t i = 0; i < count; i++)
		str_addf(out, " nexthop via %s", addr_print_ip4(hops[i], hop));
	str_add(out, "\n");
}

static void add_static(const struct plan *p, size_t node,
		       const struct model_route *r, struct str *out)
{
	if (!r->next_hops.count)
		add_null(out, r->network);
	for (size_t i = 0; i < r->next_hops.count; i++)
		add_hops(p, node, r, i, out);
}

static void add_statics(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	const struct model_route *at = plan_routes(p, node, &count);
	for (size_t i = 0; i < count; i++)
		add_static(p, node, &at[i], out);
}

static bool is_usable(const struct plan *p, size_t node,
		      const struct model_route *r)
{
	bool usable = !r->next_hops.count;
	for (size_t i = 0; i < r->next_hops.count; i++)
		usable |=
			plan_place_to(p, node, r->next_hops.at[i].ip_address) !=
			PLAN_NONE;
	return usable;
}

static const struct nat_prefixes *owned(const struct nat_rule *r)
{
	return r->action == NAT_DNAT ? &r->destination : &r->translated;
}

/* The first rule about the kind of route and the prefix decides, else the list
 * of types. */
static bool is_told(const struct model_tier1 *g, enum model_advertise type,
		    struct addr_prefix net)
{
	for (size_t i = 0; i < g->route_advertisement_rules.count; i++) {
		const struct model_advertisement_rule *r =
			&g->route_advertisement_rules.at[i];
		bool met = !r->subnets.count;
		for (size_t j = 0; j < r->subnets.count; j++)
			met |= addr_in(net.addr, r->subnets.at[j]) &&
			       (r->prefix_operator == MODEL_EQ
					? net.len == r->subnets.at[j].len
					: net.len >= r->subnets.at[j].len);
		if (met && (!r->route_advertisement_types ||
			    r->route_advertisement_types & (unsigned)type))
			return r->action == MODEL_PERMIT;
	}
	return g->route_advertisement_types & (unsigned)type;
}

struct telling {
	const struct model_tier1 *tier1;
	ip4 via;
	struct str *out;
};

static void tell(const struct telling *t, enum model_advertise type,
		 struct addr_prefix net)
{
	if (is_told(t->tier1, type, net))
		add_route(t->out, net, t->via, 3);
}

static void tell_rules(const struct telling *t, const struct plan *p,
		       size_t node)
{
	size_t count;
	const struct model_nat_rule *rules = plan_nat(p, node, &count);
	for (size_t i = 0; i < count; i++) {
		const struct nat_prefixes *o = owned(&rules[i].rule);
		for (unsigned j = 0; rules[i].rule.enabled && j < o->count; j++)
			tell(t, MODEL_TIER1_NAT, o->at[j]);
	}
}

static void tell_servers(const struct telling *t, const struct model *m,
			 size_t tier1)
{
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		if (s->tier1.index == tier1 && s->enabled)
			tell(t, MODEL_TIER1_LB_VIP,
			     (struct addr_prefix){s->ip_address, 32});
	}
}

/* What a Tier-1 advertises, at distance 3 (t1c, t1s, t1n, t1l); 'via' leads
 * there. */
static void add_advertised(const struct plan *p, size_t tier1, ip4 via,
			   struct str *out)
{
	const struct model *m = p->model;
	const struct model_tier1 *g = &m->tier1s.at[tier1];
	size_t node = plan_node_at(p, PLAN_TIER1, tier1);
	struct telling t = {g, via, out};
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		if (s->tier1.name && s->tier1.index == tier1)
			tell(&t, MODEL_TIER1_CONNECTED,
			     addr_prefix_of(s->gateway_address.addr,
					    s->gateway_address.len));
	}
	for (size_t i = 0; i < g->static_routes.count; i++)
		if (is_usable(p, node, &g->static_routes.at[i]))
			tell(&t, MODEL_TIER1_STATIC_ROUTES,
			     g->static_routes.at[i].network);
	tell_rules(&t, p, node);
	if (g->edge_cluster.name)
		tell_servers(&t, m, tier1);
}

/* What a gateway owns without it being on a port: the addresses of n:1 SNAT, and
 * those of DNAT for some service only. */
const struct nat_prefixes *script_owned(const struct nat_rule *r)
{
	if (r->enabled && r->action == NAT_DNAT && r->proto)
		return &r->destination;
	if (r->enabled && r->action == NAT_SNAT &&
	    nat_size(&r->translated) != nat_size(&r->source))
		return &r->translated;
	return NULL;
}

static void add_loopbacks(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	char text[ADDR_IP4_SIZE];
	const struct model_nat_rule *rules = plan_nat(p, node, &count);
	if (p->nodes.at[node].kind == PLAN_ROUTER)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct nat_prefixes *o = script_owned(&rules[i].rule);
		for (uint64_t j = 0; o && j < nat_size(o); j++)
			str_addf(out, "addr replace %s/32 dev lo\n",
				 addr_print_ip4(nat_at(o, j), text));
	}
}

static bool is_below(const struct plan *p, size_t tier1, size_t node)
{
	const struct schema_ref *to = &p->model->tier1s.at[tier1].tier0;
	return to->name && to->index == p->nodes.at[node].index;
}

/* The Tier-1 gateways, at their own addresses. */
static void add_tier1s(const struct plan *p, size_t node, struct str *out)
{
	for (size_t i = 0; i < p->model->tier1s.count; i++)
		if (is_below(p, i, node))
			add_advertised(
				p, i,
				p->places.at[plan_uplink_of(p, i)].addr.addr,
				out);
}

/* By the SRs of those routes from 'first' on that have its prefix and distance;
 * but what was added with one before. */
static void add_by_srs(const struct plan *p, const struct edges_list *routes,
		       size_t first, struct str *out)
{
	const struct edges_route *r = &routes->at[first];
	struct str hops = {0};
	char text[ADDR_PREFIX_SIZE];
	bool again = false;
	for (size_t i = 0; i < routes->count; i++) {
		const struct edges_route *o = &routes->at[i];
		if (o->distance != r->distance || o->to.len != r->to.len ||
		    !addr_same(o->to.addr, r->to.addr))
			continue;
		again |= i < first;
		size_t at = plan_backplane_of(p, o->sr);
		str_addf(&hops, " nexthop via %s",
			 addr_print_ip4(p->places.at[at].addr.addr, text));
	}
	if (!again)
		str_addf(out, "route append %s metric %u%s\n",
			 addr_print_prefix(r->to, text), r->distance,
			 str_text(&hops));
	str_fini(&hops);
}

static void add_static_dr(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	const struct model_route *at = plan_routes(p, node, &count);
	for (size_t i = 0; i < count; i++)
		if (at[i].next_hops.count || at[i].network.len)
			add_static(p, node, &at[i], out);
}

/* Tier-1 gateways and segments are its own; the rest is by the SRs. */
static void add_dr(const struct plan *p, size_t node, struct str *out)
{
	struct edges_list routes = {0};
	add_static_dr(p, node, out);
	add_tier1s(p, node, out);
	edges_routes(p, node, &routes);
	for (size_t i = 0; i < routes.count; i++)
		add_by_srs(p, &routes, i, out);
	VEC_FREE(&routes);
}

/* Static routes by networks of the DR. */
static void add_relayed(const struct plan *p, size_t dr, ip4 via,
			struct str *out)
{
	size_t count;
	const struct model_route *r = plan_routes(p, dr, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < r[i].next_hops.count; j++)
			if (plan_place_to(p, dr,
					  r[i].next_hops.at[j].ip_address) !=
			    PLAN_NONE)
				add_route(out, r[i].network, via,
					  r[i].next_hops.at[j].admin_distance);
}

/* Uplinks and static routes are its own; what is inside is by the DR. */
static void add_sr(const struct plan *p, size_t node, struct str *out)
{
	size_t dr = plan_node_at(p, PLAN_TIER0, p->nodes.at[node].index);
	ip4 via = p->places.at[plan_backplane_of(p, dr)].addr.addr;
	add_statics(p, node, out);
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *at = &p->places.at[i];
		if (at->node == dr && !at->backplane)
			add_route(out,
				  addr_prefix_of(at->addr.addr, at->addr.len),
				  via, 0);
	}
	for (size_t i = 0; i < p->model->tier1s.count; i++)
		if (is_below(p, i, node))
			add_advertised(p, i, via, out);
	add_relayed(p, dr, via, out);
}

static void add_tier0(const struct plan *p, size_t node, struct str *out)
{
	switch (p->nodes.at[node].part) {
	case PLAN_DR:
		add_dr(p, node, out);
		return;
	case PLAN_SR:
		add_sr(p, node, out);
		return;
	default:
		add_statics(p, node, out);
		add_tier1s(p, node, out);
	}
}

static void add_tier1(const struct plan *p, size_t node, struct str *out)
{
	static const struct addr_prefix anywhere = {{0}, 0};
	size_t index = p->nodes.at[node].index;
	size_t above = plan_downlink_of(p, index);
	add_statics(p, node, out);
	if (above != PLAN_NONE)
		add_route(out, anywhere, p->places.at[above].addr.addr, 1);
}

static void add_host(const struct plan *p, size_t node, struct str *out)
{
	static const struct addr_prefix anywhere = {{0}, 0};
	const struct model_host *h = script_host(p, node);
	if (h->has_gateway)
		add_route(out, anywhere, h->gateway, 1);
	add_statics(p, node, out);
}

static void add_addresses(const struct plan *p, size_t place, struct str *out)
{
	const struct plan_place *at = &p->places.at[place];
	char text[ADDR_IP4_SIZE];
	if (at->addr.addr.v)
		str_addf(out, "addr add %s/%u dev p%u\n",
			 addr_print_ip4(at->addr.addr, text), at->addr.len,
			 at->number);
	if (at->vip.addr.v)
		str_addf(out, "addr add %s/%u dev p%u\n",
			 addr_print_ip4(at->vip.addr, text), at->vip.len,
			 at->number);
	str_addf(out, "link set p%u mtu %u up\n", at->number, at->mtu);
}

static bool has_interface(const struct model_tier0 *g, ip4 a)
{
	for (size_t i = 0; i < g->interfaces.count; i++)
		if (addr_same(g->interfaces.at[i].address.addr, a))
			return true;
	return false;
}

/* Proxy ARP: the other places of an uplink's link know whose address it is; but
 * an edge that takes it for its own asks no other one. What an interface of the
 * gateway has is answered for by that alone, even if it is down. */
static void add_neighbour(const struct plan *p, size_t node, size_t uplink,
			  ip4 a, struct str *out)
{
	const struct plan_place *up = &p->places.at[uplink];
	const struct plan_node *n = &p->nodes.at[node],
			       *of = &p->nodes.at[up->node];
	char text[ADDR_IP4_SIZE];
	if (plan_owns(p, PLAN_NONE, a) ||
	    has_interface(&p->model->tier0s.at[of->index], a) ||
	    (n->kind == PLAN_TIER0 && n->index == of->index))
		return;
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *at = &p->places.at[i];
		if (at->node != node || at->link != up->link)
			continue;
		str_addf(out, "neigh replace %s lladdr ",
			 addr_print_ip4(a, text));
		add_mac(out, up->number);
		str_addf(out, " nud permanent dev p%u\n", at->number);
	}
}

static void add_neighbours(const struct plan *p, size_t node, size_t uplink,
			   const struct nat_prefixes *addrs, struct str *out)
{
	const struct plan_place *up = &p->places.at[uplink];
	struct addr_prefix net = addr_prefix_of(up->addr.addr, up->addr.len);
	for (uint64_t i = 0; i < nat_size(addrs) && i < 256; i++)
		if (addr_in(nat_at(addrs, i), net))
			add_neighbour(p, node, uplink, nat_at(addrs, i), out);
}

static bool has_proxies(const struct model *m, const struct model_tier0 *g)
{
	return g->ha_mode == MODEL_ACTIVE_STANDBY || m->nsx_major > 3 ||
	       (m->nsx_major == 3 && m->nsx_minor >= 2);
}

static void add_proxies_of(const struct plan *p, size_t node, size_t owner,
			   size_t uplink, struct str *out)
{
	size_t count;
	const struct model_nat_rule *rules = plan_nat(p, owner, &count);
	for (size_t i = 0; i < count; i++)
		if (rules[i].rule.enabled && owned(&rules[i].rule)->count)
			add_neighbours(p, node, uplink, owned(&rules[i].rule),
				       out);
}

static void add_proxies(const struct plan *p, size_t node, struct str *out)
{
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *up = &p->places.at[i];
		const struct plan_node *n = &p->nodes.at[up->node];
		if (n->kind != PLAN_TIER0 || !up->uplink ||
		    !has_proxies(p->model, &p->model->tier0s.at[n->index]))
			continue;
		add_proxies_of(p, node, up->node, i, out);
		for (size_t j = 0; j < p->model->tier1s.count; j++) {
			const struct model_tier1 *t = &p->model->tier1s.at[j];
			if (t->tier0.name && t->tier0.index == n->index &&
			    t->route_advertisement_types & MODEL_TIER1_NAT)
				add_proxies_of(p, node,
					       plan_node_at(p, PLAN_TIER1, j),
					       i, out);
		}
	}
}

void script_node(const struct plan *p, size_t node, struct str *out)
{
	if (p->nodes.at[node].kind != PLAN_HOST)
		str_add(out, "route append default dev lo metric 4000000000\n");
	add_loopbacks(p, node, out);
	script_servers_loopbacks(p, node, out);
	for (size_t i = 0; i < p->places.count; i++)
		if (p->places.at[i].node == node)
			add_addresses(p, i, out);
	const struct plan_node *n = &p->nodes.at[node];
	switch (n->kind) {
	case PLAN_TIER0:
		add_tier0(p, node, out);
		break;
	case PLAN_TIER1:
		add_tier1(p, node, out);
		break;
	case PLAN_ROUTER:
		add_statics(p, node, out);
		break;
	default:
		add_host(p, node, out);
	}
	add_proxies(p, node, out);
}

const struct model_host *script_host(const struct plan *p, size_t node)
{
	return &p->model->hosts.at[p->nodes.at[node].index];
}
