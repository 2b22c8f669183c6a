/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/port.h"

#include "tests/unit/suites.h"

Suite *port_test_suite(void);

static struct port_pool pool;

static void setup(void)
{
	port_init(&pool, addr_ip4(0x1e000005), 6);
}

static void narrow(uint16_t first, uint16_t last)
{
	pool.first = pool.next = first;
	pool.last = last;
}

START_TEST(well_known_ports_are_left_out)
{
	ck_assert_uint_eq(port_take(&pool), 1024);
	ck_assert(!port_take_this(&pool, 1023));
}
END_TEST

START_TEST(ports_go_round)
{
	narrow(5000, 5003);
	ck_assert_uint_eq(port_take(&pool), 5000);
	port_give(&pool, 5000);
	ck_assert_uint_eq(port_take(&pool), 5001);
	ck_assert_uint_eq(port_take(&pool), 5002);
	ck_assert_uint_eq(port_take(&pool), 5003);
	ck_assert_uint_eq(port_take(&pool), 5000);
}
END_TEST

START_TEST(the_search_ends_at_the_last_port_and_goes_on_at_the_first)
{
	narrow(5000, 5003);
	while (port_take(&pool))
		;
	for (int again = 0; again < 2; again++) {
		port_give(&pool, 5000);
		ck_assert_uint_eq(port_take(&pool), 5000);
	}
}
END_TEST

START_TEST(every_port_is_given_once)
{
	static bool seen[65536];
	uint32_t count = 0;
	for (uint16_t port; (port = port_take(&pool)); count++) {
		ck_assert(!seen[port]);
		seen[port] = true;
	}
	ck_assert_uint_eq(count, 65536 - 1024);
	ck_assert_uint_eq(pool.used, count);
	ck_assert(seen[1024] && seen[65535]);
}
END_TEST

START_TEST(the_one_free_port_is_found)
{
	while (port_take(&pool))
		;
	port_give(&pool, (uint16_t)_i);
	ck_assert_int_eq(port_take(&pool), _i);
	ck_assert_uint_eq(port_take(&pool), 0);
}
END_TEST

START_TEST(it_is_found_wherever_the_search_begins)
{
	static const uint16_t starts[] = {1024, 1030, 5055, 40000, 65535};
	while (port_take(&pool))
		;
	for (uint32_t port = 1024; port < 65536; port += 61)
		for (size_t i = 0; i < 5; i++) {
			port_give(&pool, (uint16_t)port);
			pool.next = starts[i];
			ck_assert_uint_eq(port_take(&pool), port);
		}
}
END_TEST

START_TEST(a_range_of_one_port_works)
{
	narrow(7777, 7777);
	ck_assert_uint_eq(port_take(&pool), 7777);
	ck_assert_uint_eq(port_take(&pool), 0);
	port_give(&pool, 7777);
	ck_assert_uint_eq(port_take(&pool), 7777);
}
END_TEST

START_TEST(a_wanted_port_is_kept_if_free)
{
	ck_assert(port_take_this(&pool, 40000));
	ck_assert(!port_take_this(&pool, 40000));
	port_give(&pool, 40000);
	ck_assert(port_take_this(&pool, 40000));
	ck_assert_uint_eq(pool.used, 1);
}
END_TEST

START_TEST(giving_twice_counts_once)
{
	uint16_t port = port_take(&pool);
	port_give(&pool, port);
	port_give(&pool, port);
	ck_assert_uint_eq(pool.used, 0);
}
END_TEST

START_TEST(pools_are_per_address_and_protocol)
{
	static struct port_pool pools[3];
	port_init(&pools[0], addr_ip4(1), 6);
	port_init(&pools[1], addr_ip4(1), 17);
	port_init(&pools[2], addr_ip4(2), 6);
	ck_assert_ptr_eq(port_find(pools, 3, addr_ip4(1), 17), &pools[1]);
	ck_assert_ptr_eq(port_find(pools, 3, addr_ip4(2), 6), &pools[2]);
	ck_assert_ptr_null(port_find(pools, 3, addr_ip4(2), 17));
}
END_TEST

Suite *port_test_suite(void)
{
	Suite *s = suite_create("port");
	TCase *c = tcase_create("port");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, well_known_ports_are_left_out);
	tcase_add_test(c, ports_go_round);
	tcase_add_test(
		c, the_search_ends_at_the_last_port_and_goes_on_at_the_first);
	tcase_add_test(c, every_port_is_given_once);
	tcase_add_loop_test(c, the_one_free_port_is_found, 1024, 1026);
	tcase_add_loop_test(c, the_one_free_port_is_found, 2047, 2050);
	tcase_add_loop_test(c, the_one_free_port_is_found, 65534, 65536);
	tcase_add_test(c, it_is_found_wherever_the_search_begins);
	tcase_add_test(c, a_range_of_one_port_works);
	tcase_add_test(c, a_wanted_port_is_kept_if_free);
	tcase_add_test(c, giving_twice_counts_once);
	tcase_add_test(c, pools_are_per_address_and_protocol);
	suite_add_tcase(s, c);
	return s;
}
