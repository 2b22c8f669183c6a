/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual servers: both ends rewritten, by any port, together with NAT. */
#include "sim/path/forward.h"

#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *forward_lb_test_suite(void);

static struct gateway_kit kit;
static struct lb_server *server;

static const struct frames_spec syn = {.src = "8.8.8.8",
				       .dst = "30.0.1.2",
				       .proto = IP4_PROTO_TCP,
				       .sport = 5000,
				       .dport = 443,
				       .flags = TCP_SYN};
/* The member's answer to the VIP and the port it has seen. */
static const struct frames_spec answer = {.src = "10.9.0.1",
					  .dst = "30.0.1.2",
					  .proto = IP4_PROTO_TCP,
					  .sport = 6443,
					  .dport = 1024,
					  .flags = TCP_SYN | TCP_ACK};

static void setup(void)
{
	gateway_kit_init(&kit);
	server = gateway_kit_server(&kit, "30.0.1.2");
}

START_TEST(both_ends_are_rewritten_from_any_port)
{
	char back[80];
	struct frames_spec s = syn;
	static const char *const ways[] = {"in", "up", "up2", "back"};
	static const char *const clients[] = {"10.0.0.1", "8.8.8.8", "20.0.0.1",
					      "11.0.0.1"};
	s.src = clients[_i];
	gateway_kit_expect(&kit, (uint16_t)_i, &s,
			   "30.0.1.2:1024 > 10.9.0.1:6443 in");
	snprintf(back, sizeof(back), "30.0.1.2:443 > %s:5000 %s", clients[_i],
		 ways[_i]);
	gateway_kit_expect(&kit, 0, &answer, back);
	ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_LB)->ref, 50);
}
END_TEST

START_TEST(a_session_stays_with_its_member)
{
	struct frames_spec s = syn;
	gateway_kit_expect(&kit, 1, &s, "30.0.1.2:1024 > 10.9.0.1:6443 in");
	ck_assert_ptr_nonnull(gateway_kit_note(&kit, NOTE_SESSION_NEW));
	s.flags = TCP_ACK;
	gateway_kit_expect(&kit, 1, &s, "30.0.1.2:1024 > 10.9.0.1:6443 in");
	ck_assert_ptr_null(gateway_kit_note(&kit, NOTE_SESSION_NEW));
	s.flags = TCP_SYN;
	s.sport++;
	gateway_kit_expect(&kit, 1, &s, "30.0.1.2:1025 > 10.9.0.2:6443 in");
	ck_assert_uint_eq(server->connections, 2);
}
END_TEST

START_TEST(a_transparent_server_keeps_the_client)
{
	struct frames_spec back = answer;
	server->automap = false;
	server->members[0].port = 0;
	gateway_kit_expect(&kit, 1, &syn, "8.8.8.8:5000 > 10.9.0.1:443 in");
	back.dst = "8.8.8.8";
	back.sport = 443;
	back.dport = 5000;
	gateway_kit_expect(&kit, 0, &back, "30.0.1.2:443 > 8.8.8.8:5000 up");
}
END_TEST

START_TEST(without_a_member_the_packet_is_dropped)
{
	struct frames_spec s = syn;
	server->members[0].enabled = server->members[1].enabled = false;
	gateway_kit_expect(&kit, 1, &s, "LB");
	ck_assert_uint_eq(kit.pkt.drop_ref, 50);
	s.flags = TCP_ACK;
	gateway_kit_expect(&kit, 1, &s, "LB");
}
END_TEST

START_TEST(without_a_port_the_packet_is_dropped)
{
	struct frames_spec s = syn;
	gateway_kit_narrow(&kit, 1024, 1025);
	for (int i = 0; i < 2; i++, s.sport++)
		gateway_kit_send(&kit, 1, &s);
	gateway_kit_expect(&kit, 1, &s, "NAT_PORTS");
	ck_assert_uint_eq(kit.pkt.drop_ref, 50);
	ck_assert_uint_eq(server->connections, 2);
	server->automap = false; /* needs none */
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:5002 > 10.9.0.2:6443 in");
}
END_TEST

START_TEST(what_opens_no_connection_is_dropped)
{
	struct frames_spec s = syn;
	s.flags = TCP_ACK;
	gateway_kit_expect(&kit, 1, &s, "NAT_STATE");
	s.frag = 9;
	s.payload = 8;
	gateway_kit_expect(&kit, 1, &s, "FRAGMENT");
	gateway_kit_expect(&kit, 0, &s, "FRAGMENT");
}
END_TEST

