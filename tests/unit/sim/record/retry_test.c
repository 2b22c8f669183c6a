/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/retry.h"
#include "sim/path/parse.h"
#include "tests/unit/frames.h"

static struct retry r;
static struct pkt p;
static uint64_t waited;

static void teardown(void)
{
	retry_fini(&r);
}

/* The sequence number of 'p' becomes 'seq'. */
static unsigned count_tcp(uint8_t flags, uint32_t seq, uint16_t len,
			  uint64_t now)
{
	struct frames_spec s = {.src = "10.0.0.1",
				.dst = "10.0.0.2",
				.proto = IP4_PROTO_TCP,
				.sport = 1000,
				.dport = 443,
				.flags = flags,
				.payload = len};
	frames_make(&p, &s);
	be_store32(p.data + ETH_SIZE + IP4_SIZE + 4, seq);
	ck_assert_int_eq(parse_pkt(&p), DROP_NONE);
	return retry_count(&r, &p, now, &waited);
}

static unsigned count_udp(uint16_t dport, uint16_t len, uint64_t now)
{
	struct frames_spec s = {.src = "10.0.0.1",
				.dst = "10.0.0.2",
				.proto = IP4_PROTO_UDP,
				.sport = 1000,
				.dport = dport,
				.payload = len};
	frames_make(&p, &s);
	ck_assert_int_eq(parse_pkt(&p), DROP_NONE);
	return retry_count(&r, &p, now, &waited);
}

START_TEST(a_syn_is_counted)
{
	ck_assert_uint_eq(count_tcp(TCP_SYN, 100, 0, 10), 1);
	ck_assert_uint_eq(count_tcp(TCP_SYN, 100, 0, 1010), 2);
	ck_assert_uint_eq(waited, 1000);
	ck_assert_uint_eq(count_tcp(TCP_SYN, 100, 0, 3010), 3);
	ck_assert_uint_eq(waited, 2000);
}
END_TEST

START_TEST(another_connection_with_the_same_ports_begins_anew)
{
	ck_assert_uint_eq(count_tcp(TCP_SYN, 5000, 0, 1), 1);
	ck_assert_uint_eq(count_tcp(TCP_SYN, 100, 0, 2), 1);
}
END_TEST

static unsigned count_again(void)
{
	return retry_count(&r, &p, 5, &waited);
}

/* Not what cannot be read, nor a part of it. */
START_TEST(only_what_is_whole_is_counted)
{
	count_tcp(TCP_SYN, 100, 0, 1);
	p.parsed = false;
	ck_assert_uint_eq(count_again(), 1);
	p.parsed = true;
	p.headless = true;
	ck_assert_uint_eq(count_again(), 1);
	p.headless = false;
	p.len--;
	ck_assert_uint_eq(count_again(), 1);
	p.len++;
	ck_assert_uint_eq(count_again(), 2);
	count_udp(53, 30, 0);
	p.len--;
	ck_assert_uint_eq(count_again(), 1);
}
END_TEST

START_TEST(data_that_goes_on_is_new)
{
	count_tcp(TCP_SYN, 100, 0, 1);
	ck_assert_uint_eq(count_tcp(TCP_ACK, 101, 50, 2), 1);
	ck_assert_uint_eq(count_tcp(TCP_ACK, 151, 50, 3), 1);
	ck_assert_uint_eq(count_tcp(TCP_ACK, 151, 50, 4), 2);
	ck_assert_uint_eq(count_tcp(TCP_ACK | TCP_FIN, 201, 0, 5), 1);
	ck_assert_uint_eq(count_tcp(TCP_ACK | TCP_FIN, 201, 0, 6), 2);
}
END_TEST

START_TEST(numbers_wrap)
{
	ck_assert_uint_eq(count_tcp(TCP_ACK, 0xffffffff, 10, 1), 1);
	ck_assert_uint_eq(count_tcp(TCP_ACK, 9, 10, 2), 1);
	ck_assert_uint_eq(count_tcp(TCP_ACK, 0xffffffff, 10, 3), 2);
}
END_TEST

START_TEST(bare_acks_and_resets_are_not_counted)
{
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(count_tcp(TCP_ACK, 101, 0, 1), 1);
		ck_assert_uint_eq(count_tcp(TCP_RST, 101, 0, 1), 1);
	}
}
END_TEST

START_TEST(a_dns_message_is_known_by_its_bytes)
{
	ck_assert_uint_eq(count_udp(53, 30, 0), 1);
	ck_assert_uint_eq(count_udp(53, 31, 0), 1);
	ck_assert_uint_eq(count_udp(53, 30, 5000), 2);
	ck_assert_uint_eq(waited, 5000);
	ck_assert_uint_eq(count_udp(53, 31, 5001), 2);
}
END_TEST

START_TEST(other_datagrams_may_be_alike)
{
	ck_assert_uint_eq(count_udp(4000, 30, 0), 1);
	ck_assert_uint_eq(count_udp(4000, 30, 1), 1);
}
END_TEST

Suite *retry_test_suite(void);
Suite *retry_test_suite(void)
{
	Suite *s = suite_create("retry");
	TCase *c = tcase_create("retry");
	tcase_add_checked_fixture(c, NULL, teardown);
	tcase_add_test(c, a_syn_is_counted);
	tcase_add_test(c, another_connection_with_the_same_ports_begins_anew);
	tcase_add_test(c, only_what_is_whole_is_counted);
	tcase_add_test(c, data_that_goes_on_is_new);
	tcase_add_test(c, numbers_wrap);
	tcase_add_test(c, bare_acks_and_resets_are_not_counted);
	tcase_add_test(c, a_dns_message_is_known_by_its_bytes);
	tcase_add_test(c, other_datagrams_may_be_alike);
	suite_add_tcase(s, c);
	return s;
}
