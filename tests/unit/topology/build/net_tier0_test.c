/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>

#include "sim/path/route.h"
#include "tests/unit/topology/build/net_kit.h"

#define STANDBY "tier0s: {t0: {ha_mode: ACTIVE_STANDBY, ha_vip: 192.0.2.9/24"

#define RULES(rules) "tier1s: {t1: {route_advertisement_rules: {" rules "}}}"
#define T1N	     "t1n [3] via 100.64.0.1 gw 169.254.0.1 backplane"

/* A second uplink of en1, behind a route of a greater distance. */
#define SECOND(state)                                                           \
	"tier0s: {t0: {interfaces: {up1: {admin_state: " state "}, up3: "       \
	"{edge: en1, segment: net, address: 198.51.100.3/24}}, static_routes: " \
	"{out: {next_hops: [192.0.2.254, {ip_address: 198.51.100.1, "           \
	"admin_distance: 5}]}, far: {network: 203.0.113.0/24, next_hops: "      \
	"[192.0.2.254, {ip_address: 198.51.100.1, admin_distance: 5}]}}}}"

static const struct {
	const char *patch, *node, *prefix, *routes;
} tables[] = {
	/* DR: Tier-1 gateways by their router links, the rest to all SRs. */
	{NULL, "t0:dr", "0.0.0.0/0",
	 "isr [1] via 169.254.0.2 backplane + "
	 "isr [1] via 169.254.0.3 backplane"},
	{NULL, "t0:dr", "100.64.0.0/31", "t0c [0] downlink-t1"},
	{NULL, "t0:dr", "100.64.0.2/31", "t0c [0] downlink-t1b"},
	{NULL, "t0:dr", "10.1.0.0/24", "t1c [3] via 100.64.0.1 downlink-t1"},
	{NULL, "t0:dr", "10.2.0.0/24", "t1c [3] via 100.64.0.3 downlink-t1b"},
	{NULL, "t0:dr", "30.0.0.1/32", "t1n [3] via 100.64.0.1 downlink-t1"},
	{NULL, "t0:dr", "30.0.1.1/32", "t1l [3] via 100.64.0.1 downlink-t1"},
	{NULL, "t0:dr", "192.0.2.0/24",
	 "isr [1] via 169.254.0.2 backplane + "
	 "isr [1] via 169.254.0.3 backplane"},
	/* SR: its uplink; Tier-1 prefixes are shown with the Tier-1's address
	 * and sent to the DR. */
	{NULL, "t0:en1", "0.0.0.0/0", "t0s [1] via 192.0.2.254 up1"},
	{NULL, "t0:en2", "0.0.0.0/0", "t0s [1] via 192.0.2.254 up2"},
	{NULL, "t0:en1", "192.0.2.0/24", "t0c [0] up1"},
	{NULL, "t0:en1", "30.0.0.1/32",
	 "t1n [3] via 100.64.0.1 gw 169.254.0.1 backplane"},
	{NULL, "t0:en2", "10.2.0.0/24",
	 "t1c [3] via 100.64.0.3 gw 169.254.0.1 backplane"},
	/* Nothing but the links in use goes to the DR: it would come back. */
	{NULL, "t0:en1", "100.64.0.0/16", ""},
	{NULL, "t0:en1", "100.64.0.2/31", "t0c [0] gw 169.254.0.1 backplane"},
	/* What is not advertised is not there. */
	{"tier1s: {t1: {route_advertisement_types: [TIER1_CONNECTED]}}",
	 "t0:dr", "30.0.0.1/32", ""},
	{"tier1s: {t1: {route_advertisement_types: [TIER1_CONNECTED]}}",
	 "t0:en1", "30.0.1.1/32", ""},
	{"tier1s: {t1: {route_advertisement_types: [TIER1_NAT]}}", "t0:dr",
	 "10.1.0.0/24", ""},
	{"lb_virtual_servers: {vip: {enabled: false}}", "t0:dr", "30.0.1.1/32",
	 ""},
	{"tier1s: {t1: {nat_rules: {hide: {enabled: false}}}}", "t0:dr",
	 "30.0.0.1/32", ""},
	/* Rules of advertisement: the first that matches, then the types. */
	{RULES("no: {action: DENY, subnets: [10.0.0.0/8]}"), "t0:dr",
	 "10.1.0.0/24", ""},
	{RULES("no: {action: DENY, subnets: [10.0.0.0/8]}"), "t0:en1",
	 "30.0.0.1/32", T1N},
	{RULES("no: {action: DENY, subnets: [10.0.0.0/8], prefix_operator: "
	       "EQ}"),
	 "t0:dr", "10.1.0.0/24", "t1c [3] via 100.64.0.1 downlink-t1"},
	{RULES("no: {action: DENY, subnets: [10.1.0.0/24, 10.9.0.0/24], "
	       "prefix_operator: EQ}"),
	 "t0:dr", "10.1.0.0/24", ""},
	{RULES("no: {action: DENY, route_advertisement_types: [TIER1_LB_VIP]}"),
	 "t0:dr", "30.0.1.1/32", ""},
	{RULES("no: {action: DENY, route_advertisement_types: [TIER1_LB_VIP]}"),
	 "t0:en1", "30.0.0.1/32", T1N},
	{RULES("yes: {action: PERMIT, subnets: [30.0.0.1]}, "
	       "no: {action: DENY}"),
	 "t0:en1", "30.0.0.1/32", T1N},
	{RULES("yes: {action: PERMIT, subnets: [30.0.0.1]}, "
	       "no: {action: DENY}"),
	 "t0:en1", "30.0.1.1/32", ""},
	{"tier1s: {t1: {route_advertisement_types: [], "
	 "route_advertisement_rules: {yes: {action: PERMIT, subnets: "
	 "[30.0.0.0/24], route_advertisement_types: [TIER1_NAT]}}}}",
	 "t0:en1", "30.0.0.1/32", T1N},
	/* Translated networks as they are, destinations of DNAT. */
	{"tier1s: {t1: {nat_rules: {hide: {translated_network: "
	 "30.0.2.0/28}}}}",
	 "t0:dr", "30.0.2.0/28", "t1n [3] via 100.64.0.1 downlink-t1"},
	{"tier1s: {t1: {nat_rules: {in: {action: DNAT, destination_network: "
	 "30.0.3.3, translated_network: 10.1.0.10}}}}",
	 "t0:dr", "30.0.3.3/32", "t1n [3] via 100.64.0.1 downlink-t1"},
	/* An edge that is down is left out. */
	{"edge_clusters: {ec: {edges: {en1: {admin_state: DOWN}}}}", "t0:dr",
	 "0.0.0.0/0", "isr [1] via 169.254.0.3 backplane"},
	{"edge_clusters: {ec: {edges: {en1: {admin_state: DOWN}, "
	 "en2: {admin_state: DOWN}}}}",
	 "t0:dr", "0.0.0.0/0", ""},
	/* Active-standby: one edge, the preferred one if it is up. */
	{STANDBY "}}", "t0:dr", "0.0.0.0/0",
	 "isr [1] via 169.254.0.2 backplane"},
	{STANDBY ", preferred_edge: en2}}", "t0:dr", "0.0.0.0/0",
	 "isr [1] via 169.254.0.3 backplane"},
	{STANDBY ", preferred_edge: en2}}\n"
		 "edge_clusters: {ec: {edges: {en2: {admin_state: DOWN}}}}",
	 "t0:dr", "0.0.0.0/0", "isr [1] via 169.254.0.2 backplane"},
	/* ... and one that has an uplink, if there is any. */
	{STANDBY ", interfaces: {up1: {admin_state: DOWN}}}}", "t0:dr",
	 "0.0.0.0/0", "isr [1] via 169.254.0.3 backplane"},
	{STANDBY ", preferred_edge: en2, interfaces: {up2: {admin_state: "
		 "DOWN}}}}",
	 "t0:dr", "0.0.0.0/0", "isr [1] via 169.254.0.2 backplane"},
	{STANDBY ", interfaces: {up1: {admin_state: DOWN}, up2: {admin_state: "
		 "DOWN}}}}",
	 "t0:dr", "0.0.0.0/0", "isr [1] via 169.254.0.2 backplane"},
	/* Static routes: a next hop must be on a network of the node. */
	{"tier0s: {t0: {static_routes: {far: {network: 203.0.113.0/24, "
	 "next_hops: [203.0.113.1]}}}}",
	 "t0:en1", "203.0.113.0/24", ""},
	{"tier0s: {t0: {static_routes: {far: {network: 203.0.113.0/24, "
	 "next_hops: [169.254.0.1]}}}}",
	 "t0:en1", "203.0.113.0/24", ""},
	{"tier0s: {t0: {static_routes: {far: {network: 203.0.113.0/24, "
	 "next_hops: [192.0.2.253]}}}}",
	 "t0:dr", "203.0.113.0/24",
	 "isr [1] via 169.254.0.2 backplane + "
	 "isr [1] via 169.254.0.3 backplane"},
	{"tier0s: {t0: {static_routes: {far: {network: 10.1.0.0/24, "
	 "next_hops: [{ip_address: 192.0.2.253, admin_distance: 5}]}}}}",
	 "t0:dr", "10.1.0.0/24", "t1c [3] via 100.64.0.1 downlink-t1"},
	{"tier0s: {t0: {static_routes: {far: {network: 10.9.0.0/24, "
	 "next_hops: []}}}}",
	 "t0:dr", "10.9.0.0/24", "t0s [1] null"},
	{"tier0s: {t0: {static_routes: {far: {network: 10.9.0.0/24, "
	 "next_hops: []}}}}",
	 "t0:en1", "10.9.0.0/24", "t0s [1] null"},
	/* ... through the Tier-1's end of a router link. */
	{"tier0s: {t0: {static_routes: {in: {network: 10.9.0.0/24, "
	 "next_hops: [100.64.0.1]}}}}",
	 "t0:dr", "10.9.0.0/24", "t0s [1] via 100.64.0.1 downlink-t1"},
	{"tier0s: {t0: {static_routes: {in: {network: 10.9.0.0/24, "
	 "next_hops: [100.64.0.1]}}}}",
	 "t0:en2", "10.9.0.0/24",
	 "t0s [1] via 100.64.0.1 gw 169.254.0.1 backplane"},
	/* By an interface that is down no route leads. */
	{SECOND("UP"), "t0:en1", "0.0.0.0/0", "t0s [1] via 192.0.2.254 up1"},
	{SECOND("DOWN"), "t0:en1", "0.0.0.0/0", "t0s [5] via 198.51.100.1 up3"},
	{SECOND("DOWN"), "t0:en1", "192.0.2.0/24", ""},
	{SECOND("UP"), "t0:dr", "203.0.113.0/24",
	 "isr [1] via 169.254.0.2 backplane + "
	 "isr [1] via 169.254.0.3 backplane"},
	{SECOND("DOWN"), "t0:dr", "203.0.113.0/24",
	 "isr [1] via 169.254.0.3 backplane"},
	{SECOND("DOWN"), "t0:dr", "192.0.2.0/24",
	 "isr [1] via 169.254.0.3 backplane"},
	/* A learned route. */
	{"tier0s: {t0: {static_routes: {out: {bgp: true}}}}", "t0:en1",
	 "0.0.0.0/0", "b [20] via 192.0.2.254 up1"},
	/* Segments of the Tier-0 itself. */
	{"segments: {seg-c: {tier0: t0, gateway_address: 10.3.0.1/24}}",
	 "t0:dr", "10.3.0.0/24", "t0c [0] seg-c"},
	{"segments: {seg-c: {tier0: t0, gateway_address: 10.3.0.1/24}}",
	 "t0:en1", "10.3.0.0/24", "t0c [0] gw 169.254.0.1 backplane"},
};

