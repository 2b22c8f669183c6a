/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib_tree.h"

#include "sim/base/mem.h"
#include "tests/unit/suites.h"

Suite *fib_tree_test_suite(void);

#define ROUTES 3000
#define NODE   (10U << 8 | 1) /* 10.1.0.0/16 */

static struct fib_tree tree;
static struct fib_groups groups;
static void *tree_memory, *group_memory;

static void setup(void)
{
	tree_memory = mem_map(1, fib_tree_bytes(ROUTES));
	group_memory = mem_map(1, fib_group_bytes(FIB_GROUPS_MAX));
	fib_tree_init(&tree, tree_memory, ROUTES);
	fib_group_init(&groups, group_memory, FIB_GROUPS_MAX);
}

static void fini(void)
{
	mem_unmap(tree_memory, 1, fib_tree_bytes(ROUTES));
	mem_unmap(group_memory, 1, fib_group_bytes(FIB_GROUPS_MAX));
}

static struct fib_route route(uint32_t a, uint8_t len, uint16_t port)
{
	struct fib_hop hop = {{0}, port};
	return (struct fib_route){addr_ip4(a & addr_mask(len)), len,
				  port ? fib_group_join(&groups, &hop, 1)
				       : FIB_NONE};
}

static void set(const char *text, uint16_t port)
{
	struct addr_prefix p;
	ck_assert(addr_parse_prefix(text, &p));
	struct fib_route r = route(p.addr.v, p.len, port);
	ck_assert_uint_eq(fib_tree_apply(&tree, &groups, &r, 1), 1);
}

static uint16_t port_to(const char *text)
{
	ip4 a = {0};
	uint16_t group;
	ck_assert(addr_parse_ip4(text, &a));
	fib_tree_find_batch(&tree, &a, 1, &group);
	return groups.at[group].hops[0].port;
}

static const struct fib_node *node(void)
{
	return &tree.nodes[NODE];
}

START_TEST(a_covered_prefix_is_hidden_and_comes_back)
{
	set("10.1.2.0/23", 23);
	ck_assert_uint_eq(node()->hidden, 0);
	set("10.1.2.0/24", 24);
	set("10.1.3.0/24", 25);
	ck_assert_uint_eq(node()->hidden, 1);
	set("10.1.2.0/23", 26);
	set("10.1.3.0/24", 0);
	ck_assert_uint_eq(node()->hidden, 0);
	ck_assert_uint_eq(port_to("10.1.3.1"), 26);
	ck_assert_uint_eq(port_to("10.1.2.1"), 24);
	ck_assert_uint_eq(tree.count, 2);
}
END_TEST

START_TEST(a_child_knows_what_its_slot_has_around_it)
{
	set("10.1.2.128/25", 25);
	ck_assert_uint_eq(node()->child_count, 1);
	ck_assert_uint_eq(port_to("10.1.2.1"), 0);
	set("10.0.0.0/8", 8);
	ck_assert_uint_eq(port_to("10.1.2.1"), 8);
	set("10.1.2.0/24", 24);
	ck_assert_uint_eq(port_to("10.1.2.1"), 24);
	set("10.1.2.0/24", 0);
	ck_assert_uint_eq(port_to("10.1.2.1"), 8);
	set("10.1.0.0/18", 18);
	ck_assert_uint_eq(port_to("10.1.2.1"), 18);
	ck_assert_uint_eq(port_to("10.1.2.129"), 25);
}
END_TEST

START_TEST(children_come_and_go)
{
	static const uint8_t order[] = {7, 200, 0, 255, 64};
	char text[ADDR_PREFIX_SIZE];
	for (size_t i = 0; i < sizeof(order); i++) {
		uint32_t a = NODE << 16 | (uint32_t)order[i] << 8 | 9;
		addr_print_prefix((struct addr_prefix){{a}, 32}, text);
		set(text, order[i] + 1);
	}
	ck_assert_uint_eq(node()->child_count, sizeof(order));
	set("10.1.200.9/32", 0);
	set("10.1.7.9/32", 0);
	ck_assert_uint_eq(node()->child_count, sizeof(order) - 2);
	ck_assert_uint_eq(port_to("10.1.0.9"), 1);
	ck_assert_uint_eq(port_to("10.1.255.9"), 256);
	ck_assert_uint_eq(port_to("10.1.64.9"), 65);
	ck_assert_uint_eq(port_to("10.1.7.9"), 0);
	ck_assert_uint_eq(port_to("10.1.200.9"), 0);
	set("10.1.0.9/32", 0);
	set("10.1.64.9/32", 0);
	set("10.1.255.9/32", 0);
	ck_assert_uint_eq(node()->child_count, 0);
	ck_assert_uint_eq(tree.count, 0);
}
END_TEST

