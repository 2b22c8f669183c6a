/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/sanity.h"

#include <ctype.h>
#include <string.h>

#include "sim/host/host.h"
#include "sim/host/profile.h"
#include "sim/table/lb.h"
#include "topology/model/overlap.h"

#define PROFILES_MAX  16
#define DNS_LABEL_MAX 63 /* RFC 1035 2.3.4 */

static void check_segment(const struct model_segment *s, struct diag *d)
{
	if (s->tier0.name && s->tier1.name) {
		diag_error(d, s->tier0.at,
			   "segment %s is connected to a Tier-1 and a Tier-0",
			   s->id.name);
		diag_note(d, s->tier1.at, "the Tier-1");
	}
	if ((s->tier0.name || s->tier1.name) && !s->has_gateway) {
		diag_error(d, s->id.at,
			   "segment %s is connected to a gateway and needs "
			   "gateway_address",
			   s->id.name);
		diag_help(d, "gateway_address: 10.244.0.97/28");
	}
	if (s->has_gateway && !s->tier0.name && !s->tier1.name) {
		diag_error(d, s->gateway_at,
			   "segment %s has a gateway_address but no gateway",
			   s->id.name);
		diag_help(d, "name its tier1, or leave gateway_address out and "
			     "attach a router's interface");
	}
}

static void check_profile(const char *name, struct diag_place at,
			  struct diag *d)
{
	const char *known[PROFILES_MAX];
	size_t count;
	const struct profile *all = profile_all(&count);
	if (!name || profile_find(name))
		return;
	for (size_t i = 0; i < count && i < PROFILES_MAX; i++)
		known[i] = all[i].name;
	schema_unknown(d, at, "profile", name, known, count);
}

/* Letters, digits, '-' and '_' in labels of 1 to 63. */
static bool is_dns_name(const char *name)
{
	size_t label = 0;
	if (strlen(name) >= DNS_NAME_MAX)
		return false;
	for (; *name; name++) {
		bool dot = *name == '.';
		if ((dot && !label) || (!dot && ++label > DNS_LABEL_MAX) ||
		    (!dot && !isalnum((unsigned char)*name) && *name != '-' &&
		     *name != '_'))
			return false;
		label = dot ? 0 : label;
	}
	return label > 0;
}

static void check_dns_name(const char *name, struct diag_place at,
			   struct diag *d)
{
	if (is_dns_name(name))
		return;
	diag_error(d, at, "'%s' is not a DNS name", name);
	diag_help(d, "names are labels of letters, digits and '-', with a dot "
		     "between them");
}

static void check_zone(const struct model_dns_zone *z, struct diag *d)
{
	check_dns_name(z->id.name, z->id.at, d);
	for (size_t i = 0; i < z->records.count; i++)
		if (strcmp(z->records.at[i].id.name, "@") != 0)
			check_dns_name(z->records.at[i].id.name,
				       z->records.at[i].id.at, d);
}

static void check_dns(const struct model_host *h, struct diag *d)
{
	const struct model_dns_server *s = &h->dns_server;
	for (size_t i = 0; i < h->search.count; i++)
		check_dns_name(h->search.at[i], h->search_at, d);
	for (size_t i = 0; i < s->records.count; i++)
		check_dns_name(s->records.at[i].id.name, s->records.at[i].id.at,
			       d);
	for (size_t i = 0; i < s->zones.count; i++)
		check_zone(&s->zones.at[i], d);
}

static void check_own_gateway(const struct model_host *h, struct diag *d)
{
	for (size_t i = 0; h->has_gateway && i < h->interfaces.count; i++) {
		if (!addr_same(h->interfaces.at[i].address.addr, h->gateway))
			continue;
		diag_error(d, h->gateway_at,
			   "the gateway of %s is its own address", h->id.name);
		diag_help(d, "name the router that leads out of its network");
	}
}

