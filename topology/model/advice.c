/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/advice.h"

#include "topology/model/advertise.h"
#include "topology/model/overlap.h"

#define NONE UINT32_MAX

/* The SNAT rules of the Tier-1 gateways below a Tier-0, by source. */
struct below {
	struct {
		VEC(const struct model_nat_rule *);
	} rules;
	struct {
		VEC(const struct model_tier1 *);
	} owners;
	struct overlap sources;
};

static void add_below(struct below *b, const struct model_tier1 *t,
		      const struct model_nat_rule *r)
{
	const struct nat_prefixes *from = &r->rule.source;
	for (unsigned i = 0; i < from->count; i++)
		overlap_add_prefix(&b->sources, from->at[i], b->rules.count);
	VEC_ADD(&b->rules, r);
	VEC_ADD(&b->owners, t);
}

static void look_below(struct below *b, const struct model *m, size_t tier0)
{
	for (size_t i = 0; i < m->tier1s.count; i++) {
		const struct model_tier1 *t = &m->tier1s.at[i];
		if (!t->tier0.name || t->tier0.index != tier0)
			continue;
		for (size_t j = 0; j < t->nat_rules.count; j++) {
			const struct nat_rule *r = &t->nat_rules.at[j].rule;
			if (r->action == NAT_SNAT && r->enabled)
				add_below(b, t, &t->nat_rules.at[j]);
		}
	}
	overlap_seal(&b->sources);
}

static void end_below(struct below *b)
{
	VEC_FREE(&b->rules);
	VEC_FREE(&b->owners);
	overlap_fini(&b->sources);
}

/* A Tier-0 rule that names what a Tier-1 has translated already. */
static void check_before_tier1(const struct below *b,
			       const struct model_nat_rule *r, struct diag *d)
{
	uint32_t i = NONE;
	for (unsigned j = 0; i == NONE && j < r->rule.source.count; j++) {
		struct addr_prefix p = r->rule.source.at[j];
		i = overlap_find(&b->sources, p.addr.v,
				 p.addr.v + addr_count(p) - 1, NONE);
	}
	if (i == NONE)
		return;
	diag_warning(d, r->source_at,
		     "packets reach Tier-0 as %s has translated them: this "
		     "rule never matches",
		     b->owners.at[i]->id.name);
	diag_note(d, b->rules.at[i]->translated_at,
		  "they come with this address");
	diag_help(d, "match the address after the Tier-1's translation");
}

static void check_same_target(const struct model_tier0 *g, struct diag *d)
{
	struct overlap targets = {0};
	struct overlap_pair p = {0};
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		const struct nat_rule *r = &g->nat_rules.at[i].rule;
		if (r->action == NAT_REFLEXIVE) /* it has one, no list */
			overlap_add_prefix(&targets, r->translated.at[0], i);
	}
	overlap_seal(&targets);
	while (overlap_next(&targets, &p)) {
		diag_warning(d, g->nat_rules.at[p.high].translated_at,
			     "two REFLEXIVE rules translate to the same "
			     "address: answers go to one of them");
		diag_note(d, g->nat_rules.at[p.low].translated_at,
			  "the other one");
		diag_help(d, "REFLEXIVE keeps no state; give each source an "
			     "address of its own");
	}
	overlap_fini(&targets);
}

/* Where nobody answers ARP but for addresses that are on an interface. */
static void check_arp(const struct model *m, const struct model_tier0 *g,
		      const struct model_nat_rule *r, struct diag *d)
{
	bool in_subnet = false;
	if (model_has_proxy_arp(m, g) || r->rule.translated.count != 1)
		return;
	ip4 a = r->rule.translated.at[0].addr;
	for (size_t i = 0; i < g->interfaces.count; i++) {
		struct addr_if f = g->interfaces.at[i].address;
		if (addr_same(f.addr, a))
			return;
		in_subnet |= addr_in(a, addr_prefix_of(f.addr, f.len));
	}
	if (!in_subnet)
		return;
	diag_warning(d, r->translated_at,
		     "nobody answers ARP for this address: before NSX-T 3.2 an "
		     "ACTIVE_ACTIVE Tier-0 does so for its interfaces only");
	diag_help(d, "use the address of an uplink");
}

static void check_tier0(const struct model *m, size_t index, struct diag *d)
{
	const struct model_tier0 *g = &m->tier0s.at[index];
	bool has_default = false;
	for (size_t i = 0; i < g->static_routes.count; i++)
		has_default |= g->static_routes.at[i].network.len == 0;
	if (!has_default) {
		diag_warning(d, g->id.at,
			     "%s has no default route: nothing outside its "
			     "own networks is reachable, nor answered",
			     g->id.name);
		diag_help(d, "static_routes: {default-out: {network: "
			     "0.0.0.0/0, next_hops: [<the router>]}}");
	}
	struct below below = {0};
	look_below(&below, m, index);
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		check_before_tier1(&below, &g->nat_rules.at[i], d);
		check_arp(m, g, &g->nat_rules.at[i], d);
	}
	end_below(&below);
	check_same_target(g, d);
	advice_order(g->nat_rules.at, g->nat_rules.count, d);
}

static void check_connected(const struct model_tier1 *g, bool used,
			    struct diag *d)
{
	if (g->tier0.name || !used)
		return;
	diag_warning(d, g->id.at,
		     "%s is linked to no Tier-0: its segments reach each other "
		     "and nothing else",
		     g->id.name);
	diag_help(d, "name its tier0");
}

