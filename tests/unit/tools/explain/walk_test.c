/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/walk.h"

#include "tests/unit/suites.h"
#include "tests/unit/tools/explain/explain_kit.h"

static struct explain_kit k;
static struct walk w;

static void walk_of(const char *change, const char *step)
{
	explain_kit_init(&k, change, step);
	walk_packet(k.o, k.cause.request, &w);
}

START_TEST(one_hop_for_each_gateway_whatever_parts_it_has)
{
	static const char *const labels[] = {"tkg-h6cwg", "vnet-domain-c8",
					     "t0-edge", "upstream", "registry"};
	walk_of("", EXPLAIN_KIT_CONNECT);
	ck_assert_uint_eq(w.count, 5);
	for (size_t i = 0; i < w.count; i++)
		ck_assert_str_eq(w.hops[i].label, labels[i]);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(translations_stand_where_they_happened)
{
	char text[ADDR_IP4_SIZE];
	walk_of("", EXPLAIN_KIT_CONNECT);
	ck_assert_uint_eq(w.hops[1].nat_count, 1);
	ck_assert_int_eq(w.hops[1].nats[0].kind, NOTE_SNAT);
	ck_assert(w.hops[1].session_new);
	ck_assert_str_eq(addr_print_ip4(w.hops[1].src, text), "30.0.0.16");
	ck_assert_int_eq(w.hops[2].nats[0].kind, NOTE_REFLEXIVE);
	ck_assert(!w.hops[2].session_new);
	ck_assert_str_eq(addr_print_ip4(w.hops[2].src, text), "10.27.51.147");
	ck_assert_uint_eq(w.hops[3].nat_count, 0);
	ck_assert(w.hops[4].delivered);
	explain_kit_fini(&k);
}
END_TEST

/* Its first fragment and the one behind it. */
START_TEST(what_happens_to_each_piece_is_told_once)
{
	walk_of("", "ping: {from: harbor-nginx, to: registry, size: 1800, "
		    "fragment: true}");
	ck_assert_uint_eq(w.count, 5);
	ck_assert_uint_eq(w.hops[1].nat_count, 1);
	ck_assert_uint_eq(w.hops[2].nat_count, 1);
	ck_assert_uint_eq(w.hops[2].nats[0].sport, 1024);
	ck_assert(w.hops[4].delivered);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(
	a_service_router_without_rules_lets_pass_as_one_whose_rules_do_not_match)
{
	walk_of("tier0s: {t0-edge: {nat_rules: {tkg: null}}}",
		EXPLAIN_KIT_CONNECT);
	ck_assert(walk_let_pass(&w.hops[2]) && w.hops[2].no_nat);
	explain_kit_fini(&k);
	walk_of("tier0s: {t0-edge: {nat_rules: null}}", EXPLAIN_KIT_CONNECT);
	ck_assert(walk_let_pass(&w.hops[2]) && !w.hops[2].no_nat);
	ck_assert(!walk_let_pass(&w.hops[1]));
	ck_assert(!walk_is_service_router(&w.hops[3]));
	explain_kit_fini(&k);
}
END_TEST

START_TEST(a_no_snat_rule_is_not_letting_pass)
{
	walk_of("", "connect: {from: tkg-h6cwg, to: supervisor-1, port: 6443}");
	ck_assert_str_eq(w.hops[1].label, "vnet-domain-c8");
	ck_assert_uint_ne(w.hops[1].no_nat_ref, 0);
	ck_assert(!walk_let_pass(&w.hops[1]));
	explain_kit_fini(&k);
}
END_TEST

START_TEST(a_loop_is_seen_to_its_end)
{
	walk_of("tier0s: {t0-edge: {nat_rules: null, interfaces: {up-en1: "
		"{urpf_mode: NONE}, up-en2: {urpf_mode: NONE}}}}, routers: "
		"{upstream: {routes: {astray: {network: 74.125.133.82/32, "
		"next_hops: [10.27.51.145]}}}}",
		EXPLAIN_KIT_CONNECT);
	ck_assert_uint_gt(w.count, 60);
	ck_assert(walk_last(&w)->dropped);
	ck_assert_int_eq(walk_last(&w)->reason, DROP_TTL_ZERO);
	explain_kit_fini(&k);
}
END_TEST

START_TEST(nowhere_is_no_hop)
{
	static const struct walk empty;
	ck_assert_ptr_null(walk_last(&empty));
}
END_TEST

Suite *walk_test_suite(void);
Suite *walk_test_suite(void)
{
	Suite *s = suite_create("tools/explain/walk");
	TCase *t = tcase_create("walk");
	tcase_add_test(t, what_happens_to_each_piece_is_told_once);
	tcase_add_test(t, one_hop_for_each_gateway_whatever_parts_it_has);
	tcase_add_test(t, translations_stand_where_they_happened);
	tcase_add_test(
		t,
		a_service_router_without_rules_lets_pass_as_one_whose_rules_do_not_match);
	tcase_add_test(t, a_no_snat_rule_is_not_letting_pass);
	tcase_add_test(t, a_loop_is_seen_to_its_end);
	tcase_add_test(t, nowhere_is_no_hop);
	suite_add_tcase(s, t);
	return s;
}
