/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/lineage.h"

#include "tests/unit/suites.h"
#include "tests/unit/tools/explain/explain_kit.h"

static struct explain_kit k;
static struct lineage l;

static void of(const char *change)
{
	explain_kit_init(&k, change, EXPLAIN_KIT_CONNECT);
	lineage_of(k.o, &k.cause, &l);
}

static const char *rule(const struct walk_nat *n)
{
	return outcome_ref(k.o, n->ref)->name;
}

START_TEST(tier1_made_the_address_and_tier0_let_it_out)
{
	of("tier0s: {t0-edge: {nat_rules: {tkg: null}}}");
	ck_assert_str_eq(l.maker->label, "vnet-domain-c8");
	ck_assert_str_eq(rule(l.made), "tkg-out");
	ck_assert_str_eq(l.bare->label, "t0-edge");
	ck_assert_ptr_null(l.turner);
	ck_assert_str_eq(l.end->label, "upstream");
	ck_assert_str_eq(l.before->label, "registry");
	ck_assert(!lineage_is_mixed_up(&l) && !lineage_is_turned_away(&l));
	explain_kit_fini(&k);
}
END_TEST

START_TEST(the_last_translation_leaves_nobody_behind_it_bare)
{
	of("tier0s: {t0-edge: {nat_rules: {tkg: {translated_network: "
	   "10.27.51.200}}}}");
	ck_assert_str_eq(l.maker->label, "t0-edge");
	ck_assert_str_eq(rule(l.made), "tkg");
	ck_assert_ptr_null(l.bare);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(who_let_pass_before_the_last_translation_is_not_bare)
{
	of("tier1s: {vnet-domain-c8: {nat_rules: null}}, tier0s: {t0-edge: "
	   "{nat_rules: {tkg: {source_network: 10.244.1.3, "
	   "translated_network: 10.99.9.9}}}}");
	ck_assert(walk_let_pass(&l.there.hops[1]));
	ck_assert_str_eq(l.maker->label, "t0-edge");
	ck_assert_ptr_null(l.bare);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(nobody_made_the_senders_own_address)
{
	of("tier1s: {vnet-domain-c8: {nat_rules: null}}");
	ck_assert_ptr_null(l.maker);
	ck_assert_str_eq(l.bare->label, "t0-edge");
	explain_kit_fini(&k);
}
END_TEST

START_TEST(two_rules_with_one_address_mix_answers_up)
{
	of("tier0s: {t0-edge: {nat_rules: {tkg: {translated_network: "
	   "10.27.51.145}}}}");
	ck_assert(lineage_is_mixed_up(&l));
	ck_assert_str_eq(rule(l.made), "tkg");
	ck_assert_str_eq(rule(l.turned), "supervisor");
	explain_kit_fini(&k);
}
END_TEST

START_TEST(an_answer_goes_past_who_could_turn_it_back)
{
	explain_kit_init(&k, EXPLAIN_KIT_TRANSPARENT, EXPLAIN_KIT_HARBOR);
	lineage_of(k.o, &k.cause, &l);
	ck_assert(lineage_is_past(&l));
	ck_assert_str_eq(l.aimer->label, "domain-c8");
	ck_assert_str_eq(rule(l.aimed), "harbor");
	explain_kit_fini(&k);
	of("tier0s: {t0-edge: {nat_rules: {tkg: null}}}");
	ck_assert(!lineage_is_past(&l));
	explain_kit_fini(&k);
}
END_TEST

START_TEST(without_a_route_an_answer_is_turned_away)
{
	const struct walk_nat *nat;
	of("tier1s: {vnet-domain-c8: {route_advertisement_types: "
	   "[TIER1_CONNECTED]}}");
	ck_assert(lineage_is_turned_away(&l) && !lineage_is_mixed_up(&l));
	ck_assert_str_eq(l.turner->label, "t0-edge");
	const struct walk_hop *owner =
		lineage_maker_of(&l, l.turned->dst, &nat);
	ck_assert_str_eq(owner->label, "vnet-domain-c8");
	ck_assert_str_eq(rule(nat), "tkg-out");
	explain_kit_fini(&k);
}
END_TEST

/* It dies with the sender's own address, at somebody it had not met before. */
START_TEST(what_is_led_astray_behind_the_translation_is_not_turned_away)
{
	of("tier1s: {vnet-domain-c8: {nat_rules: null}}, tier0s: {t0-edge: "
	   "{nat_rules: {tkg: {source_network: 10.244.1.3}}, static_routes: "
	   "{odd: {network: 10.244.1.3/32, next_hops: [10.27.51.200]}}}}, "
	   "routers: {other: {interfaces: {x: {segment: uplink-vlan, address: "
	   "10.27.51.200/24}}}}");
	ck_assert_str_eq(l.turner->label, "t0-edge");
	ck_assert_str_eq(l.end->label, "other");
	ck_assert_int_eq(l.end->reason, DROP_NO_ROUTE);
	ck_assert(!lineage_is_turned_away(&l));
	explain_kit_fini(&k);
}
END_TEST

START_TEST(what_is_not_blocked_has_no_end)
{
	of("");
	ck_assert_ptr_null(l.end);
	ck_assert_ptr_null(l.bare);
	ck_assert_str_eq(rule(l.made), "tkg");
	ck_assert_str_eq(l.turner->label, "vnet-domain-c8");
	explain_kit_fini(&k);
}
END_TEST

Suite *lineage_test_suite(void);
Suite *lineage_test_suite(void)
{
	Suite *s = suite_create("tools/explain/lineage");
	TCase *t = tcase_create("lineage");
	tcase_add_test(t, tier1_made_the_address_and_tier0_let_it_out);
	tcase_add_test(t, the_last_translation_leaves_nobody_behind_it_bare);
	tcase_add_test(t, who_let_pass_before_the_last_translation_is_not_bare);
	tcase_add_test(t, nobody_made_the_senders_own_address);
	tcase_add_test(t, two_rules_with_one_address_mix_answers_up);
	tcase_add_test(t, an_answer_goes_past_who_could_turn_it_back);
	tcase_add_test(t, without_a_route_an_answer_is_turned_away);
	tcase_add_test(
		t,
		what_is_led_astray_behind_the_translation_is_not_turned_away);
	tcase_add_test(t, what_is_not_blocked_has_no_end);
	suite_add_tcase(s, t);
	return s;
}
