/* SPDX-License-Identifier: Apache-2.0 */
/* Host a -- router r -- host b behind a narrow port: what may be cut is, and b
 * puts it together. */
#include <check.h>

#include "tests/unit/sim/world/world_kit.h"
#include "tests/unit/suites.h"

#define MTU   75  /* 55 bytes behind the header, or 48 if more follow */
#define BYTES 200 /* of ICMP data: five pieces of 48, with the header */

static struct world_kit kit;
static struct router *a, *r, *b;
static struct link *last;

static void setup(void)
{
	world_kit_init(&kit);
	struct router_port_conf narrow = {
		.name = "q", .addr = world_kit_if("10.2.0.1/24"), .mtu = MTU};
	struct link_conf link = {.delay_ns = WORLD_KIT_DELAY};
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	b = world_kit_host(&kit, "b", "10.2.0.2/24", "10.2.0.1");
	r = router_new(kit.world, "r", "r");
	world_kit_cable(&kit, world_kit_nic(a, 0),
			world_kit_port(r, "p", "10.1.0.1/24"));
	last = link_new(kit.world, router_add_port(r, &narrow),
			world_kit_nic(b, 0), &link);
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				     world_kit_route("10.2.0.0/24", NULL, 1)};
	world_kit_routes(r, true, routes, 2);
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static struct pkt *echo_of(size_t bytes, bool df)
{
	struct pkt *p = world_take_pkt(kit.world);
	struct icmp m = {.type = ICMP_ECHO_REQUEST, .id = 7, .seq = 3};
	size_t size = ICMP_SIZE + bytes;
	p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	world_kit_write_ip(p, "10.1.0.2", "10.2.0.2", 64, IP4_PROTO_ICMP);
	for (size_t i = 0; i < bytes; i++)
		p->data[ETH_SIZE + IP4_SIZE + ICMP_SIZE + i] = (uint8_t)i;
	icmp_write(p->data + ETH_SIZE + IP4_SIZE, size, &m);
	if (!df) {
		struct ip4_head h;
		ip4_read(p->data + ETH_SIZE, p->len - ETH_SIZE, &h);
		h.frag = 0;
		ip4_write(p->data + ETH_SIZE, &h);
	}
	return p;
}

static struct pkt *echo(bool df)
{
	return echo_of(BYTES, df);
}

static uint32_t send(struct pkt *p, uint64_t wait)
{
	uint32_t id = p->id;
	router_send(a, p);
	ck_assert(world_run_until(kit.world, world_now(kit.world) + wait));
	return id;
}

static size_t pieces_of(uint32_t id)
{
	size_t count = 0;
	for (size_t i = 0; i < kit.frames.count; i++) {
		const struct world_kit_frame *f = &kit.frames.at[i];
		if (f->nic->node != router_node(r) || f->id != id)
			continue;
		ck_assert_uint_le(f->len, ETH_SIZE + MTU);
		count++;
	}
	return count;
}

static enum drop reason_of(uint32_t id)
{
	const struct note *n = world_kit_find(&kit, id, NOTE_DROPPED);
	return n ? (enum drop)n->reason : DROP_NONE;
}

START_TEST(what_may_be_cut_arrives_whole)
{
	uint32_t id = send(echo(false), VCLOCK_S);
	ck_assert_uint_eq(pieces_of(id), 5);
	ck_assert(world_kit_find(&kit, id, NOTE_DELIVERED));
	ck_assert_int_eq(reason_of(id), DROP_NONE);
	/* The answer is as large, and right: its sum is looked at by a. */
	bool answered = false;
	for (size_t i = 0; i < kit.frames.count; i++)
		answered |= kit.frames.at[i].nic->node == router_node(b) &&
			    kit.frames.at[i].len ==
				    ETH_SIZE + IP4_SIZE + ICMP_SIZE + BYTES;
	ck_assert(answered);
}
END_TEST

/* Bytes of data that, with the header of 8, fill their last piece to the end,
 * or just begin another one. */
static const struct {
	size_t bytes, pieces;
} fills[] = {{47, 1}, {48, 2}, {95, 2}, {96, 3}, {191, 4}, {192, 5}};

START_TEST(pieces_are_as_many_as_are_needed)
{
	uint32_t id = send(echo_of(fills[_i].bytes, false), VCLOCK_S);
	ck_assert_uint_eq(pieces_of(id), fills[_i].pieces);
	ck_assert(world_kit_find(&kit, id, NOTE_DELIVERED));
}
END_TEST

