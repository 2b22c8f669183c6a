/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib.h"

#include "sim/base/mem.h"
#include "tests/unit/suites.h"

Suite *fib_test_suite(void);

/* Both forms have to do the same. */
static const struct fib_room list = {16, 16}, tree = {3000, 16};

static struct fib fib;

static ip4 addr(const char *text)
{
	ip4 a = {0};
	ck_assert(addr_parse_ip4(text, &a));
	return a;
}

/* Routes are told apart by the port they lead out by; 0 takes one away. */
static struct fib_route route(const char *text, uint16_t port)
{
	struct addr_prefix p;
	struct fib_hop hop = {{0}, port};
	ck_assert(addr_parse_prefix(text, &p));
	return (struct fib_route){p.addr, p.len,
				  port ? fib_join(&fib, &hop, 1) : FIB_NONE};
}

static void set(const char *prefix, uint16_t port)
{
	struct fib_route r = route(prefix, port);
	ck_assert_uint_eq(fib_apply(&fib, &r, 1), 1);
}

static uint16_t port_to(const char *dst)
{
	uint16_t number = fib_find(&fib, addr(dst));
	return number ? fib_at(&fib, number)->hops[0].port : 0;
}

static void init(struct fib_room room)
{
	fib_init(&fib, mem_map(1, fib_bytes(room)), room);
}

static void fini(void)
{
	mem_unmap(fib.memory, 1, fib_bytes(fib.room));
}

static void setup_list(void)
{
	init(list);
}

static void setup_tree(void)
{
	init(tree);
}

static bool move(struct fib_room room)
{
	void *old = fib.memory, *memory = mem_map(1, fib_bytes(room));
	struct fib_room old_room = fib.room;
	bool moved = fib_move(&fib, memory, room);
	mem_unmap(moved ? old : memory, 1, fib_bytes(moved ? old_room : room));
	return moved;
}

