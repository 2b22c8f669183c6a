/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "sim/base/mem.h"
#include "tests/unit/sim/world/world_kit.h"

/* The article's chain: pod -- t1 (SNAT to 30.0.0.5) -- t0 (REFLEXIVE 30.0.0.5
 * to its uplink address) -- upstream, which knows no 30.0.0.0 -- registry. */
#define POD	 "10.244.0.98"
#define EGRESS	 "30.0.0.5"
#define UPLINK	 "10.27.51.145"
#define REGISTRY "74.125.133.82"

#define REF_SNAT      11
#define REF_NO_SNAT   12
#define REF_REFLEXIVE 21

static struct world_kit kit;
static struct router *pod, *t1, *t0, *upstream, *registry;
static struct world_kit_inbox at_pod, at_registry;

static struct nic *add_uplink(struct router *r, const char *addr)
{
	struct router_port_conf c = {
		.name = "up", .addr = world_kit_if(addr), .uplink = true};
	return router_add_port(r, &c);
}

static struct nat_rule rule(enum nat_action action, const char *source,
			    const char *translated, uint32_t ref)
{
	struct nat_rule r = {.action = action, .enabled = true, .ref = ref};
	r.source = (struct nat_prefixes){1, {world_kit_prefix(source)}};
	if (translated)
		r.translated = (struct nat_prefixes){
			1, {world_kit_prefix(translated)}};
	return r;
}

static uint32_t session_limit;

static void configure_t1(const struct nat_rule *rules, size_t count)
{
	struct rib_route routes[] = {
		world_kit_route("10.244.0.96/28", NULL, 0),
		world_kit_route("100.64.0.0/31", NULL, 1),
		world_kit_route("0.0.0.0/0", "100.64.0.0", 1),
	};
	struct router_loopback lo = {world_kit_ip4(EGRESS), false};
	struct router_tables t = {.routes = routes,
				  .route_count = 3,
				  .nat_rules = rules,
				  .nat_rule_count = count,
				  .loopbacks = &lo,
				  .loopback_count = 1,
				  .session_limit = session_limit,
				  .forwards = true,
				  .icmp_ttl = true};
	router_set_tables(t1, &t);
}

static void configure_t0(void)
{
	struct rib_route routes[] = {
		world_kit_route("100.64.0.0/31", NULL, 0),
		world_kit_route("10.27.51.0/24", NULL, 1),
		world_kit_route("30.0.0.5/32", "100.64.0.1", 0),
		world_kit_route("0.0.0.0/0", "10.27.51.254", 1),
	};
	struct nat_rule r = rule(NAT_REFLEXIVE, EGRESS, UPLINK, REF_REFLEXIVE);
	struct router_tables t = {.routes = routes,
				  .route_count = 4,
				  .nat_rules = &r,
				  .nat_rule_count = 1,
				  .forwards = true,
				  .icmp_ttl = true};
	router_set_tables(t0, &t);
}

static void configure_snat(void)
{
	struct nat_rule snat =
		rule(NAT_SNAT, "10.244.0.96/28", EGRESS, REF_SNAT);
	configure_t1(&snat, 1);
}

