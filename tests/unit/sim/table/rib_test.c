/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/rib.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *rib_test_suite(void);

static struct rib_route routes[16];
static _Alignas(64) uint8_t memory[4096];
static const struct rib nothing;
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
	static const struct fib_room room = {16, 16};
	ck_assert_uint_le(fib_bytes(room), sizeof(memory));
	rib_init(&rib, routes, 16);
	fib_init(&fib, memory, room);
}

/* Chooses, and tells the FIB what differs from 'old'; returns how much. */
static size_t choose(const struct rib *old)
{
	struct rib_walk walk = {.now = &rib, .old = old};
	struct rib_change c;
	size_t count = 0;
	rib_select(&rib);
	for (; rib_next(&walk, &c); count++) {
		uint16_t group =
			c.gone ? FIB_NONE : fib_join(&fib, c.hops, c.hop_count);
		struct fib_route r = {c.prefix.addr, c.prefix.len, group};
		ck_assert_uint_eq(fib_apply(&fib, &r, 1), 1);
	}
	return count;
}

static const struct fib_group *find(const char *dst)
{
	return fib_at(&fib, fib_find(&fib, addr(dst)));
}

START_TEST(the_nearest_distance_wins)
{
	add("10.0.0.0/8", "1.1.1.1", RIB_BGP);
	add("10.0.0.0/8", "2.2.2.2", RIB_T1_NAT);
	add("10.0.0.0/8", "3.3.3.3", RIB_T0_STATIC);
	choose(&nothing);
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
	choose(&nothing);
	ck_assert(addr_same(find("8.8.8.8")->hops[0].gateway, addr("2.2.2.2")));
}
END_TEST

START_TEST(equal_distances_make_one_ecmp_group)
{
	add("0.0.0.0/0", "1.1.1.1", RIB_T0_STATIC);
	add("0.0.0.0/0", "2.2.2.2", RIB_T0_STATIC);
	choose(&nothing);
	ck_assert_uint_eq(fib_count(&fib), 1);
	ck_assert_uint_eq(find("8.8.8.8")->hop_count, 2);
	ck_assert(addr_same(find("8.8.8.8")->hops[0].gateway, addr("1.1.1.1")));
	ck_assert(addr_same(find("8.8.8.8")->hops[1].gateway, addr("2.2.2.2")));
}
END_TEST

START_TEST(an_ecmp_group_has_at_most_eight)
{
	for (int i = 0; i < 9; i++)
		add("0.0.0.0/0", "1.1.1.1", RIB_STATIC);
	choose(&nothing);
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
	choose(&nothing);
	ck_assert_uint_eq(fib_count(&fib), 3);
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
	choose(&nothing);
	ck_assert_uint_eq(find("10.1.1.1")->hop_count, 0);
	ck_assert_uint_ne(fib_find(&fib, addr("10.1.1.1")), FIB_NONE);
	ck_assert_uint_eq(rib_ref(&rib, addr("10.1.1.1"), 0), routes[0].ref);
}
END_TEST

START_TEST(null_routes_and_ways_do_not_mix)
{
	add("10.0.0.0/8", "1.1.1.1", RIB_STATIC);
	add("10.0.0.0/8", "0.0.0.0", RIB_STATIC)->null = true;
	add("11.0.0.0/8", "0.0.0.0", RIB_STATIC)->null = true;
	add("11.0.0.0/8", "1.1.1.1", RIB_STATIC);
	choose(&nothing);
	ck_assert_uint_eq(find("10.1.1.1")->hop_count, 1);
	ck_assert_uint_eq(find("11.1.1.1")->hop_count, 0);
	ck_assert(routes[0].selected && !routes[1].selected);
	ck_assert(routes[2].selected && !routes[3].selected);
}
END_TEST

START_TEST(many_routes_are_sorted_and_equal_ones_keep_their_order)
{
	static const char *const prefixes[] = {"10.2.0.0/16", "10.0.0.0/8",
					       "10.1.0.0/16", "0.0.0.0/0"};
	for (unsigned i = 0; i < 16; i++)
		add(prefixes[i % 4], "1.1.1.1", RIB_STATIC);
	rib_select(&rib);
	for (unsigned i = 1; i < 16; i++) {
		const struct rib_route *a = &routes[i - 1], *b = &routes[i];
		bool same = addr_prefix_same(a->prefix, b->prefix);
		ck_assert(same ? a->ref < b->ref
			       : a->prefix.addr.v < b->prefix.addr.v ||
					  a->prefix.len < b->prefix.len);
		ck_assert_uint_eq(same, i % 4 != 0);
	}
}
END_TEST

