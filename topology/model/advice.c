/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/advice.h"

#include "topology/model/advertise.h"

static bool meets(const struct nat_prefixes *a, const struct nat_prefixes *b)
{
	for (unsigned i = 0; i < a->count; i++)
		for (unsigned j = 0; j < b->count; j++)
			if (addr_in(a->at[i].addr, b->at[j]) ||
			    addr_in(b->at[j].addr, a->at[i]))
				return true;
	return !a->count || !b->count;
}

static bool is_linked(const struct model_tier1 *t, size_t tier0)
{
	return t->tier0.name && t->tier0.index == tier0;
}

/* A Tier-0 rule that names what a Tier-1 has translated already. */
static void check_before_tier1(const struct model *m, size_t tier0,
			       const struct model_nat_rule *r, struct diag *d)
{
	for (size_t i = 0; i < m->tier1s.count; i++) {
		const struct model_tier1 *t = &m->tier1s.at[i];
		for (size_t j = 0;
		     is_linked(t, tier0) && j < t->nat_rules.count; j++) {
			const struct model_nat_rule *s = &t->nat_rules.at[j];
			if (s->rule.action != NAT_SNAT || !s->rule.enabled ||
			    !r->rule.source.count ||
			    !meets(&r->rule.source, &s->rule.source))
				continue;
			diag_warning(d, r->source_at,
				     "packets reach Tier-0 as %s has "
				     "translated them: this rule never matches",
				     t->id.name);
			diag_note(d, s->translated_at,
				  "they come with this address");
			diag_help(d, "match the address after the Tier-1's "
				     "translation");
			return;
		}
	}
}

static void check_same_target(const struct model_tier0 *g, size_t i,
			      struct diag *d)
{
	const struct model_nat_rule *r = &g->nat_rules.at[i];
	for (size_t j = 0; j < i; j++) {
		const struct model_nat_rule *s = &g->nat_rules.at[j];
		if (r->rule.action != NAT_REFLEXIVE ||
		    s->rule.action != NAT_REFLEXIVE ||
		    !meets(&r->rule.translated, &s->rule.translated))
			continue;
		diag_warning(d, r->translated_at,
			     "two REFLEXIVE rules translate to the same "
			     "address: answers go to one of them");
		diag_note(d, s->translated_at, "the other one");
		diag_help(d, "REFLEXIVE keeps no state; give each source an "
			     "address of its own");
	}
}

/* On an active-active Tier-0 before 3.2 nobody answers ARP but for addresses
 * that are on an interface. */
static void check_arp(const struct model *m, const struct model_tier0 *g,
		      const struct model_nat_rule *r, struct diag *d)
{
	bool in_subnet = false;
	if (g->ha_mode != MODEL_ACTIVE_ACTIVE || m->nsx_major > 3 ||
	    m->nsx_minor >= 2 || r->rule.translated.count != 1)
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

static bool covers(const struct nat_prefixes *broad,
		   const struct nat_prefixes *narrow)
{
	for (unsigned i = 0; i < narrow->count; i++) {
		bool in = !broad->count;
		for (unsigned j = 0; j < broad->count; j++)
			in |= broad->at[j].len <= narrow->at[i].len &&
			      addr_in(narrow->at[i].addr, broad->at[j]);
		if (!in)
			return false;
	}
	return narrow->count || !broad->count;
}

static bool is_source(enum nat_action a)
{
	return a == NAT_SNAT || a == NAT_NO_SNAT;
}

static bool is_destination(enum nat_action a)
{
	return a == NAT_DNAT || a == NAT_NO_DNAT;
}

static bool same_stage(enum nat_action a, enum nat_action b)
{
	return (is_source(a) && is_source(b)) ||
	       (is_destination(a) && is_destination(b));
}

/* 'later' never gets a packet, 'first' takes them all. */
static bool shadows(const struct nat_rule *first, const struct nat_rule *later)
{
	return first->enabled && later->enabled &&
	       same_stage(first->action, later->action) && !first->proto &&
	       covers(&first->source, &later->source) &&
	       covers(&first->destination, &later->destination);
}

static void check_order(const struct model_nat_rule *rules, size_t count,
			struct diag *d)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			const struct nat_rule *a = &rules[i].rule;
			const struct nat_rule *b = &rules[j].rule;
			bool same = a->sequence_number == b->sequence_number;
			if (i == j || !shadows(a, b) ||
			    (same && i > j && shadows(b, a)))
				continue;
			if (a->sequence_number < b->sequence_number) {
				diag_warning(d, rules[j].id.at,
					     "this rule never gets a packet: a "
					     "broader one comes before it");
				diag_note(d, rules[i].id.at, "that one");
				diag_help(d, "the lowest sequence_number "
					     "wins: give the narrow rule the "
					     "lower one");
			} else if (same) {
				diag_warning(d, rules[j].id.at,
					     "two rules match the same packets "
					     "with the same sequence_number: "
					     "NSX does not say which one wins");
				diag_note(d, rules[i].id.at, "the other one");
			}
		}
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
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		check_before_tier1(m, index, &g->nat_rules.at[i], d);
		check_same_target(g, i, d);
		check_arp(m, g, &g->nat_rules.at[i], d);
	}
	check_order(g->nat_rules.at, g->nat_rules.count, d);
}

