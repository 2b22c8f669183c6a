/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/topo.h"

#include "tests/kernel/topo_private.h"

#include <stdio.h>
#include <string.h>

void topo_target_add(struct topo *t, uint32_t addr, int host)
{
	struct topo_target target = {.addr = {addr}, .host = host};
	VEC_ADD(&t->targets, target);
}

void topo_net(struct topo *t, const char *name, uint32_t addr, unsigned len)
{
	char text[ADDR_PREFIX_SIZE];
	struct addr_prefix p = addr_prefix_of(addr_ip4(addr), (uint8_t)len);
	str_addf(&t->text, ", %s: %s", name, addr_print_prefix(p, text));
}

/* A host behind the Tier-1, or -1. */
int topo_host_in(struct topo *t, uint32_t net, unsigned len)
{
	int found = -1;
	unsigned count = 0;
	struct addr_prefix p = addr_prefix_of(addr_ip4(net), (uint8_t)len);
	for (size_t i = 0; i < t->hosts.count; i++)
		if (addr_in(t->hosts.at[i].addr, p) &&
		    topo_below(t, ++count) == 0)
			found = (int)i;
	return found;
}

const char *topo_service(struct topo *t)
{
	static const char *const services[] = {"TCP/4000", "UDP/4001",
					       "TCP/9999", "UDP/9999"};
	return services[topo_below(t, 4)];
}

void topo_missing_add(struct topo *t, uint32_t addr)
{
	struct topo_target target = {
		.addr = {addr}, .host = -1, .missing = true};
	VEC_ADD(&t->targets, target);
}

static uint16_t choose_mtu(struct topo *t)
{
	static const uint16_t small[] = {576, 1280, 1400, 1492};
	uint16_t mtu = topo_maybe(t, 80) ? 1500 : small[topo_below(t, 4)];
	VEC_ADD(&t->mtus, mtu);
	return mtu;
}

static void add_host(struct topo *t, const char *segment, uint32_t addr,
		     uint32_t gateway, uint16_t mtu)
{
	struct topo_host h = {"", {addr}, mtu};
	char a[ADDR_IP4_SIZE], g[ADDR_IP4_SIZE];
	snprintf(h.name, sizeof(h.name), "h%zu", t->hosts.count);
	str_addf(&t->host_text,
		 "  %s: {interfaces: {eth0: {segment: %s, address: %s/24, mtu: "
		 "%u}}, gateway: %s, silent_ports: [",
		 h.name, segment, topo_ip(addr, a), mtu, topo_ip(gateway, g));
	for (int i = 0; i < TOPO_SILENT_COUNT; i++)
		str_addf(&t->host_text, "%s%d", i ? ", " : "",
			 TOPO_SILENT_FIRST + i);
	str_add(&t->host_text, "]}\n");
	topo_target_add(t, addr, (int)t->hosts.count);
	VEC_ADD(&t->hosts, h);
}

static void add_tier1_types(struct topo *t)
{
	str_add(&t->text, "    route_advertisement_types: [");
	str_add(&t->text, t->by_session || topo_maybe(t, 85) ? "TIER1_CONNECTED"
							     : "TIER1_LB_SNAT");
	str_add(&t->text,
		t->by_session || topo_maybe(t, 90) ? ", TIER1_NAT" : "");
	str_add(&t->text, topo_maybe(t, 60) ? ", TIER1_STATIC_ROUTES" : "");
	str_add(&t->text, topo_maybe(t, 80) ? ", TIER1_LB_VIP" : "");
	str_add(&t->text, "]\n");
}

static const char *random_type(struct topo *t)
{
	static const char *const types[] = {"TIER1_CONNECTED", "TIER1_NAT",
					    "TIER1_STATIC_ROUTES",
					    "TIER1_LB_VIP"};
	return types[topo_below(t, 4)];
}

