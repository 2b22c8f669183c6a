/* SPDX-License-Identifier: Apache-2.0 */
/* Random Tier-0 gateways: edges, uplinks, routes. */
#include "tests/kernel/topo_private.h"

uint32_t topo_up_addr(const struct topo_up *up)
{
	return UPLINK + up->out * 256U + 2 + up->edge;
}

uint32_t topo_up_on(struct topo *t, unsigned out, bool up)
{
	uint32_t found = UPLINK + out * 256 + 2;
	unsigned count = 0;
	for (unsigned i = 0; i < t->up_count; i++)
		if (t->ups[i].out == out && !(up && t->ups[i].down) &&
		    topo_below(t, ++count) == 0)
			found = topo_up_addr(&t->ups[i]);
	return found;
}

static void add_up(struct topo *t, unsigned edge, unsigned out, bool dark)
{
	bool down = dark || t->edge_down[edge] ||
		    (t->edges > 1 && topo_maybe(t, 5));
	t->ups[t->up_count++] =
		(struct topo_up){(uint8_t)edge, (uint8_t)out, down};
}

/* Edges that are alike are on all networks; others have one of their own, or
 * whatever comes. All networks have an edge. One that is up may have no uplink
 * that is. */
static void add_ups(struct topo *t)
{
	bool alike = topo_maybe(t, 45);
	unsigned dark = topo_maybe(t, 10) ? t->edges - 1 : 0;
	for (unsigned edge = 0; edge < t->edges; edge++) {
		unsigned own = edge % t->uplinks;
		for (unsigned out = 0; out < t->uplinks; out++)
			if (t->edges == 1 || alike || out == own ||
			    topo_maybe(t, 20))
				add_up(t, edge, out, edge && edge == dark);
	}
}

void topo_edges(struct topo *t)
{
	str_add(&t->text, "edge_clusters: {ec: {edges: {en1: {}");
	for (unsigned i = 1; i < (t->edges > 2 ? t->edges : 2); i++) {
		t->edge_down[i] = t->edges > 1 && topo_maybe(t, 8);
		str_addf(&t->text, ", en%u: {%s}", i + 1,
			 t->edge_down[i] ? "admin_state: DOWN" : "");
	}
	str_add(&t->text, "}}}\n");
	add_ups(t);
}

/* Routes to the same networks at several distances: of two uplinks, and of a
 * static route and what a Tier-1 advertises (distance 3). */
static void add_rivals(struct topo *t)
{
	char a[ADDR_IP4_SIZE], b[ADDR_IP4_SIZE];
	unsigned distance = 2 + topo_below(t, 9);
	str_addf(&t->text,
		 "      r1: {network: %s/24, next_hops: [{ip_address: %s, "
		 "admin_distance: %u}",
		 topo_ip(OUTSIDE + 256, a),
		 topo_ip(UPLINK + (t->uplinks - 1) * 256 + 1, b), distance);
	if (t->uplinks > 1 && topo_maybe(t, 60))
		str_addf(&t->text, ", {ip_address: %s, admin_distance: %u}",
			 topo_ip(UPLINK + 1, b),
			 t->has[TOPO_EQUAL_COST] && topo_maybe(t, 60) ? distance
			 : topo_maybe(t, 50) ? distance - 1
					     : distance + 1);
	str_add(&t->text, "]}\n");
	if (topo_maybe(t, 30))
		str_addf(&t->text,
			 "      r3: {network: %s/24, next_hops: [{ip_address: "
			 "%s, admin_distance: %u}]}\n",
			 topo_ip(topo_inside(0, 0), a), topo_ip(UPLINK + 1, b),
			 topo_maybe(t, 80) ? 4 : 2);
}

/* Edges use the next hops on their own networks. */
static void add_default(struct topo *t)
{
	bool equal = t->has[TOPO_EQUAL_COST], second = topo_maybe(t, 50);
	if (!topo_maybe(t, 90))
		return;
	str_add(&t->text, "      r0: {network: 0.0.0.0/0, next_hops: [");
	str_add(&t->text, equal && second ? "192.0.3.1, " : "");
	str_addf(&t->text, "192.0.2.1%s]}\n",
		 equal && !second ? ", 192.0.3.1" : "");
}

static void add_interfaces(struct topo *t)
{
	char a[ADDR_IP4_SIZE];
	bool lenient[] = {topo_maybe(t, 30), topo_maybe(t, 30)};
	for (unsigned i = 0; i < t->up_count; i++) {
		const struct topo_up *up = &t->ups[i];
		str_addf(&t->text,
			 "      up%u: {edge: en%u, segment: out%u, address: "
			 "%s/24, mtu: %u%s%s}\n",
			 i, up->edge + 1U, up->out,
			 topo_ip(topo_up_addr(up), a), t->mtus.at[up->out],
			 lenient[up->out] ? ", urpf_mode: NONE" : "",
			 up->down && !t->edge_down[up->edge]
				 ? ", admin_state: DOWN"
				 : "");
		topo_target_add(t, topo_up_addr(up), -1);
	}
}

void topo_tier0(struct topo *t)
{
	char a[ADDR_IP4_SIZE];
	bool vip = false;
	str_addf(&t->text,
		 "tier0s:\n  t0:\n    ha_mode: %s\n    edge_cluster: ec\n",
		 t->standby ? "ACTIVE_STANDBY" : "ACTIVE_ACTIVE");
	if (t->standby && topo_maybe(t, 50)) {
		str_addf(&t->text, "    ha_vip: %s/24\n",
			 topo_ip(UPLINK + 4, a));
		topo_target_add(t, UPLINK + 4, -1);
		vip = true;
	}
	str_addf(&t->text,
		 "    icmp_unreachable: %s\n    icmp_ttl_exceeded: %s\n"
		 "    interfaces:\n",
		 topo_knob(t, 70), topo_knob(t, 80));
	add_interfaces(t);
	if (vip)
		str_addf(&t->text,
			 "      standby: {edge: en2, segment: out0, address: "
			 "%s/24, mtu: %u}\n",
			 topo_ip(UPLINK + 3, a), t->mtus.at[0]);
	str_add(&t->text, "    static_routes:\n");
	add_default(t);
	add_rivals(t);
	if (topo_maybe(t, 30))
		str_addf(&t->text,
			 "      r2: {network: %s/32, next_hops: []}\n",
			 topo_ip(OUTSIDE + 10, a));
	topo_tier0_rules(t);
}
