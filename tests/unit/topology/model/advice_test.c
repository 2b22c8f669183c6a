/* SPDX-License-Identifier: Apache-2.0 */
/* What is warned of, and what is not: beside each mistake stand the neighbours
 * that are none. The words are in tests/lang. */
#include "topology/model/advice.h"

#include "tests/unit/suites.h"
#include "tests/unit/topology/model/model_kit.h"

#define OUT	"static_routes: {out: {network: 0.0.0.0/0}}"
#define GATEWAY "edge_cluster: ec, " OUT
#define STANDBY "ha_mode: ACTIVE_STANDBY, " GATEWAY
#define SNAT(from, to)                                                         \
	"{action: SNAT, source_network: " from ", translated_network: " to "}"
#define REFLEXIVE(from, to)                                                    \
	"{action: REFLEXIVE, source_network: " from                            \
	", translated_network: " to "}"
#define ARP(version, ha, address)                                              \
	"nsx_version: " version "\n" KIT_CLUSTER                               \
	"segments: {up: {}, up2: {}}\n"                                        \
	"tier0s: {t0: {ha_mode: " ha ", " GATEWAY ",\n"                        \
	"interfaces: {\n"                                                      \
	"a: {edge: en1, segment: up, address: 192.0.2.2/24},\n"                \
	"b: {edge: en2, segment: up2, address: 192.0.3.2/24}},\n"              \
	"nat_rules: {n: " REFLEXIVE("10.0.0.1", address) "}}}\n"
#define NOBODY_ANSWERS(address)                                                \
	"8 '" address "' warning: nobody answers ARP for this address"

