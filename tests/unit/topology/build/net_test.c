/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/unit/topology/build/net_kit.h"

static uint32_t ref_of(const struct net *n, enum net_ref_kind kind,
		       const char *path)
{
	for (uint32_t i = 1; i <= net_ref_count(n); i++)
		if (net_ref(n, i)->kind == kind &&
		    !strcmp(net_ref(n, i)->path, path))
			return i;
	return 0;
}

static const struct {
	enum net_ref_kind kind;
	const char *path, *name, *text;
} refs[] = {
	{NET_REF_NAT_RULE, "tier0s.t0.nat_rules.one", "one",
	 "REFLEXIVE 30.0.0.1 <-> 192.0.2.2"},
	{NET_REF_NAT_RULE, "tier1s.t1.nat_rules.hide", "hide",
	 "SNAT 10.1.0.0/24 -> 30.0.0.1"},
	{NET_REF_NAT_RULE, "tier1s.t1.nat_rules.keep", "keep",
	 "NO_SNAT 10.1.0.0/24 to 10.0.0.0/8"},
	{NET_REF_NAT_RULE, "tier1s.t1.nat_rules.in", "in",
	 "DNAT 30.0.3.3 -> 10.1.0.10"},
	{NET_REF_ROUTE, "tier0s.t0.static_routes.out", "out",
	 "0.0.0.0/0 via 192.0.2.254"},
	{NET_REF_ROUTE, "tier0s.t0.static_routes.hole", "hole",
	 "203.0.113.0/24 to nowhere"},
	{NET_REF_ROUTE, "routers.gw.routes.in", "in",
	 "30.0.1.0/24 via 192.0.2.2, 192.0.2.3"},
	{NET_REF_ROUTE, "hosts.vm-a.gateway", "gateway",
	 "0.0.0.0/0 via 10.1.0.1"},
	{NET_REF_ADVERTISED,
	 "tier1s.t1.route_advertisement_types.TIER1_NAT.30.0.0.1/32",
	 "TIER1_NAT", "30.0.0.1/32 advertised by t1 (TIER1_NAT)"},
	{NET_REF_ADVERTISED,
	 "tier1s.t1b.route_advertisement_types.TIER1_CONNECTED.10.2.0.0/24",
	 "TIER1_CONNECTED", "10.2.0.0/24 advertised by t1b (TIER1_CONNECTED)"},
	{NET_REF_CONNECTED, "segments.seg-a", "seg-a", "10.1.0.0/24"},
	{NET_REF_CONNECTED, "tier0s.t0.interfaces.up1", "up1", "192.0.2.0/24"},
	{NET_REF_VIRTUAL_SERVER, "lb_virtual_servers.vip", "vip",
	 "30.0.1.1 -> pool web"},
	{NET_REF_ACL_RULE, "routers.gw.acl.no", "no",
	 "DROP 203.0.113.0/24 > any TCP/80-90"},
	{NET_REF_PLUMBING, "tier0s.t0", "t0", "made by NSX with the gateway"},
};

START_TEST(numbers_lead_to_what_was_configured)
{
	struct net_kit k;
	net_kit_init(&k, "tier0s: {t0: {static_routes: {hole: {network: "
			 "203.0.113.0/24, next_hops: []}}}}\n"
			 "tier1s: {t1: {nat_rules: {keep: {action: NO_SNAT, "
			 "source_network: 10.1.0.0/24, destination_network: "
			 "10.0.0.0/8}, in: {action: DNAT, destination_network: "
			 "30.0.3.3, translated_network: 10.1.0.10}}}}\n"
			 "routers: {gw: {acl: {no: {action: DROP, source: "
			 "203.0.113.0/24, service: TCP/80-90}}}}");
	net_host(k.net, "vm-a"); /* so that it has numbers too */
	const struct net_ref *r =
		net_ref(k.net, ref_of(k.net, refs[_i].kind, refs[_i].path));
	ck_assert_msg(r->kind == refs[_i].kind, "no %s", refs[_i].path);
	ck_assert_str_eq(r->name, refs[_i].name);
	ck_assert_str_eq(r->text, refs[_i].text);
	net_kit_fini(&k);
}
END_TEST

