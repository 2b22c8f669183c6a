/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "sim/wire/arp.h"
#include "tests/unit/sim/world/world_kit.h"

/* Host a and routers r and s on one segment. */
static struct world_kit kit;
static struct router *a, *r, *s;
static struct world_kit_inbox at_a;

static void setup(void)
{
	world_kit_init(&kit);
	struct link_conf conf = {.delay_ns = WORLD_KIT_DELAY};
	struct bridge *segment = bridge_new(kit.world, "segment");
	struct rib_route own = world_kit_route("10.1.0.0/24", NULL, 0);
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	r = router_new(kit.world, "r", "r");
	s = router_new(kit.world, "s", "s");
	world_kit_port(r, "p", "10.1.0.1/24");
	world_kit_port(s, "p", "10.1.0.3/24");
	world_kit_routes(r, true, &own, 1);
	world_kit_routes(s, true, &own, 1);
	bridge_attach(segment, world_kit_nic(a, 0), &conf);
	bridge_attach(segment, world_kit_nic(r, 0), &conf);
	bridge_attach(segment, world_kit_nic(s, 0), &conf);
	world_kit_listen(&kit, a, &at_a);
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static void run(uint64_t duration)
{
	ck_assert(world_run_until(kit.world, world_now(kit.world) + duration));
}

/* An ARP request out of a's port, with any sender address. */
static void ask(const char *sender, const char *target)
{
	struct arp m = {.op = ARP_REQUEST,
			.sender_mac = world_kit_nic(a, 0)->mac,
			.sender = world_kit_ip4(sender),
			.target = world_kit_ip4(target)};
	struct pkt *p = world_take_pkt(kit.world);
	p->marked = false;
	p->len = ETH_SIZE + ARP_SIZE;
	eth_write(p->data, eth_broadcast(), m.sender_mac, ETH_TYPE_ARP);
	arp_write(p->data + ETH_SIZE, &m);
	nic_send(world_kit_nic(a, 0), p);
	run(VCLOCK_S);
}

static size_t frames_from(const struct router *from, uint16_t op)
{
	size_t count = 0;
	for (size_t i = 0; i < kit.frames.count; i++) {
		const struct world_kit_frame *f = &kit.frames.at[i];
		struct arp m;
		count += f->nic->node == (const struct node *)from &&
			 eth_type(f->bytes) == ETH_TYPE_ARP &&
			 arp_read(f->bytes + ETH_SIZE, ARP_SIZE, &m) &&
			 m.op == op;
	}
	return count;
}

START_TEST(the_asker_is_learned)
{
	ask("10.1.0.2", "10.1.0.1");
	const struct neigh_entry *e =
		neigh_find(router_neigh(r), 0, world_kit_ip4("10.1.0.2"));
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(e->state, NEIGH_REACHABLE);
	ck_assert(addr_mac_same(e->mac, world_kit_nic(a, 0)->mac));
	ck_assert_uint_eq(frames_from(r, ARP_REPLY), 1);
	/* s was not asked: it neither answers nor learns. */
	ck_assert_uint_eq(frames_from(s, ARP_REPLY), 0);
	ck_assert_uint_eq(router_neigh(s)->count, 0);
}
END_TEST

START_TEST(a_probe_is_answered_but_not_learned)
{
	ask("0.0.0.0", "10.1.0.1");
	ck_assert_uint_eq(frames_from(r, ARP_REPLY), 1);
	ck_assert_uint_eq(router_neigh(r)->count, 0);
}
END_TEST

START_TEST(who_claims_our_address_is_not_believed)
{
	ask("10.1.0.1", "10.1.0.1");
	ck_assert_uint_eq(frames_from(r, ARP_REPLY), 0);
	ck_assert_uint_eq(router_neigh(r)->count, 0);
}
END_TEST

START_TEST(proxies_are_answered_for)
{
	struct router_proxy proxy = {0, world_kit_prefix("10.1.0.64/28")};
	struct router_loopback lo = {world_kit_ip4("10.1.0.9"), true};
	struct router_tables t = {.proxies = &proxy,
				  .proxy_count = 1,
				  .loopbacks = &lo,
				  .loopback_count = 1,
				  .forwards = true};
	router_set_tables(r, &t);
	ask("10.1.0.2", "10.1.0.79");
	ck_assert_uint_eq(frames_from(r, ARP_REPLY), 1);
	ask("10.1.0.2", "10.1.0.80");
	ask("10.1.0.2", "10.1.0.9"); /* a loopback is no proxy */
	ck_assert_uint_eq(frames_from(r, ARP_REPLY), 1);
}
END_TEST

START_TEST(an_old_entry_is_asked_for_again)
{
	router_send(a, world_kit_echo(&kit, "10.1.0.2", "10.1.0.1"));
	run(VCLOCK_S);
	router_send(a, world_kit_echo(&kit, "10.1.0.2", "10.1.0.1"));
	run(NEIGH_REACHABLE_NS);
	ck_assert_uint_eq(frames_from(a, ARP_REQUEST), 1);
	router_send(a, world_kit_echo(&kit, "10.1.0.2", "10.1.0.1"));
	run(VCLOCK_S);
	ck_assert_uint_eq(frames_from(a, ARP_REQUEST), 2);
	ck_assert_uint_eq(at_a.count, 3);
}
END_TEST

START_TEST(an_added_address_is_announced)
{
	ck_assert(router_add_addr(r, 0, world_kit_if("10.1.0.50/24")));
	run(VCLOCK_S);
	router_send(a, world_kit_echo(&kit, "10.1.0.2", "10.1.0.50"));
	run(VCLOCK_S);
	ck_assert_uint_eq(at_a.count, 1);
	router_remove_addr(r, 0, world_kit_ip4("10.1.0.50"));
	ck_assert(router_add_addr(s, 0, world_kit_if("10.1.0.50/24")));
	run(VCLOCK_S);
	const struct neigh_entry *e =
		neigh_find(router_neigh(a), 0, world_kit_ip4("10.1.0.50"));
	ck_assert_ptr_nonnull(e);
	ck_assert(addr_mac_same(e->mac, world_kit_nic(s, 0)->mac));
}
END_TEST

START_TEST(a_port_that_comes_up_is_announced)
{
	bool up = false;
	struct rib_route own = world_kit_route("10.1.0.0/24", NULL, 0);
	struct router_tables t = {.routes = &own,
				  .route_count = 1,
				  .port_up = &up,
				  .forwards = true};
	router_set_tables(r, &t);
	ck_assert_uint_eq(frames_from(r, ARP_REQUEST), 0);
	up = true;
	router_set_tables(r, &t);
	run(VCLOCK_S);
	ck_assert_uint_eq(frames_from(r, ARP_REQUEST), 1);
}
END_TEST

Suite *router_arp_test_suite(void);
Suite *router_arp_test_suite(void)
{
	Suite *suite = suite_create("router_arp");
	TCase *t = tcase_create("router_arp");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_asker_is_learned);
	tcase_add_test(t, a_probe_is_answered_but_not_learned);
	tcase_add_test(t, who_claims_our_address_is_not_believed);
	tcase_add_test(t, proxies_are_answered_for);
	tcase_add_test(t, an_old_entry_is_asked_for_again);
	tcase_add_test(t, an_added_address_is_announced);
	tcase_add_test(t, a_port_that_comes_up_is_announced);
	suite_add_tcase(suite, t);
	return suite;
}
