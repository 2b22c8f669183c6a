/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/topology/build/net_kit.h"

static struct net_kit kit;

static void teardown(void)
{
	net_kit_fini(&kit);
}

static const char *name_of(const char *text)
{
	ip4 a;
	size_t count;
	ck_assert(addr_parse_ip4(text, &a));
	const struct net_name *names = net_names(kit.net, &count);
	for (size_t i = 0; i < count; i++)
		if (addr_same(names[i].addr, a))
			return names[i].name;
	return "";
}

static const struct {
	const char *addr, *name;
} names[] = {
	{"10.1.0.10", "vm-a"},	  {"198.51.100.10", "server"},
	{"10.1.0.1", "t1:seg-a"}, {"192.0.2.2", "t0:up1"},
	{"192.0.2.254", "gw:up"}, {"30.0.1.1", "vip"},
	{"30.0.0.1", "t1:hide"},  {"192.0.2.77", "a.example"},
	{"169.254.0.1", ""}, /* backplanes: many gateways have it */
	{"127.0.0.1", ""},	  {"203.0.113.9", ""},
};

START_TEST(addresses_are_called_by_what_has_them)
{
	net_kit_init(&kit, NULL);
	ck_assert_ptr_nonnull(kit.net);
	ck_assert_str_eq(name_of(names[_i].addr), names[_i].name);
}
END_TEST

START_TEST(an_address_of_several_rules_is_the_gateway_s)
{
	net_kit_init(&kit, "tier1s: {t1: {nat_rules: {more: {action: SNAT, "
			   "source_network: 10.9.0.0/24, translated_network: "
			   "30.0.0.1}}}}");
	ck_assert_ptr_nonnull(kit.net);
	ck_assert_str_eq(name_of("30.0.0.1"), "t1:nat");
}
END_TEST

START_TEST(each_address_has_one_name)
{
	size_t count;
	net_kit_init(&kit, NULL);
	const struct net_name *all = net_names(kit.net, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert(!addr_same(all[i].addr, all[j].addr));
}
END_TEST

Suite *net_names_test_suite(void);
Suite *net_names_test_suite(void)
{
	Suite *s = suite_create("net_names");
	TCase *t = tcase_create("net_names");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_loop_test(t, addresses_are_called_by_what_has_them, 0,
			    sizeof(names) / sizeof(names[0]));
	tcase_add_test(t, an_address_of_several_rules_is_the_gateway_s);
	tcase_add_test(t, each_address_has_one_name);
	suite_add_tcase(s, t);
	return s;
}