static const struct kit_row tier0s[] = {
	{"a default route, wherever it stands",
	 KIT_CLUSTER "tier0s:\n"
		     "  none: {edge_cluster: ec}\n"
		     "  last: {edge_cluster: ec, static_routes:"
		     " {x: {network: 10.0.0.0/8}, d: {network: 0.0.0.0/0}}}\n"
		     "  first: {edge_cluster: ec, static_routes:"
		     " {d: {network: 0.0.0.0/0}, x: {network: 10.0.0.0/8}}}\n"
		     "  half: {edge_cluster: ec, static_routes:"
		     " {x: {network: 0.0.0.0/1}}}\n",
	 "3 'none' warning: none has no default route: nothing\n"
	 "6 'half' warning: half has no default route: nothing\n"},
	{"an address that a Tier-1 below has translated",
	 KIT_CLUSTER
	 "tier0s:\n"
	 "  t0:\n"
	 "    {" STANDBY ", nat_rules: {\n"
	 "     last: " SNAT("10.1.255.255",
			    "192.0.2.4") ",\n"
					 "     beyond: " SNAT("10.2.0.0/24",
							      "192.0.2.4") ",\n"
									   "     list: " SNAT("[10.7.0.0/24, 10.3.0.0/24]",
											      "192.0.2.4") ",\n"
													   "     others: " SNAT("10.4.0.0/24", "192.0.2.4") ",\n"
																			    "     disabled: " SNAT("10.5.0.0/24", "192.0.2.4") ",\n"
																									       "     any: {action: DNAT, destination_network: 192.0.2.5, "
																									       "translated_network: 10.1.0.1}}}\n"
																									       "  t9: {" STANDBY
																									       "}\n"
																									       "tier1s:\n"
																									       "  t1: {tier0: t0, edge_cluster: ec, "
																									       "route_advertisement_types: [TIER1_NAT], nat_rules: {\n"
																									       "    a: " SNAT("10.1.0.0/16", "30.0.0.1") ",\n"
																															 "    off: {enabled: false, sequence_number: 9, action: SNAT,"
																															 " source_network: 10.5.0.0/24, translated_network: 30.0.0.1},\n"
																															 "    d: {action: DNAT, destination_network: 10.2.0.0/24,"
																															 " translated_network: 10.6.0.0/24}}}\n"
																															 "  t2: {tier0: t0, edge_cluster: ec, "
																															 "route_advertisement_types: [TIER1_NAT], nat_rules: {\n"
																															 "    a: " SNAT("10.8.0.1", "30.0.0.2") ",\n"
																																				"    b: " SNAT("[10.9.0.0/24, 10.3.0.255]",
																																					       "30.0.0.3") "}}\n"
																																							   "  t3: {tier0: t9, edge_cluster: ec, "
																																							   "route_advertisement_types: [TIER1_NAT], nat_rules: {\n"
																																							   "    a: " SNAT("10.4.0.0/24",
																																									  "30.0.0.4") "}}\n"
																																										      "  t4: {edge_cluster: ec, "
																																										      "route_advertisement_types: [TIER1_NAT], nat_rules: {\n"
																																										      "    a: " SNAT(
																																											      "10.4.0.0/24",
																																											      "30.0.0.4") "}}\n",
	 "5 '10.1.255.255' warning: packets reach Tier-0 as t1 has translated\n"
	 "14 '30.0.0.1' note: they come with this address\n"
	 "7 '[' warning: packets reach Tier-0 as t2 has translated\n"
	 "19 '30.0.0.3' note: they come with this address\n"},
	{"two REFLEXIVE rules with one address",
	 KIT_CLUSTER
	 "tier0s: {t0: {" GATEWAY ", nat_rules: {\n"
	 "a: " REFLEXIVE(
		 "10.0.0.0/30",
		 "192.0.2.0/30") ",\n"
				 "b: " REFLEXIVE(
					 "10.0.1.1",
					 "192.0.2.4") ",\n"
						      "c: " REFLEXIVE(
							      "10.0.2.1",
							      "192.0.2.3") ",\n"
									   "d: " REFLEXIVE(
										   "10.0.3.1",
										   "192.0.2.5") "}}}\n",
	 "5 '192.0.2.3' warning: two REFLEXIVE rules translate to the same\n"
	 "3 '192.0.2.0/30' note: the other one\n"},
	{"SNAT may share one",
	 KIT_CLUSTER
	 "tier0s: {t0: {" STANDBY ", nat_rules: {\n"
	 "a: " SNAT(
		 "10.0.0.1",
		 "192.0.2.3") ",\n"
			      "b: " SNAT(
				      "10.0.0.2",
				      "192.0.2.3") ",\n"
						   "c: " REFLEXIVE(
							   "10.0.0.3",
							   "192.0.2.3") "}}}\n",
	 ""},
	{"ARP for an uplink's own address",
	 ARP("\"3.0\"", "ACTIVE_ACTIVE", "192.0.3.2"), ""},
	{"ARP for one outside", ARP("\"3.0\"", "ACTIVE_ACTIVE", "30.0.0.1"),
	 ""},
	{"ARP for one on the first network",
	 ARP("\"3.0\"", "ACTIVE_ACTIVE", "192.0.2.9"),
	 NOBODY_ANSWERS("192.0.2.9")},
	{"ARP for one on the second network",
	 ARP("\"3.1\"", "ACTIVE_ACTIVE", "192.0.3.9"),
	 NOBODY_ANSWERS("192.0.3.9")},
	{"ARP of an active edge", ARP("\"3.0\"", "ACTIVE_STANDBY", "192.0.2.9"),
	 ""},
	{"ARP from 3.2 on", ARP("\"3.2\"", "ACTIVE_ACTIVE", "192.0.2.9"), ""},
	{"ARP long before", ARP("\"2.5\"", "ACTIVE_ACTIVE", "192.0.2.9"),
	 NOBODY_ANSWERS("192.0.2.9")},
	{"ARP in 4.0", ARP("\"4.0\"", "ACTIVE_ACTIVE", "192.0.2.9"), ""},
};

#define WITHOUT_NAT "route_advertisement_types: [TIER1_CONNECTED]"
#define UNHEARD	    "translates addresses that it does not advertise"