START_TEST(tables_follow_from_the_model)
{
	struct net_kit k;
	net_kit_init(&k, tables[_i].patch);
	net_kit_expect_routes(&k, tables[_i].node, tables[_i].prefix,
			      tables[_i].routes);
	net_kit_fini(&k);
}
END_TEST

#define EN1_DOWN "\nedge_clusters: {ec: {edges: {en1: {admin_state: DOWN}}}}"
#define BY_EN1	 "isr [1] via 169.254.0.2 backplane"
#define BY_EN2	 "isr [1] via 169.254.0.3 backplane"

static const struct {
	const char *gateway, *when_back;
} returns[] = {
	{STANDBY "}}", BY_EN2},
	{STANDBY ", preferred_edge: en1}}", BY_EN2},
	{STANDBY ", preferred_edge: en1, failover_mode: PREEMPTIVE}}", BY_EN1},
	{STANDBY ", preferred_edge: en2, failover_mode: PREEMPTIVE}}", BY_EN2},
};

START_TEST(the_edge_that_took_over_stays_active_unless_preempted)
{
	struct net_kit k;
	char down[512];
	snprintf(down, sizeof(down), "%s" EN1_DOWN, returns[_i].gateway);
	net_kit_init(&k, returns[_i].gateway);
	ck_assert(net_kit_apply(&k, down));
	net_kit_expect_routes(&k, "t0:dr", "0.0.0.0/0", BY_EN2);
	ck_assert(net_kit_apply(&k, returns[_i].gateway));
	net_kit_expect_routes(&k, "t0:dr", "0.0.0.0/0", returns[_i].when_back);
	net_kit_fini(&k);
}
END_TEST

