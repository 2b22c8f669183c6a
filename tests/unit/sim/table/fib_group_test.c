/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib_group.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *fib_group_test_suite(void);

#define ROOM 8

static _Alignas(64) uint8_t memory[1024], more[8192];
static struct fib_groups groups;

static void setup(void)
{
	ck_assert_uint_le(fib_group_bytes(ROOM), sizeof(memory));
	fib_group_init(&groups, memory, ROOM);
}

/* The group with one next hop. */
static uint16_t join(uint16_t port)
{
	struct fib_hop hop = {{0}, port};
	return fib_group_join(&groups, &hop, 1);
}

START_TEST(equal_hops_share_a_group)
{
	struct fib_hop two[] = {{{1}, 1}, {{2}, 1}};
	uint16_t number = fib_group_join(&groups, two, 2);
	ck_assert_uint_ne(number, FIB_NONE);
	ck_assert_uint_eq(fib_group_join(&groups, two, 2), number);
	ck_assert_uint_eq(groups.at[number].users, 2);
	ck_assert_uint_eq(groups.at[number].hop_count, 2);
	ck_assert_uint_eq(groups.at[number].hops[1].gateway.v, 2);
}
END_TEST

/* Each is unlike the first. */
static const struct {
	const char *what;
	struct fib_hop hops[2];
	unsigned count;
} others[] = {
	{"fewer", {{{1}, 1}}, 1},
	{"none: a null route", {{{0}, 0}}, 0},
	{"another order", {{{2}, 1}, {{1}, 1}}, 2},
	{"another port", {{{1}, 1}, {{2}, 2}}, 2},
	{"another gateway", {{{1}, 1}, {{3}, 1}}, 2},
};

START_TEST(unlike_hops_do_not)
{
	struct fib_hop two[] = {{{1}, 1}, {{2}, 1}};
	uint16_t number = fib_group_join(&groups, two, 2);
	uint16_t other =
		fib_group_join(&groups, others[_i].hops, others[_i].count);
	ck_assert_msg(other != FIB_NONE && other != number, "%s",
		      others[_i].what);
}
END_TEST

START_TEST(there_is_no_room_for_more_than_asked)
{
	for (uint16_t port = 1; port <= ROOM; port++)
		ck_assert_uint_ne(join(port), FIB_NONE);
	ck_assert_uint_eq(join(ROOM + 1), FIB_NONE);
	ck_assert_uint_ne(join(ROOM), FIB_NONE);
}
END_TEST

START_TEST(without_users_a_number_is_used_again)
{
	for (uint16_t port = 1; port <= ROOM; port++)
		join(port);
	uint16_t third = join(3);
	fib_group_leave(&groups, third);
	ck_assert_uint_eq(join(ROOM + 1), FIB_NONE);
	fib_group_leave(&groups, third);
	ck_assert_uint_eq(join(ROOM + 1), third);
	ck_assert_uint_eq(groups.at[third].hops[0].port, ROOM + 1);
	ck_assert_uint_eq(join(3), FIB_NONE);
	fib_group_leave(&groups, FIB_NONE);
}
END_TEST

START_TEST(numbers_stay_when_there_is_more_memory)
{
	uint16_t numbers[ROOM];
	for (uint16_t i = 0; i < ROOM; i++)
		numbers[i] = join(i);
	fib_group_leave(&groups, numbers[5]);
	ck_assert_uint_le(fib_group_bytes(64), sizeof(more));
	fib_group_move(&groups, more, 64);
	memset(memory, 0xee, sizeof(memory));
	for (uint16_t i = 0; i < ROOM; i++)
		ck_assert_uint_eq(join(i), numbers[i]);
	for (uint16_t port = ROOM; port < 64; port++)
		ck_assert_uint_ne(join(port), FIB_NONE);
	ck_assert_uint_eq(join(64), FIB_NONE);
}
END_TEST

Suite *fib_group_test_suite(void)
{
	Suite *s = suite_create("fib_group");
	TCase *c = tcase_create("fib_group");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, equal_hops_share_a_group);
	tcase_add_loop_test(c, unlike_hops_do_not, 0,
			    sizeof(others) / sizeof(others[0]));
	tcase_add_test(c, there_is_no_room_for_more_than_asked);
	tcase_add_test(c, without_users_a_number_is_used_again);
	tcase_add_test(c, numbers_stay_when_there_is_more_memory);
	suite_add_tcase(s, c);
	return s;
}
