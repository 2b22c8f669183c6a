/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *fib_test_suite(void);

static const struct fib_room room = {8, 8};
static _Alignas(16) uint8_t memory[2048], more[4096];
static struct fib fib;

static ip4 addr(const char *text)
{
	ip4 a = {0};
	ck_assert(addr_parse_ip4(text, &a));
	return a;
}

static struct fib_route route(const char *text, uint16_t group)
{
	struct addr_prefix p;
	ck_assert(addr_parse_prefix(text, &p));
	return (struct fib_route){p.addr, p.len, group};
}

/* The group with one next hop, which leads out by 'port'. */
static uint16_t group(uint16_t port)
{
	struct fib_hop hop = {{0}, port};
	return fib_group(&fib, &hop, 1);
}

/* Routes are told apart by the port they lead out by. */
static bool set(const char *prefix, uint16_t port)
{
	struct fib_route r = route(prefix, group(port));
	return fib_apply(&fib, &r, 1) == 1;
}

static void take_away(const char *prefix)
{
	struct fib_route r = route(prefix, FIB_NONE);
	ck_assert_uint_eq(fib_apply(&fib, &r, 1), 1);
}

static uint16_t port_to(const char *dst)
{
	uint16_t number = fib_find(&fib, addr(dst));
	return number ? fib_at(&fib, number)->hops[0].port : 0;
}

static void setup(void)
{
	ck_assert_uint_le(fib_bytes(room), sizeof(memory));
	fib_init(&fib, memory, room);
}

static void fill(void)
{
	ck_assert(set("10.0.0.0/8", 8));
	ck_assert(set("0.0.0.0/0", 1));
	ck_assert(set("10.1.2.3/32", 32));
	ck_assert(set("10.1.0.0/16", 16));
	ck_assert(set("10.1.2.0/24", 24));
	ck_assert(set("255.255.255.255/32", 33));
	ck_assert(set("128.0.0.0/1", 2));
}

static const struct {
	const char *dst;
	uint16_t port;
} looks[] = {
	{"10.1.2.3", 32},	 {"10.1.2.2", 24},	 {"10.1.2.255", 24},
	{"10.1.3.0", 16},	 {"10.2.0.0", 8},	 {"10.0.0.0", 8},
	{"11.0.0.0", 1},	 {"9.255.255.255", 1},	 {"0.0.0.0", 1},
	{"255.255.255.255", 33}, {"255.255.255.254", 2}, {"127.255.255.255", 1},
	{"128.0.0.0", 2},
};

START_TEST(longest_prefix_wins)
{
	fill();
	ck_assert_uint_eq(port_to(looks[_i].dst), looks[_i].port);
}
END_TEST

START_TEST(a_batch_finds_the_same)
{
	enum { COUNT = sizeof(looks) / sizeof(looks[0]) };
	ip4 dst[COUNT];
	uint16_t groups[COUNT];
	fill();
	for (size_t i = 0; i < COUNT; i++)
		dst[i] = addr(looks[i].dst);
	fib_find_batch(&fib, dst, COUNT, groups);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_uint_eq(fib_at(&fib, groups[i])->hops[0].port,
				  looks[i].port);
}
END_TEST

START_TEST(without_a_default_some_addresses_have_no_route)
{
	ck_assert(set("10.0.0.0/8", 8));
	ck_assert_uint_eq(port_to("10.0.0.1"), 8);
	ck_assert_uint_eq(fib_find(&fib, addr("11.0.0.0")), FIB_NONE);
	ck_assert_uint_eq(fib_find(&fib, addr("9.255.255.255")), FIB_NONE);
}
END_TEST

START_TEST(an_empty_table_has_no_route)
{
	ck_assert_uint_eq(fib_find(&fib, addr("10.0.0.1")), FIB_NONE);
	ck_assert_uint_eq(fib_at(&fib, FIB_NONE)->hop_count, 0);
}
END_TEST

START_TEST(a_route_can_be_replaced)
{
	fill();
	ck_assert(set("10.1.0.0/16", 17));
	ck_assert_uint_eq(port_to("10.1.3.0"), 17);
	ck_assert_uint_eq(port_to("10.1.2.2"), 24);
	ck_assert_uint_eq(fib.route_count, 7);
}
END_TEST

