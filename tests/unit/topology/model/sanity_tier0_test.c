/* SPDX-License-Identifier: Apache-2.0 */
/* Tier-0 gateways and NAT rules that are refused, and their neighbours. */
#include "tests/unit/suites.h"
#include "tests/unit/topology/model/model_kit.h"

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))
#define DEFAULT	    "static_routes: {out: {network: 0.0.0.0/0}}"
#define NETS	    KIT_CLUSTER "segments: {s: {}, t: {}}\n"
#define T0(ha, more)                                                           \
	NETS "tier0s:\n  t0: {edge_cluster: ec, ha_mode: " ha ", " DEFAULT     \
	     ",\n" more "}\n"
#define UPLINK(name, edge, segment, address)                                   \
	name ": {edge: " edge ", segment: " segment ", address: " address "}"
#define TWO                                                                    \
	"interfaces: {\n" UPLINK("a", "en1", "s", "10.0.0.1/24") ",\n" UPLINK( \
		"b", "en2", "s", "10.0.0.2/24")
#define BESIDE(count)                                                          \
	"5 '10.0.0.9/24' error: an HA VIP needs two external interfaces on "   \
	"its network, t0 has " count "\n"

static const struct kit_row gateways[] = {
	{"an edge for each interface, no nat_outside",
	 T0("ACTIVE_ACTIVE",
	    "interfaces: {\n" UPLINK(
		    "a", "en1", "s",
		    "10.0.0.1/24") ",\n"
				   "b: {segment: s, address: 10.0.0.2/24},\n"
				   "c: {edge: en2, segment: t, address: 10.0.1.1/24, "
				   "nat_outside: true}}"),
	 "7 'b' error: the interface b of a Tier-0 gateway needs the key\n"
	 "8 'c' error: nat_outside is for routers and hosts\n"},
	{"an HA VIP beside two",
	 T0("ACTIVE_STANDBY", "ha_vip: 10.0.0.9/24, " TWO "}"), ""},
	{"beside one",
	 T0("ACTIVE_STANDBY",
	    "ha_vip: 10.0.0.9/24, interfaces: {\n" UPLINK(
		    "a", "en1", "s",
		    "10.0.0.1/24") ",\n" UPLINK("b", "en2", "t",
						"10.0.1.2/24") "}"),
	 BESIDE("1")},
	{"beside one of its length",
	 T0("ACTIVE_STANDBY",
	    "ha_vip: 10.0.0.9/24, interfaces: {\n" UPLINK(
		    "a", "en1", "s",
		    "10.0.0.1/24") ",\n" UPLINK("b", "en2", "t",
						"10.0.0.2/25") "}"),
	 BESIDE("1")},
	{"beside none", T0("ACTIVE_STANDBY", "ha_vip: 10.0.0.9/24"),
	 BESIDE("0")},
	{"an HA VIP where all are active",
	 T0("ACTIVE_ACTIVE", "ha_vip: 10.0.0.9/24, " TWO "}"),
	 "5 '10.0.0.9/24' error: an HA VIP needs an ACTIVE_STANDBY Tier-0\n"},
	{"two edges, one of them twice",
	 T0("ACTIVE_STANDBY",
	    TWO ",\n" UPLINK("c", "en1", "t", "10.0.1.1/24") "}"),
	 ""},
	{"three edges",
	 T0("ACTIVE_STANDBY",
	    TWO ",\n" UPLINK("c", "en3", "t", "10.0.1.1/24") "}"),
	 "4 't0' error: t0 has interfaces on 3 edges: ACTIVE_STANDBY is\n"},
	{"three active edges",
	 T0("ACTIVE_ACTIVE",
	    TWO ",\n" UPLINK("c", "en3", "t", "10.0.1.1/24") "}"),
	 ""},
	{"a preferred edge",
	 T0("ACTIVE_STANDBY", "preferred_edge: en2, failover_mode: PREEMPTIVE"),
	 ""},
	{"one that need not take over",
	 T0("ACTIVE_STANDBY", "preferred_edge: en2"), ""},
	{"to whom it goes back",
	 T0("ACTIVE_STANDBY", "failover_mode: PREEMPTIVE"),
	 "5 'PREEMPTIVE' error: PREEMPTIVE needs preferred_edge\n"},
	{"preferred where all are active",
	 T0("ACTIVE_ACTIVE", "preferred_edge: en1"),
	 "5 'en1' error: preferred_edge is for ACTIVE_STANDBY\n"},
	{"room for links",
	 T0("ACTIVE_ACTIVE", "transit_subnet: 100.64.0.0/30, "
			     "internal_transit_subnet: 169.254.0.0/28"),
	 ""},
	{"no room for links",
	 T0("ACTIVE_ACTIVE", "transit_subnet: 100.64.0.0/31, "
			     "internal_transit_subnet: 169.254.0.0/29"),
	 "4 't0' error: transit_subnet is too small for /31 router links\n"
	 "4 't0' error: internal_transit_subnet must hold a DR and its SRs\n"},
	{"one Tier-0 on an edge of a cluster",
	 "edge_clusters: {ec: {edges: {en1: {}, en2: {}}}, e2: {edges: {en1: "
	 "{}}}}\n"
	 "segments: {s: {}, t: {}, u: {}, v: {}}\n"
	 "tier0s:\n"
	 "  a: {edge_cluster: ec, " DEFAULT
	 ", interfaces: {\n" UPLINK("i", "en1", "s", "10.0.0.1/24") ",\n" UPLINK(
		 "j", "en2", "s",
		 "10.0.0.2/24") "}}\n"
				"  b: {edge_cluster: e2, " DEFAULT
				", interfaces: {\n" UPLINK(
					"i", "en1", "t",
					"10.0.1.1/24") "}}\n"
						       "  c: {edge_cluster: ec, " DEFAULT
						       ", interfaces: {\n" UPLINK(
							       "i", "en2", "u",
							       "10.0.2.1/24") ",\n"
									      "j: {segment: v, address: 10.0.3.1/24}}}\n",
	 "10 'en2' error: edge en2 carries a already\n"
	 "6 'en2' note: here\n"
	 "11 'j' error: the interface j of a Tier-0 gateway needs the key\n"},
};

