/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/rfc/rfc.h"
#include "tests/unit/sim/world/world_kit.h"

/* a 10.1.0.2 -- 10.1.0.1 r 10.2.0.1 -- 10.2.0.2 b; the way to 10.3.0.0/24 is
 * narrow; 10.4.0.0/24 leads to nobody; 10.2.0.128/25 leads to
 * the narrow one, too; the upper half of all addresses leads to b. */
static struct world_kit kit;
static struct router *a, *b, *r;
static struct world_kit_inbox at_a, at_b;
static struct acl_rule refuse;

#define NARROW 576

static void set_tables(bool told)
{
	struct rib_route routes[] = {
		world_kit_route("10.1.0.0/24", NULL, 0),
		world_kit_route("10.2.0.0/24", NULL, 1),
		world_kit_route("10.3.0.0/24", "10.5.0.2", 2),
		world_kit_route("10.4.0.0/24", "10.2.0.99", 1),
		world_kit_route("10.2.0.128/25", "10.5.0.2", 2),
		world_kit_route("10.5.0.0/24", NULL, 2),
		world_kit_route("128.0.0.0/1", "10.2.0.2", 1),
	};
	struct router_tables t = {.routes = routes,
				  .route_count = 7,
				  .acl_rules = &refuse,
				  .acl_rule_count = 1,
				  .forwards = true,
				  .icmp_ttl = told,
				  .icmp_frag_needed = told,
				  .icmp_errors = told};
	router_set_tables(r, &t);
}

static void setup(void)
{
	struct router_port_conf narrow = {.name = "narrow",
					  .addr = world_kit_if("10.5.0.1/24"),
					  .mtu = NARROW};
	world_kit_init(&kit);
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	b = world_kit_host(&kit, "b", "10.2.0.2/24", "10.2.0.1");
	r = router_new(kit.world, "r", "r");
	world_kit_cable(&kit, world_kit_nic(a, 0),
			world_kit_port(r, "p0", "10.1.0.1/24"));
	world_kit_cable(&kit, world_kit_nic(b, 0),
			world_kit_port(r, "p1", "10.2.0.1/24"));
	router_add_port(r, &narrow);
	refuse = (struct acl_rule){
		.action = ACL_REJECT,
		.destination = {1, {world_kit_prefix("10.2.0.66/32")}}};
	set_tables(true);
	world_kit_listen(&kit, a, &at_a);
	world_kit_listen(&kit, b, &at_b);
}

static void teardown(void)
{
	world_kit_fini(&kit);
}

static uint32_t send(struct pkt *p)
{
	uint32_t id = p->id;
	router_send(a, p);
	ck_assert(world_run_until(kit.world,
				  world_now(kit.world) + 5 * VCLOCK_S));
	return id;
}

static struct pkt *udp_to(const char *dst, uint8_t ttl)
{
	struct world_kit_udp u = {"10.1.0.2", dst, 5000, 6000, ttl};
	return world_kit_udp(&kit, &u);
}

/* The header is changed and its checksum made right again. */
static void resum(struct pkt *p)
{
	uint8_t *ip = p->data + ETH_SIZE;
	size_t size = (ip[0] & 15U) * 4U;
	be_store16(ip + 10, 0);
	be_store16(ip + 10, csum_of(ip, size));
}

/* Straight onto the wire: router_send() would not make such a packet. */
static uint32_t put(struct pkt *p, mac to)
{
	uint32_t id = p->id;
	eth_write(p->data, to, world_kit_nic(a, 0)->mac, ETH_TYPE_IP4);
	nic_send(world_kit_nic(a, 0), p);
	ck_assert(world_run_until(kit.world,
				  world_now(kit.world) + 5 * VCLOCK_S));
	return id;
}

static uint32_t put_to_r(struct pkt *p)
{
	return put(p, world_kit_nic(r, 0)->mac);
}

static enum drop reason_of(uint32_t id)
{
	const struct note *n = world_kit_find(&kit, id, NOTE_DROPPED);
	return n ? (enum drop)n->reason : DROP_NONE;
}

static const uint8_t *l4_at_a(void)
{
	return at_a.last.data + ETH_SIZE + IP4_SIZE;
}

