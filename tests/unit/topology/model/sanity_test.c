/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused, and the neighbours of it that are accepted: limits on both
 * sides, the first and the last of a list. The words are in tests/lang. */
#include "topology/model/sanity.h"

#include "tests/unit/suites.h"
#include "tests/unit/topology/model/model_kit.h"

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))
#define T0_LIKE	    "tier0s:\n  t0:\n    {edge_cluster: ec, static_routes: "
#define DEFAULT	    "static_routes: {out: {network: 0.0.0.0/0}}"
#define EIGHT                                                                  \
	"10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, "                   \
	"10.0.0.6, 10.0.0.7, 10.0.0.8"
#define ROUTES                                                                 \
	"{a: {network: 10.1.0.0/16, next_hops: [" EIGHT "]},\n"                \
	"b: {network: 10.2.0.0/16, next_hops: [" EIGHT ", 10.0.0.9]}}"
#define WIDE "address: 10.0.0.99/24"

static const struct kit_row routes[] = {
	{"of a Tier-1", "tier1s: {o: {}, t: {static_routes: " ROUTES "}}\n",
	 "2 'b' error: 9 next hops: ECMP takes at most 8\n"},
	{"of a Tier-0",
	 KIT_CLUSTER "tier0s: {o: {edge_cluster: ec}, t: {edge_cluster: ec, "
		     "static_routes: " ROUTES "}}\n",
	 "3 'b' error: 9 next hops: ECMP takes at most 8\n"},
	{"of a router",
	 "segments: {s: {}}\n"
	 "routers: {r: {interfaces: {i: {segment: s, " WIDE
	 "}}, routes: " ROUTES "}}\n",
	 "3 'b' error: 9 next hops: ECMP takes at most 8\n"},
	{"of a host",
	 "segments: {s: {}}\n"
	 "hosts: {o: {segment: s, address: 10.0.0.98/24}, h: {segment: s, " WIDE
	 ", routes: " ROUTES "}}\n",
	 "3 'b' error: 9 next hops: ECMP takes at most 8\n"},
};

static const struct kit_row segments[] = {
	{"between gateways, and beside them",
	 KIT_CLUSTER
	 "tier0s: {t0: {edge_cluster: ec, " DEFAULT "}}\n"
	 "tier1s: {t1: {tier0: t0}}\n"
	 "segments:\n"
	 "  plain: {}\n"
	 "  below1: {tier1: t1, gateway_address: 10.0.0.1/24}\n"
	 "  below0: {tier0: t0, gateway_address: 10.0.1.1/24}\n"
	 "  both: {tier1: t1, tier0: t0, gateway_address: 10.0.2.1/24}\n"
	 "  bare1: {tier1: t1}\n"
	 "  bare0: {tier0: t0}\n"
	 "  loose: {gateway_address: 10.0.3.1/24}\n",
	 "8 't0' error: segment both is connected to a Tier-1 and a Tier-0\n"
	 "8 't1' note: the Tier-1\n"
	 "9 'bare1' error: segment bare1 is connected to a gateway and needs\n"
	 "10 'bare0' error: segment bare0 is connected to a gateway and needs\n"
	 "11 '10.0.3.1/24' error: segment loose has a gateway_address but no\n"},
	{"inside the router links, around them, beside them",
	 KIT_CLUSTER
	 "tier0s: {t0: {edge_cluster: ec, transit_subnet: 10.1.0.0/16, " DEFAULT
	 "}}\n"
	 "tier1s: {t1: {tier0: t0}, free: {}}\n"
	 "segments:\n"
	 "  in: {tier1: t1, gateway_address: 10.1.255.1/24}\n"
	 "  around: {tier0: t0, gateway_address: 10.8.0.1/12}\n"
	 "  beside: {tier1: t1, gateway_address: 10.32.0.1/24}\n"
	 "  other: {tier1: free, gateway_address: 10.1.0.1/24}\n",
	 "5 '10.1.255.1/24' error: the network of segment in overlaps the "
	 "router links of t0, 10.1.0.0/16\n"
	 "6 '10.8.0.1/12' error: the network of segment around overlaps\n"},
	{"that overlap",
	 KIT_CLUSTER "tier0s: {t0: {edge_cluster: ec, " DEFAULT "}}\n"
		     "tier1s: {t1: {tier0: t0}, t2: {}}\n"
		     "segments:\n"
		     "  narrow: {tier1: t1, gateway_address: 10.1.2.1/24}\n"
		     "  alone: {tier1: t1, gateway_address: 10.2.0.1/24}\n"
		     "  wide: {tier1: t1, gateway_address: 10.1.0.1/16}\n"
		     "  last: {tier1: t1, gateway_address: 10.1.255.1/24}\n"
		     "  other: {tier1: t2, gateway_address: 10.1.2.2/24}\n"
		     "  above: {tier0: t0, gateway_address: 10.1.2.3/24}\n"
		     "  same: {tier0: t0, gateway_address: 10.1.2.4/24}\n",
	 "11 '10.1.2.4/24' error: the networks of segments above and same\n"
	 "10 '10.1.2.3/24' note: the other one\n"
	 "7 '10.1.0.1/16' error: the networks of segments narrow and wide\n"
	 "5 '10.1.2.1/24' note: the other one\n"
	 "8 '10.1.255.1/24' error: the networks of segments wide and last\n"
	 "7 '10.1.0.1/16' note: the other one\n"},
};