static void check_host(const struct model_host *h, struct diag *d)
{
	check_dns(h, d);
	check_own_gateway(h, d);
	sanity_routes(h->routes.at, h->routes.count, d);
	check_profile(h->profile, h->profile_at, d);
	if (!h->interfaces.count) {
		diag_error(d, h->id.at, "host %s has no network", h->id.name);
		diag_help(d, "give it segment and address, or interfaces");
	}
	if (h->nameservers.count > HOST_NAMESERVERS)
		diag_error(d, h->nameservers_at,
			   "%zu nameservers: resolvers look at %d at most",
			   h->nameservers.count, HOST_NAMESERVERS);
	if (h->search.count > HOST_SEARCH)
		diag_error(d, h->search_at,
			   "%zu search domains: resolvers look at %d at most",
			   h->search.count, HOST_SEARCH);
	if (h->nat_rules.count && !h->forwards) {
		diag_error(d, h->nat_rules.at[0].id.at,
			   "host %s forwards nothing, so it translates nothing",
			   h->id.name);
		diag_help(d, "add 'forwards: true'");
	}
}

static void check_server(const struct model *m,
			 const struct model_lb_virtual_server *s,
			 struct diag *d)
{
	if (m->tier1s.at[s->tier1.index].edge_cluster.name)
		return;
	diag_warning(d, s->tier1.at,
		     "%s has no edge cluster, hence no service router: the "
		     "virtual server is not realized",
		     s->tier1.name);
	diag_help(d, "give it an edge_cluster");
}

/* Ports of all addresses in one line. */
static void add_ports(struct overlap *o, const struct model *m, size_t server)
{
	const struct model_lb_virtual_server *s =
		&m->lb_virtual_servers.at[server];
	uint64_t base = (uint64_t)s->protocol << 48 | (uint64_t)s->ip_address.v
							      << 16;
	for (size_t i = 0; i < s->ports.count; i++)
		overlap_add(o, base | s->ports.at[i].first,
			    base | s->ports.at[i].last, server);
}

static void check_ports(const struct model *m, struct diag *d)
{
	struct overlap ports = {0};
	struct overlap_pair p = {0};
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++)
		add_ports(&ports, m, i);
	overlap_seal(&ports);
	while (overlap_next(&ports, &p)) {
		const struct model_lb_virtual_server *first =
			&m->lb_virtual_servers.at[p.low];
		const struct model_lb_virtual_server *second =
			&m->lb_virtual_servers.at[p.high];
		diag_error(d, second->ip_at,
			   "%s and %s share an address and a port",
			   first->id.name, second->id.name);
		diag_note(d, first->ip_at, "first used here");
	}
	overlap_fini(&ports);
}

static void check_lb(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++)
		check_server(m, &m->lb_virtual_servers.at[i], d);
	check_ports(m, d);
	for (size_t i = 0; i < m->lb_pools.count; i++)
		if (m->lb_pools.at[i].members.count > LB_MEMBERS_MAX)
			diag_error(d, m->lb_pools.at[i].id.at,
				   "more than %d members", LB_MEMBERS_MAX);
}

void sanity_check(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->tier1s.count; i++)
		sanity_routes(m->tier1s.at[i].static_routes.at,
			      m->tier1s.at[i].static_routes.count, d);
	for (size_t i = 0; i < m->segments.count; i++)
		check_segment(&m->segments.at[i], d);
	for (size_t i = 0; i < m->routers.count; i++)
		sanity_routes(m->routers.at[i].routes.at,
			      m->routers.at[i].routes.count, d);
	for (size_t i = 0; i < m->hosts.count; i++)
		check_host(&m->hosts.at[i], d);
	for (size_t i = 0; i < m->workloads.count; i++)
		check_profile(m->workloads.at[i].profile,
			      m->workloads.at[i].profile_at, d);
	check_lb(m, d);
	sanity_tier0(m, d);
	sanity_nat(m, d);
	sanity_addresses(m, d);
}
