/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "sim/record/trace.h"
#include "tests/unit/sim/world/world_kit.h"

/* a -- r -- b, and a trace of it. */
static struct world_kit kit;
static struct trace trace;
static struct router *a, *b, *r;
static struct world_kit_inbox at_a, at_b;

static void setup(void)
{
	world_kit_init(&kit);
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	b = world_kit_host(&kit, "b", "10.2.0.2/24", "10.2.0.1");
	r = router_new(kit.world, "r:sr", "r");
	world_kit_cable(&kit, world_kit_nic(a, 0),
			world_kit_port(r, "left", "10.1.0.1/24"));
	world_kit_cable(&kit, world_kit_port(r, "right", "10.2.0.1/24"),
			world_kit_nic(b, 0));
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				     world_kit_route("10.2.0.0/24", NULL, 1)};
	world_kit_routes(r, true, routes, 2);
	world_kit_listen(&kit, a, &at_a);
	world_kit_listen(&kit, b, &at_b);
	trace_init(&trace, kit.world);
}

static void teardown(void)
{
	trace_fini(&trace);
	world_kit_fini(&kit);
}

static const struct trace_packet *send(const char *dst)
{
	struct world_kit_udp u = {"10.1.0.2", dst, 5000, 6000, 64};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	p->flow = 9;
	router_send(a, p);
	world_run_until(kit.world, world_now(kit.world) + 10 * VCLOCK_S);
	return trace_find(&trace, id);
}

/* While the world stands, and when it has gone. */
START_TEST(nodes_and_ports_have_their_names)
{
	uint32_t node = router_node(r)->number;
	for (int i = 0; i < 2; i++) {
		ck_assert_str_eq(trace_node_name(&trace, node), "r:sr");
		ck_assert_str_eq(trace_node_label(&trace, node), "r");
		ck_assert_str_eq(trace_port_name(&trace, node, 0), "left");
		ck_assert_str_eq(trace_port_name(&trace, node, 1), "right");
		ck_assert_str_eq(trace_port_name(&trace, node, 2), "");
		ck_assert_str_eq(trace_port_name(&trace, 0, 0), "eth0");
		if (!i)
			trace_seal(&trace);
	}
	for (node = 3; node < 5; node++) {
		ck_assert_str_eq(trace_node_name(&trace, node), "");
		ck_assert_str_eq(trace_node_label(&trace, node), "");
		ck_assert_str_eq(trace_port_name(&trace, node, 0), "");
	}
}
END_TEST

START_TEST(a_delivered_packet_is_known_from_end_to_end)
{
	const struct trace_packet *p = send("10.2.0.2");
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(p->fate, TRACE_DELIVERED);
	ck_assert_uint_eq(p->flow, 9);
	ck_assert_uint_eq(p->sent, 0);
	ck_assert_uint_eq(p->ended, at_b.time);
	ck_assert_str_eq(trace_node_name(&trace, p->from_node), "a");
	ck_assert_str_eq(trace_node_name(&trace, p->end_node), "b");
	ck_assert_int_eq(p->proto, IP4_PROTO_UDP);
	world_kit_same_ip(p->src, "10.1.0.2");
	world_kit_same_ip(p->end_dst, "10.2.0.2");
	ck_assert_uint_eq(p->end_dport, 6000);
	ck_assert_str_eq(p->kind, "UDP");
	ck_assert_ptr_nonnull(strstr(p->text, "10.1.0.2:5000 > 10.2.0.2:6000"));
}
END_TEST

START_TEST(notes_come_in_order)
{
	const struct trace_packet *p = send("10.2.0.2");
	const struct note *n = trace_next(&trace, p, NULL);
	uint64_t before = 0;
	size_t count = 0;
	ck_assert_int_eq(n->kind, NOTE_SENT);
	for (; n; n = trace_next(&trace, p, n)) {
		ck_assert_uint_eq(n->pkt, p->id);
		ck_assert_uint_ge(n->time, before);
		before = n->time;
		count++;
	}
	ck_assert_uint_eq(count, 10);
	ck_assert_int_eq(trace.notes.at[p->last_note - 1].note.kind,
			 NOTE_DELIVERED);
}
END_TEST

START_TEST(a_dropped_packet_and_its_error_know_each_other)
{
	const struct trace_packet *p = send("10.9.9.9");
	ck_assert_int_eq(p->fate, TRACE_DROPPED);
	ck_assert_int_eq(p->reason, DROP_NO_ROUTE);
	ck_assert_str_eq(trace_node_label(&trace, p->end_node), "r");
	const struct note *last = &trace.notes.at[p->last_note - 1].note;
	ck_assert_int_eq(last->kind, NOTE_ANSWERED);
	const struct trace_packet *error = trace_find(&trace, last->ref);
	ck_assert_ptr_nonnull(error);
	ck_assert_uint_eq(error->cause, p->id);
	ck_assert_int_eq(error->leg, PKT_ERROR);
	ck_assert_uint_eq(error->flow, 9);
	ck_assert_int_eq(error->fate, TRACE_DELIVERED);
	ck_assert_str_eq(error->kind, "ICMP network unreachable");
}
END_TEST