static void a_is_told(uint8_t type, uint8_t code)
{
	ck_assert_uint_eq(at_a.count, 1);
	ck_assert_uint_eq(at_a.last.data[ETH_SIZE + 9], IP4_PROTO_ICMP);
	ck_assert_uint_eq(l4_at_a()[0], type);
	ck_assert_uint_eq(l4_at_a()[1], code);
}

RFC_CASE(a_wrong_header_checksum_is_dropped)
{
	struct pkt *p = udp_to("10.2.0.2", 64);
	p->data[ETH_SIZE + 10] ^= 1;
	ck_assert_int_eq(reason_of(put_to_r(p)), DROP_MALFORMED);
	ck_assert_uint_eq(at_a.count + at_b.count, 0);
}

RFC_CASE(a_wrong_version_or_length_is_dropped)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {{0, 0x65}, {0, 0x44}, {0, 0x4f}, {3, 10}, {2, 6}};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct pkt *p = udp_to("10.2.0.2", 64);
		p->data[ETH_SIZE + wrong[i].at] = wrong[i].value;
		be_store16(p->data + ETH_SIZE + 10, 0);
		be_store16(p->data + ETH_SIZE + 10,
			   csum_of(p->data + ETH_SIZE, IP4_SIZE));
		ck_assert_int_eq(reason_of(put_to_r(p)), DROP_MALFORMED);
	}
	ck_assert_uint_eq(at_a.count + at_b.count, 0);
}

/* One no-operation four times, then the datagram as it was. */
RFC_CASE(options_pass_unchanged)
{
	struct pkt *p = udp_to("10.2.0.2", 64);
	uint8_t *ip = p->data + ETH_SIZE;
	memmove(ip + IP4_SIZE + 4, ip + IP4_SIZE, p->len - ETH_SIZE - IP4_SIZE);
	memset(ip + IP4_SIZE, 1, 4);
	ip[0] = 0x46;
	be_store16(ip + 2, (uint16_t)(be_load16(ip + 2) + 4));
	p->len = (uint16_t)(p->len + 4);
	resum(p);
	put_to_r(p);
	ck_assert_uint_eq(at_b.count, 1);
	const uint8_t *seen = at_b.last.data + ETH_SIZE;
	ck_assert_uint_eq(seen[0], 0x46);
	ck_assert_uint_eq(be_load32(seen + IP4_SIZE), 0x01010101);
	ck_assert_int_eq(memcmp(seen + IP4_SIZE + 4 + UDP_SIZE, "hello", 5), 0);
}

RFC_CASE(ttl_goes_down_by_one_and_sums_hold)
{
	send(udp_to("10.2.0.2", 64));
	ck_assert_uint_eq(at_b.count, 1);
	ck_assert_uint_eq(at_b.last.data[ETH_SIZE + 8], 63);
	ck_assert_uint_eq(csum_of(at_b.last.data + ETH_SIZE, IP4_SIZE), 0);
	world_kit_check_udp(&at_b.last);
}

RFC_CASE(ttl_one_goes_no_further_and_is_told)
{
	ck_assert_int_eq(reason_of(send(udp_to("10.2.0.2", 1))), DROP_TTL_ZERO);
	ck_assert_uint_eq(at_b.count, 0);
	a_is_told(ICMP_TIME_EXCEEDED, 0);
}

RFC_CASE(ttl_one_reaches_the_router_itself)
{
	struct pkt *p = world_kit_echo(&kit, "10.1.0.2", "10.1.0.1");
	p->data[ETH_SIZE + 8] = 1;
	resum(p);
	send(p);
	a_is_told(ICMP_ECHO_REPLY, 0);
}

RFC_CASE(the_longest_prefix_decides)
{
	uint32_t id = send(udp_to("10.2.0.130", 64));
	/* By the /25 to the port that nothing is attached to. */
	ck_assert_int_ne(reason_of(id), DROP_ARP_FAIL);
	ck_assert_uint_eq(at_b.count, 0);
	send(udp_to("10.2.0.2", 64));
	ck_assert_uint_eq(at_b.count, 1);
}

RFC_CASE(no_route_is_told)
{
	ck_assert_int_eq(reason_of(send(udp_to("10.77.0.1", 64))),
			 DROP_NO_ROUTE);
	a_is_told(ICMP_UNREACHABLE, ICMP_NET);
}

RFC_CASE(an_absent_host_is_told)
{
	ck_assert_int_eq(reason_of(send(udp_to("10.2.0.9", 64))),
			 DROP_ARP_FAIL);
	a_is_told(ICMP_UNREACHABLE, ICMP_HOST);
}

