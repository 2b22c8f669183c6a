/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/session.h"

#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *session_test_suite(void);

#define SECOND 1000000000ULL

static struct gateway_kit kit;

/* 10.0.0.1 and what comes back to the translated address. */
static const struct frames_spec syn = {.src = "10.0.0.1",
				       .dst = "8.8.8.8",
				       .proto = IP4_PROTO_TCP,
				       .sport = 4000,
				       .dport = 443,
				       .flags = TCP_SYN};
static const struct frames_spec syn_ack = {.src = "8.8.8.8",
					   .dst = "30.0.0.5",
					   .proto = IP4_PROTO_TCP,
					   .sport = 443,
					   .dport = 1024,
					   .flags = TCP_SYN | TCP_ACK};

static void setup(void)
{
	gateway_kit_init(&kit);
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.5");
	gateway_kit_local(&kit, "30.0.0.5");
}

static struct frames_spec with_flags(const struct frames_spec *s, uint8_t flags)
{
	struct frames_spec changed = *s;
	changed.flags = flags;
	return changed;
}

static void connect(void)
{
	struct frames_spec ack = with_flags(&syn, TCP_ACK);
	gateway_kit_send(&kit, 0, &syn);
	gateway_kit_send(&kit, 1, &syn_ack);
	gateway_kit_send(&kit, 0, &ack);
	ck_assert_int_eq(kit.flows[0].state, FLOW_ESTABLISHED);
}

START_TEST(answers_find_their_way_back)
{
	gateway_kit_expect(&kit, 0, &syn, "30.0.0.5:1024 > 8.8.8.8:443 up");
	gateway_kit_expect(&kit, 1, &syn_ack, "8.8.8.8:443 > 10.0.0.1:4000 in");
	ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_SNAT)->ref, 1);
	ck_assert_ptr_null(gateway_kit_note(&kit, NOTE_SESSION_NEW));
}
END_TEST

START_TEST(a_session_keeps_its_port)
{
	struct frames_spec ack = with_flags(&syn, TCP_ACK);
	connect();
	gateway_kit_expect(&kit, 0, &ack, "30.0.0.5:1024 > 8.8.8.8:443 up");
	ck_assert_uint_eq(kit.f.flows.count, 1);
	ck_assert_uint_eq(kit.pools[0].used, 1);
}
END_TEST

START_TEST(every_packet_counts_for_the_rule)
{
	connect();
	ck_assert_uint_eq(kit.rules[0].packets, 3);
	ck_assert_uint_eq(kit.rules[0].bytes, 3 * 40);
}
END_TEST

/* The answer leaves by an uplink; a rule would take it for a new source. */
START_TEST(an_answer_is_not_translated_again)
{
	struct frames_spec from_uplink = syn, back = syn_ack;
	from_uplink.src = "20.0.0.1";
	kit.rules[0].source.count = 0;
	gateway_kit_expect(&kit, 2, &from_uplink,
			   "30.0.0.5:1024 > 8.8.8.8:443 up");
	gateway_kit_expect(&kit, 1, &back, "8.8.8.8:443 > 20.0.0.1:4000 up2");
	ck_assert_uint_eq(kit.f.flows.count, 1);
}
END_TEST

START_TEST(an_idle_session_ends_and_gives_back_its_port)
{
	connect();
	kit.now = 7201 * SECOND;
	gateway_kit_expect(&kit, 1, &syn_ack,
			   "8.8.8.8:443 > 30.0.0.5:1024 local");
	ck_assert_uint_eq(kit.f.flows.count, 0);
	ck_assert_uint_eq(kit.pools[0].used, 0);
}
END_TEST

START_TEST(a_used_session_lives_on)
{
	struct frames_spec ack = with_flags(&syn, TCP_ACK);
	connect();
	for (unsigned i = 1; i < 4; i++) {
		kit.now = i * 7000 * SECOND;
		gateway_kit_expect(&kit, 0, &ack,
				   "30.0.0.5:1024 > 8.8.8.8:443 up");
	}
}
END_TEST

