/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/fast.h"

#include "sim/path/parse.h"
#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *fast_test_suite(void);

#define SECOND 1000000000ULL

static struct gateway_kit kit;

static const struct frames_spec out = {.src = "10.0.0.1",
				       .dst = "8.8.8.8",
				       .proto = IP4_PROTO_UDP,
				       .sport = 4000,
				       .dport = 53,
				       .payload = 20};
static const struct frames_spec back = {.src = "8.8.8.8",
					.dst = "30.0.0.5",
					.proto = IP4_PROTO_UDP,
					.sport = 53,
					.dport = 1024,
					.payload = 20};

static void setup(void)
{
	gateway_kit_init(&kit);
}

static void with_snat(void)
{
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, "30.0.0.5");
	gateway_kit_local(&kit, "30.0.0.5");
}

/* Whether the next packet of that kind would be sent without the stages. */
static bool is_known(uint16_t port, const struct frames_spec *s)
{
	const bool by_ports = fast_by_ports(&kit.f);
	struct pkt *p = &kit.pkt;
	frames_make(p, s);
	p->in_port = port;
	ck_assert_int_eq(parse_pkt(p), DROP_NONE);
	if (fast_kind(&kit.f) == FAST_STATELESS)
		return fast_packet(&kit.f, p, fast_slot(&kit.f, p, by_ports),
				   by_ports);
	uint32_t guess = session_ask(&kit.f, session_ask_slot(&kit.f, p));
	return fast_kind(&kit.f) == FAST_SESSIONS &&
	       fast_session(&kit.f, p, guess, kit.now);
}