/* Bytes 'from' up to before 'to' of what is behind the header stay. */
static struct pkt *piece_of(const struct pkt *whole, size_t from, size_t to,
			    uint16_t frag)
{
	struct pkt *p = world_copy_pkt(kit.world, whole);
	uint8_t *ip = p->data + ETH_SIZE;
	struct ip4_head head;
	ip4_read(ip, p->len - ETH_SIZE, &head);
	memmove(ip + IP4_SIZE, ip + IP4_SIZE + from, to - from);
	head.size = (uint16_t)(IP4_SIZE + to - from);
	head.frag = frag;
	ip4_write(ip, &head);
	p->len = (uint16_t)(ETH_SIZE + head.size);
	return p;
}

START_TEST(pieces_may_be_cut_again)
{
	struct pkt *whole = echo(false);
	uint32_t id = whole->id;
	const size_t middle = 104, end = ICMP_SIZE + BYTES;
	router_send(a, piece_of(whole, middle, end, (uint16_t)(middle / 8)));
	router_send(a, piece_of(whole, 0, middle, IP4_MF));
	world_free_pkt(kit.world, whole);
	ck_assert(world_run_until(kit.world, VCLOCK_S));
	ck_assert_uint_eq(pieces_of(id), 6);
	ck_assert(world_kit_find(&kit, id, NOTE_DELIVERED));
}
END_TEST

/* A frame of PKT_ROOM bytes is the largest; 'more' than that are not. */
START_TEST(what_no_slot_has_room_for_is_dropped)
{
	const size_t more = (size_t)_i, middle = 1200;
	const size_t end = PKT_ROOM - ETH_SIZE - IP4_SIZE;
	struct pkt *whole = echo_of(end - ICMP_SIZE, false);
	uint32_t id = whole->id;
	router_send(a, piece_of(whole, 0, middle, IP4_MF));
	router_send(
		a, piece_of(whole, middle - more, end, (uint16_t)(middle / 8)));
	world_free_pkt(kit.world, whole);
	ck_assert(world_run_until(kit.world, VCLOCK_S));
	ck_assert(more || world_kit_find(&kit, id, NOTE_DELIVERED));
	ck_assert_int_eq(reason_of(id), more ? DROP_FRAGMENT : DROP_NONE);
	ck_assert_uint_eq(world_free_pkts(kit.world), WORLD_KIT_PKTS);
}
END_TEST

START_TEST(what_may_not_is_dropped)
{
	uint32_t id = send(echo(true), VCLOCK_S);
	ck_assert_uint_eq(pieces_of(id), 0);
	ck_assert_int_eq(reason_of(id), DROP_MTU);
}
END_TEST

/* Half of the frames are lost: no packet of five pieces gets through. */
START_TEST(a_missing_piece_is_waited_for_30_s)
{
	send(echo(false), VCLOCK_S); /* ARP is done */
	last->conf.loss_ppm = 500000;
	uint32_t id = send(echo(false), 29 * VCLOCK_S);
	bool early = reason_of(id) == DROP_REASSEMBLY;
	ck_assert(!early);
	last->conf.loss_ppm = 0;
	ck_assert(world_run_until(kit.world,
				  world_now(kit.world) + 3 * VCLOCK_S));
	ck_assert(!world_kit_find(&kit, id, NOTE_DELIVERED));
	bool late = false;
	for (size_t i = 0; i < kit.notes.count; i++)
		late |= kit.notes.at[i].pkt == id &&
			kit.notes.at[i].reason == DROP_REASSEMBLY;
	ck_assert(late);
}
END_TEST

START_TEST(a_tunnel_loses_what_is_too_large_in_silence)
{
	uint32_t small = send(echo(false), VCLOCK_S);
	last->conf.tunnel_mtu = MTU - 8;
	uint32_t large = send(echo(false), VCLOCK_S);
	ck_assert(world_kit_find(&kit, small, NOTE_DELIVERED));
	ck_assert_int_eq(reason_of(large), DROP_UNDERLAY);
	ck_assert(world_run_until(kit.world,
				  world_now(kit.world) + 60 * VCLOCK_S));
}
END_TEST

Suite *router_frag_test_suite(void);
Suite *router_frag_test_suite(void)
{
	Suite *s = suite_create("world/router_frag");
	TCase *c = tcase_create("router_frag");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, what_may_be_cut_arrives_whole);
	tcase_add_loop_test(c, pieces_are_as_many_as_are_needed, 0,
			    sizeof(fills) / sizeof(fills[0]));
	tcase_add_test(c, pieces_may_be_cut_again);
	tcase_add_loop_test(c, what_no_slot_has_room_for_is_dropped, 0, 2);
	tcase_add_test(c, what_may_not_is_dropped);
	tcase_add_test(c, a_missing_piece_is_waited_for_30_s);
	tcase_add_test(c, a_tunnel_loses_what_is_too_large_in_silence);
	suite_add_tcase(s, c);
	return s;
}