START_TEST(other_ports_of_a_vip_are_the_routers)
{
	struct frames_spec s = syn;
	s.dport = 80;
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:5000 > 30.0.1.2:80 local");
	s.proto = IP4_PROTO_ICMP;
	s.type = ICMP_ECHO_REQUEST;
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8 > 30.0.1.2 id 5000 local");
}
END_TEST

/* The client is outside, so the answer leaves by an uplink, where a rule that
 * takes any source must not see it. */
START_TEST(answers_of_a_vip_are_not_translated_by_snat)
{
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "40.0.0.5");
	gateway_kit_expect(&kit, 1, &syn, "30.0.1.2:1024 > 10.9.0.1:6443 in");
	gateway_kit_expect(&kit, 0, &answer, "30.0.1.2:443 > 8.8.8.8:5000 up");
	ck_assert_uint_eq(kit.rules[0].packets, 0);
}
END_TEST

START_TEST(dnat_may_lead_to_a_vip)
{
	struct frames_spec s = syn;
	gateway_kit_rule(&kit, NAT_DNAT, NULL, "40.0.0.1", "30.0.1.2");
	s.dst = "40.0.0.1";
	for (int again = 0; again < 2; again++) {
		gateway_kit_expect(&kit, 1, &s,
				   "30.0.1.2:1024 > 10.9.0.1:6443 in");
		gateway_kit_expect(&kit, 0, &answer,
				   "40.0.0.1:443 > 8.8.8.8:5000 up");
		s.flags = TCP_ACK;
	}
	ck_assert_uint_eq(kit.f.flows.count, 2);
}
END_TEST

/* Members beyond the uplink: the server's own packets are a source like any
 * other, and their answers go the whole way back. */
START_TEST(snat_may_follow_the_server)
{
	struct frames_spec s = syn, back = answer;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "40.0.0.5");
	server->members[0].addr = frames_addr("9.9.9.9");
	s.src = "10.0.0.1";
	gateway_kit_expect(&kit, 0, &s, "40.0.0.5:1024 > 9.9.9.9:6443 up");
	back.src = "9.9.9.9";
	back.dst = "40.0.0.5";
	gateway_kit_expect(&kit, 1, &back, "30.0.1.2:443 > 10.0.0.1:5000 in");
}
END_TEST

START_TEST(sessions_outlive_their_server)
{
	gateway_kit_send(&kit, 1, &syn);
	kit.f.lb.count = 0;
	gateway_kit_expect(&kit, 0, &answer, "30.0.1.2:443 > 8.8.8.8:5000 up");
	forward_expire(&kit.f, UINT64_MAX);
	ck_assert_uint_eq(kit.f.balanced, 0);
	ck_assert_uint_eq(kit.pools[0].used, 0);
	gateway_kit_expect(&kit, 0, &answer,
			   "10.9.0.1:6443 > 30.0.1.2:1024 local");
}
END_TEST

/* An error about the member's side reaches the client as one about the VIP. */
START_TEST(errors_go_back_through_the_server)
{
	static struct pkt sent;
	gateway_kit_send(&kit, 1, &syn);
	sent = kit.pkt;
	frames_make_error(&kit.pkt, "10.9.0.254", ICMP_UNREACHABLE, &sent,
			  TCP_SIZE);
	gateway_kit_forward(&kit, 0);
	ck_assert_str_eq(gateway_kit_result(&kit),
			 "30.0.1.2 > 8.8.8.8 "
			 "[8.8.8.8:5000 > 30.0.1.2:443] up");
}
END_TEST

Suite *forward_lb_test_suite(void)
{
	Suite *s = suite_create("forward_lb");
	TCase *c = tcase_create("forward_lb");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_loop_test(c, both_ends_are_rewritten_from_any_port, 0, 4);
	tcase_add_test(c, a_session_stays_with_its_member);
	tcase_add_test(c, a_transparent_server_keeps_the_client);
	tcase_add_test(c, without_a_member_the_packet_is_dropped);
	tcase_add_test(c, without_a_port_the_packet_is_dropped);
	tcase_add_test(c, what_opens_no_connection_is_dropped);
	tcase_add_test(c, other_ports_of_a_vip_are_the_routers);
	tcase_add_test(c, answers_of_a_vip_are_not_translated_by_snat);
	tcase_add_test(c, dnat_may_lead_to_a_vip);
	tcase_add_test(c, snat_may_follow_the_server);
	tcase_add_test(c, sessions_outlive_their_server);
	tcase_add_test(c, errors_go_back_through_the_server);
	suite_add_tcase(s, c);
	return s;
}
