/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>

#include "sim/base/mem.h"
#include "sim/record/portname.h"
#include "sim/record/story.h"
#include "tests/unit/sim/world/world_kit.h"

/* a -- r -- b; what leaves r by its right port is translated to 10.2.0.9, an
 * address that is b's to know: b has a route there. */
static struct world_kit kit;
static struct router *a, *b, *r;
static struct world_kit_inbox at_a, at_b;
static struct story *story;
static struct watch watch;

struct kept {
	uint64_t time;
	char port[32], src[ADDR_IP4_SIZE], events[128];
	uint32_t id;
	bool out;
	unsigned hop;
	uint16_t piece;	   /* the field of flags and offset */
	uint32_t again_at; /* node that sends it again */
};
static struct {
	VEC(struct kept);
} kept;
static const char *only; /* the one port looked at; NULL: all */

static bool wants(void *context, const struct nic *n)
{
	char name[32];
	(void)context;
	return !only || !strcmp(nic_print(n, name, sizeof(name)), only);
}

/* " SNAT dropped": what the remark would tell. */
static void list_events(const struct remark *m, char *out, size_t size)
{
	size_t len = 0;
	out[0] = '\0';
	for (size_t i = 0; i < m->event_count && len < size; i++)
		len += (size_t)snprintf(
			out + len, size - len, " %s",
			m->events[i].tries
				? "again"
				: note_kind_name((enum note_kind)m->events[i]
							 .note.kind));
}

static void keep(void *context, const struct story_sighting *s)
{
	struct kept k = {.time = s->time,
			 .id = s->remark.pkt,
			 .out = s->remark.out,
			 .hop = s->remark.hop};
	(void)context;
	if (!s->nic) {
		snprintf(k.port, sizeof(k.port), "keys");
		VEC_ADD(&kept, k);
	}
	if (!s->marked)
		return; /* ARP */
	nic_print(s->nic, k.port, sizeof(k.port));
	addr_print_ip4(addr_ip4(be_load32(s->frame + ETH_SIZE + 12)), k.src);
	k.piece = be_load16(s->frame + ETH_SIZE + 6);
	list_events(&s->remark, k.events, sizeof(k.events));
	for (size_t i = 0; i < s->remark.event_count; i++)
		if (s->remark.events[i].tries)
			k.again_at = s->remark.events[i].note.node;
	VEC_ADD(&kept, k);
}

static void on_note(void *context, const struct note *n)
{
	(void)context;
	story_note(story, n);
}

static void on_sent(void *context, const struct node *from, const struct pkt *p)
{
	(void)context;
	story_sent(story, from, p);
}

static void on_frame(void *context, const struct nic *nic,
		     enum watch_direction direction, uint64_t now,
		     const struct pkt *p)
{
	(void)context;
	story_frame(story, nic, direction, now, p);
}

static void begin(bool every)
{
	struct story_conf conf = {.every = every, .wants = wants, .keep = keep};
	story = story_new(kit.world, &conf);
	watch = (struct watch){
		.note = on_note, .sent = on_sent, .frame = on_frame};
	world_watch(kit.world, &watch);
}

static void end(void)
{
	world_unwatch(kit.world, &watch);
	story_end(story);
	story_free(story);
}

static void build(uint16_t mtu)
{
	struct router_port_conf right = {.name = "right",
					 .addr = world_kit_if("10.2.0.1/24"),
					 .mtu = mtu,
					 .uplink = true};
	struct nat_rule rule = {
		.action = NAT_SNAT,
		.translated = {1, {world_kit_prefix("10.2.0.1/32")}},
		.enabled = true};
	world_kit_init(&kit);
	a = world_kit_host(&kit, "a", "10.1.0.2/24", "10.1.0.1");
	b = world_kit_host(&kit, "b", "10.2.0.2/24", "10.2.0.1");
	r = router_new(kit.world, "r", "r");
	world_kit_cable(&kit, world_kit_nic(a, 0),
			world_kit_port(r, "left", "10.1.0.1/24"));
	world_kit_cable(&kit, router_add_port(r, &right), world_kit_nic(b, 0));
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				     world_kit_route("10.2.0.0/24", NULL, 1)};
	struct router_tables t = {.routes = routes,
				  .route_count = 2,
				  .nat_rules = &rule,
				  .nat_rule_count = 1,
				  .forwards = true};
	router_set_tables(r, &t);
	world_kit_listen(&kit, a, &at_a);
	world_kit_listen(&kit, b, &at_b);
	only = NULL;
}

static void setup(void)
{
	build(0);
}

static void setup_narrow(void)
{
	build(828);
}