START_TEST(a_packet_under_way_is_in_flight)
{
	struct world_kit_udp u = {"10.1.0.2", "10.2.0.2", 1, 2, 64};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	router_send(a, p);
	ck_assert_int_eq(trace_find(&trace, id)->fate, TRACE_IN_FLIGHT);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_int_eq(trace_find(&trace, id)->fate, TRACE_DELIVERED);
}
END_TEST

START_TEST(unmarked_packets_are_not_there)
{
	kit.world->mark_all = false;
	ck_assert_ptr_null(send("10.2.0.2"));
	ck_assert_uint_eq(trace.packets.count, 0);
	ck_assert_uint_eq(trace.notes.count, 0);
	ck_assert_uint_eq(at_b.count, 1);
}
END_TEST

START_TEST(nothing_is_marked_when_nobody_looks)
{
	struct world *w = world_new(1, 1);
	struct watch frames = {.frame = world_kit_frame};
	world_watch(w, &frames);
	struct pkt *p = world_take_pkt(w);
	ck_assert(!p->marked);
	world_free_pkt(w, p);
	struct trace t;
	trace_init(&t, w);
	p = world_take_pkt(w);
	ck_assert(p->marked);
	world_free_pkt(w, p);
	trace_fini(&t);
	p = world_take_pkt(w);
	ck_assert(!p->marked);
	world_free(w);
}
END_TEST

START_TEST(arp_is_kept_out)
{
	send("10.2.0.2");
	ck_assert_uint_eq(trace.packets.count, 1);
}
END_TEST

START_TEST(names_outlive_the_world)
{
	struct world *w = world_new(1, 8);
	struct router *x = router_new(w, "t0:en1", "t0");
	struct router_port_conf c = {.name = "up"};
	struct trace t;
	router_add_port(x, &c);
	trace_init(&t, w);
	trace_seal(&t);
	world_free(w);
	ck_assert_str_eq(trace_node_name(&t, 0), "t0:en1");
	ck_assert_str_eq(trace_node_label(&t, 0), "t0");
	ck_assert_str_eq(trace_port_name(&t, 0, 0), "up");
	ck_assert_str_eq(trace_port_name(&t, 0, 1), "");
	trace_fini(&t);
}
END_TEST

START_TEST(observing_changes_nothing)
{
	send("10.2.0.2");
	send("10.9.9.9");
	struct world_kit with = kit;
	trace_fini(&trace);
	setup();
	trace_seal(&trace); /* detached: this run goes unseen */
	struct world_kit_udp u = {"10.1.0.2", "10.2.0.2", 5000, 6000, 64};
	router_send(a, world_kit_udp(&kit, &u));
	world_run_until(kit.world, 10 * VCLOCK_S);
	u.dst = "10.9.9.9";
	router_send(a, world_kit_udp(&kit, &u));
	world_run_until(kit.world, 20 * VCLOCK_S);
	ck_assert_uint_eq(trace.packets.count, 0);
	ck_assert_uint_eq(kit.frames.count, with.frames.count);
	for (size_t i = 0; i < kit.frames.count; i++) {
		ck_assert_uint_eq(kit.frames.at[i].time,
				  with.frames.at[i].time);
		ck_assert_mem_eq(kit.frames.at[i].bytes,
				 with.frames.at[i].bytes, 128);
	}
	world_kit_fini(&with);
}
END_TEST

Suite *trace_test_suite(void);
Suite *trace_test_suite(void)
{
	Suite *s = suite_create("trace");
	TCase *t = tcase_create("trace");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, nodes_and_ports_have_their_names);
	tcase_add_test(t, a_delivered_packet_is_known_from_end_to_end);
	tcase_add_test(t, notes_come_in_order);
	tcase_add_test(t, a_dropped_packet_and_its_error_know_each_other);
	tcase_add_test(t, a_packet_under_way_is_in_flight);
	tcase_add_test(t, unmarked_packets_are_not_there);
	tcase_add_test(t, nothing_is_marked_when_nobody_looks);
	tcase_add_test(t, arp_is_kept_out);
	tcase_add_test(t, names_outlive_the_world);
	tcase_add_test(t, observing_changes_nothing);
	suite_add_tcase(s, t);
	return s;
}
