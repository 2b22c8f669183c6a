/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rfc/rfc_kit.h"
#include "tests/unit/sim/world/pieces_kit.h"

#define UDP IP4_PROTO_UDP

/* Broadcom KB 374440; facts that NSX does not document are RFC_PLAIN. */
#define PER_FLOW                                                               \
	"every flow that SNAT translates gets a source port of its own "       \
	"(Broadcom KB 374440)"
#define STATEFUL                                                               \
	"only the peer of the session gets in, as through the stateful "       \
	"gateway firewall; NSX does not document it"
#define TIMERS                                                                 \
	"session timers of the edge, NSX 4.1: UDP first, single and "          \
	"multiple 30 s"

RFC_CASE(mapping_is_per_destination)
{
	struct frames_spec a = rfc_out(UDP), b = a, c = a;
	uint16_t ports[2];
	b.dst = "9.9.9.9";
	rfc_two(&a, &b, ports);
	ck_assert_uint_ne(ports[0], ports[1]);
	c.dport = 54;
	rfc_two(&a, &c, ports);
	ck_assert_uint_ne(ports[0], ports[1]);
}

RFC_CASE(a_source_keeps_its_address_of_the_pool)
{
	struct frames_spec s = rfc_out(UDP);
	gateway_kit_init(&kit);
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.8/30");
	gateway_kit_send(&kit, 0, &s);
	uint32_t first = be_load32(kit.pkt.data + ETH_SIZE + 12);
	for (s.sport = 1; s.sport < 30; s.sport++) {
		s.dst = s.sport & 1 ? "9.9.9.9" : "8.8.4.4";
		gateway_kit_send(&kit, 0, &s);
		ck_assert_uint_eq(be_load32(kit.pkt.data + ETH_SIZE + 12),
				  first);
	}
}

RFC_CASE(no_two_sources_share_a_port)
{
	struct frames_spec a = rfc_out(UDP), b = a;
	uint16_t ports[2];
	b.src = "10.0.0.2";
	kit.f.ports_policy = FORWARD_PORTS_KEEP;
	rfc_two(&a, &b, ports);
	ck_assert_uint_eq(ports[0], 4000);
	ck_assert_uint_ne(ports[1], 4000);
}

RFC_CASE(well_known_ports_are_not_given)
{
	struct frames_spec s = rfc_out(UDP);
	s.sport = 123;
	rfc_sends(&s, "30.0.0.5:1024 > 8.8.8.8:53 up");
	kit.f.ports_policy = FORWARD_PORTS_KEEP;
	s.sport = 124;
	rfc_sends(&s, "30.0.0.5:1025 > 8.8.8.8:53 up");
}

RFC_CASE(high_ports_become_high_ports)
{
	struct frames_spec s = rfc_out(UDP);
	gateway_kit_narrow(&kit, 65530, 65535);
	for (s.sport = 1024; s.sport < 1030; s.sport++) {
		ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
		ck_assert_uint_ge(be_load16(kit.pkt.data + ETH_SIZE + IP4_SIZE),
				  1024);
	}
	rfc_sends(&s, "NAT_PORTS");
}

RFC_CASE(parity_is_not_kept)
{
	struct frames_spec s = rfc_out(UDP);
	s.sport = 4001;
	rfc_sends(&s, "30.0.0.5:1024 > 8.8.8.8:53 up");
	kit.f.ports_policy = FORWARD_PORTS_KEEP;
	s.sport = 4003;
	rfc_sends(&s, "30.0.0.5:4003 > 8.8.8.8:53 up");
}

