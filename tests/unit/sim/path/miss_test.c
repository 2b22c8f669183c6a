/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/miss.h"

#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *miss_test_suite(void);

#define SECOND 1000000000ULL

static struct gateway_kit kit;

static const struct frames_spec out = {.src = "10.0.0.1",
				       .dst = "8.8.8.8",
				       .proto = IP4_PROTO_UDP,
				       .sport = 4000,
				       .dport = 53,
				       .payload = 20};
static const struct frames_spec in = {.src = "8.8.8.8",
				      .dst = "40.0.0.1",
				      .proto = IP4_PROTO_TCP,
				      .sport = 4000,
				      .dport = 443,
				      .flags = TCP_SYN};

static void setup(void)
{
	gateway_kit_init(&kit);
}

static void snat(void)
{
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.5");
}

static struct nat_rule *dnat(const char *from, const char *to)
{
	return gateway_kit_rule(&kit, NAT_DNAT, NULL, from, to);
}

START_TEST(a_new_session_is_noted_with_its_rule)
{
	snat();
	gateway_kit_expect(&kit, 0, &out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	const struct note *made = gateway_kit_note(&kit, NOTE_SESSION_NEW);
	const struct note *done = gateway_kit_note(&kit, NOTE_SNAT);
	ck_assert_uint_eq(made->ref, 1);
	ck_assert_uint_eq(done->ref, 1);
	ck_assert_uint_eq(done->src.v, frames_addr("30.0.0.5").v);
	ck_assert_uint_eq(done->sport, 1024);
	ck_assert_ptr_null(gateway_kit_note(&kit, NOTE_NO_NAT));
}
END_TEST

START_TEST(snat_is_for_packets_that_leave_by_an_uplink)
{
	struct frames_spec s = out;
	snat();
	s.dst = "11.0.0.1";
	gateway_kit_expect(&kit, 0, &s, "10.0.0.1:4000 > 11.0.0.1:53 back");
	ck_assert_ptr_null(gateway_kit_note(&kit, NOTE_NO_NAT));
	ck_assert_uint_eq(kit.f.flows.count, 0);
}
END_TEST

START_TEST(dnat_is_for_packets_that_come_in_by_an_uplink)
{
	struct frames_spec s = in;
	dnat("40.0.0.1", "10.0.0.7");
	s.src = "10.0.0.1";
	gateway_kit_expect(&kit, 0, &s, "10.0.0.1:4000 > 40.0.0.1:443 up");
	gateway_kit_expect(&kit, 1, &in, "8.8.8.8:4000 > 10.0.0.7:443 in");
}
END_TEST

START_TEST(a_no_snat_rule_is_noted)
{
	gateway_kit_rule(&kit, NAT_NO_SNAT, NULL, "8.8.8.0/24", NULL);
	snat();
	gateway_kit_expect(&kit, 0, &out, "10.0.0.1:4000 > 8.8.8.8:53 up");
	ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_NO_NAT)->ref, 1);
	ck_assert_uint_eq(kit.rules[0].packets, 1);
}
END_TEST

START_TEST(no_match_is_noted_without_a_rule)
{
	struct frames_spec s = out;
	snat();
	s.src = "30.0.0.77";
	gateway_kit_expect(&kit, 0, &s, "30.0.0.77:4000 > 8.8.8.8:53 up");
	ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_NO_NAT)->ref, 0);
}
END_TEST

START_TEST(a_stage_without_rules_is_not_noted)
{
	struct frames_spec s = in;
	snat();
	s.dst = "10.0.0.1";
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:4000 > 10.0.0.1:443 in");
	ck_assert_ptr_null(gateway_kit_note(&kit, NOTE_NO_NAT));
}
END_TEST

START_TEST(traffic_between_uplinks_is_translated)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.5");
	s.src = "20.0.0.1";
	gateway_kit_expect(&kit, 2, &s, "30.0.0.5:1024 > 8.8.8.8:53 up");
}
END_TEST

