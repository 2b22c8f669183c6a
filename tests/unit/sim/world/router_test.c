/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "sim/base/str.h"
#include "sim/wire/arp.h"
#include "tests/unit/sim/world/world_kit.h"

/* a 10.1.0.2 -- 10.1.0.1 r1 10.9.0.1 -- 10.9.0.2 r2 10.2.0.1 -- 10.2.0.2 b */
static struct world_kit kit;
static struct router *a, *b, *r1, *r2;
static struct world_kit_inbox at_a, at_b;

static struct router *two_port_router(const char *name, const char *addr_0,
				      const char *addr_1)
{
	struct router *r = router_new(kit.world, name, name);
	world_kit_port(r, "p0", addr_0);
	world_kit_port(r, "p1", addr_1);
	return r;
}

static void setup(void)
{
	world_kit_init(&kit);
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	b = world_kit_host(&kit, "b", "10.2.0.2/24", "10.2.0.1");
	r1 = two_port_router("r1", "10.1.0.1/24", "10.9.0.1/24");
	r2 = two_port_router("r2", "10.9.0.2/24", "10.2.0.1/24");
	struct rib_route of_r1[] = {
		world_kit_route("10.1.0.0/24", NULL, 0),
		world_kit_route("10.9.0.0/24", NULL, 1),
		world_kit_route("10.2.0.0/24", "10.9.0.2", 1),
		world_kit_route("10.3.0.0/24", "10.9.0.99", 1), /* nobody */
	};
	struct rib_route of_r2[] = {
		world_kit_route("10.9.0.0/24", NULL, 0),
		world_kit_route("10.2.0.0/24", NULL, 1),
		world_kit_route("10.1.0.0/24", "10.9.0.1", 0),
	};
	world_kit_routes(r1, true, of_r1, 4);
	world_kit_routes(r2, true, of_r2, 3);
	world_kit_cable(&kit, world_kit_nic(a, 0), world_kit_nic(r1, 0));
	world_kit_cable(&kit, world_kit_nic(r1, 1), world_kit_nic(r2, 0));
	world_kit_cable(&kit, world_kit_nic(r2, 1), world_kit_nic(b, 0));
	world_kit_listen(&kit, a, &at_a);
	world_kit_listen(&kit, b, &at_b);
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static void run(uint64_t duration)
{
	ck_assert(world_run_until(kit.world, world_now(kit.world) + duration));
}

static uint32_t send_udp(const char *dst, uint8_t ttl)
{
	struct world_kit_udp u = {"10.1.0.2", dst, 5000, 6000, ttl};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	p->flow = 77;
	router_send(a, p);
	return id;
}

START_TEST(a_datagram_crosses_two_routers)
{
	uint32_t id = send_udp("10.2.0.2", 64);
	run(VCLOCK_S);
	ck_assert_uint_eq(at_b.count, 1);
	ck_assert_uint_eq(at_b.last.id, id);
	ck_assert_uint_eq(at_b.last.data[ETH_SIZE + 8], 62);
	ck_assert(addr_mac_same(eth_src(at_b.last.data),
				world_kit_nic(r2, 1)->mac));
	world_kit_check_udp(&at_b.last);
	/* Each of three links: ARP there and back, then the frame. */
	ck_assert_uint_eq(at_b.time, 9 * WORLD_KIT_DELAY);
	uint64_t start = world_now(kit.world);
	send_udp("10.2.0.2", 64);
	run(VCLOCK_S);
	ck_assert_uint_eq(at_b.time - start, 3 * WORLD_KIT_DELAY);
}
END_TEST

START_TEST(the_notes_tell_the_way)
{
	static const struct {
		enum note_kind kind;
		const char *node;
	} want[] = {
		{NOTE_SENT, "a"},      {NOTE_ROUTE, "a"},
		{NOTE_ARP_WAIT, "a"},  {NOTE_FORWARDED, "a"},
		{NOTE_RECEIVED, "r1"}, {NOTE_ROUTE, "r1"},
		{NOTE_ARP_WAIT, "r1"}, {NOTE_FORWARDED, "r1"},
		{NOTE_RECEIVED, "r2"}, {NOTE_ROUTE, "r2"},
		{NOTE_ARP_WAIT, "r2"}, {NOTE_FORWARDED, "r2"},
		{NOTE_RECEIVED, "b"},  {NOTE_DELIVERED, "b"},
	};
	send_udp("10.2.0.2", 64);
	run(VCLOCK_S);
	ck_assert_uint_eq(kit.notes.count, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < kit.notes.count; i++) {
		const struct note *n = &kit.notes.at[i];
		ck_assert_int_eq(n->kind, want[i].kind);
		ck_assert_str_eq(kit.world->nodes.at[n->node]->name,
				 want[i].node);
		ck_assert_int_eq(n->reason, DROP_NONE);
	}
}
END_TEST

START_TEST(two_runs_are_the_same)
{
	struct world_kit first;
	send_udp("10.2.0.2", 64);
	send_udp("10.3.0.2", 64);
	run(5 * VCLOCK_S);
	first = kit;
	setup();
	send_udp("10.2.0.2", 64);
	send_udp("10.3.0.2", 64);
	run(5 * VCLOCK_S);
	ck_assert_uint_gt(kit.frames.count, 10);
	ck_assert_uint_eq(kit.frames.count, first.frames.count);
	for (size_t i = 0; i < kit.frames.count; i++) {
		const struct world_kit_frame *x = &kit.frames.at[i];
		const struct world_kit_frame *y = &first.frames.at[i];
		ck_assert_uint_eq(x->time, y->time);
		ck_assert_uint_eq(x->len, y->len);
		ck_assert_mem_eq(x->bytes, y->bytes, sizeof(x->bytes));
	}
	world_kit_fini(&first);
}
END_TEST

/* The ICMP error that host a got: what it says, from whom, about what. */
static void check_error(uint8_t type, uint8_t code, const char *from,
			const char *about)
{
	const uint8_t *ip = at_a.last.data + ETH_SIZE;
	struct ip4_head h, quoted;
	struct icmp m;
	ck_assert_uint_eq(at_a.count, 1);
	ck_assert_int_eq(at_a.last.leg, PKT_ERROR);
	ck_assert_uint_eq(at_a.last.flow, 77);
	ck_assert_int_eq(ip4_read(ip, at_a.last.len - (size_t)ETH_SIZE, &h),
			 IP4_OK);
	ck_assert(icmp_read(ip + IP4_SIZE, (size_t)h.size - IP4_SIZE, &m));
	ck_assert_uint_eq(m.type, type);
	ck_assert_uint_eq(m.code, code);
	world_kit_same_ip(h.src, from);
	ck_assert_uint_eq(h.size, IP4_SIZE + ICMP_SIZE + IP4_SIZE + 8);
	ck_assert_int_eq(ip4_read_quoted(ip + IP4_SIZE + ICMP_SIZE,
					 IP4_SIZE + 8, &quoted),
			 IP4_OK);
	world_kit_same_ip(quoted.src, "10.1.0.2");
	world_kit_same_ip(quoted.dst, about);
	ck_assert_uint_eq(be_load16(ip + 2 * IP4_SIZE + ICMP_SIZE), 5000);
}

START_TEST(time_exceeded_returns_to_the_sender)
{
	uint32_t id = send_udp("10.2.0.2", 2);
	run(VCLOCK_S);
	check_error(ICMP_TIME_EXCEEDED, 0, "10.9.0.2", "10.2.0.2");
	const struct note *drop = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_int_eq(drop->reason, DROP_TTL_ZERO);
	ck_assert_int_eq(drop->node, router_node(r2)->number);
	const struct note *answered = world_kit_find(&kit, id, NOTE_ANSWERED);
	ck_assert_uint_eq(answered->ref, at_a.last.id);
	ck_assert_uint_eq(at_a.last.cause, id);
}
END_TEST

START_TEST(no_route_is_told_to_the_sender)
{
	uint32_t id = send_udp("10.77.0.1", 64);
	run(VCLOCK_S);
	check_error(ICMP_UNREACHABLE, ICMP_NET, "10.1.0.1", "10.77.0.1");
	ck_assert_int_eq(world_kit_find(&kit, id, NOTE_DROPPED)->reason,
			 DROP_NO_ROUTE);
}
END_TEST

START_TEST(a_silent_router_tells_nobody)
{
	struct rib_route own = world_kit_route("10.1.0.0/24", NULL, 0);
	struct router_tables t = {
		.routes = &own, .route_count = 1, .forwards = true};
	router_set_tables(r1, &t);
	send_udp("10.77.0.1", 64);
	send_udp("10.77.0.1", 1);
	run(VCLOCK_S);
	ck_assert_uint_eq(at_a.count, 0);
}
END_TEST

static size_t arp_requests_from(const struct router *r, uint64_t times[8])
{
	size_t count = 0;
	for (size_t i = 0; i < kit.frames.count; i++) {
		const struct world_kit_frame *f = &kit.frames.at[i];
		if (f->nic->node == (const struct node *)r &&
		    eth_type(f->bytes) == ETH_TYPE_ARP &&
		    be_load16(f->bytes + ETH_SIZE + 6) == 1 && count < 8)
			times[count++] = f->time;
	}
	return count;
}

START_TEST(an_unanswered_next_hop_fails_after_three_tries)
{
	uint64_t times[8];
	uint32_t id = send_udp("10.3.0.2", 64);
	run(10 * VCLOCK_S);
	const struct note *wait = NULL, *drop;
	for (size_t i = 0; i < kit.notes.count; i++)
		if (kit.notes.at[i].kind == NOTE_ARP_WAIT &&
		    kit.notes.at[i].node == router_node(r1)->number)
			wait = &kit.notes.at[i];
	drop = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_ptr_nonnull(wait);
	ck_assert_int_eq(drop->reason, DROP_NEIGH);
	ck_assert_uint_eq(drop->time - wait->time, 3 * VCLOCK_S);
	/* r1 asked a nothing: only for the next hop; the way back is known */
	ck_assert_uint_eq(arp_requests_from(r1, times), 3);
	ck_assert_uint_eq(times[1] - times[0], VCLOCK_S);
	ck_assert_uint_eq(times[2] - times[1], VCLOCK_S);
	check_error(ICMP_UNREACHABLE, ICMP_HOST, "10.1.0.1", "10.3.0.2");
}
END_TEST

START_TEST(an_absent_destination_is_an_arp_failure)
{
	uint32_t id = send_udp("10.2.0.66", 64);
	run(10 * VCLOCK_S);
	const struct note *drop = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_int_eq(drop->reason, DROP_ARP_FAIL);
	ck_assert_int_eq(drop->node, router_node(r2)->number);
	check_error(ICMP_UNREACHABLE, ICMP_HOST, "10.9.0.2", "10.2.0.66");
}
END_TEST

START_TEST(a_failed_neighbour_is_asked_for_anew)
{
	uint64_t times[8];
	send_udp("10.3.0.2", 64);
	run(5 * VCLOCK_S);
	send_udp("10.3.0.2", 64);
	run(5 * VCLOCK_S);
	ck_assert_uint_eq(arp_requests_from(r1, times), 6);
}
END_TEST

START_TEST(no_more_wait_than_fit_the_queue)
{
	uint32_t last = 0;
	for (int i = 0; i < 65; i++)
		last = send_udp("10.3.0.2", 64);
	run(10 * VCLOCK_S);
	/* All 65 wait at a first: 64 fit. */
	const struct note *drop = world_kit_find(&kit, last, NOTE_DROPPED);
	ck_assert_int_eq(drop->reason, DROP_NEIGH_FULL);
	ck_assert_int_eq(drop->node, router_node(a)->number);
	ck_assert_uint_eq(at_a.count, 64);
}
END_TEST

static uint32_t failed_id;
static enum drop failed_reason;
static uint64_t failed_at;

static void on_failed(void *context, const struct pkt *p, enum drop reason)
{
	ck_assert_ptr_eq(context, a);
	failed_id = p->id;
	failed_reason = reason;
	failed_at = world_now(kit.world);
}

START_TEST(a_host_learns_that_its_packet_could_not_leave)
{
	router_set_failed(a, on_failed, a);
	uint32_t id = send_udp("10.1.0.77", 64);
	run(10 * VCLOCK_S);
	ck_assert_uint_eq(failed_id, id);
	ck_assert_int_eq(failed_reason, DROP_ARP_FAIL);
	ck_assert_uint_eq(failed_at, 3 * VCLOCK_S);
	ck_assert_uint_eq(at_a.count, 0); /* no ICMP to itself */
	world_kit_routes(a, false, NULL, 0);
	id = send_udp("10.2.0.2", 64);
	ck_assert_uint_eq(failed_id, id);
	ck_assert_int_eq(failed_reason, DROP_NO_ROUTE);
}
END_TEST

START_TEST(a_host_forwards_nothing)
{
	struct rib_route wrong[] = {
		world_kit_route("10.9.0.0/24", NULL, 0),
		world_kit_route("10.2.0.0/24", NULL, 1),
		world_kit_route("10.77.0.0/24", "10.2.0.2", 1),
	};
	struct rib_route to_r2 = world_kit_route("10.77.0.0/24", "10.9.0.2", 1);
	struct rib_route of_r1[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				    to_r2};
	world_kit_routes(r1, true, of_r1, 2);
	world_kit_routes(r2, true, wrong, 3);
	uint32_t id = send_udp("10.77.0.1", 64);
	run(VCLOCK_S);
	const struct note *drop = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_int_eq(drop->reason, DROP_NOT_FORWARDING);
	ck_assert_int_eq(drop->node, router_node(b)->number);
	ck_assert_uint_eq(at_b.count, 0);
}
END_TEST

START_TEST(what_nobody_listens_for_is_dropped)
{
	uint32_t id = send_udp("10.9.0.2", 64);
	run(VCLOCK_S);
	const struct note *drop = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_int_eq(drop->reason, DROP_L4PORT);
	ck_assert_ptr_null(world_kit_find(&kit, id, NOTE_DELIVERED));
}
END_TEST

START_TEST(interfaces_answer_ping)
{
	struct pkt *p = world_kit_echo(&kit, "10.1.0.2", "10.9.0.2");
	uint32_t id = p->id;
	struct icmp m;
	p->flow = 5;
	router_send(a, p);
	run(VCLOCK_S);
	ck_assert_uint_eq(at_a.count, 1);
	ck_assert_uint_eq(at_a.last.flow, 5);
	ck_assert_int_eq(at_a.last.leg, PKT_REPLY);
	ck_assert_uint_eq(at_a.last.cause, id);
	const uint8_t *icmp = at_a.last.data + ETH_SIZE + IP4_SIZE;
	ck_assert(icmp_read(icmp, ICMP_SIZE + 4, &m));
	ck_assert_uint_eq(m.type, ICMP_ECHO_REPLY);
	ck_assert_uint_eq(m.id, 7);
	ck_assert_uint_eq(m.seq, 3);
	ck_assert_mem_eq(icmp + ICMP_SIZE, "data", 4);
	world_kit_same_ip(at_a.last.src, "10.9.0.2");
}
END_TEST

START_TEST(a_loopback_answers_ping_if_told)
{
	bool answers = _i;
	struct router_loopback lo = {world_kit_ip4("10.9.0.50"), answers};
	struct rib_route own = world_kit_route("10.1.0.0/24", NULL, 0);
	struct router_tables t = {.routes = &own,
				  .route_count = 1,
				  .loopbacks = &lo,
				  .loopback_count = 1,
				  .forwards = true};
	router_set_tables(r1, &t);
	router_send(a, world_kit_echo(&kit, "10.1.0.2", "10.9.0.50"));
	run(VCLOCK_S);
	ck_assert_uint_eq(at_a.count, answers);
}
END_TEST

START_TEST(a_node_speaks_to_itself_by_its_loopback)
{
	struct router_port_conf lo = {.name = "lo",
				      .addr = world_kit_if("127.0.0.1/8"),
				      .no_arp = true};
	struct nic *n = router_add_port(a, &lo);
	link_new(kit.world, n, n, &(struct link_conf){0});
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0)};
	ck_assert(router_add_addr(a, 1, world_kit_if("127.0.0.53/8")));
	world_kit_routes(a, false, routes, 1);
	uint32_t id = send_udp("10.1.0.2", 64);
	run(VCLOCK_S);
	ck_assert_uint_eq(at_a.count, 1);
	ck_assert_uint_eq(at_a.last.id, id);
	ck_assert_uint_eq(at_a.last.in_port, 1);
	ip4 src;
	ck_assert(router_source_for(a, world_kit_ip4("10.1.0.2"), &src));
	world_kit_same_ip(src, "10.1.0.2");
	ck_assert(router_source_for(a, world_kit_ip4("127.0.0.53"), &src));
	world_kit_same_ip(src, "127.0.0.1");
	ck_assert(!router_source_for(a, world_kit_ip4("8.8.8.8"), &src));
}
END_TEST

