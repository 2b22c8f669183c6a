/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/route.h"

#include "sim/path/parse.h"
#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *route_test_suite(void);

static struct gateway_kit kit;

static void setup(void)
{
	gateway_kit_init(&kit);
}

static void make(const char *src, const char *dst, uint16_t sport)
{
	struct frames_spec s = {.src = src,
				.dst = dst,
				.proto = IP4_PROTO_UDP,
				.sport = sport,
				.dport = 53,
				.payload = 100,
				.frag = IP4_DF};
	frames_make(&kit.pkt, &s);
	ck_assert_int_eq(parse_pkt(&kit.pkt), DROP_NONE);
}

static void add_group(const char *prefix, unsigned hops)
{
	struct rib_route r = {
		.prefix = frames_prefix(prefix), .null = !hops, .ref = 77};
	for (unsigned i = 0; i < hops || i == 0; i++) {
		r.gateway = addr_ip4(i + 1);
		r.port = (uint16_t)(i % 4);
		ck_assert(rib_add(&kit.f.rib, &r));
		r.ref++;
	}
	gateway_kit_select(&kit);
}

START_TEST(a_gateway_is_the_next_hop)
{
	make("10.0.0.1", "8.8.8.8", 1);
	ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_NONE);
	ck_assert_uint_eq(kit.pkt.out_port, 1);
	ck_assert_uint_eq(kit.pkt.next_hop.v, frames_addr("192.0.2.254").v);
}
END_TEST

START_TEST(a_connected_destination_is_its_own_next_hop)
{
	make("8.8.8.8", "10.0.0.9", 1);
	ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_NONE);
	ck_assert_uint_eq(kit.pkt.out_port, 0);
	ck_assert_uint_eq(kit.pkt.next_hop.v, frames_addr("10.0.0.9").v);
	ck_assert_ptr_nonnull(gateway_kit_note(&kit, NOTE_ROUTE));
}
END_TEST

START_TEST(no_route_is_said_so)
{
	gateway_kit_no_routes(&kit);
	make("8.8.8.8", "10.0.0.9", 1);
	ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_NO_ROUTE);
}
END_TEST

START_TEST(a_null_route_is_named)
{
	add_group("10.66.0.0/16", 0);
	make("8.8.8.8", "10.66.0.9", 1);
	ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_BLACKHOLE);
	ck_assert_uint_eq(kit.pkt.drop_ref, 77);
}
END_TEST

START_TEST(the_note_names_the_member_of_the_group)
{
	add_group("50.0.0.0/8", 3);
	for (uint16_t port = 1; port < 30; port++) {
		make("10.0.0.1", "50.0.0.1", port);
		kit.f.notes.count = 0;
		ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_NONE);
		ck_assert_uint_eq(gateway_kit_note(&kit, NOTE_ROUTE)->ref,
				  76 + kit.pkt.next_hop.v);
	}
}
END_TEST

START_TEST(a_conversation_keeps_its_way)
{
	add_group("50.0.0.0/8", 4);
	for (uint16_t port = 1; port < 50; port++) {
		make("10.0.0.1", "50.0.0.1", port);
		ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_NONE);
		uint32_t hop = kit.pkt.next_hop.v;
		for (int again = 0; again < 3; again++) {
			route_pkt(&kit.f, &kit.pkt);
			ck_assert_uint_eq(kit.pkt.next_hop.v, hop);
		}
	}
}
END_TEST

START_TEST(conversations_spread_over_all_ways)
{
	unsigned seen[5] = {0};
	add_group("50.0.0.0/8", 4);
	for (uint16_t port = 1; port <= 400; port++) {
		make("10.0.0.1", "50.0.0.1", port);
		route_pkt(&kit.f, &kit.pkt);
		seen[kit.pkt.next_hop.v]++;
	}
	for (unsigned i = 1; i <= 4; i++)
		ck_assert_msg(seen[i] > 60 && seen[i] < 140, "way %u: %u", i,
			      seen[i]);
}
END_TEST

START_TEST(another_seed_spreads_differently)
{
	unsigned changed = 0;
	add_group("50.0.0.0/8", 2);
	for (uint16_t port = 1; port <= 100; port++) {
		make("10.0.0.1", "50.0.0.1", port);
		kit.f.hash_seed = 1;
		route_pkt(&kit.f, &kit.pkt);
		uint32_t hop = kit.pkt.next_hop.v;
		kit.f.hash_seed = 2;
		route_pkt(&kit.f, &kit.pkt);
		changed += kit.pkt.next_hop.v != hop;
	}
	ck_assert_uint_gt(changed, 20);
}
END_TEST

START_TEST(ways_that_are_down_are_left_out)
{
	add_group("50.0.0.0/8", 3);
	kit.ports[0].up = kit.ports[2].up = false;
	for (uint16_t port = 1; port < 30; port++) {
		make("10.0.0.1", "50.0.0.1", port);
		ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_NONE);
		ck_assert_uint_eq(kit.pkt.out_port, 1);
	}
	kit.ports[1].up = false;
	ck_assert_int_eq(route_pkt(&kit.f, &kit.pkt), DROP_IFACE_DOWN);
}
END_TEST