#define RULE(rule) T0("ACTIVE_STANDBY", "nat_rules: {r: {" rule "}}")
#define SNAT	   "action: SNAT, source_network: 10.0.0.0/24, "
#define DNAT	   "action: DNAT, destination_network: 192.0.2.9, "
#define REFLEXIVE  "action: REFLEXIVE, source_network: "
#define TO	   "translated_network: 192.0.2.4"

static const struct kit_row rules[] = {
	{"SNAT", RULE(SNAT TO), ""},
	{"SNAT with all",
	 RULE(SNAT TO ", destination_network: 10.9.0.0/16, "
		      "service: TCP/80, translated_ports: "
		      "1024-2000, firewall_match: "
		      "MATCH_EXTERNAL_ADDRESS"),
	 ""},
	{"SNAT to two", RULE(SNAT "translated_network: [10.3.0.1, 10.3.0.9]"),
	 ""},
	{"DNAT", RULE(DNAT TO), ""},
	{"DNAT to two", RULE(DNAT "translated_network: [10.3.0.1, 10.3.0.9]"),
	 "5 '[' error: DNAT takes one translated network, not a list\n"},
	{"NO_DNAT", RULE("action: NO_DNAT, destination_network: 192.0.2.9"),
	 ""},
	{"NO_DNAT of nothing",
	 RULE("action: NO_DNAT, source_network: 192.0.2.9, " TO),
	 "5 'r' error: a rule of action NO_DNAT needs destination_network\n"
	 "5 '192.0.2.4' error: a rule of action NO_DNAT translates nothing\n"},
	{"NO_SNAT",
	 RULE("action: NO_SNAT, source_network: 10.0.0.0/24, "
	      "firewall_match: BYPASS"),
	 ""},
	{"NO_SNAT at the wall",
	 RULE("action: NO_SNAT, source_network: 10.0.0.0/24, firewall_match: "
	      "MATCH_INTERNAL_ADDRESS"),
	 "5 'MATCH_INTERNAL_ADDRESS' error: firewall_match of NO_SNAT can\n"},
	{"REFLEXIVE, n to n",
	 RULE(REFLEXIVE "[10.0.0.0/31, 10.0.1.0/31], translated_network: "
			"192.0.2.4/30"),
	 ""},
	{"REFLEXIVE, n to m",
	 RULE(REFLEXIVE "10.0.0.0/30, translated_network: 192.0.2.8/29"),
	 "5 '192.0.2.8/29' error: REFLEXIVE maps 4 addresses to 8\n"
	 "5 '10.0.0.0/30' note: the addresses before translation\n"},
	{"REFLEXIVE with what it cannot have",
	 RULE(REFLEXIVE "10.0.0.1, translated_network: [192.0.2.4, "
			"192.0.2.5],\nservice: TCP/80, destination_network: "
			"10.1.0.0/16"),
	 "6 '10.1.0.0/16' error: a REFLEXIVE rule has no destination\n"
	 "6 'TCP/80' error: a REFLEXIVE rule has no service\n"
	 "5 '[' error: REFLEXIVE takes one translated network\n"
	 "5 '[' error: REFLEXIVE maps 1 addresses to 2\n"
	 "5 '10.0.0.1' note: the addresses before translation\n"},
	{"ports without a service", RULE(DNAT TO ", translated_ports: 80"),
	 "5 '80' error: translated_ports without a service is ignored\n"},
	{"SNAT on the second Tier-0, whose edges share nothing either",
	 KIT_CLUSTER "tier0s:\n  a: {edge_cluster: ec, " DEFAULT "}\n"
		     "  b: {edge_cluster: ec, " DEFAULT
		     ", nat_rules: {r: {" SNAT TO "}}}\n",
	 "4 'SNAT' error: SNAT is not possible on an ACTIVE_ACTIVE Tier-0\n"},
	{"the second rule, on a Tier-0 whose edges share nothing",
	 T0("ACTIVE_ACTIVE", "nat_rules: {\n"
			     "a: {" REFLEXIVE "10.0.0.1, " TO "},\n"
			     "b: {" SNAT TO "}}"),
	 "7 'SNAT' error: SNAT is not possible on an ACTIVE_ACTIVE Tier-0\n"
	 "4 'ACTIVE_ACTIVE' note: t0 is ACTIVE_ACTIVE here\n"},
	{"rules of a Tier-1 without service router",
	 KIT_CLUSTER "tier1s:\n"
		     "  a: {edge_cluster: ec, route_advertisement_types: "
		     "[TIER1_NAT], nat_rules: {r: {" SNAT TO "}}}\n"
		     "  b: {route_advertisement_types: [TIER1_NAT], "
		     "nat_rules: {\nr: {" SNAT TO "}}}\n",
	 "5 'r' warning: b has no edge cluster, hence no service router\n"},
	{"the second rule, on the second of each kind",
	 KIT_CLUSTER
	 "segments: {s: {}}\n"
	 "tier0s: {o: {edge_cluster: ec, " DEFAULT "}, t: {edge_cluster: ec, "
	 "ha_mode: ACTIVE_STANDBY, " DEFAULT ", nat_rules: {\n"
	 "a: {" SNAT TO "},\nb: {action: NO_SNAT}}}}\n"
	 "tier1s: {o: {}, t: {edge_cluster: ec, nat_rules: {\n"
	 "a: {" SNAT TO "},\nb: {action: SNAT}}}}\n"
	 "routers: {o: {interfaces: {i: {segment: s, address: 10.0.0.3/24}}},"
	 " r: {interfaces: {i: {segment: s, address: 10.0.0.1/24}}, "
	 "nat_rules: {\n"
	 "a: {" SNAT TO "},\nb: {action: DNAT}}}}\n"
	 "hosts: {o: {segment: s, address: 10.0.0.4/24}, h: {segment: s, "
	 "address: 10.0.0.2/24, forwards: true, nat_rules: {\n"
	 "a: {" SNAT TO "},\nb: {action: REFLEXIVE}}}}\n",
	 "5 'b' error: a rule of action NO_SNAT needs source_network\n"
	 "8 'b' error: a rule of action SNAT needs source_network\n"
	 "8 'b' error: a rule of action SNAT needs translated_network\n"
	 "11 'b' error: a rule of action DNAT needs destination_network\n"
	 "11 'b' error: a rule of action DNAT needs translated_network\n"
	 "14 'b' error: a rule of action REFLEXIVE needs source_network\n"
	 "14 'b' error: a rule of action REFLEXIVE needs translated_network\n"},
};

