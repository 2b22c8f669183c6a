/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/dns.h"

#include <string.h>

#include "sim/wire/be.h"
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

/* A, two answers, of which the name stands in the question, and EDNS0 with
 * 1,232 bytes: RFC 1035 section 4.1, RFC 6891 section 6.1.2. */
static const uint8_t reply[] = {
	0, 7, 0x85, 0x83, 0,  1,  0, 2,	   0, 0, 0, 1, 1,    'a', 0, 0,
	1, 0, 1,    0xc0, 12, 0,  1, 0,	   1, 0, 0, 1, 0x2c, 0,	  4, 1,
	2, 3, 4,    0xc0, 12, 0,  1, 0,	   1, 0, 1, 0, 0,    0,	  4, 5,
	6, 7, 8,    0,	  0,  41, 4, 0xd0, 0, 0, 0, 0, 0,    0};

START_TEST(an_answer_is_written_as_rfc1035_says)
{
	struct dns back, m = {.id = 7,
			      .response = true,
			      .authoritative = true,
			      .recursion_desired = true,
			      .recursion_available = true,
			      .edns = true,
			      .rcode = DNS_NXDOMAIN,
			      .name = "a",
			      .type = DNS_A,
			      .answer_count = 2,
			      .answers = {{DNS_A, 300, {0x01020304}},
					  {DNS_A, 65536, {0x05060708}}}};
	uint8_t bytes[DNS_SIZE_MAX];
	ck_assert_uint_eq(dns_write(bytes, sizeof(bytes), &m), sizeof(reply));
	ck_assert_mem_eq(bytes, reply, sizeof(reply));
	ck_assert(dns_read(reply, sizeof(reply), &back));
	ck_assert_int_eq(back.rcode, DNS_NXDOMAIN);
	ck_assert_uint_eq(back.type, DNS_A);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(back.answers[i].ttl, m.answers[i].ttl);
		ck_assert_uint_eq(back.answers[i].addr.v, m.answers[i].addr.v);
	}
	ck_assert_uint_eq(dns_write(bytes, sizeof(reply), &m), sizeof(reply));
	ck_assert_uint_eq(dns_write(bytes, sizeof(reply) - 1, &m), 0);
}
END_TEST

/* Each bit of the second word of the head alone. */
START_TEST(flags_have_their_places)
{
	uint8_t bytes[sizeof(query)];
	struct dns m;
	memcpy(bytes, query, sizeof(query));
	be_store16(bytes + 2, (uint16_t)(1U << _i));
	ck_assert(dns_read(bytes, sizeof(bytes), &m));
	ck_assert_int_eq(m.response, _i == 15);
	ck_assert_int_eq(m.authoritative, _i == 10);
	ck_assert_int_eq(m.truncated, _i == 9);
	ck_assert_int_eq(m.recursion_desired, _i == 8);
	ck_assert_int_eq(m.recursion_available, _i == 7);
	ck_assert_int_eq((int)m.rcode, _i < 4 ? 1 << _i : 0);
	ck_assert(!m.edns && !m.answer_count);
	if (_i > 6 && (_i < 11 || _i == 15)) {
		ck_assert_uint_eq(dns_write(bytes, sizeof(bytes), &m),
				  sizeof(query));
		ck_assert_uint_eq(be_load16(bytes + 2), 1U << _i);
	}
}
END_TEST

/* Only of the section for answers, only addresses, only so many. */
START_TEST(answers_are_kept_up_to_a_limit)
{
	uint8_t bytes[DNS_SIZE_MAX];
	struct dns back, m = {.response = true, .name = "a", .type = DNS_A};
	for (m.answer_count = 0; m.answer_count < DNS_ANSWERS_MAX;
	     m.answer_count++)
		m.answers[m.answer_count] = (struct dns_answer){
			DNS_A, 1, {(uint32_t)m.answer_count}};
	size_t len = dns_write(bytes, sizeof(bytes), &m);
	memcpy(bytes + len, bytes + len - 16, 16);
	bytes[7]++;
	ck_assert(dns_read(bytes, len + 16, &back));
	ck_assert_uint_eq(back.answer_count, DNS_ANSWERS_MAX);
	bytes[7] = 1; /* one answer, the others are additional */
	bytes[11] = 8;
	ck_assert(dns_read(bytes, len + 16, &back));
	ck_assert_uint_eq(back.answer_count, 1);
	bytes[22] = 5; /* type of the first: an alias */
	ck_assert(dns_read(bytes, len + 16, &back));
	ck_assert_uint_eq(back.answer_count, 0);
}
END_TEST

#define L60 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

/* RFC 1035 2.3.4, and the digits of the texts. */
static const struct {
	const char *name;
	bool good;
} names[] = {
	{"a", true},
	{"a.", true},
	{L60 "ggg", true},
	{L60 "gggg", false},
	{L60 "." L60 "." L60 "." L60 ".abcdefghi", true},
	{".a", false},
	{"a..", false},
};

START_TEST(names_have_their_limits)
{
	uint8_t bytes[DNS_SIZE_MAX];
	struct dns back, m = {.type = DNS_A};
	strcpy(m.name, names[_i].name);
	size_t len = dns_write(bytes, sizeof(bytes), &m);
	ck_assert_int_eq(len > 0, names[_i].good);
	if (!len)
		return;
	ck_assert(dns_read(bytes, len, &back));
	ck_assert(!strncmp(back.name, m.name, strlen(back.name)));
	ck_assert_uint_ge(strlen(back.name) + 1, strlen(m.name));
}
END_TEST

START_TEST(numbers_have_names)
{
	ck_assert_str_eq(dns_rcode_name(DNS_NOERROR), "NOERROR");
	ck_assert_str_eq(dns_rcode_name(DNS_SERVFAIL), "SERVFAIL");
	ck_assert_str_eq(dns_rcode_name(DNS_REFUSED), "REFUSED");
	ck_assert_str_eq(dns_rcode_name((enum dns_rcode)6), "RCODE");
	ck_assert_str_eq(dns_type_name(1), "A");
	ck_assert_str_eq(dns_type_name(28), "AAAA");
	ck_assert_str_eq(dns_type_name(5), "CNAME");
	ck_assert_str_eq(dns_type_name(2), "type");
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
	tcase_add_test(c, an_answer_is_written_as_rfc1035_says);
	tcase_add_loop_test(c, flags_have_their_places, 0, 16);
	tcase_add_test(c, answers_are_kept_up_to_a_limit);
	tcase_add_loop_test(c, names_have_their_limits, 0,
			    sizeof(names) / sizeof(names[0]));
	tcase_add_test(c, numbers_have_names);
	tcase_add_test(c, what_is_written_is_read_back);
	tcase_add_test(c, names_are_compared_in_lower_case);
	tcase_add_test(c, a_pointer_that_loops_is_refused);
	tcase_add_test(c, bad_names_are_not_written);
	suite_add_tcase(s, c);
	return s;
}
