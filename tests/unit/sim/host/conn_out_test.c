/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out of a connection, and when again. The numbers are those of RFC
 * 6298, the limits Linux's. */
#include "sim/host/conn_private.h"
#include "tests/unit/sim/host/host_kit.h"

#define MS VCLOCK_MS

static struct vclock clock;
static struct conn c;

static void setup(void)
{
	memset(&c, 0, sizeof(c));
	vclock_init(&clock);
	c.clock = &clock;
	c.rto = VCLOCK_S;
}

static void measure(uint64_t rtt)
{
	c.sampled = clock.now + 1;
	clock.now += rtt;
	conn_out_sample(&c);
	ck_assert_uint_eq(c.sampled, 0);
}

START_TEST(round_trips_set_the_timer)
{
	measure(100 * MS);
	ck_assert_uint_eq(c.srtt, 100 * MS);
	ck_assert_uint_eq(c.rttvar, 50 * MS);
	ck_assert_uint_eq(c.rto, 300 * MS);
	measure(180 * MS);
	ck_assert_uint_eq(c.srtt, 110 * MS);		  /* 7/8 and 1/8 */
	ck_assert_uint_eq(c.rttvar, (150 + 80) * MS / 4); /* 3/4 and 1/4 */
	ck_assert_uint_eq(c.rto, (110 + 230) * MS);
	measure(30 * MS);
	ck_assert_uint_eq(c.srtt, 100 * MS);
	ck_assert_uint_eq(c.rttvar, (3 * 57500 + 80000) * MS / 4000);
}
END_TEST

START_TEST(the_timer_is_no_shorter_than_200_ms)
{
	measure(66 * MS);
	ck_assert_uint_eq(c.rto, 200 * MS);
	c.srtt = 0;
	measure(67 * MS);
	ck_assert_uint_eq(c.rto, 201 * MS);
}
END_TEST

/* Of all sizes, so that the ring's end comes everywhere. */
START_TEST(bytes_keep_their_order)
{
	uint8_t next = 0, seen = 0;
	for (size_t round = 1; round < 300; round++) {
		uint8_t bytes[300];
		for (size_t i = 0; i < round; i++)
			bytes[i] = next++;
		conn_out_add(&c, bytes, round);
		size_t gone = round % 7 ? round - 1 : c.out_count / 2;
		for (size_t i = 0; i < gone; i++) {
			ck_assert_uint_eq(c.out[c.out_start], seen++);
			c.out_start = (c.out_start + 1) % c.out_room;
		}
		c.out_count -= gone;
	}
	ck_assert_uint_lt(c.out_room, 2000);
	conn_out_add(&c, NULL, 0);
	ck_assert_uint_eq((uint8_t)(seen + c.out_count), next);
	mem_free(c.out);
}
END_TEST

/* Whole connections: 15 ms from the client to the server and back. */
static struct host_kit h;

struct sent {
	uint64_t ms;
	uint32_t seq;
	size_t len;
	uint8_t flags;
};

/* The client's segments with data or FIN, from 'from' on. */
static size_t list(struct sent *out, size_t room, size_t from)
{
	size_t count = 0;
	for (size_t i = from; i < h.k.frames.count; i++) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		const uint8_t *ip = f->bytes + ETH_SIZE, *tcp = ip + IP4_SIZE;
		size_t len = f->len - ETH_SIZE - IP4_SIZE - TCP_SIZE;
		if (f->nic != host_kit_nic(h.client) ||
		    be_load16(f->bytes + 12) != ETH_TYPE_IP4 ||
		    ip[9] != IP4_PROTO_TCP || tcp[13] & (TCP_SYN | TCP_RST) ||
		    (!len && !(tcp[13] & TCP_FIN)) || count == room)
			continue;
		out[count++] = (struct sent){f->time / MS, be_load32(tcp + 4),
					     len, tcp[13]};
	}
	return count;
}

static struct conn *connected(void)
{
	enum stack_error error;
	host_kit_init(&h);
	struct conn *a = conn_connect(h.client, world_kit_ip4("10.0.1.2"), 443,
				      0, &error);
	ck_assert(world_run_until(h.k.world, VCLOCK_S));
	ck_assert(conn_is_connected(a));
	return a;
}

static void wait_ms(uint64_t ms)
{
	struct world *w = h.k.world;
	ck_assert(world_run_until(w, world_now(w) + ms * MS));
}

