/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that are the kernel's. The simulated host sleeps, but knows all that the
 * topology says of it; its namespace follows: routes, interfaces up or down,
 * forwarding. */
#include <string.h>
#include <unistd.h>

#include "sim/base/mem.h"
#include "sim/wire/eth.h"
#include "tools/live/live_private.h"

#define MTU_MAX (PKT_ROOM - ETH_SIZE)

static struct nic *find_nic(const struct live_host *h, const char *name)
{
	struct node *n = router_node(h->router);
	for (uint16_t i = 0; i < n->nic_count; i++)
		if (!strcmp(n->nics[i]->name, name))
			return n->nics[i];
	return NULL;
}

static bool can_be_tap(const struct live *l, const struct live_host *h,
		       const struct model_interface *f, struct diag *d)
{
	if (l->ports.count == LIVE_PORTS_MAX)
		diag_error(d, diag_nowhere(),
			   "live mode drives up to %d interfaces",
			   LIVE_PORTS_MAX);
	else if (find_nic(h, f->id.name)->driver)
		diag_error(d, diag_nowhere(), "host '%s' is given twice",
			   router_node(h->router)->name);
	else if (strlen(f->id.name) > NETSPACE_NAME)
		diag_error(d, f->id.at,
			   "'%s' is too long for a device of the kernel, which "
			   "takes %d letters",
			   f->id.name, NETSPACE_NAME);
	else if (f->mtu > MTU_MAX)
		diag_error(d, f->id.at,
			   "an MTU of %u is more than live mode carries, which "
			   "is %d",
			   f->mtu, MTU_MAX);
	else
		return true;
	return false;
}

static bool add_port(struct live *l, struct live_host *h,
		     const struct model_interface *f, struct diag *d)
{
	if (!can_be_tap(l, h, f, d))
		return false;
	struct nic *nic = find_nic(h, f->id.name);
	struct netspace_tap tap = {f->id.name, nic->mac, f->mtu, f->address};
	int fd;
	if (!netspace_add_tap(&h->space, &tap, &fd, d))
		return false;
	struct live_port *port = MEM_NEW(struct live_port);
	*port = (struct live_port){.live = l,
				   .host = h,
				   .nic = nic,
				   .fd = fd,
				   .up = true,
				   .addr = f->address};
	port->driver = (struct nic_driver){live_on_frames, port};
	nic->driver = &port->driver;
	VEC_ADD(&l->ports, port);
	return true;
}

/* What the simulated host has chosen; networks that it is on itself the kernel
 * knows. The caller frees. */
static struct rib chosen_routes(const struct live_host *h)
{
	const struct rib *all = router_rib(h->router);
	struct rib own;
	rib_init(&own, mem_new(all->count, sizeof(*own.routes)), all->count);
	for (size_t i = 0; i < all->count; i++)
		if (all->routes[i].selected &&
		    (all->routes[i].null || all->routes[i].gateway.v))
			rib_add(&own, &all->routes[i]);
	return own;
}

static bool has(const struct rib *r, struct addr_prefix prefix)
{
	for (size_t i = 0; i < r->count; i++)
		if (addr_prefix_same(r->routes[i].prefix, prefix))
			return true;
	return false;
}

/* Takes 'now'. */
static bool follow_routes(struct live_host *h, struct rib now, struct diag *d)
{
	struct rib_walk walk = {.now = &now, .old = &h->routes};
	struct rib_change c;
	bool ok = true;
	while (rib_next(&walk, &c))
		ok &= netspace_route(&h->space, &c, has(&h->routes, c.prefix),
				     d);
	mem_free(h->routes.routes);
	h->routes = now;
	return ok;
}

static bool follow_ports(struct live *l, struct live_host *h, struct diag *d)
{
	bool ok = true;
	for (size_t i = 0; i < l->ports.count; i++) {
		struct live_port *p = l->ports.at[i];
		if (p->host != h || p->up == p->nic->up)
			continue;
		ok &= netspace_set_up(&h->space, p->nic->name, p->nic->up, d);
		p->up = p->nic->up;
	}
	return ok;
}

/* Interfaces first: routes go with one that goes down. */
static bool follow(struct live *l, struct live_host *h, struct diag *d)
{
	bool ok = follow_ports(l, h, d);
	ok &= follow_routes(h, chosen_routes(h), d);
	ok &= netspace_forward(&h->space, router_forwards(h->router), d);
	return ok;
}

bool live_follow(struct live *l, struct diag *d)
{
	bool ok = true;
	for (size_t i = 0; i < l->hosts.count; i++)
		ok &= follow(l, l->hosts.at[i], d);
	return ok;
}

bool live_attach(struct live *l, const struct model_host *from,
		 const char *netns, struct diag *d)
{
	struct live_host *h = MEM_NEW(struct live_host);
	h->router = host_router(net_host(l->net, from->id.name));
	VEC_ADD(&l->hosts, h);
	bool ok = netspace_enter(&h->space, netns, d);
	for (size_t i = 0; ok && i < from->interfaces.count; i++)
		ok = add_port(l, h, &from->interfaces.at[i], d);
	netspace_leave(&h->space);
	ok = ok && follow(l, h, d);
	if (ok && from->nat_rules.count)
		diag_warning(d, from->id.at,
			     "the NAT rules of this host are not set in "
			     "namespace '%s'",
			     netns);
	return ok;
}

const char *live_netns(const struct live *l, const char *host)
{
	for (size_t i = 0; i < l->hosts.count; i++)
		if (!strcmp(router_node(l->hosts.at[i]->router)->name, host))
			return l->hosts.at[i]->space.name;
	return NULL;
}

/* Routes by the devices would go with them; others would not. */
static void let_go(struct live_host *h)
{
	struct diag nobody;
	diag_init(&nobody);
	follow_routes(h, (struct rib){0}, &nobody);
	diag_fini(&nobody);
	netspace_close(&h->space);
	mem_free(h);
}

void live_hosts_fini(struct live *l)
{
	for (size_t i = 0; i < l->hosts.count; i++)
		let_go(l->hosts.at[i]);
	for (size_t i = 0; i < l->ports.count; i++) {
		l->ports.at[i]->nic->driver = NULL;
		if (l->ports.at[i]->fd >= 0)
			close(l->ports.at[i]->fd);
		mem_free(l->ports.at[i]);
	}
	VEC_FREE(&l->hosts);
	VEC_FREE(&l->ports);
}
