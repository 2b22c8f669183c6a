/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/symbol.h"

#include <check.h>
#include <stdio.h>

#include "tests/unit/suites.h"

START_TEST(a_name_leads_to_its_index)
{
	struct symbol_table t;
	size_t index = 99;
	symbol_init(&t);
	symbol_add(&t, "a", 1);
	symbol_add(&t, "b", 2);
	ck_assert(symbol_find(&t, "b", &index));
	ck_assert_uint_eq(index, 2);
	ck_assert(!symbol_find(&t, "c", &index));
	ck_assert_uint_eq(index, 2);
	symbol_fini(&t);
}
END_TEST

START_TEST(the_first_of_equal_names_stays)
{
	struct symbol_table t;
	size_t index;
	symbol_init(&t);
	symbol_add(&t, "a", 1);
	symbol_add(&t, "a", 2);
	ck_assert(symbol_find(&t, "a", &index));
	ck_assert_uint_eq(index, 1);
	symbol_fini(&t);
}
END_TEST

START_TEST(names_come_in_the_order_of_the_file)
{
	struct symbol_table t;
	const char *names[3];
	symbol_init(&t);
	symbol_add(&t, "z", 0);
	symbol_add(&t, "a", 1);
	symbol_add(&t, "m", 2);
	ck_assert_uint_eq(symbol_names(&t, names, 2), 2);
	ck_assert_str_eq(names[0], "z");
	ck_assert_str_eq(names[1], "a");
	ck_assert_uint_eq(symbol_names(&t, names, 3), 3);
	ck_assert_str_eq(names[2], "m");
	symbol_fini(&t);
}
END_TEST

Suite *symbol_test_suite(void);
Suite *symbol_test_suite(void)
{
	Suite *s = suite_create("topology/model/symbol");
	TCase *c = tcase_create("symbol");
	tcase_add_test(c, a_name_leads_to_its_index);
	tcase_add_test(c, the_first_of_equal_names_stays);
	tcase_add_test(c, names_come_in_the_order_of_the_file);
	suite_add_tcase(s, c);
	return s;
}
