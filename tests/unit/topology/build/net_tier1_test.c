/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/unit/topology/build/net_kit.h"

#define STATIC(hop)                                                            \
	"tier1s: {t1: {route_advertisement_types: "                            \
	"[TIER1_STATIC_ROUTES], static_routes: {x: {network: 10.8.0.0/16, "    \
	"next_hops: [" hop "]}}}}"

#define SNAT                                                                   \
	"tier1s: {t1: {route_advertisement_types: [TIER1_NAT], nat_rules: "    \
	"{x: {action: SNAT, source_network: 10.7.0.0/16, "                     \
	"translated_network: [30.0.0.8, 30.0.0.12/30]}}}}"

static const struct {
	const char *patch, *node, *prefix, *routes;
} tables[] = {
	/* With a service router: by it. */
	{NULL, "t1:dr", "0.0.0.0/0", "isr [1] via 169.254.0.2 backplane"},
	{NULL, "t1:dr", "10.1.0.0/24", "t1c [0] seg-a"},
	{NULL, "t1:sr", "0.0.0.0/0", "isr [1] via 100.64.0.0 uplink"},
	{NULL, "t1:sr", "100.64.0.0/31", "t1c [0] uplink"},
	{NULL, "t1:sr", "10.1.0.0/24", "t1c [0] via 169.254.0.1 backplane"},
	/* Without: the DR is linked to the Tier-0 itself. */
	{NULL, "t1b:dr", "0.0.0.0/0", "isr [1] via 100.64.0.2 uplink"},
	{NULL, "t1b:dr", "10.2.0.0/24", "t1c [0] seg-b"},
	/* Not connected at all. */
	{"tier1s: {t1: {tier0: null}}", "t1:sr", "0.0.0.0/0", ""},
	{"tier1s: {t1b: {tier0: null}}", "t1b:dr", "0.0.0.0/0", ""},
	/* Static routes: on both parts, and in the Tier-0. */
	{STATIC("10.1.0.9"), "t1:dr", "10.8.0.0/16",
	 "t1s [1] via 10.1.0.9 seg-a"},
	{STATIC("10.1.0.9"), "t1:sr", "10.8.0.0/16",
	 "t1s [1] via 10.1.0.9 gw 169.254.0.1 backplane"},
	{STATIC("10.1.0.9"), "t0:dr", "10.8.0.0/16",
	 "t1s [3] via 100.64.0.1 downlink-t1"},
	{STATIC(""), "t1:sr", "10.8.0.0/16", "t1s [1] null"},
	{STATIC(""), "t0:dr", "10.8.0.0/16",
	 "t1s [3] via 100.64.0.1 downlink-t1"},
	/* One whose next hop is nowhere is in no table, or packets would go
	 * round. */
	{STATIC("10.77.0.9"), "t1:dr", "10.8.0.0/16", ""},
	{STATIC("10.77.0.9"), "t1:sr", "10.8.0.0/16", ""},
	{STATIC("10.77.0.9"), "t0:dr", "10.8.0.0/16", ""},
	{STATIC("169.254.0.1"), "t1:sr", "10.8.0.0/16", ""},
	/* Each translated address is told. */
	{SNAT, "t0:dr", "30.0.0.8/32", "t1n [3] via 100.64.0.1 downlink-t1"},
	{SNAT, "t0:dr", "30.0.0.12/30", "t1n [3] via 100.64.0.1 downlink-t1"},
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

START_TEST(router_links_are_numbered_in_file_order)
{
	struct net_kit k;
	net_kit_init(&k, "tier1s: {t1c: {tier0: t0}}");
	net_kit_expect_routes(&k, "t0:dr", "100.64.0.4/31",
			      "t0c [0] downlink-t1c");
	net_kit_expect_routes(&k, "t1c:dr", "0.0.0.0/0",
			      "isr [1] via 100.64.0.4 uplink");
	net_kit_fini(&k);
}
END_TEST

/* NAT and load balancing need a service router; without one the rules are
 * nowhere, and packets leave as they are. */
START_TEST(without_an_edge_cluster_nothing_is_translated)
{
	struct net_kit k;
	net_kit_init(&k, "tier1s: {t1: {edge_cluster: null}}");
	ck_assert_ptr_null(world_find_node(net_world(k.net), "t1:sr"));
	net_kit_expect_routes(&k, "t0:dr", "30.0.0.1/32", "");
	net_kit_expect_routes(&k, "t0:dr", "30.0.1.1/32", "");
	ck_assert(!net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert_uint_eq(net_kit_notes(&k, "t1:dr", NOTE_SNAT), 0);
	ck_assert_uint_eq(k.trace.packets.at[0].end_src.v, 0x0a01000a);
	net_kit_fini(&k);
}
END_TEST

START_TEST(tier1s_reach_each_other_past_tier0_nat)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_tcp(&k, "vm-b", "10.1.0.10", 80));
	ck_assert(!net_kit_notes(&k, "t0:en1", NOTE_RECEIVED));
	ck_assert(!net_kit_notes(&k, "t0:en2", NOTE_RECEIVED));
	net_kit_fini(&k);
}
END_TEST

