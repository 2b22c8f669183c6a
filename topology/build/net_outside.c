/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of routers and hosts that NSX does not manage. */
#include <string.h>

#include "sim/wire/ip4.h"
#include "topology/build/net_private.h"

/* The first interface's port number: hosts have "lo" before it. */
#define ROUTER_FIRST 0
#define HOST_FIRST   1

/* Whom the records of one node belong to. */
struct node_of {
	struct router *router;
	const struct schema_id *id;
	const struct model_interface *interfaces;
	size_t interface_count;
	uint16_t first_port;
};

static void add_connected(struct net_table *t, const struct node_of *node)
{
	for (size_t i = 0; i < node->interface_count; i++) {
		uint16_t port = (uint16_t)(node->first_port + i);
		const struct model_interface *f = &node->interfaces[i];
		net_table_connected(t, node->router, port, RIB_CONNECTED,
				    &f->id);
		t->port_up[port] = f->admin_state == MODEL_UP;
	}
}

static void add_nat(struct net_table *t, const struct node_of *node,
		    const struct model_nat_rule *rules, size_t count)
{
	size_t first = t->nat.count;
	net_table_nat(t, rules, count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < rules[i].scope.count; j++)
			t->nat.at[first + i].scope |=
				(uint64_t)1 << (rules[i].scope.at[j].index +
						node->first_port);
}

/* "DROP any > 198.51.100.10 TCP/443" */
static void print_access(const struct acl_rule *r, struct str *out)
{
	str_addf(out, "%s ", acl_action_name(r->action));
	net_table_print(&r->source, out);
	str_add(out, " > ");
	net_table_print(&r->destination, out);
	net_table_print_service(r->proto, r->ports, out);
}

static void add_acl(struct net_table *t, const struct model_router *r)
{
	for (size_t i = 0; i < r->acl.count; i++) {
		struct acl_rule rule = r->acl.at[i].rule;
		struct str s = {0};
		print_access(&rule, &s);
		rule.ref = net_number(t->net, NET_REF_ACL_RULE,
				      &r->acl.at[i].id, str_text(&s));
		str_fini(&s);
		VEC_ADD(&t->acl, rule);
	}
}

static void router_tables(struct net *n, const struct model_router *r,
			  struct router *router)
{
	struct net_table t;
	struct node_of node = {router, &r->id, r->interfaces.at,
			       r->interfaces.count, ROUTER_FIRST};
	net_table_begin(&t, n, router);
	add_connected(&t, &node);
	struct net_way direct = {.router = router, .kind = RIB_STATIC};
	net_table_static(&t, &direct, r->routes.at, r->routes.count);
	add_nat(&t, &node, r->nat_rules.at, r->nat_rules.count);
	add_acl(&t, r);
	t.out.icmp_errors = r->icmp_unreachable;
	t.out.icmp_ttl = r->icmp_ttl_exceeded;
	t.out.icmp_frag_needed = r->icmp_fragmentation_needed;
	net_table_commit(&t);
}

/* The default gateway is a route like any other. */
static void add_gateway(struct net_table *t, const struct node_of *node,
			const struct model_host *h)
{
	struct model_next_hop hop = {h->gateway_at, h->gateway, 1};
	struct model_route route = {
		.id = {"gateway", h->gateway_at,
		       arena_printf(&t->net->arena, "%s.gateway", h->id.path)},
		.next_hops = {&hop, 1}};
	struct net_way direct = {.router = node->router, .kind = RIB_STATIC};
	if (h->has_gateway)
		net_table_static(t, &direct, &route, 1);
}

static void host_tables(struct net *n, const struct model_host *h,
			struct router *router)
{
	struct net_table t;
	struct node_of node = {router, &h->id, h->interfaces.at,
			       h->interfaces.count, HOST_FIRST};
	net_table_begin(&t, n, router);
	net_table_connected(&t, router, 0, RIB_CONNECTED, &h->id);
	add_connected(&t, &node);
	add_gateway(&t, &node, h);
	struct net_way direct = {.router = router, .kind = RIB_STATIC};
	net_table_static(&t, &direct, h->routes.at, h->routes.count);
	add_nat(&t, &node, h->nat_rules.at, h->nat_rules.count);
	t.out.forwards = h->forwards;
	t.out.icmp_ttl = t.out.icmp_errors = h->forwards;
	t.out.icmp_frag_needed = h->forwards;
	net_table_commit(&t);
}

void net_outside_tables(struct net *n, const struct model *m)
{
	for (size_t i = 0; i < m->routers.count; i++)
		router_tables(n, &m->routers.at[i], n->routers[i]);
}

void net_outside_host(struct net *n, const struct model *m, size_t index)
{
	const struct model_host *h = &m->hosts.at[index];
	host_tables(n, h, host_router(n->hosts[index].host));
	net_serve(n, m, index);
}
