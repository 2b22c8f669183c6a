/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/translate.h"

#include "sim/base/rng.h"
#include "sim/path/parse.h"
#include "tests/unit/frames.h"
#include "tests/unit/suites.h"

Suite *translate_test_suite(void);

static struct pkt pkt, error;

/* Parses 'p' and gives it new ends; "" keeps one. */
static void translate(struct pkt *p, const char *src, uint16_t sport,
		      const char *dst, uint16_t dport)
{
	struct flow_key from, to;
	ck_assert_int_eq(parse_pkt(p), DROP_NONE);
	parse_key(p, &from);
	to = from;
	if (*src)
		to.src = frames_addr(src);
	if (*dst)
		to.dst = frames_addr(dst);
	to.sport = sport ? sport : from.sport;
	to.dport = dport ? dport : from.dport;
	translate_pkt(p, &from, &to);
}

static const struct frames_spec kinds[] = {
	{.proto = IP4_PROTO_TCP, .sport = 4000, .dport = 443, .flags = TCP_SYN},
	{.proto = IP4_PROTO_TCP, .sport = 4000, .dport = 443, .payload = 7},
	{.proto = IP4_PROTO_UDP, .sport = 4000, .dport = 443, .payload = 30},
	{.proto = IP4_PROTO_UDP, .sport = 4000, .dport = 443, .payload = 1},
};

START_TEST(source_and_port_change_and_all_sums_hold)
{
	struct frames_spec s = kinds[_i];
	s.src = "10.0.0.1";
	s.dst = "8.8.8.8";
	frames_make(&pkt, &s);
	translate(&pkt, "30.0.0.5", 1024, "", 0);
	ck_assert_str_eq(frames_text(&pkt), "30.0.0.5:1024 > 8.8.8.8:443");
	frames_check(&pkt);
	ck_assert_uint_eq(pkt.src.v, 0x1e000005);
	ck_assert_uint_eq(pkt.sport, 1024);
}
END_TEST

START_TEST(there_and_back_gives_the_same_bytes)
{
	struct frames_spec s = kinds[_i];
	static struct pkt before;
	s.src = "10.0.0.1";
	s.dst = "8.8.8.8";
	frames_make(&pkt, &s);
	before = pkt;
	translate(&pkt, "30.0.0.5", 1024, "9.9.9.9", 8443);
	ck_assert_int_ne(memcmp(before.data, pkt.data, pkt.len), 0);
	translate(&pkt, "10.0.0.1", 4000, "8.8.8.8", 443);
	ck_assert_mem_eq(before.data, pkt.data, pkt.len);
}
END_TEST

START_TEST(udp_without_checksum_stays_without)
{
	struct frames_spec s = {.src = "10.0.0.1",
				.dst = "8.8.8.8",
				.proto = IP4_PROTO_UDP,
				.sport = 4000,
				.dport = 53,
				.payload = 9,
				.unchecked = true};
	frames_make(&pkt, &s);
	translate(&pkt, "30.0.0.5", 1024, "", 0);
	ck_assert_uint_eq(be_load16(pkt.data + pkt.l4 + 6), 0);
	ck_assert_str_eq(frames_text(&pkt), "30.0.0.5:1024 > 8.8.8.8:53");
}
END_TEST

/* RFC 768: a sum that is zero is sent as all ones. Among all source ports some
 * give that sum. */
START_TEST(a_udp_checksum_never_becomes_zero)
{
	struct frames_spec s = {.src = "10.0.0.1",
				.dst = "8.8.8.8",
				.proto = IP4_PROTO_UDP,
				.sport = 4000,
				.dport = 53};
	unsigned ones = 0;
	for (unsigned port = 1; port < 65536; port++) {
		frames_make(&pkt, &s);
		translate(&pkt, "30.0.0.5", (uint16_t)port, "", 0);
		uint16_t check = be_load16(pkt.data + pkt.l4 + 6);
		ck_assert_uint_ne(check, 0);
		ones += check == 0xffff;
		frames_check(&pkt);
	}
	ck_assert_uint_ge(ones, 1);
}
END_TEST

