/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "sim/record/portname.h"
#include "tests/unit/sim/world/world_kit.h"

/* h -- seg -- t1:dr -- t1:sr -- t0:dr, as NSX plumbs them. */
static struct world_kit kit;
static struct nic *host, *down, *dr_up, *sr_down, *sr_up, *t0_down;
static struct str text;

static void setup(void)
{
	struct router_port_conf up = {.name = "uplink",
				      .addr = world_kit_if("100.64.0.1/31"),
				      .uplink = true};
	struct link_conf link = {0};
	world_kit_init(&kit);
	struct bridge *seg = bridge_new(kit.world, "seg");
	struct router *dr = router_new(kit.world, "t1:dr", "t1");
	struct router *sr = router_new(kit.world, "t1:sr", "t1");
	struct router *t0 = router_new(kit.world, "t0:dr", "t0");
	host = world_kit_nic(
		world_kit_host(&kit, "h", "10.1.0.2/24", "10.1.0.1"), 0);
	down = world_kit_port(dr, "seg", "10.1.0.1/24");
	dr_up = world_kit_port(dr, "backplane", "169.254.0.1/28");
	sr_down = world_kit_port(sr, "backplane", "169.254.0.2/28");
	sr_up = router_add_port(sr, &up);
	t0_down = world_kit_port(t0, "downlink-t1", "100.64.0.0/31");
	bridge_attach(seg, host, &link);
	bridge_attach(seg, down, &link);
	world_kit_cable(&kit, dr_up, sr_down);
	world_kit_cable(&kit, sr_up, t0_down);
}

static void teardown(void)
{
	str_fini(&text);
	world_kit_fini(&kit);
}

static void is_called(const struct nic *n, const char *name)
{
	str_clear(&text);
	portname_print(n, &text);
	ck_assert_str_eq(str_text(&text), name);
}

START_TEST(ports_are_called_as_people_call_them)
{
	is_called(host, "h:eth0");
	is_called(down, "t1:seg");
	is_called(dr_up, "t1:dr-backplane");
	is_called(sr_down, "t1:sr-backplane");
	is_called(sr_up, "t1:sr");
	is_called(t0_down, "t0:downlink-t1");
	is_called(host->link->ends[!host->end], "seg:h");
}
END_TEST

START_TEST(a_description_says_what_is_there_and_beyond)
{
	portname_describe(down, &text);
	ck_assert_str_eq(str_text(&text), "10.1.0.1/24 on seg, part t1:dr");
	str_clear(&text);
	portname_describe(sr_up, &text);
	ck_assert_str_eq(str_text(&text),
			 "100.64.0.1/31 to t0:downlink-t1, part t1:sr");
}
END_TEST

static size_t count(const char *name)
{
	struct portname_ports found = {0};
	portname_find(kit.world, name, &found);
	size_t n = found.count;
	VEC_FREE(&found);
	return n;
}

START_TEST(a_name_finds_one_port_or_all_of_a_node)
{
	ck_assert_uint_eq(count("h:eth0"), 1);
	ck_assert_uint_eq(count("h"), 1);
	ck_assert_uint_eq(count("t1:sr"), 1); /* the port, not the part */
	ck_assert_uint_eq(count("t1:dr"), 2);
	ck_assert_uint_eq(count("t1"), 4);
	ck_assert_uint_eq(count("t1:sr:backplane"), 1);
	ck_assert_uint_eq(count("seg"), 0); /* switches have none */
	ck_assert_uint_eq(count("x"), 0);
}
END_TEST

START_TEST(a_slip_is_met_with_the_nearest_name)
{
	struct diag d;
	diag_init(&d);
	portname_unknown(kit.world, "t1:sag", &d);
	diag_print(&d, false, &text);
	ck_assert_ptr_nonnull(strstr(str_text(&text), "no port 't1:sag'"));
	ck_assert_ptr_nonnull(strstr(str_text(&text), "did you mean 't1:seg'"));
	diag_fini(&d);
}
END_TEST

Suite *portname_test_suite(void);
Suite *portname_test_suite(void)
{
	Suite *s = suite_create("portname");
	TCase *t = tcase_create("portname");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ports_are_called_as_people_call_them);
	tcase_add_test(t, a_description_says_what_is_there_and_beyond);
	tcase_add_test(t, a_name_finds_one_port_or_all_of_a_node);
	tcase_add_test(t, a_slip_is_met_with_the_nearest_name);
	suite_add_tcase(s, t);
	return s;
}