START_TEST(without_a_route_the_next_longest_counts)
{
	fill();
	take_away("10.1.0.0/16");
	ck_assert_uint_eq(port_to("10.1.3.0"), 8);
	ck_assert_uint_eq(port_to("10.1.2.2"), 24);
	take_away("10.1.2.0/24");
	ck_assert_uint_eq(port_to("10.1.2.2"), 8);
	take_away("0.0.0.0/0");
	ck_assert_uint_eq(port_to("11.0.0.0"), 0);
	take_away("0.0.0.0/0");
	ck_assert_uint_eq(fib.route_count, 4);
}
END_TEST

START_TEST(a_full_table_says_so)
{
	fill();
	ck_assert(set("20.0.0.0/8", 20));
	struct fib_route changes[] = {route("20.0.0.0/8", group(8)),
				      route("30.0.0.0/8", group(8)),
				      route("40.0.0.0/8", FIB_NONE)};
	ck_assert_uint_eq(fib_apply(&fib, changes, 3), 1);
	ck_assert_uint_eq(port_to("20.0.0.0"), 8);
	ck_assert_uint_eq(port_to("30.0.0.0"), 1);
}
END_TEST

START_TEST(in_more_memory_it_goes_on)
{
	static const struct fib_room twice = {16, 16};
	fill();
	uint16_t before = group(24);
	ck_assert_uint_le(fib_bytes(twice), sizeof(more));
	fib_move(&fib, more, twice);
	memset(memory, 0xee, sizeof(memory));
	ck_assert_ptr_eq(fib.memory, more);
	ck_assert_uint_eq(group(24), before);
	for (uint16_t i = 0; i < 9; i++) {
		char text[ADDR_PREFIX_SIZE];
		addr_print_prefix((struct addr_prefix){{(uint32_t)i << 24}, 16},
				  text);
		ck_assert(set(text, (uint16_t)(100 + i)));
	}
	ck_assert_uint_eq(port_to("10.1.2.3"), 32);
	ck_assert_uint_eq(port_to("8.0.1.0"), 108);
	ck_assert(!set("99.0.0.0/8", 24));
}
END_TEST

START_TEST(groups_are_shared)
{
	struct fib_hop two[] = {{{1}, 1}, {{2}, 1}},
		       turned[] = {{{2}, 1}, {{1}, 1}};
	uint16_t number = fib_group(&fib, two, 2);
	ck_assert_uint_eq(fib_group(&fib, two, 2), number);
	ck_assert_uint_ne(fib_group(&fib, two, 1), number);
	ck_assert_uint_ne(fib_group(&fib, turned, 2), number);
	ck_assert_uint_ne(fib_group(&fib, NULL, 0), FIB_NONE);
	ck_assert_uint_eq(fib_at(&fib, number)->users, 2);
	ck_assert_uint_eq(fib_at(&fib, number)->hops[1].gateway.v, 2);
}
END_TEST

START_TEST(a_group_without_routes_is_used_again)
{
	for (uint16_t port = 1; port <= 100; port++) {
		ck_assert(set("10.0.0.0/8", port));
		ck_assert_uint_eq(port_to("10.0.0.1"), port);
	}
	take_away("10.0.0.0/8");
	for (uint16_t i = 0; i < 8; i++)
		ck_assert_uint_ne(group((uint16_t)(200 + i)), FIB_NONE);
	ck_assert_uint_eq(group(300), FIB_NONE);
}
END_TEST

Suite *fib_test_suite(void)
{
	Suite *s = suite_create("fib");
	TCase *c = tcase_create("fib");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_loop_test(c, longest_prefix_wins, 0,
			    sizeof(looks) / sizeof(looks[0]));
	tcase_add_test(c, a_batch_finds_the_same);
	tcase_add_test(c, without_a_default_some_addresses_have_no_route);
	tcase_add_test(c, an_empty_table_has_no_route);
	tcase_add_test(c, a_route_can_be_replaced);
	tcase_add_test(c, without_a_route_the_next_longest_counts);
	tcase_add_test(c, a_full_table_says_so);
	tcase_add_test(c, in_more_memory_it_goes_on);
	tcase_add_test(c, groups_are_shared);
	tcase_add_test(c, a_group_without_routes_is_used_again);
	suite_add_tcase(s, c);
	return s;
}
