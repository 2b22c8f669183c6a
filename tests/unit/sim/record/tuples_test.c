/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "sim/record/tuples.h"

static struct tuples t;

static void teardown(void)
{
	tuples_fini(&t);
}

static struct flow_key key(uint32_t src, uint32_t dst, uint16_t sport)
{
	return (struct flow_key){.src = addr_ip4(src),
				 .dst = addr_ip4(dst),
				 .sport = sport,
				 .dport = 443,
				 .proto = 6};
}

START_TEST(numbers_run_in_the_order_first_seen)
{
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 1000; i++) {
			struct flow_key k = key(i, 7, (uint16_t)(i % 3));
			ck_assert_uint_eq(tuples_number(&t, &k, 0), i);
		}
	ck_assert_uint_eq(t.all.count, 1000);
}
END_TEST

START_TEST(what_shares_a_tuple_is_told_apart)
{
	struct flow_key k = key(1, 2, 3);
	ck_assert_uint_eq(tuples_number(&t, &k, 10), 0);
	ck_assert_uint_eq(tuples_number(&t, &k, 11), 1);
	ck_assert_uint_eq(tuples_number(&t, &k, 10), 0);
}
END_TEST

START_TEST(both_ways_are_one)
{
	struct flow_key there = key(9, 2, 3), back = there;
	back.src = there.dst;
	back.dst = there.src;
	back.sport = there.dport;
	back.dport = there.sport;
	struct flow_key a = tuples_both_ways(&there);
	struct flow_key b = tuples_both_ways(&back);
	ck_assert(tuples_same(&a, &b));
	ck_assert(!tuples_same(&there, &back));
}
END_TEST

Suite *tuples_test_suite(void);
Suite *tuples_test_suite(void)
{
	Suite *s = suite_create("tuples");
	TCase *c = tcase_create("tuples");
	tcase_add_checked_fixture(c, NULL, teardown);
	tcase_add_test(c, numbers_run_in_the_order_first_seen);
	tcase_add_test(c, what_shares_a_tuple_is_told_apart);
	tcase_add_test(c, both_ways_are_one);
	suite_add_tcase(s, c);
	return s;
}