RFC_CASE(a_filter_tells_code_13)
{
	ck_assert_int_eq(reason_of(send(udp_to("10.2.0.66", 64))),
			 DROP_ACL_REJECT);
	a_is_told(ICMP_UNREACHABLE, ICMP_PROHIBITED);
}

/* Both ends' addresses are unknown at first, and nothing is lost. */
RFC_CASE(the_first_packet_waits_for_arp)
{
	uint32_t id = send(udp_to("10.2.0.2", 64));
	ck_assert_ptr_nonnull(world_kit_find(&kit, id, NOTE_ARP_WAIT));
	ck_assert_uint_eq(at_b.count, 1);
	ck_assert_uint_eq(at_a.count, 0);
}

static void sends_nothing_back(struct pkt *p)
{
	resum(p);
	put_to_r(p);
	ck_assert_uint_eq(at_a.count, 0);
}

RFC_CASE(no_error_about_an_error)
{
	struct pkt *p = world_kit_echo(&kit, "10.1.0.2", "10.77.0.1");
	uint8_t *icmp = p->data + ETH_SIZE + IP4_SIZE;
	size_t size = ICMP_SIZE + IP4_SIZE + 8;
	struct icmp m = {.type = ICMP_UNREACHABLE};
	struct ip4_head quoted = {.ttl = 9,
				  .proto = IP4_PROTO_UDP,
				  .size = IP4_SIZE + 8,
				  .src = world_kit_ip4("10.77.0.1"),
				  .dst = world_kit_ip4("10.1.0.2")};
	memset(icmp, 0, size);
	ip4_write(icmp + ICMP_SIZE, &quoted);
	icmp_write(icmp, size, &m);
	p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	be_store16(p->data + ETH_SIZE + 2, (uint16_t)(IP4_SIZE + size));
	sends_nothing_back(p);
}

RFC_CASE(no_error_about_a_later_fragment)
{
	struct pkt *p = udp_to("10.77.0.1", 64);
	be_store16(p->data + ETH_SIZE + 6, 9);
	sends_nothing_back(p);
}

RFC_CASE(no_error_to_what_is_no_host)
{
	static const uint32_t sources[] = {0, 0x7f000001, 0xe0000001,
					   0xffffffff};
	for (size_t i = 0; i < 4; i++) {
		struct pkt *p = udp_to("10.2.0.66", 64);
		be_store32(p->data + ETH_SIZE + 12, sources[i]);
		sends_nothing_back(p);
	}
}

RFC_CASE(no_error_about_a_broadcast_frame)
{
	put(udp_to("10.77.0.1", 64), (mac){{255, 255, 255, 255, 255, 255}});
	ck_assert_uint_eq(at_a.count, 0);
}

RFC_CASE(an_error_quotes_header_and_8_bytes)
{
	struct pkt *p = udp_to("10.77.0.1", 64);
	uint8_t sent[IP4_SIZE + 8];
	memcpy(sent, p->data + ETH_SIZE, sizeof(sent));
	send(p);
	a_is_told(ICMP_UNREACHABLE, ICMP_NET);
	ck_assert_int_eq(memcmp(l4_at_a() + ICMP_SIZE, sent, sizeof(sent)), 0);
	/* And no more, though there were 5 bytes more. */
	ck_assert_uint_eq(at_a.last.len,
			  ETH_SIZE + IP4_SIZE + ICMP_SIZE + sizeof(sent));
}

RFC_CASE(an_error_comes_from_the_port_it_leaves_by)
{
	send(udp_to("10.77.0.1", 64));
	a_is_told(ICMP_UNREACHABLE, ICMP_NET);
	ck_assert_uint_eq(be_load32(at_a.last.data + ETH_SIZE + 12),
			  world_kit_ip4("10.1.0.1").v);
}

RFC_CASE(errors_are_not_rationed)
{
	for (int i = 0; i < 50; i++)
		put_to_r(udp_to("10.77.0.1", 64));
	ck_assert_uint_eq(at_a.count, 50);
}

RFC_CASE(errors_can_be_turned_off)
{
	set_tables(false);
	send(udp_to("10.77.0.1", 64));
	send(udp_to("10.2.0.2", 1));
	ck_assert_uint_eq(at_a.count, 0);
}