START_TEST(expiry_ends_what_is_idle_and_nothing_else)
{
	struct frames_spec udp = syn;
	udp.proto = IP4_PROTO_UDP;
	connect();
	gateway_kit_send(&kit, 0, &udp);
	ck_assert_uint_eq(kit.f.flows.count, 2);
	session_expire(&kit.f, 30 * SECOND);
	ck_assert_uint_eq(kit.f.flows.count, 2);
	session_expire(&kit.f, 30 * SECOND + 1);
	ck_assert_uint_eq(kit.f.flows.count, 1);
	ck_assert_uint_eq(kit.pools[0].used, 1); /* TCP */
	ck_assert_uint_eq(kit.pools[1].used, 0); /* UDP */
	forward_expire(&kit.f, 7200 * SECOND);
	ck_assert_uint_eq(kit.f.flows.count, 1);
	forward_expire(&kit.f, 7205 * SECOND); /* a tick later */
	ck_assert_uint_eq(kit.f.flows.count, 0);
}
END_TEST

/* Without it the answer would be a new packet of an inner source. */
START_TEST(answers_to_connections_from_outside_keep_their_address)
{
	struct frames_spec in = syn, back = syn;
	in.src = "8.8.8.8";
	in.dst = "10.0.0.1";
	back.sport = 443;
	back.dport = 4000;
	back.flags = TCP_SYN | TCP_ACK;
	gateway_kit_expect(&kit, 1, &in, "8.8.8.8:4000 > 10.0.0.1:443 in");
	gateway_kit_expect(&kit, 0, &back, "10.0.0.1:443 > 8.8.8.8:4000 up");
	ck_assert_uint_eq(kit.rules[0].packets, 0);
	ck_assert_uint_eq(kit.flows[0].packets[FLOW_FORWARD], 1);
	ck_assert_uint_eq(kit.flows[0].packets[FLOW_BACKWARD], 1);
}
END_TEST

START_TEST(a_packet_between_uplinks_counts_once)
{
	struct frames_spec s = syn;
	s.src = "20.0.0.1";
	for (unsigned i = 1; i < 4; i++) {
		gateway_kit_expect(&kit, 2, &s,
				   "20.0.0.1:4000 > 8.8.8.8:443 up");
		ck_assert_uint_eq(kit.flows[0].packets[FLOW_FORWARD], i);
	}
}
END_TEST

/* NSX-T docs, GUID-61127864: with a stateless firewall the answer is taken for
 * a new source. */
START_TEST(a_gateway_that_does_not_track_translates_such_answers)
{
	struct frames_spec in = syn, back = syn;
	kit.f.tracks_inbound = false;
	in.src = "8.8.8.8";
	in.dst = "10.0.0.1";
	in.proto = back.proto = IP4_PROTO_UDP;
	back.sport = 443;
	back.dport = 4000;
	gateway_kit_send(&kit, 1, &in);
	gateway_kit_expect(&kit, 0, &back, "30.0.0.5:1024 > 8.8.8.8:4000 up");
}
END_TEST

START_TEST(unsolicited_packets_leave_no_session)
{
	struct frames_spec stray = syn_ack, udp = syn;
	stray.flags = TCP_SYN;
	stray.proto = IP4_PROTO_UDP;
	gateway_kit_expect(&kit, 1, &stray,
			   "8.8.8.8:443 > 30.0.0.5:1024 local");
	kit.f.local_count = 0; /* 1:1 SNAT: no loopback */
	gateway_kit_send(&kit, 1, &stray);
	ck_assert_uint_eq(kit.f.flows.count, 0);
	udp.proto = IP4_PROTO_UDP; /* gets the port that was knocked at */
	gateway_kit_expect(&kit, 0, &udp, "30.0.0.5:1024 > 8.8.8.8:443 up");
}
END_TEST

