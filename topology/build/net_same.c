/* SPDX-License-Identifier: Apache-2.0 */
/* What a change in mid-run may not touch: nodes, ports, addresses, links. Each
 * such fact is a line of text; two models are wired alike if their lines are. */
#include <string.h>

#include "sim/base/mem.h"
#include "topology/build/net_private.h"

struct line {
	char *text;
	struct diag_place at;
};

struct lines {
	VEC(struct line);
};

static void add(struct lines *l, const struct schema_id *id, const char *format,
		...) __attribute__((format(printf, 3, 4)));

static void add(struct lines *l, const struct schema_id *id, const char *format,
		...)
{
	struct str s = {0};
	va_list ap;
	str_addf(&s, "%s ", id->path);
	va_start(ap, format);
	str_addv(&s, format, ap);
	va_end(ap);
	struct line one = {str_take(&s), id->at};
	VEC_ADD(l, one);
}

static const char *name_or_none(const struct schema_ref *r)
{
	return r->name ? r->name : "-";
}

static void add_interfaces(struct lines *l, const struct model_interface *at,
			   size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(l, &at[i].id, "%s %s %u/%u %u %d %d", at[i].segment.name,
		    name_or_none(&at[i].edge), at[i].address.addr.v,
		    at[i].address.len, at[i].mtu, (int)at[i].urpf_mode,
		    at[i].nat_outside);
}

static void collect(struct lines *l, const struct model *m)
{
	for (size_t i = 0; i < m->edge_clusters.count; i++)
		for (size_t j = 0; j < m->edge_clusters.at[i].edges.count; j++)
			add(l, &m->edge_clusters.at[i].edges.at[j].id, "edge");
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		add(l, &s->id, "%s %s %u/%u %d %u %llu %u",
		    name_or_none(&s->tier1), name_or_none(&s->tier0),
		    s->gateway_address.addr.v, s->gateway_address.len,
		    (int)s->urpf_mode, s->mtu, (unsigned long long)s->delay_ns,
		    s->loss_ppm);
	}
	for (size_t i = 0; i < m->tier0s.count; i++) {
		const struct model_tier0 *g = &m->tier0s.at[i];
		add(l, &g->id, "%d %s %u/%u %u/%u", (int)g->ha_mode,
		    g->edge_cluster.name, g->transit_subnet.addr.v,
		    g->transit_subnet.len, g->internal_transit_subnet.addr.v,
		    g->internal_transit_subnet.len);
		add_interfaces(l, g->interfaces.at, g->interfaces.count);
	}
	for (size_t i = 0; i < m->tier1s.count; i++)
		add(l, &m->tier1s.at[i].id, "%s %s",
		    name_or_none(&m->tier1s.at[i].tier0),
		    name_or_none(&m->tier1s.at[i].edge_cluster));
	for (size_t i = 0; i < m->routers.count; i++) {
		add(l, &m->routers.at[i].id, "router");
		add_interfaces(l, m->routers.at[i].interfaces.at,
			       m->routers.at[i].interfaces.count);
	}
	for (size_t i = 0; i < m->hosts.count; i++) {
		add(l, &m->hosts.at[i].id, "host");
		add_interfaces(l, m->hosts.at[i].interfaces.at,
			       m->hosts.at[i].interfaces.count);
	}
}

static void fini(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		mem_free(l->at[i].text);
	VEC_FREE(l);
}

void net_same_remember(struct net *n, const struct model *m)
{
	struct lines l = {0};
	collect(&l, m);
	for (size_t i = 0; i < l.count; i++)
		VEC_ADD(&n->wiring, l.at[i].text);
	VEC_FREE(&l);
}

bool net_same_check(struct net *n, const struct model *m, struct diag *d)
{
	struct lines l = {0};
	size_t i = 0;
	collect(&l, m);
	while (i < l.count && i < n->wiring.count &&
	       !strcmp(l.at[i].text, n->wiring.at[i]))
		i++;
	bool same = i == l.count && i == n->wiring.count;
	if (!same) {
		diag_error(d, i < l.count ? l.at[i].at : diag_nowhere(),
			   "this changes the wiring, which stays as it is "
			   "while the network runs");
		diag_help(d, "nodes, interfaces, addresses and links can be "
			     "changed in the scenario's own 'change', before "
			     "the first step");
	}
	fini(&l);
	return same;
}
