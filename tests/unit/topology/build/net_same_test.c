/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/unit/topology/build/net_kit.h"

static const struct {
	const char *patch;
	bool possible;
} changes[] = {
	{NULL, true},
	{"tier0s: {t0: {static_routes: null, nat_rules: null}}", true},
	{"tier0s: {t0: {failover_mode: NON_PREEMPTIVE, icmp_unreachable: true}}",
	 true},
	{"tier1s: {t1: {nat_rules: null, snat_keep_port: true}}", true},
	{"tier1s: {t1b: {route_advertisement_types: []}}", true},
	{"edge_clusters: {ec: {edges: {en1: {admin_state: DOWN}}}}", true},
	{"lb_pools: {web: {members: ['10.1.0.10:81']}}", true},
	{"lb_virtual_servers: {more: {tier1: t1, ip_address: 30.0.1.2, ports: "
	 "[80], pool: web}}",
	 true},
	{"lb_virtual_servers: null", true},
	{"routers: {gw: {routes: null, icmp_unreachable: false}}", true},
	{"routers: {gw: {interfaces: {up: {admin_state: DOWN}}}}", true},
	{"hosts: {vm-a: {gateway: 10.1.0.2, search: [example]}}", true},
	{"hosts: {vm-b: {registry: {images: {a: {}}}, dns_server: {records: "
	 "{}}, http_servers: {a: {port: 80}}}}",
	 true},
	{"workloads: {two: {host: vm-b}}", true},
	/* Nodes. */
	{"hosts: {vm-c: {segment: seg-a, address: 10.1.0.11/24}}", false},
	{"hosts: {vm-b: null}", false},
	{"routers: {r: {interfaces: {a: {segment: net, address: "
	 "198.51.100.2/24}}}}",
	 false},
	{"tier1s: {t2: {tier0: t0}}", false},
	{"edge_clusters: {ec: {edges: {en3: {}}}}", false},
	/* Gateways. */
	{"tier0s: {t0: {ha_mode: ACTIVE_STANDBY}}", false},
	{"tier0s: {t0: {transit_subnet: 100.65.0.0/16}}", false},
	{"tier0s: {t0: {internal_transit_subnet: 169.254.1.0/24}}", false},
	{"tier1s: {t1: {edge_cluster: null}}", false},
	{"tier1s: {t1b: {edge_cluster: ec}}", false},
	{"tier1s: {t1b: {tier0: null}}", false},
	/* Interfaces. */
	{"tier0s: {t0: {interfaces: {up1: {address: 192.0.2.5/24}}}}", false},
	{"tier0s: {t0: {interfaces: {up2: {edge: en1}}}}", false},
	{"tier0s: {t0: {interfaces: {up2: null}}}", false},
	{"tier0s: {t0: {interfaces: {up2: {mtu: 1400}}}}", false},
	{"tier0s: {t0: {interfaces: {up2: {urpf_mode: NONE}}}}", false},
	{"routers: {gw: {interfaces: {up: {nat_outside: true}}}}", false},
	{"routers: {gw: {interfaces: {up: {segment: net, address: "
	 "198.51.100.3/24}}, routes: null}}",
	 false},
	{"hosts: {vm-a: {address: 10.1.0.12/24}}", false},
	/* Segments. */
	{"segments: {more: {}}", false},
	{"segments: {seg-a: {gateway_address: 10.1.0.2/24}}", false},
	{"segments: {seg-a: {urpf_mode: NONE}}", false},
	{"segments: {seg-b: {tier1: t1}}", false},
	{"segments: {net: {delay: 9ms}}", false},
	{"segments: {net: {loss_ppm: 9}}", false},
	{"segments: {seg-a: {mtu: 1400}}", false},
	/* Services that run. */
	{"hosts: {vm-a: {http_servers: null}}", false},
	{"hosts: {vm-a: {http_servers: {web: {port: 81}}}}", false},
	{"hosts: {server: {dns_server: null}}", false},
};

START_TEST(wiring_stays_tables_change)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	bool ok = net_kit_apply(&k, changes[_i].patch);
	ck_assert_msg(ok == changes[_i].possible, "%s: %s", changes[_i].patch,
		      str_text(&k.said));
	ck_assert_int_eq(k.diag.error_count > 0, !ok);
	/* Whatever was refused, nothing of it is there. */
	if (!ok) {
		ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
		ck_assert(net_kit_tcp(&k, "server", "30.0.1.1", 80));
	}
	net_kit_fini(&k);
}
END_TEST

START_TEST(a_refused_change_is_not_half_made)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(!net_kit_apply(&k, "tier0s: {t0: {nat_rules: null, ha_mode: "
				     "ACTIVE_STANDBY}}\n"
				     "tier1s: {t1: {nat_rules: null}}"));
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	net_kit_fini(&k);
}
END_TEST

START_TEST(the_message_says_where)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(!net_kit_apply(&k, "segments: {more: {}}"));
	ck_assert_msg(strstr(str_text(&k.said), "patch:1:12: error: this "
						"changes the wiring"),
		      "%s", str_text(&k.said));
	net_kit_fini(&k);
}
END_TEST

/* A server that came in mid-run is as much there as those from the start. */
START_TEST(services_are_remembered)
{
	static const char with[] =
		"hosts: {vm-b: {http_servers: {a: {port: 8080}}}}";
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_apply(&k, with));
	ck_assert(!net_kit_apply(&k, NULL));
	ck_assert_msg(strstr(str_text(&k.said), "vm-b TCP port 8080"), "%s",
		      str_text(&k.said));
	net_kit_fini(&k);
}
END_TEST

Suite *net_same_test_suite(void);
Suite *net_same_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_same");
	TCase *c = tcase_create("net_same");
	tcase_add_loop_test(c, wiring_stays_tables_change, 0,
			    sizeof(changes) / sizeof(changes[0]));
	tcase_add_test(c, a_refused_change_is_not_half_made);
	tcase_add_test(c, the_message_says_where);
	tcase_add_test(c, services_are_remembered);
	suite_add_tcase(s, c);
	return s;
}
