/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/build/dump.h"

#include <check.h>

#include "tests/unit/topology/build/net_kit.h"

static struct net_kit kit;
static struct str text;

static void setup(void)
{
	net_kit_init(&kit, "tier0s: {t0: {static_routes: {hole: {network: "
			   "203.0.113.0/24, next_hops: []}, spare: {network: "
			   "0.0.0.0/0, next_hops: [{ip_address: 192.0.2.253, "
			   "admin_distance: 9}]}}, nat_rules: {two: {action: "
			   "REFLEXIVE, source_network: 30.0.9.9, "
			   "translated_network: 192.0.2.88, scope: [up1, up2], "
			   "enabled: false}}}}\n"
			   "tier1s: {t1: {nat_rules: {web: {action: DNAT, "
			   "destination_network: 30.0.3.3, source_network: "
			   "198.51.100.0/24, translated_network: 10.1.0.10, "
			   "service: TCP/80-81, translated_ports: 8080-8081, "
			   "firewall_match: BYPASS, sequence_number: 9}, "
			   "keep: {action: NO_SNAT, source_network: 10.1.0.10, "
			   "destination_network: '10.3.0.0/16,10.4.0.1', "
			   "service: UDP/53, sequence_number: 9}}}}\n"
			   "lb_pools: {web: {members: ['10.1.0.10:80', "
			   "{ip_address: 10.1.0.11, enabled: false}]}}");
	text = (struct str){0};
}

static void teardown(void)
{
	str_fini(&text);
	net_kit_fini(&kit);
}

static const char *print(const char *node, enum dump_table table)
{
	str_clear(&text);
	dump_print(kit.net, net_kit_node(&kit, node), table, &text);
	return str_text(&text);
}

static const struct {
	const char *node;
	enum dump_table table;
	const char *line; /* a whole line; * is anything */
} lines[] = {
	{"t0:dr", DUMP_ROUTES,
	 "t1n> * 30.0.0.1/32 [3/0] via 100.64.0.1, downlink-t1"},
	{"t0:dr", DUMP_ROUTES,
	 "isr> * 0.0.0.0/0 [1/0] via 169.254.0.2, backplane"},
	{"t0:dr", DUMP_ROUTES,
	 "t0c> * 100.64.0.0/31 is directly connected, downlink-t1"},
	{"t0:en1", DUMP_ROUTES, "t0s> * 0.0.0.0/0 [1/0] via 192.0.2.254, up1"},
	{"t0:en1", DUMP_ROUTES, "t0s    0.0.0.0/0 [9/0] via 192.0.2.253, up1"},
	{"t0:en1", DUMP_ROUTES, "t0s> * 203.0.113.0/24 [1/0] is a null route"},
	{"t0:en1", DUMP_ROUTES,
	 "Flags: t0c - Tier-0 connected, t0s - Tier-0 static, "
	 "t1c - Tier-1 connected,"},
	{"t0:en1", DUMP_ROUTES, "       > - selected route, * - FIB route"},
	{"t0:dr", DUMP_FORWARDING,
	 "30.0.0.1/32     100.64.0.1   downlink-t1   "
	 "30.0.0.1/32 advertised by t1 (TIER1_NAT)"},
	{"t0:dr", DUMP_FORWARDING,
	 "                169.254.0.3  backplane     "
	 "made by NSX with the gateway"},
	{"t0:en1", DUMP_FORWARDING,
	 "203.0.113.0/24  null         -          "
	 "tier0s.t0.static_routes.hole"},
	{"t0:en1", DUMP_FORWARDING,
	 "192.0.2.0/24    -            up1        "
	 "tier0s.t0.interfaces.up1"},
	{"t1:sr", DUMP_NAT,
	 "0         hide  SNAT 10.1.0.0/24 -> 30.0.0.1 * enabled  4        "
	 "280"},
	{"t1:sr", DUMP_NAT,
	 "9         web   DNAT 30.0.3.3 TCP/8080-8081 from 198.51.100.0/24 -> "
	 "10.1.0.10 TCP/80-81, BYPASS  enabled  0        0"},
	{"t1:sr", DUMP_NAT,
	 "9         keep  NO_SNAT 10.1.0.10 to 10.3.0.0/16,10.4.0.1 UDP/53 * "
	 "enabled  0        0"},
	{"t0:en1", DUMP_NAT,
	 "0         two   REFLEXIVE 30.0.9.9 <-> 192.0.2.88 on up1,up2  "
	 "disabled  0        0"},
	{"t1:sr", DUMP_LB,
	 "vip     30.0.1.1  TCP 80  1            "
	 "10.1.0.10:80, 10.1.0.11 (disabled)"},
	{"t1:sr", DUMP_SESSIONS,
	 "UDP    MULTIPLE  10.1.0.10:* > 198.51.100.10:53  "
	 "30.0.0.1:1025 > 198.51.100.10:53  hide  1/1      6.000 s"},
	{"t1:sr", DUMP_SESSIONS,
	 "TCP    FIN_WAIT  198.51.100.10:* > 30.0.1.1:80 * "
	 "30.0.1.1:1024 > 10.1.0.10:80      vip   4/3      0.999 s"},
	{"gw", DUMP_ARP, "192.0.2.3      00:50:56:*  REACHABLE  up"},
	{"gw", DUMP_ARP, "192.0.2.77     -                  FAILED     up"},
};

