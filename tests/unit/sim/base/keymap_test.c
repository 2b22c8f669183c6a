/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/keymap.h"

#include <check.h>

#include "sim/base/rng.h"
#include "tests/unit/suites.h"

Suite *keymap_test_suite(void);

#define KEYS   3000
#define ABSENT 7777777

START_TEST(the_first_value_of_a_key_stays)
{
	struct keymap m = {0};
	ck_assert_uint_eq(keymap_find(&m, 5, ABSENT), ABSENT);
	ck_assert_uint_eq(*keymap_at(&m, 5, 1), 1);
	ck_assert_uint_eq(*keymap_at(&m, 5, 2), 1);
	ck_assert_uint_eq(*keymap_at(&m, 0, 3), 3);
	ck_assert_uint_eq(keymap_find(&m, 5, ABSENT), 1);
	ck_assert_uint_eq(keymap_find(&m, 0, ABSENT), 3);
	++*keymap_at(&m, 5, 9);
	ck_assert_uint_eq(keymap_find(&m, 5, ABSENT), 2);
	keymap_fini(&m);
	ck_assert_uint_eq(keymap_find(&m, 5, ABSENT), ABSENT);
}
END_TEST

/* Keys of three kinds: one after the other, differing in high bits only, and
 * random. */
static uint64_t key_of(struct rng *r, uint32_t i)
{
	return i % 3 == 0   ? i
	       : i % 3 == 1 ? (uint64_t)i << 48 | 1
			    : (uint64_t)rng_next(r) << 32 | 2;
}

START_TEST(many_keys_are_told_apart)
{
	static uint64_t keys[KEYS];
	struct keymap m = {0};
	struct rng r;
	rng_init(&r, 1);
	for (uint32_t i = 0; i < KEYS; i++) {
		keys[i] = key_of(&r, i);
		ck_assert_uint_eq(*keymap_at(&m, keys[i], i), i);
	}
	for (uint32_t i = 0; i < KEYS; i++)
		ck_assert_uint_eq(keymap_find(&m, keys[i], ABSENT), i);
	for (uint32_t i = 0; i < KEYS; i++)
		ck_assert_uint_eq(keymap_find(&m, keys[i] ^ 1ULL << 40, ABSENT),
				  ABSENT);
	ck_assert_uint_eq(m.count, KEYS);
	ck_assert_uint_ge(m.room, 2 * KEYS);
	keymap_fini(&m);
}
END_TEST

Suite *keymap_test_suite(void)
{
	Suite *s = suite_create("keymap");
	TCase *c = tcase_create("keymap");
	tcase_add_test(c, the_first_value_of_a_key_stays);
	tcase_add_test(c, many_keys_are_told_apart);
	suite_add_tcase(s, c);
	return s;
}
