/* SPDX-License-Identifier: Apache-2.0 */
/* NAT rules as the Policy API accepts them. */
#include "topology/model/sanity.h"

static bool is_no(enum nat_action a)
{
	return a == NAT_NO_SNAT || a == NAT_NO_DNAT;
}

static void check_needed(const struct model_nat_rule *r, struct diag *d)
{
	const struct nat_rule *n = &r->rule;
	const char *action = nat_action_name(n->action);
	bool from = n->action == NAT_SNAT || n->action == NAT_NO_SNAT ||
		    n->action == NAT_REFLEXIVE;
	bool to = n->action == NAT_DNAT || n->action == NAT_NO_DNAT;
	if (from && !n->source.count) {
		diag_error(d, r->id.at,
			   "a rule of action %s needs "
			   "source_network",
			   action);
		diag_help(d, "say which addresses it is about");
	}
	if (to && !n->destination.count) {
		diag_error(d, r->id.at,
			   "a rule of action %s needs "
			   "destination_network",
			   action);
		diag_help(d, "say which address outsiders use");
	}
	if (!is_no(n->action) && !n->translated.count) {
		diag_error(d, r->id.at,
			   "a rule of action %s needs "
			   "translated_network",
			   action);
		diag_help(d, "say what the address becomes");
	}
}

static void check_unwanted(const struct model_nat_rule *r, struct diag *d)
{
	const struct nat_rule *n = &r->rule;
	const char *action = nat_action_name(n->action);
	if (is_no(n->action) && n->translated.count) {
		diag_error(d, r->translated_at,
			   "a rule of action %s translates nothing", action);
		diag_help(d, "leave translated_network out");
	}
	if (n->action == NAT_REFLEXIVE && n->destination.count) {
		diag_error(d, r->destination_at,
			   "a REFLEXIVE rule has no destination_network");
		diag_help(d, "it is stateless and maps addresses alone; leave "
			     "it out");
	}
	if (n->action == NAT_REFLEXIVE && n->proto) {
		diag_error(d, r->service_at, "a REFLEXIVE rule has no service");
		diag_help(d, "it maps addresses, whatever the protocol; leave "
			     "it out");
	}
	if (is_no(n->action) && r->has_firewall_match &&
	    n->firewall_match != NAT_BYPASS) {
		diag_error(d, r->firewall_match_at,
			   "firewall_match of %s can only be BYPASS: there is "
			   "one address to match",
			   action);
		diag_help(d, "leave it out");
	}
	if (n->translated_ports.last && !n->proto) {
		diag_error(d, r->translated_ports_at,
			   "translated_ports without a service is ignored by "
			   "NSX");
		diag_help(d, "add service: TCP/<port>, or leave it out");
	}
	if ((n->action == NAT_DNAT || n->action == NAT_REFLEXIVE) &&
	    n->translated.count > 1) {
		diag_error(d, r->translated_at,
			   "%s takes one translated network, not a list",
			   action);
		diag_help(d, "write one address or one network");
	}
}

static void check_sizes(const struct model_nat_rule *r, struct diag *d)
{
	const struct nat_rule *n = &r->rule;
	uint64_t from = nat_size(&n->source), to = nat_size(&n->translated);
	if (n->action != NAT_REFLEXIVE || !n->source.count ||
	    !n->translated.count || from == to)
		return;
	diag_error(d, r->translated_at,
		   "REFLEXIVE maps %llu addresses to %llu: the numbers must be "
		   "equal",
		   (unsigned long long)from, (unsigned long long)to);
	diag_note(d, r->source_at, "the addresses before translation");
	diag_help(d, "it is stateless and maps n to n; to hide many behind one "
		     "use SNAT on a Tier-1 or an ACTIVE_STANDBY Tier-0");
}

static void check_rules(const struct model_nat_rule *rules, size_t count,
			struct diag *d)
{
	for (size_t i = 0; i < count; i++) {
		check_needed(&rules[i], d);
		check_unwanted(&rules[i], d);
		check_sizes(&rules[i], d);
	}
}

/* Only REFLEXIVE keeps no state, and the edges of an active-active gateway
 * share none. */
static void check_active_active(const struct model_tier0 *g, struct diag *d)
{
	if (g->ha_mode != MODEL_ACTIVE_ACTIVE)
		return;
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		const struct model_nat_rule *r = &g->nat_rules.at[i];
		if (r->rule.action == NAT_REFLEXIVE)
			continue;
		diag_error(d, r->action_at,
			   "%s is not possible on an ACTIVE_ACTIVE Tier-0: its "
			   "edges share no NAT state",
			   nat_action_name(r->rule.action));
		if (g->ha_mode_at.source)
			diag_note(d, g->ha_mode_at, "%s is ACTIVE_ACTIVE here",
				  g->id.name);
		diag_help(d, "use REFLEXIVE with equally many addresses on "
			     "both sides, or ha_mode: ACTIVE_STANDBY");
	}
}

void sanity_nat(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->tier0s.count; i++) {
		const struct model_tier0 *g = &m->tier0s.at[i];
		check_active_active(g, d);
		check_rules(g->nat_rules.at, g->nat_rules.count, d);
	}
	for (size_t i = 0; i < m->tier1s.count; i++) {
		const struct model_tier1 *g = &m->tier1s.at[i];
		check_rules(g->nat_rules.at, g->nat_rules.count, d);
		if (!g->nat_rules.count || g->edge_cluster.name)
			continue;
		diag_warning(d, g->nat_rules.at[0].id.at,
			     "%s has no edge cluster, hence no service router: "
			     "its NAT rules are not realized",
			     g->id.name);
		diag_help(d, "give it an edge_cluster");
	}
	for (size_t i = 0; i < m->routers.count; i++)
		check_rules(m->routers.at[i].nat_rules.at,
			    m->routers.at[i].nat_rules.count, d);
	for (size_t i = 0; i < m->hosts.count; i++)
		check_rules(m->hosts.at[i].nat_rules.at,
			    m->hosts.at[i].nat_rules.count, d);
}
