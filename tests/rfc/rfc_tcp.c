/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/session.h"
#include "tests/rfc/rfc_kit.h"

#define TCP IP4_PROTO_TCP

static void step(uint16_t port, uint8_t flags, enum flow_state state)
{
	struct frames_spec s = port ? rfc_in(TCP, flags) : rfc_out(TCP);
	s.flags = flags;
	gateway_kit_expect(&kit, port, &s,
			   port ? "8.8.8.8:53 > 10.0.0.1:4000 in"
				: "30.0.0.5:1024 > 8.8.8.8:53 up");
	ck_assert_int_eq(kit.flows[0].state, state);
}

static void connect(void)
{
	step(0, TCP_SYN, FLOW_FIRST);
	step(1, TCP_SYN | TCP_ACK, FLOW_OPENING);
	step(0, TCP_ACK, FLOW_ESTABLISHED);
}

static void ends_after(uint64_t seconds)
{
	struct frames_spec in = rfc_in(TCP, TCP_ACK);
	ck_assert_uint_eq(flow_timeout_ns(&kit.flows[0]), seconds * RFC_SECOND);
	session_expire(&kit.f, kit.now + seconds * RFC_SECOND);
	ck_assert_uint_eq(kit.f.flows.count, 1);
	session_expire(&kit.f, kit.now + seconds * RFC_SECOND + 1);
	ck_assert_uint_eq(kit.f.flows.count, 0);
	rfc_gets(&in, "8.8.8.8:53 > 30.0.0.5:1024 local");
}

RFC_CASE(mapping_is_per_connection)
{
	struct frames_spec a = rfc_out(TCP), b = a;
	uint16_t ports[2];
	b.dst = "9.9.9.9";
	rfc_two(&a, &b, ports);
	ck_assert_uint_ne(ports[0], ports[1]);
}

RFC_CASE(a_connection_opens_and_closes)
{
	connect();
	step(1, TCP_FIN | TCP_ACK, FLOW_CLOSING);
	step(0, TCP_ACK, FLOW_CLOSING);
	step(0, TCP_FIN | TCP_ACK, FLOW_FIN_WAIT);
	step(1, TCP_ACK, FLOW_FIN_WAIT);
}

RFC_CASE(half_closed_still_carries_data)
{
	connect();
	step(0, TCP_FIN | TCP_ACK, FLOW_CLOSING);
	for (unsigned i = 1; i < 10; i++) {
		kit.now = i * 800 * RFC_SECOND;
		step(1, TCP_ACK, FLOW_CLOSING);
	}
}

RFC_CASE(both_may_open_at_once)
{
	step(0, TCP_SYN, FLOW_FIRST);
	step(1, TCP_SYN, FLOW_OPENING);
	step(1, TCP_SYN | TCP_ACK, FLOW_OPENING);
	step(0, TCP_SYN | TCP_ACK, FLOW_ESTABLISHED);
}

RFC_CASE(both_may_close_at_once)
{
	connect();
	step(0, TCP_FIN | TCP_ACK, FLOW_CLOSING);
	step(1, TCP_FIN | TCP_ACK, FLOW_FIN_WAIT);
	step(0, TCP_ACK, FLOW_FIN_WAIT);
	step(1, TCP_ACK, FLOW_FIN_WAIT);
}

RFC_CASE(the_ports_may_be_used_again)
{
	connect();
	step(1, TCP_RST, FLOW_CLOSED);
	kit.now = RFC_SECOND;
	connect();
}

RFC_CASE(a_connection_from_outside_opens)
{
	struct frames_spec in = {.src = "8.8.8.8",
				 .dst = "40.0.0.1",
				 .proto = TCP,
				 .sport = 5000,
				 .dport = 443,
				 .flags = TCP_SYN};
	struct frames_spec back = {.src = "10.0.0.7",
				   .dst = "8.8.8.8",
				   .proto = TCP,
				   .sport = 443,
				   .dport = 5000,
				   .flags = TCP_SYN | TCP_ACK};
	gateway_kit_rule(&kit, NAT_DNAT, NULL, "40.0.0.1", "10.0.0.7");
	rfc_gets(&in, "8.8.8.8:5000 > 10.0.0.7:443 in");
	rfc_sends(&back, "40.0.0.1:443 > 8.8.8.8:5000 up");
	in.flags = TCP_ACK;
	rfc_gets(&in, "8.8.8.8:5000 > 10.0.0.7:443 in");
	ck_assert_int_eq(kit.flows[0].state, FLOW_ESTABLISHED);
}

