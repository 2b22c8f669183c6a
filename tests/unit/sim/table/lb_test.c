/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/lb.h"

#include "tests/unit/suites.h"

Suite *lb_test_suite(void);

#define TCP 6
#define UDP 17

static struct lb_server storage[2];
static struct lb lb;
static const ip4 vip = {0x1e000102};

static void setup(void)
{
	struct lb_server s = {.vip = vip,
			      .proto = TCP,
			      .ports = {443, 444},
			      .enabled = true,
			      .member_count = 3,
			      .ref = 7};
	for (unsigned i = 0; i < 3; i++)
		s.members[i] = (struct lb_member){{i + 1}, 6443, true};
	lb_init(&lb, storage, 2);
	ck_assert(lb_add(&lb, &s));
}

START_TEST(a_server_is_address_protocol_and_ports)
{
	ck_assert_ptr_eq(lb_find(&lb, vip, TCP, 443), storage);
	ck_assert_ptr_eq(lb_find(&lb, vip, TCP, 444), storage);
	ck_assert_ptr_null(lb_find(&lb, vip, TCP, 442));
	ck_assert_ptr_null(lb_find(&lb, vip, TCP, 445));
	ck_assert_ptr_null(lb_find(&lb, vip, UDP, 443));
	ck_assert_ptr_null(lb_find(&lb, addr_ip4(vip.v + 1), TCP, 443));
}
END_TEST

START_TEST(each_server_is_found)
{
	struct lb_server other = storage[0];
	other.vip = addr_ip4(vip.v + 1);
	other.proto = UDP;
	ck_assert(lb_add(&lb, &other));
	ck_assert_ptr_eq(lb_find(&lb, vip, TCP, 443), &storage[0]);
	ck_assert_ptr_eq(lb_find(&lb, other.vip, UDP, 444), &storage[1]);
	ck_assert_ptr_null(lb_find(&lb, other.vip, TCP, 443));
	ck_assert(lb_has_vip(&lb, vip) && lb_has_vip(&lb, other.vip));
	storage[0].enabled = false;
	ck_assert(!lb_has_vip(&lb, vip) && lb_has_vip(&lb, other.vip));
	ck_assert_ptr_eq(lb_find(&lb, other.vip, UDP, 443), &storage[1]);
}
END_TEST

START_TEST(a_disabled_server_is_not_there)
{
	storage[0].enabled = false;
	ck_assert_ptr_null(lb_find(&lb, vip, TCP, 443));
	ck_assert(!lb_has_vip(&lb, vip));
}
END_TEST

START_TEST(a_vip_has_all_ports)
{
	ck_assert(lb_has_vip(&lb, vip));
	ck_assert(!lb_has_vip(&lb, addr_ip4(1)));
}
END_TEST

START_TEST(members_take_turns)
{
	static const uint32_t order[] = {1, 2, 3, 1};
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(lb_pick(&storage[0])->addr.v, order[i]);
}
END_TEST

START_TEST(disabled_members_are_passed_over)
{
	static const uint32_t order[] = {1, 3, 1, 3};
	storage[0].members[1].enabled = false;
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(lb_pick(&storage[0])->addr.v, order[i]);
}
END_TEST

START_TEST(without_members_there_is_no_pick)
{
	ck_assert(lb_has_member(&storage[0]));
	for (unsigned i = 0; i < 3; i++)
		storage[0].members[i].enabled = false;
	ck_assert(!lb_has_member(&storage[0]));
	ck_assert_ptr_null(lb_pick(&storage[0]));
	storage[0].member_count = 0;
	ck_assert_ptr_null(lb_pick(&storage[0]));
}
END_TEST

START_TEST(turns_go_on_when_the_pool_shrinks)
{
	storage[0].next = 2;
	storage[0].member_count = 2;
	ck_assert_uint_le(lb_pick(&storage[0])->addr.v, 2);
}
END_TEST

START_TEST(a_full_table_says_so)
{
	ck_assert(lb_add(&lb, &storage[0]));
	ck_assert(!lb_add(&lb, &storage[0]));
}
END_TEST

Suite *lb_test_suite(void)
{
	Suite *s = suite_create("lb");
	TCase *c = tcase_create("lb");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_server_is_address_protocol_and_ports);
	tcase_add_test(c, each_server_is_found);
	tcase_add_test(c, a_disabled_server_is_not_there);
	tcase_add_test(c, a_vip_has_all_ports);
	tcase_add_test(c, members_take_turns);
	tcase_add_test(c, disabled_members_are_passed_over);
	tcase_add_test(c, without_members_there_is_no_pick);
	tcase_add_test(c, turns_go_on_when_the_pool_shrinks);
	tcase_add_test(c, a_full_table_says_so);
	suite_add_tcase(s, c);
	return s;
}
