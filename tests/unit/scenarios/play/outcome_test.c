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
	tcase_add_test(c, what_was_never_made_can_be_freed);
	suite_add_tcase(s, c);
	return s;
}