/* Exceptions from the types, by kind, by prefix, by both. */
static void add_advertising(struct topo *t, unsigned tier1)
{
	unsigned count = 1 + topo_below(t, 3);
	char a[ADDR_IP4_SIZE];
	str_add(&t->text, "    route_advertisement_rules:\n");
	for (unsigned i = 0; i < count; i++) {
		bool egress = topo_maybe(t, 50);
		str_addf(&t->text, "      q%u: {action: %s", i,
			 topo_maybe(t, 50) ? "PERMIT" : "DENY");
		if (topo_maybe(t, 70))
			str_addf(&t->text, ", subnets: [%s/%u]",
				 topo_ip(egress ? topo_egress(tier1)
						: topo_inside(tier1, 0),
					 a),
				 egress		     ? 24 + 8 * topo_below(t, 2)
				 : topo_maybe(t, 50) ? 16
						     : 24);
		if (topo_maybe(t, 40))
			str_addf(&t->text, ", prefix_operator: %s",
				 topo_maybe(t, 50) ? "EQ" : "GE");
		if (topo_maybe(t, 60))
			str_addf(&t->text, ", route_advertisement_types: [%s]",
				 random_type(t));
		str_add(&t->text, "}\n");
	}
	t->has[TOPO_ADVERTISING] = true;
}

const char *topo_knob(struct topo *t, unsigned percent)
{
	return topo_maybe(t, percent) ? "true" : "false";
}

static void add_segments(struct topo *t, unsigned tier1)
{
	unsigned count = 1 + topo_below(t, 2);
	char gateway[ADDR_IP4_SIZE], name[32];
	for (unsigned i = 0; i < count; i++) {
		uint32_t net = topo_inside(tier1, i);
		uint16_t mtu = choose_mtu(t);
		snprintf(name, sizeof(name), "s%u-%u", tier1, i);
		str_addf(&t->segments,
			 "  %s: {tier1: t1-%u, gateway_address: %s/24, mtu: "
			 "%u%s}\n",
			 name, tier1, topo_ip(net + 1, gateway), mtu,
			 topo_maybe(t, 20) ? ", urpf_mode: NONE" : "");
		add_host(t, name, net + 10 + topo_below(t, 4), net + 1, mtu);
		if (topo_maybe(t, 25))
			add_host(t, name, net + 20, net + 1, mtu);
		topo_target_add(t, net + 1, -1);
		topo_missing_add(t, net + 200);
	}
}

static void add_tier1_routes(struct topo *t, unsigned tier1)
{
	char net[ADDR_IP4_SIZE], hop[ADDR_IP4_SIZE];
	int host = topo_host_in(t, topo_inside(tier1, 0), 24);
	if (!topo_maybe(t, 40) || host < 0)
		return;
	str_add(&t->text, "    static_routes:\n");
	str_addf(&t->text,
		 "      s0: {network: %s/24, next_hops: [{ip_address: %s, "
		 "admin_distance: %u}]}\n",
		 topo_ip(topo_inside(tier1, 100), net),
		 topo_ip(t->hosts.at[host].addr.v, hop), 2 + topo_below(t, 5));
	topo_target_add(t, topo_inside(tier1, 100) + 5, host);
	if (topo_maybe(t, 50))
		str_addf(&t->text,
			 "      s1: {network: %s/25, next_hops: []}\n", net);
}

static void add_tier1(struct topo *t, unsigned tier1)
{
	bool sr = topo_maybe(t, 85);
	unsigned rules = sr ? topo_below(t, 6) : 0;
	str_addf(&t->text, "  t1-%u:\n    tier0: t0\n", tier1);
	if (sr)
		str_add(&t->text, "    edge_cluster: ec\n");
	add_segments(t, tier1);
	add_tier1_types(t);
	if (!t->by_session && topo_maybe(t, 25))
		add_advertising(t, tier1);
	str_addf(&t->text,
		 "    icmp_unreachable: %s\n    icmp_ttl_exceeded: %s\n",
		 topo_knob(t, 70), topo_knob(t, 80));
	if (sr)
		str_addf(&t->text, "    snat_keep_port: %s\n",
			 topo_knob(t, 50));
	add_tier1_routes(t, tier1);
	topo_tier1_rules(t, tier1, rules);
	if (sr && !t->by_session && !t->plain && topo_maybe(t, 40))
		topo_servers(t, tier1);
}