#define ON(network, address)                                                   \
	"segments: {s: {}}\nhosts: {h: {segment: s, address: " address         \
	"/" network "}}\n"
#define NOBODY(network, address)                                               \
	"2 '" address "/" network "' error: no host can have the address of h\n"
#define HA                                                                     \
	"nsx_version: \"3.2\"\n" KIT_CLUSTER "segments: {s: {}, t: {}}\n"      \
	"tier0s: {t0: {edge_cluster: ec, ha_mode: ACTIVE_STANDBY, " DEFAULT    \
	",\nha_vip: 10.0.0.9/24, interfaces: {\n"                              \
	"a: {edge: en1, segment: s, address: 10.0.0.1/24},\n"                  \
	"b: {edge: en2, segment: s, address: 10.0.0.2/24},\n"                  \
	"c: {edge: en2, segment: t, address: 10.0.1.2/24}}}}\n"

static const struct kit_row addresses[] = {
	{"the network itself", ON("24", "10.0.1.0"), NOBODY("24", "10.0.1.0")},
	{"the first", ON("24", "10.0.1.1"), ""},
	{"the last", ON("24", "10.0.1.254"), ""},
	{"the broadcast", ON("24", "10.0.1.255"), NOBODY("24", "10.0.1.255")},
	{"broadcast of the smallest", ON("30", "10.0.1.3"),
	 NOBODY("30", "10.0.1.3")},
	{"a pair has neither", ON("31", "10.0.1.0"), ""},
	{"nor has the other", ON("31", "10.0.1.1"), ""},
	{"nor one alone", ON("32", "10.0.1.0"), ""},
	{"this network", ON("8", "0.0.0.1"), NOBODY("8", "0.0.0.1")},
	{"beyond it", ON("8", "1.0.0.1"), ""},
	{"before loopback", ON("8", "126.0.0.1"), ""},
	{"loopback", ON("8", "127.0.0.1"), NOBODY("8", "127.0.0.1")},
	{"beyond loopback", ON("8", "128.0.0.1"), ""},
	{"before multicast", ON("8", "223.255.255.254"), ""},
	{"multicast", ON("8", "224.0.0.1"), NOBODY("8", "224.0.0.1")},
	{"reserved", ON("8", "240.0.0.1"), NOBODY("8", "240.0.0.1")},
	{"of a gateway, a Tier-0, routers and hosts, twice",
	 "nsx_version: \"3.2\"\n" KIT_CLUSTER
	 "segments: {u: {}, s: {tier1: t, gateway_address: 10.0.0.1/24}}\n"
	 "tier0s: {o: {edge_cluster: ec, " DEFAULT "}, "
	 "t0: {edge_cluster: ec, " DEFAULT ", interfaces: {\n"
	 "h: {edge: en2, segment: u, address: 10.0.1.9/24},\n"
	 "i: {edge: en1, segment: u, address: 10.0.1.1/24}}}}\n"
	 "tier1s: {t: {tier0: t0}}\n"
	 "routers: {o: {interfaces: {i: {segment: u, address: 10.0.1.8/24}}},"
	 " r: {interfaces: {\n"
	 "h: {segment: u, address: 10.0.1.7/24},\n"
	 "i: {segment: u, address: 10.0.1.1/24}}}}\n"
	 "hosts:\n"
	 "  a: {segment: s, address: 10.0.0.2/24}\n"
	 "  b: {segment: s, address: 10.0.0.1/24}\n"
	 "  c: {segment: u, address: 10.0.0.2/24, interfaces: {\n"
	 "    x: {segment: s, address: 10.0.0.2/24}}}\n",
	 "10 '10.0.1.1/24' error: r has the address 10.0.1.1, which t0 has\n"
	 "6 '10.0.1.1/24' note: first used here\n"
	 "13 '10.0.0.1/24' error: b has the address 10.0.0.1, which s has\n"
	 "3 '10.0.0.1/24' note: first used here\n"
	 "15 '10.0.0.2/24' error: c has the address 10.0.0.2, which a has\n"
	 "12 '10.0.0.2/24' note: first used here\n"},
	{"of an HA VIP", HA, ""},
	{"taken from the HA VIP",
	 HA "hosts:\n"
	    "  h: {segment: s, address: 10.0.0.9/24}\n"
	    "  i: {segment: t, address: 10.0.0.9/24}\n",
	 "10 '10.0.0.9/24' error: h has the address 10.0.0.9, which t0 has\n"
	 "5 '10.0.0.9/24' note: first used here\n"},
	{"outside their segment, or with another length",
	 "tier1s: {t: {}}\n"
	 "segments: {s: {tier1: t, gateway_address: 10.0.0.1/24}}\n"
	 "hosts:\n"
	 "  fits: {segment: s, address: 10.0.0.2/24}\n"
	 "  far: {segment: s, address: 10.0.1.2/24}\n"
	 "  long: {segment: s, address: 10.0.0.3/25}\n",
	 "6 '10.0.0.3/25' warning: the address of long does not fit segment "
	 "s, 10.0.0.0/24\n"
	 "2 '10.0.0.1/24' note: the segment's gateway\n"
	 "5 '10.0.1.2/24' warning: the address of far does not fit\n"
	 "2 '10.0.0.1/24' note: the segment's gateway\n"
	 "1 't' warning: t is linked to no Tier-0\n"},
	{"of a host's gateway",
	 "segments: {s: {}, t: {}}\n"
	 "hosts:\n"
	 "  none: {segment: s, address: 10.0.0.2/24}\n"
	 "  first: {segment: s, address: 10.0.0.3/24, gateway: 10.0.0.1}\n"
	 "  second: {segment: s, address: 10.0.0.4/24, gateway: 10.0.1.1,\n"
	 "    interfaces: {x: {segment: t, address: 10.0.1.4/24}}}\n"
	 "  far: {segment: s, address: 10.0.0.5/24, gateway: 10.0.1.1}\n"
	 "  own: {segment: s, address: 10.0.0.6/24, gateway: 10.0.0.6}\n"
	 "  too: {segment: s, address: 10.0.0.7/24, gateway: 10.0.1.7,\n"
	 "    interfaces: {x: {segment: t, address: 10.0.1.7/24}}}\n",
	 "8 '10.0.0.6' error: the gateway of own is its own address\n"
	 "9 '10.0.1.7' error: the gateway of too is its own address\n"
	 "7 '10.0.1.1' error: the gateway of far is on none of its networks\n"},
};

