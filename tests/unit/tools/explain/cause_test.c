/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/cause.h"

#include "tests/unit/suites.h"
#include "tests/unit/tools/explain/explain_kit.h"

static struct explain_kit k;

#define S 1000000000ULL

START_TEST(a_lost_answer_leads_to_its_request)
{
	explain_kit_init(&k, "tier0s: {t0-edge: {nat_rules: {tkg: null}}}",
			 EXPLAIN_KIT_CONNECT);
	ck_assert_str_eq(k.cause.request->kind, "SYN");
	ck_assert_str_eq(k.cause.reply->kind, "SYN-ACK");
	ck_assert_ptr_eq(k.cause.blocked, k.cause.reply);
	ck_assert_uint_eq(k.cause.reply->cause, k.cause.request->id);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(repetitions_are_counted_with_their_times)
{
	static const uint64_t ladder[] = {0, 1 * S, 3 * S, 7 * S};
	explain_kit_init(&k, "tier0s: {t0-edge: {nat_rules: {tkg: null}}}",
			 EXPLAIN_KIT_CONNECT);
	ck_assert_uint_eq(k.cause.repeats, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(k.cause.times[i], ladder[i]);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(a_lost_request_is_its_own_cause)
{
	explain_kit_init(
		&k, "tier0s: {t0-edge: {static_routes: {default-out: null}}}",
		EXPLAIN_KIT_CONNECT);
	ck_assert_ptr_eq(k.cause.blocked, k.cause.request);
	ck_assert_ptr_null(k.cause.reply);
	ck_assert_int_eq(k.cause.blocked->reason, DROP_NO_ROUTE);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(an_error_comes_back_as_the_reply)
{
	explain_kit_init(&k,
			 "routers: {upstream: {acl: {no: {action: REJECT, "
			 "destination: 74.125.133.82}}}}",
			 EXPLAIN_KIT_CONNECT);
	ck_assert_ptr_eq(k.cause.blocked, k.cause.request);
	ck_assert_int_eq(k.cause.reply->leg, PKT_ERROR);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(where_all_went_well_nothing_is_blocked)
{
	explain_kit_init(&k, "", EXPLAIN_KIT_CONNECT);
	ck_assert_ptr_null(k.cause.blocked);
	ck_assert_str_eq(k.cause.request->kind, "SYN");
	ck_assert_str_eq(k.cause.reply->kind, "SYN-ACK");
	ck_assert_uint_eq(k.cause.repeats, 1);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(the_query_that_left_decides_not_the_one_to_the_stub)
{
	explain_kit_init(&k, "", "lookup: {from: tkg-h6cwg, name: k8s.gcr.io}");
	ck_assert_str_eq(k.cause.request->kind, "DNS query");
	ck_assert_uint_ne(k.cause.request->from_node,
			  k.cause.request->end_node);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(a_pull_that_lacks_a_name_is_decided_by_dns)
{
	explain_kit_init(&k,
			 "tier0s: {t0-edge: {nat_rules: {tkg: null}}}, hosts: "
			 "{dns: {routes: {egress: null}}}",
			 "pull: {workload: tkg-ch-busybox, image: "
			 "k8s.gcr.io/busybox}");
	ck_assert_str_eq(k.cause.request->kind, "DNS query");
	ck_assert_str_eq(k.cause.blocked->kind, "DNS answer");
	explain_kit_fini(&k);
}
END_TEST

START_TEST(waiting_is_about_no_packets)
{
	struct cause c;
	explain_kit_init(&k, "", EXPLAIN_KIT_CONNECT);
	struct outcome_step wait = {.verb = SCRIPT_WAIT};
	ck_assert(!cause_find(k.o, &wait, &c));
	explain_kit_fini(&k);
}
END_TEST

Suite *cause_test_suite(void);
Suite *cause_test_suite(void)
{
	Suite *s = suite_create("tools/explain/cause");
	TCase *t = tcase_create("cause");
	tcase_add_test(t, a_lost_answer_leads_to_its_request);
	tcase_add_test(t, repetitions_are_counted_with_their_times);
	tcase_add_test(t, a_lost_request_is_its_own_cause);
	tcase_add_test(t, an_error_comes_back_as_the_reply);
	tcase_add_test(t, where_all_went_well_nothing_is_blocked);
	tcase_add_test(t, the_query_that_left_decides_not_the_one_to_the_stub);
	tcase_add_test(t, a_pull_that_lacks_a_name_is_decided_by_dns);
	tcase_add_test(t, waiting_is_about_no_packets);
	suite_add_tcase(s, t);
	return s;
}