RFC_CASE(a_ping_is_answered_with_its_data)
{
	send(world_kit_echo(&kit, "10.1.0.2", "10.2.0.1"));
	a_is_told(ICMP_ECHO_REPLY, 0);
	ck_assert_uint_eq(be_load16(l4_at_a() + 4), 7);
	ck_assert_uint_eq(be_load16(l4_at_a() + 6), 3);
	ck_assert_int_eq(memcmp(l4_at_a() + ICMP_SIZE, "data", 4), 0);
}

/* A datagram of 'size' bytes with or without "don't fragment". */
static uint32_t large(uint16_t size, uint16_t frag)
{
	struct pkt *p = udp_to("10.3.0.2", 64);
	memset(p->data + p->len, 0, size);
	p->len = (uint16_t)(ETH_SIZE + size);
	be_store16(p->data + ETH_SIZE + 2, size);
	be_store16(p->data + ETH_SIZE + 6, frag);
	resum(p);
	return put_to_r(p);
}

RFC_CASE(too_large_with_df_is_told_what_would_fit)
{
	ck_assert_int_eq(reason_of(large(NARROW + 1, IP4_DF)), DROP_MTU);
	a_is_told(ICMP_UNREACHABLE, ICMP_FRAG_NEEDED);
	ck_assert_uint_eq(be_load16(l4_at_a() + 6), NARROW);
	ck_assert_int_ne(reason_of(large(NARROW, IP4_DF)), DROP_MTU);
}

/* It fares as one that fits: nobody is told that it is too large. What the
 * pieces look like is in tests/unit/sim/world/router_frag_test.c. */
RFC_CASE(too_large_is_fragmented)
{
	enum drop fits = reason_of(large(NARROW, 0));
	ck_assert_int_eq(reason_of(large(NARROW + 1, 0)), fits);
	ck_assert_int_ne(fits, DROP_MTU);
}

/* What left 'r' last. */
static const struct world_kit_frame *last_of_r(void)
{
	const struct world_kit_frame *last = NULL;
	for (size_t i = 0; i < kit.frames.count; i++)
		if (kit.frames.at[i].nic->node == router_node(r))
			last = &kit.frames.at[i];
	ck_assert_ptr_nonnull(last);
	return last;
}

RFC_CASE(fragments_pass_in_any_order)
{
	static const uint16_t frags[] = {9, IP4_MF, 4 | IP4_MF};
	for (size_t i = 0; i < 3; i++) {
		struct pkt *p = udp_to("10.2.0.2", 64);
		be_store16(p->data + ETH_SIZE + 6, frags[i]);
		resum(p);
		uint32_t id = put_to_r(p);
		ck_assert_uint_eq(last_of_r()->id, id);
		ck_assert_uint_eq(be_load16(last_of_r()->bytes + ETH_SIZE + 6),
				  frags[i]);
	}
	/* b waits for more. */
	ck_assert(world_run_until(kit.world, 60 * VCLOCK_S));
}

RFC_CASE(a_directed_broadcast_is_not_spread)
{
	uint32_t id = send(udp_to("10.1.0.255", 64));
	(void)id;
	send(udp_to("10.2.0.127", 64));
	ck_assert_uint_eq(at_b.count, 0);
	for (size_t i = 0; i < kit.frames.count; i++) {
		const struct world_kit_frame *f = &kit.frames.at[i];
		if (f->nic->node == (const struct node *)r &&
		    eth_type(f->bytes) == ETH_TYPE_IP4)
			ck_assert(!eth_is_group(eth_dst(f->bytes)));
	}
}

RFC_CASE(a_source_that_has_no_way_back_may_be_refused)
{
	struct router_port_conf strict = {.name = "strict",
					  .addr = world_kit_if("10.6.0.1/24"),
					  .urpf_strict = true};
	struct router *c = world_kit_host(&kit, "c", "10.6.0.2/24", "10.6.0.1");
	world_kit_cable(&kit, world_kit_nic(c, 0), router_add_port(r, &strict));
	set_tables(true);
	struct pkt *p = udp_to("10.2.0.2", 64); /* from a's address */
	uint32_t id = p->id;
	eth_write(p->data, world_kit_nic(r, 3)->mac, world_kit_nic(c, 0)->mac,
		  ETH_TYPE_IP4);
	nic_send(world_kit_nic(c, 0), p);
	ck_assert(world_run_until(kit.world, world_now(kit.world) + VCLOCK_S));
	ck_assert_int_eq(reason_of(id), DROP_URPF);
}

