/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a running world, and names that its reports could not tell apart.
 * What NSX itself would refuse is topology/model's business. */
#include "topology/build/net_private.h"
#include "topology/model/symbol.h"

#define INTERFACES_MAX 1024 /* of a router outside or a host */

/* Names of nodes, across all kinds. */
struct names {
	struct symbol_table table;
	const struct schema_id **ids;
	size_t count;
	struct diag *diag;
};

static void add_name(struct names *n, const struct schema_id *id)
{
	size_t first;
	n->ids[n->count] = id;
	if (!symbol_find(&n->table, id->name, &first)) {
		symbol_add(&n->table, id->name, n->count++);
		return;
	}
	diag_error(n->diag, id->at, "there are two nodes called %s", id->name);
	diag_note(n->diag, n->ids[first]->at, "the other one");
	diag_help(n->diag, "gateways, routers and hosts need names of their "
			   "own, so that a report can say which it means");
}

static void check_names(const struct model *m, struct diag *d)
{
	struct names n = {.diag = d};
	n.ids = mem_new(m->tier0s.count + m->tier1s.count + m->routers.count +
				m->hosts.count,
			sizeof(const struct schema_id *));
	symbol_init(&n.table);
	for (size_t i = 0; i < m->tier0s.count; i++)
		add_name(&n, &m->tier0s.at[i].id);
	for (size_t i = 0; i < m->tier1s.count; i++)
		add_name(&n, &m->tier1s.at[i].id);
	for (size_t i = 0; i < m->routers.count; i++)
		add_name(&n, &m->routers.at[i].id);
	for (size_t i = 0; i < m->hosts.count; i++)
		add_name(&n, &m->hosts.at[i].id);
	symbol_fini(&n.table);
	mem_free(n.ids);
}

static void check_ports(const struct schema_id *id, size_t ports, size_t limit,
			struct diag *d)
{
	if (ports > limit)
		diag_error(d, id->at, "%s has %zu interfaces: %zu is the limit",
			   id->name, ports, limit);
}

static size_t edges_used(const struct model_tier0 *g)
{
	size_t used = 0;
	for (size_t i = 0; i < g->interfaces.count; i++) {
		size_t j = 0;
		while (g->interfaces.at[j].edge.index !=
		       g->interfaces.at[i].edge.index)
			j++;
		used += i == j;
	}
	return used;
}

static void check_tier0(const struct model_tier0 *g, size_t links,
			size_t segments, struct diag *d)
{
	size_t srs = edges_used(g);
	char text[ADDR_PREFIX_SIZE];
	check_ports(&g->id, 1 + links + segments, FORWARD_PORTS_MAX, d);
	if (2 * links > addr_count(g->transit_subnet))
		diag_error(d, g->id.at,
			   "%zu Tier-1 gateways need more router links than "
			   "transit_subnet %s has",
			   links, addr_print_prefix(g->transit_subnet, text));
	if (srs > NET_SRS_MAX)
		diag_error(d, g->id.at,
			   "%s has interfaces on %zu edges: %d is the limit",
			   g->id.name, srs, NET_SRS_MAX);
}

/* How many ports the model's links and segments ask of each gateway. */
static void check_gateways(const struct model *m, struct diag *d)
{
	size_t *links = mem_new(m->tier0s.count, sizeof(*links));
	size_t *below0 = mem_new(m->tier0s.count, sizeof(*below0));
	size_t *below1 = mem_new(m->tier1s.count, sizeof(*below1));
	for (size_t i = 0; i < m->tier1s.count; i++)
		if (m->tier1s.at[i].tier0.name)
			links[m->tier1s.at[i].tier0.index]++;
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		if (s->tier0.name)
			below0[s->tier0.index]++;
		if (s->tier1.name)
			below1[s->tier1.index]++;
	}
	for (size_t i = 0; i < m->tier0s.count; i++)
		check_tier0(&m->tier0s.at[i], links[i], below0[i], d);
	for (size_t i = 0; i < m->tier1s.count; i++)
		check_ports(&m->tier1s.at[i].id, 2 + below1[i],
			    FORWARD_PORTS_MAX, d);
	mem_free(links);
	mem_free(below0);
	mem_free(below1);
}

/* As many as there can be, hosts included. */
static void check_nodes(const struct model *m, struct diag *d)
{
	size_t count = m->segments.count + m->routers.count + m->hosts.count +
		       (2 + NET_SRS_MAX) * m->tier0s.count +
		       2 * m->tier1s.count;
	if (count > NOTE_NODES_MAX)
		diag_error(d, diag_nowhere(),
			   "the network would have up to %zu nodes: %u is the "
			   "limit",
			   count, NOTE_NODES_MAX);
}

/* A scope names ports by bits. */
static void check_scopes(const struct model_nat_rule *rules, size_t count,
			 size_t ports, struct diag *d)
{
	for (size_t i = 0; i < count; i++)
		if (rules[i].scope.count && ports > NET_SCOPE_PORTS)
			diag_error(d, rules[i].id.at,
				   "a scope is possible on nodes with up to %d "
				   "interfaces",
				   NET_SCOPE_PORTS);
}

bool net_check(const struct model *m, struct diag *d)
{
	size_t errors = d->error_count;
	check_names(m, d);
	check_nodes(m, d);
	check_gateways(m, d);
	for (size_t i = 0; i < m->tier0s.count; i++) {
		const struct model_tier0 *g = &m->tier0s.at[i];
		check_scopes(g->nat_rules.at, g->nat_rules.count,
			     1 + g->interfaces.count, d);
	}
	for (size_t i = 0; i < m->routers.count; i++) {
		const struct model_router *r = &m->routers.at[i];
		check_ports(&r->id, r->interfaces.count, INTERFACES_MAX, d);
		check_scopes(r->nat_rules.at, r->nat_rules.count,
			     r->interfaces.count, d);
	}
	for (size_t i = 0; i < m->hosts.count; i++) {
		const struct model_host *h = &m->hosts.at[i];
		check_ports(&h->id, 1 + h->interfaces.count, INTERFACES_MAX, d);
		check_scopes(h->nat_rules.at, h->nat_rules.count,
			     1 + h->interfaces.count, d);
	}
	return d->error_count == errors;
}
