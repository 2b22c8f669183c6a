/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live/meter.h"

#include <check.h>

#include "tests/unit/suites.h"

#define COUNT 1000

static struct meter m;

static void setup(void)
{
	m = (struct meter){0};
}

static void check_near(uint64_t seen, uint64_t wanted)
{
	ck_assert_uint_ge(seen, wanted);
	ck_assert_uint_le(seen, wanted + wanted / METER_STEPS);
}

START_TEST(quantiles_are_right_within_a_bin)
{
	/* 1, 2, .. 1000 us in a mixed order: 7 and 1000 have no common divisor. */
	for (uint64_t i = 0; i < COUNT; i++)
		meter_add(&m, (i * 7 % COUNT + 1) * 1000);
	ck_assert_uint_eq(m.count, COUNT);
	ck_assert_uint_eq(m.least, 1000);
	ck_assert_uint_eq(m.most, 1000000);
	check_near(meter_quantile(&m, 0.001), 1000);
	check_near(meter_quantile(&m, 0.5), 500000);
	check_near(meter_quantile(&m, 0.99), 990000);
	ck_assert_uint_eq(meter_quantile(&m, 1), 1000000);
}
END_TEST

START_TEST(every_value_is_in_its_bin)
{
	uint64_t edges[] = {0,	       1,    15,       16,
			    17,	       31,   32,       33,
			    1023,      1024, 1U << 31, UINT64_MAX >> 1,
			    UINT64_MAX};
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		m = (struct meter){0};
		meter_add(&m, edges[i]);
		ck_assert_uint_eq(meter_quantile(&m, 0.5), edges[i]);
	}
}
END_TEST

START_TEST(a_value_above_is_no_less)
{
	for (uint64_t v = 1; v < UINT64_MAX / 3; v += v / 5 + 1) {
		m = (struct meter){0};
		meter_add(&m, v);
		meter_add(&m, UINT64_MAX);
		check_near(meter_quantile(&m, 0.5), v);
	}
}
END_TEST

START_TEST(nothing_is_none)
{
	struct str out = {0};
	meter_print(&m, &out);
	ck_assert_str_eq(str_text(&out), "none");
	ck_assert_uint_eq(meter_quantile(&m, 0.5), 0);
	str_clear(&out);
	meter_add(&m, 2500000);
	meter_print(&m, &out);
	ck_assert_str_eq(str_text(&out),
			 "at least 2.500 ms, half of them within 2.500, 99 % "
			 "within 2.500, at most 2.500");
	str_fini(&out);
}
END_TEST

Suite *meter_test_suite(void);
Suite *meter_test_suite(void)
{
	Suite *s = suite_create("meter");
	TCase *t = tcase_create("meter");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, quantiles_are_right_within_a_bin);
	tcase_add_test(t, every_value_is_in_its_bin);
	tcase_add_test(t, a_value_above_is_no_less);
	tcase_add_test(t, nothing_is_none);
	suite_add_tcase(s, t);
	return s;
}