static const char *const nobodies[] = {"0.0.0.7",   "127.0.0.1",
				       "224.0.0.5", "239.255.255.255",
				       "240.0.0.1", "255.255.255.255"};

RFC_CASE(what_comes_from_no_host_is_dropped)
{
	for (size_t i = 0; i < sizeof(nobodies) / sizeof(*nobodies); i++) {
		struct pkt *p = udp_to("10.2.0.2", 64);
		be_store32(p->data + ETH_SIZE + 12,
			   world_kit_ip4(nobodies[i]).v);
		resum(p);
		ck_assert_int_eq(reason_of(put_to_r(p)), DROP_MARTIAN);
	}
	ck_assert_uint_eq(at_a.count + at_b.count, 0);
}

/* It would be answered, came it from somebody. */
RFC_CASE(what_comes_from_no_host_is_not_answered)
{
	for (size_t i = 0; i < sizeof(nobodies) / sizeof(*nobodies); i++) {
		struct pkt *p = world_kit_echo(&kit, nobodies[i], "10.1.0.1");
		ck_assert_int_eq(reason_of(put_to_r(p)), DROP_MARTIAN);
	}
	ck_assert_int_eq(reason_of(put_to_r(
				 world_kit_echo(&kit, "10.1.0.2", "10.1.0.1"))),
			 DROP_NONE);
	ck_assert_uint_eq(at_a.count, 1);
}

RFC_CASE(what_is_for_no_host_is_dropped)
{
	for (size_t i = 0; i < sizeof(nobodies) / sizeof(*nobodies); i++)
		ck_assert_int_eq(reason_of(put_to_r(udp_to(nobodies[i], 64))),
				 DROP_MARTIAN);
	ck_assert_uint_eq(at_a.count + at_b.count, 0);
}

RFC_CASE(a_broadcast_frame_goes_no_further)
{
	mac all = {{255, 255, 255, 255, 255, 255}},
	    some = {{1, 0, 94, 0, 0, 5}};
	ck_assert_int_eq(reason_of(put(udp_to("10.2.0.2", 64), all)),
			 DROP_MARTIAN);
	ck_assert_int_eq(reason_of(put(udp_to("10.2.0.2", 64), some)),
			 DROP_MARTIAN);
	ck_assert_uint_eq(at_a.count + at_b.count, 0);
}

RFC_CASE(a_limited_broadcast_goes_no_further)
{
	mac all = {{255, 255, 255, 255, 255, 255}};
	ck_assert_int_eq(reason_of(put(udp_to("255.255.255.255", 64), all)),
			 DROP_MARTIAN);
	ck_assert_uint_eq(at_a.count + at_b.count, 0);
}

