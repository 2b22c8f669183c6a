/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors through NAT, by the packet they quote (RFC 5508). */
#include "sim/path/forward.h"

#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *forward_error_test_suite(void);

static struct gateway_kit kit;
static struct pkt sent;

static const struct frames_spec out = {.src = "10.0.0.1",
				       .dst = "8.8.8.8",
				       .proto = IP4_PROTO_UDP,
				       .sport = 4000,
				       .dport = 53,
				       .payload = 10};

static void setup(void)
{
	gateway_kit_init(&kit);
}

/* What happens to the error of 'router' about the packet that was last sent,
 * when it comes in by 'port'. */
static void expect_error(const char *router, uint16_t port, const char *result)
{
	sent = kit.pkt;
	frames_make_error(&kit.pkt, router, ICMP_TIME_EXCEEDED, &sent, 8);
	gateway_kit_forward(&kit, port);
	ck_assert_str_eq(gateway_kit_result(&kit), result);
}

START_TEST(an_error_outside_finds_the_snat_session)
{
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.5");
	gateway_kit_local(&kit, "30.0.0.5");
	gateway_kit_send(&kit, 0, &out);
	expect_error("9.9.9.9", 1,
		     "9.9.9.9 > 10.0.0.1 [10.0.0.1:4000 > 8.8.8.8:53] in");
}
END_TEST

START_TEST(an_error_inside_about_an_answer_goes_out_translated)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.5");
	gateway_kit_send(&kit, 0, &out);
	s.src = "8.8.8.8";
	s.dst = "30.0.0.5";
	s.sport = 53;
	s.dport = 1024;
	gateway_kit_send(&kit, 1, &s);
	expect_error("10.0.0.1", 0,
		     "30.0.0.5 > 8.8.8.8 [8.8.8.8:53 > 30.0.0.5:1024] up");
}
END_TEST

START_TEST(an_error_about_an_echo_finds_its_session)
{
	struct frames_spec s = out;
	s.proto = IP4_PROTO_ICMP;
	s.type = ICMP_ECHO_REQUEST;
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.5");
	gateway_kit_send(&kit, 0, &s);
	expect_error("9.9.9.9", 1,
		     "9.9.9.9 > 10.0.0.1 [10.0.0.1 > 8.8.8.8 id 4000] in");
}
END_TEST

START_TEST(errors_go_both_ways_through_dnat)
{
	struct frames_spec s = {.src = "8.8.8.8",
				.dst = "40.0.0.1",
				.proto = IP4_PROTO_TCP,
				.sport = 5000,
				.dport = 443,
				.flags = TCP_SYN};
	gateway_kit_rule(&kit, NAT_DNAT, NULL, "40.0.0.1", "10.0.0.7");
	gateway_kit_send(&kit, 1, &s);
	expect_error("10.0.0.254", 0,
		     "40.0.0.1 > 8.8.8.8 [8.8.8.8:5000 > 40.0.0.1:443] up");
	struct frames_spec back = {.src = "10.0.0.7",
				   .dst = "8.8.8.8",
				   .proto = IP4_PROTO_TCP,
				   .sport = 443,
				   .dport = 5000,
				   .flags = TCP_SYN | TCP_ACK};
	gateway_kit_send(&kit, 0, &back);
	expect_error("9.9.9.9", 1,
		     "9.9.9.9 > 10.0.0.7 [10.0.0.7:443 > 8.8.8.8:5000] in");
}
END_TEST

START_TEST(errors_go_both_ways_through_reflexive_rules)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_REFLEXIVE, "30.0.0.5", NULL, "192.0.2.1");
	gateway_kit_local(&kit, "192.0.2.1");
	s.src = "30.0.0.5";
	gateway_kit_expect(&kit, 0, &s, "192.0.2.1:4000 > 8.8.8.8:53 up");
	expect_error("9.9.9.9", 1,
		     "9.9.9.9 > 30.0.0.5 [30.0.0.5:4000 > 8.8.8.8:53] in");
	s.src = "8.8.8.8";
	s.dst = "192.0.2.1";
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:4000 > 30.0.0.5:53 in");
	expect_error("30.0.0.254", 0,
		     "192.0.2.1 > 8.8.8.8 [8.8.8.8:4000 > 192.0.2.1:53] up");
	ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_REFLEXIVE)->ref, 1);
}
END_TEST

/* Tier-1 SNAT behind Tier-0 REFLEXIVE: an error from outside passes both. */
START_TEST(an_error_passes_both_gateways)
{
	static struct gateway_kit tier0;
	gateway_kit_init(&tier0);
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.5");
	gateway_kit_rule(&tier0, NAT_REFLEXIVE, "30.0.0.5", NULL, "192.0.2.1");
	gateway_kit_send(&kit, 0, &out);
	tier0.pkt = kit.pkt;
	gateway_kit_forward(&tier0, 0);
	ck_assert_str_eq(gateway_kit_result(&tier0),
			 "192.0.2.1:1024 > 8.8.8.8:53 up");
	frames_make_error(&sent, "9.9.9.9", ICMP_UNREACHABLE, &tier0.pkt, 18);
	tier0.pkt = sent;
	gateway_kit_forward(&tier0, 1);
	kit.pkt = tier0.pkt;
	gateway_kit_forward(&kit, 1);
	ck_assert_str_eq(gateway_kit_result(&kit),
			 "9.9.9.9 > 10.0.0.1 [10.0.0.1:4000 > 8.8.8.8:53] in");
}
END_TEST

START_TEST(an_error_of_no_session_is_not_translated_by_stateful_rules)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.5");
	s.src = "8.8.8.8";
	s.dst = "10.0.0.1";
	frames_make(&kit.pkt, &s);
	expect_error("10.0.0.1", 0,
		     "10.0.0.1 > 8.8.8.8 [8.8.8.8:4000 > 10.0.0.1:53] up");
	ck_assert_uint_eq(kit.f.flows.count, 0);
	ck_assert_uint_eq(kit.rules[0].packets, 0);
}
END_TEST

START_TEST(an_error_does_not_keep_a_session_alive)
{
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.5");
	gateway_kit_send(&kit, 0, &out);
	kit.now = 20000000000ULL;
	expect_error("9.9.9.9", 1,
		     "9.9.9.9 > 10.0.0.1 [10.0.0.1:4000 > 8.8.8.8:53] in");
	ck_assert_uint_eq(kit.flows[0].used, 0);
	ck_assert_uint_eq(kit.flows[0].packets[FLOW_BACKWARD], 0);
}
END_TEST

Suite *forward_error_test_suite(void)
{
	Suite *s = suite_create("forward_error");
	TCase *c = tcase_create("forward_error");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, an_error_outside_finds_the_snat_session);
	tcase_add_test(c, an_error_inside_about_an_answer_goes_out_translated);
	tcase_add_test(c, an_error_about_an_echo_finds_its_session);
	tcase_add_test(c, errors_go_both_ways_through_dnat);
	tcase_add_test(c, errors_go_both_ways_through_reflexive_rules);
	tcase_add_test(c, an_error_passes_both_gateways);
	tcase_add_test(
		c, an_error_of_no_session_is_not_translated_by_stateful_rules);
	tcase_add_test(c, an_error_does_not_keep_a_session_alive);
	suite_add_tcase(s, c);
	return s;
}
