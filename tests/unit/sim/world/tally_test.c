/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/tally.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/unit/sim/world/world_kit.h"

Suite *tally_test_suite(void);

static struct world_kit kit;
static struct router *host;

static void setup(void)
{
	world_kit_init(&kit);
	host = world_kit_host(&kit, "h", "10.0.0.1/24", "10.0.0.254");
	struct router *other =
		world_kit_host(&kit, "o", "10.0.0.2/24", "10.0.0.254");
	world_kit_cable(&kit, world_kit_nic(host, 0), world_kit_nic(other, 0));
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static struct pkt *to(const char *dst)
{
	const struct world_kit_udp u = {"10.0.0.1", dst, 1, 2, 64};
	return world_kit_udp(&kit, &u);
}

START_TEST(a_packet_waits_while_its_next_hop_is_asked_for)
{
	router_send(host, to("10.0.0.9"));
	/* itself, and the question on the cable */
	ck_assert_uint_eq(tally_held(kit.world), 2);
	tally_check(kit.world);
	world_run_until(kit.world, 10 * VCLOCK_S);
	ck_assert_uint_eq(tally_held(kit.world), 0);
	tally_check(kit.world);
}
END_TEST

START_TEST(a_packet_in_no_place_is_a_bug)
{
	to("10.0.0.2"); /* and nobody has it */
	tally_check(kit.world);
}
END_TEST

START_TEST(a_packet_given_back_twice_is_a_bug)
{
	struct pkt *p = to("10.0.0.2"), *q = to("10.0.0.2");
	world_free_pkt(kit.world, p);
	world_free_pkt(kit.world, p);
	world_free_pkt(kit.world, q);
	tally_check(kit.world);
}
END_TEST

START_TEST(the_packet_limit_ends_the_run)
{
	kit.world->packet_limit = 1;
	router_send(host, to("10.0.0.9")); /* there is none for the question */
	ck_assert(kit.world->limit_hit && kit.world->packets_hit);
	ck_assert(!world_run_until(kit.world, 10 * VCLOCK_S));
	kit.world->limit_hit = false;
	kit.world->packet_limit = 0;
	ck_assert(world_run_until(kit.world, 20 * VCLOCK_S));
}
END_TEST

Suite *tally_test_suite(void)
{
	Suite *s = suite_create("tally");
	TCase *t = tcase_create("tally");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_packet_waits_while_its_next_hop_is_asked_for);
	tcase_add_test(t, the_packet_limit_ends_the_run);
	/* Without fork a signal would be the end. */
	if (!getenv("CK_FORK")) {
		tcase_add_test_raise_signal(t, a_packet_in_no_place_is_a_bug,
					    SIGABRT);
		tcase_add_test_raise_signal(
			t, a_packet_given_back_twice_is_a_bug, SIGABRT);
	}
	suite_add_tcase(s, t);
	return s;
}