#define HIDING                                                                 \
	STANDBY ", nat_rules: {hide: {action: SNAT, source_network: "          \
		"10.2.0.0/24, translated_network: 192.0.2.9}}}}"

START_TEST(sessions_go_over_to_the_edge_that_takes_over)
{
	struct net_kit k;
	net_kit_init(&k, HIDING);
	ck_assert(net_kit_tcp(&k, "vm-b", "198.51.100.10", 443));
	const struct forward *en1 = router_forward(net_kit_node(&k, "t0:en1"));
	const struct forward *en2 = router_forward(net_kit_node(&k, "t0:en2"));
	ck_assert_uint_eq(en1->flows.count, 1);
	ck_assert_uint_eq(en2->flows.count, 0);
	ck_assert(net_kit_apply(&k, HIDING EN1_DOWN));
	ck_assert_uint_eq(en1->flows.count, 0);
	ck_assert_uint_eq(en2->flows.count, 1);
	ck_assert_uint_eq(en2->pools[0].used + en2->pools[1].used +
				  en2->pools[2].used,
			  1);
	ck_assert(net_kit_tcp(&k, "vm-b", "198.51.100.10", 443));
	ck_assert_uint_eq(en2->flows.count, 2);
	net_kit_fini(&k);
}
END_TEST

