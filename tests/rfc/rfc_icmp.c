/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/session.h"
#include "tests/rfc/rfc_kit.h"

#define ICMP IP4_PROTO_ICMP
#define UDP  IP4_PROTO_UDP

#define ICMP_REDIRECT  5
#define ICMP_TIMESTAMP 13
#define QUOTED	       (ETH_SIZE + IP4_SIZE + ICMP_SIZE)

static const char from_outside[] =
	"9.9.9.9 > 10.0.0.1 [10.0.0.1:4000 > 8.8.8.8:53] in";

static void udp_out(void)
{
	struct frames_spec s = rfc_out(UDP);
	rfc_sends(&s, "30.0.0.5:1024 > 8.8.8.8:53 up");
}

/* Frames the checks of which are wrong on purpose. */
static enum drop forward_unchecked(uint16_t port)
{
	struct batch b = {.count = 1};
	b.at[0] = &kit.pkt;
	kit.pkt.in_port = port;
	forward_batch(&kit.f, &b, kit.now);
	return (enum drop)kit.pkt.drop;
}

/* An error from outside with one byte changed after it was made. */
static void damaged_error(size_t at)
{
	static struct pkt sent;
	udp_out();
	sent = kit.pkt;
	frames_make_error(&kit.pkt, "9.9.9.9", ICMP_UNREACHABLE, &sent, 8);
	kit.pkt.data[at] ^= 1;
}

RFC_CASE(a_ping_and_its_answer_pass)
{
	struct frames_spec ping = rfc_out(ICMP), pong = rfc_in(ICMP, 0);
	rfc_sends(&ping, "30.0.0.5 > 8.8.8.8 id 1024 up");
	rfc_gets(&pong, "8.8.8.8 > 10.0.0.1 id 4000 in");
}

RFC_CASE(ids_are_per_destination)
{
	struct frames_spec ping = rfc_out(ICMP);
	rfc_sends(&ping, "30.0.0.5 > 8.8.8.8 id 1024 up");
	ping.dst = "9.9.9.9";
	rfc_sends(&ping, "30.0.0.5 > 9.9.9.9 id 1025 up");
}

RFC_CASE(a_query_lives_6_s)
{
	struct frames_spec ping = rfc_out(ICMP), pong = rfc_in(ICMP, 0);
	rfc_sends(&ping, "30.0.0.5 > 8.8.8.8 id 1024 up");
	kit.now = 6 * RFC_SECOND;
	rfc_gets(&pong, "8.8.8.8 > 10.0.0.1 id 4000 in");
	kit.now = 13 * RFC_SECOND;
	rfc_gets(&pong, "8.8.8.8 > 30.0.0.5 id 1024 local");
}

RFC_CASE(a_wrong_checksum_goes_on_and_stays_wrong)
{
	damaged_error(QUOTED - 1); /* of the unused word */
	ck_assert_int_eq(forward_unchecked(1), DROP_NONE);
	const uint8_t *icmp = kit.pkt.data + ETH_SIZE + IP4_SIZE;
	ck_assert_uint_ne(csum_of(icmp, ICMP_SIZE + IP4_SIZE + 8), 0);
}

RFC_CASE(a_quoted_header_is_believed)
{
	damaged_error(QUOTED + 8); /* TTL; both checksums are wrong */
	ck_assert_int_eq(forward_unchecked(1), DROP_NONE);
	ck_assert_int_eq(kit.pkt.verdict, PKT_SEND);
	ck_assert_uint_eq(kit.pkt.dst.v, frames_addr("10.0.0.1").v);
}

/* 8 bytes are quoted: the checksum is not even there. */
RFC_CASE(the_quoted_transport_checksum_is_not_asked_for)
{
	damaged_error(QUOTED + IP4_SIZE + 7);
	ck_assert_int_eq(forward_unchecked(1), DROP_NONE);
	ck_assert_int_eq(kit.pkt.verdict, PKT_SEND);
	ck_assert_uint_eq(kit.pkt.dst.v, frames_addr("10.0.0.1").v);
}

RFC_CASE(an_error_outside_of_no_mapping_reaches_nobody)
{
	struct frames_spec s = rfc_out(UDP);
	s.src = RFC_OUTSIDE;
	s.sport = 2000;
	frames_make(&kit.pkt, &s);
	rfc_error(ICMP_UNREACHABLE, 8);
	ck_assert_int_eq(kit.pkt.verdict, PKT_LOCAL);
}

