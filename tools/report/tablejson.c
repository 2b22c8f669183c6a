/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/tablejson.h"

#include <jansson.h>
#include <stdlib.h>

#include "sim/base/mem.h"
#include "tools/report/outjson.h"

struct tablejson {
	json_t *nodes;
};

struct tablejson *tablejson_new(void)
{
	struct tablejson *t = MEM_NEW(struct tablejson);
	t->nodes = json_object();
	return t;
}

static void set_text(json_t *j, const char *key, const char *text)
{
	json_object_set_new(j, key, json_string(text));
}

static void set_number(json_t *j, const char *key, uint64_t v)
{
	json_object_set_new(j, key, json_integer((json_int_t)v));
}

static void set_ip(json_t *j, const char *key, ip4 a)
{
	char text[ADDR_IP4_SIZE];
	set_text(j, key, addr_print_ip4(a, text));
}

static const char *port_name(const struct router *r, uint16_t port)
{
	const struct router_port *p = router_port(r, port);
	return p ? p->nic->name : "";
}

static void add_routes(json_t *list, const struct net *n,
		       const struct router *r)
{
	const struct rib *rib = router_rib(r);
	for (size_t i = 0; i < rib->count; i++) {
		const struct rib_route *route = &rib->routes[i];
		char text[ADDR_PREFIX_SIZE];
		json_t *j = json_object();
		set_text(j, "network", addr_print_prefix(route->prefix, text));
		set_text(j, "route_type", rib_kind_letters(route->kind));
		set_number(j, "admin_distance", route->distance);
		set_ip(j, "next_hop", route->via);
		set_text(j, "interface", port_name(r, route->port));
		json_object_set_new(j, "selected",
				    json_boolean(route->selected));
		set_text(j, "path", net_ref(n, route->ref)->path);
		json_array_append_new(list, j);
	}
}

static json_t *next_hop(const struct router *r, const struct rib_route *route)
{
	json_t *hop = json_object();
	set_ip(hop, "gateway", route->gateway);
	set_text(hop, "interface", port_name(r, route->port));
	return hop;
}

/* What the RIB selected is what the FIB has: one item for each prefix. */
static void add_forwarding(json_t *list, const struct router *r)
{
	const struct rib *rib = router_rib(r);
	struct addr_prefix last = {.len = UINT8_MAX};
	json_t *hops = NULL;
	for (size_t i = 0; i < rib->count; i++) {
		const struct rib_route *route = &rib->routes[i];
		char text[ADDR_PREFIX_SIZE];
		if (!route->selected)
			continue;
		if (!addr_prefix_same(route->prefix, last)) {
			json_t *j = json_object();
			hops = json_array();
			set_text(j, "network",
				 addr_print_prefix(route->prefix, text));
			json_object_set_new(j, "next_hops", hops);
			json_array_append_new(list, j);
		}
		last = route->prefix;
		if (!route->null)
			json_array_append_new(hops, next_hop(r, route));
	}
}

static void add_nat(json_t *list, const struct net *n, const struct router *r)
{
	const struct nat *nat = &router_forward(r)->nat;
	for (size_t i = 0; i < nat->count; i++) {
		const struct nat_rule *rule = &nat->rules[i];
		json_t *j = json_object();
		set_text(j, "id", net_ref(n, rule->ref)->name);
		set_text(j, "path", net_ref(n, rule->ref)->path);
		set_text(j, "action", nat_action_name(rule->action));
		set_text(j, "rule", net_ref(n, rule->ref)->text);
		set_number(j, "sequence_number", rule->sequence_number);
		json_object_set_new(j, "enabled", json_boolean(rule->enabled));
		set_number(j, "total_packets", rule->packets);
		set_number(j, "total_bytes", rule->bytes);
		json_array_append_new(list, j);
	}
}

static json_t *key(struct flow_key k)
{
	json_t *j = json_object();
	set_ip(j, "src", k.src);
	set_number(j, "sport", k.sport);
	set_ip(j, "dst", k.dst);
	set_number(j, "dport", k.dport);
	return j;
}

static void add_sessions(json_t *list, const struct net *n,
			 const struct router *r)
{
	const struct flow_table *t = &router_forward(r)->flows;
	for (uint32_t i = 0; i < t->fresh; i++) {
		const struct flow *f = &t->flows[i];
		json_t *j;
		if (!f->live)
			continue;
		j = json_object();
		set_number(j, "protocol", f->proto);
		json_object_set_new(j, "original",
				    key(flow_in(f, FLOW_FORWARD)));
		json_object_set_new(j, "translated",
				    key(flow_out(f, FLOW_FORWARD)));
		set_text(j, "state", flow_state_name(f->state));
		set_text(j, "rule",
			 net_ref(n, nat_flow_ref(&router_forward(r)->nat, f))
				 ->name);
		json_array_append_new(list, j);
	}
}

static void add_arp(json_t *list, const struct router *r)
{
	const struct neigh *n = router_neigh(r);
	for (size_t i = 0; i < n->count; i++) {
		const struct neigh_entry *e = &n->entries[i];
		char text[ADDR_MAC_SIZE];
		json_t *j;
		if (e->state == NEIGH_NONE)
			continue;
		j = json_object();
		set_ip(j, "ip", e->addr);
		set_text(j, "mac",
			 e->state == NEIGH_REACHABLE
				 ? addr_print_mac(e->mac, text)
				 : "");
		set_text(j, "state", neigh_state_name(e->state));
		set_text(j, "interface", port_name(r, e->port));
		json_array_append_new(list, j);
	}
}

static void add_lb(json_t *list, const struct net *n, const struct router *r)
{
	const struct lb *l = &router_forward(r)->lb;
	for (size_t i = 0; i < l->count; i++) {
		json_t *j = json_object();
		set_text(j, "id", net_ref(n, l->servers[i].ref)->name);
		set_ip(j, "ip_address", l->servers[i].vip);
		set_number(j, "first_port", l->servers[i].ports.first);
		set_number(j, "last_port", l->servers[i].ports.last);
		set_number(j, "members", l->servers[i].member_count);
		set_number(j, "connections", l->servers[i].connections);
		json_array_append_new(list, j);
	}
}

static json_t *table_of(const struct net *n, const struct router *r,
			enum dump_table table)
{
	json_t *list = json_array();
	if (table == DUMP_ROUTES)
		add_routes(list, n, r);
	else if (table == DUMP_FORWARDING)
		add_forwarding(list, r);
	else if (table == DUMP_NAT)
		add_nat(list, n, r);
	else if (table == DUMP_SESSIONS)
		add_sessions(list, n, r);
	else if (table == DUMP_ARP)
		add_arp(list, r);
	else
		add_lb(list, n, r);
	return list;
}

void tablejson_add(struct tablejson *t, const struct net *n, struct router *r,
		   enum dump_table table)
{
	const char *name = router_node(r)->name;
	json_t *node = json_object_get(t->nodes, name);
	if (!node) {
		node = json_object();
		json_object_set_new(t->nodes, name, node);
	}
	json_object_set_new(node, dump_table_name(table),
			    table_of(n, r, table));
}

void tablejson_end(struct tablejson *t, struct str *out)
{
	json_t *j = json_object(), *head = json_object();
	json_object_set_new(head, "version", json_integer(OUTJSON_VERSION));
	json_object_set_new(j, "tierpath", head);
	json_object_set_new(j, "nodes", t->nodes);
	char *dump = json_dumps(j, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	if (dump)
		str_addf(out, "%s\n", dump);
	free(dump);
	json_decref(j);
	mem_free(t);
}
