/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/unit/sim/world/world_kit.h"

/* Host a -- router r, whose way on is narrow. */
static struct world_kit kit;
static struct router *a, *r;
static struct world_kit_inbox at_a;

static void setup(void)
{
	world_kit_init(&kit);
	struct router_port_conf narrow = {.name = "narrow",
					  .addr = world_kit_if("10.2.0.1/24"),
					  .mtu = 30};
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	r = router_new(kit.world, "r", "r");
	world_kit_cable(&kit, world_kit_nic(a, 0),
			world_kit_port(r, "p", "10.1.0.1/24"));
	router_add_port(r, &narrow);
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				     world_kit_route("10.2.0.0/24", NULL, 1)};
	struct acl_rule refuse = {
		.action = ACL_REJECT,
		.destination = {1, {world_kit_prefix("10.88.0.0/16")}}};
	struct router_tables t = {.routes = routes,
				  .route_count = 2,
				  .acl_rules = &refuse,
				  .acl_rule_count = 1,
				  .forwards = true,
				  .icmp_ttl = true,
				  .icmp_frag_needed = true,
				  .icmp_errors = true};
	router_set_tables(r, &t);
	world_kit_listen(&kit, a, &at_a);
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static uint32_t send(struct pkt *p)
{
	uint32_t id = p->id;
	router_send(a, p);
	ck_assert(world_run_until(kit.world, world_now(kit.world) + VCLOCK_S));
	return id;
}

static struct pkt *from_to(const char *src, const char *dst)
{
	struct world_kit_udp u = {src, dst, 5000, 6000, 64};
	return world_kit_udp(&kit, &u);
}

static struct pkt *nowhere(const char *src)
{
	return from_to(src, "10.77.0.1");
}

static enum drop reason_of(uint32_t id)
{
	const struct note *n = world_kit_find(&kit, id, NOTE_DROPPED);
	return n ? (enum drop)n->reason : DROP_NONE;
}

START_TEST(without_a_packet_for_it_there_is_no_reply)
{
	send(world_kit_echo(&kit, "10.1.0.2", "10.1.0.1"));
	size_t before = at_a.count;
	ck_assert_uint_eq(before, 1);
	router_send(a, world_kit_echo(&kit, "10.1.0.2", "10.1.0.1"));
	kit.world->packet_limit = 1;
	ck_assert(!world_run_until(kit.world, 5 * VCLOCK_S));
	ck_assert(kit.world->packets_hit);
	ck_assert_uint_eq(at_a.count, before);
}
END_TEST

START_TEST(too_large_says_what_would_fit)
{
	struct world_kit_udp u = {"10.1.0.2", "10.2.0.9", 5000, 6000, 64};
	struct icmp m;
	uint32_t id = send(world_kit_udp(&kit, &u)); /* 33 bytes */
	ck_assert_int_eq(reason_of(id), DROP_MTU);
	ck_assert_uint_eq(at_a.count, 1);
	ck_assert(icmp_read(at_a.last.data + ETH_SIZE + IP4_SIZE,
			    ICMP_SIZE + IP4_SIZE + 8, &m));
	ck_assert_uint_eq(m.type, ICMP_UNREACHABLE);
	ck_assert_uint_eq(m.code, ICMP_FRAG_NEEDED);
	ck_assert_uint_eq(m.seq, 30);
	/* As it came in: the TTL not yet taken down. */
	ck_assert_uint_eq(at_a.last.data[ETH_SIZE + IP4_SIZE + ICMP_SIZE + 8],
			  64);
}
END_TEST

START_TEST(no_error_about_an_error)
{
	struct pkt *p = world_take_pkt(kit.world);
	struct icmp m = {.type = ICMP_UNREACHABLE, .code = ICMP_HOST};
	struct ip4_head quoted = {.ttl = 9,
				  .proto = IP4_PROTO_UDP,
				  .size = IP4_SIZE + 8,
				  .src = world_kit_ip4("10.77.0.1"),
				  .dst = world_kit_ip4("10.1.0.2")};
	uint8_t *icmp = p->data + ETH_SIZE + IP4_SIZE;
	p->len = ETH_SIZE + IP4_SIZE + ICMP_SIZE + IP4_SIZE + 8;
	memset(icmp, 0, ICMP_SIZE + IP4_SIZE + 8);
	ip4_write(icmp + ICMP_SIZE, &quoted);
	icmp_write(icmp, ICMP_SIZE + IP4_SIZE + 8, &m);
	world_kit_write_ip(p, "10.1.0.2", "10.77.0.1", 64, IP4_PROTO_ICMP);
	uint32_t id = send(p);
	ck_assert_int_eq(reason_of(id), DROP_NO_ROUTE);
	ck_assert_uint_eq(at_a.count, 0);
}
END_TEST

START_TEST(no_error_about_a_later_fragment)
{
	struct pkt *p = nowhere("10.1.0.2");
	struct ip4_head h;
	ip4_read(p->data + ETH_SIZE, p->len - (size_t)ETH_SIZE, &h);
	h.frag = 5;
	ip4_write(p->data + ETH_SIZE, &h);
	uint32_t id = send(p);
	ck_assert_int_eq(reason_of(id), DROP_NO_ROUTE);
	ck_assert_uint_eq(at_a.count, 0);
}
END_TEST