#define L60 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
#define DNS(names)                                                             \
	"segments: {s: {}}\n"                                                  \
	"hosts: {h: {segment: s, address: 10.0.0.2/24,\n" names "}}\n"

static const struct kit_row hosts[] = {
	{"no network at all", "hosts: {a: {}, b: {}}\n",
	 "1 'a' error: host a has no network\n"
	 "1 'b' error: host b has no network\n"},
	{"segment and address, one without the other",
	 "segments: {s: {}}\nhosts:\n  a: {segment: s}\n"
	 "  b: {address: 10.0.0.1/24}\n",
	 "3 'a' error: host 'a' needs segment and address together\n"
	 "4 'b' error: host 'b' needs segment and address together\n"},
	{"as many nameservers and search domains as are looked at",
	 DNS("nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3],\n"
	     "search: [a, b, c, d, e, f]"),
	 ""},
	{"one nameserver more",
	 DNS("nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]"),
	 "3 '[' error: 4 nameservers: resolvers look at 3 at most\n"},
	{"one domain more", DNS("search: [a, b, c, d, e, f, g]"),
	 "3 '[' error: 7 search domains: resolvers look at 6 at most\n"},
	{"labels of 63 and 64", DNS("search: [" L60 "ggg, " L60 "gggg]"),
	 "3 '[' error: '" L60 "gggg' is not a DNS name\n"},
	{"names of 253 and more",
	 DNS("search: [" L60 "." L60 "." L60 "." L60 ".abcdefghi,\n" L60 "." L60
	     "." L60 "." L60 ".abcdefghij]"),
	 "3 '[' error: '" L60 "." L60 "." L60 "." L60 ".abcdefghij' is not\n"},
	{"what is in names", DNS("search: [a-b_C.9, a..b, .a, b., 'a b', a/b]"),
	 "3 '[' error: 'a..b' is not a DNS name\n"
	 "3 '[' error: '.a' is not a DNS name\n"
	 "3 '[' error: 'b.' is not a DNS name\n"
	 "3 '[' error: 'a b' is not a DNS name\n"
	 "3 '[' error: 'a/b' is not a DNS name\n"},
	{"names of records and zones",
	 DNS("dns_server: {records: {good: 10.0.0.1, 'bad ': 10.0.0.1},\n"
	     "zones: {z: {records: {'@': 10.0.0.1, x: 10.0.0.1, y y: "
	     "10.0.0.1}},\n"
	     "'z z': {}}}"),
	 "3 ''bad '' error: 'bad ' is not a DNS name\n"
	 "4 'y y' error: 'y y' is not a DNS name\n"
	 "5 ''z z'' error: 'z z' is not a DNS name\n"},
	{"a profile that is none",
	 DNS("profile: docker") "workloads:\n  v: {host: h, profile: crio}\n"
				"  w: {host: h, profile: kubelet}\n",
	 "3 'docker' error: there is no profile called 'docker'\n"
	 "5 'crio' error: there is no profile called 'crio'\n"
	 "6 'kubelet' error: there is no profile called 'kubelet'\n"},
	{"NAT on one that does not forward",
	 DNS("nat_rules: {r: {action: SNAT, source_network: 10.1.0.0/16,\n"
	     "translated_network: 10.0.0.2}}"),
	 "3 'r' error: host h forwards nothing, so it translates nothing\n"},
	{"NAT on one that does",
	 DNS("forwards: true, nat_rules: {r: {action: SNAT,\n"
	     "source_network: 10.1.0.0/16, translated_network: 10.0.0.2}}"),
	 ""},
	{"as many authorities as are taken",
	 DNS("trusted_authorities: [a, b, c, d, e, f, g, h]"), ""},
	{"one more", DNS("trusted_authorities: [a, b, c, d, e, f, g, h, i]"),
	 "3 '[' error: 9 authorities, at most 8 are taken\n"},
};