RFC_CASE(a_mapping_ends_after_30_s)
{
	struct frames_spec out = rfc_out(UDP), in = rfc_in(UDP, 0);
	rfc_sends(&out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	kit.now = 30 * RFC_SECOND;
	rfc_gets(&in, "8.8.8.8:53 > 10.0.0.1:4000 in");
	kit.now = 61 * RFC_SECOND;
	rfc_gets(&in, "8.8.8.8:53 > 30.0.0.5:1024 local");
}

RFC_CASE(packets_out_refresh)
{
	struct frames_spec out = rfc_out(UDP), in = rfc_in(UDP, 0);
	for (unsigned i = 0; i < 10; i++) {
		kit.now = i * 25 * RFC_SECOND;
		rfc_sends(&out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	}
	kit.now += 25 * RFC_SECOND;
	rfc_gets(&in, "8.8.8.8:53 > 10.0.0.1:4000 in");
}

RFC_CASE(packets_in_refresh_too)
{
	struct frames_spec out = rfc_out(UDP), in = rfc_in(UDP, 0);
	rfc_sends(&out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	for (unsigned i = 0; i < 10; i++) {
		kit.now = i * 25 * RFC_SECOND;
		rfc_gets(&in, "8.8.8.8:53 > 10.0.0.1:4000 in");
	}
	rfc_sends(&out, "30.0.0.5:1024 > 8.8.8.8:53 up");
}

RFC_CASE(only_the_peer_gets_in)
{
	struct frames_spec out = rfc_out(UDP), in = rfc_in(UDP, 0);
	rfc_sends(&out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	in.sport = 54;
	rfc_gets(&in, "8.8.8.8:54 > 30.0.0.5:1024 local");
	in.sport = 53;
	in.src = "9.9.9.9";
	rfc_gets(&in, "9.9.9.9:53 > 30.0.0.5:1024 local");
	in.src = "8.8.8.8";
	rfc_gets(&in, "8.8.8.8:53 > 10.0.0.1:4000 in");
}

/* To the router itself, which has nothing there. */
RFC_CASE(no_hairpin)
{
	struct frames_spec out = rfc_out(UDP), inside = out;
	rfc_sends(&out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	inside.src = "10.0.0.2";
	inside.dst = RFC_OUTSIDE;
	inside.dport = 1024;
	rfc_sends(&inside, "10.0.0.2:4000 > 30.0.0.5:1024 local");
}

/* An address in the payload, as SIP or STUN carry it. */
RFC_CASE(payloads_are_left_alone)
{
	struct frames_spec s = rfc_out(UDP);
	uint8_t before[64];
	uint8_t *payload = kit.pkt.data + ETH_SIZE + IP4_SIZE + UDP_SIZE;
	s.payload = sizeof(before);
	s.dport = 5060;
	frames_make(&kit.pkt, &s);
	memcpy(before, payload, sizeof(before));
	ck_assert_int_eq(gateway_kit_forward(&kit, 0), DROP_NONE);
	ck_assert_int_eq(memcmp(before, payload, sizeof(before)), 0);
}

RFC_CASE(nothing_changes_with_load)
{
	struct frames_spec s = rfc_out(UDP);
	for (unsigned i = 0; i < GATEWAY_KIT_SESSIONS; i++, s.sport++) {
		char text[64];
		snprintf(text, sizeof(text), "30.0.0.5:%u > 8.8.8.8:53 up",
			 1024 + i);
		rfc_sends(&s, text);
	}
	rfc_sends(&s, "NAT_SESSIONS"); /* exhausted: refused, not otherwise */
	s.sport = 4000;
	rfc_sends(&s, "30.0.0.5:1024 > 8.8.8.8:53 up");
}

RFC_CASE(an_error_ends_no_mapping)
{
	struct frames_spec out = rfc_out(UDP), in = rfc_in(UDP, 0);
	static const uint8_t types[] = {ICMP_UNREACHABLE, ICMP_TIME_EXCEEDED};
	for (size_t i = 0; i < 2; i++) {
		rfc_sends(&out, "30.0.0.5:1024 > 8.8.8.8:53 up");
		rfc_error(types[i], 8);
		ck_assert_str_eq(gateway_kit_result(&kit),
				 "9.9.9.9 > 10.0.0.1 [10.0.0.1:4000 > "
				 "8.8.8.8:53] in");
		rfc_gets(&in, "8.8.8.8:53 > 10.0.0.1:4000 in");
	}
}

RFC_CASE(too_large_is_told)
{
	struct frames_spec s = rfc_out(UDP);
	uint8_t type, code;
	s.payload = 1400;
	s.frag = IP4_DF;
	kit.ports[1].mtu = 1400;
	rfc_sends(&s, "MTU");
	ck_assert(forward_icmp_for(DROP_MTU, &type, &code));
	ck_assert_uint_eq(type, ICMP_UNREACHABLE);
	ck_assert_uint_eq(code, ICMP_FRAG_NEEDED);
	ck_assert_uint_eq(kit.f.flows.count, 0);
}

/* What waits for what is in tests/unit/sim/world/router_pieces_test.c. */
RFC_CASE(fragments_pass_in_any_order)
{
	static const unsigned orders[][PIECES_KIT_COUNT] = {{0, 1, 2},
							    {2, 1, 0}};
	const struct world_kit_udp in = {"20.0.0.2", RFC_OUTSIDE, 53, 1024, 64};
	for (size_t i = 0; i < 2; i++) {
		struct pieces_kit g;
		pieces_kit_init(&g);
		for (size_t k = 0; k < PIECES_KIT_COUNT; k++)
			pieces_kit_send(&g, g.a, pieces_kit_out(),
					orders[i][k]);
		for (size_t k = 0; k < PIECES_KIT_COUNT; k++)
			pieces_kit_send(&g, g.b, &in, orders[i][k]);
		pieces_kit_got(&g.at_b, RFC_OUTSIDE ":1024 > 20.0.0.2:53");
		pieces_kit_got(&g.at_a, "20.0.0.2:53 > 10.1.0.2:4000");
		pieces_kit_fini(&g);
	}
}

RFC_CASE(fragments_pass_a_reflexive_rule_in_any_order)
{
	struct frames_spec first = rfc_out(UDP), later = first;
	gateway_kit_init(&kit);
	gateway_kit_rule(&kit, NAT_REFLEXIVE, "10.0.0.1", NULL, RFC_OUTSIDE);
	first.frag = IP4_MF;
	first.payload = 16;
	later.frag = 3;
	later.payload = 16;
	rfc_sends(&later, "30.0.0.5 > 8.8.8.8 up");
	rfc_sends(&first, "30.0.0.5:4000 > 8.8.8.8:53 up");
	rfc_sends(&later, "30.0.0.5 > 8.8.8.8 up");
}

static const struct rfc_row rows[] = {
	{"REQ-1", "MUST",
	 "an inner address and port keep one outer port, "
	 "whoever they talk to",
	 RFC_NSX, PER_FLOW, RFC_TEST(mapping_is_per_destination)},
	{"REQ-2", "SHOULD", "an inner address keeps one address of the pool",
	 RFC_MEETS, NULL, RFC_TEST(a_source_keeps_its_address_of_the_pool)},
	{"REQ-3", "MUST",
	 "no two inner addresses have one outer port at a time", RFC_MEETS,
	 NULL, RFC_TEST(no_two_sources_share_a_port)},
	{"REQ-3a", "SHOULD", "ports below 1024 become ports below 1024",
	 RFC_NSX, "well-known ports are not in the pool (Broadcom KB 374440)",
	 RFC_TEST(well_known_ports_are_not_given)},
	{"REQ-3b", "SHOULD", "ports from 1024 on become ports from 1024 on",
	 RFC_MEETS, NULL, RFC_TEST(high_ports_become_high_ports)},
	{"REQ-4", "SHOULD", "even ports become even ports, odd ones odd",
	 RFC_PLAIN,
	 "round robin; NSX does not document its choice. With "
	 "snat_keep_port ports are kept where they are free",
	 RFC_TEST(parity_is_not_kept)},
	{"REQ-5", "MUST", "a mapping lives 2 minutes at least", RFC_NSX, TIMERS,
	 RFC_TEST(a_mapping_ends_after_30_s)},
	{"REQ-6", "MUST", "packets from inside keep a mapping alive", RFC_MEETS,
	 NULL, RFC_TEST(packets_out_refresh)},
	{"REQ-6a", "MAY", "packets from outside keep it alive, too", RFC_MEETS,
	 NULL, RFC_TEST(packets_in_refresh_too)},
	{"REQ-7", "MUST",
	 "outer addresses got by DHCP do not clash with inner "
	 "ones",
	 RFC_APART, "addresses of gateways are configured", NULL},
	{"REQ-8", "SHOULD",
	 "who may send to a mapping does not depend on the "
	 "port, or on the address either",
	 RFC_PLAIN, STATEFUL, RFC_TEST(only_the_peer_gets_in)},
	{"REQ-9", "MUST",
	 "two inner hosts reach each other by their outer "
	 "addresses",
	 RFC_NSX,
	 "hairpin through the external address is not "
	 "supported (NSX 4.1, NAT)",
	 RFC_TEST(no_hairpin)},
	{"REQ-10", "SHOULD", "no application gateway changes payloads",
	 RFC_MEETS, NULL, RFC_TEST(payloads_are_left_alone)},
	{"REQ-11", "MUST", "it does the same at all times, under any load",
	 RFC_MEETS, NULL, RFC_TEST(nothing_changes_with_load)},
	{"REQ-12", "MUST", "no ICMP message ends a mapping", RFC_MEETS, NULL,
	 RFC_TEST(an_error_ends_no_mapping)},
	{"REQ-13", "MUST",
	 "what is too large and may not be fragmented is told", RFC_MEETS, NULL,
	 RFC_TEST(too_large_is_told)},
	{"REQ-14", "MUST", "fragments pass, in order or not", RFC_MEETS, NULL,
	 RFC_TEST(fragments_pass_in_any_order)},
	{"REQ-14a", "SHOULD",
	 "... without state, where addresses map one to "
	 "one",
	 RFC_MEETS, NULL,
	 RFC_TEST(fragments_pass_a_reflexive_rule_in_any_order)},
};

const struct rfc_part rfc_udp = {4787,		"NAT and UDP",
				 rows,		sizeof(rows) / sizeof(rows[0]),
				 rfc_kit_setup, NULL};
