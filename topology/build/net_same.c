/* SPDX-License-Identifier: Apache-2.0 */
/* What a change in mid-run may not touch: nodes, ports, addresses, links, and
 * the ports that hosts serve. */
#include <string.h>

#include "topology/build/net_private.h"

/* Compares one record of each model. */
typedef bool same_fn(const void *a, const void *b);

static bool same_ref(const struct schema_ref *a, const struct schema_ref *b)
{
	return a->name && b->name ? !strcmp(a->name, b->name)
				  : a->name == b->name;
}

static bool same_if(struct addr_if a, struct addr_if b)
{
	return addr_same(a.addr, b.addr) && a.len == b.len;
}

static bool same_prefix(struct addr_prefix a, struct addr_prefix b)
{
	return addr_same(a.addr, b.addr) && a.len == b.len;
}

/* Where the second of two lists begins to differ. */
struct lists {
	const void *a, *b;
	size_t a_count, b_count, size;
};

#define LISTS(x, y)                                                            \
	((struct lists){(x).at, (y).at, (x).count, (y).count, sizeof(*(x).at)})

static bool same_lists(const struct lists *l, same_fn *same,
		       struct diag_place *at)
{
	for (size_t i = 0; i < l->b_count; i++) {
		const struct schema_id *a, *b;
		b = (const void *)((const char *)l->b + i * l->size);
		*at = b->at;
		if (i >= l->a_count)
			return false;
		a = (const void *)((const char *)l->a + i * l->size);
		if (strcmp(a->path, b->path) != 0 || (same && !same(a, b)))
			return false;
	}
	*at = diag_nowhere();
	return l->a_count == l->b_count;
}

static bool same_interface(const void *left, const void *right)
{
	const struct model_interface *a = left, *b = right;
	return same_ref(&a->segment, &b->segment) &&
	       same_ref(&a->edge, &b->edge) &&
	       same_if(a->address, b->address) && a->mtu == b->mtu &&
	       a->urpf_mode == b->urpf_mode && a->nat_outside == b->nat_outside;
}

static bool same_segment(const void *left, const void *right)
{
	const struct model_segment *a = left, *b = right;
	return same_ref(&a->tier1, &b->tier1) &&
	       same_ref(&a->tier0, &b->tier0) &&
	       same_if(a->gateway_address, b->gateway_address) &&
	       a->urpf_mode == b->urpf_mode && a->mtu == b->mtu &&
	       a->delay_ns == b->delay_ns && a->loss_ppm == b->loss_ppm;
}

static bool same_tier0(const void *left, const void *right)
{
	const struct model_tier0 *a = left, *b = right;
	return a->ha_mode == b->ha_mode &&
	       same_ref(&a->edge_cluster, &b->edge_cluster) &&
	       same_prefix(a->transit_subnet, b->transit_subnet) &&
	       same_prefix(a->internal_transit_subnet,
			   b->internal_transit_subnet) &&
	       same_if(a->ha_vip, b->ha_vip);
}

static bool same_tier1(const void *left, const void *right)
{
	const struct model_tier1 *a = left, *b = right;
	return same_ref(&a->tier0, &b->tier0) &&
	       same_ref(&a->edge_cluster, &b->edge_cluster);
}

#define SAME(list, same, at) same_lists(&LISTS(old->list, new->list), same, at)

static bool same_gateways(const struct model *old, const struct model *new,
			  struct diag_place *at)
{
	if (!SAME(tier0s, same_tier0, at) || !SAME(tier1s, same_tier1, at))
		return false;
	for (size_t i = 0; i < old->tier0s.count; i++)
		if (!SAME(tier0s.at[i].interfaces, same_interface, at))
			return false;
	return true;
}

static bool same_outside(const struct model *old, const struct model *new,
			 struct diag_place *at)
{
	if (!SAME(routers, NULL, at) || !SAME(hosts, NULL, at))
		return false;
	for (size_t i = 0; i < old->routers.count; i++)
		if (!SAME(routers.at[i].interfaces, same_interface, at))
			return false;
	for (size_t i = 0; i < old->hosts.count; i++)
		if (!SAME(hosts.at[i].interfaces, same_interface, at))
			return false;
	return true;
}

static bool same_wiring(const struct model *old, const struct model *new,
			struct diag_place *at)
{
	*at = diag_nowhere();
	if (old->underlay_mtu != new->underlay_mtu ||
	    !SAME(edge_clusters, NULL, at))
		return false;
	for (size_t i = 0; i < old->edge_clusters.count; i++)
		if (!SAME(edge_clusters.at[i].edges, NULL, at))
			return false;
	return SAME(segments, same_segment, at) &&
	       same_gateways(old, new, at) && same_outside(old, new, at);
}

static bool serves_tcp(const struct model_host *h, uint16_t port)
{
	for (size_t i = 0; i < h->http_servers.count; i++)
		if (h->http_servers.at[i].port == port)
			return true;
	return h->registry.on && h->registry.port == port;
}

static void report_closed(const struct model_host *h, const char *proto,
			  unsigned port, struct diag *d)
{
	diag_error(d, h->id.at,
		   "%s %s port %u is served, and stays so while the network "
		   "runs",
		   h->id.path, proto, port);
	diag_help(d, "to make it silent in mid-run add the port to the "
		     "host's silent_ports");
}

/* What a host serves: a port that was opened stays open. */
static void check_services(const struct model_host *old,
			   const struct model_host *new, struct diag *d)
{
	if (old->dns_server.on && !new->dns_server.on)
		report_closed(new, "UDP", 53, d);
	if (old->registry.on && !serves_tcp(new, old->registry.port))
		report_closed(new, "TCP", old->registry.port, d);
	for (size_t i = 0; i < old->http_servers.count; i++)
		if (!serves_tcp(new, old->http_servers.at[i].port))
			report_closed(new, "TCP", old->http_servers.at[i].port,
				      d);
}

bool net_same_check(const struct net *n, const struct model *m, struct diag *d)
{
	size_t errors = d->error_count;
	struct diag_place at;
	if (!same_wiring(n->model, m, &at)) {
		diag_error(d, at,
			   "this changes the wiring, which stays as it is "
			   "while the network runs");
		diag_help(d, "nodes, interfaces, addresses and links can be "
			     "changed before it runs: in the scenario's own "
			     "'change', or by --change");
		return false;
	}
	for (size_t i = 0; i < m->hosts.count; i++)
		check_services(&n->model->hosts.at[i], &m->hosts.at[i], d);
	return d->error_count == errors;
}