START_TEST(an_echo_session_is_for_replies)
{
	struct frames_spec ping = {.src = "10.0.0.1",
				   .dst = "8.8.8.8",
				   .proto = IP4_PROTO_ICMP,
				   .type = ICMP_ECHO_REQUEST,
				   .sport = 77};
	struct frames_spec pong = {.src = "8.8.8.8",
				   .dst = "30.0.0.5",
				   .proto = IP4_PROTO_ICMP,
				   .type = ICMP_ECHO_REPLY,
				   .sport = 1024};
	gateway_kit_expect(&kit, 0, &ping, "30.0.0.5 > 8.8.8.8 id 1024 up");
	gateway_kit_expect(&kit, 1, &pong, "8.8.8.8 > 10.0.0.1 id 77 in");
	pong.type = ICMP_ECHO_REQUEST;
	gateway_kit_expect(&kit, 1, &pong, "8.8.8.8 > 30.0.0.5 id 1024 local");
}
END_TEST

START_TEST(a_session_acts_only_at_the_ports_of_its_rule)
{
	kit.rules[0].scope = 1U << 1;
	connect();
	gateway_kit_expect(&kit, 2, &syn_ack,
			   "8.8.8.8:443 > 30.0.0.5:1024 local");
	struct frames_spec inner = syn_ack;
	gateway_kit_expect(&kit, 0, &inner,
			   "8.8.8.8:443 > 30.0.0.5:1024 local");
	gateway_kit_expect(&kit, 1, &syn_ack, "8.8.8.8:443 > 10.0.0.1:4000 in");
}
END_TEST

/* The route moved to another uplink, whose rule translates elsewhere. */
START_TEST(a_new_connection_replaces_one_that_went_another_way)
{
	kit.rules[0].scope = 1U << 1;
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.6");
	gateway_kit_send(&kit, 0, &syn);
	gateway_kit_route(&kit, "8.8.8.0/24", "192.0.3.254", 2);
	gateway_kit_expect(&kit, 0, &syn, "30.0.0.6:1024 > 8.8.8.8:443 up2");
	ck_assert_uint_eq(kit.f.flows.count, 1);
	ck_assert_uint_eq(kit.pools[0].used, 0);
	ck_assert_uint_eq(kit.pools[3].used, 1);
}
END_TEST

START_TEST(a_full_table_refuses_until_sessions_are_idle)
{
	struct frames_spec udp = syn;
	udp.proto = IP4_PROTO_UDP;
	for (unsigned i = 0; i < GATEWAY_KIT_SESSIONS; i++, udp.sport++)
		ck_assert_int_eq(gateway_kit_send(&kit, 0, &udp), DROP_NONE);
	gateway_kit_expect(&kit, 0, &udp, "NAT_SESSIONS");
	ck_assert_uint_eq(kit.pkt.drop_ref, 1);
	ck_assert_uint_eq(kit.pools[1].used, GATEWAY_KIT_SESSIONS);
	kit.now = 31 * SECOND;
	ck_assert_int_eq(gateway_kit_send(&kit, 0, &udp), DROP_NONE);
	ck_assert_uint_eq(kit.f.flows.count, 1);
}
END_TEST

Suite *session_test_suite(void)
{
	Suite *s = suite_create("session");
	TCase *c = tcase_create("session");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, answers_find_their_way_back);
	tcase_add_test(c, a_session_keeps_its_port);
	tcase_add_test(c, every_packet_counts_for_the_rule);
	tcase_add_test(c, an_answer_is_not_translated_again);
	tcase_add_test(c, an_idle_session_ends_and_gives_back_its_port);
	tcase_add_test(c, a_used_session_lives_on);
	tcase_add_test(c, expiry_ends_what_is_idle_and_nothing_else);
	tcase_add_test(c,
		       answers_to_connections_from_outside_keep_their_address);
	tcase_add_test(c,
		       a_gateway_that_does_not_track_translates_such_answers);
	tcase_add_test(c, a_packet_between_uplinks_counts_once);
	tcase_add_test(c, unsolicited_packets_leave_no_session);
	tcase_add_test(c, an_echo_session_is_for_replies);
	tcase_add_test(c, a_session_acts_only_at_the_ports_of_its_rule);
	tcase_add_test(c, a_new_connection_replaces_one_that_went_another_way);
	tcase_add_test(c, a_full_table_refuses_until_sessions_are_idle);
	suite_add_tcase(s, c);
	return s;
}