RFC_CASE(only_the_peer_gets_in)
{
	struct frames_spec in = rfc_in(TCP, TCP_SYN);
	connect();
	in.sport = 54;
	rfc_gets(&in, "8.8.8.8:54 > 30.0.0.5:1024 local");
}

/* It finds the router itself, which listens to nothing and, as the drop has no
 * ICMP message, says nothing, for 6 s or ever. */
RFC_CASE(a_syn_that_nobody_expects_has_no_answer)
{
	struct frames_spec in = rfc_in(TCP, TCP_SYN);
	uint8_t type, code;
	rfc_gets(&in, "8.8.8.8:53 > 30.0.0.5:1024 local");
	ck_assert(!forward_icmp_for(DROP_L4PORT, &type, &code));
	ck_assert(!forward_icmp_for(DROP_NO_PORT, &type, &code));
	ck_assert_uint_eq(kit.f.flows.count, 0);
}

RFC_CASE(established_lives_two_hours)
{
	connect();
	ends_after(7200);
}

RFC_CASE(half_open_lives_less_than_4_minutes)
{
	step(0, TCP_SYN, FLOW_FIRST);
	ends_after(120);
	rfc_kit_setup();
	step(0, TCP_SYN, FLOW_FIRST);
	step(1, TCP_SYN | TCP_ACK, FLOW_OPENING);
	ends_after(30);
}

RFC_CASE(closed_lives_seconds)
{
	connect();
	step(0, TCP_FIN | TCP_ACK, FLOW_CLOSING);
	ends_after(900);
	rfc_kit_setup();
	connect();
	step(0, TCP_FIN | TCP_ACK, FLOW_CLOSING);
	step(1, TCP_FIN | TCP_ACK, FLOW_FIN_WAIT);
	ends_after(4);
	rfc_kit_setup();
	connect();
	step(1, TCP_RST, FLOW_CLOSED);
	ends_after(2);
}

RFC_CASE(payloads_are_left_alone)
{
	struct frames_spec s = rfc_out(TCP);
	uint8_t before[32];
	uint8_t *payload = kit.pkt.data + ETH_SIZE + IP4_SIZE + TCP_SIZE;
	rfc_sends(&s, "30.0.0.5:1024 > 8.8.8.8:53 up");
	s.flags = TCP_ACK;
	s.payload = sizeof(before);
	frames_make(&kit.pkt, &s);
	memcpy(before, payload, sizeof(before));
	ck_assert_int_eq(gateway_kit_forward(&kit, 0), DROP_NONE);
	ck_assert_int_eq(memcmp(before, payload, sizeof(before)), 0);
}

RFC_CASE(no_two_sources_share_a_port)
{
	struct frames_spec a = rfc_out(TCP), b = a;
	uint16_t ports[2];
	b.src = "10.0.0.2";
	kit.f.ports_policy = FORWARD_PORTS_KEEP;
	rfc_two(&a, &b, ports);
	ck_assert_uint_ne(ports[0], ports[1]);
}

RFC_CASE(no_hairpin)
{
	struct frames_spec inside = rfc_out(TCP);
	step(0, TCP_SYN, FLOW_FIRST);
	inside.src = "10.0.0.2";
	inside.dst = RFC_OUTSIDE;
	inside.dport = 1024;
	rfc_sends(&inside, "10.0.0.2:4000 > 30.0.0.5:1024 local");
}

RFC_CASE(unreachable_is_translated)
{
	step(0, TCP_SYN, FLOW_FIRST);
	rfc_error(ICMP_UNREACHABLE, 8);
	ck_assert_str_eq(gateway_kit_result(&kit),
			 "9.9.9.9 > 10.0.0.1 [10.0.0.1:4000 > 8.8.8.8:53] in");
}

