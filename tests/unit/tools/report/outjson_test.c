/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outjson.h"

#include "tests/unit/suites.h"
#include "tests/unit/tools/explain/explain_kit.h"

static struct explain_kit k;
static json_t *j;

static void make(bool all)
{
	struct str s = {0};
	json_error_t error;
	explain_kit_init(&k, "tier0s: {t0-edge: {nat_rules: {tkg: null}}}",
			 EXPLAIN_KIT_CONNECT);
	outjson_run(k.o, all, &s);
	j = json_loads(str_text(&s), 0, &error);
	ck_assert_msg(j, "%s", error.text);
	str_fini(&s);
}

static void clean(void)
{
	json_decref(j);
	explain_kit_fini(&k);
}

static json_t *step(void)
{
	return json_array_get(json_object_get(j, "steps"), 0);
}

static const char *text_of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

START_TEST(the_shape_has_a_version)
{
	make(false);
	ck_assert_int_eq(json_integer_value(json_object_get(
				 json_object_get(j, "tierpath"), "version")),
			 OUTJSON_VERSION);
}
END_TEST

START_TEST(the_cause_is_there_with_both_legs)
{
	make(false);
	json_t *cause = json_object_get(step(), "cause");
	json_t *reply = json_object_get(cause, "reply");
	json_t *hops = json_object_get(reply, "hops");
	json_t *last = json_array_get(hops, json_array_size(hops) - 1);
	ck_assert_int_eq(
		json_integer_value(json_object_get(cause, "sent_times")), 4);
	ck_assert_str_eq(text_of(json_object_get(cause, "request"), "kind"),
			 "SYN");
	ck_assert_str_eq(text_of(reply, "leg"), "reply");
	ck_assert_str_eq(text_of(reply, "reason"), "NO_ROUTE");
	ck_assert_str_eq(text_of(last, "at"), "upstream");
	ck_assert_str_eq(text_of(last, "dropped"), "NO_ROUTE");
	ck_assert_ptr_nonnull(strstr(text_of(cause, "try"), "30.0.0.16"));
}
END_TEST

START_TEST(a_translation_names_rule_path_and_addresses)
{
	make(false);
	json_t *request =
		json_object_get(json_object_get(step(), "cause"), "request");
	json_t *hop = json_array_get(json_object_get(request, "hops"), 1);
	json_t *nat = json_array_get(json_object_get(hop, "nat"), 0);
	ck_assert_str_eq(text_of(nat, "action"), "SNAT");
	ck_assert_str_eq(text_of(nat, "rule"), "tkg-out");
	ck_assert_str_eq(text_of(nat, "rule_path"),
			 "tier1s.vnet-domain-c8.nat_rules.tkg-out");
	ck_assert_str_eq(text_of(nat, "src"), "30.0.0.16:1024");
}
END_TEST

START_TEST(all_packets_only_when_asked_for)
{
	make(false);
	ck_assert_ptr_null(json_object_get(step(), "packets"));
	clean();
	make(true);
	ck_assert_uint_eq(json_array_size(json_object_get(step(), "packets")),
			  k.step->end_packet - k.step->first_packet);
}
END_TEST

Suite *outjson_test_suite(void);
Suite *outjson_test_suite(void)
{
	Suite *s = suite_create("tools/report/outjson");
	TCase *t = tcase_create("outjson");
	tcase_add_checked_fixture(t, NULL, clean);
	tcase_add_test(t, the_shape_has_a_version);
	tcase_add_test(t, the_cause_is_there_with_both_legs);
	tcase_add_test(t, a_translation_names_rule_path_and_addresses);
	tcase_add_test(t, all_packets_only_when_asked_for);
	suite_add_tcase(s, t);
	return s;
}
