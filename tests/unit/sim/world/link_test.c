/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/unit/sim/world/world_kit.h"

/* A node that writes down what it gets. */
struct ear {
	struct node node;
	size_t count, batches;
	uint32_t ids[64];
	uint64_t times[64];
};

static struct world_kit kit;
static struct ear a, b;
static struct link *cable;

static void hear(struct nic *n, struct batch *batch)
{
	struct ear *e = (struct ear *)n->node;
	e->batches++;
	for (size_t i = 0; i < batch->count; i++) {
		if (e->count < 64) {
			e->ids[e->count] = batch->at[i]->id;
			e->times[e->count] = world_now(n->node->world);
		}
		e->count++;
		world_free_pkt(n->node->world, batch->at[i]);
	}
}

static void leave(struct node *n)
{
	(void)n;
}

static const struct node_class ear_class = {"ear", hear, leave, NULL};

static void add_ear(struct ear *e, const char *name)
{
	memset(e, 0, sizeof(*e));
	e->node.class = &ear_class;
	world_add_node(kit.world, &e->node, name, name);
	world_add_nic(&e->node, "eth0", (mac){{0}});
}

static void setup(void)
{
	world_kit_init(&kit);
	add_ear(&a, "a");
	add_ear(&b, "b");
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

/* Somebody in the place of b. */
static size_t driven;

static void drive(void *context, struct nic *n, struct batch *batch)
{
	ck_assert_ptr_eq(context, &driven);
	for (size_t i = 0; i < batch->count; i++, driven++)
		world_free_pkt(n->node->world, batch->at[i]);
}

static void connect(struct link_conf conf)
{
	cable = link_new(kit.world, a.node.nics[0], b.node.nics[0], &conf);
}

static uint32_t send(struct ear *from, uint16_t len)
{
	struct pkt *p = world_take_pkt(kit.world);
	uint32_t id = p->id;
	memset(p->data, 0, len);
	p->len = len;
	nic_send(from->node.nics[0], p);
	return id;
}

START_TEST(a_frame_arrives_after_the_delay)
{
	connect((struct link_conf){.delay_ns = 250});
	send(&a, 100);
	world_run_until(kit.world, 249);
	ck_assert_uint_eq(b.count, 0);
	world_run_until(kit.world, 1000);
	ck_assert_uint_eq(b.count, 1);
	ck_assert_uint_eq(b.times[0], 250);
	ck_assert_uint_eq(world_now(kit.world), 1000);
}
END_TEST

START_TEST(a_rate_makes_frames_queue)
{
	/* 125 bytes at 1 Mbit/s take 1 ms. */
	connect((struct link_conf){.delay_ns = 5, .rate_bps = 1000000});
	for (int i = 0; i < 3; i++)
		send(&a, 125);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(b.count, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(b.times[i], (i + 1) * VCLOCK_MS + 5);
		ck_assert_uint_eq(b.ids[i], i + 1);
	}
}
END_TEST

START_TEST(frames_that_arrive_together_are_handed_over_together)
{
	connect((struct link_conf){.delay_ns = 5});
	for (int i = 0; i < 3; i++)
		send(&a, 60);
	world_run_until(kit.world, 2);
	send(&a, 60);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(b.count, 4);
	ck_assert_uint_eq(b.batches, 2);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(b.times[i], i < 3 ? 5 : 7);
		ck_assert_uint_eq(b.ids[i], i + 1);
	}
}
END_TEST

START_TEST(more_than_a_batch_arrives_in_order_all_the_same)
{
	connect((struct link_conf){.delay_ns = 5});
	for (int i = 0; i < 2 * BATCH_MAX + 1; i++)
		send(&a, 60);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(b.count, 2 * BATCH_MAX + 1);
	ck_assert_uint_eq(b.batches, 3);
	for (size_t i = 0; i < 64; i++)
		ck_assert_uint_eq(b.ids[i], i + 1);
}
END_TEST

START_TEST(directions_do_not_share_the_wire)
{
	connect((struct link_conf){.rate_bps = 1000000});
	send(&a, 125);
	send(&b, 125);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(a.times[0], VCLOCK_MS);
	ck_assert_uint_eq(b.times[0], VCLOCK_MS);
}
END_TEST