RFC_CASE(an_error_ends_no_connection)
{
	connect();
	rfc_error(ICMP_UNREACHABLE, 8);
	ck_assert_int_eq(kit.flows[0].state, FLOW_ESTABLISHED);
	step(0, TCP_ACK, FLOW_ESTABLISHED);
	step(1, TCP_ACK, FLOW_ESTABLISHED);
}

static const struct rfc_row rows[] = {
	{"REQ-1", "MUST",
	 "an inner address and port keep one outer port, "
	 "whoever they talk to",
	 RFC_NSX,
	 "every flow that SNAT translates gets "
	 "a source port of its own (Broadcom KB 374440)",
	 RFC_TEST(mapping_is_per_connection)},
	{"REQ-2", "MUST",
	 "every valid order of segments passes: a handshake "
	 "and an end",
	 RFC_MEETS, NULL, RFC_TEST(a_connection_opens_and_closes)},
	{"REQ-2", "MUST", "... a connection that is half closed", RFC_MEETS,
	 NULL, RFC_TEST(half_closed_still_carries_data)},
	{"REQ-2", "MUST", "... both sides close at once", RFC_MEETS, NULL,
	 RFC_TEST(both_may_close_at_once)},
	{"REQ-2", "MUST",
	 "... a new connection from the same port after a reset", RFC_MEETS,
	 NULL, RFC_TEST(the_ports_may_be_used_again)},
	{"REQ-2", "MUST",
	 "... one that is opened from outside, where a rule "
	 "lets it in",
	 RFC_MEETS, NULL, RFC_TEST(a_connection_from_outside_opens)},
	{"REQ-2a", "MUST", "both sides may open a connection at once",
	 RFC_MEETS, NULL, RFC_TEST(both_may_open_at_once)},
	{"REQ-3", "SHOULD",
	 "who may send to a mapping does not depend on the "
	 "port, or on the address either",
	 RFC_PLAIN,
	 "only the peer of the "
	 "session gets in, as through the stateful gateway firewall; NSX does "
	 "not document it",
	 RFC_TEST(only_the_peer_gets_in)},
	{"REQ-4", "MUST", "a SYN that nobody expects has no answer for 6 s",
	 RFC_MEETS, NULL, RFC_TEST(a_syn_that_nobody_expects_has_no_answer)},
	{"REQ-5", "MUST", "an idle connection lives 2 h 4 min at least",
	 RFC_NSX, "session timers of the edge, NSX 4.1: TCP established 7200 s",
	 RFC_TEST(established_lives_two_hours)},
	{"REQ-5", "MUST", "one that is opening lives 4 minutes at least",
	 RFC_NSX,
	 "session timers of the edge, NSX 4.1: TCP first 120 s, "
	 "opening 30 s",
	 RFC_TEST(half_open_lives_less_than_4_minutes)},
	{"REQ-5", "MUST", "one that is closing lives 4 minutes at least",
	 RFC_NSX,
	 "session timers of the edge, NSX 4.1: TCP closing 900 s, "
	 "fin-wait 4 s, closed 2 s",
	 RFC_TEST(closed_lives_seconds)},
	{"REQ-6", "SHOULD", "no application gateway changes payloads",
	 RFC_MEETS, NULL, RFC_TEST(payloads_are_left_alone)},
	{"REQ-7", "MUST",
	 "no two inner addresses have one outer port at a time", RFC_MEETS,
	 NULL, RFC_TEST(no_two_sources_share_a_port)},
	{"REQ-8", "MUST",
	 "two inner hosts reach each other by their outer "
	 "addresses",
	 RFC_NSX,
	 "hairpin through the external address is not "
	 "supported (NSX 4.1, NAT)",
	 RFC_TEST(no_hairpin)},
	{"REQ-9", "SHOULD", "destination unreachable is translated", RFC_MEETS,
	 NULL, RFC_TEST(unreachable_is_translated)},
	{"REQ-10", "MUST", "no ICMP message ends a mapping or a connection",
	 RFC_MEETS, NULL, RFC_TEST(an_error_ends_no_connection)},
};

const struct rfc_part rfc_tcp = {5382,		"NAT and TCP",
				 rows,		sizeof(rows) / sizeof(rows[0]),
				 rfc_kit_setup, NULL};