START_TEST(each_session_has_a_port_of_its_own)
{
	struct frames_spec s = out;
	snat();
	gateway_kit_expect(&kit, 0, &s, "30.0.0.5:1024 > 8.8.8.8:53 up");
	s.src = "10.0.0.2";
	gateway_kit_expect(&kit, 0, &s, "30.0.0.5:1025 > 8.8.8.8:53 up");
	s.dst = "9.9.9.9";
	gateway_kit_expect(&kit, 0, &s, "30.0.0.5:1026 > 9.9.9.9:53 up");
}
END_TEST

START_TEST(ports_are_kept_where_that_is_the_policy)
{
	struct frames_spec s = out;
	snat();
	kit.f.ports_policy = FORWARD_PORTS_KEEP;
	gateway_kit_expect(&kit, 0, &s, "30.0.0.5:4000 > 8.8.8.8:53 up");
	s.src = "10.0.0.2";
	gateway_kit_expect(&kit, 0, &s, "30.0.0.5:1024 > 8.8.8.8:53 up");
}
END_TEST

START_TEST(without_a_free_port_new_sessions_are_dropped)
{
	struct frames_spec s = out;
	snat();
	gateway_kit_narrow(&kit, 2000, 2001);
	for (int i = 0; i < 2; i++, s.sport++)
		ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
	gateway_kit_expect(&kit, 0, &s, "NAT_PORTS");
	ck_assert_uint_eq(kit.pkt.drop_ref, 1);
	gateway_kit_expect(&kit, 0, &out, "30.0.0.5:2000 > 8.8.8.8:53 up");
	kit.now = 31 * SECOND; /* idle sessions are asked first */
	gateway_kit_expect(&kit, 0, &s, "30.0.0.5:2000 > 8.8.8.8:53 up");
}
END_TEST

START_TEST(a_source_keeps_its_translated_address)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.8/30");
	for (uint16_t i = 0; i < 10; i++) {
		s.sport = (uint16_t)(1 + i);
		gateway_kit_send(&kit, 0, &s);
		ck_assert_uint_eq(be_load32(kit.pkt.data + 26),
				  flow_out(&kit.flows[0], FLOW_FORWARD).src.v);
	}
}
END_TEST

START_TEST(sources_spread_over_the_pool)
{
	char text[ADDR_IP4_SIZE];
	struct frames_spec s = out;
	unsigned seen[4] = {0};
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.8/30");
	s.src = text;
	for (uint32_t i = 0; i < 40; i++) {
		addr_print_ip4(addr_ip4(0x0a000001 + i), text);
		gateway_kit_send(&kit, 0, &s);
		seen[be_load32(kit.pkt.data + 26) & 3]++;
	}
	for (int i = 0; i < 4; i++)
		ck_assert_uint_ge(seen[i], 4);
}
END_TEST

START_TEST(the_next_address_helps_out)
{
	struct frames_spec s = out;
	unsigned seen[4] = {0};
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.8/30");
	gateway_kit_narrow(&kit, 2000, 2001);
	for (int i = 0; i < 8; i++, s.sport++) {
		ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
		seen[be_load32(kit.pkt.data + 26) & 3]++;
	}
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(seen[i], 2);
	gateway_kit_expect(&kit, 0, &s, "NAT_PORTS");
}
END_TEST

/* A /22: 1024 addresses, of which the first have pools. */
START_TEST(a_large_pool_is_used_as_far_as_it_has_ports)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.5");
	kit.rules[0].translated.at[0] = frames_prefix("30.0.0.0/22");
	char text[ADDR_IP4_SIZE];
	s.src = text;
	for (uint32_t i = 0; i < 20; i++) {
		addr_print_ip4(addr_ip4(0x0a000001 + i), text);
		ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
	}
	for (size_t i = 0; i < kit.f.pool_count; i++)
		kit.pools[i].addr.v = frames_addr("30.0.1.0").v;
	s.src = "10.0.0.200";
	gateway_kit_expect(&kit, 0, &s, "NAT_PORTS");
}
END_TEST