START_TEST(a_link_loses_its_share)
{
	connect((struct link_conf){.loss_ppm = 250000});
	for (int i = 0; i < 2000; i++) {
		send(&a, 60);
		world_run_until(kit.world, VCLOCK_S);
	}
	ck_assert_uint_gt(b.count, 1400);
	ck_assert_uint_lt(b.count, 1600);
	ck_assert_uint_eq(kit.notes.count, 2000 - b.count);
	ck_assert_int_eq(kit.notes.at[0].reason, DROP_LINK_LOSS);
}
END_TEST

START_TEST(a_link_that_is_down_drops_with_a_note)
{
	connect((struct link_conf){0});
	cable->up = false;
	uint32_t id = send(&a, 60);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(b.count, 0);
	const struct note *n = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_ptr_nonnull(n);
	ck_assert_int_eq(n->reason, DROP_LINK_DOWN);
}
END_TEST

START_TEST(a_port_without_a_link_drops_with_a_note)
{
	uint32_t id = send(&a, 60);
	const struct note *n = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_ptr_nonnull(n);
	ck_assert_int_eq(n->reason, DROP_IFACE_DOWN);
	ck_assert_int_eq(n->node, a.node.number);
}
END_TEST

START_TEST(a_port_that_is_down_notes_only_what_was_for_it)
{
	connect((struct link_conf){0});
	b.node.nics[0]->up = false;
	uint32_t other = send(&a, 60);
	struct pkt *p = world_take_pkt(kit.world);
	uint32_t its = p->id;
	p->len = 60;
	eth_write(p->data, b.node.nics[0]->mac, (mac){{0}}, ETH_TYPE_IP4);
	nic_send(a.node.nics[0], p);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(b.count, 0);
	ck_assert_ptr_null(world_kit_find(&kit, other, NOTE_DROPPED));
	ck_assert_ptr_nonnull(world_kit_find(&kit, its, NOTE_DROPPED));
}
END_TEST

START_TEST(a_port_may_be_connected_to_itself)
{
	struct link_conf conf = {.delay_ns = 9};
	link_new(kit.world, a.node.nics[0], a.node.nics[0], &conf);
	send(&a, 60);
	send(&a, 60);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(a.count, 2);
	ck_assert_uint_eq(a.times[1], 9);
}
END_TEST

/* Nobody looks on: it is quicker, and the same. */
START_TEST(what_is_not_watched_is_no_different)
{
	static const struct nic_driver driver = {drive, &driven};
	world_unwatch(kit.world, &kit.watch);
	connect((struct link_conf){0});
	send(&a, 60);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(b.count, 1);
	b.node.nics[0]->up = false;
	send(&a, 60);
	world_run_until(kit.world, 2 * VCLOCK_S);
	ck_assert_uint_eq(b.count, 1);
	b.node.nics[0]->up = true;
	b.node.nics[0]->driver = &driver;
	driven = 0;
	send(&a, 60);
	world_run_until(kit.world, 3 * VCLOCK_S);
	ck_assert_uint_eq(b.count, 1);
	ck_assert_uint_eq(driven, 1);
}
END_TEST

START_TEST(packets_on_a_link_go_with_the_world)
{
	struct world *w = world_new(1, 4);
	struct router *r = router_new(w, "r", "r");
	struct router_port_conf c = {.name = "p"};
	struct nic *x = router_add_port(r, &c), *y = router_add_port(r, &c);
	link_new(w, x, y, &(struct link_conf){.delay_ns = 1});
	struct pkt *p = world_take_pkt(w);
	p->len = 60;
	nic_send(x, p);
	ck_assert_uint_eq(world_free_pkts(w), 3);
	world_free(w); /* the sanitizer watches */
}
END_TEST

START_TEST(packets_on_a_link_go_back_with_it)
{
	connect((struct link_conf){.delay_ns = 1});
	for (int i = 0; i < 3; i++)
		send(&a, 60);
	send(&b, 60);
	ck_assert_uint_eq(world_free_pkts(kit.world), WORLD_KIT_PKTS - 4);
	link_free(cable);
	kit.world->links.count--;
	ck_assert_uint_eq(world_free_pkts(kit.world), WORLD_KIT_PKTS);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(a.count + b.count, 0);
}
END_TEST