START_TEST(a_secondary_address_is_the_source_in_its_subnet)
{
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				     world_kit_route("10.5.0.0/24", NULL, 0)};
	ip4 src;
	ck_assert(router_add_addr(a, 0, world_kit_if("10.5.0.9/24")));
	world_kit_routes(a, false, routes, 2);
	ck_assert(router_source_for(a, world_kit_ip4("10.5.0.1"), &src));
	world_kit_same_ip(src, "10.5.0.9");
	ck_assert(router_source_for(a, world_kit_ip4("10.1.0.1"), &src));
	world_kit_same_ip(src, "10.1.0.2");
	run(VCLOCK_S); /* the announcement arrives */
}
END_TEST

START_TEST(a_port_has_room_for_so_many_addresses)
{
	struct addr_if more = world_kit_if("10.5.0.9/24");
	for (unsigned i = 1; i < ROUTER_PORT_ADDRS; i++, more.addr.v++)
		ck_assert(router_add_addr(a, 0, more));
	ck_assert(!router_add_addr(a, 0, more));
	ck_assert(!router_has_addr(a, more.addr));
	more.addr.v--;
	ck_assert(router_add_addr(a, 0, more)); /* it is there */
	router_remove_addr(a, 0, more.addr);
	more.addr.v++;
	ck_assert(router_add_addr(a, 0, more));
	ck_assert(router_has_addr(a, more.addr));
	run(VCLOCK_S); /* the announcements arrive */
}
END_TEST