static const struct {
	const char *what;
	uint8_t proto, flags, type;
	uint16_t frag;
	enum drop drop;
} refused[] = {
	{"TCP without SYN", IP4_PROTO_TCP, TCP_ACK, 0, 0, DROP_NAT_STATE},
	{"SYN-ACK", IP4_PROTO_TCP, TCP_SYN | TCP_ACK, 0, 0, DROP_NAT_STATE},
	{"echo reply", IP4_PROTO_ICMP, 0, ICMP_ECHO_REPLY, 0, DROP_NAT_STATE},
	{"GRE", FRAMES_GRE, 0, 0, 0, DROP_NAT_UNSUPPORTED},
	{"later fragment", IP4_PROTO_UDP, 0, 0, 5, DROP_FRAGMENT},
	{"first fragment", IP4_PROTO_UDP, 0, 0, IP4_MF, DROP_NONE},
};

START_TEST(what_snat_cannot_do_is_dropped)
{
	struct frames_spec s = out;
	snat();
	s.proto = refused[_i].proto;
	s.flags = refused[_i].flags;
	s.type = refused[_i].type;
	s.frag = refused[_i].frag;
	ck_assert_msg(gateway_kit_send(&kit, 0, &s) == refused[_i].drop, "%s",
		      refused[_i].what);
	ck_assert_uint_eq(kit.pkt.drop_ref, refused[_i].drop ? 1 : 0);
}
END_TEST

static const struct {
	const char *what;
	uint8_t proto, flags, type;
	uint16_t frag;
	const char *result;
} passed[] = {
	{"TCP without SYN", IP4_PROTO_TCP, TCP_ACK, 0, 0,
	 "40.0.0.5:4000 > 8.8.8.8:53 up"},
	{"echo reply", IP4_PROTO_ICMP, 0, ICMP_ECHO_REPLY, 0,
	 "40.0.0.5 > 8.8.8.8 id 4000 up"},
	{"GRE", FRAMES_GRE, 0, 0, 0, "40.0.0.5 > 8.8.8.8 up"},
	{"later fragment", IP4_PROTO_UDP, 0, 0, 5, "40.0.0.5 > 8.8.8.8 up"},
};

START_TEST(reflexive_translates_any_packet_and_no_port)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_REFLEXIVE, "10.0.0.0/24", NULL,
			 "40.0.0.0/24");
	s.src = "10.0.0.5";
	s.proto = passed[_i].proto;
	s.flags = passed[_i].flags;
	s.type = passed[_i].type;
	s.frag = passed[_i].frag;
	gateway_kit_expect(&kit, 0, &s, passed[_i].result);
	ck_assert_uint_eq(kit.f.flows.count, 0);
	ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_REFLEXIVE)->ref, 1);
	s.src = "8.8.8.8"; /* and back, which needs no packet before it */
	s.dst = "40.0.0.9";
	gateway_kit_send(&kit, 2, &s);
	ck_assert_uint_eq(kit.pkt.dst.v, frames_addr("10.0.0.9").v);
}
END_TEST

/* The article: 30.0.0.5 is translated to the uplink's own address, and what
 * comes to that address is the Supervisor's. */
START_TEST(reflexive_on_the_uplinks_own_address_wins)
{
	struct frames_spec s = in;
	gateway_kit_rule(&kit, NAT_REFLEXIVE, "30.0.0.5", NULL, "192.0.2.1");
	gateway_kit_local(&kit, "192.0.2.1");
	s.dst = "192.0.2.1";
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:4000 > 30.0.0.5:443 in");
	gateway_kit_expect(&kit, 0, &s, "8.8.8.8:4000 > 192.0.2.1:443 local");
}
END_TEST

