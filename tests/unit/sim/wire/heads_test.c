/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet, ARP, IPv4, ICMP, UDP, TCP heads, on packets taken from elsewhere. */
#include <string.h>

#include "sim/wire/arp.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/eth.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"
#include "tests/unit/suites.h"

Suite *heads_test_suite(void);

/* The header that textbooks use: checksum b861. */
static const uint8_t known[IP4_SIZE] = {
	0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
	0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

static void known_datagram(uint8_t out[115])
{
	memset(out, 0, 115);
	memcpy(out, known, IP4_SIZE);
}

START_TEST(a_known_header_is_read_and_written)
{
	uint8_t bytes[115], again[IP4_SIZE];
	struct ip4_head h;
	known_datagram(bytes);
	ck_assert_int_eq(ip4_read(bytes, sizeof(bytes), &h), IP4_OK);
	ck_assert_uint_eq(h.src.v, 0xc0a80001);
	ck_assert_uint_eq(h.size, 0x73);
	ck_assert_uint_eq(h.frag, IP4_DF);
	ip4_write(again, &h);
	ck_assert_mem_eq(again, known, IP4_SIZE);
}
END_TEST

START_TEST(each_broken_header_is_refused)
{
	uint8_t bytes[115];
	struct ip4_head h;
	known_datagram(bytes);
	ck_assert_int_eq(ip4_read(bytes, 114, &h), IP4_SHORT);
	ck_assert_int_eq(ip4_read(bytes, 19, &h), IP4_SHORT);
	bytes[0] = 0x65;
	ck_assert_int_eq(ip4_read(bytes, 115, &h), IP4_BAD_VERSION);
	bytes[0] = 0x44;
	ck_assert_int_eq(ip4_read(bytes, 115, &h), IP4_BAD_VERSION);
	bytes[0] = 0x45;
	bytes[8]--;
	ck_assert_int_eq(ip4_read(bytes, 115, &h), IP4_BAD_CHECK);
}
END_TEST

START_TEST(edits_keep_the_checksum_right)
{
	uint8_t bytes[115];
	struct ip4_head h;
	known_datagram(bytes);
	ip4_set_src(bytes, addr_ip4(0x1e000005));
	ip4_set_dst(bytes, addr_ip4(0xffffffff));
	for (int i = 0; i < 60; i++)
		ck_assert(ip4_dec_ttl(bytes));
	ck_assert_int_eq(ip4_read(bytes, 115, &h), IP4_OK);
	ck_assert_uint_eq(h.ttl, 4);
	ck_assert_uint_eq(h.src.v, 0x1e000005);
}
END_TEST

START_TEST(arp_goes_there_and_back)
{
	struct arp a = {ARP_REQUEST,
			{{2, 0, 0, 0, 0, 1}},
			{0x0a1b3391},
			{{0}},
			{0x0a1b33fe}};
	struct arp b;
	uint8_t bytes[ARP_SIZE];
	arp_write(bytes, &a);
	ck_assert(arp_read(bytes, ARP_SIZE, &b));
	ck_assert_uint_eq(b.sender.v, a.sender.v);
	ck_assert_uint_eq(b.target.v, a.target.v);
	ck_assert(addr_mac_same(a.sender_mac, b.sender_mac));
	ck_assert(!arp_read(bytes, ARP_SIZE - 1, &b));
	bytes[1] = 6; /* not Ethernet */
	ck_assert(!arp_read(bytes, ARP_SIZE, &b));
}
END_TEST

START_TEST(icmp_checks_its_sum)
{
	uint8_t bytes[40] = {0};
	struct icmp m = {.type = ICMP_ECHO_REQUEST, .id = 9, .seq = 3}, back;
	memset(bytes + ICMP_SIZE, 0xa5, sizeof(bytes) - ICMP_SIZE);
	icmp_write(bytes, sizeof(bytes), &m);
	ck_assert(icmp_read(bytes, sizeof(bytes), &back));
	ck_assert_uint_eq(back.id, 9);
	ck_assert_uint_eq(back.seq, 3);
	bytes[20] ^= 1;
	ck_assert(!icmp_read(bytes, sizeof(bytes), &back));
	ck_assert_str_eq(icmp_name(3, 0), "network unreachable");
	ck_assert_str_eq(icmp_name(11, 0), "time exceeded");
}
END_TEST

START_TEST(udp_takes_no_checksum_for_an_answer)
{
	uint8_t bytes[12] = {0, 53, 0x30, 0x39, 0, 12, 0, 0, 1, 2, 3, 4};
	ip4 a = {1}, b = {2};
	struct udp u;
	ck_assert(udp_read(bytes, 12, a, b, &u));
	be_store16(bytes + 6,
		   csum_finish(csum_add(csum_pseudo(a, b, 17, 12), bytes, 12)));
	ck_assert(udp_read(bytes, 12, a, b, &u));
	ck_assert(!udp_read(bytes, 12, a, a, &u));
	bytes[5] = 8; /* no data at all */
	be_store16(bytes + 6, 0);
	ck_assert(udp_read(bytes, 8, a, b, &u));
	bytes[5] = 7; /* not even its header */
	ck_assert(!udp_read(bytes, 8, a, b, &u));
	bytes[5] = 13; /* longer than there are bytes */
	ck_assert(!udp_read(bytes, 12, a, b, &u));
}
END_TEST

static void sum_tcp(uint8_t *bytes, size_t len, ip4 a, ip4 b)
{
	be_store16(bytes + 16, 0);
	be_store16(bytes + 16, csum_finish(csum_add(csum_pseudo(a, b, 6, len),
						    bytes, len)));
}

START_TEST(tcp_reads_the_mss_and_refuses_bad_options)
{
	uint8_t bytes[28] = {0x80, 0, 1,    0xbb, 0, 0,	   0, 1, 0, 0,
			     0,	   0, 0x70, 2,	  1, 0,	   0, 0, 0, 0,
			     1,	   1, 2,    4,	  5, 0xb4, 0, 0};
	ip4 a = {1}, b = {2};
	struct tcp t;
	sum_tcp(bytes, 28, a, b);
	ck_assert(tcp_read(bytes, 28, a, b, &t));
	ck_assert_uint_eq(t.mss, 1460);
	ck_assert_str_eq(tcp_flags_name(t.flags), "SYN");
	bytes[23] = 0; /* an option of length 0 would never end */
	sum_tcp(bytes, 28, a, b);
	ck_assert(!tcp_read(bytes, 28, a, b, &t));
	bytes[23] = 40; /* or beyond the head */
	sum_tcp(bytes, 28, a, b);
	ck_assert(!tcp_read(bytes, 28, a, b, &t));
}
END_TEST

START_TEST(a_tcp_head_is_as_long_as_it_says)
{
	uint8_t bytes[40] = {[12] = 0x50};
	ip4 a = {1}, b = {2};
	struct tcp t;
	for (uint8_t words = 0; words < 16; words++) {
		bytes[12] = (uint8_t)(words << 4);
		sum_tcp(bytes, 40, a, b);
		ck_assert_int_eq(tcp_read(bytes, 40, a, b, &t),
				 words >= 5 && words <= 10);
	}
	bytes[12] = 0x50;
	sum_tcp(bytes, 20, a, b);
	ck_assert(tcp_read(bytes, 20, a, b, &t));
	ck_assert(!tcp_read(bytes, 19, a, b, &t));
}
END_TEST

/* RFC 2018: pairs of numbers, as many as the option has room for. */
START_TEST(tcp_reads_what_has_arrived)
{
	uint8_t bytes[60] = {[12] = 0xf0, [20] = 1, 1, 4, 2};
	ip4 a = {1}, b = {2};
	struct tcp t;
	for (uint8_t blocks = 0; blocks <= TCP_SACKS; blocks++) {
		bytes[24] = 5;
		bytes[25] = (uint8_t)(2 + 8 * blocks);
		for (uint32_t i = 0; i < 2U * blocks; i++)
			be_store32(bytes + 26 + 4 * i, 1000 + i);
		sum_tcp(bytes, 60, a, b);
		ck_assert(tcp_read(bytes, 60, a, b, &t));
		ck_assert(t.sack_permitted && !t.mss);
		ck_assert_uint_eq(t.sack_count, blocks);
		for (uint32_t i = 0; i < blocks; i++) {
			ck_assert_uint_eq(t.sacks[i].from, 1000 + 2 * i);
			ck_assert_uint_eq(t.sacks[i].to, 1001 + 2 * i);
		}
	}
}
END_TEST

static const struct {
	uint8_t flags;
	const char *name;
} flag_rows[] = {
	{TCP_SYN, "SYN"},
	{TCP_SYN | TCP_ACK, "SYN-ACK"},
	{TCP_ACK, "ACK"},
	{TCP_ACK | TCP_PSH, "PSH-ACK"},
	{TCP_FIN | TCP_ACK, "FIN-ACK"},
	{TCP_RST, "RST"},
	{TCP_RST | TCP_ACK, "RST-ACK"},
	{0, "none"},
};

START_TEST(flags_have_the_names_people_use)
{
	ck_assert_str_eq(tcp_flags_name(flag_rows[_i].flags),
			 flag_rows[_i].name);
}
END_TEST

Suite *heads_test_suite(void)
{
	Suite *s = suite_create("heads");
	TCase *c = tcase_create("heads");
	tcase_add_test(c, a_known_header_is_read_and_written);
	tcase_add_test(c, each_broken_header_is_refused);
	tcase_add_test(c, edits_keep_the_checksum_right);
	tcase_add_test(c, arp_goes_there_and_back);
	tcase_add_test(c, icmp_checks_its_sum);
	tcase_add_test(c, udp_takes_no_checksum_for_an_answer);
	tcase_add_test(c, tcp_reads_the_mss_and_refuses_bad_options);
	tcase_add_test(c, a_tcp_head_is_as_long_as_it_says);
	tcase_add_test(c, tcp_reads_what_has_arrived);
	tcase_add_loop_test(c, flags_have_the_names_people_use, 0,
			    (int)(sizeof(flag_rows) / sizeof(flag_rows[0])));
	suite_add_tcase(s, c);
	return s;
}
