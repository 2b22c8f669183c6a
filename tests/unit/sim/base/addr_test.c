/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/addr.h"

#include <stdio.h>

#include "tests/unit/suites.h"

Suite *addr_test_suite(void);

static const struct {
	const char *text;
	bool ok;
	uint32_t value;
} ip4_rows[] = {
	{"0.0.0.0", true, 0},
	{"10.27.51.145", true, 0x0a1b3391},
	{"255.255.255.255", true, 0xffffffff},
	{"256.0.0.1", false, 0},
	{"10.0.0", false, 0},
	{"10.0.0.1.2", false, 0},
	{"10.0.0.01", false, 0},
	{" 10.0.0.1", false, 0},
	{"10.0.0.1 ", false, 0},
	{"10..0.1", false, 0},
	{"", false, 0},
	{"4294967296.0.0.1", false, 0},
};

START_TEST(addresses_are_read_exactly)
{
	ip4 a = addr_ip4(7);
	char out[ADDR_IP4_SIZE];
	ck_assert_msg(addr_parse_ip4(ip4_rows[_i].text, &a) == ip4_rows[_i].ok,
		      "%s", ip4_rows[_i].text);
	ck_assert_uint_eq(a.v, ip4_rows[_i].ok ? ip4_rows[_i].value : 7);
	if (ip4_rows[_i].ok)
		ck_assert_str_eq(addr_print_ip4(a, out), ip4_rows[_i].text);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	uint32_t addr;
	unsigned len;
} prefix_rows[] = {
	{"0.0.0.0/0", true, 0, 0},
	{"30.0.0.0/24", true, 0x1e000000, 24},
	{"30.0.0.5", true, 0x1e000005, 32},
	{"30.0.0.5/32", true, 0x1e000005, 32},
	{"30.0.0.5/24", false, 0, 0},
	{"30.0.0.0/33", false, 0, 0},
	{"30.0.0.0/", false, 0, 0},
	{"30.0.0.0/024", false, 0, 0},
};

START_TEST(a_prefix_has_no_host_bits)
{
	struct addr_prefix p = {{1}, 1};
	ck_assert_msg(addr_parse_prefix(prefix_rows[_i].text, &p) ==
			      prefix_rows[_i].ok,
		      "%s", prefix_rows[_i].text);
	if (!prefix_rows[_i].ok)
		return;
	ck_assert_uint_eq(p.addr.v, prefix_rows[_i].addr);
	ck_assert_uint_eq(p.len, prefix_rows[_i].len);
}
END_TEST

START_TEST(what_is_printed_is_read_again)
{
	static const uint32_t values[] = {0, 0xffffffff, 0x01020304, 0x0a640963,
					  0x636409ff};
	char text[ADDR_PREFIX_SIZE], pair[ADDR_ENDPOINT_SIZE], want[64];
	ip4 a = addr_ip4(values[_i % 5]);
	struct addr_if back;
	for (uint8_t len = 0; len <= 32; len++) {
		struct addr_prefix p = {a, len};
		ck_assert(addr_parse_if(addr_print_prefix(p, text), &back));
		ck_assert_uint_eq(back.addr.v, a.v);
		ck_assert_uint_eq(back.len, len);
	}
	for (unsigned port = 0; port <= 65535; port += 9 * port + 1) {
		snprintf(want, sizeof(want), "%u.%u.%u.%u:%u", a.v >> 24,
			 a.v >> 16 & 255, a.v >> 8 & 255, a.v & 255, port);
		ck_assert_str_eq(addr_print_endpoint(a, (uint16_t)port, pair),
				 want);
	}
	addr_print_endpoint(addr_ip4(0xffffffff), 65535, pair);
	ck_assert_str_eq(pair, "255.255.255.255:65535");
}
END_TEST

START_TEST(an_interface_address_needs_its_length)
{
	struct addr_if a;
	ck_assert(addr_parse_if("10.27.51.145/24", &a));
	ck_assert_uint_eq(a.len, 24);
	ck_assert(!addr_parse_if("10.27.51.145", &a));
}
END_TEST

START_TEST(membership_follows_the_mask)
{
	struct addr_prefix p, all = {{0}, 0};
	ck_assert(addr_parse_prefix("10.244.0.96/28", &p));
	ck_assert(addr_in(addr_ip4(0x0af40060), p));
	ck_assert(addr_in(addr_ip4(0x0af4006f), p));
	ck_assert(!addr_in(addr_ip4(0x0af40070), p));
	ck_assert(!addr_in(addr_ip4(0x0af4005f), p));
	ck_assert(addr_in(addr_ip4(0xffffffff), all));
	ck_assert_uint_eq(addr_count(p), 16);
	ck_assert(addr_count(all) == (uint64_t)1 << 32);
}
END_TEST

START_TEST(macs_and_ports)
{
	mac m;
	char text[ADDR_MAC_SIZE];
	struct addr_ports p;
	ck_assert(addr_parse_mac("02:50:56:56:44:52", &m));
	ck_assert_str_eq(addr_print_mac(m, text), "02:50:56:56:44:52");
	ck_assert(!addr_parse_mac("02:50:56:56:44", &m));
	ck_assert(!addr_parse_mac("02:50:56:56:44:5g", &m));
	ck_assert(addr_parse_ports("443", &p) && p.first == 443 &&
		  p.last == 443);
	ck_assert(addr_parse_ports("1-65535", &p) && p.last == 65535);
	ck_assert(!addr_parse_ports("0", &p));
	ck_assert(!addr_parse_ports("9-8", &p));
	ck_assert(!addr_parse_ports("65536", &p));
}
END_TEST

Suite *addr_test_suite(void)
{
	Suite *s = suite_create("addr");
	TCase *c = tcase_create("addr");
	tcase_add_loop_test(c, addresses_are_read_exactly, 0,
			    (int)(sizeof(ip4_rows) / sizeof(ip4_rows[0])));
	tcase_add_loop_test(
		c, a_prefix_has_no_host_bits, 0,
		(int)(sizeof(prefix_rows) / sizeof(prefix_rows[0])));
	tcase_add_loop_test(c, what_is_printed_is_read_again, 0, 5);
	tcase_add_test(c, an_interface_address_needs_its_length);
	tcase_add_test(c, membership_follows_the_mask);
	tcase_add_test(c, macs_and_ports);
	suite_add_tcase(s, c);
	return s;
}
