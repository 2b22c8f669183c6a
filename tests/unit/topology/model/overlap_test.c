/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/overlap.h"

#include <check.h>

#include "sim/base/rng.h"
#include "tests/unit/suites.h"

Suite *overlap_test_suite(void);

enum { RANGES = 12, SPACE = 60, ROUNDS = 3000, NONE = 99 };

struct drawn {
	uint64_t first[RANGES], last[RANGES];
	unsigned count;
};

static void draw(struct rng *r, struct drawn *w, struct overlap *o)
{
	w->count = rng_below(r, RANGES + 1);
	for (unsigned i = 0; i < w->count; i++) {
		w->first[i] = rng_below(r, SPACE);
		w->last[i] = w->first[i] + rng_below(r, 8);
		overlap_add(o, w->first[i], w->last[i], i);
	}
	overlap_seal(o);
}

static bool meets(const struct drawn *w, unsigned i, uint64_t first,
		  uint64_t last)
{
	return w->first[i] <= last && first <= w->last[i];
}

static void check_find(const struct drawn *w, const struct overlap *o,
		       uint64_t first, uint64_t last)
{
	bool any = false;
	uint32_t found = overlap_find(o, first, last, NONE);
	for (unsigned i = 0; i < w->count; i++)
		any |= meets(w, i, first, last);
	ck_assert_int_eq(found != NONE, any);
	ck_assert(found == NONE || meets(w, found, first, last));
}

START_TEST(what_meets_is_found)
{
	struct rng r;
	rng_init(&r, (uint64_t)_i);
	for (int round = 0; round < ROUNDS; round++) {
		struct overlap o = {0};
		struct drawn w;
		draw(&r, &w, &o);
		for (unsigned i = 0; i < RANGES; i++) {
			uint64_t first = rng_below(&r, SPACE + 8);
			check_find(&w, &o, first, first + rng_below(&r, 5));
		}
		overlap_fini(&o);
	}
}
END_TEST

/* Pairs meet, and whoever meets somebody is in one. */
static void check_pairs(const struct drawn *w, const struct overlap *o)
{
	struct overlap_pair p = {0};
	bool told[RANGES] = {false};
	unsigned count = 0;
	for (; overlap_next(o, &p); count++) {
		ck_assert_uint_lt(p.low, p.high);
		ck_assert(meets(w, p.low, w->first[p.high], w->last[p.high]));
		told[p.low] = told[p.high] = true;
	}
	ck_assert_uint_le(count, w->count ? w->count - 1 : 0);
	for (unsigned i = 0; i < w->count; i++) {
		bool any = false;
		for (unsigned j = 0; j < w->count; j++)
			any |= i != j && meets(w, i, w->first[j], w->last[j]);
		ck_assert_int_eq(told[i], any);
	}
}

START_TEST(whoever_meets_is_told)
{
	struct rng r;
	rng_init(&r, (uint64_t)_i);
	for (int round = 0; round < ROUNDS; round++) {
		struct overlap o = {0};
		struct drawn w;
		draw(&r, &w, &o);
		check_pairs(&w, &o);
		overlap_fini(&o);
	}
}
END_TEST

START_TEST(ranges_of_one_owner_are_no_pair)
{
	struct overlap o = {0};
	struct overlap_pair p = {0};
	struct addr_prefix all = {{0}, 0}, one = {{5}, 32};
	overlap_add_prefix(&o, all, 3);
	overlap_add_prefix(&o, one, 3);
	overlap_seal(&o);
	ck_assert(!overlap_next(&o, &p));
	ck_assert_uint_eq(overlap_find(&o, UINT32_MAX, UINT32_MAX, NONE), 3);
	ck_assert_uint_eq(overlap_find(&o, 1ULL << 32, 1ULL << 33, NONE), NONE);
	overlap_fini(&o);
}
END_TEST

START_TEST(of_equal_ranges_the_first_is_the_other_one)
{
	static const size_t owners[] = {2, 0, 3, 1};
	struct overlap o = {0};
	struct overlap_pair p = {0};
	for (size_t i = 0; i < 4; i++)
		overlap_add(&o, 5, 5, owners[i]);
	overlap_seal(&o);
	for (uint32_t i = 1; i < 4; i++) {
		ck_assert(overlap_next(&o, &p));
		ck_assert_uint_eq(p.low, 0);
		ck_assert_uint_eq(p.high, i);
	}
	ck_assert(!overlap_next(&o, &p));
	overlap_fini(&o);
}
END_TEST

Suite *overlap_test_suite(void)
{
	Suite *s = suite_create("overlap");
	TCase *c = tcase_create("overlap");
	tcase_add_loop_test(c, what_meets_is_found, 1, 4);
	tcase_add_loop_test(c, whoever_meets_is_told, 1, 4);
	tcase_add_test(c, ranges_of_one_owner_are_no_pair);
	tcase_add_test(c, of_equal_ranges_the_first_is_the_other_one);
	suite_add_tcase(s, c);
	return s;
}
