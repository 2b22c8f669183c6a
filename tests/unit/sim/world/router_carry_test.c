/* SPDX-License-Identifier: Apache-2.0 */
/* What the run has brought about is carried into new tables, entry by entry. */
#include <check.h>

#include "sim/base/mem.h"
#include "sim/wire/ip4.h"
#include "sim/world/router.h"
#include "tests/unit/suites.h"
#include "tests/unit/sim/world/world_kit.h"

Suite *router_carry_test_suite(void);

enum { COUNT = 500, GONE = 7 };

static struct world_kit kit;
static struct router *r;

static void setup(void)
{
	world_kit_init(&kit);
	r = router_new(kit.world, "t1", "t1");
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

/* Backwards, and without the entry 'gone'. */
static uint32_t ref_at(size_t i, bool first)
{
	uint32_t ref = (uint32_t)(first ? i : COUNT - 1 - i);
	return !first && ref == GONE ? COUNT : ref;
}

static void set_acl(bool first)
{
	static struct acl_rule rules[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		rules[i] = (struct acl_rule){.sequence_number = (uint32_t)i,
					     .ref = ref_at(i, first),
					     .packets = first ? 1000 + i : 0};
	struct router_tables t = {.acl_rules = rules, .acl_rule_count = COUNT};
	router_set_tables(r, &t);
}

START_TEST(hits_of_access_rules)
{
	const struct acl *a = &router_forward(r)->acl;
	set_acl(true);
	set_acl(false);
	ck_assert_uint_eq(a->count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		uint32_t ref = a->rules[i].ref;
		ck_assert_uint_eq(a->rules[i].packets,
				  ref == COUNT ? 0 : 1000 + ref);
	}
}
END_TEST

static void set_lb(bool first)
{
	struct lb_server *s = mem_new(2 * COUNT, sizeof(*s));
	for (size_t i = 0; i < 2 * COUNT; i++) {
		uint16_t port = (uint16_t)(i % 2 ? 8443 : 443);
		s[i] = (struct lb_server){
			.vip = addr_ip4(0x1e000000 + ref_at(i / 2, first)),
			.proto = IP4_PROTO_TCP,
			.ports = {port, port},
			.ref = ref_at(i / 2, first),
			.next = (uint32_t)(first ? i : 0),
			.connections = first ? 2000 + i : 0};
	}
	struct router_tables t = {.lb_servers = s,
				  .lb_server_count = 2 * COUNT};
	router_set_tables(r, &t);
	mem_free(s);
}

/* A virtual server of two ports is there twice; each keeps what is its own. */
START_TEST(connections_of_virtual_servers)
{
	const struct lb *l = &router_forward(r)->lb;
	set_lb(true);
	set_lb(false);
	ck_assert_uint_eq(l->count, 2 * COUNT);
	for (size_t i = 0; i < l->count; i++) {
		const struct lb_server *s = &l->servers[i];
		size_t was = 2 * s->ref + (s->ports.first == 8443);
		ck_assert_uint_eq(s->connections,
				  s->ref == COUNT ? 0 : 2000 + was);
		ck_assert_uint_eq(s->next, s->ref == COUNT ? 0 : was);
	}
}
END_TEST

static void set_snat(bool first)
{
	static struct nat_rule rules[COUNT];
	for (size_t i = 0; i < COUNT; i++) {
		uint32_t ref = ref_at(i, first);
		struct addr_prefix from = {addr_ip4(0x0a000000 + ref), 32},
				   to = {addr_ip4(0x1e000000 + ref / 2), 32};
		rules[i] = (struct nat_rule){
			.action = NAT_SNAT,
			.enabled = true,
			.source = {.count = 1, .at = {from}},
			.translated = {.count = 1, .at = {to}},
			.ref = ref};
	}
	struct router_tables t = {.nat_rules = rules, .nat_rule_count = COUNT};
	router_set_tables(r, &t);
}

/* Two rules share an address: its ports are in use once. */
START_TEST(ports_of_translated_addresses)
{
	const struct forward *f = router_forward(r);
	set_snat(true);
	ck_assert_uint_eq(f->pool_count, 3 * COUNT / 2);
	for (size_t i = 0; i < f->pool_count; i++)
		for (size_t n = 0; n <= i % 5; n++)
			ck_assert_uint_eq(port_take(&f->pools[i]),
					  PORT_FIRST + n);
	set_snat(false);
	ck_assert_uint_eq(f->pool_count, 3 * (COUNT / 2 + 1));
	for (size_t i = 0; i < f->pool_count; i++) {
		uint32_t number = f->pools[i].addr.v - 0x1e000000;
		static const uint8_t protos[] = {IP4_PROTO_TCP, IP4_PROTO_UDP,
						 IP4_PROTO_ICMP};
		size_t was = 3 * number + i % 3;
		ck_assert_uint_eq(f->pools[i].proto, protos[i % 3]);
		ck_assert_uint_eq(f->pools[i].used,
				  number == COUNT / 2 ? 0 : was % 5 + 1);
	}
}
END_TEST

Suite *router_carry_test_suite(void)
{
	Suite *s = suite_create("router_carry");
	TCase *c = tcase_create("router_carry");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, hits_of_access_rules);
	tcase_add_test(c, connections_of_virtual_servers);
	tcase_add_test(c, ports_of_translated_addresses);
	suite_add_tcase(s, c);
	return s;
}