static void setup(void)
{
	world_kit_init(&kit);
	pod = world_kit_host(&kit, "pod", POD "/28", "10.244.0.97");
	registry = world_kit_host(&kit, "registry", REGISTRY "/24",
				  "74.125.133.1");
	t1 = router_new(kit.world, "t1", "t1");
	t0 = router_new(kit.world, "t0", "t0");
	upstream = router_new(kit.world, "upstream", "upstream");
	world_kit_cable(&kit, world_kit_nic(pod, 0),
			world_kit_port(t1, "down", "10.244.0.97/28"));
	world_kit_cable(&kit, add_uplink(t1, "100.64.0.1/31"),
			world_kit_port(t0, "down", "100.64.0.0/31"));
	world_kit_cable(&kit, add_uplink(t0, UPLINK "/24"),
			world_kit_port(upstream, "in", "10.27.51.254/24"));
	world_kit_cable(&kit,
			world_kit_port(upstream, "out", "74.125.133.1/24"),
			world_kit_nic(registry, 0));
	session_limit = 0;
	configure_snat();
	configure_t0();
	struct rib_route outside[] = {
		world_kit_route("10.27.51.0/24", NULL, 0),
		world_kit_route("74.125.133.0/24", NULL, 1),
	};
	world_kit_routes(upstream, true, outside, 2);
	world_kit_listen(&kit, pod, &at_pod);
	world_kit_listen(&kit, registry, &at_registry);
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static void run(uint64_t duration)
{
	ck_assert(world_run_until(kit.world, world_now(kit.world) + duration));
}

static uint32_t request_from(uint16_t sport, uint8_t ttl)
{
	struct world_kit_udp u = {POD, REGISTRY, sport, 443, ttl};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	router_send(pod, p);
	run(VCLOCK_S);
	return id;
}

static uint32_t request(uint8_t ttl)
{
	return request_from(5000, ttl);
}

static uint32_t reply(uint8_t ttl)
{
	struct world_kit_udp u = {REGISTRY, UPLINK, 443, PORT_FIRST, ttl};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	router_send(registry, p);
	run(VCLOCK_S);
	return id;
}

static void check_reply(size_t count)
{
	ck_assert_uint_eq(at_pod.count, count);
	world_kit_same_ip(at_pod.last.src, REGISTRY);
	world_kit_same_ip(at_pod.last.dst, POD);
	ck_assert_uint_eq(at_pod.last.dport, 5000);
	world_kit_check_udp(&at_pod.last);
}

START_TEST(two_translations_there_and_back)
{
	request(64);
	ck_assert_uint_eq(at_registry.count, 1);
	world_kit_same_ip(at_registry.last.src, UPLINK);
	ck_assert_uint_eq(at_registry.last.sport, PORT_FIRST);
	ck_assert_uint_eq(at_registry.last.data[ETH_SIZE + 8], 61);
	world_kit_check_udp(&at_registry.last);
	reply(64);
	check_reply(1);
	ck_assert_uint_eq(at_pod.last.data[ETH_SIZE + 8], 61);
}
END_TEST

START_TEST(the_notes_name_the_rules)
{
	uint32_t id = request(64);
	ck_assert_uint_eq(world_kit_find(&kit, id, NOTE_SNAT)->ref, REF_SNAT);
	ck_assert_uint_eq(world_kit_find(&kit, id, NOTE_REFLEXIVE)->ref,
			  REF_REFLEXIVE);
	const struct note *snat = world_kit_find(&kit, id, NOTE_SNAT);
	world_kit_same_ip(snat->src, EGRESS);
	ck_assert_uint_eq(snat->sport, PORT_FIRST);
}
END_TEST

/* An error quotes what the pod sent, both translations undone. */
START_TEST(errors_from_outside_come_back_through_both)
{
	const uint8_t *icmp = at_pod.last.data + ETH_SIZE + IP4_SIZE;
	struct icmp m;
	struct ip4_head q;
	request(3);
	ck_assert_uint_eq(at_registry.count, 0);
	ck_assert_uint_eq(at_pod.count, 1);
	world_kit_same_ip(at_pod.last.src, "10.27.51.254");
	ck_assert(icmp_read(icmp, ICMP_SIZE + IP4_SIZE + 8, &m));
	ck_assert_uint_eq(m.type, ICMP_TIME_EXCEEDED);
	ck_assert_int_eq(ip4_read_quoted(icmp + ICMP_SIZE, IP4_SIZE + 8, &q),
			 IP4_OK);
	world_kit_same_ip(q.src, POD);
	world_kit_same_ip(q.dst, REGISTRY);
	ck_assert_uint_eq(be_load16(icmp + ICMP_SIZE + IP4_SIZE), 5000);
}
END_TEST

/* t0 has translated the destination before it sees the TTL; the sender knows
 * nothing of that. */
START_TEST(an_error_quotes_the_packet_as_it_came)
{
	struct ip4_head q;
	request(64);
	reply(2);
	ck_assert_uint_eq(at_pod.count, 0);
	ck_assert_uint_eq(at_registry.count, 2);
	world_kit_same_ip(at_registry.last.src, UPLINK);
	ip4_read_quoted(at_registry.last.data + ETH_SIZE + IP4_SIZE + ICMP_SIZE,
			IP4_SIZE + 8, &q);
	world_kit_same_ip(q.dst, UPLINK);
	world_kit_same_ip(q.src, REGISTRY);
}
END_TEST

START_TEST(sessions_and_hits_survive_new_rules)
{
	request(64);
	struct nat_rule rules[] = {
		rule(NAT_NO_SNAT, "10.244.0.99/32", NULL, REF_NO_SNAT),
		rule(NAT_SNAT, "10.244.0.96/28", EGRESS, REF_SNAT),
	};
	rules[0].sequence_number = 1;
	rules[1].sequence_number = 2;
	configure_t1(rules, 2);
	ck_assert_uint_eq(router_forward(t1)->pools[1].used, 1);
	reply(64);
	check_reply(1);
	const struct nat *nat = &router_forward(t1)->nat;
	ck_assert_uint_eq(nat->rules[0].ref, REF_NO_SNAT);
	ck_assert_uint_eq(nat->rules[0].packets, 0);
	ck_assert_uint_eq(nat->rules[1].packets, 2); /* there and back */
	request(64);
	ck_assert_uint_eq(at_registry.last.sport, PORT_FIRST);
	request_from(5001, 64); /* the port in use stays in use */
	ck_assert_uint_eq(at_registry.count, 3);
	ck_assert_uint_eq(at_registry.last.sport, PORT_FIRST + 1);
}
END_TEST

START_TEST(sessions_outlive_their_rule)
{
	request(64);
	configure_t1(NULL, 0);
	reply(64);
	check_reply(1);
}
END_TEST

/* Room for them is made while packets come; a limit is kept. */
START_TEST(sessions_grow_up_to_their_limit)
{
	const struct flow_table *flows = &router_forward(t1)->flows;
	ck_assert_uint_eq(flows->room, 0);
	request_from(20000, 64);
	for (uint16_t i = 1; i < 700; i++) {
		struct world_kit_udp u = {POD, REGISTRY, (uint16_t)(20000 + i),
					  443, 64};
		router_send(pod, world_kit_udp(&kit, &u));
		run(VCLOCK_S / 100);
	}
	ck_assert_uint_eq(flows->count, 700);
	ck_assert_uint_eq(at_registry.count, 700);
	ck_assert_uint_lt(flows->room, 2000);
	request_from(20000, 64); /* still the first one's session */
	ck_assert_uint_eq(flows->count, 700);
	ck_assert_uint_eq(at_registry.last.sport, PORT_FIRST);
	session_limit = 701;
	configure_snat();
	request_from(40000, 64);
	request_from(40001, 64);
	ck_assert_uint_eq(flows->count, 701);
}
END_TEST

START_TEST(neighbours_survive_new_tables)
{
	request(64);
	size_t frames = kit.frames.count;
	configure_t0();
	request(64);
	ck_assert_uint_eq(kit.frames.count - frames, 4); /* no ARP again */
}
END_TEST

START_TEST(idle_sessions_end_and_give_back_their_port)
{
	const struct forward *f = router_forward(t1);
	request(64);
	ck_assert_uint_eq(f->flows.count, 1);
	ck_assert_uint_eq(f->pools[1].used, 1);
	run(3600 * VCLOCK_S);
	router_send(pod, world_kit_echo(&kit, POD, "10.244.0.97"));
	run(VCLOCK_S);
	ck_assert_uint_eq(f->flows.count, 0);
	ck_assert_uint_eq(f->pools[1].used, 0);
}
END_TEST

/* The reply to an unknown port of the egress address ends on t1's loopback. */
START_TEST(the_egress_address_itself_serves_nobody)
{
	struct world_kit_udp u = {REGISTRY, UPLINK, 443, 40000, 64};
	struct pkt *p = world_kit_udp(&kit, &u);
	uint32_t id = p->id;
	router_send(registry, p);
	run(VCLOCK_S);
	const struct note *drop = world_kit_find(&kit, id, NOTE_DROPPED);
	ck_assert_ptr_nonnull(drop);
	ck_assert_int_eq(drop->reason, DROP_L4PORT);
	ck_assert_int_eq(drop->node, router_node(t1)->number);
}
END_TEST

/* What was decided about a flow ends where an address comes or goes: at a node
 * that keeps no state, one with sessions, and one that reflects. */
START_TEST(an_address_that_comes_or_goes_voids_decisions)
{
	struct router *r = (struct router *[]){upstream, t1, t0}[_i];
	struct addr_if own = world_kit_if(REGISTRY "/32");
	struct world_kit_inbox at_router;
	world_kit_listen(&kit, r, &at_router);
	for (size_t i = 0; i < 3; i++)
		request(64); /* the flow cache knows them */
	ck_assert_uint_eq(at_registry.count, 3);
	ck_assert(router_add_addr(r, 0, own));
	for (size_t i = 1; i < 4; i++) {
		request(64);
		ck_assert_uint_eq(at_router.count, i);
	}
	ck_assert_uint_eq(at_registry.count, 3);
	router_remove_addr(r, 0, own.addr);
	request(64);
	ck_assert_uint_eq(at_registry.count, 4);
	ck_assert_uint_eq(at_router.count, 3);
}
END_TEST

/* As Linux, which then has no local route to it. */
START_TEST(the_address_of_a_port_that_is_down_is_nobodys)
{
	struct router *x = router_new(kit.world, "x", "x");
	bool up[] = {true, false};
	struct router_tables t = {.port_up = up, .forwards = true};
	const struct forward *f = router_forward(x);
	world_kit_port(x, "a", "10.9.0.1/24");
	world_kit_port(x, "b", "10.9.1.1/24");
	router_set_tables(x, &t);
	ck_assert_uint_eq(f->local_count, 1);
	world_kit_same_ip(f->locals[0], "10.9.0.1");
	up[1] = true;
	router_set_tables(x, &t);
	ck_assert_uint_eq(f->local_count, 2);
	world_kit_same_ip(f->locals[1], "10.9.1.1");
}
END_TEST

/* Two routers on one segment; the address that both can answer for moves. */
static struct router *pair[2];

static void answer_for(struct router *r, const char *vip, bool up)
{
	struct router_proxy proxy = {0,
				     world_kit_prefix(vip ? vip : "0.0.0.0")};
	struct router_loopback lo = {proxy.prefix.addr, true};
	struct rib_route own = world_kit_route("10.8.0.0/24", NULL, 0);
	struct router_tables t = {.routes = &own,
				  .route_count = 1,
				  .proxies = &proxy,
				  .proxy_count = vip ? 1 : 0,
				  .loopbacks = &lo,
				  .loopback_count = vip ? 1 : 0,
				  .port_up = &up,
				  .forwards = true};
	router_set_tables(r, &t);
}

static size_t arp_frames(void)
{
	size_t count = 0;
	for (size_t i = 0; i < kit.frames.count; i++)
		count += eth_type(kit.frames.at[i].bytes) == ETH_TYPE_ARP;
	return count;
}

START_TEST(an_address_that_moves_is_announced)
{
	static const char *const names[] = {"en1", "en2"};
	static const char *const addrs[] = {"10.8.0.1/24", "10.8.0.2/24"};
	struct bridge *s = bridge_new(kit.world, "uplinks");
	struct router *host =
		world_kit_host(&kit, "host", "10.8.0.9/24", "10.8.0.3");
	struct link_conf conf = {.delay_ns = WORLD_KIT_DELAY};
	struct world_kit_inbox box;
	for (int i = 0; i < 2; i++) {
		pair[i] = router_new(kit.world, names[i], names[i]);
		bridge_attach(s, world_kit_port(pair[i], "up", addrs[i]),
			      &conf);
	}
	bridge_attach(s, world_kit_nic(host, 0), &conf);
	world_kit_listen(&kit, host, &box);
	answer_for(pair[0], "10.8.0.3", true);
	answer_for(pair[1], NULL, true);
	ck_assert_uint_eq(arp_frames(), 0); /* nothing has moved yet */
	router_send(host, world_kit_echo(&kit, "10.8.0.9", "10.8.0.3"));
	run(VCLOCK_S);
	ck_assert_uint_eq(box.count, 1);
	answer_for(pair[0], NULL, false);
	answer_for(pair[1], "10.8.0.3", true);
	run(VCLOCK_S);
	router_send(host, world_kit_echo(&kit, "10.8.0.9", "10.8.0.3"));
	run(VCLOCK_S);
	ck_assert_uint_eq(box.count, 2);
	ck_assert(addr_mac_same(eth_src(box.last.data),
				world_kit_nic(pair[1], 0)->mac));
}
END_TEST

/* 'count' host routes, four by each of many gateways, and what they lead to. */
static void configure_many(uint32_t count, uint32_t gateways)
{
	struct rib_route *routes = mem_new(count, sizeof(*routes));
	for (uint32_t i = 0; i < count; i++) {
		struct rib_route *r = &routes[count - 1 - i];
		r->prefix = addr_prefix_of(addr_ip4(i << 8 | 7), 32);
		r->gateway = addr_ip4(gateways + i / 4);
		r->port = 1;
	}
	world_kit_routes(t0, true, routes, count);
	mem_free(routes);
	const struct fib *f = &router_forward(t0)->fib;
	ck_assert_uint_eq(fib_count(f), count);
	for (uint32_t i = 0; i < count; i++) {
		uint16_t group = fib_find(f, addr_ip4(i << 8 | 7));
		ck_assert_uint_eq(fib_at(f, group)->hops[0].gateway.v,
				  gateways + i / 4);
		ck_assert_uint_eq(fib_find(f, addr_ip4(i << 8 | 8)), FIB_NONE);
	}
}

START_TEST(tables_grow_with_what_is_configured)
{
	configure_many(20, 1000);
	configure_many(2000, 1000);
	configure_many(30000, 1000);
	configure_many(30000, 5000000);
	configure_many(3, 1);
}
END_TEST

/* As a Tier-0 has them: segments that lead to gateways in turn, then a link to
 * each gateway. When those ask for more groups of next hops, the tree is as full
 * as it can be. */
START_TEST(groups_grow_beside_a_full_tree)
{
	enum { SEGMENTS = 10000, GATEWAYS = 1000, ALL = SEGMENTS + GATEWAYS };
	struct rib_route *routes = mem_new(ALL, sizeof(*routes));
	for (uint32_t i = 0; i < ALL; i++) {
		uint32_t link = i - SEGMENTS;
		struct rib_route *r = &routes[i];
		bool inside = i < SEGMENTS;
		r->prefix =
			addr_prefix_of(addr_ip4(inside ? 0x0a000000 + 16 * i
						       : 0x64400000 + 2 * link),
				       inside ? 28 : 31);
		r->gateway = addr_ip4(inside ? 1 + i % GATEWAYS : 5000 + link);
		r->port = 1;
	}
	world_kit_routes(t0, true, routes, ALL);
	const struct fib *f = &router_forward(t0)->fib;
	ck_assert_uint_eq(fib_count(f), ALL);
	for (uint32_t i = 0; i < ALL; i++) {
		uint16_t group = fib_find(f, routes[i].prefix.addr);
		ck_assert_uint_eq(fib_at(f, group)->hops[0].gateway.v,
				  routes[i].gateway.v);
	}
	mem_free(routes);
}
END_TEST

Suite *router_tables_test_suite(void);
Suite *router_tables_test_suite(void)
{
	Suite *s = suite_create("router_tables");
	TCase *t = tcase_create("router_tables");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, two_translations_there_and_back);
	tcase_add_test(t, tables_grow_with_what_is_configured);
	tcase_add_test(t, groups_grow_beside_a_full_tree);
	tcase_add_test(t, the_notes_name_the_rules);
	tcase_add_test(t, errors_from_outside_come_back_through_both);
	tcase_add_test(t, an_error_quotes_the_packet_as_it_came);
	tcase_add_test(t, sessions_and_hits_survive_new_rules);
	tcase_add_test(t, sessions_outlive_their_rule);
	tcase_add_test(t, sessions_grow_up_to_their_limit);
	tcase_add_test(t, neighbours_survive_new_tables);
	tcase_add_test(t, idle_sessions_end_and_give_back_their_port);
	tcase_add_test(t, the_egress_address_itself_serves_nobody);
	tcase_add_loop_test(t, an_address_that_comes_or_goes_voids_decisions, 0,
			    3);
	tcase_add_test(t, the_address_of_a_port_that_is_down_is_nobodys);
	tcase_add_test(t, an_address_that_moves_is_announced);
	suite_add_tcase(s, t);
	return s;
}