static void check_connected(const struct model *m, size_t index, struct diag *d)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	bool used = false;
	for (size_t i = 0; i < m->segments.count; i++)
		used |= m->segments.at[i].tier1.name &&
			m->segments.at[i].tier1.index == index;
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

static bool hides_server(const struct model *m, size_t index)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		struct addr_prefix vip = {s->ip_address, 32};
		if (s->tier1.index == index && s->enabled &&
		    !advertise_permits(g, MODEL_TIER1_LB_VIP, vip))
			return true;
	}
	return false;
}

static void check_advertised(const struct model *m, size_t index,
			     struct diag *d)
{
	const struct model_tier1 *g = &m->tier1s.at[index];
	struct diag_place at =
		g->advertisement_at.source ? g->advertisement_at : g->id.at;
	if (hides_address(g)) {
		diag_warning(d, at,
			     "%s translates addresses that it does not "
			     "advertise: answers die at Tier-0",
			     g->id.name);
		diag_help(d, "add TIER1_NAT to route_advertisement_types");
	}
	if (hides_server(m, index)) {
		diag_warning(d, at,
			     "%s has virtual servers that it does not "
			     "advertise: nobody reaches them",
			     g->id.name);
		diag_help(d, "add TIER1_LB_VIP to route_advertisement_types");
	}
}

static bool on_link(const struct model_interface *at, size_t count, ip4 hop)
{
	for (size_t i = 0; i < count; i++)
		if (addr_in(hop, addr_prefix_of(at[i].address.addr,
						at[i].address.len)))
			return true;
	return false;
}

static bool is_own(const struct model_interface *at, size_t count, ip4 hop)
{
	for (size_t i = 0; i < count; i++)
		if (addr_same(at[i].address.addr, hop))
			return true;
	return false;
}

static void check_hops(const struct model_route *routes, size_t route_count,
		       const struct model_interface *at, size_t count,
		       struct diag *d)
{
	for (size_t i = 0; i < route_count; i++)
		for (size_t j = 0; j < routes[i].next_hops.count; j++) {
			const struct model_next_hop *h =
				&routes[i].next_hops.at[j];
			if (!on_link(at, count, h->ip_address)) {
				diag_warning(d, h->at,
					     "the next hop is on none of its "
					     "networks: the route is not used");
				diag_help(d, "a next hop is an address on a "
					     "network of the gateway itself");
			} else if (is_own(at, count, h->ip_address)) {
				diag_warning(d, h->at,
					     "the next hop is an address of "
					     "the gateway itself: a loop");
				diag_help(d, "name the router on the other "
					     "side");
			}
		}
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
	for (size_t i = 0; i < m->tier1s.count; i++) {
		check_connected(m, i, d);
		check_advertised(m, i, d);
		check_order(m->tier1s.at[i].nat_rules.at,
			    m->tier1s.at[i].nat_rules.count, d);
	}
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
