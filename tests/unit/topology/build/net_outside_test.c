/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/unit/topology/build/net_kit.h"

static const struct {
	const char *patch, *node, *prefix, *routes;
} tables[] = {
	{NULL, "gw", "192.0.2.0/24", "c [0] up"},
	{NULL, "gw", "30.0.1.0/24",
	 "s [1] via 192.0.2.2 up + s [1] via 192.0.2.3 up"},
	{"routers: {gw: {routes: {in: {bgp: true, next_hops: [192.0.2.3]}}}}",
	 "gw", "30.0.1.0/24", "b [20] via 192.0.2.3 up"},
	{"routers: {gw: {routes: {in: {next_hops: [203.0.113.9]}}}}", "gw",
	 "30.0.1.0/24", ""},
	{NULL, "vm-a", "0.0.0.0/0", "s [1] via 10.1.0.1 eth0"},
	{NULL, "vm-a", "127.0.0.0/8", "c [0] lo"},
	{"hosts: {lone: {segment: seg-b, address: 10.2.0.77/24}}", "lone",
	 "0.0.0.0/0", ""},
	{"hosts: {server: {routes: {e: {network: 30.0.0.0/24, next_hops: "
	 "[198.51.100.9]}}}}",
	 "server", "30.0.0.0/24", "s [1] via 198.51.100.9 eth0"},
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

static const struct {
	const char *action, *reason;
	uint64_t after; /* ns at least */
	uint64_t before;
} rules[] = {
	{"PERMIT", "", 0, VCLOCK_S},
	{"DROP", "ACL_DROP", 100 * VCLOCK_S, 200 * VCLOCK_S},
	/* ICMP 3/13 ends the wait at once. */
	{"REJECT", "ACL_REJECT", 0, VCLOCK_S},
};

START_TEST(access_rules_are_obeyed)
{
	struct net_kit k;
	char patch[200];
	snprintf(patch, sizeof(patch),
		 "routers: {gw: {acl: {r: {action: %s, "
		 "destination: 198.51.100.10, service: TCP/443}}}}",
		 rules[_i].action);
	net_kit_init(&k, patch);
	bool ok = net_kit_tcp(&k, "vm-b", "198.51.100.10", 443);
	uint64_t took = world_now(net_world(k.net)) - VCLOCK_S;
	ck_assert_int_eq(ok, !rules[_i].reason[0]);
	ck_assert_str_eq(net_kit_drop(&k, "gw"), rules[_i].reason);
	ck_assert_uint_ge(took, rules[_i].after);
	ck_assert_uint_lt(took, rules[_i].before);
	net_kit_fini(&k);
}
END_TEST

/* A router that answers, and one that is told not to. */
START_TEST(icmp_errors_are_a_choice)
{
	struct net_kit k;
	net_kit_init(&k,
		     _i ? "routers: {gw: {icmp_unreachable: false}}" : NULL);
	ck_assert(!net_kit_ping(&k, "vm-b", "203.0.113.1"));
	ck_assert_str_eq(net_kit_drop(&k, "gw"), "NO_ROUTE");
	ck_assert_uint_eq(net_kit_notes(&k, "gw", NOTE_SENT), _i ? 0 : 1);
	net_kit_fini(&k);
}
END_TEST

START_TEST(outside_nat_acts_on_its_outside)
{
	struct net_kit k;
	net_kit_init(&k, "routers: {gw: {interfaces: {net: {nat_outside: "
			 "true}}, nat_rules: {m: {action: SNAT, "
			 "source_network: 192.0.2.0/24, translated_network: "
			 "198.51.100.1}}}}");
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert_uint_eq(k.trace.packets.at[0].end_src.v, 0xc6336401);
	ck_assert_uint_gt(net_kit_notes(&k, "gw", NOTE_SNAT), 0);
	net_kit_fini(&k);
}
END_TEST

#define NODE                                                                   \
	"segments: {pods: {}}\n"                                               \
	"hosts: {node: {interfaces: {eth0: {segment: seg-b, address: "         \
	"10.2.0.20/24, nat_outside: true}, cni0: {segment: pods, address: "    \
	"10.99.0.1/24}}, gateway: 10.2.0.1, forwards: %s, %s}, pod: "          \
	"{segment: pods, address: 10.99.0.2/24, gateway: 10.99.0.1}}"
#define MASQUERADE                                                             \
	"nat_rules: {m: {action: SNAT, source_network: 10.99.0.0/24, "         \
	"translated_network: 10.2.0.20%s}}"

static const struct {
	const char *forwards, *scope;
	bool works;
} nodes[] = {{"true", "", true},
	     {"true", ", scope: [eth0]", true},
	     {"true", ", scope: [cni0]", false},
	     {"true", ", scope: [cni0, eth0]", true},
	     {"true",
	      ", sequence_number: 20}, n: {action: NO_SNAT, sequence_number: "
	      "10, source_network: 10.99.0.0/24, scope: [cni0]",
	      true},
	     {"false", NULL, false}};

START_TEST(a_node_forwards_for_its_pods)
{
	struct net_kit k;
	char rule[400], patch[800];
	snprintf(rule, sizeof(rule), MASQUERADE,
		 nodes[_i].scope ? nodes[_i].scope : "");
	snprintf(patch, sizeof(patch), NODE, nodes[_i].forwards,
		 nodes[_i].scope ? rule : "kernel: linux-5");
	net_kit_init(&k, patch);
	ck_assert_int_eq(net_kit_tcp(&k, "pod", "198.51.100.10", 443),
			 nodes[_i].works);
	if (!nodes[_i].scope)
		ck_assert_str_eq(net_kit_drop(&k, "node"), "NOT_FORWARDING");
	net_kit_fini(&k);
}
END_TEST

START_TEST(a_host_has_its_own_address_and_further_interfaces)
{
	struct net_kit k;
	net_kit_init(&k,
		     "segments: {pods: {}}\n"
		     "hosts: {node: {segment: seg-b, address: 10.2.0.20/24, "
		     "interfaces: {cni0: {segment: pods, address: "
		     "10.99.0.1/24}, cni1: {segment: pods, address: "
		     "10.98.0.1/24}}, gateway: 10.2.0.1}, pod: {segment: "
		     "pods, address: 10.99.0.2/24}, other: {segment: pods, "
		     "address: 10.98.0.2/24}}");
	struct probe_conf first = {.kind = PROBE_PING, .target = "10.99.0.1"};
	struct probe_conf second = {.kind = PROBE_PING, .target = "10.98.0.1"};
	struct probe_conf own = {.kind = PROBE_PING, .target = "10.2.0.20"};
	ck_assert(net_kit_probe(&k, "pod", &first));
	ck_assert(net_kit_probe(&k, "other", &second));
	ck_assert(net_kit_probe(&k, "vm-b", &own));
	net_kit_fini(&k);
}
END_TEST

START_TEST(hosts_serve_what_they_are_told)
{
	struct net_kit k;
	struct probe_conf dns = {.kind = PROBE_LOOKUP, .target = "a.example"};
	struct probe_conf web = {.kind = PROBE_HTTP,
				 .target = "https://198.51.100.10/"};
	net_kit_init(&k, NULL);
	ck_assert(net_kit_probe(&k, "vm-a", &dns));
	ck_assert(net_kit_probe(&k, "vm-a", &web));
	ck_assert(!net_kit_tcp(&k, "vm-a", "198.51.100.10", 444));
	ck_assert(net_kit_apply(
		&k, "hosts: {server: {dns_server: {records: {a.example: "
		    "null}}, http_servers: {new: {port: 444}}}}"));
	ck_assert(!net_kit_probe(&k, "vm-a", &dns));
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 444));
	net_kit_fini(&k);
}
END_TEST

