/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/parse.h"

#include "tests/unit/frames.h"
#include "tests/unit/suites.h"

Suite *parse_test_suite(void);

static struct pkt pkt, error;

static const struct frames_spec syn = {.src = "10.0.0.1",
				       .dst = "8.8.8.8",
				       .proto = IP4_PROTO_TCP,
				       .sport = 4000,
				       .dport = 443,
				       .flags = TCP_SYN,
				       .payload = 5};

START_TEST(fields_are_those_of_the_bytes)
{
	frames_make(&pkt, &syn);
	pkt.len = (uint16_t)(pkt.len + 6); /* padding of a short frame */
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert_uint_eq(pkt.l4, ETH_SIZE + IP4_SIZE);
	ck_assert_uint_eq(pkt.src.v, 0x0a000001);
	ck_assert_uint_eq(pkt.dst.v, 0x08080808);
	ck_assert_uint_eq(pkt.sport, 4000);
	ck_assert_uint_eq(pkt.dport, 443);
	ck_assert_uint_eq(pkt.tcp_flags, TCP_SYN);
	ck_assert_uint_eq(pkt.quoted, 0);
	ck_assert_uint_eq(parse_size(&pkt), IP4_SIZE + TCP_SIZE + 5);
	ck_assert_uint_eq(parse_end(&pkt), pkt.len - 6U);
}
END_TEST

START_TEST(an_echo_has_its_id_as_both_ports)
{
	struct frames_spec s = syn;
	s.proto = IP4_PROTO_ICMP;
	s.type = ICMP_ECHO_REQUEST;
	s.sport = 77;
	frames_make(&pkt, &s);
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert_uint_eq(pkt.sport, 77);
	ck_assert_uint_eq(pkt.dport, 77);
	ck_assert_uint_eq(pkt.icmp_type, ICMP_ECHO_REQUEST);
	ck_assert_uint_eq(pkt.tcp_flags, 0);
}
END_TEST

START_TEST(nothing_is_left_of_the_packet_before)
{
	frames_make(&pkt, &syn);
	pkt.quoted = 99;
	pkt.icmp_type = 3;
	pkt.fragment = pkt.headless = true;
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert_uint_eq(pkt.quoted, 0);
	ck_assert_uint_eq(pkt.icmp_type, 0);
	ck_assert(!pkt.fragment && !pkt.headless);
}
END_TEST

START_TEST(only_the_first_fragment_has_ports)
{
	struct frames_spec s = syn;
	s.frag = IP4_MF;
	frames_make(&pkt, &s);
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert(!pkt.fragment && !pkt.headless && !pkt.plain);
	ck_assert_uint_eq(pkt.dport, 443);
	s.frag = IP4_DF;
	frames_make(&pkt, &s);
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert(pkt.plain);
	s.frag = 1;
	frames_make(&pkt, &s);
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert(pkt.fragment && pkt.headless && !pkt.plain);
	ck_assert_uint_eq(pkt.dport, 0);
}
END_TEST

static const struct {
	const char *what;
	unsigned offset; /* in the frame; 0: cut to 'value' bytes */
	uint16_t value;
} damages[] = {
	{"no IP header", 0, ETH_SIZE + IP4_SIZE - 1},
	{"shorter than it says", 0, ETH_SIZE + IP4_SIZE + TCP_SIZE + 4},
	{"version 6", ETH_SIZE, 0x6500},
	{"header of 16 bytes", ETH_SIZE, 0x4400},
	{"bad checksum", ETH_SIZE + 10, 0xdead},
	{"address changed, checksum not", ETH_SIZE + 12, 0x0b00},
};

START_TEST(a_damaged_packet_is_malformed)
{
	frames_make(&pkt, &syn);
	if (damages[_i].offset)
		be_store16(pkt.data + damages[_i].offset, damages[_i].value);
	else
		pkt.len = damages[_i].value;
	ck_assert_msg(parse_pkt(&pkt) == DROP_MALFORMED, "%s",
		      damages[_i].what);
}
END_TEST