static void teardown(void)
{
	VEC_FREE(&kept);
	world_kit_fini(&kit);
}

static uint32_t send_pkt(struct router *from, struct pkt *p)
{
	uint32_t id = p->id;
	router_send(from, p);
	world_run_until(kit.world, world_now(kit.world) + 10 * VCLOCK_S);
	return id;
}

static uint32_t send(struct router *from, const struct world_kit_udp *u)
{
	return send_pkt(from, world_kit_udp(&kit, u));
}

static const struct world_kit_udp there = {"10.1.0.2", "10.2.0.2", 5000, 6000,
					   64};

/* A datagram of 'size' bytes behind the IP header that may be cut. */
static struct pkt *datagram_of(const struct world_kit_udp *u, size_t size,
			       uint16_t frag)
{
	struct pkt *p = world_kit_udp(&kit, u);
	uint8_t *ip = p->data + ETH_SIZE, *udp = ip + IP4_SIZE;
	struct ip4_head h;
	ck_assert_int_eq(ip4_read(ip, p->len - (size_t)ETH_SIZE, &h), IP4_OK);
	memset(udp + UDP_SIZE, 'x', size - UDP_SIZE);
	be_store16(udp + 4, (uint16_t)size);
	be_store16(udp + 6, 0); /* no checksum */
	h.frag = frag;
	h.size = (uint16_t)(IP4_SIZE + size);
	ip4_write(ip, &h);
	p->len = (uint16_t)(ETH_SIZE + h.size);
	return p;
}

static struct pkt *datagram(size_t size, uint16_t frag)
{
	return datagram_of(&there, size, frag);
}

static void same(size_t i, const char *port, const char *src,
		 const char *events)
{
	ck_assert_uint_lt(i, kept.count);
	ck_assert_str_eq(kept.at[i].port, port);
	ck_assert_str_eq(kept.at[i].src, src);
	ck_assert_str_eq(kept.at[i].events, events);
}

START_TEST(each_form_is_kept_once)
{
	begin(false);
	uint32_t id = send(a, &there);
	end();
	ck_assert_uint_eq(kept.count, 2);
	same(0, "a:eth0", "10.1.0.2", " waits for ARP");
	same(1, "r:right", "10.2.0.1", " SNAT waits for ARP delivered");
	ck_assert_uint_eq(kept.at[0].id, id);
	ck_assert_uint_eq(kept.at[1].id, id);
	ck_assert_uint_eq(kept.at[0].hop, 1);
	ck_assert_uint_eq(kept.at[1].hop, 2);
}
END_TEST

START_TEST(answers_are_kept_at_the_same_ports)
{
	begin(false);
	send(a, &there);
	struct world_kit_udp back = {"10.2.0.2", "10.2.0.1", 6000,
				     at_b.last.sport, 64};
	send(b, &back);
	end();
	ck_assert_uint_eq(kept.count, 4);
	same(2, "r:right", "10.2.0.2", "");
	same(3, "a:eth0", "10.2.0.2", " SNAT delivered");
	ck_assert(!kept.at[2].out);
	ck_assert(!kept.at[3].out);
}
END_TEST

START_TEST(a_packet_that_dies_is_kept_where_it_died)
{
	struct world_kit_udp nowhere = there;
	nowhere.dst = "10.9.9.9";
	begin(false);
	send(a, &nowhere);
	end();
	ck_assert_uint_eq(kept.count, 1);
	same(0, "r:left", "10.1.0.2", " waits for ARP dropped");
	ck_assert(!kept.at[0].out);
}
END_TEST

START_TEST(it_is_kept_when_it_came_though_it_dies_later)
{
	struct world_kit_udp missing = there;
	missing.dst = "10.2.0.77"; /* ARP is asked for it for 3 s */
	begin(false);
	send(a, &missing);
	end();
	ck_assert_uint_eq(kept.count, 1);
	same(0, "r:left", "10.1.0.2",
	     " waits for ARP SNAT waits for ARP dropped");
	ck_assert_uint_lt(kept.at[0].time, VCLOCK_S);
}
END_TEST

START_TEST(time_does_not_go_back)
{
	struct world_kit_udp missing = there, other = there;
	missing.dst = "10.2.0.77";
	other.sport = 5001;
	begin(false);
	router_send(a, world_kit_udp(&kit, &missing));
	world_run_until(kit.world, VCLOCK_S);
	send(a, &other);
	end();
	ck_assert_uint_eq(kept.count, 3);
	for (size_t i = 1; i < kept.count; i++)
		ck_assert_uint_ge(kept.at[i].time, kept.at[i - 1].time);
}
END_TEST

