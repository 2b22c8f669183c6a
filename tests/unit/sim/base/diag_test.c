/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/diag.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *diag_test_suite(void);

static const char source[] = "tier0s:\n\tnetwork: 0.0.0.0/33\nend";

START_TEST(a_message_shows_place_line_and_caret)
{
	struct diag d;
	struct str out = {0};
	diag_init(&d);
	uint16_t n = diag_source(&d, "net.yaml", source, strlen(source));
	uint32_t at = (uint32_t)(strstr(source, "0.0") - source);
	diag_error(&d, (struct diag_place){n, at, 10},
		   "prefix length %d is not in 0..32", 33);
	diag_help(&d, "a default route is written 0.0.0.0/0");
	diag_print(&d, false, &out);
	ck_assert_str_eq(
		str_text(&out),
		"net.yaml:2:11: error: prefix length 33 is not in "
		"0..32\n"
		"    2 | \tnetwork: 0.0.0.0/33\n"
		"      | \t         ^~~~~~~~~~\n"
		"      = help: a default route is written 0.0.0.0/0\n");
	str_fini(&out);
	diag_fini(&d);
}
END_TEST

START_TEST(a_place_at_the_end_of_the_text_is_shown)
{
	struct diag d;
	struct str out = {0};
	diag_init(&d);
	uint16_t n = diag_source(&d, "x", "ab", 2);
	diag_error(&d, (struct diag_place){n, 99, 3}, "unfinished");
	diag_print(&d, false, &out);
	ck_assert_str_eq(str_text(&out), "x:1:3: error: unfinished\n"
					 "    1 | ab\n"
					 "      |   ^\n");
	str_fini(&out);
	diag_fini(&d);
}
END_TEST

START_TEST(empty_lines_are_counted)
{
	struct diag d;
	unsigned line, column;
	diag_init(&d);
	uint16_t n = diag_source(&d, "x", "\n\nab", 4);
	ck_assert(diag_where(&d, (struct diag_place){n, 3, 1}, &line, &column));
	ck_assert_uint_eq(line, 3);
	ck_assert_uint_eq(column, 2);
	diag_fini(&d);
}
END_TEST

START_TEST(twenty_are_kept_and_the_rest_counted)
{
	struct diag d;
	struct str out = {0};
	diag_init(&d);
	for (int i = 0; i < 25; i++) {
		diag_error(&d, diag_nowhere(), "number %d", i);
		diag_help(&d, "help %d", i);
	}
	diag_print(&d, false, &out);
	ck_assert_uint_eq(d.error_count, 25);
	ck_assert_ptr_nonnull(strstr(str_text(&out), "number 19"));
	ck_assert_ptr_null(strstr(str_text(&out), "number 20"));
	ck_assert_ptr_null(strstr(str_text(&out), "help 20"));
	ck_assert_ptr_nonnull(strstr(str_text(&out), "5 more not shown"));
	str_fini(&out);
	diag_fini(&d);
}
END_TEST

START_TEST(sources_outlive_what_was_said)
{
	struct diag d;
	struct str out = {0};
	diag_init(&d);
	uint16_t net = diag_source(&d, "net.yaml", "a: b\n", 5);
	for (int i = 0; i < 25; i++)
		diag_warning(&d, diag_nowhere(), "number %d", i);
	diag_forget(&d);
	diag_print(&d, false, &out);
	ck_assert_str_eq(str_text(&out), "");
	diag_error(&d, (struct diag_place){net, 3, 1}, "not b");
	diag_print(&d, false, &out);
	ck_assert_uint_eq(d.error_count + d.warning_count, 1);
	ck_assert_str_eq(str_text(&out), "net.yaml:1:4: error: not b\n"
					 "    1 | a: b\n"
					 "      |    ^\n");
	str_fini(&out);
	diag_fini(&d);
}
END_TEST

START_TEST(control_characters_do_not_reach_the_terminal)
{
	struct diag d;
	struct str out = {0};
	diag_init(&d);
	uint16_t n = diag_source(&d, "x", "a\033[2Jb", 6);
	diag_error(&d, (struct diag_place){n, 0, 1}, "bad");
	diag_print(&d, false, &out);
	ck_assert_ptr_null(strchr(str_text(&out), '\033'));
	str_fini(&out);
	diag_fini(&d);
}
END_TEST

START_TEST(a_long_line_is_cut_around_the_place)
{
	static char text[5000];
	struct diag d;
	struct str out = {0};
	memset(text, 'x', sizeof(text));
	text[2500] = '!';
	diag_init(&d);
	uint16_t n = diag_source(&d, "x", text, sizeof(text));
	diag_error(&d, (struct diag_place){n, 2500, 1}, "here");
	diag_print(&d, false, &out);
	ck_assert_uint_lt(out.len, 600);
	const char *line = strstr(str_text(&out), " | ");
	const char *mark = strchr(line, '!'), *next = strchr(line, '\n') + 1;
	const char *caret = strchr(next, '^');
	ck_assert_int_eq(mark - line, caret - strstr(next, " | "));
	str_fini(&out);
	diag_fini(&d);
}
END_TEST

Suite *diag_test_suite(void)
{
	Suite *s = suite_create("diag");
	TCase *c = tcase_create("diag");
	tcase_add_test(c, a_message_shows_place_line_and_caret);
	tcase_add_test(c, a_place_at_the_end_of_the_text_is_shown);
	tcase_add_test(c, empty_lines_are_counted);
	tcase_add_test(c, twenty_are_kept_and_the_rest_counted);
	tcase_add_test(c, sources_outlive_what_was_said);
	tcase_add_test(c, control_characters_do_not_reach_the_terminal);
	tcase_add_test(c, a_long_line_is_cut_around_the_place);
	suite_add_tcase(s, c);
	return s;
}
