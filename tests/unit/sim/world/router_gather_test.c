/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments through a router that translates by ports. */
#include "tests/unit/sim/world/gather_kit.h"
#include "tests/unit/suites.h"

static struct gather_kit g;

static void setup(void)
{
	gather_kit_init(&g);
}

static void teardown(void)
{
	gather_kit_fini(&g);
}

static void out(unsigned number)
{
	gather_kit_send(&g, g.a, gather_kit_out(), number);
}

static enum drop reason_of(uint32_t id)
{
	const struct note *n = world_kit_find(&g.kit, id, NOTE_DROPPED);
	return n ? (enum drop)n->reason : DROP_NONE;
}

/* Those that r has sent to b. */
static size_t sent(void)
{
	size_t count = 0;
	for (size_t i = 0; i < g.kit.frames.count; i++) {
		const struct world_kit_frame *f = &g.kit.frames.at[i];
		count += f->nic == world_kit_nic(g.r, 1) &&
			 eth_type(f->bytes) == ETH_TYPE_IP4;
	}
	return count;
}

static const unsigned orders[][GATHER_KIT_PIECES] = {
	{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

START_TEST(pieces_pass_in_any_order)
{
	for (size_t i = 0; i < GATHER_KIT_PIECES; i++) {
		ck_assert_uint_eq(sent(), 0);
		ck_assert_uint_eq(g.at_b.count, 0);
		out(orders[_i][i]);
	}
	gather_kit_got(&g.at_b, GATHER_KIT_OUTSIDE ":1024 > 20.0.0.2:53");
	ck_assert_uint_eq(sent(), GATHER_KIT_PIECES);
	ck_assert_uint_eq(router_forward(g.r)->flows.count, 1);
}
END_TEST

START_TEST(answers_in_pieces_find_their_session)
{
	const struct world_kit_udp in = {"20.0.0.2", GATHER_KIT_OUTSIDE, 53,
					 1024, 64};
	for (unsigned i = 0; i < GATHER_KIT_PIECES; i++)
		out(i);
	for (size_t i = 0; i < GATHER_KIT_PIECES; i++)
		gather_kit_send(&g, g.b, &in, orders[_i][i]);
	gather_kit_got(&g.at_a, "20.0.0.2:53 > 10.1.0.2:4000");
}
END_TEST

/* In one batch. */
START_TEST(pieces_may_come_at_once)
{
	const struct world_kit_udp in = {"20.0.0.2", GATHER_KIT_OUTSIDE, 53,
					 1024, 64};
	for (unsigned i = 0; i < GATHER_KIT_PIECES; i++)
		gather_kit_put(&g, g.a, gather_kit_out(), i);
	ck_assert(world_run_until(g.kit.world, VCLOCK_S));
	gather_kit_got(&g.at_b, GATHER_KIT_OUTSIDE ":1024 > 20.0.0.2:53");
	for (unsigned i = 0; i < GATHER_KIT_PIECES; i++)
		gather_kit_put(&g, g.b, &in, i);
	ck_assert(world_run_until(g.kit.world, 2 * VCLOCK_S));
	gather_kit_got(&g.at_a, "20.0.0.2:53 > 10.1.0.2:4000");
}
END_TEST

/* A piece that has left is known by its bytes alone. */
static void look(void *context, const struct nic *nic,
		 enum watch_direction direction, uint64_t now,
		 const struct pkt *p)
{
	size_t *seen = context;
	(void)now;
	if (direction != WATCH_OUT || nic != world_kit_nic(g.r, 1))
		return;
	*seen += p->headless;
	ck_assert(!p->headless || !p->parsed);
}

START_TEST(what_the_first_told_stays_here)
{
	size_t seen = 0;
	struct watch watch = {.frame = look, .context = &seen};
	world_watch(g.kit.world, &watch);
	for (unsigned i = 0; i < GATHER_KIT_PIECES; i++)
		out(i);
	ck_assert_uint_eq(seen, GATHER_KIT_PIECES - 1);
}
END_TEST

START_TEST(two_datagrams_do_not_mix)
{
	const struct world_kit_udp other = {"10.1.0.2", "20.0.0.2", 4000, 54,
					    64};
	struct world_kit_udp far = other;
	far.dst = "20.0.0.3";
	out(0);
	out(1);
	gather_kit_send(&g, g.a, &far, 2);
	ck_assert_uint_eq(g.at_b.count, 0);
	out(2);
	gather_kit_got(&g.at_b, GATHER_KIT_OUTSIDE ":1024 > 20.0.0.2:53");
	ck_assert(world_run_until(g.kit.world, 60 * VCLOCK_S));
}
END_TEST

START_TEST(a_missing_piece_is_waited_for_30_s)
{
	uint32_t ids[] = {
		gather_kit_send(&g, g.a, gather_kit_out(), 1),
		gather_kit_send(&g, g.a, gather_kit_out(), 2),
	};
	ck_assert(world_run_until(g.kit.world, 30 * VCLOCK_S));
	ck_assert_int_eq(reason_of(ids[0]), DROP_NONE);
	ck_assert(world_run_until(g.kit.world, 31 * VCLOCK_S));
	ck_assert_int_eq(reason_of(ids[0]), DROP_REASSEMBLY);
	ck_assert_int_eq(reason_of(ids[1]), DROP_REASSEMBLY);
	out(0);
	ck_assert_uint_eq(sent(), 0);
	ck_assert(world_run_until(g.kit.world, 70 * VCLOCK_S));
}
END_TEST

/* The same id again, 29 s later: these 30 s are its own. */
START_TEST(each_packet_is_waited_for_anew)
{
	for (unsigned i = 0; i < GATHER_KIT_PIECES; i++)
		out(i);
	ck_assert_uint_eq(g.at_b.count, 1);
	ck_assert(world_run_until(g.kit.world, 29 * VCLOCK_S));
	out(0);
	ck_assert(world_run_until(g.kit.world, 32 * VCLOCK_S));
	out(1);
	out(2);
	ck_assert_uint_eq(g.at_b.count, 2);
}
END_TEST

START_TEST(a_piece_twice_is_one)
{
	out(1);
	uint32_t again = gather_kit_send(&g, g.a, gather_kit_out(), 1);
	ck_assert_int_eq(reason_of(again), DROP_FRAGMENT);
	out(0);
	uint32_t first = gather_kit_send(&g, g.a, gather_kit_out(), 0);
	ck_assert_int_eq(reason_of(first), DROP_FRAGMENT);
	out(2);
	gather_kit_got(&g.at_b, GATHER_KIT_OUTSIDE ":1024 > 20.0.0.2:53");
}
END_TEST

/* Sent while 'held' waits, and the frame's fragment field and size set so. */
static const struct {
	unsigned held;
	uint16_t frag, size;
	enum drop drop;
} odd[] = {
	{0, 2 | IP4_MF, 24, DROP_FRAGMENT}, /* overlaps the one before */
	{1, 2 | IP4_MF, 24, DROP_FRAGMENT}, /* and the one behind */
	{1, 0, 24, DROP_NONE},		    /* not in pieces at all */
	{1, 9, 24, DROP_REASSEMBLY},
	{2, 9, 24, DROP_FRAGMENT},	    /* behind the last */
	{1, 2, 8, DROP_FRAGMENT},	    /* the last, before another */
	{1, IP4_MF, 20, DROP_FRAGMENT},	    /* no multiple of 8 */
	{0, 3 | IP4_MF, 0, DROP_FRAGMENT},  /* nothing in it */
	{1, IP4_OFFSET, 24, DROP_FRAGMENT}, /* beyond 64 KiB */
};

START_TEST(a_piece_that_does_not_fit_is_dropped)
{
	out(odd[_i].held);
	struct pkt *p = world_kit_udp(&g.kit, gather_kit_out());
	uint8_t *ip = p->data + ETH_SIZE;
	uint32_t id = p->id;
	be_store16(ip + 2, (uint16_t)(IP4_SIZE + odd[_i].size));
	be_store16(ip + 4, 77);
	be_store16(ip + 6, odd[_i].frag);
	be_store16(ip + 10, 0);
	be_store16(ip + 10, csum_of(ip, IP4_SIZE));
	if (p->len < ETH_SIZE + IP4_SIZE + odd[_i].size)
		p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + odd[_i].size);
	eth_write(p->data, world_kit_nic(g.r, 0)->mac,
		  world_kit_nic(g.a, 0)->mac, ETH_TYPE_IP4);
	nic_send(world_kit_nic(g.a, 0), p);
	ck_assert(world_run_until(g.kit.world, 60 * VCLOCK_S));
	ck_assert_int_eq(reason_of(id), odd[_i].drop);
}
END_TEST

START_TEST(who_keeps_no_sessions_does_not_wait)
{
	gather_kit_rule(&g, NAT_REFLEXIVE);
	out(2);
	ck_assert_uint_eq(sent(), 1);
	out(0);
	out(1);
	gather_kit_got(&g.at_b, GATHER_KIT_OUTSIDE ":4000 > 20.0.0.2:53");
}
END_TEST

/* Nobody is told about a later piece. */
START_TEST(an_error_is_about_the_first)
{
	struct world_kit_udp dying = *gather_kit_out();
	dying.ttl = 1;
	for (unsigned i = 0; i < GATHER_KIT_PIECES; i++)
		gather_kit_send(&g, g.a, &dying, GATHER_KIT_PIECES - 1 - i);
	ck_assert_uint_eq(g.at_a.count, 1);
	const uint8_t *quoted =
		g.at_a.last.data + ETH_SIZE + IP4_SIZE + ICMP_SIZE;
	ck_assert_uint_eq(be_load16(quoted + 6), IP4_MF);
	ck_assert_uint_eq(be_load16(quoted + IP4_SIZE), 4000);
}
END_TEST

START_TEST(a_router_that_ends_frees_what_it_holds)
{
	out(0);
	ck_assert_uint_lt(world_free_pkts(g.kit.world), WORLD_KIT_PKTS);
	world_free(g.kit.world);
	VEC_FREE(&g.kit.notes);
	VEC_FREE(&g.kit.frames);
	world_kit_init(&g.kit);
}
END_TEST

Suite *router_gather_test_suite(void);
Suite *router_gather_test_suite(void)
{
	const int all = sizeof(orders) / sizeof(orders[0]);
	Suite *s = suite_create("world/router_gather");
	TCase *c = tcase_create("router_gather");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, pieces_pass_in_any_order, 0, all);
	tcase_add_loop_test(c, answers_in_pieces_find_their_session, 0, all);
	tcase_add_test(c, pieces_may_come_at_once);
	tcase_add_test(c, what_the_first_told_stays_here);
	tcase_add_test(c, two_datagrams_do_not_mix);
	tcase_add_test(c, a_missing_piece_is_waited_for_30_s);
	tcase_add_test(c, each_packet_is_waited_for_anew);
	tcase_add_test(c, a_piece_twice_is_one);
	tcase_add_loop_test(c, a_piece_that_does_not_fit_is_dropped, 0,
			    sizeof(odd) / sizeof(odd[0]));
	tcase_add_test(c, who_keeps_no_sessions_does_not_wait);
	tcase_add_test(c, an_error_is_about_the_first);
	tcase_add_test(c, a_router_that_ends_frees_what_it_holds);
	suite_add_tcase(s, c);
	return s;
}