/* The error goes to the source; if that is not one host, to nobody. */
static const char *const sources[] = {"0.0.0.0", "127.0.0.1", "224.0.0.5",
				      "255.255.255.255"};

START_TEST(no_error_to_what_is_no_host)
{
	uint32_t known = send(from_to("10.1.0.2", "10.88.0.1"));
	uint32_t id = send(from_to(sources[_i], "10.88.0.1"));
	ck_assert_ptr_nonnull(world_kit_find(&kit, known, NOTE_ANSWERED));
	ck_assert_int_eq(reason_of(id), DROP_ACL_REJECT);
	ck_assert_ptr_null(world_kit_find(&kit, id, NOTE_ANSWERED));
}
END_TEST

START_TEST(no_error_about_a_broadcast_frame)
{
	struct pkt *p = nowhere("10.1.0.2");
	uint32_t id = p->id;
	eth_write(p->data, eth_broadcast(), world_kit_nic(a, 0)->mac,
		  ETH_TYPE_IP4);
	nic_send(world_kit_nic(a, 0), p);
	world_run_until(kit.world, VCLOCK_S);
	ck_assert_int_eq(reason_of(id), DROP_MARTIAN);
	ck_assert_ptr_null(world_kit_find(&kit, id, NOTE_ANSWERED));
}
END_TEST

START_TEST(no_error_from_a_port_without_address)
{
	send(nowhere("10.1.0.2"));
	ck_assert_uint_eq(at_a.count, 1);
	router_remove_addr(r, 0, world_kit_ip4("10.1.0.1"));
	ck_assert_int_eq(reason_of(send(nowhere("10.1.0.2"))), DROP_NO_ROUTE);
	ck_assert_uint_eq(at_a.count, 1);
}
END_TEST

START_TEST(a_damaged_ping_is_not_answered)
{
	struct pkt *p = world_kit_echo(&kit, "10.1.0.2", "10.1.0.1");
	p->data[p->len - 1] ^= 1;
	uint32_t id = send(p);
	ck_assert_int_eq(reason_of(id), DROP_MALFORMED);
	ck_assert_uint_eq(at_a.count, 0);
}
END_TEST

START_TEST(an_unmarked_packet_has_an_unmarked_answer)
{
	struct pkt *p = world_kit_echo(&kit, "10.1.0.2", "10.1.0.1");
	p->marked = false;
	send(p);
	p = nowhere("10.1.0.2");
	p->marked = false;
	send(p);
	ck_assert_uint_eq(at_a.count, 2);
	ck_assert_uint_eq(kit.notes.count, 0);
}
END_TEST

static void set_tos(struct pkt *p, uint8_t tos)
{
	struct ip4_head h;
	ip4_read(p->data + ETH_SIZE, p->len - (size_t)ETH_SIZE, &h);
	h.tos = tos;
	ip4_write(p->data + ETH_SIZE, &h);
}

START_TEST(errors_are_of_the_precedence_of_control)
{
	struct pkt *p = nowhere("10.1.0.2");
	set_tos(p, 0xb8);
	send(p);
	ck_assert_uint_eq(at_a.count, 1);
	/* RFC 1812 4.3.2.5: the type of service, another precedence. */
	ck_assert_uint_eq(at_a.last.data[ETH_SIZE + 1], 0xd8);
}
END_TEST

START_TEST(an_echo_reply_is_of_the_service_asked_for)
{
	struct pkt *p = world_kit_echo(&kit, "10.1.0.2", "10.1.0.1");
	set_tos(p, 0xb8);
	send(p);
	ck_assert_uint_eq(at_a.count, 1);
	ck_assert_uint_eq(at_a.last.data[ETH_SIZE + 1], 0xb8);
}
END_TEST

Suite *router_icmp_test_suite(void);
Suite *router_icmp_test_suite(void)
{
	Suite *s = suite_create("router_icmp");
	TCase *t = tcase_create("router_icmp");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, without_a_packet_for_it_there_is_no_reply);
	tcase_add_test(t, too_large_says_what_would_fit);
	tcase_add_test(t, errors_are_of_the_precedence_of_control);
	tcase_add_test(t, an_echo_reply_is_of_the_service_asked_for);
	tcase_add_test(t, no_error_about_an_error);
	tcase_add_test(t, no_error_about_a_later_fragment);
	tcase_add_loop_test(t, no_error_to_what_is_no_host, 0,
			    (int)(sizeof(sources) / sizeof(sources[0])));
	tcase_add_test(t, no_error_about_a_broadcast_frame);
	tcase_add_test(t, no_error_from_a_port_without_address);
	tcase_add_test(t, a_damaged_ping_is_not_answered);
	tcase_add_test(t, an_unmarked_packet_has_an_unmarked_answer);
	suite_add_tcase(s, t);
	return s;
}
