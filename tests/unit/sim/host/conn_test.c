/* SPDX-License-Identifier: Apache-2.0 */
/* TCP as Linux does it: when SYNs are repeated, what ends a connection, and
 * what happens when a link takes no large packets. */
#include "sim/host/conn.h"

#include "tests/unit/sim/host/host_kit.h"

static struct host_kit h;

static void setup(void)
{
	host_kit_init(&h);
}

static void teardown(void)
{
	host_kit_fini(&h);
}

static bool connect_to(uint16_t port, uint16_t sport, uint64_t timeout)
{
	struct probe_conf c = {.kind = PROBE_TCP,
			       .target = "10.0.1.2",
			       .port = port,
			       .sport = sport,
			       .timeout = timeout};
	return host_kit_probe(&h, &c);
}

static size_t syns(uint16_t port)
{
	return host_kit_count(&h, host_kit_nic(h.client), IP4_PROTO_TCP, port,
			      TCP_SYN);
}

static void wait_s(uint64_t seconds)
{
	struct world *w = h.k.world;
	ck_assert(world_run_until(w, world_now(w) + seconds * VCLOCK_S));
}

/* When the frames of a kind left, in whole seconds from the first one. */
static size_t seconds_of_syns(uint16_t port, uint64_t *at, size_t room)
{
	size_t count = 0;
	uint64_t first = 0;
	for (size_t i = 0; i < h.k.frames.count; i++) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		const uint8_t *ip = f->bytes + ETH_SIZE;
		if (f->nic != host_kit_nic(h.client) ||
		    be_load16(f->bytes + 12) != ETH_TYPE_IP4 ||
		    ip[9] != IP4_PROTO_TCP || be_load16(ip + 22) != port)
			continue;
		first = count ? first : f->time;
		ck_assert_uint_lt(count, room);
		at[count++] = (f->time - first + VCLOCK_S / 2) / VCLOCK_S;
	}
	return count;
}

static const struct {
	enum host_syn kernel;
	size_t count;
	uint64_t at[12], ends; /* s */
} ladders[] = {
	{HOST_SYN_LINUX_5, 7, {0, 1, 3, 7, 15, 31, 63}, 127},
	{HOST_SYN_LINUX_6_5, 11, {0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67}, 131},
};

START_TEST(syns_are_repeated_as_the_kernel_does)
{
	uint64_t at[12];
	h.conf.syn = ladders[_i].kernel;
	host_configure(h.client, &h.conf);
	host_kit_filter(&h, ACL_DROP, "10.0.1.2/32");
	ck_assert(!connect_to(443, 0, 0));
	ck_assert_str_eq(str_text(&h.text), "dial tcp 10.0.1.2:443: connect: "
					    "connection timed out");
	ck_assert_uint_eq(h.took / VCLOCK_S, ladders[_i].ends);
	ck_assert_uint_eq(seconds_of_syns(443, at, 12), ladders[_i].count);
	for (size_t i = 0; i < ladders[_i].count; i++)
		ck_assert_uint_eq(at[i], ladders[_i].at[i]);
}
END_TEST

/* Also while its owner still keeps the probe. */
START_TEST(who_gives_up_sends_nothing_more)
{
	bool done = false;
	struct probe_conf c = {.kind = PROBE_TCP,
			       .target = "10.0.1.2",
			       .port = 443,
			       .timeout = 2 * VCLOCK_S};
	host_kit_filter(&h, ACL_DROP, "10.0.1.2/32");
	struct probe *p = probe_new(h.client, &c, host_kit_probed, &done);
	wait_s(100);
	ck_assert_str_eq(str_text(&probe_result(p)->text),
			 "dial tcp 10.0.1.2:443: i/o timeout");
	ck_assert_uint_eq(syns(443), 2);
	probe_free(p);
}
END_TEST

/* Nobody wants to hear of it any more, so nobody is asked again. */
START_TEST(who_closes_before_the_answer_sends_nothing_more)
{
	enum stack_error error;
	host_kit_filter(&h, ACL_DROP, "10.0.1.2/32");
	conn_close(conn_connect(h.client, world_kit_ip4("10.0.1.2"), 443, 0,
				&error));
	wait_s(10);
	ck_assert_uint_eq(syns(443), 1);
}
END_TEST

static size_t without_a_port(void)
{
	uint32_t server = router_node(host_router(h.server))->number;
	size_t count = 0;
	for (size_t i = 0; i < h.k.notes.count; i++) {
		const struct note *n = &h.k.notes.at[i];
		count += n->node == server && n->kind == NOTE_DROPPED &&
			 n->reason == DROP_NO_PORT;
	}
	return count;
}