static bool has_line(const char *all, const char *pattern)
{
	char line[256];
	for (const char *at = all; *at; at = strchr(at, '\n') + 1) {
		size_t len = strcspn(at, "\n");
		ck_assert_uint_lt(len, sizeof(line));
		memcpy(line, at, len);
		line[len] = '\0';
		if (str_glob(pattern, line))
			return true;
	}
	return false;
}

START_TEST(tables_read_as_on_the_edge)
{
	struct probe_conf dns = {.kind = PROBE_LOOKUP, .target = "a.example"};
	ck_assert(net_kit_probe(&kit, "vm-a", &dns));
	ck_assert(!net_kit_ping(&kit, "server", "192.0.2.77"));
	ck_assert(net_kit_tcp(&kit, "server", "30.0.1.1", 80));
	const char *all = print(lines[_i].node, lines[_i].table);
	ck_assert_msg(has_line(all, lines[_i].line), "no line '%s' in\n%s",
		      lines[_i].line, all);
}
END_TEST

START_TEST(what_is_not_selected_forwards_nothing)
{
	print("t0:en1", DUMP_FORWARDING);
	ck_assert(has_line(str_text(&text), "0.0.0.0/0       192.0.2.254*"));
	ck_assert_ptr_null(strstr(str_text(&text), "192.0.2.253"));
}
END_TEST

START_TEST(empty_tables_print_nothing)
{
	static const char *const names[DUMP_TABLE_COUNT] = {
		"routes", "forwarding", "nat", "sessions", "arp", "lb"};
	static const bool has[DUMP_TABLE_COUNT] = {true,  true,	 false,
						   false, false, false};
	for (int i = 0; i < DUMP_TABLE_COUNT; i++) {
		enum dump_table table = (enum dump_table)i;
		str_clear(&text);
		ck_assert_str_eq(dump_table_name(table), names[i]);
		ck_assert_int_eq(dump_print(kit.net,
					    net_kit_node(&kit, "t0:dr"), table,
					    &text),
				 has[i]);
		ck_assert_int_eq(text.len > 0, has[i]);
	}
}
END_TEST

START_TEST(columns_line_up)
{
	const char *all = print("t0:dr", DUMP_FORWARDING);
	const char *column = strstr(all, "INTERFACE");
	ck_assert_ptr_nonnull(column);
	for (const char *row = strchr(all, '\n') + 1; *row;
	     row = strchr(row, '\n') + 1) {
		ck_assert_int_ne(row[column - all], ' ');
		ck_assert_int_eq(row[column - all - 1], ' ');
	}
}
END_TEST

Suite *dump_test_suite(void);
Suite *dump_test_suite(void)
{
	Suite *s = suite_create("topology/build/dump");
	TCase *c = tcase_create("dump");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, tables_read_as_on_the_edge, 0,
			    sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(c, what_is_not_selected_forwards_nothing);
	tcase_add_test(c, empty_tables_print_nothing);
	tcase_add_test(c, columns_line_up);
	suite_add_tcase(s, c);
	return s;
}
