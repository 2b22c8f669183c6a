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

/* With options, of which a reader must know the length alone. */
START_TEST(a_header_is_as_long_as_it_says)
{
	uint8_t bytes[60] = {0};
	struct ip4_head h;
	for (unsigned words = 0; words < 16; words++) {
		memcpy(bytes, known, IP4_SIZE);
		bytes[0] = (uint8_t)(0x40 | words);
		be_store16(bytes + 2, 40);
		be_store16(bytes + 10, 0);
		be_store16(bytes + 10, csum_of(bytes, words * 4UL));
		ck_assert_int_eq(ip4_read(bytes, 40, &h),
				 words < 5    ? IP4_BAD_VERSION
				 : words > 10 ? IP4_SHORT
					      : IP4_OK);
		if (words >= 5 && words <= 10)
			ck_assert_uint_eq(h.head_size, words * 4);
	}
	memcpy(bytes, known, IP4_SIZE);
	be_store16(bytes + 2, 19); /* less than its header */
	ck_assert_int_eq(ip4_read(bytes, 40, &h), IP4_SHORT);
	ck_assert_int_eq(ip4_read_quoted(bytes, 20, &h), IP4_OK);
	ck_assert_int_eq(ip4_read_quoted(bytes, 19, &h), IP4_SHORT);
}
END_TEST

START_TEST(each_field_has_its_place)
{
	uint8_t bytes[IP4_SIZE];
	struct ip4_head h = {.tos = 1,
			     .size = 0x0203,
			     .id = 0x0405,
			     .frag = 0x0607,
			     .ttl = 8,
			     .proto = 9,
			     .src = {0x0c0d0e0f},
			     .dst = {0x10111213}},
			back;
	ip4_write(bytes, &h);
	for (uint8_t i = 1; i < IP4_SIZE; i++)
		if (i < 10 || i > 11)
			ck_assert_uint_eq(bytes[i], i);
	ck_assert_int_eq(ip4_read_quoted(bytes, IP4_SIZE, &back), IP4_OK);
	ck_assert(back.tos == 1 && back.size == 0x0203 && back.id == 0x0405 &&
		  back.frag == 0x0607 && back.ttl == 8 && back.proto == 9 &&
		  back.src.v == h.src.v && back.dst.v == h.dst.v);
	ck_assert_uint_eq(back.check, be_load16(bytes + 10));
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
	ck_assert_uint_eq(b.op, ARP_REQUEST);
	ck_assert(addr_mac_same(a.target_mac, b.target_mac));
	/* Hardware, protocol, their lengths, and the operation. */
	for (size_t i = 0; i < 8; i++) {
		bytes[i] ^= 4;
		ck_assert(!arp_read(bytes, ARP_SIZE, &b));
		bytes[i] ^= 4;
	}
	bytes[7] = ARP_REPLY;
	ck_assert(arp_read(bytes, ARP_SIZE, &b));
	ck_assert_uint_eq(b.op, ARP_REPLY);
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
	ck_assert_uint_eq(back.check, be_load16(bytes + 2));
	icmp_write(bytes, ICMP_SIZE, &m);
	ck_assert(icmp_read(bytes, ICMP_SIZE, &back));
	ck_assert(!icmp_read(bytes, ICMP_SIZE - 1, &back));
}
END_TEST

/* RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
static const struct {
	uint8_t type, code;
	const char *name;
} icmp_rows[] = {
	{0, 0, "echo reply"},
	{8, 0, "echo request"},
	{3, 0, "network unreachable"},
	{3, 1, "host unreachable"},
	{3, 2, "protocol unreachable"},
	{3, 3, "port unreachable"},
	{3, 4, "fragmentation needed"},
	{3, 5, "source route failed"},
	{3, 6, "network unknown"},
	{3, 7, "host unknown"},
	{3, 8, "source host isolated"},
	{3, 9, "network prohibited"},
	{3, 10, "host prohibited"},
	{3, 11, "network unreachable for TOS"},
	{3, 12, "host unreachable for TOS"},
	{3, 13, "administratively prohibited"},
	{3, 14, "unreachable"},
	{3, 255, "unreachable"},
	{11, 0, "time exceeded"},
	{11, 1, "reassembly time exceeded"},
	{12, 0, "parameter problem"},
	{5, 0, "message"},
};

START_TEST(icmp_messages_have_names)
{
	ck_assert_str_eq(icmp_name(icmp_rows[_i].type, icmp_rows[_i].code),
			 icmp_rows[_i].name);
}
END_TEST

START_TEST(udp_takes_no_checksum_for_an_answer)
{
	uint8_t bytes[12] = {0, 53, 0x30, 0x39, 0, 12, 0, 0, 1, 2, 3, 4};
	ip4 a = {1}, b = {2};
	struct udp u;
	ck_assert(udp_read(bytes, 12, a, b, &u));
	ck_assert(u.sport == 53 && u.dport == 12345);
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
	bytes[12] = 0x60; /* the head ends before the option's value */
	bytes[23] = 4;
	sum_tcp(bytes, 28, a, b);
	ck_assert(!tcp_read(bytes, 28, a, b, &t));
	bytes[12] = 0x70;
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
	static uint8_t largest[65536] = {[12] = 0x50};
	sum_tcp(largest, 65535, a, b);
	ck_assert(tcp_read(largest, 65535, a, b, &t));
	sum_tcp(largest, 65536, a, b);
	ck_assert(!tcp_read(largest, 65536, a, b, &t));
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
	tcase_add_test(c, a_header_is_as_long_as_it_says);
	tcase_add_test(c, each_field_has_its_place);
	tcase_add_loop_test(c, icmp_messages_have_names, 0,
			    (int)(sizeof(icmp_rows) / sizeof(icmp_rows[0])));
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