START_TEST(ttl_one_goes_no_further)
{
	make("10.0.0.1", "8.8.8.8", 1);
	ck_assert_int_eq(route_ttl(&kit.pkt), DROP_NONE);
	ck_assert_uint_eq(kit.pkt.data[ETH_SIZE + 8], 63);
	frames_check(&kit.pkt);
	kit.pkt.data[ETH_SIZE + 8] = 1;
	ck_assert_int_eq(route_ttl(&kit.pkt), DROP_TTL_ZERO);
	kit.pkt.data[ETH_SIZE + 8] = 0;
	ck_assert_int_eq(route_ttl(&kit.pkt), DROP_TTL_ZERO);
}
END_TEST

static const struct {
	const char *what, *src;
	uint16_t port;
	bool strict;
	enum drop drop;
} sources[] = {
	{"right way", "10.0.0.1", 0, true, DROP_NONE},
	{"wrong way", "10.0.0.1", 1, true, DROP_URPF},
	{"wrong way, not strict", "10.0.0.1", 1, false, DROP_NONE},
	{"by the default route", "8.8.8.8", 1, true, DROP_NONE},
	{"default route, other port", "8.8.8.8", 2, true, DROP_URPF},
	{"any leg of a group", "50.0.0.1", 2, true, DROP_NONE},
	{"no leg of a group", "50.0.0.1", 3, true, DROP_URPF},
	{"null route", "10.66.0.1", 0, true, DROP_URPF},
};

START_TEST(strict_urpf_wants_the_way_back)
{
	add_group("50.0.0.0/8", 3);
	add_group("10.66.0.0/16", 0);
	make(sources[_i].src, "9.9.9.9", 1);
	kit.pkt.in_port = sources[_i].port;
	kit.ports[sources[_i].port].urpf_strict = sources[_i].strict;
	ck_assert_msg(route_urpf(&kit.f, &kit.pkt) == sources[_i].drop, "%s",
		      sources[_i].what);
}
END_TEST

START_TEST(without_a_default_route_strict_urpf_drops_outsiders)
{
	gateway_kit_no_routes(&kit);
	gateway_kit_route(&kit, "10.0.0.0/8", "0.0.0.0", 0);
	make("8.8.8.8", "10.0.0.1", 1);
	kit.pkt.in_port = 1;
	kit.ports[1].urpf_strict = true;
	ck_assert_int_eq(route_urpf(&kit.f, &kit.pkt), DROP_URPF);
}
END_TEST

START_TEST(the_datagram_must_fit_without_its_frame)
{
	make("10.0.0.1", "8.8.8.8", 1);
	kit.pkt.out_port = 1;
	kit.ports[1].mtu = 128;
	ck_assert_int_eq(route_mtu(&kit.f, &kit.pkt), DROP_NONE);
	kit.ports[1].mtu = 127;
	ck_assert_int_eq(route_mtu(&kit.f, &kit.pkt), DROP_MTU);
}
END_TEST

START_TEST(own_addresses_are_known)
{
	ck_assert(!route_is_local(&kit.f, frames_addr("10.0.0.1")));
	gateway_kit_local(&kit, "10.0.0.1");
	gateway_kit_local(&kit, "30.0.0.5");
	gateway_kit_local(&kit, "192.0.2.1");
	ck_assert(route_is_local(&kit.f, frames_addr("10.0.0.1")));
	ck_assert(route_is_local(&kit.f, frames_addr("30.0.0.5")));
	ck_assert(route_is_local(&kit.f, frames_addr("192.0.2.1")));
	ck_assert(!route_is_local(&kit.f, frames_addr("30.0.0.6")));
	ck_assert(!route_is_local(&kit.f, frames_addr("9.9.9.9")));
	ck_assert(!route_is_local(&kit.f, frames_addr("200.0.0.1")));
	kit.f.local_count--; /* what is behind the last one is none */
	ck_assert(!route_is_local(&kit.f, frames_addr("192.0.2.1")));
	ck_assert(route_is_local(&kit.f, frames_addr("30.0.0.5")));
}
END_TEST

Suite *route_test_suite(void)
{
	Suite *s = suite_create("route");
	TCase *c = tcase_create("route");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_gateway_is_the_next_hop);
	tcase_add_test(c, a_connected_destination_is_its_own_next_hop);
	tcase_add_test(c, no_route_is_said_so);
	tcase_add_test(c, a_null_route_is_named);
	tcase_add_test(c, the_note_names_the_member_of_the_group);
	tcase_add_test(c, a_conversation_keeps_its_way);
	tcase_add_test(c, conversations_spread_over_all_ways);
	tcase_add_test(c, another_seed_spreads_differently);
	tcase_add_test(c, ways_that_are_down_are_left_out);
	tcase_add_test(c, ttl_one_goes_no_further);
	tcase_add_loop_test(c, strict_urpf_wants_the_way_back, 0,
			    sizeof(sources) / sizeof(sources[0]));
	tcase_add_test(c, without_a_default_route_strict_urpf_drops_outsiders);
	tcase_add_test(c, the_datagram_must_fit_without_its_frame);
	tcase_add_test(c, own_addresses_are_known);
	suite_add_tcase(s, c);
	return s;
}