START_TEST(lost_on_a_link_it_is_kept_where_it_left)
{
	begin(false);
	world_kit_nic(r, 1)->link->up = false;
	send(b, &(struct world_kit_udp){"10.2.0.2", "10.2.0.1", 1, 2, 64});
	send(a, &there); /* to find a's gateway */
	world_kit_nic(a, 0)->link->up = false;
	send(a, &there);
	end();
	struct kept *last = VEC_LAST(&kept);
	ck_assert_str_eq(last->port, "a:eth0");
	ck_assert_str_eq(last->events, " dropped");
}
END_TEST

static void same_piece(size_t i, uint16_t frag, const char *port,
		       const char *src, const char *events)
{
	same(i, port, src, events);
	ck_assert_uint_eq(kept.at[i].piece, frag);
	ck_assert_uint_eq(kept.at[i].id, kept.at[0].id);
}

START_TEST(pieces_are_kept_once_in_each_form)
{
	begin(false);
	send_pkt(a, datagram(1808, 0));
	end();
	ck_assert_uint_eq(at_b.count, 1);
	ck_assert_uint_eq(kept.count, 4);
	same_piece(0, IP4_MF, "a:eth0", "10.1.0.2", " waits for ARP");
	same_piece(1, 1480 / 8, "a:eth0", "10.1.0.2", " waits for ARP");
	same_piece(2, IP4_MF, "r:right", "10.2.0.1", " SNAT waits for ARP");
	same_piece(3, 1480 / 8, "r:right", "10.2.0.1",
		   " SNAT waits for ARP delivered");
	for (size_t i = 0; i < kept.count; i++)
		ck_assert_uint_eq(kept.at[i].hop, 1 + i / 2);
}
END_TEST

START_TEST(what_a_router_cuts_is_kept_whole_before)
{
	begin(false);
	send_pkt(a, datagram(1408, 0));
	end();
	ck_assert_uint_eq(at_b.count, 1);
	ck_assert_uint_eq(kept.count, 3);
	same_piece(0, 0, "a:eth0", "10.1.0.2", " waits for ARP");
	same_piece(1, IP4_MF, "r:right", "10.2.0.1", " SNAT waits for ARP");
	same_piece(2, 808 / 8, "r:right", "10.2.0.1",
		   " SNAT waits for ARP delivered");
	ck_assert_uint_eq(kept.at[1].hop, 2);
	ck_assert_uint_eq(kept.at[2].hop, 2);
}
END_TEST

/* The first of them, 1480 bytes, does not fit, either. */
START_TEST(pieces_of_a_piece_are_new_forms)
{
	begin(false);
	send_pkt(a, datagram(1808, 0));
	end();
	ck_assert_uint_eq(at_b.count, 1);
	ck_assert_uint_eq(kept.count, 5);
	same_piece(2, IP4_MF, "r:right", "10.2.0.1", " SNAT waits for ARP");
	same_piece(3, IP4_MF | 808 / 8, "r:right", "10.2.0.1",
		   " SNAT waits for ARP");
	same_piece(4, 1480 / 8, "r:right", "10.2.0.1",
		   " SNAT waits for ARP delivered");
}
END_TEST

/* They have no ports, but their packet has. */
START_TEST(answers_in_pieces_are_kept_at_the_same_ports)
{
	begin(false);
	send(a, &there);
	struct world_kit_udp back = {"10.2.0.2", "10.2.0.1", 6000,
				     at_b.last.sport, 64};
	send_pkt(b, datagram_of(&back, 1808, 0));
	end();
	ck_assert_uint_eq(kept.count, 6);
	same(2, "r:right", "10.2.0.2", "");
	same(3, "r:right", "10.2.0.2", "");
	same(4, "a:eth0", "10.2.0.2", " SNAT");
	same(5, "a:eth0", "10.2.0.2", " SNAT delivered");
}
END_TEST

START_TEST(every_port_has_every_piece_once)
{
	begin(true);
	send_pkt(a, datagram(1808, 0));
	end();
	ck_assert_uint_eq(kept.count, 8);
	for (uint16_t i = 0; i < kept.count; i++)
		ck_assert_uint_eq(kept.at[i].piece, i % 2 ? 1480 / 8 : IP4_MF);
	same(7, "b:eth0", "10.2.0.1", " delivered");
}
END_TEST