static void fill(void)
{
	set("10.0.0.0/8", 8);
	set("0.0.0.0/0", 1);
	set("10.1.2.3/32", 32);
	set("10.1.0.0/16", 16);
	set("10.1.2.0/24", 24);
	set("255.255.255.255/32", 33);
	set("128.0.0.0/1", 2);
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

#define LOOKS (sizeof(looks) / sizeof(looks[0]))

START_TEST(longest_prefix_wins)
{
	fill();
	ck_assert_uint_eq(port_to(looks[_i].dst), looks[_i].port);
}
END_TEST

START_TEST(a_batch_of_any_size_finds_the_same)
{
	enum { MANY = 200 };
	ip4 dst[MANY];
	uint16_t groups[MANY];
	fill();
	for (size_t i = 0; i < MANY; i++)
		dst[i] = addr(looks[i % LOOKS].dst);
	for (size_t count = 0; count < MANY; count += 7) {
		for (size_t i = 0; i < MANY; i++)
			groups[i] = UINT16_MAX;
		fib_find_batch(&fib, dst, count, groups);
		for (size_t i = 0; i < count; i++)
			ck_assert_uint_eq(fib_at(&fib, groups[i])->hops[0].port,
					  looks[i % LOOKS].port);
		ck_assert_uint_eq(groups[count], UINT16_MAX);
	}
}
END_TEST

START_TEST(without_a_default_some_addresses_have_no_route)
{
	set("10.0.0.0/8", 8);
	ck_assert_uint_eq(port_to("10.0.0.1"), 8);
	ck_assert_uint_eq(fib_find(&fib, addr("11.0.0.0")), FIB_NONE);
	ck_assert_uint_eq(fib_find(&fib, addr("9.255.255.255")), FIB_NONE);
}
END_TEST

START_TEST(an_empty_table_has_no_route)
{
	ck_assert_uint_eq(fib_find(&fib, addr("10.0.0.1")), FIB_NONE);
	ck_assert_uint_eq(fib_at(&fib, FIB_NONE)->hop_count, 0);
	ck_assert_uint_eq(fib_count(&fib), 0);
}
END_TEST

START_TEST(a_route_can_be_replaced)
{
	fill();
	set("10.1.0.0/16", 17);
	ck_assert_uint_eq(port_to("10.1.3.0"), 17);
	ck_assert_uint_eq(port_to("10.1.2.2"), 24);
	set("10.1.2.0/24", 25);
	ck_assert_uint_eq(port_to("10.1.2.2"), 25);
	ck_assert_uint_eq(port_to("10.1.2.3"), 32);
	ck_assert_uint_eq(fib_count(&fib), 7);
}
END_TEST

START_TEST(without_a_route_the_next_longest_counts)
{
	fill();
	set("10.1.0.0/16", 0);
	ck_assert_uint_eq(port_to("10.1.3.0"), 8);
	ck_assert_uint_eq(port_to("10.1.2.2"), 24);
	set("10.1.2.0/24", 0);
	ck_assert_uint_eq(port_to("10.1.2.2"), 8);
	ck_assert_uint_eq(port_to("10.1.2.3"), 32);
	set("0.0.0.0/0", 0);
	ck_assert_uint_eq(port_to("11.0.0.0"), 0);
	set("0.0.0.0/0", 0);
	ck_assert_uint_eq(fib_count(&fib), 4);
}
END_TEST

START_TEST(what_leads_nowhere_is_not_what_is_not_there)
{
	struct fib_route null = route("10.1.0.0/16", 0);
	set("10.0.0.0/8", 8);
	null.group = fib_join(&fib, NULL, 0);
	ck_assert_uint_eq(fib_apply(&fib, &null, 1), 1);
	ck_assert_uint_eq(fib_find(&fib, addr("10.1.0.0")), null.group);
	ck_assert_uint_ne(null.group, FIB_NONE);
	ck_assert_uint_eq(fib_at(&fib, null.group)->hop_count, 0);
}
END_TEST

START_TEST(a_group_ends_with_its_last_route)
{
	for (uint16_t i = 1; i <= 1000; i++) {
		set("10.0.0.0/8", i);
		set("10.1.0.0/20", i);
		set("10.1.0.1/32", i);
		ck_assert_uint_eq(port_to("10.1.0.1"), i);
	}
	set("10.0.0.0/8", 0);
	set("10.1.0.0/20", 0);
	set("10.1.0.1/32", 0);
	for (uint16_t i = 0; i < 16; i++)
		route("1.0.0.0/8", (uint16_t)(2000 + i));
	ck_assert_uint_eq(route("1.0.0.0/8", 3000).group, FIB_NONE);
}
END_TEST

START_TEST(a_full_list_says_so)
{
	char text[ADDR_PREFIX_SIZE];
	struct fib_route changes[18];
	for (uint32_t i = 0; i < 18; i++) {
		addr_print_prefix((struct addr_prefix){{i << 24}, 8}, text);
		changes[i] = route(text, 8);
	}
	ck_assert_uint_eq(fib_apply(&fib, changes, 18), 16);
	ck_assert_uint_eq(port_to("15.0.0.1"), 8);
	ck_assert_uint_eq(port_to("16.0.0.1"), 0);
	ck_assert(!move((struct fib_room){15, 16}));
	ck_assert(move((struct fib_room){18, 16}));
	ck_assert_uint_eq(fib_apply(&fib, changes + 16, 2), 2);
	ck_assert_uint_eq(port_to("16.0.0.1"), 8);
}
END_TEST

/* From the form it has to others. */
static const struct fib_room rooms[] = {
	{7, 7}, {2048, 100}, {2049, 9}, {100000, 100}};

START_TEST(in_other_memory_it_is_the_same)
{
	fill();
	bool fits = !fib.is_tree || rooms[_i].routes > FIB_LIST_MAX;
	ck_assert_int_eq(move(rooms[_i]), fits);
	for (size_t i = 0; i < LOOKS; i++)
		ck_assert_uint_eq(port_to(looks[i].dst), looks[i].port);
	ck_assert_uint_eq(fib_count(&fib), 7);
	set("10.1.2.0/24", 0);
	set("11.0.0.0/24", 16);
	ck_assert_uint_eq(port_to("10.1.2.2"), 16);
	ck_assert_uint_eq(port_to("11.0.0.2"), 16);
}
END_TEST

START_TEST(too_few_groups_are_refused)
{
	fill();
	ck_assert(!move((struct fib_room){fib.room.routes, 6}));
	ck_assert_uint_eq(port_to("10.1.2.3"), 32);
}
END_TEST

static void add_tests(TCase *c)
{
	tcase_add_loop_test(c, longest_prefix_wins, 0, LOOKS);
	tcase_add_test(c, a_batch_of_any_size_finds_the_same);
	tcase_add_test(c, without_a_default_some_addresses_have_no_route);
	tcase_add_test(c, an_empty_table_has_no_route);
	tcase_add_test(c, a_route_can_be_replaced);
	tcase_add_test(c, without_a_route_the_next_longest_counts);
	tcase_add_test(c, what_leads_nowhere_is_not_what_is_not_there);
	tcase_add_test(c, a_group_ends_with_its_last_route);
	tcase_add_loop_test(c, in_other_memory_it_is_the_same, 0,
			    sizeof(rooms) / sizeof(rooms[0]));
	tcase_add_test(c, too_few_groups_are_refused);
}

/* Of few routes a list is made, of more a tree. */
START_TEST(a_list_that_is_to_grow_becomes_a_tree)
{
	init((struct fib_room){FIB_LIST_MAX, 16});
	fill();
	ck_assert(!fib.is_tree);
	ck_assert(move((struct fib_room){FIB_LIST_MAX + 1, 16}));
	ck_assert(fib.is_tree);
	for (size_t i = 0; i < LOOKS; i++)
		ck_assert_uint_eq(port_to(looks[i].dst), looks[i].port);
	fini();
}
END_TEST

Suite *fib_test_suite(void)
{
	Suite *s = suite_create("fib");
	TCase *as_list = tcase_create("fib list");
	TCase *as_tree = tcase_create("fib tree");
	tcase_add_checked_fixture(as_list, setup_list, fini);
	tcase_add_checked_fixture(as_tree, setup_tree, fini);
	add_tests(as_list);
	add_tests(as_tree);
	tcase_add_test(as_list, a_full_list_says_so);
	suite_add_tcase(s, as_list);
	suite_add_tcase(s, as_tree);
	TCase *grows = tcase_create("grows");
	tcase_add_test(grows, a_list_that_is_to_grow_becomes_a_tree);
	suite_add_tcase(s, grows);
	return s;
}