START_TEST(a_vip_leads_to_its_members)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_tcp(&k, "server", "30.0.1.1", 80));
	ck_assert_uint_gt(net_kit_notes(&k, "t1:sr", NOTE_LB), 0);
	ck_assert(net_kit_ping(&k, "server", "30.0.1.1"));
	ck_assert(!net_kit_tcp(&k, "server", "30.0.1.1", 81));
	ck_assert_str_eq(net_kit_drop(&k, "t1:sr"), "L4PORT");
	net_kit_fini(&k);
}
END_TEST

START_TEST(several_port_ranges_are_several_servers)
{
	struct net_kit k;
	net_kit_init(&k, "lb_pools: {web: {members: ['10.1.0.10']}}\n"
			 "lb_virtual_servers: {vip: {ports: [80, 1000-1010]}}");
	ck_assert(net_kit_tcp(&k, "server", "30.0.1.1", 80));
	net_kit_tcp(&k, "server", "30.0.1.1", 1005);
	/* It got there and was refused. */
	ck_assert_uint_eq(net_kit_notes(&k, "vm-a", NOTE_DROPPED), 1);
	const struct lb *lb = &router_forward(net_kit_node(&k, "t1:sr"))->lb;
	ck_assert_uint_eq(lb->count, 2);
	ck_assert_uint_eq(lb->servers[0].connections, 1);
	ck_assert_uint_eq(lb->servers[1].connections, 1);
	net_kit_fini(&k);
}
END_TEST

/* What hides many is an address of the gateway and drops what nobody asked
 * for; what is mapped one to one is not (NSX: no loopback, no forwarding
 * entry), and the packet goes on by the routes. */
#define HIDE(source) "hide: {source_network: " source "}"
#define WEB                                                                    \
	"web: {action: DNAT, destination_network: 30.0.0.1, "                  \
	"translated_network: 10.1.0.10, service: TCP/80}"

#define FOR_SOME                                                               \
	"some: {action: DNAT, source_network: 192.0.2.0/24, "                  \
	"destination_network: 30.0.0.1, translated_network: 10.1.0.10}"

#define POOL                                                                   \
	"hide: {source_network: 10.1.0.0/24, translated_network: 30.0.0.0/29}"

static const struct {
	const char *rules, *target, *reason;
	const char *at;
} unasked[] = {{HIDE("10.1.0.0/24"), "30.0.0.1", "L4PORT", "t1:sr"},
	       {HIDE("10.1.0.10"), "30.0.0.1", "TTL_ZERO", NULL},
	       {POOL, "30.0.0.0", "L4PORT", "t1:sr"},
	       {POOL, "30.0.0.7", "L4PORT", "t1:sr"},
	       {POOL, "30.0.0.8", "TTL_ZERO", NULL},
	       {"hide: null, " WEB, "30.0.0.1", "L4PORT", "t1:sr"},
	       {"hide: null, " FOR_SOME, "30.0.0.1", "TTL_ZERO", NULL}};

