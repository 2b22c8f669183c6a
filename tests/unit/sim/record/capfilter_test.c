/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/capfilter.h"
#include "tests/unit/frames.h"

static struct diag d;

static void setup(void)
{
	diag_init(&d);
}

static void teardown(void)
{
	diag_fini(&d);
}

START_TEST(an_expression_of_tcpdump_decides)
{
	static struct pkt p;
	struct frames_spec s = {.src = "10.0.0.1",
				.dst = "10.0.0.2",
				.proto = IP4_PROTO_UDP,
				.sport = 1000,
				.dport = 53};
	frames_make(&p, &s);
	struct capfilter *yes = capfilter_new("udp port 53", &d);
	struct capfilter *no = capfilter_new("host 10.0.0.3", &d);
	ck_assert(capfilter_fits(yes, p.data, p.len));
	ck_assert(!capfilter_fits(no, p.data, p.len));
	capfilter_free(yes);
	capfilter_free(no);
}
END_TEST

START_TEST(what_is_no_expression_is_told)
{
	ck_assert_ptr_null(capfilter_new("prot 53", &d));
	ck_assert_uint_eq(d.error_count, 1);
}
END_TEST

Suite *capfilter_test_suite(void);
Suite *capfilter_test_suite(void)
{
	Suite *s = suite_create("capfilter");
	TCase *t = tcase_create("capfilter");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_expression_of_tcpdump_decides);
	tcase_add_test(t, what_is_no_expression_is_told);
	suite_add_tcase(s, t);
	return s;
}
