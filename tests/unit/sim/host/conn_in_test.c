/* SPDX-License-Identifier: Apache-2.0 */
/* Many bytes over one cable: all arrive, in order, as fast as it carries them,
 * and lost segments are sent again. */
#include "sim/host/conn_private.h"

#include "tests/unit/sim/host/host_kit.h"

#define PORT	5001
#define PAYLOAD 1460
#define WINDOW	65535

static struct world_kit k;
static struct host *client, *server;
static struct conn_listener listener;
static struct conn *sender;
static size_t to_send, sent, received;
static bool done;

static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i ^ i >> 8 ^ i >> 16);
}

static void on_received(void *context, const uint8_t *bytes, size_t len)
{
	size_t wrong = 0;
	(void)context;
	for (size_t i = 0; i < len; i++)
		wrong += bytes[i] != byte_at(received + i);
	ck_assert_uint_eq(wrong, 0);
	received += len;
	done = received == to_send;
}

static const struct conn_events receiver_events = {.received = on_received};

static void on_accepted(void *context, struct conn *c)
{
	(void)context;
	conn_set_events(c, &receiver_events, NULL);
}

static void send_some(void)
{
	uint8_t bytes[8 * PAYLOAD];
	size_t len =
		to_send - sent < sizeof(bytes) ? to_send - sent : sizeof(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = byte_at(sent + i);
	sent += len;
	conn_send(sender, bytes, len);
}

static void on_connected(void *context)
{
	(void)context;
	while (sent < to_send && sent < 4 * (size_t)WINDOW)
		send_some();
}

static void on_sent(void *context, size_t left)
{
	(void)context;
	while (left + (size_t)8 * PAYLOAD < 4 * (size_t)WINDOW &&
	       sent < to_send) {
		send_some();
		left += (size_t)8 * PAYLOAD;
	}
}

static const struct conn_events sender_events = {.connected = on_connected,
						 .sent = on_sent};

static void setup(void)
{
	world_kit_init(&k);
	client = host_kit_host(&(struct host_kit){.k = k}, "client",
			       "10.0.0.2/24", "10.0.0.1");
	server = host_kit_host(&(struct host_kit){.k = k}, "server",
			       "10.0.0.1/24", "10.0.0.2");
	sent = received = 0;
	done = false;
	listener = (struct conn_listener){.accepted = on_accepted};
	conn_listen(server, PORT, &listener);
}

static void teardown(void)
{
	conn_close(sender);
	ck_assert(world_run_until(k.world, 3000 * VCLOCK_S));
	world_kit_fini(&k);
}

/* Connects over such a cable and begins to send. */
static void start(struct link_conf conf, size_t bytes)
{
	enum stack_error error;
	link_new(k.world, host_kit_nic(client), host_kit_nic(server), &conf);
	to_send = bytes;
	sender = conn_connect(client, world_kit_ip4("10.0.0.1"), PORT, 0,
			      &error);
	ck_assert_ptr_nonnull(sender);
	conn_set_events(sender, &sender_events, NULL);
}

static void finish(void)
{
	ck_assert(world_run_while(k.world, &done, 2000 * VCLOCK_S));
	ck_assert(done);
	conn_set_events(sender, NULL, NULL);
}

static const struct link_conf plain = {.delay_ns = 100 * VCLOCK_US,
				       .rate_bps = 100000000};

/* 2 MB at 100 Mbit/s: frames of 1514 bytes carry 1460. */
START_TEST(a_transfer_fills_the_link)
{
	start(plain, 2000000);
	finish();
	double bits = 8.0 * 2000000 / PAYLOAD * 1514;
	double share = bits / 1e8 / ((double)world_now(k.world) / 1e9);
	ck_assert_msg(share > 0.95 && share <= 1, "%.3f of the link", share);
}
END_TEST

static const uint32_t losses[] = {1000, 10000, 50000, 200000};

START_TEST(what_is_lost_is_sent_again)
{
	struct link_conf lossy = plain;
	lossy.loss_ppm = losses[_i];
	k.world->event_limit = 0;
	start(lossy, 300000);
	finish();
	ck_assert_uint_eq(received, 300000);
}
END_TEST

/* What the client's segments say, in the order sent. */
static const struct world_kit_frame *tcp_frame(size_t i,
					       const struct host *from)
{
	const struct world_kit_frame *f = &k.frames.at[i];
	bool tcp = be_load16(f->bytes + 12) == ETH_TYPE_IP4 &&
		   f->bytes[ETH_SIZE + 9] == IP4_PROTO_TCP;
	return tcp && f->nic == host_kit_nic((struct host *)(uintptr_t)from)
		       ? f
		       : NULL;
}

static uint32_t field(const struct world_kit_frame *f, unsigned offset)
{
	return be_load32(f->bytes + ETH_SIZE + IP4_SIZE + offset);
}

START_TEST(no_more_than_the_window_is_under_way)
{
	uint32_t acked = 0;
	start((struct link_conf){.delay_ns = 10 * VCLOCK_MS}, 1000000);
	finish();
	for (size_t i = 0; i < k.frames.count; i++) {
		const struct world_kit_frame *ack = tcp_frame(i, server);
		const struct world_kit_frame *data = tcp_frame(i, client);
		if (ack)
			acked = field(ack, 8);
		if (data && acked && data->len > 100)
			ck_assert_uint_le(field(data, 4) + data->len - 54 -
						  acked,
					  WINDOW);
	}
}
END_TEST

START_TEST(every_second_segment_is_acknowledged_after_the_first)
{
	size_t acks = 0, segments = 300;
	start(plain, segments * PAYLOAD);
	finish();
	for (size_t i = 0; i < k.frames.count; i++)
		acks += tcp_frame(i, server) != NULL;
	/* One is the SYN-ACK. */
	ck_assert_uint_ge(acks, 1 + 16 + (segments - 16) / 2);
	ck_assert_uint_le(acks, 1 + 16 + (segments - 16) / 2 + 2);
}
END_TEST

START_TEST(a_last_odd_segment_is_acknowledged_after_40_ms)
{
	start(plain, (16 + 1) * PAYLOAD);
	finish();
	uint64_t arrived = world_now(k.world);
	ck_assert(world_run_until(k.world, arrived + 39 * VCLOCK_MS));
	size_t before = k.frames.count;
	ck_assert(world_run_until(k.world, arrived + 41 * VCLOCK_MS));
	ck_assert_uint_eq(k.frames.count, before + 1);
	ck_assert_ptr_nonnull(tcp_frame(before, server));
}
END_TEST

/* The server's firewall drops all that comes, or nothing. */
static void server_drops(bool all)
{
	struct acl_rule rule = {.action = ACL_DROP};
	struct rib_route routes[] = {world_kit_route("10.0.0.0/24", NULL, 1)};
	struct router_tables t = {.routes = routes,
				  .route_count = 1,
				  .acl_rules = &rule,
				  .acl_rule_count = all};
	router_set_tables(host_router(server), &t);
}

/* ACKs of the server that name a hole: what came is beyond what they
 * acknowledge (RFC 2018), the last one first. */
static size_t sacks(void)
{
	size_t count = 0;
	for (size_t i = 0; i < k.frames.count; i++) {
		const struct world_kit_frame *f = &k.frames.at[i];
		struct tcp head;
		if (f->nic != host_kit_nic(server) || f->len <= 54 ||
		    f->len > sizeof(f->bytes) ||
		    f->bytes[ETH_SIZE + 9] != IP4_PROTO_TCP)
			continue;
		ck_assert(tcp_read(f->bytes + 34, f->len - 34U,
				   world_kit_ip4("10.0.0.1"),
				   world_kit_ip4("10.0.0.2"), &head));
		if (!head.sack_count)
			continue;
		count++;
		ck_assert(conn_is_after(head.sacks[0].from, head.ack));
		ck_assert(conn_is_after(head.sacks[0].to, head.sacks[0].from));
	}
	return count;
}

/* One segment in the middle is lost: the ACKs that repeat bring it again long
 * before the timer (200 ms) would. */
START_TEST(a_single_loss_needs_no_timer)
{
	start(plain, 500000);
	while (received < 200000)
		world_run_until(k.world, world_now(k.world) + VCLOCK_US);
	size_t lost = k.notes.count, drops = 0;
	server_drops(true);
	while (!drops) {
		world_run_until(k.world, world_now(k.world) + VCLOCK_US);
		for (; lost < k.notes.count; lost++)
			drops += k.notes.at[lost].kind == NOTE_DROPPED;
	}
	server_drops(false);
	finish();
	/* 41.5 ms without a loss, and what follows it is kept. */
	ck_assert_uint_lt(world_now(k.world), 46 * VCLOCK_MS);
	ck_assert_uint_ge(sacks(), 3);
}
END_TEST

/* When the client's segment of sequence number 'seq' left, the second time. */
static uint64_t repeated_at(uint32_t seq)
{
	size_t seen = 0;
	for (size_t i = 0; i < k.frames.count; i++) {
		const struct world_kit_frame *f = tcp_frame(i, client);
		if (f && f->len > 54 && field(f, 4) == seq && seen++)
			return f->time;
	}
	return 0;
}

/* RFC 6298 (5.1): the timer that runs is left alone when more is sent. */
START_TEST(the_timer_runs_from_the_first_segment_without_an_answer)
{
	start(plain, 0);
	world_run_until(k.world, VCLOCK_S);
	server_drops(true);
	uint32_t first = sender->snd_nxt;
	conn_send(sender, "one", 3);
	world_run_until(k.world, VCLOCK_S + 150 * VCLOCK_MS);
	conn_send(sender, "two", 3);
	world_run_until(k.world, 2 * VCLOCK_S);
	ck_assert_uint_ge(repeated_at(first), VCLOCK_S + 200 * VCLOCK_MS);
	ck_assert_uint_lt(repeated_at(first), VCLOCK_S + 250 * VCLOCK_MS);
	conn_set_events(sender, NULL, NULL);
}
END_TEST

/* The path gets narrower while segments are missing: what is sent again covers
 * parts of what is there. */
START_TEST(segments_may_be_cut_otherwise_when_sent_again)
{
	struct link_conf lossy = plain;
	struct stack_tcp *t;
	lossy.loss_ppm = 50000;
	k.world->event_limit = 0;
	start(lossy, 400000);
	t = &sender->tcp;
	for (uint16_t mtu = 1400; mtu >= 600; mtu = (uint16_t)(mtu - 100)) {
		size_t until = received + 30000;
		while (received < until)
			world_run_until(k.world,
					world_now(k.world) + VCLOCK_MS);
		t->path_mtu(t, mtu);
	}
	finish();
	ck_assert_uint_eq(received, 400000);
}
END_TEST

Suite *conn_in_test_suite(void);
Suite *conn_in_test_suite(void)
{
	Suite *s = suite_create("host/conn_in");
	TCase *t = tcase_create("conn_in");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_transfer_fills_the_link);
	tcase_add_loop_test(t, what_is_lost_is_sent_again, 0,
			    sizeof(losses) / sizeof(losses[0]));
	tcase_add_test(t, no_more_than_the_window_is_under_way);
	tcase_add_test(t, every_second_segment_is_acknowledged_after_the_first);
	tcase_add_test(t, a_last_odd_segment_is_acknowledged_after_40_ms);
	tcase_add_test(t, a_single_loss_needs_no_timer);
	tcase_add_test(t,
		       the_timer_runs_from_the_first_segment_without_an_answer);
	tcase_add_test(t, segments_may_be_cut_otherwise_when_sent_again);
	suite_add_tcase(s, t);
	return s;
}