START_TEST(the_source_is_that_of_a_way_that_is_up)
{
	bool up[] = {false, true};
	ip4 src;
	struct rib_route routes[] = {
		world_kit_route("0.0.0.0/0", "10.1.0.2", 0),
		world_kit_route("0.0.0.0/0", "10.9.0.2", 1),
	};
	struct router_tables t = {
		.routes = routes, .route_count = 2, .forwards = true};
	router_set_tables(r1, &t);
	ck_assert(router_source_for(r1, world_kit_ip4("8.8.8.8"), &src));
	world_kit_same_ip(src, "10.1.0.1");
	t.port_up = up;
	router_set_tables(r1, &t);
	ck_assert(router_source_for(r1, world_kit_ip4("8.8.8.8"), &src));
	world_kit_same_ip(src, "10.9.0.1");
}
END_TEST

START_TEST(a_port_that_goes_down_drops_who_waits)
{
	bool up[] = {true, false};
	uint32_t id = send_udp("10.3.0.2", 64);
	run(VCLOCK_S);
	struct router_tables t = {.port_up = up, .forwards = true};
	router_set_tables(r1, &t);
	const struct note *drop = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_ptr_nonnull(drop);
	ck_assert_int_eq(drop->reason, DROP_IFACE_DOWN);
}
END_TEST