/* At r, for 30 s. */
START_TEST(a_piece_that_waits_in_vain_is_kept_where_it_came)
{
	begin(false);
	send_pkt(a, datagram(808, IP4_MF));
	world_run_until(kit.world, 20 * VCLOCK_S);
	send(b, &(struct world_kit_udp){"10.2.0.2", "10.2.0.1", 1, 2, 64});
	ck_assert_uint_eq(kept.count, 0);
	world_run_until(kit.world, 32 * VCLOCK_S);
	end();
	ck_assert_uint_ge(kept.count, 1);
	same_piece(0, IP4_MF, "r:left", "10.1.0.2", " waits for ARP dropped");
	ck_assert_uint_lt(kept.at[0].time, VCLOCK_S);
}
END_TEST

static void tell(const struct pkt *p, enum note_kind kind, const struct node *n,
		 uint64_t time)
{
	struct note note = {.time = time,
			    .pkt = p->id,
			    .node = n->number & (NOTE_NODES_MAX - 1),
			    .kind = kind & 31U,
			    .src = p->src,
			    .dst = p->dst,
			    .sport = p->sport,
			    .dport = p->dport};
	story_note(story, &note);
}

/* For a second: what a switch has lost may be a copy. */
START_TEST(a_copy_lost_at_a_switch_is_not_the_end)
{
	struct node *sw = bridge_node(bridge_new(kit.world, "sw"));
	struct pkt *p[2];
	const uint64_t t = 5 * VCLOCK_S;
	begin(false);
	for (int i = 0; i < 2; i++) {
		p[i] = world_kit_udp(&kit, &there);
		p[i]->marked = true;
		memset(p[i]->data, 0xff, 6); /* to all */
		story_frame(story, world_kit_nic(a, 0), WATCH_OUT, t, p[i]);
		tell(p[i], NOTE_DROPPED, sw, t);
	}
	ck_assert_uint_eq(kept.count, 0);
	story_frame(story, world_kit_nic(r, 0), WATCH_IN, t + VCLOCK_S, p[0]);
	tell(p[0], NOTE_DELIVERED, router_node(r), t + VCLOCK_S);
	ck_assert_uint_eq(kept.count, 1);
	same(0, "a:eth0", kept.at[0].src, " dropped delivered");
	tell(p[0], NOTE_DELIVERED, router_node(r), t + VCLOCK_S + 1);
	ck_assert_uint_eq(kept.count, 2); /* the other copy never came */
	same(1, "a:eth0", kept.at[1].src, " dropped");
	for (int i = 0; i < 2; i++)
		world_free_pkt(kit.world, p[i]);
	end();
}
END_TEST

START_TEST(one_piece_lost_is_not_the_other)
{
	struct pkt *p[] = {datagram(808, IP4_MF), datagram(808, 808 / 8)};
	begin(false);
	p[1]->id = p[0]->id;
	for (int i = 0; i < 2; i++) {
		p[i]->marked = true;
		story_frame(story, world_kit_nic(a, 0), WATCH_OUT, 1, p[i]);
		tell(p[i], i ? NOTE_ARP_WAIT : NOTE_DROPPED, router_node(a), 1);
	}
	end();
	ck_assert_uint_eq(kept.count, 2);
	same_piece(0, IP4_MF, "a:eth0", kept.at[0].src, " dropped");
	same_piece(1, 808 / 8, "a:eth0", kept.at[1].src, " waits for ARP");
	for (int i = 0; i < 2; i++)
		world_free_pkt(kit.world, p[i]);
}
END_TEST

/* A node that has put pieces together knows them, the next one does not. */
START_TEST(a_later_piece_needs_no_ports)
{
	struct pkt *p = datagram(808, 808 / 8);
	begin(false);
	p->marked = true;
	p->sport = there.sport;
	p->dport = there.dport;
	story_frame(story, world_kit_nic(a, 0), WATCH_OUT, 1, p);
	p->sport = p->dport = 0;
	story_frame(story, world_kit_nic(r, 1), WATCH_OUT, 2, p);
	end();
	ck_assert_uint_eq(kept.count, 1);
	same_piece(0, 808 / 8, "a:eth0", kept.at[0].src, "");
	world_free_pkt(kit.world, p);
}
END_TEST

START_TEST(what_was_cut_is_told_no_more)
{
	struct pkt *p[] = {datagram(808, 0), datagram(400, IP4_MF)};
	begin(false);
	p[1]->id = p[0]->id;
	for (int i = 0; i < 2; i++) {
		p[i]->marked = true;
		memset(p[i]->data, 0xff, 6); /* to all */
	}
	story_frame(story, world_kit_nic(r, 0), WATCH_IN, 1, p[0]);
	story_frame(story, world_kit_nic(r, 1), WATCH_OUT, 2, p[1]);
	story_frame(story, world_kit_nic(r, 0), WATCH_IN, 3, p[1]); /* a loop */
	tell(p[1], NOTE_SNAT, router_node(r), 3);
	end();
	ck_assert_uint_eq(kept.count, 2);
	same_piece(0, 0, "r:left", kept.at[0].src, "");
	same_piece(1, IP4_MF, "r:left", kept.at[1].src, " SNAT");
	world_free_pkt(kit.world, p[0]);
	world_free_pkt(kit.world, p[1]);
}
END_TEST

