/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "sim/record/capread.h"

/* A classic file (microseconds) in memory: header, one packet. */
#define HEAD	 24
#define RECORD	 16
#define ETHERNET 1
#define NULL_BSD 0
#define RAW	 101
#define SLL	 113
#define SLL2	 276
#define UNKNOWN	 147 /* LINKTYPE_USER0 */

static uint8_t file[512];
static size_t size;
static struct diag d;

static void put32(size_t at, uint32_t v)
{
	memcpy(file + at, &v, sizeof(v));
}

/* 'ip' bytes of payload behind 'link_size' bytes of link header. */
static void make(uint32_t linktype, const char *link, size_t link_size)
{
	static const uint8_t ip[20] = {0x45, 0, 0, 20};
	memset(file, 0, sizeof(file));
	put32(0, 0xa1b2c3d4);
	file[4] = 2;
	file[6] = 4;
	put32(16, 65535);
	put32(20, linktype);
	put32(HEAD, 7);
	put32(HEAD + 4, 500);
	put32(HEAD + 8, (uint32_t)(link_size + sizeof(ip)));
	put32(HEAD + 12, (uint32_t)(link_size + sizeof(ip)));
	memcpy(file + HEAD + RECORD, link, link_size);
	memcpy(file + HEAD + RECORD + link_size, ip, sizeof(ip));
	size = HEAD + RECORD + link_size + sizeof(ip);
}

static struct capread *open_file(void)
{
	FILE *f = fmemopen(file, size, "rb");
	ck_assert_ptr_nonnull(f);
	return capread_open_stream(f, "x.pcap", &d);
}

static void says(const char *text)
{
	struct str s = {0};
	diag_print(&d, false, &s);
	ck_assert_msg(strstr(str_text(&s), text) != NULL, "%s", str_text(&s));
	str_fini(&s);
}

static void setup(void)
{
	diag_init(&d);
}

static void teardown(void)
{
	diag_fini(&d);
}

static const struct {
	const char *name;
	uint32_t linktype;
	const char *link;
	size_t link_size;
	const char *what; /* NULL: an IPv4 packet */
} links[] = {
	{"Ethernet", ETHERNET, "\1\1\1\1\1\1\2\2\2\2\2\2\x08\x00", 14, NULL},
	{"VLAN", ETHERNET, "\1\1\1\1\1\1\2\2\2\2\2\2\x81\x00\x00\x07\x08\x00",
	 18, NULL},
	{"QinQ", ETHERNET,
	 "\1\1\1\1\1\1\2\2\2\2\2\2\x88\xa8\0\1\x81\x00\x00\x07\x08\x00", 22,
	 NULL},
	{"ARP", ETHERNET, "\1\1\1\1\1\1\2\2\2\2\2\2\x08\x06", 14, "ARP"},
	{"IPv6", ETHERNET, "\1\1\1\1\1\1\2\2\2\2\2\2\x86\xdd", 14, "IPv6"},
	{"LLDP", ETHERNET, "\1\1\1\1\1\1\2\2\2\2\2\2\x88\xcc", 14,
	 "no IP packet"},
	{"raw", RAW, "", 0, NULL},
	{"any", SLL, "\0\0\0\1\0\6\0\0\0\0\0\0\0\0\x08\x00", 16, NULL},
	{"any, version 2", SLL2, "\x08\x00\0\0\0\0\0\2\0\1\0\6\0\0\0\0\0\0\0\0",
	 20, NULL},
	{"loopback", NULL_BSD, "\2\0\0\0", 4, NULL},
	{"loopback of another machine", NULL_BSD, "\0\0\0\2", 4, NULL},
	{"loopback, IPv6", NULL_BSD, "\x1e\0\0\0", 4, "IPv6"},
};

START_TEST(ip_is_found_on_every_known_link)
{
	struct capread_packet p;
	make(links[_i].linktype, links[_i].link, links[_i].link_size);
	struct capread *r = open_file();
	ck_assert_msg(r != NULL, "%s", links[_i].name);
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_PACKET);
	ck_assert_uint_eq(p.number, 1);
	ck_assert_uint_eq(p.time, 7000500000);
	if (links[_i].what) {
		ck_assert_str_eq(p.what, links[_i].what);
		ck_assert_ptr_null(p.ip);
	} else {
		ck_assert_msg(p.ip != NULL, "%s", links[_i].name);
		ck_assert_uint_eq(p.len, 20);
		ck_assert_uint_eq(p.ip[0], 0x45);
	}
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_END);
	capread_close(r);
}
END_TEST

