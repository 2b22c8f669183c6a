/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>

#include "tests/unit/sim/world/world_kit.h"

#define HOSTS 4

static struct world_kit kit;
static struct router *hosts[HOSTS];
static struct world_kit_inbox boxes[HOSTS];
static const char *const addrs[HOSTS] = {"10.0.0.1", "10.0.0.2", "10.0.0.3",
					 "10.0.0.4"};

static void setup(void)
{
	world_kit_init(&kit);
	struct bridge *b = bridge_new(kit.world, "segment");
	struct link_conf conf = {.delay_ns = WORLD_KIT_DELAY};
	for (int i = 0; i < HOSTS; i++) {
		char addr[ADDR_PREFIX_SIZE];
		snprintf(addr, sizeof(addr), "%s/24", addrs[i]);
		hosts[i] = world_kit_host(&kit, addrs[i], addr, "10.0.0.254");
		bridge_attach(b, world_kit_nic(hosts[i], 0), &conf);
		world_kit_listen(&kit, hosts[i], &boxes[i]);
	}
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static void send(int from, int to)
{
	struct world_kit_udp u = {addrs[from], addrs[to], 1000, 2000, 64};
	router_send(hosts[from], world_kit_udp(&kit, &u));
	world_run_until(kit.world, world_now(kit.world) + VCLOCK_S);
}

/* Frames that the bridge sent, to whomever. */
static size_t bridge_frames(uint32_t id)
{
	size_t count = 0;
	for (size_t i = 0; i < kit.frames.count; i++)
		if (kit.frames.at[i].id == id &&
		    !strcmp(kit.frames.at[i].nic->node->name, "segment"))
			count++;
	return count;
}

START_TEST(frames_go_to_the_one_they_are_for)
{
	send(0, 2);
	ck_assert_uint_eq(boxes[2].count, 1);
	ck_assert_uint_eq(boxes[1].count + boxes[3].count, 0);
}
END_TEST

START_TEST(broadcasts_are_flooded_known_addresses_are_not)
{
	send(0, 1); /* packet 1, ARP request 2, reply 3 */
	ck_assert_uint_eq(bridge_frames(2), HOSTS - 1);
	ck_assert_uint_eq(bridge_frames(3), 1);
	ck_assert_uint_eq(bridge_frames(1), 1);
}
END_TEST

START_TEST(unknown_addresses_are_flooded)
{
	struct world_kit_udp u = {addrs[0], addrs[1], 1, 2, 64};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	eth_write(p->data, world_kit_nic(hosts[1], 0)->mac,
		  world_kit_nic(hosts[0], 0)->mac, ETH_TYPE_IP4);
	nic_send(world_kit_nic(hosts[0], 0), p);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(bridge_frames(id), HOSTS - 1);
	ck_assert_uint_eq(boxes[1].count, 1);
	ck_assert_uint_eq(boxes[1].last.id, id);
}
END_TEST

START_TEST(a_frame_for_its_own_side_is_not_repeated)
{
	send(0, 1);
	struct pkt *p = world_take_pkt(kit.world);
	uint32_t id = p->id;
	mac its = world_kit_nic(hosts[0], 0)->mac;
	p->len = 60;
	eth_write(p->data, its, its, ETH_TYPE_IP4);
	nic_send(world_kit_nic(hosts[0], 0), p);
	world_run_until(kit.world, world_now(kit.world) + VCLOCK_S);
	ck_assert_uint_eq(bridge_frames(id), 0);
}
END_TEST

START_TEST(flooded_copies_leave_no_notes)
{
	struct world_kit_udp u = {addrs[0], addrs[1], 1, 2, 64};
	struct pkt *p = world_kit_udp(&kit, &u);
	eth_write(p->data, world_kit_nic(hosts[1], 0)->mac,
		  world_kit_nic(hosts[0], 0)->mac, ETH_TYPE_IP4);
	world_kit_nic(hosts[3], 0)->up = false;
	nic_send(world_kit_nic(hosts[0], 0), p);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(kit.notes.count, 2);
	ck_assert_int_eq(kit.notes.at[0].kind, NOTE_RECEIVED);
	ck_assert_int_eq(kit.notes.at[1].kind, NOTE_DELIVERED);
	ck_assert_int_eq(kit.notes.at[1].node, router_node(hosts[1])->number);
}
END_TEST

/* As many as there may be packets. */
START_TEST(who_cannot_have_a_copy_gets_none)
{
	struct world_kit_udp u = {addrs[0], addrs[1], 1, 2, 64};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	eth_write(p->data, eth_broadcast(), world_kit_nic(hosts[0], 0)->mac,
		  0x88b5);
	kit.world->packet_limit = 2;
	nic_send(world_kit_nic(hosts[0], 0), p);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_uint_eq(bridge_frames(id), 1);
	ck_assert(kit.world->limit_hit);
	kit.world->limit_hit = kit.world->packets_hit = false;
	world_run_until(kit.world, 2 * VCLOCK_S);
}
END_TEST

START_TEST(an_address_that_moves_is_learned_anew)
{
	send(0, 1);
	/* The station behind port 2 now speaks as the one behind port 1 did. */
	struct pkt *p = world_take_pkt(kit.world);
	mac moved = world_kit_nic(hosts[1], 0)->mac;
	p->len = 60;
	eth_write(p->data, eth_broadcast(), moved, 0x88b5);
	p->marked = false;
	nic_send(world_kit_nic(hosts[2], 0), p);
	world_run_until(kit.world, world_now(kit.world) + VCLOCK_S);
	size_t before = boxes[1].count;
	send(0, 1);
	ck_assert_uint_eq(boxes[1].count, before);
}
END_TEST

Suite *bridge_test_suite(void);
Suite *bridge_test_suite(void)
{
	Suite *s = suite_create("bridge");
	TCase *t = tcase_create("bridge");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, frames_go_to_the_one_they_are_for);
	tcase_add_test(t, broadcasts_are_flooded_known_addresses_are_not);
	tcase_add_test(t, unknown_addresses_are_flooded);
	tcase_add_test(t, a_frame_for_its_own_side_is_not_repeated);
	tcase_add_test(t, flooded_copies_leave_no_notes);
	tcase_add_test(t, who_cannot_have_a_copy_gets_none);
	tcase_add_test(t, an_address_that_moves_is_learned_anew);
	suite_add_tcase(s, t);
	return s;
}