START_TEST(the_id_of_an_echo_is_its_port)
{
	struct frames_spec s = {.src = "10.0.0.1",
				.dst = "8.8.8.8",
				.proto = IP4_PROTO_ICMP,
				.type = ICMP_ECHO_REQUEST,
				.sport = 77,
				.payload = 33};
	frames_make(&pkt, &s);
	translate(&pkt, "30.0.0.5", 1024, "", 1024);
	ck_assert_str_eq(frames_text(&pkt), "30.0.0.5 > 8.8.8.8 id 1024");
	frames_check(&pkt);
}
END_TEST

/* Only zeros: RFC 1624's equation gives checksum 0, right is ffff. */
START_TEST(an_echo_of_zeros_has_a_right_checksum)
{
	struct frames_spec s = {.src = "8.8.8.8",
				.dst = "30.0.0.5",
				.proto = IP4_PROTO_ICMP,
				.type = ICMP_ECHO_REPLY,
				.sport = 1024,
				.payload = 10,
				.blank = true};
	struct flow_key from, to;
	frames_make(&pkt, &s);
	ck_assert_int_eq(parse_pkt(&pkt), DROP_NONE);
	parse_key(&pkt, &from);
	to = from;
	to.dst = frames_addr("10.0.0.1");
	to.sport = to.dport = 0;
	translate_pkt(&pkt, &from, &to);
	ck_assert_str_eq(frames_text(&pkt), "8.8.8.8 > 10.0.0.1 id 0");
	frames_check(&pkt);
}
END_TEST

START_TEST(other_protocols_change_addresses_alone)
{
	static struct pkt before;
	struct frames_spec s = {.src = "30.0.0.5",
				.dst = "8.8.8.8",
				.proto = FRAMES_GRE,
				.payload = 40};
	frames_make(&pkt, &s);
	before = pkt;
	translate(&pkt, "10.27.51.145", 0, "", 0);
	ck_assert_str_eq(frames_text(&pkt), "10.27.51.145 > 8.8.8.8");
	frames_check(&pkt);
	ck_assert_mem_eq(before.data + 34, pkt.data + 34, 40);
}
END_TEST

START_TEST(later_fragments_change_addresses_alone)
{
	static struct pkt before;
	struct frames_spec s = {.src = "30.0.0.5",
				.dst = "8.8.8.8",
				.proto = IP4_PROTO_TCP,
				.frag = 100,
				.payload = 40};
	frames_make(&pkt, &s);
	before = pkt;
	translate(&pkt, "10.27.51.145", 0, "", 0);
	ck_assert_uint_eq(pkt.src.v, 0x0a1b3391);
	frames_check(&pkt);
	ck_assert_mem_eq(before.data + 34, pkt.data + 34, 40);
}
END_TEST

START_TEST(a_wrong_checksum_stays_wrong)
{
	struct frames_spec s = kinds[1];
	s.src = "10.0.0.1";
	s.dst = "8.8.8.8";
	frames_make(&pkt, &s);
	uint8_t *check = pkt.data + ETH_SIZE + IP4_SIZE + 16;
	be_store16(check, (uint16_t)(be_load16(check) ^ 0x0100));
	translate(&pkt, "30.0.0.5", 1024, "", 0);
	size_t size = TCP_SIZE + s.payload;
	const uint8_t *l4 = pkt.data + pkt.l4;
	uint64_t sum = csum_pseudo(pkt.src, pkt.dst, IP4_PROTO_TCP, size);
	ck_assert_uint_ne(csum_finish(csum_add(sum, l4, size)), 0);
}
END_TEST