/* By one of the edges that are on the router's network, or by all; one that is
 * down would get its share, too, and nothing be told of where that went. */
static void add_way_in(struct topo *t, unsigned router, unsigned number,
		       uint32_t net, unsigned len)
{
	char a[ADDR_PREFIX_SIZE], b[ADDR_IP4_SIZE];
	struct addr_prefix p = addr_prefix_of(addr_ip4(net), (uint8_t)len);
	bool all = t->edges > 1 && topo_maybe(t, 30);
	uint32_t some = topo_up_on(t, router, all);
	str_addf(&t->text, "      w%u: {network: %s, next_hops: [", number,
		 addr_print_prefix(p, a));
	str_add(&t->text, topo_ip(some, b));
	for (unsigned i = 0; all && i < t->up_count; i++)
		if (t->ups[i].out == router && !t->ups[i].down &&
		    topo_up_addr(&t->ups[i]) != some)
			str_addf(&t->text, ", %s",
				 topo_ip(topo_up_addr(&t->ups[i]), b));
	str_add(&t->text, "]}\n");
}

static void add_access(struct topo *t)
{
	static const char *const actions[] = {"PERMIT", "DROP", "REJECT"};
	unsigned count = 1 + topo_below(t, 3);
	str_add(&t->text, "    acl:\n");
	for (unsigned i = 0; i < count; i++) {
		str_addf(&t->text,
			 "      a%u: {action: %s, sequence_number: %u", i,
			 actions[topo_below(t, 3)], topo_below(t, 3));
		if (topo_maybe(t, 60))
			topo_net(t, "source",
				 topo_maybe(t, 50) ? OUTSIDE : EGRESS,
				 16 + topo_below(t, 9));
		if (topo_maybe(t, 60))
			topo_net(t, "destination",
				 topo_maybe(t, 50) ? OUTSIDE : EGRESS,
				 16 + topo_below(t, 9));
		if (topo_maybe(t, 70))
			str_addf(&t->text, ", service: %s", topo_service(t));
		str_add(&t->text, "}\n");
	}
}

static void add_router(struct topo *t, unsigned n, uint16_t mtu)
{
	char a[ADDR_IP4_SIZE], b[ADDR_IP4_SIZE];
	str_addf(&t->text,
		 "  r%u:\n    icmp_unreachable: %s\n    icmp_ttl_exceeded: "
		 "%s\n    interfaces:\n"
		 "      up: {segment: out%u, address: %s/24, mtu: %u%s}\n",
		 n, topo_knob(t, 85), topo_knob(t, 90), n,
		 topo_ip(UPLINK + n * 256 + 1, a), t->mtus.at[n],
		 topo_maybe(t, 20) ? ", urpf_mode: STRICT" : "");
	str_addf(&t->text,
		 "      net: {segment: net%u, address: %s/24, mtu: %u%s}\n", n,
		 topo_ip(OUTSIDE + n * 256 + 1, b), mtu,
		 topo_maybe(t, 20) ? ", urpf_mode: STRICT" : "");
	str_add(&t->text, "    routes:\n");
	add_way_in(t, n, 0, 0xcb007100, 24);
	if (topo_maybe(t, 85))
		add_way_in(t, n, 1, EGRESS, 16);
	if (topo_maybe(t, 60))
		add_way_in(t, n, 2, INSIDE, 8);
	if (topo_maybe(t, 40))
		add_way_in(t, n, 3, OUTSIDE + (n ? 0 : 256), 24);
	if (topo_maybe(t, 15))
		str_addf(&t->text,
			 "      w4: {network: %s/28, next_hops: []}\n",
			 topo_ip(EGRESS, a));
	if (topo_maybe(t, 15))
		add_access(t);
}