/* In by one uplink, out by the other: both stages translate. */
START_TEST(a_session_is_found_behind_a_stateless_rule)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_REFLEXIVE, "9.9.9.0/24", NULL,
			 "40.0.0.0/24");
	gateway_kit_rule(&kit, NAT_SNAT, "20.0.0.0/8", NULL, "30.0.0.5");
	s.src = "20.0.0.1";
	s.dst = "40.0.0.9";
	for (int i = 0; i < 3; i++)
		gateway_kit_expect(&kit, 2, &s,
				   "30.0.0.5:1024 > 9.9.9.9:53 up");
	ck_assert_uint_eq(kit.f.flows.count, 1);
}
END_TEST

static const struct {
	const char *what;
	uint8_t proto;
	struct addr_ports service, translated;
	uint16_t from, to;
} ports[] = {
	{"no service", 0, {0, 0}, {0, 0}, 443, 443},
	{"no service, ports ignored", 0, {0, 0}, {80, 80}, 443, 443},
	{"service alone", IP4_PROTO_TCP, {443, 443}, {0, 0}, 443, 443},
	{"other port outside",
	 IP4_PROTO_TCP,
	 {443, 443},
	 {8443, 8443},
	 8443,
	 443},
	{"range to range", IP4_PROTO_TCP, {100, 109}, {200, 209}, 205, 105},
	{"range to one", IP4_PROTO_TCP, {100, 100}, {200, 209}, 205, 100},
	{"protocol alone", IP4_PROTO_TCP, {0, 0}, {0, 0}, 777, 777},
};

/* The service's port is that after translation (Policy API). */
START_TEST(dnat_ports_are_nsx_ones)
{
	char text[100], answer[100];
	struct frames_spec s = in, back = in;
	struct nat_rule *r = dnat("40.0.0.1", "10.0.0.7");
	r->proto = ports[_i].proto;
	r->ports = ports[_i].service;
	r->translated_ports = ports[_i].translated;
	s.dport = ports[_i].from;
	snprintf(text, sizeof(text), "8.8.8.8:4000 > 10.0.0.7:%u in",
		 ports[_i].to);
	gateway_kit_expect(&kit, 1, &s, text);
	back.src = "10.0.0.7";
	back.dst = "8.8.8.8";
	back.sport = ports[_i].to;
	back.dport = 4000;
	back.flags = TCP_SYN | TCP_ACK;
	snprintf(answer, sizeof(answer), "40.0.0.1:%u > 8.8.8.8:4000 up",
		 ports[_i].from);
	gateway_kit_expect(&kit, 0, &back, answer);
}
END_TEST

static const struct {
	const char *from, *to, *dst, *result;
} addrs[] = {
	{"40.0.0.0/24", "10.0.0.0/24", "40.0.0.9", "10.0.0.9"}, /* n:n */
	{"40.0.0.0/24", "10.0.0.7", "40.0.0.9", "10.0.0.7"},	/* n:1 */
	{"40.0.0.1", "10.0.0.7", "40.0.0.1", "10.0.0.7"},
	{"40.0.0.0/24", "10.0.0.0/30", "40.0.0.9", "10.0.0.1"}, /* n:m */
};

START_TEST(dnat_addresses_go_by_position)
{
	struct frames_spec s = in;
	dnat(addrs[_i].from, addrs[_i].to);
	s.dst = addrs[_i].dst;
	gateway_kit_send(&kit, 1, &s);
	ck_assert_uint_eq(kit.pkt.dst.v, frames_addr(addrs[_i].result).v);
}
END_TEST

START_TEST(no_dnat_stops_the_search)
{
	struct frames_spec s = in;
	gateway_kit_rule(&kit, NAT_NO_DNAT, NULL, "40.0.0.0/24", NULL);
	dnat("40.0.0.1", "10.0.0.7");
	gateway_kit_local(&kit, "40.0.0.1");
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:4000 > 40.0.0.1:443 local");
	ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_NO_NAT)->ref, 1);
}
END_TEST