START_TEST(numbers_stay_the_same)
{
	static const char path[] = "tier0s.t0.nat_rules.one";
	struct net_kit k;
	net_kit_init(&k, NULL);
	uint32_t before = ref_of(k.net, NET_REF_NAT_RULE, path);
	uint32_t count = net_ref_count(k.net);
	ck_assert_uint_gt(before, 0);
	ck_assert(net_kit_apply(&k, "tier0s: {t0: {nat_rules: null}}"));
	ck_assert(net_kit_apply(&k,
				"tier0s: {t0: {nat_rules: {one: "
				"{translated_network: 192.0.2.3}, two: "
				"{action: REFLEXIVE, source_network: 30.0.0.2, "
				"translated_network: 192.0.2.4}}}}"));
	ck_assert_uint_eq(ref_of(k.net, NET_REF_NAT_RULE, path), before);
	ck_assert_str_eq(net_ref(k.net, before)->text,
			 "REFLEXIVE 30.0.0.1 <-> 192.0.2.3");
	ck_assert_uint_eq(net_ref_count(k.net), count + 1);
	net_kit_fini(&k);
}
END_TEST

START_TEST(unknown_numbers_stand_for_nothing)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	uint32_t beyond = net_ref_count(k.net) + 1;
	ck_assert_int_eq(net_ref(k.net, 0)->kind, NET_REF_NONE);
	ck_assert_int_eq(net_ref(k.net, beyond)->kind, NET_REF_NONE);
	ck_assert_str_eq(net_ref(k.net, beyond)->path, "");
	net_kit_fini(&k);
}
END_TEST

START_TEST(parts_go_by_the_gateways_name)
{
	static const struct {
		const char *name;
		const char *parts[4];
	} expected[] = {{"t0", {"t0:dr", "t0:en1", "t0:en2"}},
			{"t1", {"t1:dr", "t1:sr"}},
			{"t1b", {"t1b:dr"}},
			{"gw", {"gw"}}};
	struct net_kit k;
	size_t count;
	net_kit_init(&k, NULL);
	const struct net_gateway *g = net_gateways(k.net, &count);
	ck_assert_uint_eq(count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < count; i++) {
		ck_assert_str_eq(g[i].name, expected[i].name);
		for (size_t j = 0; j < g[i].part_count; j++) {
			struct node *n = router_node(g[i].parts[j]);
			ck_assert_str_eq(n->name, expected[i].parts[j]);
			ck_assert_str_eq(n->label, expected[i].name);
		}
		ck_assert_ptr_null(expected[i].parts[g[i].part_count]);
	}
	net_kit_fini(&k);
}
END_TEST

START_TEST(an_interface_on_no_edge_makes_no_part)
{
	struct net_kit k;
	size_t count;
	net_kit_init(&k, "tier0s: {t0: {interfaces: {up2: {edge: en1}}}}");
	ck_assert_uint_eq(net_gateways(k.net, &count)[0].part_count, 2);
	ck_assert_ptr_null(world_find_node(net_world(k.net), "t0:en2"));
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	net_kit_fini(&k);
}
END_TEST

START_TEST(workloads_live_on_hosts)
{
	struct net_kit k;
	size_t count;
	net_kit_init(&k, "hosts: {vm-a: {profile: containerd16}}\n"
			 "workloads: {j2: {host: vm-a, profile: podvm, pod: p, "
			 "node: n}, j3: {host: vm-b}}");
	ck_assert_ptr_eq(net_workload(k.net, "job")->host,
			 net_host(k.net, "vm-a"));
	ck_assert_str_eq(net_workload(k.net, "job")->profile->name,
			 "containerd16");
	ck_assert_str_eq(net_workload(k.net, "job")->node, "vm-a");
	ck_assert_str_eq(net_workload(k.net, "j2")->profile->name, "podvm");
	ck_assert_str_eq(net_workload(k.net, "j2")->node, "n");
	ck_assert_str_eq(net_workload(k.net, "j3")->profile->name,
			 "docker1903");
	ck_assert_ptr_null(net_workload(k.net, "vm-a"));
	ck_assert_ptr_null(net_host(k.net, "job"));
	ck_assert_str_eq(net_workload_names(k.net, &count)[1], "j2");
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(net_host_names(k.net, &count)[2], "server");
	ck_assert_uint_eq(count, 3);
	net_kit_fini(&k);
}
END_TEST