START_TEST(an_empty_pool_ends_the_run)
{
	struct world *w = world_new(1, 1);
	struct pkt *p = world_take_pkt(w);
	ck_assert_ptr_nonnull(p);
	ck_assert(world_run_until(w, 10));
	ck_assert_ptr_null(world_take_pkt(w));
	ck_assert(!world_run_until(w, 20));
	world_free_pkt(w, p);
	world_free(w);
}
END_TEST

static void again(void *context)
{
	struct vclock_timer *t = context;
	vclock_set(&kit.world->clock, t, world_now(kit.world));
}

START_TEST(the_event_limit_ends_an_endless_run)
{
	struct vclock_timer t = {.fire = again, .context = &t};
	vclock_set(&kit.world->clock, &t, 0);
	kit.world->event_limit = 50;
	ck_assert(!world_run_until(kit.world, VCLOCK_S));
	ck_assert_uint_eq(kit.world->clock.fired, 50);
	ck_assert(kit.world->limit_hit);
}
END_TEST

static bool done;

static void finish(void *context)
{
	(void)context;
	done = true;
}

START_TEST(run_while_stops_at_the_event_that_ends_it)
{
	struct vclock_timer t = {.fire = finish};
	done = false;
	vclock_set(&kit.world->clock, &t, 70);
	ck_assert(world_run_while(kit.world, &done, 100));
	ck_assert_uint_eq(world_now(kit.world), 70);
	ck_assert(world_run_until(kit.world, 60)); /* never back */
	ck_assert_uint_eq(world_now(kit.world), 70);
	ck_assert(world_run_until(kit.world, VCLOCK_NEVER));
	ck_assert_uint_eq(world_now(kit.world), 70);
}
END_TEST

START_TEST(a_driver_takes_the_place_of_the_node)
{
	static const struct nic_driver driver = {drive, &driven};
	connect((struct link_conf){.delay_ns = 5});
	b.node.nics[0]->driver = &driver;
	send(&a, 60);
	send(&b, 60); /* the node sleeps, and so says nothing */
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(driven, 1);
	ck_assert_uint_eq(a.count + b.count, 0);
	struct pkt *p = world_take_pkt(kit.world);
	memset(p->data, 0, 60);
	p->len = 60;
	nic_put(b.node.nics[0], p);
	world_run_until(kit.world, 2 * VCLOCK_S);
	ck_assert_uint_eq(a.count, 1);
	ck_assert_uint_eq(a.ids[0], 3);
}
END_TEST

Suite *link_test_suite(void);
Suite *link_test_suite(void)
{
	Suite *s = suite_create("link");
	TCase *t = tcase_create("link");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_frame_arrives_after_the_delay);
	tcase_add_test(t, a_rate_makes_frames_queue);
	tcase_add_test(t, frames_that_arrive_together_are_handed_over_together);
	tcase_add_test(t, more_than_a_batch_arrives_in_order_all_the_same);
	tcase_add_test(t, directions_do_not_share_the_wire);
	tcase_add_test(t, a_link_loses_its_share);
	tcase_add_test(t, a_link_that_is_down_drops_with_a_note);
	tcase_add_test(t, a_port_without_a_link_drops_with_a_note);
	tcase_add_test(t, a_port_that_is_down_notes_only_what_was_for_it);
	tcase_add_test(t, a_port_may_be_connected_to_itself);
	tcase_add_test(t, a_driver_takes_the_place_of_the_node);
	tcase_add_test(t, what_is_not_watched_is_no_different);
	tcase_add_test(t, packets_on_a_link_go_with_the_world);
	tcase_add_test(t, packets_on_a_link_go_back_with_it);
	tcase_add_test(t, an_empty_pool_ends_the_run);
	tcase_add_test(t, the_event_limit_ends_an_endless_run);
	tcase_add_test(t, run_while_stops_at_the_event_that_ends_it);
	suite_add_tcase(s, t);
	return s;
}