START_TEST(every_port_can_be_had)
{
	begin(true);
	send(a, &there);
	end();
	ck_assert_uint_eq(kept.count, 4);
	same(0, "a:eth0", "10.1.0.2", " waits for ARP");
	same(1, "r:left", "10.1.0.2", "");
	same(2, "r:right", "10.2.0.1", " SNAT waits for ARP");
	same(3, "b:eth0", "10.2.0.1", " delivered");
}
END_TEST

START_TEST(a_port_alone_tells_what_happened_before_it)
{
	only = "b:eth0";
	begin(true);
	send(a, &there);
	end();
	ck_assert_uint_eq(kept.count, 1);
	same(0, "b:eth0", "10.2.0.1",
	     " waits for ARP SNAT waits for ARP delivered");
}
END_TEST

START_TEST(what_is_sent_again_is_told_once)
{
	struct world_kit_udp query = there;
	query.dport = 53;
	begin(false);
	send(a, &query);
	send(a, &query);
	end();
	ck_assert_uint_eq(kept.count, 4);
	same(2, "a:eth0", "10.1.0.2", " again");
	same(3, "r:right", "10.2.0.1", " SNAT delivered");
}
END_TEST

START_TEST(who_sends_it_again_is_told)
{
	struct world_kit_udp query = {"10.2.0.2", "10.2.0.1", 7, 53, 64};
	begin(false);
	send(b, &query);
	send(b, &query);
	end();
	ck_assert_uint_eq(router_node(b)->number % 2, 1);
	ck_assert_uint_eq(VEC_LAST(&kept)->again_at, router_node(b)->number);
}
END_TEST

START_TEST(keys_take_their_place_in_the_stream)
{
	begin(true);
	router_send(a, world_kit_udp(&kit, &there)); /* waits for ARP, unseen */
	story_secrets(story, 0, "CLIENT_RANDOM\n", 14);
	send(a, &there);
	story_secrets(story, world_now(kit.world), "SERVER_RANDOM\n", 14);
	end();
	ck_assert_uint_eq(kept.count, 10);
	ck_assert_str_eq(kept.at[0].port, "keys");
	ck_assert_str_eq(kept.at[1].port, "a:eth0");
	ck_assert_str_eq(kept.at[9].port, "keys");
}
END_TEST

Suite *story_test_suite(void);
Suite *story_test_suite(void)
{
	Suite *s = suite_create("story");
	TCase *t = tcase_create("story");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, each_form_is_kept_once);
	tcase_add_test(t, answers_are_kept_at_the_same_ports);
	tcase_add_test(t, a_packet_that_dies_is_kept_where_it_died);
	tcase_add_test(t, it_is_kept_when_it_came_though_it_dies_later);
	tcase_add_test(t, time_does_not_go_back);
	tcase_add_test(t, lost_on_a_link_it_is_kept_where_it_left);
	tcase_add_test(t, a_copy_lost_at_a_switch_is_not_the_end);
	tcase_add_test(t, every_port_can_be_had);
	tcase_add_test(t, a_port_alone_tells_what_happened_before_it);
	tcase_add_test(t, what_is_sent_again_is_told_once);
	tcase_add_test(t, who_sends_it_again_is_told);
	tcase_add_test(t, keys_take_their_place_in_the_stream);
	tcase_add_test(t, pieces_are_kept_once_in_each_form);
	tcase_add_test(t, answers_in_pieces_are_kept_at_the_same_ports);
	tcase_add_test(t, what_was_cut_is_told_no_more);
	tcase_add_test(t, a_later_piece_needs_no_ports);
	tcase_add_test(t, every_port_has_every_piece_once);
	tcase_add_test(t, a_piece_that_waits_in_vain_is_kept_where_it_came);
	tcase_add_test(t, one_piece_lost_is_not_the_other);
	suite_add_tcase(s, t);
	t = tcase_create("narrow");
	tcase_add_checked_fixture(t, setup_narrow, teardown);
	tcase_add_test(t, what_a_router_cuts_is_kept_whole_before);
	tcase_add_test(t, pieces_of_a_piece_are_new_forms);
	suite_add_tcase(s, t);
	return s;
}