static const struct rfc_row rows[] = {
	{"5.2.2", "MUST", "a header with a wrong checksum is dropped",
	 RFC_MEETS, NULL, RFC_TEST(a_wrong_header_checksum_is_dropped)},
	{"5.2.2", "MUST", "... or with a wrong version or length", RFC_MEETS,
	 NULL, RFC_TEST(a_wrong_version_or_length_is_dropped)},
	{"5.3.13.1", "MUST", "options that it does not know pass unchanged",
	 RFC_MEETS, NULL, RFC_TEST(options_pass_unchanged)},
	{"5.3.1", "MUST", "the time to live goes down by one at least",
	 RFC_MEETS, NULL, RFC_TEST(ttl_goes_down_by_one_and_sums_hold)},
	{"5.3.1", "MUST", "at zero the packet is dropped and its sender told",
	 RFC_MEETS, NULL, RFC_TEST(ttl_one_goes_no_further_and_is_told)},
	{"4.2.2.9", "MUST", "... but not if it is for the router itself",
	 RFC_MEETS, NULL, RFC_TEST(ttl_one_reaches_the_router_itself)},
	{"5.2.4.3", "MUST", "the longest prefix decides", RFC_MEETS, NULL,
	 RFC_TEST(the_longest_prefix_decides)},
	{"5.2.7.1", "MUST", "no route: network unreachable", RFC_MEETS, NULL,
	 RFC_TEST(no_route_is_told)},
	{"5.2.7.1", "MUST", "nobody answers ARP: host unreachable", RFC_MEETS,
	 NULL, RFC_TEST(an_absent_host_is_told)},
	{"5.2.7.1", "SHOULD", "filtered: code 13", RFC_MEETS, NULL,
	 RFC_TEST(a_filter_tells_code_13)},
	{"3.3.2", "MUST", "an unknown neighbour alone is no reason to drop",
	 RFC_MEETS, NULL, RFC_TEST(the_first_packet_waits_for_arp)},
	{"4.3.2.7", "MUST", "no error about an error", RFC_MEETS, NULL,
	 RFC_TEST(no_error_about_an_error)},
	{"4.3.2.7", "MUST", "no error about a fragment but the first",
	 RFC_MEETS, NULL, RFC_TEST(no_error_about_a_later_fragment)},
	{"4.3.2.7", "MUST", "no error to an address that is no single host",
	 RFC_MEETS, NULL, RFC_TEST(no_error_to_what_is_no_host)},
	{"4.3.2.7", "MUST", "no error about a broadcast frame", RFC_MEETS, NULL,
	 RFC_TEST(no_error_about_a_broadcast_frame)},
	{"4.3.2.3", "SHOULD", "errors quote as much as fits into 576 bytes",
	 RFC_PLAIN, "header and 8 bytes (RFC 792): what every sender needs",
	 RFC_TEST(an_error_quotes_header_and_8_bytes)},
	{"4.3.2.4", "MUST", "an error's source is an address of the router",
	 RFC_MEETS, NULL, RFC_TEST(an_error_comes_from_the_port_it_leaves_by)},
	{"4.3.2.8", "SHOULD", "errors are rationed", RFC_PLAIN,
	 "a run is short, and each error is news",
	 RFC_TEST(errors_are_not_rationed)},
	{"5.2.7.3", "MAY",
	 "errors can be turned off (icmp_ttl_exceeded; "
	 "icmp_unreachable)",
	 RFC_MEETS, NULL, RFC_TEST(errors_can_be_turned_off)},
	{"4.3.3.6", "MUST", "a ping is answered, with its data", RFC_MEETS,
	 NULL, RFC_TEST(a_ping_is_answered_with_its_data)},
	{"4.2.2.7", "MUST", "what is too large is fragmented", RFC_MEETS, NULL,
	 RFC_TEST(too_large_is_fragmented)},
	{"5.2.7.1", "MUST", "too large with DF: told what would fit", RFC_MEETS,
	 NULL, RFC_TEST(too_large_with_df_is_told_what_would_fit)},
	{"5.2.6", "MUST", "fragments pass in any order", RFC_MEETS, NULL,
	 RFC_TEST(fragments_pass_in_any_order)},
	{"5.3.5.2", "MUST", "a directed broadcast is not spread (RFC 2644)",
	 RFC_MEETS, NULL, RFC_TEST(a_directed_broadcast_is_not_spread)},
	{"5.3.8", "SHOULD", "a source with no way back can be refused (uRPF)",
	 RFC_MEETS, NULL,
	 RFC_TEST(a_source_that_has_no_way_back_may_be_refused)},
	{"5.3.7", "SHOULD", "a source such as 127.0.0.1 is dropped", RFC_MEETS,
	 NULL, RFC_TEST(what_comes_from_no_host_is_dropped)},
	{"5.3.7", "SHOULD", "... also if it is for the router itself",
	 RFC_MEETS, NULL, RFC_TEST(what_comes_from_no_host_is_not_answered)},
	{"5.3.7", "SHOULD", "... and a destination such as 127.0.0.1",
	 RFC_MEETS, NULL, RFC_TEST(what_is_for_no_host_is_dropped)},
	{"5.3.4", "MUST", "a packet in a broadcast frame is not forwarded",
	 RFC_MEETS, NULL, RFC_TEST(a_broadcast_frame_goes_no_further)},
	{"5.3.5.1", "MUST", "255.255.255.255 is not forwarded", RFC_MEETS, NULL,
	 RFC_TEST(a_limited_broadcast_goes_no_further)},
	{"5.3.13.4", "MUST", "source routes are followed", RFC_APART,
	 "nobody lets them pass today (RFC 7126)", NULL},
	{"7", "MUST", "routing protocols", RFC_APART,
	 "routes are static; learned ones are configured", NULL},
};

const struct rfc_part rfc_router = {
	1812, "routers", rows, sizeof(rows) / sizeof(rows[0]), setup, teardown};