RFC_CASE(an_error_outside_is_translated_inside_out)
{
	static const uint8_t types[] = {ICMP_UNREACHABLE, ICMP_TIME_EXCEEDED,
					ICMP_PARAM_PROBLEM};
	for (size_t i = 0; i < 3; i++) {
		udp_out();
		rfc_error(types[i], 8);
		ck_assert_str_eq(gateway_kit_result(&kit), from_outside);
	}
}

RFC_CASE(an_error_inside_of_no_mapping_goes_out_as_it_is)
{
	static struct pkt about;
	struct frames_spec s = {.src = "8.8.8.8",
				.dst = "10.0.0.1",
				.proto = UDP,
				.sport = 53,
				.dport = 4000};
	frames_make(&about, &s);
	frames_make_error(&kit.pkt, "10.0.0.1", ICMP_UNREACHABLE, &about, 8);
	gateway_kit_forward(&kit, 0);
	ck_assert_str_eq(gateway_kit_result(&kit),
			 "10.0.0.1 > 8.8.8.8 [8.8.8.8:53 > 10.0.0.1:4000] up");
}

static void error_inside(const char *from, const char *result)
{
	static struct pkt answer;
	struct frames_spec in = rfc_in(UDP, 0);
	udp_out();
	rfc_gets(&in, "8.8.8.8:53 > 10.0.0.1:4000 in");
	answer = kit.pkt;
	frames_make_error(&kit.pkt, from, ICMP_UNREACHABLE, &answer, 8);
	gateway_kit_forward(&kit, 0);
	ck_assert_str_eq(gateway_kit_result(&kit), result);
}

RFC_CASE(an_error_inside_is_translated)
{
	error_inside("10.0.0.1",
		     "30.0.0.5 > 8.8.8.8 [8.8.8.8:53 > 30.0.0.5:1024] up");
}

RFC_CASE(a_router_inside_is_hidden)
{
	error_inside("10.0.0.254",
		     "30.0.0.5 > 8.8.8.8 [8.8.8.8:53 > 30.0.0.5:1024] up");
}

RFC_CASE(an_error_about_a_ping_finds_its_sender)
{
	struct frames_spec ping = rfc_out(ICMP);
	rfc_sends(&ping, "30.0.0.5 > 8.8.8.8 id 1024 up");
	rfc_error(ICMP_TIME_EXCEEDED, 8);
	ck_assert_str_eq(gateway_kit_result(&kit),
			 "9.9.9.9 > 10.0.0.1 [10.0.0.1 > 8.8.8.8 id 4000] in");
}

RFC_CASE(an_error_neither_refreshes_nor_ends)
{
	struct frames_spec ping = rfc_out(ICMP), pong = rfc_in(ICMP, 0);
	rfc_sends(&ping, "30.0.0.5 > 8.8.8.8 id 1024 up");
	struct flow before = kit.flows[0];
	kit.now = 5 * RFC_SECOND;
	rfc_error(ICMP_UNREACHABLE, 8);
	ck_assert_uint_eq(kit.flows[0].used, before.used);
	ck_assert_uint_eq(kit.flows[0].state, before.state);
	rfc_gets(&pong, "8.8.8.8 > 10.0.0.1 id 4000 in");
}

RFC_CASE(no_hairpin)
{
	struct frames_spec inside = rfc_out(ICMP);
	rfc_sends(&inside, "30.0.0.5 > 8.8.8.8 id 1024 up");
	inside.src = "10.0.0.2";
	inside.dst = RFC_OUTSIDE;
	rfc_sends(&inside, "10.0.0.2 > 30.0.0.5 id 4000 local");
}

RFC_CASE(exhaustion_is_not_told)
{
	struct frames_spec s = rfc_out(UDP);
	uint8_t type, code;
	gateway_kit_narrow(&kit, 2000, 2000);
	rfc_sends(&s, "30.0.0.5:2000 > 8.8.8.8:53 up");
	s.sport = 4001;
	rfc_sends(&s, "NAT_PORTS");
	ck_assert(!forward_icmp_for(DROP_NAT_PORTS, &type, &code));
	ck_assert(!forward_icmp_for(DROP_NAT_SESSIONS, &type, &code));
}

RFC_CASE(other_queries_are_dropped)
{
	struct frames_spec s = rfc_out(ICMP);
	s.type = ICMP_TIMESTAMP;
	gateway_kit_send(&kit, 0, &s);
	ck_assert_int_eq(kit.pkt.verdict, PKT_DROP);
	ck_assert_uint_eq(kit.f.flows.count, 0);
}