START_TEST(snat_and_reflexive_work_both_ways)
{
	struct net_kit k;
	struct probe_conf dns = {.kind = PROBE_LOOKUP, .target = "a.example"};
	net_kit_init(&k, NULL);
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert(net_kit_probe(&k, "vm-a", &dns));
	ck_assert(net_kit_ping(&k, "vm-a", "198.51.100.10"));
	/* SYN, ACK, FIN, two questions, echo; and what came back. */
	ck_assert_uint_ge(net_kit_notes(&k, "t1:sr", NOTE_SNAT), 5);
	size_t out = net_kit_notes(&k, "t0:en1", NOTE_REFLEXIVE) +
		     net_kit_notes(&k, "t0:en2", NOTE_REFLEXIVE);
	ck_assert_uint_ge(out, 10);
	net_kit_fini(&k);
}
END_TEST

/* What several share is an address of the active service router itself. */
START_TEST(what_many_are_translated_to_is_its_own)
{
	struct net_kit k;
	ip4 shared;
	ck_assert(addr_parse_ip4("203.0.113.9", &shared));
	net_kit_init(&k, "tier0s: {t0: {ha_mode: ACTIVE_STANDBY, nat_rules: "
			 "{n: {action: SNAT, source_network: 10.0.0.0/8, "
			 "translated_network: 203.0.113.9}}}}");
	ck_assert(route_is_local(router_forward(net_kit_node(&k, "t0:en1")),
				 shared));
	ck_assert(!route_is_local(router_forward(net_kit_node(&k, "t0:dr")),
				  shared));
	net_kit_fini(&k);
}
END_TEST

START_TEST(without_the_rule_the_way_back_is_missing)
{
	struct net_kit k;
	net_kit_init(&k, "tier0s: {t0: {nat_rules: null}}");
	ck_assert(!net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert_str_eq(net_kit_drop(&k, "gw"), "NO_ROUTE");
	net_kit_fini(&k);
}
END_TEST

START_TEST(both_edges_carry_traffic)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	for (unsigned i = 0; i < 16; i++)
		ck_assert(net_kit_tcp(&k, "vm-b", "198.51.100.10", 443));
	ck_assert_uint_gt(net_kit_notes(&k, "t0:en1", NOTE_FORWARDED), 10);
	ck_assert_uint_gt(net_kit_notes(&k, "t0:en2", NOTE_FORWARDED), 10);
	net_kit_fini(&k);
}
END_TEST

START_TEST(the_other_edge_takes_over)
{
	struct net_kit k;
	net_kit_init(&k, "edge_clusters: {ec: {edges: {en2: {admin_state: "
			 "DOWN}}}}");
	for (unsigned i = 0; i < 8; i++)
		ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert_uint_eq(net_kit_notes(&k, "t0:en2", NOTE_RECEIVED), 0);
	net_kit_fini(&k);
}
END_TEST

/* An edge takes its uplink address with it; so REFLEXIVE to that address loses
 * every answer. */
