/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/forward.h"

#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *forward_test_suite(void);

static struct gateway_kit kit;

static const struct frames_spec out = {.src = "10.0.0.1",
				       .dst = "8.8.8.8",
				       .proto = IP4_PROTO_TCP,
				       .sport = 4000,
				       .dport = 443,
				       .flags = TCP_SYN};

static void setup(void)
{
	gateway_kit_init(&kit);
}

static struct acl_rule *add_access(enum acl_action action)
{
	struct acl_rule r = {.action = action, .ref = 33};
	ck_assert(acl_add(&kit.f.acl, &r));
	return &kit.accesses[kit.f.acl.count - 1];
}

START_TEST(a_packet_is_routed_and_loses_a_ttl)
{
	gateway_kit_expect(&kit, 0, &out, "10.0.0.1:4000 > 8.8.8.8:443 up");
	ck_assert_uint_eq(kit.pkt.data[ETH_SIZE + 8], 63);
	ck_assert_uint_eq(kit.f.notes.count, 2);
	ck_assert_uint_eq(kit.notes[0].kind, NOTE_RECEIVED);
	ck_assert_uint_eq(kit.notes[1].kind, NOTE_ROUTE);
	ck_assert_uint_eq(kit.notes[1].ref, 100);
}
END_TEST

/* One TTL per gateway: between its parts none is lost. */
START_TEST(from_the_backplane_no_ttl_is_lost)
{
	struct frames_spec s = out;
	s.ttl = 1;
	gateway_kit_expect(&kit, 0, &s, "TTL_ZERO");
	gateway_kit_expect(&kit, 3, &s, "10.0.0.1:4000 > 8.8.8.8:443 up");
	ck_assert_uint_eq(kit.pkt.data[ETH_SIZE + 8], 1);
}
END_TEST

START_TEST(own_addresses_are_delivered_whatever_the_ttl)
{
	struct frames_spec s = out;
	gateway_kit_local(&kit, "10.0.0.254");
	s.dst = "10.0.0.254";
	s.ttl = 1;
	gateway_kit_expect(&kit, 0, &s, "10.0.0.1:4000 > 10.0.0.254:443 local");
}
END_TEST

START_TEST(a_port_that_is_down_takes_nothing)
{
	kit.ports[0].up = false;
	gateway_kit_expect(&kit, 0, &out, "IFACE_DOWN");
}
END_TEST

START_TEST(strict_urpf_is_by_the_port_it_came_in_by)
{
	kit.ports[1].urpf_strict = true;
	gateway_kit_expect(&kit, 1, &out, "URPF");
	gateway_kit_expect(&kit, 2, &out, "10.0.0.1:4000 > 8.8.8.8:443 up");
}
END_TEST

START_TEST(access_rules_come_before_all_else)
{
	struct acl_rule *r = add_access(_i ? ACL_REJECT : ACL_DROP);
	r->source.at[r->source.count++] = frames_prefix("10.0.0.0/8");
	kit.ports[0].urpf_strict = true;
	gateway_kit_expect(&kit, 0, &out, _i ? "ACL_REJECT" : "ACL_DROP");
	ck_assert_uint_eq(kit.pkt.drop_ref, 33);
	ck_assert_uint_eq(r->packets, 1);
	struct frames_spec s = out;
	s.src = "30.0.0.1";
	ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
	ck_assert_uint_eq(kit.pkt.drop_ref, 0);
}
END_TEST

START_TEST(an_access_rule_about_ports_is_not_about_echo_ids)
{
	struct frames_spec s = out;
	add_access(ACL_DROP)->ports = (struct addr_ports){443, 443};
	gateway_kit_expect(&kit, 0, &s, "ACL_DROP");
	s.proto = IP4_PROTO_ICMP;
	s.type = ICMP_ECHO_REQUEST;
	s.sport = 443;
	ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
}
END_TEST

START_TEST(a_permit_ends_the_search)
{
	add_access(ACL_PERMIT);
	add_access(ACL_DROP);
	ck_assert_int_eq(gateway_kit_send(&kit, 0, &out), DROP_NONE);
	ck_assert_uint_eq(kit.accesses[0].packets, 1);
}
END_TEST

START_TEST(a_standby_forwards_nothing_but_answers)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.5");
	gateway_kit_rule(&kit, NAT_DNAT, NULL, "192.0.2.1", "10.0.0.7");
	gateway_kit_local(&kit, "192.0.2.1");
	kit.f.standby = true;
	gateway_kit_expect(&kit, 0, &out, "STANDBY");
	s.src = "8.8.8.8";
	s.dst = "192.0.2.1";
	gateway_kit_expect(&kit, 1, &s, "8.8.8.8:4000 > 192.0.2.1:443 local");
	ck_assert_uint_eq(kit.f.flows.count, 0);
}
END_TEST

START_TEST(what_does_not_fit_takes_no_port)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.5");
	kit.ports[1].mtu = 576;
	s.payload = 576 - 40;
	s.frag = IP4_DF;
	ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
	s.payload++;
	s.sport++;
	gateway_kit_expect(&kit, 0, &s, "MTU");
	s.frag = 0; /* it may be cut */
	ck_assert_int_eq(gateway_kit_send(&kit, 0, &s), DROP_NONE);
	s.frag = IP4_DF;
	ck_assert_uint_eq(kit.pools[0].used, 2);
	ck_assert_uint_eq(kit.f.flows.count, 2);
}
END_TEST

