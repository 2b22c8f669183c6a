/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/build/dump.h"

#include <string.h>

#include "sim/base/mem.h"
#include "sim/wire/ip4.h"

#define LINE 78 /* characters */

/* Cells of a table, row by row; the first row is the head. */
struct grid {
	size_t columns;
	struct {
		VEC(char *);
	} cells;
};

static void grid_add(struct grid *g, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void grid_add(struct grid *g, const char *format, ...)
{
	struct str s = {0};
	va_list ap;
	va_start(ap, format);
	str_addv(&s, format, ap);
	va_end(ap);
	VEC_ADD(&g->cells, str_take(&s));
}

static void grid_init(struct grid *g, const char *const *head)
{
	*g = (struct grid){0};
	for (; head[g->columns]; g->columns++)
		grid_add(g, "%s", head[g->columns]);
}

static size_t grid_width(const struct grid *g, size_t column)
{
	size_t width = 0;
	for (size_t i = column; i < g->cells.count; i += g->columns) {
		size_t len = strlen(g->cells.at[i]);
		width = len > width ? len : width;
	}
	return width;
}

/* Prints the rows, if there are any, and frees the grid. */
static void grid_end(struct grid *g, struct str *out)
{
	bool empty = g->cells.count == g->columns;
	for (size_t i = 0; i < g->cells.count && !empty; i++) {
		const char *text = g->cells.at[i];
		size_t column = i % g->columns;
		str_add(out, text);
		if (column + 1 == g->columns)
			str_addc(out, '\n');
		else
			str_pad(out, ' ',
				2 + grid_width(g, column) - strlen(text));
	}
	for (size_t i = 0; i < g->cells.count; i++)
		mem_free(g->cells.at[i]);
	VEC_FREE(&g->cells);
}

static const char *port_name(const struct router *r, uint16_t port)
{
	const struct router_port *p = router_port(r, port);
	return p ? p->nic->name : "-";
}

/* One item of a list that is broken into lines. */
static void add_item(struct str *out, size_t *column, const char *item)
{
	size_t len = strlen(item);
	if (*column + 1 + len > LINE) {
		str_add(out, "\n      ");
		*column = strlen("      ");
	}
	str_addf(out, " %s", item);
	*column += 1 + len;
}

/* The letters that occur, with what they stand for. */
static void print_flags(const struct rib *rib, struct str *out)
{
	bool used[RIB_KIND_COUNT] = {false};
	size_t column = strlen("Flags:");
	struct str item = {0};
	for (size_t i = 0; i < rib->count; i++)
		used[rib->routes[i].kind] = true;
	str_add(out, "Flags:");
	for (unsigned i = 0; i < RIB_KIND_COUNT; i++) {
		if (!used[i])
			continue;
		str_clear(&item);
		str_addf(&item, "%s - %s,", rib_kind_letters((enum rib_kind)i),
			 rib_kind_text((enum rib_kind)i));
		add_item(out, &column, str_text(&item));
	}
	add_item(out, &column, "> - selected route, * - FIB route");
	str_add(out, "\n\n");
	str_fini(&item);
}

static void print_routes(const struct net *n, const struct router *r,
			 struct str *out)
{
	const struct rib *rib = router_rib(r);
	char prefix[ADDR_PREFIX_SIZE], via[ADDR_IP4_SIZE];
	(void)n;
	if (rib->count)
		print_flags(rib, out);
	for (size_t i = 0; i < rib->count; i++) {
		const struct rib_route *route = &rib->routes[i];
		str_addf(out, "%s%s %s", rib_kind_letters(route->kind),
			 route->selected ? "> *" : "   ",
			 addr_print_prefix(route->prefix, prefix));
		if (route->null)
			str_addf(out, " [%u/0] is a null route\n",
				 route->distance);
		else if (!route->via.v)
			str_addf(out, " is directly connected, %s\n",
				 port_name(r, route->port));
		else
			str_addf(out, " [%u/0] via %s, %s\n", route->distance,
				 addr_print_ip4(route->via, via),
				 port_name(r, route->port));
	}
}

/* What configured an entry: the place in the file, or what NSX did itself. */
static const char *origin(const struct net *n, uint32_t number)
{
	const struct net_ref *ref = net_ref(n, number);
	bool made = ref->kind == NET_REF_ADVERTISED ||
		    ref->kind == NET_REF_PLUMBING;
	return made ? ref->text : ref->path;
}

static void add_hop(struct grid *g, const struct net *n, const struct router *r,
		    const struct rib_route *route)
{
	char text[ADDR_IP4_SIZE];
	bool direct = route->null || !route->gateway.v;
	grid_add(g, "%s",
		 route->null ? "null"
		 : direct    ? "-"
			     : addr_print_ip4(route->gateway, text));
	grid_add(g, "%s", route->null ? "-" : port_name(r, route->port));
	grid_add(g, "%s", origin(n, route->ref));
}

/* What the RIB selected is what the FIB has. */
static void print_forwarding(const struct net *n, const struct router *r,
			     struct str *out)
{
	static const char *const head[] = {"PREFIX", "GATEWAY", "INTERFACE",
					   "FROM", NULL};
	const struct rib *rib = router_rib(r);
	struct addr_prefix last = {.len = UINT8_MAX};
	struct grid g;
	grid_init(&g, head);
	for (size_t i = 0; i < rib->count; i++) {
		const struct rib_route *route = &rib->routes[i];
		char text[ADDR_PREFIX_SIZE] = "";
		if (!route->selected)
			continue;
		if (!addr_prefix_same(route->prefix, last))
			addr_print_prefix(route->prefix, text);
		last = route->prefix;
		grid_add(&g, "%s", text);
		add_hop(&g, n, r, route);
	}
	grid_end(&g, out);
}

static void print_nat(const struct net *n, const struct router *r,
		      struct str *out)
{
	static const char *const head[] = {"SEQUENCE", "RULE",	"DOES", "STATE",
					   "PACKETS",  "BYTES", NULL};
	const struct nat *nat = &router_forward(r)->nat;
	struct grid g;
	grid_init(&g, head);
	for (size_t i = 0; i < nat->count; i++) {
		const struct nat_rule *rule = &nat->rules[i];
		grid_add(&g, "%u", rule->sequence_number);
		grid_add(&g, "%s", net_ref(n, rule->ref)->name);
		grid_add(&g, "%s", net_ref(n, rule->ref)->text);
		grid_add(&g, "%s", rule->enabled ? "enabled" : "disabled");
		grid_add(&g, "%llu", (unsigned long long)rule->packets);
		grid_add(&g, "%llu", (unsigned long long)rule->bytes);
	}
	grid_end(&g, out);
}

static const char *proto_name(uint8_t proto)
{
	return proto == IP4_PROTO_TCP	? "TCP"
	       : proto == IP4_PROTO_UDP ? "UDP"
					: "ICMP";
}

static void add_key(struct grid *g, const struct flow_key *k)
{
	char src[ADDR_ENDPOINT_SIZE], dst[ADDR_ENDPOINT_SIZE];
	grid_add(g, "%s > %s", addr_print_endpoint(k->src, k->sport, src),
		 addr_print_endpoint(k->dst, k->dport, dst));
}

static void add_session(struct grid *g, const struct net *n,
			const struct nat *nat, const struct flow *f)
{
	uint64_t idle_ms = (world_now(net_world(n)) - f->used) / VCLOCK_MS;
	struct flow_key in = flow_in(f, FLOW_FORWARD);
	struct flow_key out = flow_out(f, FLOW_FORWARD);
	grid_add(g, "%s", proto_name(f->proto));
	grid_add(g, "%s", flow_state_name(f->state));
	add_key(g, &in);
	add_key(g, &out);
	grid_add(g, "%s",
		 f->kind == FLOW_PASS ? "from outside"
				      : net_ref(n, nat_flow_ref(nat, f))->name);
	grid_add(g, "%u/%u", f->packets[0], f->packets[1]);
	grid_add(g, "%llu.%03llu s", (unsigned long long)idle_ms / 1000,
		 (unsigned long long)idle_ms % 1000);
}

static void print_sessions(const struct net *n, const struct router *r,
			   struct str *out)
{
	static const char *const head[] = {"PROTO",  "STATE", "ARRIVES",
					   "LEAVES", "RULE",  "PACKETS",
					   "IDLE",   NULL};
	const struct flow_table *flows = &router_forward(r)->flows;
	struct grid g;
	grid_init(&g, head);
	for (uint32_t i = 0; i < flows->fresh; i++)
		if (flows->flows[i].live &&
		    !flow_is_idle(&flows->flows[i], world_now(net_world(n))))
			add_session(&g, n, &router_forward(r)->nat,
				    &flows->flows[i]);
	grid_end(&g, out);
}

static void print_arp(const struct net *n, const struct router *r,
		      struct str *out)
{
	static const char *const head[] = {"ADDRESS", "MAC", "STATE",
					   "INTERFACE", NULL};
	const struct neigh *neigh = router_neigh(r);
	char addr[ADDR_IP4_SIZE], text[ADDR_MAC_SIZE];
	struct grid g;
	(void)n;
	grid_init(&g, head);
	for (size_t i = 0; i < neigh->count; i++) {
		const struct neigh_entry *e = &neigh->entries[i];
		if (e->state == NEIGH_NONE)
			continue;
		grid_add(&g, "%s", addr_print_ip4(e->addr, addr));
		grid_add(&g, "%s",
			 e->state == NEIGH_REACHABLE
				 ? addr_print_mac(e->mac, text)
				 : "-");
		grid_add(&g, "%s", neigh_state_name(e->state));
		grid_add(&g, "%s", port_name(r, e->port));
	}
	grid_end(&g, out);
}

static void add_members(struct grid *g, const struct lb_server *s)
{
	struct str list = {0};
	char text[ADDR_ENDPOINT_SIZE];
	for (unsigned i = 0; i < s->member_count; i++) {
		const struct lb_member *m = &s->members[i];
		str_add(&list, i ? ", " : "");
		str_add(&list,
			m->port ? addr_print_endpoint(m->addr, m->port, text)
				: addr_print_ip4(m->addr, text));
		str_add(&list, m->enabled ? "" : " (disabled)");
	}
	grid_add(g, "%s", s->member_count ? str_text(&list) : "none");
	str_fini(&list);
}

static void print_lb(const struct net *n, const struct router *r,
		     struct str *out)
{
	static const char *const head[] = {"SERVER",	  "VIP",     "PORTS",
					   "CONNECTIONS", "MEMBERS", NULL};
	const struct lb *lb = &router_forward(r)->lb;
	char text[ADDR_IP4_SIZE];
	struct grid g;
	grid_init(&g, head);
	for (size_t i = 0; i < lb->count; i++) {
		const struct lb_server *s = &lb->servers[i];
		grid_add(&g, "%s%s", net_ref(n, s->ref)->name,
			 s->enabled ? "" : " (disabled)");
		grid_add(&g, "%s", addr_print_ip4(s->vip, text));
		if (s->ports.first == s->ports.last)
			grid_add(&g, "%s %u", proto_name(s->proto),
				 s->ports.first);
		else
			grid_add(&g, "%s %u-%u", proto_name(s->proto),
				 s->ports.first, s->ports.last);
		grid_add(&g, "%llu", (unsigned long long)s->connections);
		add_members(&g, s);
	}
	grid_end(&g, out);
}

static const struct {
	const char *name;
	void (*print)(const struct net *n, const struct router *r,
		      struct str *out);
} tables[DUMP_TABLE_COUNT] = {
	[DUMP_ROUTES] = {"routes", print_routes},
	[DUMP_FORWARDING] = {"forwarding", print_forwarding},
	[DUMP_NAT] = {"nat", print_nat},
	[DUMP_SESSIONS] = {"sessions", print_sessions},
	[DUMP_ARP] = {"arp", print_arp},
	[DUMP_LB] = {"lb", print_lb},
};

const char *dump_table_name(enum dump_table table)
{
	return tables[table].name;
}

bool dump_print(const struct net *n, const struct router *r,
		enum dump_table table, struct str *out)
{
	size_t before = out->len;
	tables[table].print(n, r, out);
	return out->len > before;
}