START_TEST(packets_that_wait_go_with_the_world)
{
	struct world *w = world_new(1, 4);
	struct router *r = router_new(w, "r", "r");
	struct rib_route own = world_kit_route("10.1.0.0/24", NULL, 0);
	struct world_kit_udp u = {"10.1.0.2", "10.1.0.3", 1, 2, 64};
	struct world_kit k = {.world = w};
	world_kit_port(r, "p", "10.1.0.2/24");
	world_kit_routes(r, true, &own, 1);
	router_send(r, world_kit_udp(&k, &u));
	ck_assert_uint_eq(world_free_pkts(w), 3);
	world_free(w); /* the sanitizer watches */
}
END_TEST

/* What a port gets in one instant: datagrams, one of them out of time, an ARP
 * request, a frame for somebody else. */
static void fill_batch(struct batch *batch)
{
	struct world_kit_udp u = {"10.1.0.2", "10.2.0.2", 5000, 6000, 64};
	struct arp ask = {ARP_REQUEST,
			  world_kit_nic(a, 0)->mac,
			  world_kit_ip4("10.1.0.2"),
			  {{0}},
			  world_kit_ip4("10.1.0.1")};
	mac to = world_kit_nic(r1, 0)->mac, from = ask.sender_mac;
	batch->count = 0;
	for (int i = 0; i < 6; i++) {
		u.ttl = i == 4 ? 1 : 64;
		u.sport = (uint16_t)(5000 + i);
		struct pkt *p = world_kit_udp(&kit, &u);
		eth_write(p->data, i == 3 ? from : to, from, ETH_TYPE_IP4);
		if (i == 1) {
			eth_write(p->data, eth_broadcast(), from, ETH_TYPE_ARP);
			arp_write(p->data + ETH_SIZE, &ask);
			p->len = ETH_SIZE + ARP_SIZE;
		}
		batch->at[batch->count++] = p;
	}
}