#define SCOPED(scope)                                                          \
	"nat_rules: {\na: {" SNAT TO "},\nb: {" SNAT TO                        \
	", sequence_number: 9, scope: " scope "}}"
#define PLUG(address)                                                          \
	"interfaces: {x: {segment: s, address: " address "}, "                 \
	"y: {segment: t, address: 10.1." address "}}"

/* In each list the second is wrong. */
static const struct kit_row names[] = {
	{"of clusters, edges and interfaces",
	 NETS
	 "tier0s:\n  t0: {edge_cluster: ec, " DEFAULT "}\n"
	 "  t1: {edge_cluster: ed, " DEFAULT "}\n"
	 "  t2: {edge_cluster: ec, preferred_edge: en4, interfaces: {\n" UPLINK(
		 "a", "en1", "s",
		 "10.0.0.1/24") ",\n" UPLINK("b", "en9", "r",
					     "10.0.0.2/24") "},\n" SCOPED("[b, c]") "}\n",
	 "5 'ed' error: there is no edge cluster called 'ed'\n"
	 "8 'r' error: there is no segment called 'r'\n"
	 "6 'en4' error: there is no edge called 'en4'\n"
	 "8 'en9' error: there is no edge in this cluster called 'en9'\n"
	 "11 'c' error: there is no interface called 'c'\n"},
	{"of gateways",
	 NETS "tier0s: {t0: {edge_cluster: ec, " DEFAULT "}}\n"
	      "tier1s:\n  a: {tier0: t0}\n  b: {tier0: t1}\n"
	      "  c: {edge_cluster: es, " SCOPED("up") "}\n",
	 "6 't1' error: there is no Tier-0 gateway called 't1'\n"
	 "7 'es' error: there is no edge cluster called 'es'\n"
	 "9 'up' error: a Tier-1 gateway has one uplink\n"},
	{"of what routers and hosts are on",
	 NETS
	 "routers:\n"
	 "  a: {interfaces: {x: {segment: s, address: 10.0.0.1/24}}}\n"
	 "  b: {interfaces: {x: {segment: s, address: 10.0.0.2/24},\n"
	 "y: {segment: q, address: 10.0.1.2/24}},\n" SCOPED(
		 "[x, z]") "}\nhosts:\n"
			   "  a: {segment: s, address: 10.0.0.3/24}\n"
			   "  b: {segment: s, address: 10.0.0.4/24, interfaces: {\n"
			   "y: {segment: q, address: 10.0.1.4/24}},\n" SCOPED(
				   "[eth0, z]") "}\n",
	 "6 'q' error: there is no segment called 'q'\n"
	 "9 'z' error: there is no interface called 'z'\n"
	 "13 'q' error: there is no segment called 'q'\n"
	 "16 'z' error: there is no interface called 'z'\n"},
	{"of the rest",
	 "segments:\n  a: {}\n  b: {tier1: x, gateway_address: 10.0.0.1/24}\n"
	 "  c: {tier0: y, gateway_address: 10.0.1.1/24}\n"
	 "tier1s: {t: {}}\n"
	 "lb_pools: {p: {}}\n"
	 "lb_virtual_servers:\n"
	 "  a: {tier1: t, pool: p, ip_address: 10.1.0.1, ports: 80}\n"
	 "  b: {tier1: u, pool: q, ip_address: 10.1.0.1, ports: 81}\n"
	 "hosts: {h: {segment: a, address: 10.0.0.2/24}}\n"
	 "workloads:\n  a: {host: h}\n  b: {host: i}\n",
	 "3 'x' error: there is no Tier-1 gateway called 'x'\n"
	 "4 'y' error: there is no Tier-0 gateway called 'y'\n"
	 "9 'u' error: there is no Tier-1 gateway called 'u'\n"
	 "9 'q' error: there is no pool called 'q'\n"
	 "13 'i' error: there is no host called 'i'\n"},
};

START_TEST(of_gateways)
{
	kit_check(&gateways[_i]);
}
END_TEST

START_TEST(of_nat_rules)
{
	kit_check(&rules[_i]);
}
END_TEST

START_TEST(names_that_stand_for_nothing)
{
	kit_check(&names[_i]);
}
END_TEST

Suite *sanity_tier0_test_suite(void);
Suite *sanity_tier0_test_suite(void)
{
	Suite *s = suite_create("topology/model/sanity_tier0");
	TCase *c = tcase_create("sanity_tier0");
	tcase_add_loop_test(c, of_gateways, 0, COUNT(gateways));
	tcase_add_loop_test(c, of_nat_rules, 0, COUNT(rules));
	tcase_add_loop_test(c, names_that_stand_for_nothing, 0, COUNT(names));
	suite_add_tcase(s, c);
	return s;
}
