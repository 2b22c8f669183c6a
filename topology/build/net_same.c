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

static void collect_gateways(struct lines *l, const struct model *m)
{
	for (size_t i = 0; i < m->tier0s.count; i++) {
		const struct model_tier0 *g = &m->tier0s.at[i];
		add(l, &g->id, "%d %s %u/%u %u/%u %u/%u", (int)g->ha_mode,
		    g->edge_cluster.name, g->transit_subnet.addr.v,
		    g->transit_subnet.len, g->internal_transit_subnet.addr.v,
		    g->internal_transit_subnet.len, g->ha_vip.addr.v,
		    g->ha_vip.len);
		add_interfaces(l, g->interfaces.at, g->interfaces.count);
	}
	for (size_t i = 0; i < m->tier1s.count; i++)
		add(l, &m->tier1s.at[i].id, "%s %s",
		    name_or_none(&m->tier1s.at[i].tier0),
		    name_or_none(&m->tier1s.at[i].edge_cluster));
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
	collect_gateways(l, m);
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

/* What hosts serve: a port that was opened stays open. */
static void collect_services(struct lines *l, const struct model *m)
{
	for (size_t i = 0; i < m->hosts.count; i++) {
		const struct model_host *h = &m->hosts.at[i];
		if (h->dns_server.on)
			add(l, &h->id, "UDP port 53");
		if (h->registry.on)
			add(l, &h->id, "TCP port %u", h->registry.port);
		for (size_t j = 0; j < h->http_servers.count; j++)
			add(l, &h->id, "TCP port %u",
			    h->http_servers.at[j].port);
	}
}

static void fini(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		mem_free(l->at[i].text);
	VEC_FREE(l);
}

void net_same_fini(struct net *n)
{
	for (size_t i = 0; i < n->wiring.count; i++)
		mem_free(n->wiring.at[i]);
	for (size_t i = 0; i < n->services.count; i++)
		mem_free(n->services.at[i]);
	VEC_FREE(&n->wiring);
	VEC_FREE(&n->services);
}

void net_same_remember(struct net *n, const struct model *m)
{
	struct lines wiring = {0}, services = {0};
	net_same_fini(n);
	collect(&wiring, m);
	collect_services(&services, m);
	for (size_t i = 0; i < wiring.count; i++)
		VEC_ADD(&n->wiring, wiring.at[i].text);
	for (size_t i = 0; i < services.count; i++)
		VEC_ADD(&n->services, services.at[i].text);
	VEC_FREE(&wiring);
	VEC_FREE(&services);
}

static bool check_wiring(const struct net *n, const struct model *m,
			 struct diag *d)
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
			     "changed before it runs: in the scenario's own "
			     "'change', or by --change");
	}
	fini(&l);
	return same;
}

static bool has_line(const struct lines *l, const char *text)
{
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->at[i].text, text))
			return true;
	return false;
}

static bool check_services(const struct net *n, const struct model *m,
			   struct diag *d)
{
	struct lines l = {0};
	bool same = true;
	collect_services(&l, m);
	for (size_t i = 0; i < n->services.count && same; i++) {
		same = has_line(&l, n->services.at[i]);
		if (same)
			continue;
		diag_error(d, diag_nowhere(),
			   "%s is served, and stays so while the network runs",
			   n->services.at[i]);
		diag_help(d, "to make it silent in mid-run add the port to the "
			     "host's silent_ports");
	}
	fini(&l);
	return same;
}

bool net_same_check(const struct net *n, const struct model *m, struct diag *d)
{
	return check_wiring(n, m, d) && check_services(n, m, d);
}