/* Both on one address: the port of a DNAT session is not given to SNAT when
 * that would make two sessions look alike. */
START_TEST(snat_avoids_a_port_that_dnat_uses_with_the_same_peer)
{
	struct frames_spec s = in;
	dnat("30.0.0.5", "10.0.0.7");
	snat();
	s.dst = "30.0.0.5";
	s.dport = 1024;
	s.sport = 53;
	s.proto = IP4_PROTO_UDP;
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:53 > 10.0.0.7:1024 in");
	gateway_kit_expect(&kit, 0, &out, "30.0.0.5:1025 > 8.8.8.8:53 up");
	ck_assert_uint_eq(kit.pools[1].used, 1);
}
END_TEST

START_TEST(later_fragments_that_need_ports_are_dropped)
{
	struct frames_spec s = in;
	s.frag = 9;
	s.payload = 8;
	dnat("40.0.0.1", "10.0.0.7")->proto = IP4_PROTO_TCP;
	kit.rules[0].ports = (struct addr_ports){443, 443};
	snat();
	gateway_kit_expect(&kit, 1, &s, "FRAGMENT"); /* to DNAT */
	s.dst = "30.0.0.5";
	gateway_kit_expect(&kit, 1, &s, "FRAGMENT"); /* back to SNAT */
	s.dst = "10.0.0.99";
	ck_assert_int_eq(gateway_kit_send(&kit, 1, &s), DROP_NONE);
	kit.rules[1].enabled = false;
	s.src = "10.0.0.7";
	s.dst = "8.8.8.8";
	gateway_kit_expect(&kit, 0, &s, "FRAGMENT"); /* back from DNAT */
	s.src = "10.0.0.8";
	ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
}
END_TEST

Suite *miss_test_suite(void)
{
	Suite *s = suite_create("miss");
	TCase *c = tcase_create("miss");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_new_session_is_noted_with_its_rule);
	tcase_add_test(c, snat_is_for_packets_that_leave_by_an_uplink);
	tcase_add_test(c, dnat_is_for_packets_that_come_in_by_an_uplink);
	tcase_add_test(c, a_no_snat_rule_is_noted);
	tcase_add_test(c, no_match_is_noted_without_a_rule);
	tcase_add_test(c, a_stage_without_rules_is_not_noted);
	tcase_add_test(c, traffic_between_uplinks_is_translated);
	tcase_add_test(c, each_session_has_a_port_of_its_own);
	tcase_add_test(c, ports_are_kept_where_that_is_the_policy);
	tcase_add_test(c, without_a_free_port_new_sessions_are_dropped);
	tcase_add_test(c, a_source_keeps_its_translated_address);
	tcase_add_test(c, sources_spread_over_the_pool);
	tcase_add_test(c, the_next_address_helps_out);
	tcase_add_test(c, a_large_pool_is_used_as_far_as_it_has_ports);
	tcase_add_loop_test(c, what_snat_cannot_do_is_dropped, 0,
			    sizeof(refused) / sizeof(refused[0]));
	tcase_add_loop_test(c, reflexive_translates_any_packet_and_no_port, 0,
			    sizeof(passed) / sizeof(passed[0]));
	tcase_add_test(c, reflexive_on_the_uplinks_own_address_wins);
	tcase_add_test(c, a_session_is_found_behind_a_stateless_rule);
	tcase_add_loop_test(c, dnat_ports_are_nsx_ones, 0,
			    sizeof(ports) / sizeof(ports[0]));
	tcase_add_loop_test(c, dnat_addresses_go_by_position, 0,
			    sizeof(addrs) / sizeof(addrs[0]));
	tcase_add_test(c, no_dnat_stops_the_search);
	tcase_add_test(c, snat_avoids_a_port_that_dnat_uses_with_the_same_peer);
	tcase_add_test(c, later_fragments_that_need_ports_are_dropped);
	suite_add_tcase(s, c);
	return s;
}