static const struct {
	const char *name;
	bool known;
} names[] = {
	{"corp.local", true},	  {"harbor.corp.local", true},
	{"a.b.corp.local", true}, {"b.corp.local", false},
	{"a.example", true},
};

START_TEST(zones_become_whole_names)
{
	struct net_kit k;
	struct probe_conf dns = {.kind = PROBE_LOOKUP,
				 .target = names[_i].name};
	net_kit_init(&k, "hosts: {server: {dns_server: {zones: {corp.local: "
			 "{records: {'@': 192.0.2.1, harbor: 192.0.2.2, a.b: "
			 "192.0.2.3}}}}}}");
	ck_assert(net_kit_probe(&k, "vm-a", &dns) == names[_i].known);
	net_kit_fini(&k);
}
END_TEST

START_TEST(silent_ports_do_not_answer)
{
	struct net_kit k;
	net_kit_init(&k, "hosts: {server: {silent_ports: [444]}}");
	uint64_t before = world_now(net_world(k.net));
	ck_assert(!net_kit_tcp(&k, "vm-b", "198.51.100.10", 445));
	uint64_t refused = world_now(net_world(k.net)) - before;
	before = world_now(net_world(k.net));
	ck_assert(!net_kit_tcp(&k, "vm-b", "198.51.100.10", 444));
	uint64_t silent = world_now(net_world(k.net)) - before;
	ck_assert_uint_lt(refused, 2 * VCLOCK_S);
	ck_assert_uint_gt(silent, 20 * VCLOCK_S);
	net_kit_fini(&k);
}
END_TEST

