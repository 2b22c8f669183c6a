/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/drop.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *drop_test_suite(void);

START_TEST(every_reason_is_found_by_its_name)
{
	enum drop found = DROP_COUNT;
	ck_assert(drop_find(drop_name((enum drop)_i), &found));
	ck_assert_int_eq(found, _i);
}
END_TEST

START_TEST(every_reason_says_what_and_what_to_do)
{
	ck_assert_msg(strlen(drop_sentence((enum drop)_i)) > 5, "%s",
		      drop_name((enum drop)_i));
	ck_assert_msg(strlen(drop_remedy((enum drop)_i)) > 5, "%s",
		      drop_name((enum drop)_i));
}
END_TEST

/* The values of 'reason' in the NSX-T 3.2 Policy API that we use. */
START_TEST(nsx_names_are_those_of_traceflow)
{
	static const char *const names[] = {
		"NONE",	    "NO_ROUTE", "TTL_ZERO", "IFACE",
		"ARP_FAIL", "NEIGH",	"NAT",	    "LB",
		"L4PORT",   "FW_RULE",	"IP",	    "IP_REASS",
		"LSWITCH",  "UNKNOWN",	"TUNNEL",   "FW_STATE"};
	bool known = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		known |= !strcmp(names[i], drop_nsx_name((enum drop)_i));
	ck_assert_msg(known, "%s is called %s", drop_name((enum drop)_i),
		      drop_nsx_name((enum drop)_i));
}
END_TEST

START_TEST(names_are_case_sensitive)
{
	enum drop found = DROP_COUNT;
	ck_assert(!drop_find("no_route", &found));
	ck_assert(!drop_find("", &found));
	ck_assert_int_eq(found, DROP_COUNT);
}
END_TEST

Suite *drop_test_suite(void)
{
	Suite *s = suite_create("drop");
	TCase *c = tcase_create("drop");
	tcase_add_loop_test(c, every_reason_is_found_by_its_name, 0,
			    DROP_COUNT);
	tcase_add_loop_test(c, every_reason_says_what_and_what_to_do, 1,
			    DROP_COUNT);
	tcase_add_loop_test(c, nsx_names_are_those_of_traceflow, 0, DROP_COUNT);
	tcase_add_test(c, names_are_case_sensitive);
	suite_add_tcase(s, c);
	return s;
}