START_TEST(the_fib_learns_only_what_differs)
{
	static struct rib_route before[16];
	struct rib old;
	add("10.0.0.0/8", "1.1.1.1", RIB_STATIC);
	add("11.0.0.0/8", "1.1.1.1", RIB_STATIC);
	add("12.0.0.0/8", "1.1.1.1", RIB_STATIC);
	ck_assert_uint_eq(choose(&nothing), 3);
	ck_assert_uint_eq(choose(&rib), 0);
	memcpy(before, routes, sizeof(routes));
	rib_init(&old, before, 16);
	old.count = 3;
	rib.count = 1;
	add("12.0.0.0/8", "2.2.2.2", RIB_STATIC);
	add("12.0.0.0/8", "3.3.3.3", RIB_BGP);
	add("13.0.0.0/8", "0.0.0.0", RIB_STATIC)->null = true;
	ck_assert_uint_eq(choose(&old), 3);
	ck_assert_uint_eq(fib_count(&fib), 3);
	ck_assert_uint_eq(find("10.0.0.0")->hops[0].gateway.v, 0x01010101);
	ck_assert_uint_eq(fib_find(&fib, addr("11.0.0.0")), FIB_NONE);
	ck_assert_uint_eq(find("12.0.0.0")->hops[0].gateway.v, 0x02020202);
	ck_assert_uint_ne(fib_find(&fib, addr("13.0.0.0")), FIB_NONE);
}
END_TEST

/* By index of what is added below; -1: no route. */
static const struct {
	const char *dst;
	unsigned hop;
	int route;
} refs[] = {
	{"10.1.2.3", 0, 5},   {"10.1.2.4", 0, 3},
	{"10.1.3.0", 0, 1},   {"10.1.3.0", 1, 2},
	{"10.2.0.0", 0, 0},   {"10.255.255.255", 0, 0},
	{"11.0.0.0", 0, -1},  {"9.255.255.255", 0, -1},
	{"10.1.2.255", 0, 3}, {"10.1.255.255", 1, 2},
	{"192.0.2.1", 0, 6},  {"192.0.2.0", 0, -1},
};

START_TEST(a_route_is_named_by_the_address_that_takes_it)
{
	uint32_t first = add("10.0.0.0/8", "1.1.1.1", RIB_STATIC)->ref;
	add("10.1.0.0/16", "1.1.1.1", RIB_STATIC);
	add("10.1.0.0/16", "2.2.2.2", RIB_STATIC);
	add("10.1.2.0/24", "3.3.3.3", RIB_STATIC);
	add("10.1.2.0/24", "3.3.3.3", RIB_BGP);
	add("10.1.2.3/32", "0.0.0.0", RIB_STATIC)->null = true;
	add("192.0.2.1/32", "4.4.4.4", RIB_STATIC);
	rib_select(&rib);
	ck_assert_uint_eq(
		rib_ref(&rib, addr(refs[_i].dst), refs[_i].hop),
		refs[_i].route < 0 ? 0 : first + (uint32_t)refs[_i].route);
}
END_TEST

START_TEST(members_between_others_are_counted_right)
{
	uint32_t first = add("10.0.0.0/8", "1.1.1.1", RIB_STATIC)->ref;
	add("10.0.0.0/8", "0.0.0.0", RIB_STATIC)->null = true;
	add("10.0.0.0/8", "2.2.2.2", RIB_STATIC);
	rib_select(&rib);
	ck_assert_uint_eq(rib_ref(&rib, addr("10.0.0.1"), 1), first + 2);
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
	tcase_add_test(c,
		       many_routes_are_sorted_and_equal_ones_keep_their_order);
	tcase_add_test(c, the_fib_learns_only_what_differs);
	tcase_add_loop_test(c, a_route_is_named_by_the_address_that_takes_it, 0,
			    sizeof(refs) / sizeof(refs[0]));
	tcase_add_test(c, members_between_others_are_counted_right);
	tcase_add_loop_test(c, letters_and_distances_are_nsx_ones, 0,
			    sizeof(kinds) / sizeof(kinds[0]));
	suite_add_tcase(s, c);
	return s;
}