START_TEST(a_closed_port_refuses_and_a_silent_one_does_not)
{
	static const uint16_t silent[] = {5001};
	stack_set_silent(host_stack(h.server), silent, 1);
	ck_assert(!connect_to(5000, 0, 0));
	ck_assert_str_eq(str_text(&h.text),
			 "dial tcp 10.0.1.2:5000: connect: connection refused");
	ck_assert_uint_eq(without_a_port(), 1);
	ck_assert(!connect_to(5001, 0, 4 * VCLOCK_S));
	ck_assert_str_eq(str_text(&h.text),
			 "dial tcp 10.0.1.2:5001: i/o timeout");
	ck_assert_uint_eq(without_a_port(), 1 + 3);
}
END_TEST

static void mtu_of(struct router *r, uint16_t port, uint32_t mtu)
{
	router_forward(r)->ports[port].mtu = mtu;
}

START_TEST(segments_shrink_to_what_the_path_carries)
{
	mtu_of(h.r, 0, 600);
	ck_assert_msg(
		host_kit_pull(&h, "containerd16", "registry.example/busybox"),
		"%s", str_text(&h.text));
	ck_assert_uint_lt(h.took, VCLOCK_S);
	for (size_t i = 0; i < h.k.frames.count; i++)
		if (h.k.frames.at[i].nic == router_port(h.r, 0)->nic)
			ck_assert_uint_le(h.k.frames.at[i].len, 614);
}
END_TEST

static uint16_t mss_of_syn(const struct world_kit_frame *f)
{
	const uint8_t *tcp = f->bytes + ETH_SIZE + IP4_SIZE;
	ck_assert_uint_eq(tcp[TCP_SIZE], 2); /* kind; the first option */
	return be_load16(tcp + TCP_SIZE + 2);
}

/* What the last SYN-ACK of the server offered. */
static uint16_t offered(void)
{
	for (size_t i = h.k.frames.count; i--;) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		const uint8_t *ip = f->bytes + ETH_SIZE;
		if (f->nic == host_kit_nic(h.server) &&
		    be_load16(f->bytes + 12) == ETH_TYPE_IP4 &&
		    ip[9] == IP4_PROTO_TCP && ip[33] == (TCP_SYN | TCP_ACK))
			return mss_of_syn(f);
	}
	return 0;
}

/* IP datagrams of the server that were too large to pass. */
static size_t too_large(size_t from, size_t size)
{
	size_t count = 0;
	for (size_t i = from; i < h.k.frames.count; i++)
		count += h.k.frames.at[i].nic == host_kit_nic(h.server) &&
			 h.k.frames.at[i].len > ETH_SIZE + size;
	return count;
}

START_TEST(a_narrow_path_is_remembered_for_ten_minutes)
{
	static const char image[] = "registry.example/busybox";
	mtu_of(h.r, 0, 600);
	ck_assert(host_kit_pull(&h, "containerd16", image));
	size_t first = too_large(0, 600), so_far = h.k.frames.count;
	ck_assert_uint_gt(first, 0);
	ck_assert_uint_eq(offered(), 560);
	ck_assert(host_kit_pull(&h, "containerd16", image));
	ck_assert_uint_eq(too_large(so_far, 600), 0);
	wait_s(601);
	so_far = h.k.frames.count;
	ck_assert(host_kit_pull(&h, "containerd16", image));
	ck_assert_uint_gt(too_large(so_far, 600), 0);
}
END_TEST

#define LINE	  "a line of a page that is too long for one small segment"
#define LONG_TEXT LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE

/* The classic black hole: the router may not say so. */
START_TEST(without_a_word_from_the_router_large_segments_are_lost)
{
	bool done = false;
	struct probe_conf get = {.kind = PROBE_HTTP,
				 .target = "http://10.0.1.2:80/",
				 .profile = profile_find("curl")};
	struct registry_page page = {80, 200, LONG_TEXT, NULL};
	registry_serve_page(h.server, &page);
	mtu_of(h.r, 0, 600);
	h.tables.icmp_frag_needed = false;
	host_kit_apply(&h);
	struct probe *p = probe_new(h.client, &get, host_kit_probed, &done);
	ck_assert(world_run_until(h.k.world, 60 * VCLOCK_S));
	ck_assert(!done);
	ck_assert_uint_eq(syns(80), 1); /* it got through, the page does not */
	probe_free(p);
}
END_TEST