/* An error about what left as 30.0.0.5:1024 comes back to 10.0.0.1:4000. */
static const struct {
	const char *what;
	uint8_t proto;
	uint16_t payload, quoted;
} quotes[] = {
	{"TCP, 8 bytes", IP4_PROTO_TCP, 0, 8},
	{"TCP, cut in the checksum", IP4_PROTO_TCP, 0, 17},
	{"TCP, with the checksum", IP4_PROTO_TCP, 0, 18},
	{"TCP, whole", IP4_PROTO_TCP, 6, TCP_SIZE + 6},
	{"UDP, 8 bytes", IP4_PROTO_UDP, 30, 8},
	{"UDP, whole", IP4_PROTO_UDP, 30, UDP_SIZE + 30},
};

START_TEST(a_quoted_packet_becomes_what_its_sender_sent)
{
	static struct pkt inner;
	uint16_t quoted = quotes[_i].quoted;
	struct frames_spec s = {.src = "10.0.0.1",
				.dst = "8.8.8.8",
				.proto = quotes[_i].proto,
				.sport = 4000,
				.dport = 53,
				.payload = quotes[_i].payload};
	frames_make(&inner, &s);
	s.src = "30.0.0.5";
	s.sport = 1024;
	frames_make(&pkt, &s);
	frames_make_error(&error, "9.9.9.9", ICMP_TIME_EXCEEDED, &pkt, quoted);
	translate(&error, "", 0, "10.0.0.1", 4000);
	ck_assert_str_eq(frames_text(&error), "9.9.9.9 > 10.0.0.1 "
					      "[10.0.0.1:4000 > 8.8.8.8:53]");
	frames_check(&error);
	/* Half a checksum is left as it was. */
	size_t same = IP4_SIZE + (size_t)quoted - (quoted == 17);
	ck_assert_mem_eq(error.data + error.quoted, inner.data + ETH_SIZE,
			 same);
}
END_TEST

START_TEST(a_cut_quote_changes_addresses_alone)
{
	struct frames_spec s = {.src = "30.0.0.5",
				.dst = "8.8.8.8",
				.proto = IP4_PROTO_UDP,
				.sport = 1024,
				.dport = 53};
	frames_make(&pkt, &s);
	frames_make_error(&error, "9.9.9.9", ICMP_TIME_EXCEEDED, &pkt,
			  (size_t)_i);
	memset(error.data + error.len, 0xee, 8);
	error.len = (uint16_t)(error.len + 8); /* padding */
	translate(&error, "", 0, "10.0.0.1", 4000);
	frames_check(&error);
	const uint8_t *l4 = error.data + error.quoted + IP4_SIZE;
	ck_assert_mem_eq(l4, pkt.data + ETH_SIZE + IP4_SIZE, (size_t)_i);
	for (int i = 0; i < 8; i++)
		ck_assert_uint_eq(l4[_i + i], 0xee);
}
END_TEST

START_TEST(a_quoted_echo_becomes_what_its_sender_sent)
{
	struct frames_spec s = {.src = "30.0.0.5",
				.dst = "8.8.8.8",
				.proto = IP4_PROTO_ICMP,
				.type = ICMP_ECHO_REQUEST,
				.sport = 1024,
				.payload = 20};
	frames_make(&pkt, &s);
	frames_make_error(&error, "9.9.9.9", ICMP_TIME_EXCEEDED, &pkt, 28);
	translate(&error, "", 77, "10.0.0.1", 77);
	ck_assert_str_eq(frames_text(&error),
			 "9.9.9.9 > 10.0.0.1 [10.0.0.1 > 8.8.8.8 id 77]");
	frames_check(&error);
}
END_TEST

/* RFC 5508 REQ-5: outwards no inner address shows, not even of a router. */
START_TEST(the_source_of_an_error_going_out_is_hidden)
{
	struct frames_spec s = {.src = "8.8.8.8",
				.dst = "10.0.0.1",
				.proto = IP4_PROTO_UDP,
				.sport = 53,
				.dport = 4000};
	frames_make(&pkt, &s);
	frames_make_error(&error, "10.0.0.254", ICMP_UNREACHABLE, &pkt, 8);
	translate(&error, "30.0.0.5", 1024, "", 0);
	ck_assert_str_eq(frames_text(&error),
			 "30.0.0.5 > 8.8.8.8 [8.8.8.8:53 > 30.0.0.5:1024]");
	frames_check(&error);
}
END_TEST

