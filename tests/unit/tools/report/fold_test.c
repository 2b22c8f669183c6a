/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/fold.h"

#include <check.h>

#include "tests/unit/suites.h"

#define TABLE                                                                  \
	"Events:\n"                                                            \
	"  Type    Reason  Age  From     Message\n"                            \
	"  ----    ------  ---- ----     -------\n"                            \
	"  Normal  Pulled  1s   kubelet  one two three four five six seven\n"

static struct str s;

static void clean(void)
{
	str_fini(&s);
}

START_TEST(words_go_to_the_next_line_when_one_is_full)
{
	fold_text("aaa bbb ccc", "> ", "  ", 9, &s);
	ck_assert_str_eq(str_text(&s), "> aaa bbb\n  ccc\n");
}
END_TEST

START_TEST(a_word_wider_than_the_line_is_not_cut)
{
	fold_text("a bbbbbbbbbbbb c", "", "", 5, &s);
	ck_assert_str_eq(str_text(&s), "a\nbbbbbbbbbbbb\nc\n");
}
END_TEST

START_TEST(no_text_is_an_empty_line)
{
	fold_text("", "> ", "  ", 80, &s);
	ck_assert_str_eq(str_text(&s), "> \n");
}
END_TEST

START_TEST(a_table_of_any_width_is_only_indented)
{
	fold_table(TABLE, 0, &s);
	ck_assert_str_eq(str_text(&s),
			 "  Events:\n"
			 "    Type    Reason  Age  From     Message\n"
			 "    ----    ------  ---- ----     -------\n"
			 "    Normal  Pulled  1s   kubelet  one two three four "
			 "five six seven\n");
}
END_TEST

START_TEST(a_table_that_fits_is_left_alone)
{
	struct str wide = {0};
	fold_table(TABLE, 0, &wide);
	fold_table(TABLE, 67, &s);
	ck_assert_str_eq(str_text(&s), str_text(&wide));
	str_clear(&s);
	fold_table(TABLE, 64, &s);
	ck_assert_str_ne(str_text(&s), str_text(&wide));
	str_fini(&wide);
}
END_TEST

START_TEST(a_narrow_terminal_has_messages_on_lines_of_their_own)
{
	fold_table(TABLE, 40, &s);
	ck_assert_str_eq(str_text(&s), "  Events:\n"
				       "    Type    Reason  Age  From\n"
				       "        Message\n"
				       "    ----    ------  ---- ----\n"
				       "        -------\n"
				       "    Normal  Pulled  1s   kubelet\n"
				       "        one two three four five six\n"
				       "        seven\n");
}
END_TEST

START_TEST(with_room_enough_messages_are_folded_in_their_column)
{
	fold_table("Events:\n"
		   "  T  Message\n"
		   "  N  aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb "
		   "ccccccccccccccccccc\n",
		   50, &s);
	ck_assert_str_eq(str_text(&s),
			 "  Events:\n"
			 "    T  Message\n"
			 "    N  aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb\n"
			 "       ccccccccccccccccccc\n");
}
END_TEST

Suite *fold_test_suite(void);
Suite *fold_test_suite(void)
{
	Suite *suite = suite_create("tools/report/fold");
	TCase *t = tcase_create("fold");
	tcase_add_checked_fixture(t, NULL, clean);
	tcase_add_test(t, words_go_to_the_next_line_when_one_is_full);
	tcase_add_test(t, a_word_wider_than_the_line_is_not_cut);
	tcase_add_test(t, no_text_is_an_empty_line);
	tcase_add_test(t, a_table_of_any_width_is_only_indented);
	tcase_add_test(t, a_table_that_fits_is_left_alone);
	tcase_add_test(t, a_narrow_terminal_has_messages_on_lines_of_their_own);
	tcase_add_test(t, with_room_enough_messages_are_folded_in_their_column);
	suite_add_tcase(suite, t);
	return suite;
}