static size_t session_count(struct net_kit *k, const char *node)
{
	return router_forward(net_kit_node(k, node))->flows.count;
}

static uint64_t hits(struct net_kit *k, const char *node, size_t rule)
{
	return router_forward(net_kit_node(k, node))->nat.rules[rule].packets;
}

START_TEST(sessions_and_hits_outlive_a_change)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	uint64_t before = hits(&k, "t1:sr", 0);
	ck_assert_uint_gt(before, 0);
	ck_assert_uint_eq(session_count(&k, "t1:sr"), 1);
	ck_assert(net_kit_apply(
		&k, "tier1s: {t1: {nat_rules: {first: {action: NO_SNAT, "
		    "source_network: 10.1.0.0/24, destination_network: "
		    "10.0.0.0/8}, hide: {sequence_number: 20}}}}"));
	ck_assert_uint_eq(session_count(&k, "t1:sr"), 1);
	ck_assert_uint_eq(hits(&k, "t1:sr", 0), 0);
	ck_assert_uint_eq(hits(&k, "t1:sr", 1), before);
	net_kit_fini(&k);
}
END_TEST

/* The client repeats its SYN; what it finds then is the changed network. */
START_TEST(a_connection_survives_the_change_that_mends_it)
{
	struct net_kit k;
	bool done = false;
	struct probe_conf c = {
		.kind = PROBE_TCP, .target = "198.51.100.10", .port = 443};
	net_kit_init(&k, "tier0s: {t0: {nat_rules: null}}");
	struct world *w = net_world(k.net);
	struct probe *p = net_kit_start(&k, "vm-a", &c, net_kit_done, &done);
	ck_assert(world_run_until(w, 5 * VCLOCK_S));
	ck_assert(!done);
	ck_assert(net_kit_apply(&k, NULL));
	ck_assert(world_run_while(w, &done, 100 * VCLOCK_S));
	ck_assert(done && probe_result(p)->ok);
	ck_assert_uint_gt(world_now(w), 7 * VCLOCK_S);
	ck_assert_uint_lt(world_now(w), 7 * VCLOCK_S + VCLOCK_S / 2);
	probe_free(p);
	net_kit_fini(&k);
}
END_TEST

START_TEST(advertisement_can_be_taken_back)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert(net_kit_apply(&k, "tier1s: {t1: {route_advertisement_types: "
				    "[TIER1_CONNECTED]}}"));
	net_kit_expect_routes(&k, "t0:dr", "30.0.0.1/32", "");
	ck_assert(!net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	/* Translated back, the answer finds no way inside and goes out. */
	ck_assert_str_eq(net_kit_drop(&k, "gw"), "NO_ROUTE");
	ck_assert(net_kit_apply(&k, NULL));
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	net_kit_fini(&k);
}
END_TEST

Suite *net_test_suite(void);
Suite *net_test_suite(void)
{
	Suite *s = suite_create("topology/build/net");
	TCase *c = tcase_create("net");
	tcase_add_loop_test(c, numbers_lead_to_what_was_configured, 0,
			    sizeof(refs) / sizeof(refs[0]));
	tcase_add_test(c, numbers_stay_the_same);
	tcase_add_test(c, unknown_numbers_stand_for_nothing);
	tcase_add_test(c, parts_go_by_the_gateways_name);
	tcase_add_test(c, an_interface_on_no_edge_makes_no_part);
	tcase_add_test(c, workloads_live_on_hosts);
	tcase_add_test(c, sessions_and_hits_outlive_a_change);
	tcase_add_test(c, a_connection_survives_the_change_that_mends_it);
	tcase_add_test(c, advertisement_can_be_taken_back);
	suite_add_tcase(s, c);
	return s;
}