START_TEST(translated_addresses_drop_what_nobody_asked_for)
{
	struct net_kit k;
	char patch[512];
	snprintf(patch, sizeof(patch),
		 "tier0s: {t0: {nat_rules: null}}\n"
		 "tier1s: {t1: {nat_rules: {%s}}}\n"
		 "routers: {gw: {routes: {e: {network: 30.0.0.0/24, "
		 "next_hops: [192.0.2.2]}}}}",
		 unasked[_i].rules);
	net_kit_init(&k, patch);
	ck_assert(!net_kit_ping(&k, "server", unasked[_i].target));
	ck_assert_str_eq(drop_name(k.trace.packets.at[0].reason),
			 unasked[_i].reason);
	if (unasked[_i].at)
		ck_assert_str_eq(
			trace_node_name(&k.trace,
					k.trace.packets.at[0].end_node),
			unasked[_i].at);
	net_kit_fini(&k);
}
END_TEST

START_TEST(the_service_router_needs_an_edge)
{
	static const char both[] =
		"edge_clusters: {ec: {edges: {en1: {admin_state: DOWN}, "
		"en2: {admin_state: DOWN}}}}";
	static const char one[] =
		"edge_clusters: {ec: {edges: {en1: {admin_state: DOWN}}}}";
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_tcp(&k, "vm-b", "30.0.1.1", 80));
	ck_assert(net_kit_apply(&k, one));
	ck_assert(net_kit_tcp(&k, "vm-b", "30.0.1.1", 80));
	ck_assert(net_kit_apply(&k, both));
	ck_assert(!net_kit_tcp(&k, "vm-b", "30.0.1.1", 80));
	ck_assert(net_kit_apply(&k, NULL));
	ck_assert(net_kit_tcp(&k, "vm-b", "30.0.1.1", 80));
	net_kit_fini(&k);
}
END_TEST

/* Three connections at once, two ports: the third finds none. */
START_TEST(the_port_range_is_a_limit)
{
	struct net_kit k;
	struct probe *probes[3];
	struct probe_conf c = {
		.kind = PROBE_TCP, .target = "198.51.100.10", .port = 443};
	bool done[3] = {false};
	net_kit_init(&k, "tier1s: {t1: {snat_ports: 2000-2001}}");
	for (unsigned i = 0; i < 3; i++)
		probes[i] =
			net_kit_start(&k, "vm-a", &c, net_kit_done, &done[i]);
	net_kit_wait(&k);
	ck_assert(done[0] && done[1] && !done[2]);
	ck_assert_str_eq(net_kit_drop(&k, "t1:sr"), "NAT_PORTS");
	for (unsigned i = 0; i < 3; i++)
		probe_free(probes[i]);
	net_kit_fini(&k);
}
END_TEST

START_TEST(kept_ports_are_a_knob)
{
	struct net_kit k;
	struct probe_conf c = {.kind = PROBE_TCP,
			       .target = "198.51.100.10",
			       .port = 443,
			       .sport = 45678};
	net_kit_init(&k, _i ? "tier1s: {t1: {snat_keep_port: true}}" : NULL);
	ck_assert(net_kit_probe(&k, "vm-a", &c));
	ck_assert_uint_eq(k.trace.packets.at[0].end_sport, _i ? 45678 : 1024);
	net_kit_fini(&k);
}
END_TEST

Suite *net_tier1_test_suite(void);
Suite *net_tier1_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_tier1");
	TCase *c = tcase_create("net_tier1");
	tcase_add_loop_test(c, tables_follow_from_the_model, 0,
			    sizeof(tables) / sizeof(tables[0]));
	tcase_add_test(c, router_links_are_numbered_in_file_order);
	tcase_add_test(c, without_an_edge_cluster_nothing_is_translated);
	tcase_add_test(c, tier1s_reach_each_other_past_tier0_nat);
	tcase_add_test(c, a_vip_leads_to_its_members);
	tcase_add_test(c, several_port_ranges_are_several_servers);
	tcase_add_loop_test(c, translated_addresses_drop_what_nobody_asked_for,
			    0, sizeof(unasked) / sizeof(unasked[0]));
	tcase_add_test(c, the_service_router_needs_an_edge);
	tcase_add_test(c, the_port_range_is_a_limit);
	tcase_add_loop_test(c, kept_ports_are_a_knob, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
