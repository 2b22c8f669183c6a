/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/mem.h"

#include <check.h>
#include <stdint.h>

#include "tests/unit/suites.h"

Suite *mem_test_suite(void);

/* Of the heap, of pages, of huge pages. */
static const size_t counts[] = {0, 1, 100, 5000, 300000};

START_TEST(tables_are_zero_and_begin_a_cache_line)
{
	size_t count = counts[_i];
	uint64_t(*table)[8] = mem_map(count, sizeof(*table));
	ck_assert_uint_eq((uintptr_t)table % 64, 0);
	for (size_t i = 0; i < count; i += 997)
		ck_assert_uint_eq(table[i][0] | table[i][7], 0);
	if (count)
		table[count - 1][7] = table[0][0] = 5;
	mem_unmap(table, count, sizeof(*table));
}
END_TEST

START_TEST(freeing_no_table_is_fine)
{
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		mem_unmap(NULL, counts[i], 64);
}
END_TEST

Suite *mem_test_suite(void)
{
	Suite *s = suite_create("mem");
	TCase *c = tcase_create("mem");
	tcase_add_loop_test(c, tables_are_zero_and_begin_a_cache_line, 0,
			    sizeof(counts) / sizeof(*counts));
	tcase_add_test(c, freeing_no_table_is_fine);
	suite_add_tcase(s, c);
	return s;
}