static void check_pools(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		const struct model_lb_pool *p = &m->lb_pools.at[s->pool.index];
		bool some = false;
		for (size_t j = 0; j < p->members.count; j++)
			some |= p->members.at[j].enabled;
		if (some || !s->enabled)
			continue;
		diag_warning(d, s->pool.at,
			     "no member of pool %s is enabled: %s drops what "
			     "comes",
			     p->id.name, s->id.name);
		diag_note(d, p->id.at, "the pool");
	}
}

/* A translated address that the Tier-0 is not told of. */
static bool hides_address(const struct model_tier1 *g)
{
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		const struct nat_rule *r = &g->nat_rules.at[i].rule;
		for (unsigned j = 0; r->action == NAT_SNAT && r->enabled &&
				     j < r->translated.count;
		     j++)
			if (!advertise_permits(g, MODEL_TIER1_NAT,
					       r->translated.at[j]))
				return true;
	}
	return false;
}

static void check_advertised(const struct model_tier1 *g, bool hides_server,
			     struct diag *d)
{
	struct diag_place at =
		g->advertisement_at.source ? g->advertisement_at : g->id.at;
	if (hides_address(g)) {
		diag_warning(d, at,
			     "%s translates addresses that it does not "
			     "advertise: answers die at Tier-0",
			     g->id.name);
		diag_help(d, "add TIER1_NAT to route_advertisement_types");
	}
	if (hides_server) {
		diag_warning(d, at,
			     "%s has virtual servers that it does not "
			     "advertise: nobody reaches them",
			     g->id.name);
		diag_help(d, "add TIER1_LB_VIP to route_advertisement_types");
	}
}

/* What lies below a Tier-1. */
struct use {
	bool segments, hidden_server;
};

static bool is_hidden(const struct model_tier1 *g,
		      const struct model_lb_virtual_server *s)
{
	struct addr_prefix vip = {s->ip_address, 32};
	return s->enabled && !advertise_permits(g, MODEL_TIER1_LB_VIP, vip);
}

static struct use *uses(const struct model *m)
{
	struct use *all = mem_new(m->tier1s.count, sizeof(*all));
	for (size_t i = 0; i < m->segments.count; i++)
		if (m->segments.at[i].tier1.name)
			all[m->segments.at[i].tier1.index].segments = true;
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		if (is_hidden(&m->tier1s.at[s->tier1.index], s))
			all[s->tier1.index].hidden_server = true;
	}
	return all;
}

static void check_tier1s(const struct model *m, struct diag *d)
{
	struct use *all = uses(m);
	for (size_t i = 0; i < m->tier1s.count; i++) {
		const struct model_tier1 *g = &m->tier1s.at[i];
		check_connected(g, all[i].segments, d);
		check_advertised(g, all[i].hidden_server, d);
		advice_order(g->nat_rules.at, g->nat_rules.count, d);
	}
	mem_free(all);
}

/* The networks and the addresses of a node's interfaces. */
struct links {
	struct overlap networks, addresses;
};

static void look_at(struct links *l, const struct model_interface *at,
		    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct addr_if on = at[i].address;
		overlap_add_prefix(&l->networks,
				   addr_prefix_of(on.addr, on.len), i);
		overlap_add(&l->addresses, on.addr.v, on.addr.v, i);
	}
	overlap_seal(&l->networks);
	overlap_seal(&l->addresses);
}

static bool is_in(const struct overlap *o, ip4 a)
{
	return overlap_find(o, a.v, a.v, NONE) != NONE;
}

static void check_hop(const struct links *l, const struct model_next_hop *h,
		      struct diag *d)
{
	if (!is_in(&l->networks, h->ip_address)) {
		diag_warning(d, h->at,
			     "the next hop is on none of its networks: the "
			     "route is not used");
		diag_help(d, "a next hop is an address on a network of the "
			     "gateway itself");
	} else if (is_in(&l->addresses, h->ip_address)) {
		diag_warning(d, h->at,
			     "the next hop is an address of the gateway "
			     "itself: a loop");
		diag_help(d, "name the router on the other side");
	}
}

static void check_hops(const struct model_route *routes, size_t route_count,
		       const struct model_interface *at, size_t count,
		       struct diag *d)
{
	struct links l = {0};
	if (!route_count)
		return;
	look_at(&l, at, count);
	for (size_t i = 0; i < route_count; i++)
		for (size_t j = 0; j < routes[i].next_hops.count; j++)
			check_hop(&l, &routes[i].next_hops.at[j], d);
	overlap_fini(&l.networks);
	overlap_fini(&l.addresses);
}

void advice_check(const struct model *m, struct diag *d)
{
	check_pools(m, d);
	for (size_t i = 0; i < m->tier0s.count; i++) {
		const struct model_tier0 *g = &m->tier0s.at[i];
		check_tier0(m, i, d);
		check_hops(g->static_routes.at, g->static_routes.count,
			   g->interfaces.at, g->interfaces.count, d);
	}
	check_tier1s(m, d);
	for (size_t i = 0; i < m->routers.count; i++)
		check_hops(m->routers.at[i].routes.at,
			   m->routers.at[i].routes.count,
			   m->routers.at[i].interfaces.at,
			   m->routers.at[i].interfaces.count, d);
	for (size_t i = 0; i < m->hosts.count; i++)
		check_hops(m->hosts.at[i].routes.at,
			   m->hosts.at[i].routes.count,
			   m->hosts.at[i].interfaces.at,
			   m->hosts.at[i].interfaces.count, d);
}