START_TEST(what_is_not_answered_is_sent_again_twice_as_late)
{
	static const uint64_t after[] = {0, 200, 600, 1400, 3000, 6200};
	struct sent s[16];
	struct conn *a = connected();
	host_kit_filter(&h, ACL_DROP, "10.0.0.2/32");
	conn_send(a, "hello", 5);
	wait_ms(6300);
	ck_assert_uint_eq(list(s, 16, 0), 6);
	for (size_t i = 0; i < 6; i++) {
		ck_assert_uint_eq(s[i].ms - s[0].ms, after[i]);
		ck_assert_uint_eq(s[i].seq, s[0].seq);
		ck_assert_uint_eq(s[i].len, 5);
		ck_assert_uint_eq(s[i].flags, TCP_ACK | TCP_PSH);
	}
	conn_abort(a);
	host_kit_fini(&h);
}
END_TEST

/* From when it was to be sent, waiting for ARP included, until it is answered. */
START_TEST(the_first_round_trip_is_that_of_the_syn)
{
	uint64_t answered = 0;
	struct conn *a = connected();
	for (size_t i = 0; i < h.k.frames.count; i++) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		if (f->nic == router_port(h.r, 0)->nic &&
		    be_load16(f->bytes + 12) == ETH_TYPE_IP4)
			answered = f->time + WORLD_KIT_DELAY;
	}
	ck_assert_uint_gt(answered, WORLD_KIT_DELAY);
	ck_assert_uint_eq(a->srtt, answered);
	conn_abort(a);
	host_kit_fini(&h);
}
END_TEST

/* Karn: an answer to what was sent twice may be one to the first. */
START_TEST(only_what_is_sent_once_tells_the_round_trip)
{
	static char text[3 * CONN_MSS];
	struct conn *a = connected();
	uint64_t srtt = (7 * a->srtt + 2 * 3 * WORLD_KIT_DELAY) / 8;
	conn_send(a, "x", 1);
	wait_ms(50);
	ck_assert_uint_eq(a->srtt, srtt);
	host_kit_filter(&h, ACL_DROP, "10.0.1.2/32");
	conn_send(a, text, sizeof(text));
	wait_ms(100);
	host_kit_filter(&h, ACL_DROP, "192.0.2.0/24");
	wait_ms(1000);
	ck_assert_uint_eq(a->out_count, 0);
	ck_assert_uint_eq(a->srtt, srtt);
	conn_abort(a);
	host_kit_fini(&h);
}
END_TEST

static uint64_t failed_at;

static void on_failed(void *context, enum stack_error error)
{
	(void)context;
	ck_assert_int_eq(error, STACK_TIMED_OUT);
	failed_at = world_now(h.k.world);
}

/* tcp_retries2: 15 times again, the last ones every two minutes. */
START_TEST(it_is_given_up_after_924_s)
{
	static const struct conn_events events = {.failed = on_failed};
	struct sent s[32];
	struct conn *a = connected();
	conn_set_events(a, &events, NULL);
	host_kit_filter(&h, ACL_DROP, "10.0.0.2/32");
	failed_at = 0;
	uint64_t began = world_now(h.k.world);
	conn_send(a, "hello", 5);
	wait_ms(1000 * 1000);
	ck_assert_uint_eq(list(s, 32, 0), 16);
	ck_assert_uint_eq((failed_at - began) / MS, 924600);
	host_kit_fini(&h);
}
END_TEST

START_TEST(a_text_goes_in_full_segments_and_the_rest_is_pushed)
{
	static char text[3 * CONN_MSS + 10];
	struct sent s[16];
	struct conn *a = connected();
	size_t from = h.k.frames.count;
	conn_send(a, text, sizeof(text));
	ck_assert_uint_eq(conn_next_seq(a) - a->snd_base, sizeof(text));
	wait_ms(50);
	ck_assert_uint_eq(list(s, 16, from), 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(s[i].seq, s[0].seq + i * CONN_MSS);
		ck_assert_uint_eq(s[i].len, i < 3 ? CONN_MSS : 10);
		ck_assert_uint_eq(s[i].flags & TCP_PSH, i < 3 ? 0 : TCP_PSH);
	}
	ck_assert_uint_eq(conn_out_in_flight(a), 0);
	conn_abort(a);
	host_kit_fini(&h);
}
END_TEST

/* In full segments: what congestion and the peer's window leave room for; and
 * in the end a smaller one only if nothing is under way. */
static const struct {
	uint32_t cwnd, window, flight;
} rooms[] = {
	{2 * CONN_MSS, 65535, 2 * CONN_MSS},
	{2 * CONN_MSS + 1, 65535, 3 * CONN_MSS},
	{2 * CONN_MSS - 1, 65535, 2 * CONN_MSS},
	{10 * CONN_MSS, 3 * CONN_MSS, 3 * CONN_MSS},
	{10 * CONN_MSS, 3 * CONN_MSS - 1, 2 * CONN_MSS},
	{10 * CONN_MSS, 100, 100},
	{10 * CONN_MSS, 65535, 5 * CONN_MSS},
	{10 * CONN_MSS, 0, 0},
};