START_TEST(uplink_addresses_do_not_move)
{
	struct net_kit k;
	net_kit_init(&k, "edge_clusters: {ec: {edges: {en1: {admin_state: "
			 "DOWN}}}}");
	ck_assert(!net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert_str_eq(net_kit_drop(&k, "gw"), "ARP_FAIL");
	net_kit_fini(&k);
}
END_TEST

#define SNAT_TO(address)                                                         \
	STANDBY ", nat_rules: {one: {action: SNAT, translated_network: " address \
		"}}}}"

static const struct {
	const char *patch;
	bool works;
} proxies[] = {
	/* 192.0.2.77 is on no interface: who answers ARP for it? */
	{"tier0s: {t0: {nat_rules: {one: {translated_network: 192.0.2.77}}}}",
	 false},
	{"nsx_version: '3.1'\n"
	 "tier0s: {t0: {nat_rules: {one: {translated_network: 192.0.2.77}}}}",
	 false},
	{"nsx_version: '3.2'\n"
	 "tier0s: {t0: {nat_rules: {one: {translated_network: 192.0.2.77}}}}",
	 true},
	{"nsx_version: '4.0'\n"
	 "tier0s: {t0: {nat_rules: {one: {translated_network: 192.0.2.77}}}}",
	 true},
	{"nsx_version: '3.2'\n"
	 "tier0s: {t0: {nat_rules: {one: {translated_network: 192.0.2.77, "
	 "enabled: false}}}}",
	 false},
	{STANDBY ", nat_rules: {one: {translated_network: 192.0.2.77}}}}",
	 true},
	{SNAT_TO("192.0.2.77"), true},
	{SNAT_TO("192.0.2.9"), true}, /* the HA VIP */
	/* Outside the uplink network ARP does not come into it. */
	{SNAT_TO("203.0.113.77"), false},
	/* A Tier-1's own address of the uplink network. */
	{"tier0s: {t0: {nat_rules: null}}\n"
	 "tier1s: {t1: {nat_rules: {hide: {translated_network: 192.0.2.78}}}}",
	 false},
	{"nsx_version: '3.2'\ntier0s: {t0: {nat_rules: null}}\n"
	 "tier1s: {t1: {nat_rules: {hide: {translated_network: 192.0.2.78}}}}",
	 true},
};

START_TEST(arp_is_answered_for_translated_addresses)
{
	struct net_kit k;
	net_kit_init(&k, proxies[_i].patch);
	ck_assert_int_eq(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443),
			 proxies[_i].works);
	net_kit_fini(&k);
}
END_TEST

/* With proxy ARP on, nobody but its owner answers for an uplink's address, and be
 * it one that a rule translates to. */
START_TEST(nobody_answers_for_the_other_edge)
{
	struct net_kit k;
	net_kit_init(&k, "nsx_version: '3.2'\n"
			 "tier0s: {t0: {nat_rules: {one: {source_network: "
			 "10.1.0.10, translated_network: 192.0.2.2}}}}\n"
			 "edge_clusters: {ec: {edges: {en1: {admin_state: "
			 "DOWN}}}}");
	ck_assert(!net_kit_ping(&k, "server", "192.0.2.2"));
	ck_assert(net_kit_ping(&k, "server", "192.0.2.3"));
	net_kit_fini(&k);
}
END_TEST

#define PREEMPTIVE STANDBY ", preferred_edge: en1, failover_mode: PREEMPTIVE}}"

START_TEST(the_ha_vip_moves_with_the_active_edge)
{
	static const char down[] =
		PREEMPTIVE "\n"
			   "edge_clusters: {ec: {edges: {en1: {admin_state: "
			   "DOWN}}}}";
	struct net_kit k;
	net_kit_init(&k, PREEMPTIVE);
	ck_assert(net_kit_ping(&k, "server", "192.0.2.9"));
	ck_assert(
		router_has_addr(net_kit_node(&k, "t0:en1"), (ip4){0xc0000209}));
	ck_assert(net_kit_apply(&k, down));
	/* The router still has the old MAC address, but is told. */
	net_kit_wait(&k);
	ck_assert(net_kit_ping(&k, "server", "192.0.2.9"));
	ck_assert(
		router_has_addr(net_kit_node(&k, "t0:en2"), (ip4){0xc0000209}));
	ck_assert(!router_has_addr(net_kit_node(&k, "t0:en1"),
				   (ip4){0xc0000209}));
	ck_assert(net_kit_apply(&k, PREEMPTIVE));
	net_kit_wait(&k);
	ck_assert(net_kit_ping(&k, "server", "192.0.2.9"));
	ck_assert(!router_has_addr(net_kit_node(&k, "t0:en2"),
				   (ip4){0xc0000209}));
	net_kit_fini(&k);
}
END_TEST

