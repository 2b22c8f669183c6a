/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/neigh.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *neigh_test_suite(void);

static struct neigh_entry storage[4];
static uint32_t heads[4];
static struct neigh neigh;
static const ip4 addr = {0x0a1b3391};

static void setup(void)
{
	memset(heads, 0, sizeof(heads));
	neigh_init(&neigh, storage, heads, 4);
}

START_TEST(a_new_entry_is_unresolved)
{
	ck_assert_ptr_null(neigh_find(&neigh, 1, addr));
	struct neigh_entry *e = neigh_take(&neigh, 1, addr);
	ck_assert_int_eq(e->state, NEIGH_NONE);
	ck_assert_ptr_eq(neigh_take(&neigh, 1, addr), e);
	ck_assert_ptr_eq(neigh_find(&neigh, 1, addr), e);
}
END_TEST

START_TEST(entries_are_per_port)
{
	struct neigh_entry *one = neigh_take(&neigh, 1, addr);
	struct neigh_entry *two = neigh_take(&neigh, 2, addr);
	ck_assert_ptr_ne(one, two);
	ck_assert_ptr_eq(neigh_find(&neigh, 2, addr), two);
}
END_TEST

START_TEST(learning_makes_it_reachable)
{
	mac m = {{2, 0, 0, 0, 0, 9}};
	struct neigh_entry *e = neigh_take(&neigh, 1, addr);
	e->state = NEIGH_INCOMPLETE;
	e->tries = 2;
	ck_assert_ptr_eq(neigh_learn(&neigh, 1, addr, m, 77), e);
	ck_assert_int_eq(e->state, NEIGH_REACHABLE);
	ck_assert(addr_mac_same(e->mac, m));
	ck_assert_uint_eq(e->changed, 77);
	ck_assert_uint_eq(e->tries, 0);
}
END_TEST

START_TEST(strangers_are_not_learned)
{
	ck_assert_ptr_null(neigh_learn(&neigh, 1, addr, (mac){{0}}, 1));
	ck_assert_uint_eq(neigh.count, 0);
}
END_TEST

START_TEST(a_full_cache_says_so)
{
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(neigh_take(&neigh, 1, addr_ip4(i)));
	ck_assert_ptr_null(neigh_take(&neigh, 1, addr_ip4(9)));
	ck_assert_ptr_nonnull(neigh_take(&neigh, 1, addr_ip4(2)));
	ck_assert_str_eq(neigh_state_name(NEIGH_FAILED), "FAILED");
}
END_TEST

/* 1000 neighbours on two ports, in storage that doubles. */
START_TEST(growing_keeps_what_was_known)
{
	static struct neigh_entry large[1024];
	static uint32_t large_heads[1024];
	memset(large_heads, 0, sizeof(large_heads));
	for (uint32_t i = 0; i < 4; i++)
		neigh_take(&neigh, 1, addr_ip4(i));
	memcpy(large, storage, sizeof(storage));
	neigh_move(&neigh, large, large_heads, 1024);
	for (uint32_t i = 4; i < 1000; i++)
		neigh_take(&neigh, (uint16_t)(1 + i % 2), addr_ip4(i));
	ck_assert_uint_eq(neigh.count, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_ptr_eq(
			neigh_find(&neigh, i < 4 ? 1 : 1 + i % 2, addr_ip4(i)),
			&large[i]);
	ck_assert_ptr_null(neigh_find(&neigh, 2, addr_ip4(4000)));
}
END_TEST

Suite *neigh_test_suite(void)
{
	Suite *s = suite_create("neigh");
	TCase *c = tcase_create("neigh");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_new_entry_is_unresolved);
	tcase_add_test(c, entries_are_per_port);
	tcase_add_test(c, learning_makes_it_reachable);
	tcase_add_test(c, strangers_are_not_learned);
	tcase_add_test(c, a_full_cache_says_so);
	tcase_add_test(c, growing_keeps_what_was_known);
	suite_add_tcase(s, c);
	return s;
}