/* Frames that left r1 from number 'first' on: port, length, and the source port
 * of those that have the length of a datagram. */
static void outputs(size_t first, struct str *out)
{
	for (size_t i = first; i < kit.frames.count; i++) {
		const struct world_kit_frame *f = &kit.frames.at[i];
		if (f->nic->node == router_node(r1))
			str_addf(out, "%s %u %u\n", f->nic->name, f->len,
				 f->len == 47 ? be_load16(f->bytes + ETH_SIZE +
							  IP4_SIZE)
					      : 0);
	}
}

START_TEST(a_batch_is_as_good_as_one_after_the_other)
{
	struct str single = {0}, together = {0};
	struct batch all;
	send_udp("10.2.0.2", 64); /* so that everybody knows everybody */
	run(VCLOCK_S);
	size_t first = kit.frames.count;
	fill_batch(&all);
	for (size_t i = 0; i < all.count; i++)
		nic_receive(world_kit_nic(r1, 0),
			    &(struct batch){1, {all.at[i]}});
	outputs(first, &single);
	run(VCLOCK_S);
	first = kit.frames.count;
	fill_batch(&all);
	nic_receive(world_kit_nic(r1, 0), &all);
	outputs(first, &together);
	run(VCLOCK_S);
	ck_assert_str_eq(str_text(&single), "p1 47 5000\np0 42 0\n"
					    "p1 47 5002\np0 70 0\n"
					    "p1 47 5005\n");
	ck_assert_str_eq(str_text(&single), str_text(&together));
	ck_assert_uint_eq(at_b.count, 1 + 2 * 3);
	str_fini(&single);
	str_fini(&together);
}
END_TEST