START_TEST(a_quoted_later_fragment_keeps_its_bytes)
{
	struct frames_spec s = {.src = "30.0.0.5",
				.dst = "8.8.8.8",
				.proto = IP4_PROTO_UDP,
				.frag = 100,
				.payload = 40};
	frames_make(&pkt, &s);
	frames_make_error(&error, "9.9.9.9", ICMP_TIME_EXCEEDED, &pkt, 40);
	translate(&error, "", 0, "10.0.0.1", 0);
	ck_assert_str_eq(frames_text(&error),
			 "9.9.9.9 > 10.0.0.1 [10.0.0.1 > 8.8.8.8]");
	frames_check(&error);
	ck_assert_mem_eq(error.data + 62, pkt.data + 34, 40);
}
END_TEST

/* Against whole checksums, over addresses and ports of all kinds. */
START_TEST(random_rewrites_keep_every_sum)
{
	struct rng rng;
	rng_init(&rng, 4711);
	for (int i = 0; i < 20000; i++) {
		char src[ADDR_IP4_SIZE], dst[ADDR_IP4_SIZE];
		addr_print_ip4(addr_ip4(rng_next(&rng)), src);
		addr_print_ip4(addr_ip4(rng_next(&rng)), dst);
		struct frames_spec s = kinds[rng_below(&rng, 4)];
		s.src = src;
		s.dst = dst;
		s.sport = (uint16_t)rng_next(&rng);
		frames_make(&pkt, &s);
		addr_print_ip4(addr_ip4(rng_next(&rng)), src);
		translate(&pkt, src, (uint16_t)rng_next(&rng), dst,
			  (uint16_t)rng_next(&rng));
		frames_check(&pkt);
		frames_make_error(&error, "9.9.9.9", ICMP_UNREACHABLE, &pkt,
				  8 + rng_below(&rng, pkt.len - 34U - 7));
		addr_print_ip4(addr_ip4(rng_next(&rng)), src);
		translate(&error, "", (uint16_t)rng_next(&rng), src,
			  (uint16_t)rng_next(&rng));
		frames_check(&error);
	}
}
END_TEST

Suite *translate_test_suite(void)
{
	Suite *s = suite_create("translate");
	TCase *c = tcase_create("translate");
	tcase_add_loop_test(c, source_and_port_change_and_all_sums_hold, 0, 4);
	tcase_add_loop_test(c, there_and_back_gives_the_same_bytes, 0, 4);
	tcase_add_test(c, udp_without_checksum_stays_without);
	tcase_add_test(c, a_udp_checksum_never_becomes_zero);
	tcase_add_test(c, the_id_of_an_echo_is_its_port);
	tcase_add_test(c, an_echo_of_zeros_has_a_right_checksum);
	tcase_add_test(c, other_protocols_change_addresses_alone);
	tcase_add_test(c, later_fragments_change_addresses_alone);
	tcase_add_test(c, a_wrong_checksum_stays_wrong);
	tcase_add_loop_test(c, a_quoted_packet_becomes_what_its_sender_sent, 0,
			    sizeof(quotes) / sizeof(quotes[0]));
	tcase_add_loop_test(c, a_cut_quote_changes_addresses_alone, 0, 8);
	tcase_add_test(c, a_quoted_echo_becomes_what_its_sender_sent);
	tcase_add_test(c, the_source_of_an_error_going_out_is_hidden);
	tcase_add_test(c, a_quoted_later_fragment_keeps_its_bytes);
	tcase_add_test(c, random_rewrites_keep_every_sum);
	suite_add_tcase(s, c);
	return s;
}
