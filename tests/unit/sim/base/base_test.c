/* SPDX-License-Identifier: Apache-2.0 */
/* The small ones of sim/base: arena, vec, str, rng, hash. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/arena.h"
#include "sim/base/hash.h"
#include "sim/base/rng.h"
#include "sim/base/str.h"
#include "sim/base/vec.h"
#include "tests/unit/suites.h"

Suite *base_test_suite(void);

START_TEST(an_arena_gives_zeroed_memory_that_stays)
{
	struct arena a;
	arena_init(&a);
	char *texts[3000];
	for (int i = 0; i < 3000; i++)
		texts[i] = arena_printf(&a, "text number %d", i);
	for (int i = 0; i < 3000; i++) {
		char want[32];
		snprintf(want, sizeof(want), "text number %d", i);
		ck_assert_str_eq(texts[i], want);
	}
	unsigned char *big = arena_alloc(&a, 1, 100000);
	for (int i = 0; i < 100000; i++)
		ck_assert_uint_eq(big[i], 0);
	arena_fini(&a);
}
END_TEST

/* By multiplication it would be four bytes. What ends the child is mem_grow(),
 * or a sanitizer. */
START_TEST(more_than_there_can_be_is_not_given)
{
	int status = 0;
	fflush(NULL);
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		struct arena a;
		close(STDERR_FILENO);
		arena_init(&a);
		arena_alloc(&a, SIZE_MAX / 4 + 2, 4);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(!WIFEXITED(status) || WEXITSTATUS(status));
}
END_TEST

START_TEST(a_vec_keeps_order_while_it_grows)
{
	struct {
		VEC(int);
	} v = {0};
	for (int i = 0; i < 1000; i++)
		VEC_ADD(&v, i);
	ck_assert_uint_eq(v.count, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(v.at[i], i);
	ck_assert_int_eq(*VEC_LAST(&v), 999);
	VEC_FREE(&v);
	ck_assert_ptr_null(v.at);
}
END_TEST

START_TEST(text_grows_as_needed)
{
	struct str s = {0};
	ck_assert_str_eq(str_text(&s), "");
	for (int i = 0; i < 100; i++)
		str_addf(&s, "%d,", i);
	ck_assert_uint_eq(s.len, 10 * 2 + 90 * 3);
	ck_assert(!strncmp(str_text(&s), "0,1,2,", 6));
	str_clear(&s);
	str_add(&s, "a");
	str_pad(&s, ' ', 3);
	str_addc(&s, 'b');
	ck_assert_str_eq(str_text(&s), "a   b");
	char *taken = str_take(&s);
	ck_assert_str_eq(taken, "a   b");
	mem_free(taken);
	str_fini(&s);
}
END_TEST

static const struct {
	const char *seen, *nearest;
} near_rows[] = {
	{"nat_rule", "nat_rules"},
	{"nta_rules", "nat_rules"},
	{"tier0", "tier0s"},
	{"xyzzy", NULL},
	{"tier1s", "tier0s"},
	{"segmnts", "segments"},
	{"NAT_RULES", "nat_rules"},
	{"", NULL},
	{"ab", NULL},
};

START_TEST(did_you_mean_knows_its_limit)
{
	static const char *const words[] = {"tier0s", "segments", "nat_rules"};
	const char *best = str_nearest(near_rows[_i].seen, words, 3);
	if (near_rows[_i].nearest)
		ck_assert_str_eq(best, near_rows[_i].nearest);
	else
		ck_assert_ptr_null(best);
}
END_TEST

static const struct {
	const char *pattern, *text;
	bool matches;
} glob_rows[] = {
	{"abc", "abc", true},
	{"abc", "abcd", false},
	{"*", "", true},
	{"*timed out", "it timed out", true},
	{"*a*b", "xaxxb", true},
	{"*a*b", "xaxxbc", false},
	{"a*a", "a", false},
	{"?", "a", false},
	{"*ab*ab", "abxabab", true},
};

START_TEST(a_star_is_any_run)
{
	ck_assert_msg(str_glob(glob_rows[_i].pattern, glob_rows[_i].text) ==
			      glob_rows[_i].matches,
		      "%s against %s", glob_rows[_i].pattern,
		      glob_rows[_i].text);
}
END_TEST

/* The reference output of PCG32's own demonstration program: seed 42, stream
 * 54 (pcg_basic, https://www.pcg-random.org). Our stream is the seed, so state
 * and stream are set by hand. */
START_TEST(chance_is_pcg32)
{
	struct rng r = {0, 54U << 1 | 1};
	rng_next(&r);
	r.state += 42;
	rng_next(&r);
	static const uint32_t want[] = {0xa15c02b7, 0x7b47f409, 0xba1d3330,
					0x83d2f293, 0xbfa4784b, 0xcbed606e};
	for (int i = 0; i < 6; i++)
		ck_assert_uint_eq(rng_next(&r), want[i]);
}
END_TEST

START_TEST(skipped_chance_is_as_if_drawn)
{
	static const uint64_t counts[] = {0, 1, 2, 7, 64, 1000, 100003};
	struct rng drawn, skipped;
	rng_init(&drawn, 5);
	rng_init(&skipped, 5);
	for (uint64_t i = 0; i < counts[_i]; i++)
		rng_next(&drawn);
	rng_skip(&skipped, counts[_i]);
	ck_assert_uint_eq(rng_next(&skipped), rng_next(&drawn));
}
END_TEST

START_TEST(chance_below_a_bound_reaches_all_values)
{
	struct rng r;
	unsigned seen[7] = {0};
	rng_init(&r, 3);
	for (int i = 0; i < 7000; i++)
		seen[rng_below(&r, 7)]++;
	for (int i = 0; i < 7; i++)
		ck_assert_msg(seen[i] > 800 && seen[i] < 1200, "%d: %u", i,
			      seen[i]);
}
END_TEST

START_TEST(fnv_matches_its_reference)
{
	/* FNV-1a vectors of the IETF draft (draft-eastlake-fnv). */
	ck_assert_uint_eq(hash_text(""), 0x811c9dc5);
	ck_assert_uint_eq(hash_text("a"), 0xe40c292c);
	ck_assert_uint_eq(hash_text("foobar"), 0xbf9cf968);
}
END_TEST

Suite *base_test_suite(void)
{
	Suite *s = suite_create("base");
	TCase *c = tcase_create("base");
	tcase_add_test(c, an_arena_gives_zeroed_memory_that_stays);
	tcase_add_test(c, more_than_there_can_be_is_not_given);
	tcase_add_test(c, a_vec_keeps_order_while_it_grows);
	tcase_add_test(c, text_grows_as_needed);
	tcase_add_loop_test(c, did_you_mean_knows_its_limit, 0,
			    (int)(sizeof(near_rows) / sizeof(near_rows[0])));
	tcase_add_loop_test(c, a_star_is_any_run, 0,
			    (int)(sizeof(glob_rows) / sizeof(glob_rows[0])));
	tcase_add_test(c, chance_is_pcg32);
	tcase_add_loop_test(c, skipped_chance_is_as_if_drawn, 0, 7);
	tcase_add_test(c, chance_below_a_bound_reaches_all_values);
	tcase_add_test(c, fnv_matches_its_reference);
	suite_add_tcase(s, c);
	return s;
}