START_TEST(a_malformed_packet_is_dropped_first)
{
	frames_make(&kit.pkt, &out);
	kit.pkt.data[ETH_SIZE + 12] ^= 1;
	ck_assert_int_eq(gateway_kit_forward(&kit, 0), DROP_MALFORMED);
	ck_assert_uint_eq(kit.f.notes.count, 0);
}
END_TEST

START_TEST(each_packet_of_a_batch_has_its_own_verdict)
{
	static struct pkt three[3];
	struct batch b = {.count = 3};
	struct frames_spec s[3] = {out, out, out};
	gateway_kit_local(&kit, "10.0.0.254");
	s[1].ttl = 1;
	s[2].dst = "10.0.0.254";
	for (int i = 0; i < 3; i++) {
		frames_make(&three[i], &s[i]);
		b.at[i] = &three[i];
	}
	forward_batch(&kit.f, &b, 0);
	ck_assert_int_eq(three[0].verdict, PKT_SEND);
	ck_assert_int_eq(three[1].verdict, PKT_DROP);
	ck_assert_int_eq(three[1].drop, DROP_TTL_ZERO);
	ck_assert_int_eq(three[2].verdict, PKT_LOCAL);
	three[1].data[ETH_SIZE + 8] = 64; /* nothing sticks to a slot */
	frames_make(&three[1], &out);
	three[1].drop = DROP_TTL_ZERO;
	three[2].drop_ref = 9;
	forward_batch(&kit.f, &b, 0);
	ck_assert_int_eq(three[1].verdict, PKT_SEND);
	ck_assert_int_eq(three[1].drop, DROP_NONE);
	ck_assert_uint_eq(three[2].drop_ref, 0);
}
END_TEST

START_TEST(own_packets_are_routed_and_nothing_else)
{
	struct frames_spec s = out;
	gateway_kit_rule(&kit, NAT_SNAT, NULL, NULL, "30.0.0.5");
	add_access(ACL_DROP);
	s.ttl = 1;
	frames_make(&kit.pkt, &s);
	forward_own(&kit.f, &kit.pkt);
	ck_assert_str_eq(gateway_kit_result(&kit),
			 "10.0.0.1:4000 > 8.8.8.8:443 up");
	ck_assert_uint_eq(kit.pkt.data[ETH_SIZE + 8], 1);
	gateway_kit_no_routes(&kit);
	forward_own(&kit.f, &kit.pkt);
	ck_assert_str_eq(gateway_kit_result(&kit), "NO_ROUTE");
}
END_TEST

static const struct {
	enum drop drop;
	bool told;
	uint8_t type, code;
} tellings[] = {
	{DROP_NO_ROUTE, true, ICMP_UNREACHABLE, ICMP_NET},
	{DROP_NEIGH, true, ICMP_UNREACHABLE, ICMP_HOST},
	{DROP_ARP_FAIL, true, ICMP_UNREACHABLE, ICMP_HOST},
	{DROP_ACL_REJECT, true, ICMP_UNREACHABLE, ICMP_PROHIBITED},
	{DROP_MTU, true, ICMP_UNREACHABLE, ICMP_FRAG_NEEDED},
	{DROP_TTL_ZERO, true, ICMP_TIME_EXCEEDED, 0},
	{DROP_ACL_DROP, false, 0, 0},
	{DROP_URPF, false, 0, 0},
	{DROP_BLACKHOLE, false, 0, 0},
	{DROP_NAT_PORTS, false, 0, 0},
	{DROP_STANDBY, false, 0, 0},
};

START_TEST(some_drops_are_told_to_the_sender)
{
	uint8_t type = 0, code = 0;
	ck_assert_msg(forward_icmp_for(tellings[_i].drop, &type, &code) ==
			      tellings[_i].told,
		      "%s", drop_name(tellings[_i].drop));
	if (!tellings[_i].told)
		return;
	ck_assert_uint_eq(type, tellings[_i].type);
	ck_assert_uint_eq(code, tellings[_i].code);
}
END_TEST

Suite *forward_test_suite(void)
{
	Suite *s = suite_create("forward");
	TCase *c = tcase_create("forward");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_packet_is_routed_and_loses_a_ttl);
	tcase_add_test(c, from_the_backplane_no_ttl_is_lost);
	tcase_add_test(c, own_addresses_are_delivered_whatever_the_ttl);
	tcase_add_test(c, a_port_that_is_down_takes_nothing);
	tcase_add_test(c, strict_urpf_is_by_the_port_it_came_in_by);
	tcase_add_loop_test(c, access_rules_come_before_all_else, 0, 2);
	tcase_add_test(c, an_access_rule_about_ports_is_not_about_echo_ids);
	tcase_add_test(c, a_permit_ends_the_search);
	tcase_add_test(c, a_standby_forwards_nothing_but_answers);
	tcase_add_test(c, what_does_not_fit_takes_no_port);
	tcase_add_test(c, a_malformed_packet_is_dropped_first);
	tcase_add_test(c, each_packet_of_a_batch_has_its_own_verdict);
	tcase_add_test(c, own_packets_are_routed_and_nothing_else);
	tcase_add_loop_test(c, some_drops_are_told_to_the_sender, 0,
			    sizeof(tellings) / sizeof(tellings[0]));
	suite_add_tcase(s, c);
	return s;
}