static const struct {
	uint8_t proto;
	uint16_t least; /* bytes behind the IP header */
} leasts[] = {
	{IP4_PROTO_TCP, TCP_SIZE},
	{IP4_PROTO_UDP, UDP_SIZE},
	{IP4_PROTO_ICMP, ICMP_SIZE},
};

START_TEST(a_cut_transport_header_is_malformed)
{
	struct frames_spec s = syn;
	s.proto = leasts[_i].proto;
	s.type = ICMP_ECHO_REQUEST;
	s.payload = 0;
	for (unsigned cut = 0; cut < 2; cut++) {
		frames_make(&pkt, &s);
		frames_head(&pkt, &s, leasts[_i].least - cut);
		ck_assert_int_eq(parse_pkt(&pkt),
				 cut ? DROP_MALFORMED : DROP_NONE);
	}
}
END_TEST

START_TEST(an_error_without_a_header_to_quote_is_malformed)
{
	frames_make(&pkt, &syn);
	frames_make_error(&error, "9.9.9.9", ICMP_UNREACHABLE, &pkt, 0);
	ck_assert_int_eq(parse_pkt(&error), DROP_NONE);
	struct frames_spec s = {.src = "9.9.9.9",
				.dst = "10.0.0.1",
				.proto = IP4_PROTO_ICMP,
				.type = ICMP_UNREACHABLE,
				.payload = IP4_SIZE - 1};
	frames_make(&error, &s);
	ck_assert_int_eq(parse_pkt(&error), DROP_MALFORMED);
}
END_TEST

START_TEST(the_key_of_an_error_is_that_of_an_answer)
{
	struct flow_key k;
	frames_make(&pkt, &syn);
	frames_make_error(&error, "9.9.9.9", ICMP_UNREACHABLE, &pkt, 8);
	ck_assert_int_eq(parse_pkt(&error), DROP_NONE);
	parse_key(&error, &k);
	ck_assert_uint_eq(k.src.v, 0x08080808);
	ck_assert_uint_eq(k.dst.v, 0x0a000001);
	ck_assert_uint_eq(k.sport, 443);
	ck_assert_uint_eq(k.dport, 4000);
	ck_assert_uint_eq(k.proto, IP4_PROTO_TCP);
}
END_TEST

START_TEST(a_cut_quote_has_no_ports)
{
	struct flow_key k;
	frames_make(&pkt, &syn);
	frames_make_error(&error, "9.9.9.9", ICMP_UNREACHABLE, &pkt, 7);
	error.len = (uint16_t)(error.len + 6); /* padding is not quoted */
	ck_assert_int_eq(parse_pkt(&error), DROP_NONE);
	parse_key(&error, &k);
	ck_assert_uint_eq(k.dst.v, 0x0a000001);
	ck_assert_uint_eq(k.sport, 0);
	ck_assert_uint_eq(k.dport, 0);
}
END_TEST

START_TEST(a_quoted_later_fragment_has_no_ports)
{
	struct flow_key k;
	struct frames_spec s = syn;
	s.frag = 100;
	s.payload = 40;
	frames_make(&pkt, &s);
	frames_make_error(&error, "9.9.9.9", ICMP_UNREACHABLE, &pkt, 40);
	ck_assert_int_eq(parse_pkt(&error), DROP_NONE);
	parse_key(&error, &k);
	ck_assert_uint_eq(k.dst.v, 0x0a000001);
	ck_assert_uint_eq(k.sport, 0);
	ck_assert_uint_eq(k.dport, 0);
}
END_TEST

