/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "topology/build/net_index.h"

#define OWNERS	17
#define MEMBERS 1000

START_TEST(members_come_in_the_order_in_which_they_were_added)
{
	struct net_index x = {0};
	for (unsigned i = 0; i < MEMBERS; i++)
		net_index_add(&x, i * i % OWNERS, i);
	net_index_seal(&x, OWNERS + 1);
	size_t all = 0;
	for (size_t o = 0; o <= OWNERS; o++) {
		struct net_index_list l = net_index_of(&x, o);
		all += l.count;
		for (size_t i = 0; i < l.count; i++) {
			ck_assert_uint_eq(l.at[i] * l.at[i] % OWNERS, o);
			ck_assert(!i || l.at[i] > l.at[i - 1]);
		}
	}
	ck_assert_uint_eq(all, MEMBERS);
	ck_assert_uint_eq(net_index_of(&x, OWNERS).count, 0);
	net_index_fini(&x);
}
END_TEST

START_TEST(nobody_has_members_of_an_empty_index)
{
	struct net_index x = {0};
	net_index_seal(&x, 3);
	for (size_t o = 0; o < 3; o++)
		ck_assert_uint_eq(net_index_of(&x, o).count, 0);
	net_index_fini(&x);
}
END_TEST

Suite *net_index_test_suite(void);
Suite *net_index_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_index");
	TCase *c = tcase_create("net_index");
	tcase_add_test(c, members_come_in_the_order_in_which_they_were_added);
	tcase_add_test(c, nobody_has_members_of_an_empty_index);
	suite_add_tcase(s, c);
	return s;
}
