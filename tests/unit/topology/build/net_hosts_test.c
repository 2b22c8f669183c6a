/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/unit/topology/build/net_kit.h"

static bool is_made(const struct net_kit *k, const char *host)
{
	return world_find_node(net_world(k->net), host) != NULL;
}

START_TEST(a_host_is_made_when_it_is_asked_for)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(!is_made(&k, "vm-a"));
	ck_assert_ptr_nonnull(net_host(k.net, "vm-a"));
	ck_assert(is_made(&k, "vm-a"));
	ck_assert(!is_made(&k, "vm-b"));
	ck_assert_ptr_eq(net_host(k.net, "vm-a"), net_host(k.net, "vm-a"));
	net_kit_fini(&k);
}
END_TEST

START_TEST(a_host_is_made_when_a_frame_reaches_its_segment)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	ck_assert(is_made(&k, "server"));
	ck_assert(!is_made(&k, "vm-b"));
	net_kit_fini(&k);
}
END_TEST

/* A second host on vm-a's segment, and one that is on vm-b's as well. */
static const char neighbours[] =
	"hosts: {vm-c: {segment: seg-a, address: 10.1.0.77/24, gateway: "
	"10.1.0.1}, node: {interfaces: {one: {segment: seg-a, address: "
	"10.1.0.78/24}, two: {segment: seg-b, address: 10.2.0.78/24}}}}";

START_TEST(hosts_of_a_segment_are_made_together)
{
	struct net_kit k;
	net_kit_init(&k, neighbours);
	net_host(k.net, "vm-c");
	ck_assert(is_made(&k, "vm-a"));
	ck_assert(is_made(&k, "node"));
	ck_assert(is_made(&k, "vm-b"));
	ck_assert(!is_made(&k, "server"));
	net_kit_fini(&k);
}
END_TEST

START_TEST(hosts_of_its_other_segments_are_made_too)
{
	struct net_kit k;
	net_kit_init(&k, "segments: {x: {}, y: {}}\n"
			 "hosts: {vm-a: {interfaces: {two: {segment: x, "
			 "address: 10.7.0.1/24}}}, on-x: {segment: x, address: "
			 "10.7.0.2/24, interfaces: {y: {segment: y, address: "
			 "10.8.0.2/24}}}, on-y: {segment: y, address: "
			 "10.8.0.3/24}}\n");
	ck_assert_ptr_nonnull(k.net);
	net_host(k.net, "vm-a");
	ck_assert(is_made(&k, "on-x"));
	ck_assert(is_made(&k, "on-y"));
	ck_assert(!is_made(&k, "vm-b"));
	net_kit_fini(&k);
}
END_TEST

/* MAC addresses of all ports of all hosts, and how the world goes on. */
static void describe(struct net_kit *k, const char *const *order, char *out,
		     size_t room)
{
	struct str s = {0};
	size_t count;
	for (size_t i = 0; order[i]; i++)
		net_host(k->net, order[i]);
	const char *const *names = net_host_names(k->net, &count);
	for (size_t i = 0; i < count; i++) {
		struct router *r = host_router(net_host(k->net, names[i]));
		const struct router_port *p;
		for (uint16_t j = 0; (p = router_port(r, j)) != NULL; j++) {
			char text[ADDR_MAC_SIZE];
			str_addf(&s, "%s %s %s\n", names[i], p->nic->name,
				 addr_print_mac(p->nic->mac, text));
		}
	}
	str_addf(&s, "%u", rng_next(&net_world(k->net)->rng));
	ck_assert_uint_lt(s.len, room);
	strcpy(out, str_text(&s));
	str_fini(&s);
}

START_TEST(it_does_not_matter_which_is_made_first)
{
	static const char *const orders[][4] = {
		{"vm-a", "vm-b", "server"}, {"server", "vm-b"}, {NULL}};
	char first[2048], other[2048];
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct net_kit k;
		net_kit_init(&k, NULL);
		describe(&k, orders[i], i ? other : first, sizeof(first));
		if (i)
			ck_assert_str_eq(other, first);
		net_kit_fini(&k);
	}
}
END_TEST

START_TEST(a_port_that_is_down_makes_its_host)
{
	struct net_kit k;
	net_kit_init(&k, "hosts: {vm-b: {segment: null, address: null, "
			 "gateway: null, interfaces: {eth0: {segment: seg-b, "
			 "address: 10.2.0.10/24, admin_state: DOWN}}}}");
	ck_assert(is_made(&k, "vm-b"));
	net_kit_fini(&k);
}
END_TEST

START_TEST(a_change_reaches_hosts_made_before_and_after)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	net_host(k.net, "vm-a");
	ck_assert(net_kit_apply(&k, "hosts: {vm-a: {nameservers: [10.9.9.9]}, "
				    "vm-b: {nameservers: [10.8.8.8]}}"));
	ck_assert_uint_eq(host_conf(net_host(k.net, "vm-a"))->nameservers[0].v,
			  0x0a090909);
	ck_assert_uint_eq(host_conf(net_host(k.net, "vm-b"))->nameservers[0].v,
			  0x0a080808);
	net_kit_fini(&k);
}
END_TEST

Suite *net_hosts_test_suite(void);
Suite *net_hosts_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_hosts");
	TCase *c = tcase_create("net_hosts");
	tcase_add_test(c, a_host_is_made_when_it_is_asked_for);
	tcase_add_test(c, a_host_is_made_when_a_frame_reaches_its_segment);
	tcase_add_test(c, hosts_of_a_segment_are_made_together);
	tcase_add_test(c, hosts_of_its_other_segments_are_made_too);
	tcase_add_test(c, it_does_not_matter_which_is_made_first);
	tcase_add_test(c, a_port_that_is_down_makes_its_host);
	tcase_add_test(c, a_change_reaches_hosts_made_before_and_after);
	suite_add_tcase(s, c);
	return s;
}