START_TEST(no_more_is_under_way_than_there_is_room_for)
{
	static char text[5 * CONN_MSS];
	struct conn *a = connected();
	a->cwnd = rooms[_i].cwnd;
	a->peer_window = rooms[_i].window;
	conn_send(a, text, sizeof(text));
	ck_assert_uint_eq(conn_out_in_flight(a), rooms[_i].flight);
	conn_abort(a);
	host_kit_fini(&h);
}
END_TEST

/* RFC 2018 section 4: first the block that has the last segment; what follows
 * one another is one block. 'seq' is beyond what is expected next. */
static const struct {
	uint32_t seq, from, to;
	unsigned count;
} early[] = {
	{100, 100, 150, 1}, {300, 300, 350, 2}, {500, 500, 550, 3},
	{200, 200, 250, 4}, {700, 700, 750, 4}, {350, 300, 400, 4},
	{10, 10, 60, 4},    {450, 450, 550, 4},
};

START_TEST(the_last_block_is_told_first)
{
	static const uint8_t bytes[50];
	struct conn *a = connected();
	uint32_t next = a->rcv_nxt;
	a->peer_sacks = true;
	for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++) {
		struct tcp head = {.seq = next + early[i].seq};
		struct craft_tcp s = {0};
		conn_in_data(a, &head, bytes, sizeof(bytes));
		conn_in_sacks(a, &s);
		ck_assert_uint_eq(s.sack_count, early[i].count);
		ck_assert_uint_eq(s.sacks[0].from - next, early[i].from);
		ck_assert_uint_eq(s.sacks[0].to - next, early[i].to);
		for (unsigned j = 1; j < s.sack_count; j++)
			ck_assert_uint_ne(s.sacks[j].from, s.sacks[0].from);
	}
	ck_assert_uint_eq(a->rcv_nxt, next);
	conn_abort(a);
	host_kit_fini(&h);
}
END_TEST

static unsigned ends;

static void on_end(void *context)
{
	(void)context;
	ends++;
}

/* The last bytes come too early: without the end, and twice with it. */
START_TEST(an_end_that_comes_early_is_heard_once)
{
	static const struct conn_events events = {.finished = on_end};
	static const uint8_t bytes[50];
	struct conn *a = connected();
	uint32_t next = a->rcv_nxt;
	struct tcp first = {.seq = next}, last = {.seq = next + 50};
	ends = 0;
	conn_set_events(a, &events, NULL);
	conn_in_data(a, &last, bytes, 50);
	last.flags = TCP_FIN;
	conn_in_data(a, &last, bytes, 50);
	conn_in_data(a, &last, bytes, 50);
	ck_assert_uint_eq(ends, 0);
	conn_in_data(a, &first, bytes, 50);
	ck_assert_uint_eq(ends, 1);
	ck_assert_uint_eq(a->rcv_nxt, next + 101);
	conn_abort(a);
	host_kit_fini(&h);
}
END_TEST

/* A FIN goes with the last bytes, and is a number of its own. */
START_TEST(the_end_goes_with_the_last_bytes)
{
	struct sent s[4];
	struct conn *a = connected();
	size_t from = h.k.frames.count;
	conn_send(a, "x", 1);
	conn_close(a);
	wait_ms(50);
	size_t count = list(s, 4, from);
	ck_assert_uint_ge(count, 2);
	ck_assert_uint_eq(s[1].flags & TCP_FIN, TCP_FIN);
	ck_assert_uint_eq(s[1].seq, s[0].seq + 1);
	host_kit_fini(&h);
}
END_TEST

Suite *conn_out_test_suite(void);
Suite *conn_out_test_suite(void)
{
	Suite *s = suite_create("host/conn_out");
	TCase *t = tcase_create("conn_out");
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, round_trips_set_the_timer);
	tcase_add_test(t, the_timer_is_no_shorter_than_200_ms);
	tcase_add_test(t, bytes_keep_their_order);
	tcase_add_test(t, what_is_not_answered_is_sent_again_twice_as_late);
	tcase_add_test(t, the_first_round_trip_is_that_of_the_syn);
	tcase_add_test(t, only_what_is_sent_once_tells_the_round_trip);
	tcase_add_test(t, it_is_given_up_after_924_s);
	tcase_add_test(t, a_text_goes_in_full_segments_and_the_rest_is_pushed);
	tcase_add_loop_test(t, no_more_is_under_way_than_there_is_room_for, 0,
			    sizeof(rooms) / sizeof(rooms[0]));
	tcase_add_test(t, the_last_block_is_told_first);
	tcase_add_test(t, an_end_that_comes_early_is_heard_once);
	tcase_add_test(t, the_end_goes_with_the_last_bytes);
	suite_add_tcase(s, t);
	return s;
}
