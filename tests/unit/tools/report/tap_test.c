/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/tap.h"

#include <check.h>
#include <string.h>

#include "tests/unit/suites.h"

static const struct tap_result results[] = {
	{"a.yaml", "it works", true, false, 3, "", 127.0, false},
	{"b.yaml", "rule #2", false, false, 1, "one\ntwo\n", 0.5, false},
	{"c <&\">.yaml", NULL, false, true, 0, "c:1:1: error: <no>\n", 0,
	 false},
};

START_TEST(points_are_tap_13_and_trouble_is_comment)
{
	struct str s = {0};
	tap_head(3, &s);
	for (size_t i = 0; i < 3; i++)
		tap_point(&results[i], i + 1, &s);
	tap_end(1, 2, &s);
	ck_assert_str_eq(str_text(&s), "TAP version 13\n"
				       "1..3\n"
				       "ok 1 - a.yaml: it works\n"
				       "not ok 2 - b.yaml: rule \\#2\n"
				       "  # one\n"
				       "  # two\n"
				       "not ok 3 - c <&\">.yaml\n"
				       "  # c:1:1: error: <no>\n"
				       "# 1 passed, 2 failed\n");
	str_fini(&s);
}
END_TEST

START_TEST(what_is_left_out_is_a_skip_with_its_reason)
{
	struct tap_result r = {"d.yaml", "it needs more", true, false,
			       0,	 "no TLS",	  0,	true};
	struct str s = {0};
	tap_point(&r, 4, &s);
	ck_assert_str_eq(str_text(&s),
			 "ok 4 - d.yaml: it needs more # SKIP no TLS\n");
	str_clear(&s);
	tap_junit(&r, 1, &s);
	ck_assert(strstr(str_text(&s), "skipped=\"1\""));
	ck_assert(strstr(str_text(&s), "<skipped message=\"no TLS\"/>"));
	str_fini(&s);
}
END_TEST

START_TEST(junit_tells_failures_from_errors_and_escapes)
{
	struct str s = {0};
	tap_junit(results, 3, &s);
	ck_assert_str_eq(
		str_text(&s),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"tierpath\" tests=\"3\" failures=\"1\" "
		"errors=\"1\" skipped=\"0\" time=\"127.500\">\n"
		"  <testcase classname=\"scenarios\" name=\"a.yaml\" "
		"time=\"127.000\"/>\n"
		"  <testcase classname=\"scenarios\" name=\"b.yaml\" "
		"time=\"0.500\">\n"
		"    <failure message=\"an expectation failed\">one\n"
		"two\n"
		"</failure>\n"
		"  </testcase>\n"
		"  <testcase classname=\"scenarios\" name=\"c "
		"&lt;&amp;&quot;&gt;.yaml\" time=\"0.000\">\n"
		"    <error message=\"cannot be played\">c:1:1: error: "
		"&lt;no&gt;\n"
		"</error>\n"
		"  </testcase>\n"
		"</testsuite>\n");
	str_fini(&s);
}
END_TEST

Suite *tap_test_suite(void);
Suite *tap_test_suite(void)
{
	Suite *s = suite_create("tools/report/tap");
	TCase *t = tcase_create("tap");
	tcase_add_test(t, what_is_left_out_is_a_skip_with_its_reason);
	tcase_add_test(t, points_are_tap_13_and_trouble_is_comment);
	tcase_add_test(t, junit_tells_failures_from_errors_and_escapes);
	suite_add_tcase(s, t);
	return s;
}
