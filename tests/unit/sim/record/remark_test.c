/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "sim/record/remark.h"
#include "tests/unit/sim/world/world_kit.h"

static struct world_kit kit;
static struct str line, sentence;

static const char *name_of(void *context, uint32_t ref)
{
	static const char *const names[] = {"", "pods out", "deny-all"};
	(void)context;
	return names[ref];
}

static void setup(void)
{
	world_kit_init(&kit);
	router_new(kit.world, "t1:sr", "t1");
	router_new(kit.world, "far", "far");
}

static void teardown(void)
{
	str_fini(&line);
	str_fini(&sentence);
	world_kit_fini(&kit);
}

#define EVENT(k, n)                                                            \
	.note = {.kind = NOTE_##k,                                             \
		 .node = n,                                                    \
		 .src = {0x1e000005},                                          \
		 .sport = 1024,                                                \
		 .dst = {0x0a000002},                                          \
		 .dport = 443,                                                 \
		 .time = 0}

static const struct flow_key before = {
	.src = {0x0a000001}, .dst = {0x0a000002}, .sport = 4000, .dport = 443};

static void write(const struct remark_event *events, size_t count, bool out)
{
	struct remark_names names = {name_of, NULL};
	struct remark r = {.flow = 3,
			   .pkt = 17,
			   .hop = out ? 2 : 1,
			   .out = out,
			   .events = events,
			   .event_count = count};
	str_clear(&line);
	str_clear(&sentence);
	remark_write(&r, kit.world, &names, &line, &sentence);
}

START_TEST(a_translation_names_its_rule)
{
	struct remark_event e[] = {{EVENT(SNAT, 0), .before = before}};
	e[0].note.ref = 1;
	write(e, 1, true);
	ck_assert_str_eq(str_text(&line), "tp flow=3 pkt=17 hop=2 node=t1 "
					  "verdict=forwarded nat=SNAT "
					  "rule=pods_out");
	ck_assert_str_eq(str_text(&sentence),
			 "t1: SNAT by pods out, 10.0.0.1:4000 is now "
			 "30.0.0.5:1024");
}
END_TEST

/* An echo has its id at both ends. */
START_TEST(an_echo_says_which_address_changed)
{
	struct remark_event e[] = {{EVENT(SNAT, 0), .before = before}};
	e[0].before.src = e[0].note.src;
	e[0].before.dst = addr_ip4(0x1e000009);
	e[0].before.sport = e[0].before.dport = 1024;
	e[0].note.sport = e[0].note.dport = 7;
	write(e, 1, true);
	ck_assert_str_eq(str_text(&sentence),
			 "t1: SNAT, 30.0.0.9:1024 is now 10.0.0.2:7");
}
END_TEST

START_TEST(a_drop_says_where_and_why)
{
	struct remark_event e[] = {{EVENT(NO_NAT, 0)}, {EVENT(DROPPED, 1)}};
	e[1].note.reason = DROP_ACL_DROP;
	e[1].note.ref = 2;
	write(e, 2, false);
	ck_assert_str_eq(str_text(&line),
			 "tp flow=3 pkt=17 hop=1 node=far verdict=dropped "
			 "nat=none reason=ACL_DROP rule=deny-all");
	ck_assert_str_eq(str_text(&sentence),
			 "t1: no NAT rule matches; far dropped it: ACL_DROP, "
			 "an access rule drops it (deny-all)");
}
END_TEST

/* A rule that keeps others away is none that translates; one that does has the
 * last word, wherever it stands. */
START_TEST(what_is_translated_after_all_met_a_rule)
{
	struct remark_event e[] = {{EVENT(NO_NAT, 0)},
				   {EVENT(SNAT, 0), .before = before},
				   {EVENT(REFLEXIVE, 0), .before = before}};
	e[1].note.ref = 1;
	e[2].note.ref = 2;
	write(e, 3, true);
	ck_assert_ptr_null(strstr(str_text(&line), "nat=none"));
	ck_assert_ptr_nonnull(strstr(
		str_text(&line), " nat=SNAT,REFLEXIVE rule=pods_out,deny-all"));
	write(e, 1, true);
	ck_assert_ptr_nonnull(strstr(str_text(&line), " nat=none"));
}
END_TEST

START_TEST(what_is_sent_again_says_how_often)
{
	struct remark_event e[] = {{EVENT(SENT, 1), .tries = 3}};
	e[0].waited = 2 * VCLOCK_S;
	write(e, 1, true);
	ck_assert_ptr_nonnull(strstr(str_text(&line), " try=3"));
	ck_assert_str_eq(str_text(&sentence),
			 "far sends it for the 3rd time, 2 s after the one "
			 "before");
	e[0].waited = 2250 * VCLOCK_MS;
	write(e, 1, true);
	ck_assert_ptr_nonnull(strstr(str_text(&sentence), "2.250 s"));
}
END_TEST

START_TEST(nothing_special_is_not_due)
{
	struct remark_event e[] = {{EVENT(NO_NAT, 0)}, {EVENT(DELIVERED, 1)}};
	struct remark r = {.events = e, .event_count = 2};
	ck_assert(!remark_is_due(&r));
	r.cause = 5;
	ck_assert(remark_is_due(&r));
	write(e, 0, false);
	ck_assert_str_eq(str_text(&sentence), "t1 forwarded it");
}
END_TEST

START_TEST(waiting_for_arp_is_due)
{
	struct remark_event e[] = {{EVENT(ARP_WAIT, 0)}};
	struct remark r = {.events = e, .event_count = 1};
	e[0].note.ref = 0x0a000009;
	ck_assert(remark_is_due(&r));
	write(e, 1, false);
	ck_assert_ptr_nonnull(strstr(str_text(&line), " arp_wait=10.0.0.9"));
	ck_assert_str_eq(str_text(&sentence),
			 "t1: it waits for ARP to find 10.0.0.9");
}
END_TEST

Suite *remark_test_suite(void);
Suite *remark_test_suite(void)
{
	Suite *s = suite_create("remark");
	TCase *t = tcase_create("remark");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_translation_names_its_rule);
	tcase_add_test(t, an_echo_says_which_address_changed);
	tcase_add_test(t, a_drop_says_where_and_why);
	tcase_add_test(t, what_is_translated_after_all_met_a_rule);
	tcase_add_test(t, what_is_sent_again_says_how_often);
	tcase_add_test(t, nothing_special_is_not_due);
	tcase_add_test(t, waiting_for_arp_is_due);
	suite_add_tcase(s, t);
	return s;
}
