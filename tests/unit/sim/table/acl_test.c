/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/acl.h"

#include "tests/unit/suites.h"

Suite *acl_test_suite(void);

#define TCP 6
#define UDP 17

static struct acl_rule storage[4];
static struct acl acl;

static struct acl_rule *add(enum acl_action action, uint32_t sequence)
{
	struct acl_rule r = {.action = action, .sequence_number = sequence};
	ck_assert(acl_add(&acl, &r));
	return &storage[acl.count - 1];
}

static struct nat_prefixes only(const char *prefix)
{
	struct nat_prefixes p = {.count = 1};
	ck_assert(addr_parse_prefix(prefix, &p.at[0]));
	return p;
}

static const struct acl_rule *match(const char *src, const char *dst,
				    uint8_t proto, uint16_t dport)
{
	struct flow_key flow = {.proto = proto, .dport = dport};
	struct nat_key key = {.flow = &flow};
	ck_assert(addr_parse_ip4(src, &flow.src));
	ck_assert(addr_parse_ip4(dst, &flow.dst));
	return acl_match(&acl, &key);
}

static void setup(void)
{
	acl_init(&acl, storage, 4);
}

START_TEST(the_first_match_by_number_decides)
{
	add(ACL_DROP, 20);
	add(ACL_PERMIT, 10)->source = only("30.0.0.0/24");
	acl_seal(&acl);
	ck_assert_int_eq(match("30.0.0.5", "8.8.8.8", TCP, 443)->action,
			 ACL_PERMIT);
	ck_assert_int_eq(match("31.0.0.5", "8.8.8.8", TCP, 443)->action,
			 ACL_DROP);
}
END_TEST

START_TEST(of_equal_numbers_the_first_decides)
{
	add(ACL_REJECT, 20)->destination = only("8.8.0.0/16");
	add(ACL_DROP, 20)->destination = only("8.0.0.0/8");
	add(ACL_PERMIT, 10)->source = only("30.0.0.0/24");
	add(ACL_PERMIT, 20);
	acl_seal(&acl);
	ck_assert_int_eq(match("31.0.0.5", "8.8.8.8", TCP, 443)->action,
			 ACL_REJECT);
	ck_assert_int_eq(match("31.0.0.5", "8.9.8.8", TCP, 443)->action,
			 ACL_DROP);
	ck_assert_int_eq(match("31.0.0.5", "9.9.8.8", TCP, 443)->action,
			 ACL_PERMIT);
	ck_assert_int_eq(match("30.0.0.5", "8.8.8.8", TCP, 443)->action,
			 ACL_PERMIT);
}
END_TEST

START_TEST(no_match_is_no_rule)
{
	add(ACL_DROP, 1)->destination = only("9.9.9.9");
	acl_seal(&acl);
	ck_assert_ptr_null(match("30.0.0.5", "8.8.8.8", TCP, 443));
	ck_assert_ptr_nonnull(match("30.0.0.5", "9.9.9.9", TCP, 443));
}
END_TEST

START_TEST(protocol_and_port_are_matched)
{
	struct acl_rule *r = add(ACL_REJECT, 1);
	r->proto = TCP;
	r->ports = (struct addr_ports){80, 443};
	acl_seal(&acl);
	ck_assert_ptr_nonnull(match("1.1.1.1", "8.8.8.8", TCP, 80));
	ck_assert_ptr_nonnull(match("1.1.1.1", "8.8.8.8", TCP, 443));
	ck_assert_ptr_null(match("1.1.1.1", "8.8.8.8", TCP, 444));
	ck_assert_ptr_null(match("1.1.1.1", "8.8.8.8", TCP, 79));
	ck_assert_ptr_null(match("1.1.1.1", "8.8.8.8", UDP, 80));
}
END_TEST

START_TEST(a_full_table_says_so)
{
	for (uint32_t i = 0; i < 4; i++)
		add(ACL_DROP, i);
	ck_assert(!acl_add(&acl, &storage[0]));
	ck_assert_str_eq(acl_action_name(ACL_REJECT), "REJECT");
}
END_TEST

Suite *acl_test_suite(void)
{
	Suite *s = suite_create("acl");
	TCase *c = tcase_create("acl");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, the_first_match_by_number_decides);
	tcase_add_test(c, of_equal_numbers_the_first_decides);
	tcase_add_test(c, no_match_is_no_rule);
	tcase_add_test(c, protocol_and_port_are_matched);
	tcase_add_test(c, a_full_table_says_so);
	suite_add_tcase(s, c);
	return s;
}
