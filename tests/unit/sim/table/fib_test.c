/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib.h"

#include "tests/unit/suites.h"

Suite *fib_test_suite(void);

static struct fib_route storage[8];
static struct fib fib;

static ip4 addr(const char *text)
{
	ip4 a = {0};
	ck_assert(addr_parse_ip4(text, &a));
	return a;
}

static void add(const char *prefix, uint32_t ref)
{
	struct fib_route r = {.hop_count = 1, .ref = ref};
	ck_assert(addr_parse_prefix(prefix, &r.prefix));
	ck_assert(fib_add(&fib, &r));
}

static void setup(void)
{
	fib_init(&fib, storage, 8);
	add("10.0.0.0/8", 8);
	add("0.0.0.0/0", 1);
	add("10.1.2.3/32", 32);
	add("10.1.0.0/16", 16);
	add("10.1.2.0/24", 24);
	add("255.255.255.255/32", 33);
	add("128.0.0.0/1", 2);
	fib_seal(&fib);
}

static const struct {
	const char *dst;
	uint32_t ref;
} looks[] = {
	{"10.1.2.3", 32},	 {"10.1.2.2", 24},	 {"10.1.2.255", 24},
	{"10.1.3.0", 16},	 {"10.2.0.0", 8},	 {"10.0.0.0", 8},
	{"11.0.0.0", 1},	 {"9.255.255.255", 1},	 {"0.0.0.0", 1},
	{"255.255.255.255", 33}, {"255.255.255.254", 2}, {"127.255.255.255", 1},
	{"128.0.0.0", 2},
};

START_TEST(longest_prefix_wins)
{
	const struct fib_route *r = fib_find(&fib, addr(looks[_i].dst));
	ck_assert_msg(r != NULL, "%s", looks[_i].dst);
	ck_assert_uint_eq(r->ref, looks[_i].ref);
}
END_TEST

START_TEST(without_a_default_some_addresses_have_no_route)
{
	fib_init(&fib, storage, 8);
	add("10.0.0.0/8", 8);
	fib_seal(&fib);
	ck_assert_ptr_nonnull(fib_find(&fib, addr("10.0.0.1")));
	ck_assert_ptr_null(fib_find(&fib, addr("11.0.0.0")));
	ck_assert_ptr_null(fib_find(&fib, addr("9.255.255.255")));
}
END_TEST

START_TEST(an_empty_table_has_no_route)
{
	fib_init(&fib, storage, 8);
	fib_seal(&fib);
	ck_assert_ptr_null(fib_find(&fib, addr("10.0.0.1")));
}
END_TEST

START_TEST(a_full_table_says_so)
{
	struct fib_route r = {.ref = 9};
	ck_assert(fib_add(&fib, &r));
	ck_assert(!fib_add(&fib, &r));
	ck_assert_uint_eq(fib.count, 8);
}
END_TEST

Suite *fib_test_suite(void)
{
	Suite *s = suite_create("fib");
	TCase *c = tcase_create("fib");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_loop_test(c, longest_prefix_wins, 0,
			    sizeof(looks) / sizeof(looks[0]));
	tcase_add_test(c, without_a_default_some_addresses_have_no_route);
	tcase_add_test(c, an_empty_table_has_no_route);
	tcase_add_test(c, a_full_table_says_so);
	suite_add_tcase(s, c);
	return s;
}
