/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/outcome.h"

#include <check.h>

#include "scenarios/play/replay.h"
#include "tests/unit/suites.h"

START_TEST(places_are_known_by_their_names)
{
	static const struct outcome_place places[] = {
		{"a", NET_TIER0},  {"b", NET_ROUTER}, {"c", NET_HOST},
		{"d", NET_ROUTER}, {"e", NET_HOST},   {"f", NET_HOST},
		{"g", NET_HOST},   {"h", NET_TIER0}};
	struct outcome *o = outcome_new("a.yaml", "a", 1);
	for (size_t i = 0; i < 8; i++)
		VEC_ADD(&o->places, places[i]);
	ck_assert_int_eq(outcome_kind(o, "a"), NET_TIER0);
	ck_assert_int_eq(outcome_kind(o, "d"), NET_ROUTER);
	ck_assert_int_eq(outcome_kind(o, "h"), NET_TIER0);
	ck_assert_int_eq(outcome_kind(o, "segment"), NET_HOST);
	outcome_free(o);
}
END_TEST

/* Rule 1 has changed at 10 and 20 ns, rule 2 at 15. */
static const struct {
	uint32_t ref;
	uint64_t when;
	const char *text;
} texts[] = {
	{1, 0, "a"},  {1, 9, "a"},  {1, 10, "b"}, {1, 19, "b"}, {1, 20, "c"},
	{1, 30, "c"}, {2, 14, "x"}, {2, 15, "y"}, {0, 5, ""},	{3, 5, ""},
};

START_TEST(a_rule_has_the_text_of_its_time)
{
	static const struct net_ref refs[] = {{.text = "c"}, {.text = "y"}};
	static const struct outcome_former former[] = {
		{1, 10, "a"}, {2, 15, "x"}, {1, 20, "b"}};
	struct outcome *o = outcome_new("a.yaml", "a", 1);
	for (size_t i = 0; i < 2; i++)
		VEC_ADD(&o->refs, refs[i]);
	for (size_t i = 0; i < 3; i++)
		VEC_ADD(&o->former, former[i]);
	ck_assert_str_eq(outcome_ref_text(o, texts[_i].ref, texts[_i].when),
			 texts[_i].text);
	outcome_free(o);
}
END_TEST

START_TEST(what_was_never_made_can_be_freed)
{
	outcome_free(NULL);
	replay_free(NULL);
	model_free(NULL);
}
END_TEST

Suite *outcome_test_suite(void);
Suite *outcome_test_suite(void)
{
	Suite *s = suite_create("scenarios/play/outcome");
	TCase *c = tcase_create("outcome");
	tcase_add_test(c, places_are_known_by_their_names);
	tcase_add_loop_test(c, a_rule_has_the_text_of_its_time, 0,
			    sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(c, what_was_never_made_can_be_freed);
	suite_add_tcase(s, c);
	return s;
}
