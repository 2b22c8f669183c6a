/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of RFC 5681 and RFC 6582, on a connection that sends nothing. */
#include <check.h>
#include <string.h>

#include "sim/host/conn_private.h"

#define MSS 1000U

static struct conn c;

static void setup(void)
{
	memset(&c, 0, sizeof(c));
	c.mss = MSS;
	c.snd_base = c.snd_nxt = c.snd_max = 5000;
	conn_cwnd_open(&c);
	c.cwnd = 10 * MSS;
}

static void send_full(uint32_t segments)
{
	c.snd_nxt = c.snd_max = c.snd_base + segments * MSS;
}

/* As if an ACK for so much had come. */
static bool ack(uint32_t bytes)
{
	uint32_t flight = conn_out_in_flight(&c);
	c.snd_base += bytes;
	return conn_cwnd_acked(&c, bytes, flight);
}

START_TEST(slow_start_doubles_each_round)
{
	send_full(10);
	for (int i = 0; i < 5; i++) {
		c.snd_nxt = c.snd_base + c.cwnd;
		ck_assert(!ack(2 * MSS));
	}
	ck_assert_uint_eq(c.cwnd, 20 * MSS);
}
END_TEST

START_TEST(avoidance_adds_a_segment_each_round)
{
	c.ssthresh = 10 * MSS; /* reached, not passed */
	send_full(10);
	ack(MSS);
	ck_assert_uint_eq(c.cwnd, 10 * MSS);
	for (int i = 1; i < 10; i++) {
		c.snd_nxt = c.snd_base + c.cwnd;
		ack(MSS);
	}
	ck_assert_uint_eq(c.cwnd, 11 * MSS);
}
END_TEST

START_TEST(a_window_not_used_does_not_grow)
{
	send_full(3);
	ack(MSS);
	ck_assert_uint_eq(c.cwnd, 10 * MSS);
}
END_TEST

START_TEST(three_repetitions_tell_of_a_loss)
{
	send_full(10);
	ck_assert(!conn_cwnd_repeated(&c));
	ck_assert(!conn_cwnd_repeated(&c));
	ck_assert(conn_cwnd_repeated(&c));
	ck_assert_uint_eq(c.ssthresh, 5 * MSS);
	ck_assert_uint_eq(c.cwnd, 8 * MSS);
	ck_assert(!conn_cwnd_repeated(&c));
	ck_assert_uint_eq(c.cwnd, 9 * MSS);
}
END_TEST

START_TEST(what_arrives_between_repetitions_starts_the_count_anew)
{
	send_full(10);
	ck_assert(!conn_cwnd_repeated(&c));
	ck_assert(!conn_cwnd_repeated(&c));
	ck_assert(!ack(MSS));
	ck_assert(!conn_cwnd_repeated(&c));
	ck_assert(!conn_cwnd_repeated(&c));
	ck_assert(conn_cwnd_repeated(&c));
}
END_TEST

START_TEST(recovery_ends_when_all_that_was_sent_has_arrived)
{
	send_full(10);
	for (int i = 0; i < 3; i++)
		conn_cwnd_repeated(&c);
	ck_assert(ack(4 * MSS)); /* and then comes the next hole */
	ck_assert(c.recovering);
	ck_assert_uint_eq(c.cwnd, 5 * MSS);
	ck_assert(!ack(6 * MSS));
	ck_assert(!c.recovering);
	ck_assert_uint_eq(c.cwnd, 2 * MSS); /* nothing is under way */
}
END_TEST

START_TEST(old_repetitions_say_nothing)
{
	send_full(10);
	c.tries = 2;
	conn_cwnd_late(&c);
	ck_assert_uint_eq(c.cwnd, MSS);
	ck_assert_uint_eq(c.ssthresh, 5 * MSS);
	for (int i = 0; i < 5; i++)
		ck_assert(!conn_cwnd_repeated(&c));
}
END_TEST

START_TEST(a_second_timeout_does_not_halve_again)
{
	send_full(10);
	c.tries = 2;
	conn_cwnd_late(&c);
	c.snd_nxt = c.snd_base + MSS;
	c.tries = 3;
	conn_cwnd_late(&c);
	ck_assert_uint_eq(c.ssthresh, 5 * MSS);
}
END_TEST

Suite *conn_cwnd_test_suite(void);
Suite *conn_cwnd_test_suite(void)
{
	Suite *s = suite_create("host/conn_cwnd");
	TCase *t = tcase_create("conn_cwnd");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, slow_start_doubles_each_round);
	tcase_add_test(t, avoidance_adds_a_segment_each_round);
	tcase_add_test(t, a_window_not_used_does_not_grow);
	tcase_add_test(t, three_repetitions_tell_of_a_loss);
	tcase_add_test(t,
		       what_arrives_between_repetitions_starts_the_count_anew);
	tcase_add_test(t, recovery_ends_when_all_that_was_sent_has_arrived);
	tcase_add_test(t, old_repetitions_say_nothing);
	tcase_add_test(t, a_second_timeout_does_not_halve_again);
	suite_add_tcase(s, t);
	return s;
}
