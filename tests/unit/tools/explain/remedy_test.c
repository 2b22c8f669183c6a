/* SPDX-License-Identifier: Apache-2.0 */
/* Remedies that are worth their name: what is proposed is done, and the same
 * step succeeds. (Their words are in why_test.c.) */
#include "tools/explain/remedy.h"

#include "tests/unit/suites.h"
#include "tests/unit/tools/explain/explain_kit.h"

static const struct {
	const char *fault, *proposal, *cure;
} rows[] = {
	{"tier0s: {t0-edge: {nat_rules: {tkg: null}}}",
	 "translate 30.0.0.16 at t0-edge",
	 "tier0s: {t0-edge: {nat_rules: {tkg: null, new: {action: REFLEXIVE, "
	 "source_network: 30.0.0.16, translated_network: 10.27.51.147}}}}"},
	{"tier0s: {t0-edge: {nat_rules: {tkg: null}}}",
	 "give upstream a route to 30.0.0.16 through t0-edge",
	 "tier0s: {t0-edge: {nat_rules: {tkg: null}}}, routers: {upstream: "
	 "{routes: {new: {network: 30.0.0.16/32, next_hops: "
	 "[10.27.51.145]}}}}"},
	{"tier0s: {t0-edge: {nat_rules: {tkg: {translated_network: "
	 "10.99.9.9}}}}",
	 "give upstream a route to 10.99.9.9 through t0-edge",
	 "tier0s: {t0-edge: {nat_rules: {tkg: {translated_network: "
	 "10.99.9.9}}}}, routers: {upstream: {routes: {new: {network: "
	 "10.99.9.9/32, next_hops: [10.27.51.147]}}}}"},
	{"tier1s: {vnet-domain-c8: {route_advertisement_types: "
	 "[TIER1_CONNECTED]}}",
	 "TIER1_NAT belongs into its route_advertisement_types",
	 "tier1s: {vnet-domain-c8: {route_advertisement_types: "
	 "[TIER1_CONNECTED, TIER1_NAT]}}"},
	{"routers: {upstream: {acl: {no: {action: DROP, destination: "
	 "74.125.133.82, sequence_number: 5}}}}",
	 "permit 10.27.51.147 > 74.125.133.82:443 before access rule no",
	 "routers: {upstream: {acl: {yes: {action: PERMIT, source: "
	 "10.27.51.147, destination: 74.125.133.82, sequence_number: 1}, no: "
	 "{action: DROP, destination: 74.125.133.82, sequence_number: 5}}}}"},
};

static void helps(const char *step, const char *fault, const char *proposal,
		  const char *cure)
{
	struct explain_kit k;
	struct str s = {0};
	explain_kit_init(&k, fault, step);
	ck_assert_int_eq(k.step->status, OUTCOME_FAILED);
	remedy_print(k.o, &k.cause, &s);
	explain_kit_has(&s, proposal);
	explain_kit_fini(&k);
	explain_kit_init(&k, cure, step);
	ck_assert_int_eq(k.step->status, OUTCOME_OK);
	explain_kit_fini(&k);
	str_fini(&s);
}

START_TEST(doing_what_is_proposed_helps)
{
	helps(EXPLAIN_KIT_CONNECT, rows[_i].fault, rows[_i].proposal,
	      rows[_i].cure);
}
END_TEST

START_TEST(hiding_clients_from_members_helps)
{
	helps(EXPLAIN_KIT_HARBOR, EXPLAIN_KIT_TRANSPARENT,
	      "let the pool of harbor hide its clients (snat_translation "
	      "AUTOMAP)",
	      "lb_pools: {harbor-443: {snat_translation: AUTOMAP}}");
}
END_TEST

/* Only a route that somebody wrote can be corrected. */
START_TEST(what_is_next_door_cannot_be_gone_round)
{
	struct explain_kit k;
	struct str s = {0};
	explain_kit_init(&k, "",
			 "ping: {from: dns, to: 10.27.51.254}\n"
			 "  - change: {routers: {upstream: {interfaces: "
			 "{uplinks: {admin_state: DOWN}}}}}\n"
			 "  - ping: {from: dns, to: 10.27.51.254}");
	ck_assert_int_eq(k.step->status, OUTCOME_FAILED);
	remedy_print(k.o, &k.cause, &s);
	ck_assert_str_eq(str_text(&s),
			 "bring the interface or its edge up at upstream");
	explain_kit_fini(&k);
	str_fini(&s);
}
END_TEST

START_TEST(nothing_blocked_nothing_to_mend)
{
	struct explain_kit k;
	struct str s = {0};
	explain_kit_init(&k, "", EXPLAIN_KIT_CONNECT);
	remedy_print(k.o, &k.cause, &s);
	ck_assert_uint_eq(s.len, 0);
	explain_kit_fini(&k);
	str_fini(&s);
}
END_TEST

Suite *remedy_test_suite(void);
Suite *remedy_test_suite(void)
{
	Suite *s = suite_create("tools/explain/remedy");
	TCase *t = tcase_create("remedy");
	tcase_add_loop_test(t, doing_what_is_proposed_helps, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, hiding_clients_from_members_helps);
	tcase_add_test(t, what_is_next_door_cannot_be_gone_round);
	tcase_add_test(t, nothing_blocked_nothing_to_mend);
	suite_add_tcase(s, t);
	return s;
}