static void add_outside(struct topo *t)
{
	char segment[16], name[16];
	str_add(&t->text, "routers:\n");
	for (unsigned i = 0; i < t->uplinks; i++) {
		uint16_t mtu = choose_mtu(t);
		uint32_t net = OUTSIDE + i * 256;
		snprintf(segment, sizeof(segment), "net%u", i);
		snprintf(name, sizeof(name), "out%u", i);
		str_addf(&t->segments, "  out%u: {}\n  net%u: {}\n", i, i);
		add_host(t, segment, net + 10, net + 1, mtu);
		if (topo_maybe(t, 40))
			add_host(t, name, UPLINK + i * 256 + 50,
				 topo_maybe(t, 50) ? UPLINK + i * 256 + 1
						   : topo_up_on(t, i, false),
				 t->mtus.at[i]);
		topo_target_add(t, net + 1, -1);
		topo_target_add(t, UPLINK + i * 256 + 1, -1);
		topo_missing_add(t, net + 77);
		add_router(t, i, mtu);
	}
}

void topo_make(struct topo *t, uint64_t seed)
{
	memset(t, 0, sizeof(*t));
	rng_init(&t->rng, seed);
	t->tier1s = 1 + topo_below(t, 3);
	t->uplinks = 1 + topo_below(t, 2);
	t->standby = topo_maybe(t, 50);
	t->plain = topo_maybe(t, 20);
	t->by_session = !t->plain && topo_maybe(t, 45);
	t->stateful = t->by_session;
	t->edges = 1;
	if (!t->standby && !t->by_session && topo_maybe(t, 75))
		t->edges = 2 + topo_maybe(t, 25);
	for (unsigned i = 0; i < t->uplinks; i++)
		choose_mtu(t);
	/* Either way, it must fit. */
	t->has[TOPO_EQUAL_COST] =
		t->uplinks > 1 && topo_maybe(t, t->edges > 1 ? 80 : 40);
	if (t->has[TOPO_EQUAL_COST])
		t->mtus.at[1] = t->mtus.at[0];
	if (t->by_session)
		str_add(&t->text, "title: REFLEXIVE by session\n");
	str_addf(&t->text, "nsx_version: \"%s\"\n",
		 topo_maybe(t, 50) ? "3.0" : "3.2");
	topo_edges(t);
	str_add(&t->text, "tier1s:\n");
	for (unsigned i = 0; i < t->tier1s; i++)
		add_tier1(t, i);
	topo_tier0(t);
	add_outside(t);
	topo_target_add(t, 0x08080808, -1);
	topo_target_add(t, 0xcb0071fe, -1);
	str_addf(&t->text, "segments:\n%shosts:\n%s", str_text(&t->segments),
		 str_text(&t->host_text));
	if (t->has[TOPO_SERVER])
		str_addf(&t->text, "lb_pools:\n%slb_virtual_servers:\n%s",
			 str_text(&t->pools), str_text(&t->servers));
	t->has[TOPO_FRAGMENTS] = t->pieces = !t->by_session;
	t->has[TOPO_GATHERED] = t->pieces && t->stateful;
	t->has[TOPO_EDGES] = t->edges > 1;
	t->has[TOPO_STANDBY] = t->standby;
	t->has[TOPO_BY_SESSION] = t->by_session;
}

void topo_fini(struct topo *t)
{
	str_fini(&t->text);
	str_fini(&t->segments);
	str_fini(&t->host_text);
	str_fini(&t->pools);
	str_fini(&t->servers);
	VEC_FREE(&t->hosts);
	VEC_FREE(&t->targets);
	VEC_FREE(&t->mtus);
}