START_TEST(a_session_is_known_from_its_second_packet)
{
	with_snat();
	gateway_kit_expect(&kit, 0, &out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	ck_assert(!is_known(0, &out));
	gateway_kit_expect(&kit, 0, &out, "30.0.0.5:1024 > 8.8.8.8:53 up");
	ck_assert(is_known(0, &out));
	ck_assert(!is_known(1, &back));
	gateway_kit_expect(&kit, 1, &back, "8.8.8.8:53 > 10.0.0.1:4000 in");
	ck_assert(is_known(1, &back));
	gateway_kit_expect(&kit, 1, &back, "8.8.8.8:53 > 10.0.0.1:4000 in");
	gateway_kit_expect(&kit, 0, &out, "30.0.0.5:1024 > 8.8.8.8:53 up");
}
END_TEST

/* What a session leads to the node itself is not sent anywhere. */
START_TEST(a_session_that_ends_here_is_looked_at)
{
	struct frames_spec in = back;
	gateway_kit_rule(&kit, NAT_DNAT, NULL, "30.0.0.9", "30.0.0.5");
	gateway_kit_local(&kit, "30.0.0.5");
	in.dst = "30.0.0.9";
	for (int i = 0; i < 3; i++) {
		gateway_kit_expect(&kit, 1, &in,
				   "8.8.8.8:53 > 30.0.0.5:1024 local");
		ck_assert(!is_known(1, &in));
	}
}
END_TEST

START_TEST(it_counts_as_before)
{
	with_snat();
	for (unsigned i = 1; i <= 5; i++) {
		gateway_kit_send(&kit, 0, &out);
		ck_assert_uint_eq(kit.flows[0].packets[FLOW_FORWARD], i);
		ck_assert_uint_eq(kit.rules[0].packets, i);
		ck_assert_uint_eq(kit.rules[0].bytes, 48 * i);
	}
}
END_TEST

START_TEST(one_that_was_idle_is_looked_at)
{
	with_snat();
	gateway_kit_send(&kit, 0, &out);
	gateway_kit_send(&kit, 0, &out);
	kit.now = 31 * SECOND;
	ck_assert(!is_known(0, &out));
	gateway_kit_expect(&kit, 0, &out, "30.0.0.5:1025 > 8.8.8.8:53 up");
}
END_TEST

START_TEST(stateless_is_known_by_addresses)
{
	struct frames_spec other = out;
	gateway_kit_rule(&kit, NAT_REFLEXIVE, "10.0.0.1", NULL, "40.0.0.1");
	gateway_kit_expect(&kit, 0, &out, "40.0.0.1:4000 > 8.8.8.8:53 up");
	other.sport = 4001;
	ck_assert(is_known(0, &other));
	ck_assert(!is_known(3, &other));
	other.src = "10.0.0.2";
	ck_assert(!is_known(0, &other));
	gateway_kit_expect(&kit, 0, &other, "10.0.0.2:4001 > 8.8.8.8:53 up");
	ck_assert(is_known(0, &other));
}
END_TEST

START_TEST(with_equal_cost_routes_by_ports_too)
{
	struct frames_spec other = out;
	gateway_kit_route(&kit, "8.8.8.0/24", "192.0.2.253", 1);
	gateway_kit_route(&kit, "8.8.8.0/24", "192.0.3.253", 2);
	gateway_kit_send(&kit, 0, &out);
	uint16_t port = kit.pkt.out_port;
	ck_assert(is_known(0, &out));
	ck_assert_uint_eq(kit.pkt.out_port, port);
	other.sport = 4001;
	ck_assert(!is_known(0, &other));
}
END_TEST

/* Later ones have no ports to go by. */
START_TEST(fragments_go_one_way)
{
	static const uint16_t frags[] = {IP4_MF, 3 | IP4_MF, 6};
	gateway_kit_route(&kit, "8.8.8.0/24", "192.0.2.253", 1);
	gateway_kit_route(&kit, "8.8.8.0/24", "192.0.3.253", 2);
	for (uint16_t port = 4000; port < 4016; port++) {
		struct frames_spec s = out;
		uint16_t way = 0;
		s.sport = port;
		s.payload = 16;
		gateway_kit_send(&kit, 0, &s);
		for (size_t i = 0; i < 3; i++) {
			s.frag = frags[i];
			gateway_kit_send(&kit, 0, &s);
			way = i ? way : kit.pkt.out_port;
			ck_assert_uint_eq(kit.pkt.out_port, way);
		}
	}
}
END_TEST

/* Whatever one of them might say is asked of each packet. */
START_TEST(some_nodes_know_nothing)
{
	gateway_kit_send(&kit, 0, &out);
	ck_assert_int_eq(fast_kind(&kit.f), FAST_STATELESS);
	kit.f.tracks_inbound = true;
	ck_assert_int_eq(fast_kind(&kit.f), FAST_OFF);
	kit.f.tracks_inbound = false;
	kit.f.balanced = 1;
	ck_assert_int_eq(fast_kind(&kit.f), FAST_OFF);
	kit.f.balanced = 0;
	kit.f.standby = true;
	ck_assert_int_eq(fast_kind(&kit.f), FAST_OFF);
	kit.f.standby = false;
	gateway_kit_server(&kit, "50.0.0.1");
	ck_assert_int_eq(fast_kind(&kit.f), FAST_OFF);
	kit.f.lb.count = 0;
	struct acl_rule permit = {.action = ACL_PERMIT};
	ck_assert(acl_add(&kit.f.acl, &permit));
	ck_assert_int_eq(fast_kind(&kit.f), FAST_OFF);
}
END_TEST

START_TEST(too_long_or_too_old_is_looked_at)
{
	struct frames_spec large = out, old = out;
	kit.ports[1].mtu = 60;
	gateway_kit_send(&kit, 0, &out);
	large.payload = 33;
	large.frag = IP4_DF;
	ck_assert(!is_known(0, &large));
	gateway_kit_expect(&kit, 0, &large, "MTU");
	old.ttl = 1;
	ck_assert(!is_known(0, &old));
	gateway_kit_expect(&kit, 0, &old, "TTL_ZERO");
}
END_TEST

/* Another conversation makes the way known again that this one may not go. */
START_TEST(a_change_is_forgotten_by_nobody)
{
	struct frames_spec other = out;
	with_snat();
	kit.ports[0].urpf_strict = true;
	gateway_kit_send(&kit, 0, &out);
	gateway_kit_send(&kit, 0, &out);
	ck_assert(is_known(0, &out));
	gateway_kit_route(&kit, "10.0.0.1/32", "169.254.0.1", 3);
	other.src = "10.0.0.2";
	gateway_kit_send(&kit, 0, &other);
	gateway_kit_send(&kit, 0, &other);
	ck_assert(is_known(0, &other));
	gateway_kit_expect(&kit, 0, &out, "URPF");
}
END_TEST

START_TEST(notes_are_those_of_the_stages)
{
	struct note first[8];
	gateway_kit_rule(&kit, NAT_REFLEXIVE, "10.0.0.1", NULL, "40.0.0.1");
	frames_make(&kit.pkt, &out);
	kit.pkt.marked = true;
	gateway_kit_forward(&kit, 0);
	size_t count = kit.f.notes.count;
	ck_assert_uint_eq(count, 3);
	memcpy(first, kit.notes, count * sizeof(*first));
	frames_make(&kit.pkt, &out);
	kit.pkt.marked = true;
	gateway_kit_forward(&kit, 0);
	ck_assert_uint_eq(kit.f.notes.count, count);
	ck_assert_mem_eq(kit.notes, first, count * sizeof(*first));
}
END_TEST

Suite *fast_test_suite(void)
{
	Suite *s = suite_create("fast");
	TCase *c = tcase_create("fast");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_session_is_known_from_its_second_packet);
	tcase_add_test(c, a_session_that_ends_here_is_looked_at);
	tcase_add_test(c, it_counts_as_before);
	tcase_add_test(c, one_that_was_idle_is_looked_at);
	tcase_add_test(c, stateless_is_known_by_addresses);
	tcase_add_test(c, with_equal_cost_routes_by_ports_too);
	tcase_add_test(c, fragments_go_one_way);
	tcase_add_test(c, some_nodes_know_nothing);
	tcase_add_test(c, too_long_or_too_old_is_looked_at);
	tcase_add_test(c, a_change_is_forgotten_by_nobody);
	tcase_add_test(c, notes_are_those_of_the_stages);
	suite_add_tcase(s, c);
	return s;
}
