/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/dns.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *dns_test_suite(void);

/* A query for k8s.gcr.io, written out by hand from RFC 1035 section 4.1. */
static const uint8_t query[] = {
	0x12, 0x34, 0x01, 0x00, 0,   1,	  0, 0,	  0,   0, 0, 0, 3, 'k',
	'8',  's',  3,	  'g',	'c', 'r', 2, 'i', 'o', 0, 0, 1, 0, 1};

START_TEST(a_query_is_written_as_rfc1035_says)
{
	struct dns m = {.id = 0x1234, .recursion_desired = true, .type = DNS_A};
	uint8_t bytes[DNS_SIZE_MAX];
	strcpy(m.name, "k8s.gcr.io");
	ck_assert_uint_eq(dns_write(bytes, sizeof(bytes), &m), sizeof(query));
	ck_assert_mem_eq(bytes, query, sizeof(query));
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
	struct dns m = {.id = 7,
			.response = true,
			.recursion_available = true,
			.edns = true,
			.rcode = DNS_NOERROR,
			.type = DNS_A,
			.answer_count = 2,
			.answers = {{DNS_A, 300, {0x4a7d8552}},
				    {DNS_A, 300, {0x01020304}}}};
	struct dns back;
	uint8_t bytes[DNS_SIZE_MAX];
	strcpy(m.name, "k8s.gcr.io");
	size_t len = dns_write(bytes, sizeof(bytes), &m);
	ck_assert(dns_read(bytes, len, &back));
	ck_assert_str_eq(back.name, m.name);
	ck_assert_uint_eq(back.answer_count, 2);
	ck_assert_uint_eq(back.answers[0].addr.v, 0x4a7d8552);
	ck_assert(back.edns && back.response && back.recursion_available);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert_msg(!dns_read(bytes, cut, &back), "cut at %zu", cut);
}
END_TEST

START_TEST(names_are_compared_in_lower_case)
{
	struct dns m;
	uint8_t bytes[sizeof(query)];
	memcpy(bytes, query, sizeof(query));
	bytes[13] = 'K';
	ck_assert(dns_read(bytes, sizeof(bytes), &m));
	ck_assert_str_eq(m.name, "k8s.gcr.io");
}
END_TEST

START_TEST(a_pointer_that_loops_is_refused)
{
	uint8_t loop[] = {0, 1, 0, 0,	 0,  1, 0, 0, 0,
			  0, 0, 0, 0xc0, 12, 0, 1, 0, 1};
	struct dns m;
	ck_assert(!dns_read(loop, sizeof(loop), &m));
}
END_TEST

START_TEST(bad_names_are_not_written)
{
	uint8_t bytes[DNS_SIZE_MAX];
	struct dns m = {.type = DNS_A};
	memset(m.name, 'a', 64); /* a label has 63 at most */
	ck_assert_uint_eq(dns_write(bytes, sizeof(bytes), &m), 0);
	strcpy(m.name, "a..b");
	ck_assert_uint_eq(dns_write(bytes, sizeof(bytes), &m), 0);
	strcpy(m.name, "a.b");
	ck_assert_uint_eq(dns_write(bytes, 10, &m), 0);
	ck_assert_uint_gt(dns_write(bytes, sizeof(bytes), &m), 0);
}
END_TEST

Suite *dns_test_suite(void)
{
	Suite *s = suite_create("dns");
	TCase *c = tcase_create("dns");
	tcase_add_test(c, a_query_is_written_as_rfc1035_says);
	tcase_add_test(c, what_is_written_is_read_back);
	tcase_add_test(c, names_are_compared_in_lower_case);
	tcase_add_test(c, a_pointer_that_loops_is_refused);
	tcase_add_test(c, bad_names_are_not_written);
	suite_add_tcase(s, c);
	return s;
}
