/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "topology/model/sanity.h"
#include "topology/model/symbol.h"

#define KNOWN_MAX 256

/* Names of one kind. All lists begin with a schema_id. */
static void add_all(struct symbol_table *t, const void *at, size_t count,
		    size_t size)
{
	symbol_init(t);
	for (size_t i = 0; i < count; i++) {
		const struct schema_id *id =
			(const void *)((const char *)at + i * size);
		if (id->name)
			symbol_add(t, id->name, i);
	}
}

#define ADD_ALL(table, list)                                                   \
	add_all(table, (list).at, (list).count, sizeof(*(list).at))

static void resolve(const struct symbol_table *t, struct schema_ref *ref,
		    const char *what, struct diag *d)
{
	const char *known[KNOWN_MAX];
	ref->index = SANITY_NONE;
	if (!ref->name || symbol_find(t, ref->name, &ref->index))
		return;
	size_t count = symbol_names(t, known, KNOWN_MAX);
	schema_unknown(d, ref->at, what, ref->name, known, count);
}

struct tables {
	struct symbol_table clusters, tier0s, tier1s, segments, pools, hosts;
};

static bool has_scope(const struct model_nat_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rules[i].scope.count)
			return true;
	return false;
}

/* Scopes name interfaces of the same node. */
static void resolve_scopes(struct model_nat_rule *rules, size_t count,
			   const struct model_interface *at,
			   size_t interface_count, struct diag *d)
{
	struct symbol_table interfaces;
	if (!has_scope(rules, count))
		return;
	add_all(&interfaces, at, interface_count, sizeof(*at));
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < rules[i].scope.count; j++)
			resolve(&interfaces, &rules[i].scope.at[j], "interface",
				d);
	symbol_fini(&interfaces);
}

static void resolve_interfaces(struct model_interface *at, size_t count,
			       const struct tables *t, struct diag *d)
{
	for (size_t i = 0; i < count; i++)
		resolve(&t->segments, &at[i].segment, "segment", d);
}

static void resolve_tier0(struct model *m, struct model_tier0 *g,
			  const struct tables *t, struct diag *d)
{
	struct symbol_table edges;
	symbol_init(&edges);
	resolve(&t->clusters, &g->edge_cluster, "edge cluster", d);
	resolve_interfaces(g->interfaces.at, g->interfaces.count, t, d);
	if (g->edge_cluster.index < m->edge_clusters.count)
		ADD_ALL(&edges,
			m->edge_clusters.at[g->edge_cluster.index].edges);
	resolve(&edges, &g->preferred_edge, "edge", d);
	for (size_t i = 0; i < g->interfaces.count; i++)
		resolve(&edges, &g->interfaces.at[i].edge,
			"edge in this cluster", d);
	resolve_scopes(g->nat_rules.at, g->nat_rules.count, g->interfaces.at,
		       g->interfaces.count, d);
	symbol_fini(&edges);
}

static void resolve_tier1(struct model_tier1 *g, const struct tables *t,
			  struct diag *d)
{
	resolve(&t->tier0s, &g->tier0, "Tier-0 gateway", d);
	resolve(&t->clusters, &g->edge_cluster, "edge cluster", d);
	for (size_t i = 0; i < g->nat_rules.count; i++) {
		const struct model_nat_rule *r = &g->nat_rules.at[i];
		if (!r->scope.count)
			continue;
		diag_error(d, r->scope.at[0].at,
			   "a Tier-1 gateway has one uplink, its router link");
		diag_help(d, "leave scope out");
	}
}

static void resolve_outside(struct model *m, const struct tables *t,
			    struct diag *d)
{
	for (size_t i = 0; i < m->routers.count; i++) {
		struct model_router *r = &m->routers.at[i];
		resolve_interfaces(r->interfaces.at, r->interfaces.count, t, d);
		resolve_scopes(r->nat_rules.at, r->nat_rules.count,
			       r->interfaces.at, r->interfaces.count, d);
	}
	for (size_t i = 0; i < m->hosts.count; i++) {
		struct model_host *h = &m->hosts.at[i];
		resolve_interfaces(h->interfaces.at, h->interfaces.count, t, d);
		resolve_scopes(h->nat_rules.at, h->nat_rules.count,
			       h->interfaces.at, h->interfaces.count, d);
	}
}

static void resolve_rest(struct model *m, const struct tables *t,
			 struct diag *d)
{
	for (size_t i = 0; i < m->segments.count; i++) {
		resolve(&t->tier1s, &m->segments.at[i].tier1, "Tier-1 gateway",
			d);
		resolve(&t->tier0s, &m->segments.at[i].tier0, "Tier-0 gateway",
			d);
	}
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		resolve(&t->tier1s, &s->tier1, "Tier-1 gateway", d);
		resolve(&t->pools, &s->pool, "pool", d);
	}
	for (size_t i = 0; i < m->workloads.count; i++)
		resolve(&t->hosts, &m->workloads.at[i].host, "host", d);
}

void sanity_resolve(struct model *m, struct diag *d)
{
	struct tables t;
	ADD_ALL(&t.clusters, m->edge_clusters);
	ADD_ALL(&t.tier0s, m->tier0s);
	ADD_ALL(&t.tier1s, m->tier1s);
	ADD_ALL(&t.segments, m->segments);
	ADD_ALL(&t.pools, m->lb_pools);
	ADD_ALL(&t.hosts, m->hosts);
	for (size_t i = 0; i < m->tier0s.count; i++)
		resolve_tier0(m, &m->tier0s.at[i], &t, d);
	for (size_t i = 0; i < m->tier1s.count; i++)
		resolve_tier1(&m->tier1s.at[i], &t, d);
	resolve_outside(m, &t, d);
	resolve_rest(m, &t, d);
	symbol_fini(&t.clusters);
	symbol_fini(&t.tier0s);
	symbol_fini(&t.tier1s);
	symbol_fini(&t.segments);
	symbol_fini(&t.pools);
	symbol_fini(&t.hosts);
}