/* The smallest that every link carries (RFC 791). */
START_TEST(the_narrowest_path_will_do)
{
	struct probe_conf get = {.kind = PROBE_HTTP,
				 .target = "http://10.0.1.2:80/",
				 .profile = profile_find("curl")};
	struct registry_page page = {80, 200, LONG_TEXT, NULL};
	registry_serve_page(h.server, &page);
	mtu_of(h.r, 0, 68);
	ck_assert_msg(host_kit_probe(&h, &get), "%s", str_text(&h.text));
	ck_assert_uint_lt(h.took, VCLOCK_S);
	for (size_t i = 0; i < h.k.frames.count; i++)
		if (h.k.frames.at[i].nic == router_port(h.r, 0)->nic)
			ck_assert_uint_le(h.k.frames.at[i].len, ETH_SIZE + 68);
}
END_TEST

/* The server has closed first, and waits out what may still be on its way. A
 * new connection from the same port begins anew all the same: at once if its
 * number is beyond the old ones, else after one round of reset. */
START_TEST(time_wait_gives_way_to_a_new_connection)
{
	struct probe_conf http = {.kind = PROBE_HTTP,
				  .target = "http://10.0.1.2:443/"};
	host_kit_probe(&h, &http);
	uint16_t sport = 0;
	for (size_t i = 0; i < h.k.frames.count && !sport; i++)
		if (h.k.frames.at[i].nic == host_kit_nic(h.client) &&
		    h.k.frames.at[i].bytes[ETH_SIZE + 9] == IP4_PROTO_TCP)
			sport = be_load16(h.k.frames.at[i].bytes + ETH_SIZE +
					  IP4_SIZE);
	wait_s(1);
	ck_assert_msg(connect_to(443, sport, 10 * VCLOCK_S), "%s",
		      str_text(&h.text));
	ck_assert_uint_lt(h.took, 2 * VCLOCK_S);
}
END_TEST

/* A reset, unless there is no connection yet. */
START_TEST(an_abort_is_told_to_the_other_end)
{
	enum stack_error error;
	const struct nic *out = host_kit_nic(h.client);
	ip4 server = world_kit_ip4("10.0.1.2");
	const uint8_t reset = TCP_RST | TCP_ACK;
	conn_abort(conn_connect(h.client, server, 443, 0, &error));
	wait_s(1);
	ck_assert_uint_eq(host_kit_count(&h, out, IP4_PROTO_TCP, 443, reset),
			  0);
	struct conn *c = conn_connect(h.client, server, 443, 0, &error);
	wait_s(1);
	ck_assert(conn_is_connected(c));
	conn_abort(c);
	wait_s(1);
	ck_assert_uint_eq(host_kit_count(&h, out, IP4_PROTO_TCP, 443, reset),
			  1);
}
END_TEST

/* 127.0.0.1:53, when resolv.conf names no server, has nobody behind it. */
START_TEST(a_host_answers_for_its_own_closed_ports)
{
	struct probe_conf c = {
		.kind = PROBE_TCP, .target = "127.0.0.1", .port = 9};
	ck_assert(!host_kit_probe(&h, &c));
	ck_assert_str_eq(str_text(&h.text),
			 "dial tcp 127.0.0.1:9: connect: connection refused");
}
END_TEST

Suite *conn_test_suite(void);
Suite *conn_test_suite(void)
{
	Suite *s = suite_create("host/conn");
	TCase *c = tcase_create("conn");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, syns_are_repeated_as_the_kernel_does, 0,
			    sizeof(ladders) / sizeof(ladders[0]));
	tcase_add_test(c, who_gives_up_sends_nothing_more);
	tcase_add_test(c, who_closes_before_the_answer_sends_nothing_more);
	tcase_add_test(c, a_closed_port_refuses_and_a_silent_one_does_not);
	tcase_add_test(c, segments_shrink_to_what_the_path_carries);
	tcase_add_test(c, a_narrow_path_is_remembered_for_ten_minutes);
	tcase_add_test(c,
		       without_a_word_from_the_router_large_segments_are_lost);
	tcase_add_test(c, the_narrowest_path_will_do);
	tcase_add_test(c, time_wait_gives_way_to_a_new_connection);
	tcase_add_test(c, an_abort_is_told_to_the_other_end);
	tcase_add_test(c, a_host_answers_for_its_own_closed_ports);
	suite_add_tcase(s, c);
	return s;
}