START_TEST(what_is_not_there_leaves_no_child)
{
	set("10.1.2.3/32", 0);
	ck_assert_uint_eq(node()->child_count, 0);
}
END_TEST

/* As many runs as a node can have, and as many hidden prefixes. */
START_TEST(a_node_can_be_full)
{
	static struct fib_route changes[510];
	size_t count = 0;
	for (uint8_t len = 17; len <= 24; len++)
		for (uint32_t i = 0; i < 1U << (len - 16); i++) {
			uint32_t a = NODE << 16 | i << (32 - len);
			uint16_t port = (uint16_t)(count + 1);
			changes[count++] = route(a, len, port);
		}
	ck_assert_uint_eq(count, 510);
	ck_assert_uint_eq(fib_tree_apply(&tree, &groups, changes, count), 510);
	ck_assert_uint_eq(tree.count, 510);
	ck_assert_uint_eq(node()->hidden, 254);
	ck_assert_uint_eq(port_to("10.1.0.1"), 255);
	ck_assert_uint_eq(port_to("10.1.255.1"), 510);
	for (size_t i = 254; i < count; i++)
		changes[i].group = FIB_NONE;
	fib_tree_apply(&tree, &groups, changes + 254, 256);
	ck_assert_uint_eq(node()->hidden, 126);
	ck_assert_uint_eq(port_to("10.1.0.1"), 127);
	ck_assert_uint_eq(port_to("10.1.255.1"), 254);
}
END_TEST

START_TEST(memory_is_used_again)
{
	uint32_t low = 0, high = 0;
	for (int round = 0; round < 100; round++) {
		set("10.1.2.0/23", 1);
		set("10.1.2.0/24", 2);
		set("10.1.3.7/32", 3);
		set("10.1.9.9/32", 4);
		set("10.1.9.9/32", 0);
		set("10.1.3.7/32", 0);
		set("10.1.2.0/24", 0);
		set("10.1.2.0/23", 0);
		if (round == 0)
			low = tree.low, high = tree.high;
	}
	ck_assert_uint_eq(tree.low, low);
	ck_assert_uint_eq(tree.high, high);
}
END_TEST

START_TEST(when_there_is_no_room_it_says_so_and_packs_anew)
{
	static struct fib_route changes[20000];
	enum { COUNT = sizeof(changes) / sizeof(*changes) };
	for (uint32_t i = 0; i < COUNT; i++)
		changes[i] = route(i << 9, 32, 7);
	size_t done = fib_tree_apply(&tree, &groups, changes, COUNT);
	ck_assert_uint_gt(done, 200);
	ck_assert_uint_lt(done, COUNT);
	ck_assert_uint_eq(tree.count, done);
	void *more = mem_map(1, fib_tree_bytes(20 * COUNT));
	void *same = mem_map(1, fib_tree_bytes(ROUTES));
	ck_assert(fib_tree_move(&tree, more, 20 * COUNT));
	ck_assert_uint_eq(
		fib_tree_apply(&tree, &groups, changes + done, COUNT - done),
		COUNT - done);
	ck_assert(!fib_tree_move(&tree, same, ROUTES));
	for (uint32_t i = 0; i < COUNT; i++) {
		ip4 dst[2] = {{i << 9}, {i << 9 | 256}};
		uint16_t found[2];
		fib_tree_find_batch(&tree, dst, 2, found);
		ck_assert_uint_eq(found[0], changes[i].group);
		ck_assert_uint_eq(found[1], FIB_NONE);
	}
	mem_unmap(more, 1, fib_tree_bytes(20 * COUNT));
	mem_unmap(same, 1, fib_tree_bytes(ROUTES));
}
END_TEST

Suite *fib_tree_test_suite(void)
{
	Suite *s = suite_create("fib_tree");
	TCase *c = tcase_create("fib_tree");
	tcase_add_checked_fixture(c, setup, fini);
	tcase_add_test(c, a_covered_prefix_is_hidden_and_comes_back);
	tcase_add_test(c, a_child_knows_what_its_slot_has_around_it);
	tcase_add_test(c, children_come_and_go);
	tcase_add_test(c, what_is_not_there_leaves_no_child);
	tcase_add_test(c, a_node_can_be_full);
	tcase_add_test(c, memory_is_used_again);
	tcase_add_test(c, when_there_is_no_room_it_says_so_and_packs_anew);
	suite_add_tcase(s, c);
	return s;
}