#define MEMBERS_8                                                              \
	"10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, 10.0.0.6, "         \
	"10.0.0.7, 10.0.0.8, "
#define MEMBERS_32 MEMBERS_8 MEMBERS_8 MEMBERS_8 MEMBERS_8
#define SERVERS                                                                \
	KIT_CLUSTER                                                            \
	"tier1s: {a: {edge_cluster: ec, "                                      \
	"route_advertisement_types: [TIER1_LB_VIP]}, b: "                      \
	"{route_advertisement_types: [TIER1_LB_VIP]}}\n"                       \
	"lb_pools: {p: {members: 10.0.0.1}}\n"                                 \
	"lb_virtual_servers:\n"
#define SERVER(name, more)                                                     \
	"  " name ": {tier1: a, pool: p, ip_address: " more "}\n"

static const struct kit_row balancers[] = {
	{"ports that meet, ports that touch",
	 SERVERS SERVER("a", "30.0.0.1, ports: [80, 8000-8100]") SERVER(
		 "b", "30.0.0.1, ports: 8101") SERVER("c",
						      "30.0.0.1, ports: 7999")
		 SERVER("d", "30.0.0.2, ports: 80")
			 SERVER("e", "30.0.0.1, ports: 80, protocol: UDP")
				 SERVER("f", "30.0.0.1, ports: [443, 8100]")
					 SERVER("g", "30.0.0.1, ports: 8000"),
	 "11 '30.0.0.1' error: a and g share an address and a port\n"
	 "5 '30.0.0.1' note: first used here\n"
	 "10 '30.0.0.1' error: a and f share an address and a port\n"
	 "5 '30.0.0.1' note: first used here\n"},
	{"as many members as there may be, and one more",
	 "lb_pools:\n  a: {members: [" MEMBERS_32 "]}\n"
	 "  b: {members: [" MEMBERS_32 "10.0.0.9]}\n",
	 "3 'b' error: more than 32 members\n"},
	{"on a Tier-1 without service router",
	 SERVERS SERVER(
		 "x",
		 "30.0.0.1, ports: 80") "  y: {tier1: b, pool: p, ip_address: 30.0.0.2, ports: 80}\n",
	 "6 'b' warning: b has no edge cluster, hence no service router\n"},
};

START_TEST(of_routes)
{
	kit_check(&routes[_i]);
}
END_TEST

START_TEST(of_segments)
{
	kit_check(&segments[_i]);
}
END_TEST

START_TEST(of_addresses)
{
	kit_check(&addresses[_i]);
}
END_TEST

START_TEST(of_hosts)
{
	kit_check(&hosts[_i]);
}
END_TEST

START_TEST(of_load_balancers)
{
	kit_check(&balancers[_i]);
}
END_TEST

Suite *sanity_test_suite(void);
Suite *sanity_test_suite(void)
{
	Suite *s = suite_create("topology/model/sanity");
	TCase *c = tcase_create("sanity");
	tcase_add_loop_test(c, of_routes, 0, COUNT(routes));
	tcase_add_loop_test(c, of_segments, 0, COUNT(segments));
	tcase_add_loop_test(c, of_addresses, 0, COUNT(addresses));
	tcase_add_loop_test(c, of_hosts, 0, COUNT(hosts));
	tcase_add_loop_test(c, of_load_balancers, 0, COUNT(balancers));
	suite_add_tcase(s, c);
	return s;
}
