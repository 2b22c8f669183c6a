/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments through a router that translates by ports, and at whom they are for. */
#include "sim/world/tally.h"
#include "tests/unit/sim/world/pieces_kit.h"
#include "tests/unit/suites.h"

static struct pieces_kit g;

static void setup(void)
{
	pieces_kit_init(&g);
}

static void teardown(void)
{
	pieces_kit_fini(&g);
}

static void out(unsigned number)
{
	pieces_kit_send(&g, g.a, pieces_kit_out(), number);
}

/* Who waits for whom: r, for ports, for what a sends, and b, for the whole, for
 * what r does. */
static struct router *const *const senders[] = {&g.a, &g.r};
#define SENDERS 2

static uint32_t waits(int sender, unsigned number)
{
	return pieces_kit_send(&g, *senders[sender], pieces_kit_out(), number);
}

static void b_got(int sender)
{
	pieces_kit_got(&g.at_b, *senders[sender] == g.a
					? PIECES_KIT_OUTSIDE
					":1024 > 20.0.0.2:53"
					: "10.1.0.2:4000 > 20.0.0.2:53");
}

static enum drop reason_of(uint32_t id)
{
	const struct note *n = world_kit_find(&g.kit, id, NOTE_DROPPED);
	return n ? (enum drop)n->reason : DROP_NONE;
}