static const struct kit_row tier1s[] = {
	{"linked to nothing, with a segment",
	 "tier1s:\n  used: {}\n  idle: {}\n  too: {}\n"
	 "segments:\n"
	 "  x: {}\n"
	 "  s: {tier1: used, gateway_address: 10.0.0.1/24}\n"
	 "  t: {tier1: too, gateway_address: 10.0.1.1/24}\n",
	 "2 'used' warning: used is linked to no Tier-0\n"
	 "4 'too' warning: too is linked to no Tier-0\n"},
	{"what is translated is advertised, or some of it is not",
	 KIT_CLUSTER
	 "tier1s:\n"
	 "  told: {edge_cluster: ec, route_advertisement_types: [TIER1_NAT],"
	 " nat_rules: {a: " SNAT(
		 "10.0.0.1",
		 "30.0.0.1") "}}\n"
			     "  not: {edge_cluster: ec, " WITHOUT_NAT
			     ", nat_rules: {\n"
			     "    d: {action: DNAT, destination_network: 30.0.0.9,"
			     " translated_network: 10.0.0.9},\n"
			     "    a: " SNAT(
				     "10.0.0.1",
				     "30.0.0.1") "}}\n"
						 "  off: {edge_cluster: ec, " WITHOUT_NAT
						 ", nat_rules: {"
						 "a: {enabled: false, action: SNAT, source_network: 10.0.0.1,"
						 " translated_network: 30.0.0.1}}}\n"
						 "  some: {edge_cluster: ec, route_advertisement_types: [TIER1_NAT],"
						 " nat_rules: {a: " SNAT(
							 "10.0.0.1",
							 "[30.0.0.1, 30.0.1.1]") "},"
										 " route_advertisement_rules: {r: {action: DENY, subnets: "
										 "30.0.1.0/24}}}\n"
										 "  unsaid: {edge_cluster: ec,"
										 " nat_rules: {a: " SNAT(
											 "10.0.0.1",
											 "30.0.0.1") "}}\n",
	 "4 '[' warning: not " UNHEARD "\n"
	 "8 '[' warning: some " UNHEARD "\n"
	 "9 'unsaid' warning: unsaid " UNHEARD "\n"},
	{"virtual servers that nobody reaches",
	 KIT_CLUSTER
	 "tier1s:\n"
	 "  a: {edge_cluster: ec, route_advertisement_types: [TIER1_LB_VIP]}\n"
	 "  b: {edge_cluster: ec}\n"
	 "  c: {edge_cluster: ec}\n"
	 "lb_pools: {p: {members: [10.0.0.1]}}\n"
	 "lb_virtual_servers:\n"
	 "  x: {tier1: a, ip_address: 30.0.0.1, ports: 80, pool: p}\n"
	 "  y: {tier1: b, ip_address: 30.0.0.2, ports: 80, pool: p,"
	 " enabled: false}\n"
	 "  z: {tier1: c, ip_address: 30.0.0.3, ports: 80, pool: p}\n",
	 "5 'c' warning: c has virtual servers that it does not advertise\n"},
	{"one VIP that a rule hides",
	 KIT_CLUSTER
	 "tier1s: {a: {edge_cluster: ec,\n"
	 "route_advertisement_types: [TIER1_LB_VIP],\n"
	 "route_advertisement_rules: {r: {action: DENY, prefix_operator: EQ,"
	 " subnets: 30.0.0.2/32}}}}\n"
	 "lb_pools: {p: {members: [10.0.0.1]}}\n"
	 "lb_virtual_servers:\n"
	 "  x: {tier1: a, ip_address: 30.0.0.1, ports: 80, pool: p}\n"
	 "  y: {tier1: a, ip_address: 30.0.0.2, ports: 80, pool: p}\n",
	 "3 '[' warning: a has virtual servers that it does not advertise\n"},
	{"a pool with nobody in it",
	 KIT_CLUSTER
	 "tier1s: {a: {edge_cluster: ec,"
	 " route_advertisement_types: [TIER1_LB_VIP]}}\n"
	 "lb_pools:\n"
	 "  some: {members: [{ip_address: 10.0.0.1, enabled: false},"
	 " 10.0.0.2]}\n"
	 "  off: {members: [{ip_address: 10.0.0.1, enabled: false},"
	 " {ip_address: 10.0.0.2, enabled: false}]}\n"
	 "lb_virtual_servers:\n"
	 "  x: {tier1: a, ip_address: 30.0.0.1, ports: 80, pool: some}\n"
	 "  y: {tier1: a, ip_address: 30.0.0.1, ports: 81, pool: off}\n"
	 "  z: {tier1: a, ip_address: 30.0.0.1, ports: 82, pool: off,"
	 " enabled: false}\n",
	 "8 'off' warning: no member of pool off is enabled: y drops what\n"
	 "5 'off' note: the pool\n"},
	{"rules of each Tier-1 in their order",
	 KIT_CLUSTER
	 "tier1s:\n"
	 "  a: {edge_cluster: ec, route_advertisement_types: [TIER1_NAT]}\n"
	 "  b: {edge_cluster: ec, route_advertisement_types: [TIER1_NAT],"
	 " nat_rules: {\n"
	 "    x: " SNAT("10.0.0.0/8",
			"30.0.0.1") ",\n"
				    "    y: " SNAT("10.0.0.0/8",
						   "30.0.0.2") "}}\n",
	 "6 'y' warning: two rules match the same packets with the same\n"
	 "5 'x' note: the other one\n"},
};

