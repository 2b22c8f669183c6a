/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/rib.h"

#include "tests/unit/suites.h"

Suite *rib_test_suite(void);

static struct rib_route routes[16];
static struct fib_route entries[16];
static struct rib rib;
static struct fib fib;

static ip4 addr(const char *text)
{
	ip4 a = {0};
	ck_assert(addr_parse_ip4(text, &a));
	return a;
}

static struct rib_route *add(const char *prefix, const char *via,
			     enum rib_kind kind)
{
	static uint32_t ref;
	struct rib_route r = {.kind = kind,
			      .distance = rib_kind_distance(kind),
			      .gateway = addr(via),
			      .via = addr(via),
			      .ref = ++ref};
	ck_assert(addr_parse_prefix(prefix, &r.prefix));
	ck_assert(rib_add(&rib, &r));
	return &routes[rib.count - 1];
}

static void setup(void)
{
	rib_init(&rib, routes, 16);
	fib_init(&fib, entries, 16);
}

static const struct fib_route *find(const char *dst)
{
	return fib_find(&fib, addr(dst));
}

START_TEST(the_nearest_distance_wins)
{
	add("10.0.0.0/8", "1.1.1.1", RIB_BGP);
	add("10.0.0.0/8", "2.2.2.2", RIB_T1_NAT);
	add("10.0.0.0/8", "3.3.3.3", RIB_T0_STATIC);
	ck_assert(rib_select(&rib, &fib));
	ck_assert_uint_eq(find("10.1.1.1")->hop_count, 1);
	ck_assert(
		addr_same(find("10.1.1.1")->hops[0].gateway, addr("3.3.3.3")));
	ck_assert_uint_eq(routes[0].distance, 1); /* sorted by distance */
	ck_assert(routes[0].selected);
	ck_assert(!routes[1].selected);
	ck_assert(!routes[2].selected);
}
END_TEST

START_TEST(a_configured_distance_counts)
{
	add("0.0.0.0/0", "1.1.1.1", RIB_T0_STATIC)->distance = 5;
	add("0.0.0.0/0", "2.2.2.2", RIB_T1_STATIC);
	ck_assert(rib_select(&rib, &fib));
	ck_assert(addr_same(find("8.8.8.8")->hops[0].gateway, addr("2.2.2.2")));
}
END_TEST

START_TEST(equal_distances_make_one_ecmp_group)
{
	add("0.0.0.0/0", "1.1.1.1", RIB_T0_STATIC);
	add("0.0.0.0/0", "2.2.2.2", RIB_T0_STATIC);
	ck_assert(rib_select(&rib, &fib));
	ck_assert_uint_eq(fib.count, 1);
	ck_assert_uint_eq(find("8.8.8.8")->hop_count, 2);
	ck_assert(addr_same(find("8.8.8.8")->hops[0].gateway, addr("1.1.1.1")));
	ck_assert(addr_same(find("8.8.8.8")->hops[1].gateway, addr("2.2.2.2")));
}
END_TEST

START_TEST(an_ecmp_group_has_at_most_eight)
{
	for (int i = 0; i < 9; i++)
		add("0.0.0.0/0", "1.1.1.1", RIB_STATIC);
	ck_assert(rib_select(&rib, &fib));
	ck_assert_uint_eq(find("8.8.8.8")->hop_count, FIB_HOPS_MAX);
	ck_assert(routes[7].selected);
	ck_assert(!routes[8].selected);
}
END_TEST

START_TEST(prefixes_do_not_mix)
{
	add("10.0.0.0/8", "1.1.1.1", RIB_BGP);
	add("10.0.0.0/16", "2.2.2.2", RIB_T0_STATIC);
	add("10.1.0.0/16", "3.3.3.3", RIB_BGP);
	ck_assert(rib_select(&rib, &fib));
	ck_assert_uint_eq(fib.count, 3);
	ck_assert(
		addr_same(find("10.2.0.1")->hops[0].gateway, addr("1.1.1.1")));
	ck_assert(
		addr_same(find("10.1.0.1")->hops[0].gateway, addr("3.3.3.3")));
}
END_TEST

START_TEST(a_null_route_has_no_hops)
{
	add("10.0.0.0/8", "0.0.0.0", RIB_STATIC)->null = true;
	add("10.0.0.0/8", "1.1.1.1", RIB_BGP);
	ck_assert(rib_select(&rib, &fib));
	ck_assert_uint_eq(find("10.1.1.1")->hop_count, 0);
	ck_assert_uint_eq(find("10.1.1.1")->ref, routes[0].ref);
}
END_TEST

START_TEST(null_routes_and_ways_do_not_mix)
{
	add("10.0.0.0/8", "1.1.1.1", RIB_STATIC);
	add("10.0.0.0/8", "0.0.0.0", RIB_STATIC)->null = true;
	add("11.0.0.0/8", "0.0.0.0", RIB_STATIC)->null = true;
	add("11.0.0.0/8", "1.1.1.1", RIB_STATIC);
	ck_assert(rib_select(&rib, &fib));
	ck_assert_uint_eq(find("10.1.1.1")->hop_count, 1);
	ck_assert_uint_eq(find("11.1.1.1")->hop_count, 0);
	ck_assert(routes[0].selected && !routes[1].selected);
	ck_assert(routes[2].selected && !routes[3].selected);
}
END_TEST

START_TEST(a_small_fib_is_refused)
{
	fib_init(&fib, entries, 1);
	add("10.0.0.0/8", "1.1.1.1", RIB_STATIC);
	add("11.0.0.0/8", "1.1.1.1", RIB_STATIC);
	ck_assert(!rib_select(&rib, &fib));
}
END_TEST

/* NSX CLI reference, `get route`; distances as seen there. */
static const struct {
	enum rib_kind kind;
	const char *letters;
	uint8_t distance;
} kinds[] = {
	{RIB_T0_CONNECTED, "t0c", 0}, {RIB_T0_STATIC, "t0s", 1},
	{RIB_T1_CONNECTED, "t1c", 3}, {RIB_T1_NAT, "t1n", 3},
	{RIB_T1_LB_VIP, "t1l", 3},    {RIB_BGP, "b", 20},
};

START_TEST(letters_and_distances_are_nsx_ones)
{
	ck_assert_str_eq(rib_kind_letters(kinds[_i].kind), kinds[_i].letters);
	ck_assert_uint_eq(rib_kind_distance(kinds[_i].kind),
			  kinds[_i].distance);
}
END_TEST

Suite *rib_test_suite(void)
{
	Suite *s = suite_create("rib");
	TCase *c = tcase_create("rib");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, the_nearest_distance_wins);
	tcase_add_test(c, a_configured_distance_counts);
	tcase_add_test(c, equal_distances_make_one_ecmp_group);
	tcase_add_test(c, an_ecmp_group_has_at_most_eight);
	tcase_add_test(c, prefixes_do_not_mix);
	tcase_add_test(c, a_null_route_has_no_hops);
	tcase_add_test(c, null_routes_and_ways_do_not_mix);
	tcase_add_test(c, a_small_fib_is_refused);
	tcase_add_loop_test(c, letters_and_distances_are_nsx_ones, 0,
			    sizeof(kinds) / sizeof(kinds[0]));
	suite_add_tcase(s, c);
	return s;
}