START_TEST(each_router_is_there)
{
	struct net_kit k;
	net_kit_init(&k, "routers: {gw2: {interfaces: {x: {segment: net, "
			 "address: 198.51.100.2/24}}}, gw3: {interfaces: {x: "
			 "{segment: net, address: 198.51.100.3/24}}}}");
	ck_assert(net_kit_ping(&k, "server", "198.51.100.1"));
	ck_assert(net_kit_ping(&k, "server", "198.51.100.2"));
	ck_assert(net_kit_ping(&k, "server", "198.51.100.3"));
	ck_assert(!net_kit_ping(&k, "server", "198.51.100.4"));
	net_kit_fini(&k);
}
END_TEST

START_TEST(an_interface_that_is_down_carries_nothing)
{
	struct net_kit k;
	net_kit_init(&k, "routers: {gw: {interfaces: {net: {admin_state: "
			 "DOWN}}}}");
	ck_assert(!net_kit_ping(&k, "vm-b", "198.51.100.10"));
	ck_assert_str_eq(net_kit_drop(&k, "gw"), "NO_ROUTE");
	net_kit_fini(&k);
}
END_TEST

Suite *net_outside_test_suite(void);
Suite *net_outside_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_outside");
	TCase *c = tcase_create("net_outside");
	tcase_add_loop_test(c, tables_follow_from_the_model, 0,
			    sizeof(tables) / sizeof(tables[0]));
	tcase_add_loop_test(c, access_rules_are_obeyed, 0,
			    sizeof(rules) / sizeof(rules[0]));
	tcase_add_loop_test(c, icmp_errors_are_a_choice, 0, 2);
	tcase_add_test(c, outside_nat_acts_on_its_outside);
	tcase_add_loop_test(c, a_node_forwards_for_its_pods, 0,
			    sizeof(nodes) / sizeof(nodes[0]));
	tcase_add_test(c, a_host_has_its_own_address_and_further_interfaces);
	tcase_add_test(c, hosts_serve_what_they_are_told);
	tcase_add_loop_test(c, zones_become_whole_names, 0,
			    sizeof(names) / sizeof(names[0]));
	tcase_add_test(c, silent_ports_do_not_answer);
	tcase_add_test(c, each_router_is_there);
	tcase_add_test(c, an_interface_that_is_down_carries_nothing);
	suite_add_tcase(s, c);
	return s;
}