static size_t received(uint32_t id)
{
	size_t count = 0;
	for (size_t i = 0; i < g.kit.notes.count; i++)
		count += g.kit.notes.at[i].pkt == id &&
			 g.kit.notes.at[i].kind == NOTE_RECEIVED;
	return count;
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

static const unsigned orders[][PIECES_KIT_COUNT] = {
	{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

START_TEST(pieces_pass_in_any_order)
{
	for (size_t i = 0; i < PIECES_KIT_COUNT; i++) {
		ck_assert_uint_eq(sent(), 0);
		ck_assert_uint_eq(g.at_b.count, 0);
		out(orders[_i][i]);
	}
	pieces_kit_got(&g.at_b, PIECES_KIT_OUTSIDE ":1024 > 20.0.0.2:53");
	ck_assert_uint_eq(sent(), PIECES_KIT_COUNT);
	ck_assert_uint_eq(router_forward(g.r)->flows.count, 1);
}
END_TEST

START_TEST(pieces_are_joined_in_any_order)
{
	for (size_t i = 0; i < PIECES_KIT_COUNT; i++) {
		ck_assert_uint_eq(g.at_b.count, 0);
		waits(1, orders[_i][i]);
	}
	b_got(1);
}
END_TEST

START_TEST(answers_in_pieces_find_their_session)
{
	const struct world_kit_udp in = {"20.0.0.2", PIECES_KIT_OUTSIDE, 53,
					 1024, 64};
	for (unsigned i = 0; i < PIECES_KIT_COUNT; i++)
		out(i);
	for (size_t i = 0; i < PIECES_KIT_COUNT; i++)
		pieces_kit_send(&g, g.b, &in, orders[_i][i]);
	pieces_kit_got(&g.at_a, "20.0.0.2:53 > 10.1.0.2:4000");
}
END_TEST

/* In one batch. */
START_TEST(pieces_may_come_at_once)
{
	const struct world_kit_udp in = {"20.0.0.2", PIECES_KIT_OUTSIDE, 53,
					 1024, 64};
	for (unsigned i = 0; i < PIECES_KIT_COUNT; i++)
		pieces_kit_put(&g, g.a, pieces_kit_out(), i);
	ck_assert(world_run_until(g.kit.world, VCLOCK_S));
	pieces_kit_got(&g.at_b, PIECES_KIT_OUTSIDE ":1024 > 20.0.0.2:53");
	for (unsigned i = 0; i < PIECES_KIT_COUNT; i++)
		pieces_kit_put(&g, g.b, &in, i);
	ck_assert(world_run_until(g.kit.world, 2 * VCLOCK_S));
	pieces_kit_got(&g.at_a, "20.0.0.2:53 > 10.1.0.2:4000");
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
	for (unsigned i = 0; i < PIECES_KIT_COUNT; i++)
		out(i);
	ck_assert_uint_eq(seen, PIECES_KIT_COUNT - 1);
}
END_TEST

/* A datagram of the same IP id. */
static struct pkt *another(void)
{
	struct pkt *p = world_kit_udp(&g.kit, pieces_kit_out());
	be_store16(p->data + ETH_SIZE + 4, 77);
	return p;
}

/* In the IP header: the id, the protocol, the source. */
static const size_t telling[] = {5, 9, 15};
#define TELLING (int)(sizeof(telling) / sizeof(telling[0]))

START_TEST(two_datagrams_do_not_mix)
{
	const int row = _i / SENDERS, sender = _i % SENDERS;
	waits(sender, 0);
	waits(sender, 1);
	struct pkt *other = another();
	uint32_t id = other->id;
	other->data[(size_t)ETH_SIZE + telling[row]]++;
	pieces_kit_frame(&g, *senders[sender], other, 24, 6);
	ck_assert(world_run_until(g.kit.world, VCLOCK_S));
	ck_assert_uint_eq(g.at_b.count, 0);
	waits(sender, 2);
	b_got(sender);
	ck_assert(world_run_until(g.kit.world, 60 * VCLOCK_S));
	ck_assert_int_eq(reason_of(id), DROP_REASSEMBLY);
}
END_TEST

START_TEST(one_datagram_is_for_one)
{
	struct world_kit_udp far = *pieces_kit_out();
	far.dst = "20.0.0.3";
	out(0);
	out(1);
	pieces_kit_send(&g, g.a, &far, 2);
	ck_assert_uint_eq(g.at_b.count, 0);
	out(2);
	b_got(0);
	ck_assert(world_run_until(g.kit.world, 60 * VCLOCK_S));
}
END_TEST

START_TEST(a_missing_piece_is_waited_for_30_s)
{
	uint32_t ids[] = {waits(_i, 1), waits(_i, 2)};
	ck_assert(world_run_until(g.kit.world, 30 * VCLOCK_S));
	ck_assert_int_eq(reason_of(ids[0]), DROP_NONE);
	ck_assert(world_run_until(g.kit.world, 31 * VCLOCK_S));
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(reason_of(ids[i]), DROP_REASSEMBLY);
		ck_assert_uint_eq(received(ids[i]), 1);
	}
	waits(_i, 0);
	ck_assert_uint_eq(g.at_b.count, 0);
	ck_assert(world_run_until(g.kit.world, 70 * VCLOCK_S));
}
END_TEST

/* The same id again, 29 s later: these 30 s are its own. */
START_TEST(each_packet_is_waited_for_anew)
{
	for (unsigned i = 0; i < PIECES_KIT_COUNT; i++)
		waits(_i, i);
	ck_assert_uint_eq(g.at_b.count, 1);
	ck_assert(world_run_until(g.kit.world, 29 * VCLOCK_S));
	waits(_i, 0);
	ck_assert(world_run_until(g.kit.world, 32 * VCLOCK_S));
	waits(_i, 1);
	waits(_i, 2);
	ck_assert_uint_eq(g.at_b.count, 2);
}
END_TEST

START_TEST(a_piece_twice_is_one)
{
	waits(_i, 1);
	uint32_t again = waits(_i, 1);
	ck_assert_int_eq(reason_of(again), DROP_FRAGMENT);
	ck_assert_uint_eq(received(again), 1);
	waits(_i, 0);
	ck_assert_int_eq(reason_of(waits(_i, 0)), DROP_FRAGMENT);
	waits(_i, 2);
	b_got(_i);
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
#define ODD (int)(sizeof(odd) / sizeof(odd[0]))

START_TEST(a_piece_that_does_not_fit_is_dropped)
{
	const int row = _i / SENDERS, sender = _i % SENDERS;
	waits(sender, odd[row].held);
	struct pkt *p = another();
	uint32_t id = p->id;
	pieces_kit_frame(&g, *senders[sender], p, odd[row].size, odd[row].frag);
	ck_assert(world_run_until(g.kit.world, 60 * VCLOCK_S));
	ck_assert_int_eq(reason_of(id), odd[row].drop);
}
END_TEST

/* One of the two pieces, of 8 and 4 bytes, of an echo request. */
static uint32_t ping(const char *dst, int number)
{
	struct pkt *p = world_kit_echo(&g.kit, "10.1.0.2", dst);
	uint8_t *icmp = p->data + ETH_SIZE + IP4_SIZE;
	uint32_t id = p->id;
	if (number)
		memmove(icmp, icmp + 8, 4);
	pieces_kit_frame(&g, g.a, p, number ? 4 : 8, number ? 1 : IP4_MF);
	ck_assert(world_run_until(g.kit.world,
				  world_now(g.kit.world) + VCLOCK_S / 10));
	return id;
}

#define R "10.1.0.1"

/* All wait twice: for ports, then for the whole. */
START_TEST(a_router_with_sessions_is_pinged_in_pieces)
{
	for (unsigned i = 1; i < 4; i++) {
		uint32_t first = ping(R, _i);
		ck_assert_uint_eq(received(first), 0);
		uint32_t last = ping(R, !_i);
		ck_assert_uint_eq(received(first), 1);
		ck_assert_uint_eq(received(last), 1);
		ck_assert_uint_eq(g.at_a.count, i);
		ck_assert_uint_eq(g.at_a.last.icmp_type, ICMP_ECHO_REPLY);
		ck_assert_mem_eq(g.at_a.last.data + ETH_SIZE + IP4_SIZE +
					 ICMP_SIZE,
				 "data", 4);
	}
	ck_assert_uint_eq(world_free_pkts(g.kit.world), WORLD_KIT_PKTS);
}
END_TEST

/* What waits for the whole has been received; what waits for ports has not. */
START_TEST(the_two_waits_do_not_meet)
{
	pieces_kit_rule(&g, NAT_REFLEXIVE);
	uint32_t first = ping(R, _i);
	ck_assert_uint_eq(received(first), 1);
	pieces_kit_rule(&g, NAT_SNAT);
	uint32_t last = ping(R, !_i);
	ck_assert_uint_eq(received(last), 0);
	ck_assert(world_run_until(g.kit.world, 60 * VCLOCK_S));
	ck_assert_int_eq(reason_of(first), DROP_REASSEMBLY);
	ck_assert_int_eq(reason_of(last), DROP_REASSEMBLY);
	ck_assert_uint_eq(received(first), 1);
	ck_assert_uint_eq(g.at_a.count, 0);
}
END_TEST

START_TEST(an_echo_request_passes_in_pieces)
{
	ping("20.0.0.2", _i);
	ping("20.0.0.2", !_i);
	ck_assert_uint_eq(sent(), 2);
	ck_assert_uint_eq(g.at_a.count, 1);
	ck_assert_uint_eq(g.at_a.last.icmp_type, ICMP_ECHO_REPLY);
	world_kit_same_ip(g.at_a.last.src, "20.0.0.2");
}
END_TEST

START_TEST(who_keeps_no_sessions_does_not_wait)
{
	pieces_kit_rule(&g, NAT_REFLEXIVE);
	out(2);
	ck_assert_uint_eq(sent(), 1);
	out(0);
	out(1);
	pieces_kit_got(&g.at_b, PIECES_KIT_OUTSIDE ":4000 > 20.0.0.2:53");
}
END_TEST

/* Nobody is told about a later piece. */
START_TEST(an_error_is_about_the_first)
{
	struct world_kit_udp dying = *pieces_kit_out();
	dying.ttl = 1;
	for (unsigned i = 0; i < PIECES_KIT_COUNT; i++)
		pieces_kit_send(&g, g.a, &dying, PIECES_KIT_COUNT - 1 - i);
	ck_assert_uint_eq(g.at_a.count, 1);
	const uint8_t *quoted =
		g.at_a.last.data + ETH_SIZE + IP4_SIZE + ICMP_SIZE;
	ck_assert_uint_eq(be_load16(quoted + 6), IP4_MF);
	ck_assert_uint_eq(be_load16(quoted + IP4_SIZE), 4000);
}
END_TEST

START_TEST(a_router_that_ends_frees_what_it_holds)
{
	waits(_i, 0);
	waits(_i, 2);
	ck_assert_uint_eq(tally_held(g.kit.world), 2);
	world_free(g.kit.world);
	VEC_FREE(&g.kit.notes);
	VEC_FREE(&g.kit.frames);
	world_kit_init(&g.kit);
}
END_TEST

Suite *router_pieces_test_suite(void);
Suite *router_pieces_test_suite(void)
{
	const int all = sizeof(orders) / sizeof(orders[0]);
	Suite *s = suite_create("world/router_pieces");
	TCase *c = tcase_create("router_pieces");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, pieces_pass_in_any_order, 0, all);
	tcase_add_loop_test(c, pieces_are_joined_in_any_order, 0, all);
	tcase_add_loop_test(c, answers_in_pieces_find_their_session, 0, all);
	tcase_add_test(c, pieces_may_come_at_once);
	tcase_add_test(c, what_the_first_told_stays_here);
	tcase_add_loop_test(c, two_datagrams_do_not_mix, 0, TELLING * SENDERS);
	tcase_add_test(c, one_datagram_is_for_one);
	tcase_add_loop_test(c, a_missing_piece_is_waited_for_30_s, 0, SENDERS);
	tcase_add_loop_test(c, each_packet_is_waited_for_anew, 0, SENDERS);
	tcase_add_loop_test(c, a_piece_twice_is_one, 0, SENDERS);
	tcase_add_loop_test(c, a_piece_that_does_not_fit_is_dropped, 0,
			    ODD * SENDERS);
	tcase_add_loop_test(c, a_router_with_sessions_is_pinged_in_pieces, 0,
			    2);
	tcase_add_loop_test(c, the_two_waits_do_not_meet, 0, 2);
	tcase_add_loop_test(c, an_echo_request_passes_in_pieces, 0, 2);
	tcase_add_test(c, who_keeps_no_sessions_does_not_wait);
	tcase_add_test(c, an_error_is_about_the_first);
	tcase_add_loop_test(c, a_router_that_ends_frees_what_it_holds, 0,
			    SENDERS);
	suite_add_tcase(s, c);
	return s;
}