START_TEST(an_unknown_link_is_refused)
{
	make(UNKNOWN, "", 0);
	ck_assert_ptr_null(open_file());
	says("x.pcap was captured on a link of type 147");
}
END_TEST

START_TEST(what_is_no_capture_is_refused)
{
	memset(file, 'x', sizeof(file));
	size = sizeof(file);
	ck_assert_ptr_null(open_file());
	says("cannot read x.pcap: unknown file format");
}
END_TEST

START_TEST(a_missing_end_is_told_with_the_packet)
{
	struct capread_packet p;
	make(RAW, "", 0);
	size -= 3;
	struct capread *r = open_file();
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_ERROR);
	says("x.pcap: packet 1: truncated");
	capread_close(r);
}
END_TEST

START_TEST(a_packet_cut_short_is_told)
{
	struct capread_packet p;
	make(RAW, "", 0);
	put32(HEAD + 12, 1500);
	struct capread *r = open_file();
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_ERROR);
	says("packet 1 was cut to 20 of its 1500 bytes");
	says("help: capture whole packets: tcpdump -s 0");
	capread_close(r);
}
END_TEST

START_TEST(a_packet_larger_than_it_was_is_told)
{
	struct capread_packet p;
	make(RAW, "", 0);
	put32(HEAD + 12, 19);
	struct capread *r = open_file();
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_ERROR);
	says("packet 1 has 20 bytes in the file, but had only 19");
	says("help: the file is damaged");
	capread_close(r);
}
END_TEST

START_TEST(a_time_that_cannot_be_is_told)
{
	struct capread_packet p;
	make(RAW, "", 0);
	put32(HEAD + 4, 1000000);
	struct capread *r = open_file();
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_ERROR);
	says("packet 1 has an impossible time");
	says("help: the file is damaged");
	capread_close(r);
}
END_TEST

START_TEST(the_first_and_the_last_instant_are_times)
{
	struct capread_packet p;
	make(RAW, "", 0);
	put32(HEAD, 0);
	put32(HEAD + 4, 0);
	struct capread *r = open_file();
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_PACKET);
	ck_assert_uint_eq(p.time, 0);
	capread_close(r);
	put32(HEAD, INT32_MAX);
	put32(HEAD + 4, 999999);
	r = open_file();
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_PACKET);
	ck_assert_uint_eq(p.time, INT32_MAX * UINT64_C(1000000000) + 999999000);
	capread_close(r);
}
END_TEST

START_TEST(a_link_header_alone_is_no_frame)
{
	struct capread_packet p;
	make(ETHERNET, "\1\1\1", 3);
	put32(HEAD + 8, 5);
	put32(HEAD + 12, 5);
	size = HEAD + RECORD + 5;
	struct capread *r = open_file();
	ck_assert_int_eq(capread_next(r, &p, &d), CAPREAD_PACKET);
	ck_assert_str_eq(p.what, "no whole frame");
	capread_close(r);
}
END_TEST

START_TEST(a_missing_file_is_told)
{
	ck_assert_ptr_null(capread_open("/nowhere/x.pcap", &d));
	says("cannot read /nowhere/x.pcap: No such file");
}
END_TEST

Suite *capread_test_suite(void);
Suite *capread_test_suite(void)
{
	Suite *s = suite_create("capread");
	TCase *t = tcase_create("capread");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, ip_is_found_on_every_known_link, 0,
			    sizeof(links) / sizeof(links[0]));
	tcase_add_test(t, an_unknown_link_is_refused);
	tcase_add_test(t, what_is_no_capture_is_refused);
	tcase_add_test(t, a_missing_end_is_told_with_the_packet);
	tcase_add_test(t, a_packet_cut_short_is_told);
	tcase_add_test(t, a_packet_larger_than_it_was_is_told);
	tcase_add_test(t, a_time_that_cannot_be_is_told);
	tcase_add_test(t, the_first_and_the_last_instant_are_times);
	tcase_add_test(t, a_link_header_alone_is_no_frame);
	tcase_add_test(t, a_missing_file_is_told);
	suite_add_tcase(s, t);
	return s;
}