RFC_CASE(a_redirect_is_dropped)
{
	struct frames_spec s = rfc_out(ICMP);
	s.type = ICMP_REDIRECT;
	gateway_kit_send(&kit, 0, &s);
	ck_assert_int_eq(kit.pkt.verdict, PKT_DROP);
	ck_assert_uint_eq(kit.f.flows.count, 0);
}

static const struct rfc_row rows[] = {
	{"REQ-1", "MUST", "queries from inside and their answers pass",
	 RFC_MEETS, NULL, RFC_TEST(a_ping_and_its_answer_pass)},
	{"REQ-1a", "SHOULD", "an inner id keeps one outer id, whoever is asked",
	 RFC_PLAIN, "as with ports; NSX does not say how it treats ids",
	 RFC_TEST(ids_are_per_destination)},
	{"REQ-2", "MUST", "a query lives 60 s at least", RFC_NSX,
	 "session timers of the edge, NSX 4.1: ICMP 6 s",
	 RFC_TEST(a_query_lives_6_s)},
	{"REQ-3", "SHOULD", "an error with a wrong checksum is dropped",
	 RFC_PLAIN,
	 "it goes on and stays wrong, so its receiver drops it; "
	 "checking would cost every error a pass over its bytes",
	 RFC_TEST(a_wrong_checksum_goes_on_and_stays_wrong)},
	{"REQ-3a", "SHOULD", "... and one that quotes a wrong header",
	 RFC_PLAIN,
	 "routers on the way may have changed the header before they quoted it, "
	 "so its checksum is not asked for",
	 RFC_TEST(a_quoted_header_is_believed)},
	{"REQ-3c", "SHOULD",
	 "the transport checksum of the quoted packet is "
	 "not asked for",
	 RFC_MEETS, NULL,
	 RFC_TEST(the_quoted_transport_checksum_is_not_asked_for)},
	{"REQ-4", "SHOULD",
	 "an error from outside about no mapping is dropped "
	 "silently",
	 RFC_MEETS, NULL,
	 RFC_TEST(an_error_outside_of_no_mapping_reaches_nobody)},
	{"REQ-4", "MUST",
	 "one about a mapping is translated, and so is what it "
	 "quotes",
	 RFC_MEETS, NULL, RFC_TEST(an_error_outside_is_translated_inside_out)},
	{"REQ-5", "SHOULD", "an error from inside about no mapping is dropped",
	 RFC_PLAIN,
	 "it goes out untranslated, as other packets do that no "
	 "rule takes",
	 RFC_TEST(an_error_inside_of_no_mapping_goes_out_as_it_is)},
	{"REQ-5", "MUST",
	 "one about a mapping is translated, and so is what it "
	 "quotes",
	 RFC_MEETS, NULL, RFC_TEST(an_error_inside_is_translated)},
	{"REQ-5e", "MUST", "... also if it is from a router inside", RFC_MEETS,
	 NULL, RFC_TEST(a_router_inside_is_hidden)},
	{"REQ-6", "MUST",
	 "an error about a query neither refreshes nor ends it", RFC_MEETS,
	 NULL, RFC_TEST(an_error_neither_refreshes_nor_ends)},
	{"REQ-7", "MUST", "hairpinned queries and errors pass", RFC_NSX,
	 "hairpin through the external address is not supported (NSX 4.1, NAT)",
	 RFC_TEST(no_hairpin)},
	{"REQ-8", "SHOULD",
	 "who finds no port or session left is told, code 13", RFC_PLAIN,
	 "dropped in silence; NSX documents an alarm only",
	 RFC_TEST(exhaustion_is_not_told)},
	{"REQ-9", "MAY", "a policy may keep errors from being made", RFC_APART,
	 "the keys icmp_unreachable and icmp_ttl_exceeded: row 5.2.7.3 of RFC "
	 "1812",
	 NULL},
	{"REQ-10a", "MUST",
	 "destination unreachable, time exceeded and echo "
	 "pass",
	 RFC_MEETS, NULL, RFC_TEST(an_error_about_a_ping_finds_its_sender)},
	{"REQ-10c", "MAY", "other queries may be dropped", RFC_MEETS, NULL,
	 RFC_TEST(other_queries_are_dropped)},
	{"REQ-11", "MAY", "what is neither a query nor an error may be dropped",
	 RFC_MEETS, NULL, RFC_TEST(a_redirect_is_dropped)},
};

const struct rfc_part rfc_icmp = {5508,		 "NAT and ICMP",
				  rows,		 sizeof(rows) / sizeof(rows[0]),
				  rfc_kit_setup, NULL};