/* 10.0.0.0/24 and 10.0.1.0/24 are its own, .1 of each itself. */
#define ON(kind, more)                                                         \
	"segments: {s: {}, t: {}}\n" kind ": {r: {interfaces: {\n"             \
	"b: {" more "segment: t, address: 10.0.1.1/24},\n"                     \
	"a: {" more "segment: s, address: 10.0.0.1/24}},\n"
#define HOPS(routes)                                                              \
	routes ": {\n"                                                            \
	       "near: {network: 10.1.0.0/16, next_hops: [10.0.0.2, 10.0.0.1]},\n" \
	       "far: {network: 10.2.0.0/16, next_hops: [10.0.1.2,\n"              \
	       "10.0.2.2,\n"                                                      \
	       "10.0.1.255,\n"                                                    \
	       "10.0.1.1]}}}}\n"
#define STRAY(line)                                                            \
	line " '10.0.2.2' warning: the next hop is on none of its networks\n"
#define LOOP(line, address)                                                    \
	line " '" address                                                      \
	     "' warning: the next hop is an address of the gateway\n"

static const struct kit_row hops[] = {
	{"a router's", ON("routers", "") HOPS("routes"),
	 LOOP("6", "10.0.0.1") STRAY("8") LOOP("10", "10.0.1.1")},
	{"a host's", ON("hosts", "") HOPS("routes"),
	 LOOP("6", "10.0.0.1") STRAY("8") LOOP("10", "10.0.1.1")},
	{"a Tier-0's",
	 KIT_CLUSTER ON("tier0s", "edge: en1, ") "edge_cluster: ec, " HOPS(
		 "static_routes"),
	 "3 'r' warning: r has no default route\n" LOOP("7", "10.0.0.1")
		 STRAY("9") LOOP("11", "10.0.1.1")},
	{"of the second router",
	 "segments: {s: {}}\n"
	 "routers:\n"
	 "  a: {interfaces: {i: {segment: s, address: 10.0.0.1/24}}}\n"
	 "  b: {interfaces: {i: {segment: s, address: 10.0.0.2/24}}, routes: "
	 "{d: {network: 0.0.0.0/0, next_hops: 10.0.0.2}}}\n",
	 "4 '10.0.0.2' warning: the next hop is an address of the gateway\n"},
};

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

START_TEST(of_tier0_gateways)
{
	kit_check(&tier0s[_i]);
}
END_TEST

START_TEST(of_tier1_gateways)
{
	kit_check(&tier1s[_i]);
}
END_TEST

START_TEST(of_next_hops)
{
	kit_check(&hops[_i]);
}
END_TEST

Suite *advice_test_suite(void);
Suite *advice_test_suite(void)
{
	Suite *s = suite_create("topology/model/advice");
	TCase *c = tcase_create("advice");
	tcase_add_loop_test(c, of_tier0_gateways, 0, COUNT(tier0s));
	tcase_add_loop_test(c, of_tier1_gateways, 0, COUNT(tier1s));
	tcase_add_loop_test(c, of_next_hops, 0, COUNT(hops));
	suite_add_tcase(s, c);
	return s;
}
