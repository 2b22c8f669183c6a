/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/lang/pattern.h"

#include <check.h>

#include "tests/unit/suites.h"

static const struct {
	const char *text;
	bool src_any, dst_any;
	uint16_t sport, dport;
	const char *kind;
} good[] = {
	{"74.125.133.82:443 > 30.0.0.16 SYN-ACK", false, false, 443, 0,
	 "SYN-ACK"},
	{"30.0.0.0/24 > *:53 DNS query", false, true, 0, 53, "DNS query"},
	{"> 10.27.51.252", true, false, 0, 0, ""},
	{"10.0.0.1 >", false, true, 0, 0, ""},
	{"* > * ICMP network unreachable", true, true, 0, 0,
	 "ICMP network unreachable"},
	{"> SYN", true, true, 0, 0, "SYN"},
	{"RST*", true, true, 0, 0, "RST*"},
	{"HTTP GET /v2/", true, true, 0, 0, "HTTP GET /v2/"},
};

START_TEST(each_of_the_three_parts_may_be_left_out)
{
	struct pattern p;
	const char *why, *nearest;
	ck_assert_msg(pattern_parse(good[_i].text, &p, &why, &nearest), "%s",
		      good[_i].text);
	ck_assert_int_eq(p.src.net.len == 0, good[_i].src_any);
	ck_assert_int_eq(p.dst.net.len == 0, good[_i].dst_any);
	ck_assert_uint_eq(p.src.port, good[_i].sport);
	ck_assert_uint_eq(p.dst.port, good[_i].dport);
	ck_assert_str_eq(p.kind, good[_i].kind);
}
END_TEST

static const struct {
	const char *text, *nearest;
} bad[] = {
	{"", NULL},
	{"SYNACK", "SYN-ACK"},
	{"10.0.0.1 > 10.0.0.2 SIN", "SYN"},
	{"10.0.0 > 10.0.0.2", NULL},
	{"10.0.0.1 > 10.0.0.2:0", NULL},
	{"10.0.0.1 > 10.0.0.256", NULL},
	{"10.0.0.1:1-2 >", NULL},
	{"10.0.0.1 10.0.0.2 > 10.0.0.3", NULL},
};

START_TEST(what_no_packet_can_look_like_is_refused)
{
	struct pattern p;
	const char *why, *nearest;
	ck_assert_msg(!pattern_parse(bad[_i].text, &p, &why, &nearest), "%s",
		      bad[_i].text);
	ck_assert_ptr_nonnull(why);
	if (bad[_i].nearest)
		ck_assert_str_eq(nearest, bad[_i].nearest);
	else
		ck_assert_ptr_null(nearest);
}
END_TEST

static const struct {
	const char *pattern, *kind;
	bool fits;
} kinds[] = {
	{"", "SYN", true},
	{"SYN", "SYN", true},
	{"SYN", "SYN-ACK", false},
	{"SYN*", "SYN-ACK", true},
	{"HTTP", "HTTP GET /v2/", true},
	{"HTTP GET", "HTTP GET /v2/", true},
	{"HTTP GET", "HTTP HEAD /v2/", false},
	{"DNS query", "DNS", false},
	{"ICMP", "ICMP network unreachable", true},
};

START_TEST(a_kind_fits_whole_words)
{
	ck_assert_int_eq(pattern_kind_fits(kinds[_i].pattern, kinds[_i].kind),
			 kinds[_i].fits);
}
END_TEST

static const struct {
	const char *end, *addr;
	uint16_t port;
	bool fits;
} ends[] = {
	{"*", "1.2.3.4", 5, true},
	{"*:5", "1.2.3.4", 5, true},
	{"*:5", "1.2.3.4", 6, false},
	{"1.2.3.4", "1.2.3.4", 6, true},
	{"1.2.3.4", "1.2.3.5", 6, false},
	{"1.2.3.4:6", "1.2.3.4", 6, true},
	{"1.2.3.0/24:6", "1.2.3.77", 6, true},
	{"1.2.3.0/24", "1.2.4.77", 6, false},
};

START_TEST(an_end_fits_address_and_port)
{
	struct pattern_end e;
	ip4 addr;
	ck_assert(pattern_parse_end(ends[_i].end, &e));
	ck_assert(addr_parse_ip4(ends[_i].addr, &addr));
	ck_assert_int_eq(pattern_end_fits(&e, addr, ends[_i].port),
			 ends[_i].fits);
}
END_TEST

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

Suite *pattern_test_suite(void);
Suite *pattern_test_suite(void)
{
	Suite *s = suite_create("scenarios/lang/pattern");
	TCase *t = tcase_create("pattern");
	tcase_add_loop_test(t, each_of_the_three_parts_may_be_left_out, 0,
			    ROWS(good));
	tcase_add_loop_test(t, what_no_packet_can_look_like_is_refused, 0,
			    ROWS(bad));
	tcase_add_loop_test(t, a_kind_fits_whole_words, 0, ROWS(kinds));
	tcase_add_loop_test(t, an_end_fits_address_and_port, 0, ROWS(ends));
	suite_add_tcase(s, t);
	return s;
}