static const struct {
	const char *what;
	uint8_t proto, flags, type;
	bool opens;
} openers[] = {
	{"SYN", IP4_PROTO_TCP, TCP_SYN, 0, true},
	{"SYN-ACK", IP4_PROTO_TCP, TCP_SYN | TCP_ACK, 0, false},
	{"ACK", IP4_PROTO_TCP, TCP_ACK, 0, false},
	{"RST", IP4_PROTO_TCP, TCP_RST, 0, false},
	{"SYN with RST", IP4_PROTO_TCP, TCP_SYN | TCP_RST, 0, false},
	{"UDP", IP4_PROTO_UDP, 0, 0, true},
	{"echo request", IP4_PROTO_ICMP, 0, ICMP_ECHO_REQUEST, true},
	{"echo reply", IP4_PROTO_ICMP, 0, ICMP_ECHO_REPLY, false},
	{"timestamp", IP4_PROTO_ICMP, 0, 13, false},
	{"GRE", FRAMES_GRE, 0, 0, false},
};

START_TEST(some_packets_open_sessions)
{
	struct frames_spec s = syn;
	s.proto = openers[_i].proto;
	s.flags = openers[_i].flags;
	s.type = openers[_i].type;
	frames_make(&pkt, &s);
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert_msg(parse_opens(&pkt) == openers[_i].opens, "%s",
		      openers[_i].what);
}
END_TEST

START_TEST(echo_fits_one_direction)
{
	struct frames_spec s = syn;
	s.proto = IP4_PROTO_ICMP;
	s.type = ICMP_ECHO_REQUEST;
	frames_make(&pkt, &s);
	parse_pkt(&pkt);
	ck_assert(parse_fits(&pkt, FLOW_FORWARD));
	ck_assert(!parse_fits(&pkt, FLOW_BACKWARD));
	s.type = ICMP_ECHO_REPLY;
	frames_make(&pkt, &s);
	parse_pkt(&pkt);
	ck_assert(!parse_fits(&pkt, FLOW_FORWARD));
	ck_assert(parse_fits(&pkt, FLOW_BACKWARD));
}
END_TEST

/* No protocol's header need follow. */
START_TEST(a_header_alone_is_a_packet)
{
	struct frames_spec s = syn;
	s.proto = 50;
	s.payload = 0;
	frames_make(&pkt, &s);
	pkt.len = ETH_SIZE + IP4_SIZE;
	be_store16(pkt.data + ETH_SIZE + 2, IP4_SIZE);
	be_store16(pkt.data + ETH_SIZE + 10, 0);
	be_store16(pkt.data + ETH_SIZE + 10,
		   csum_of(pkt.data + ETH_SIZE, IP4_SIZE));
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	ck_assert_uint_eq(parse_size(&pkt), IP4_SIZE);
	pkt.len--;
	pkt.parsed = false;
	ck_assert_int_eq(parse_pkt(&pkt), DROP_MALFORMED);
}
END_TEST

Suite *parse_test_suite(void)
{
	Suite *s = suite_create("parse");
	TCase *c = tcase_create("parse");
	tcase_add_test(c, fields_are_those_of_the_bytes);
	tcase_add_test(c, an_echo_has_its_id_as_both_ports);
	tcase_add_test(c, nothing_is_left_of_the_packet_before);
	tcase_add_test(c, only_the_first_fragment_has_ports);
	tcase_add_loop_test(c, a_damaged_packet_is_malformed, 0,
			    sizeof(damages) / sizeof(damages[0]));
	tcase_add_loop_test(c, a_cut_transport_header_is_malformed, 0,
			    sizeof(leasts) / sizeof(leasts[0]));
	tcase_add_test(c, an_error_without_a_header_to_quote_is_malformed);
	tcase_add_test(c, the_key_of_an_error_is_that_of_an_answer);
	tcase_add_test(c, a_cut_quote_has_no_ports);
	tcase_add_test(c, a_quoted_later_fragment_has_no_ports);
	tcase_add_loop_test(c, some_packets_open_sessions, 0,
			    sizeof(openers) / sizeof(openers[0]));
	tcase_add_test(c, a_header_alone_is_a_packet);
	tcase_add_test(c, echo_fits_one_direction);
	suite_add_tcase(s, c);
	return s;
}
