/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/pathmtu.h"

#include <check.h>

#include "sim/world/vclock.h"

#define MINUTES(n) ((n)*60 * VCLOCK_S)

static struct pathmtu m;
static const ip4 peer = {0x0a000102}, other = {0x0a000103};

static void teardown(void)
{
	pathmtu_fini(&m);
}

START_TEST(it_is_kept_for_ten_minutes)
{
	ck_assert_uint_eq(pathmtu_to(&m, peer, 0), 0);
	pathmtu_learn(&m, peer, 1400, MINUTES(1));
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(11) - 1), 1400);
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(11)), 0);
	ck_assert_uint_eq(pathmtu_to(&m, other, MINUTES(2)), 0);
}
END_TEST

START_TEST(heard_again_it_is_kept_longer)
{
	pathmtu_learn(&m, peer, 1400, 0);
	pathmtu_learn(&m, peer, 1400, MINUTES(6));
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(16) - 1), 1400);
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(16)), 0);
}
END_TEST

START_TEST(it_only_shrinks_while_it_is_kept)
{
	pathmtu_learn(&m, peer, 1400, 0);
	pathmtu_learn(&m, peer, 1450, MINUTES(5));
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(6)), 1400);
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(10)), 0);
	pathmtu_learn(&m, peer, 1450, MINUTES(11));
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(11)), 1450);
	pathmtu_learn(&m, peer, 1300, MINUTES(12));
	ck_assert_uint_eq(pathmtu_to(&m, peer, MINUTES(12)), 1300);
}
END_TEST

START_TEST(what_is_no_mtu_is_not_learnt)
{
	pathmtu_learn(&m, peer, 0, 0);
	pathmtu_learn(&m, peer, PATHMTU_MIN - 1, 0);
	ck_assert_uint_eq(pathmtu_to(&m, peer, 0), 0);
	pathmtu_learn(&m, peer, PATHMTU_MIN, 0);
	ck_assert_uint_eq(pathmtu_to(&m, peer, 0), PATHMTU_MIN);
}
END_TEST

START_TEST(what_is_old_makes_room)
{
	for (uint32_t i = 0; i < 100; i++)
		pathmtu_learn(&m, addr_ip4(i), 1400, MINUTES(11) * i);
	ck_assert_uint_eq(m.count, 1);
	for (uint32_t i = 0; i < 100; i++)
		pathmtu_learn(&m, addr_ip4(i), 1400, MINUTES(2000) + i);
	ck_assert_uint_eq(m.count, 100);
	ck_assert_uint_eq(pathmtu_to(&m, addr_ip4(7), MINUTES(2001)), 1400);
}
END_TEST

Suite *pathmtu_test_suite(void);
Suite *pathmtu_test_suite(void)
{
	Suite *s = suite_create("host/pathmtu");
	TCase *t = tcase_create("pathmtu");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, it_is_kept_for_ten_minutes);
	tcase_add_test(t, heard_again_it_is_kept_longer);
	tcase_add_test(t, it_only_shrinks_while_it_is_kept);
	tcase_add_test(t, what_is_no_mtu_is_not_learnt);
	tcase_add_test(t, what_is_old_makes_room);
	suite_add_tcase(s, t);
	return s;
}