START_TEST(the_standby_edge_forwards_nothing)
{
	struct net_kit k;
	net_kit_init(&k, STANDBY
		     "}}\n"
		     "routers: {gw: {routes: {b: {next_hops: [192.0.2.3]}}}}");
	ck_assert(!net_kit_tcp(&k, "server", "10.2.0.10", 80));
	ck_assert_str_eq(net_kit_drop(&k, "t0:en2"), "STANDBY");
	net_kit_fini(&k);
}
END_TEST

/* Nobody owns 100.64.0.9: the packet may not go between DR and SR for ever. */
START_TEST(unused_link_addresses_lead_out)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(!net_kit_ping(&k, "vm-b", "100.64.0.9"));
	ck_assert_str_eq(net_kit_drop(&k, "gw"), "NO_ROUTE");
	net_kit_fini(&k);
}
END_TEST

static const struct {
	const char *scope;
	size_t edges; /* that translate */
} scopes[] = {{"[]", 2}, {"[up1]", 1}, {"[up2]", 1}, {"[up1, up2]", 2}};

START_TEST(a_scope_limits_a_rule_to_its_interfaces)
{
	struct net_kit k;
	char patch[160];
	snprintf(patch, sizeof(patch),
		 "tier0s: {t0: {nat_rules: {one: {scope: %s}}}}",
		 scopes[_i].scope);
	net_kit_init(&k, patch);
	for (unsigned i = 0; i < 16; i++)
		net_kit_ping(&k, "vm-a", "198.51.100.10");
	size_t first = net_kit_notes(&k, "t0:en1", NOTE_REFLEXIVE);
	size_t second = net_kit_notes(&k, "t0:en2", NOTE_REFLEXIVE);
	ck_assert_uint_eq((size_t)(first > 0) + (second > 0), scopes[_i].edges);
	if (scopes[_i].edges == 1)
		ck_assert_uint_gt(scopes[_i].scope[3] == '1' ? first : second,
				  0);
	net_kit_fini(&k);
}
END_TEST

/* One TTL per gateway, so the Tier-0 is one hop. */
START_TEST(hidden_parts_cost_no_ttl)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_ping(&k, "vm-b", "198.51.100.10"));
	const struct trace_packet *p = &k.trace.packets.at[0];
	size_t nodes = 0;
	for (const struct note *n = NULL;
	     (n = trace_next(&k.trace, p, n)) != NULL;)
		nodes += n->kind == NOTE_FORWARDED;
	ck_assert_uint_eq(nodes, 5); /* vm-b, t1b:dr, t0:dr, t0:enX, gw */
	net_kit_fini(&k);
}
END_TEST

Suite *net_tier0_test_suite(void);
Suite *net_tier0_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_tier0");
	TCase *c = tcase_create("net_tier0");
	tcase_add_loop_test(c, tables_follow_from_the_model, 0,
			    sizeof(tables) / sizeof(tables[0]));
	tcase_add_loop_test(
		c, the_edge_that_took_over_stays_active_unless_preempted, 0,
		sizeof(returns) / sizeof(returns[0]));
	tcase_add_test(c, what_many_are_translated_to_is_its_own);
	tcase_add_test(c, sessions_go_over_to_the_edge_that_takes_over);
	tcase_add_test(c, snat_and_reflexive_work_both_ways);
	tcase_add_test(c, without_the_rule_the_way_back_is_missing);
	tcase_add_test(c, both_edges_carry_traffic);
	tcase_add_test(c, the_other_edge_takes_over);
	tcase_add_test(c, uplink_addresses_do_not_move);
	tcase_add_loop_test(c, arp_is_answered_for_translated_addresses, 0,
			    sizeof(proxies) / sizeof(proxies[0]));
	tcase_add_test(c, nobody_answers_for_the_other_edge);
	tcase_add_test(c, the_ha_vip_moves_with_the_active_edge);
	tcase_add_test(c, the_standby_edge_forwards_nothing);
	tcase_add_test(c, unused_link_addresses_lead_out);
	tcase_add_loop_test(c, a_scope_limits_a_rule_to_its_interfaces, 0,
			    sizeof(scopes) / sizeof(scopes[0]));
	tcase_add_test(c, hidden_parts_cost_no_ttl);
	suite_add_tcase(s, c);
	return s;
}