/* Of the first way that is up; without a route, of any Ethernet. */
START_TEST(the_mtu_is_that_of_the_way_taken)
{
	struct rib_route ways[] = {
		world_kit_route("10.4.0.0/24", "10.1.0.2", 0),
		world_kit_route("10.4.0.0/24", "10.9.0.2", 1),
	};
	struct forward_port *ports = router_forward(r1)->ports;
	ip4 there = world_kit_ip4("10.4.0.1");
	world_kit_routes(r1, true, ways, 2);
	ports[0].mtu = 1400;
	ports[1].mtu = 1300;
	ck_assert_uint_eq(router_mtu_to(r1, there), 1400);
	ports[0].up = false;
	ck_assert_uint_eq(router_mtu_to(r1, there), 1300);
	ports[1].up = false;
	ck_assert_uint_eq(router_mtu_to(r1, there), 1500);
	ck_assert_uint_eq(router_mtu_to(r1, world_kit_ip4("10.5.0.1")), 1500);
}
END_TEST

Suite *router_test_suite(void);
Suite *router_test_suite(void)
{
	Suite *s = suite_create("router");
	TCase *t = tcase_create("router");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_mtu_is_that_of_the_way_taken);
	tcase_add_test(t, a_datagram_crosses_two_routers);
	tcase_add_test(t, the_notes_tell_the_way);
	tcase_add_test(t, two_runs_are_the_same);
	tcase_add_test(t, time_exceeded_returns_to_the_sender);
	tcase_add_test(t, no_route_is_told_to_the_sender);
	tcase_add_test(t, a_silent_router_tells_nobody);
	tcase_add_test(t, an_unanswered_next_hop_fails_after_three_tries);
	tcase_add_test(t, an_absent_destination_is_an_arp_failure);
	tcase_add_test(t, a_failed_neighbour_is_asked_for_anew);
	tcase_add_test(t, no_more_wait_than_fit_the_queue);
	tcase_add_test(t, a_host_learns_that_its_packet_could_not_leave);
	tcase_add_test(t, a_host_forwards_nothing);
	tcase_add_test(t, what_nobody_listens_for_is_dropped);
	tcase_add_test(t, interfaces_answer_ping);
	tcase_add_loop_test(t, a_loopback_answers_ping_if_told, 0, 2);
	tcase_add_test(t, a_node_speaks_to_itself_by_its_loopback);
	tcase_add_test(t, a_secondary_address_is_the_source_in_its_subnet);
	tcase_add_test(t, a_port_has_room_for_so_many_addresses);
	tcase_add_test(t, the_source_is_that_of_a_way_that_is_up);
	tcase_add_test(t, a_port_that_goes_down_drops_who_waits);
	tcase_add_test(t, packets_that_wait_go_with_the_world);
	tcase_add_test(t, a_batch_is_as_good_as_one_after_the_other);
	suite_add_tcase(s, t);
	return s;
}
