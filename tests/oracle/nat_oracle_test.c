/* SPDX-License-Identifier: Apache-2.0 */
/* forward_batch() against the whiteboard model: random rules, random packets
 * in both directions, answers to what was sent, and every byte's checksum. */
#include <stdio.h>

#include "sim/base/rng.h"
#include "tests/oracle/nat_model.h"
#include "tests/unit/gateway_kit.h"
#include "tests/oracle/effort.h"
#include "tests/unit/suites.h"

Suite *nat_oracle_test_suite(void);

#define SESSIONS 4096
#define PACKETS	 1500
#define SEEDS	 60
#define MEMORY	 64

static struct gateway_kit kit;
static struct flow flows[SESSIONS];
static struct flow_slot slots[4 * SESSIONS];
static struct nat_model model;
static struct nat_rule written[8]; /* as the model knows them */
static struct nat_model_pkt memory[MEMORY];
static unsigned translated, dropped;
static struct rng rng;

static uint32_t below(uint32_t bound)
{
	return rng_below(&rng, bound);
}

static uint32_t inside(void)
{
	return 0x0a000000 + below(8);
}

static uint32_t public(void)
{
	return 0x28000000 + below(16); /* 40.0.0.0/28 */
}

static uint32_t outside(void)
{
	return 0x08080800 + below(4);
}

static struct nat_prefixes list(uint32_t addr, uint8_t len)
{
	struct nat_prefixes p = {.count = 1};
	p.at[0] = addr_prefix_of(addr_ip4(addr), len);
	return p;
}

static struct nat_prefixes maybe(uint32_t addr, uint8_t len)
{
	return below(2) ? list(addr, len) : (struct nat_prefixes){0};
}

static struct nat_rule random_rule(void)
{
	uint8_t len = (uint8_t)(29 + below(4));
	struct nat_rule r = {.action = (enum nat_action)below(NAT_ACTION_COUNT),
			     .sequence_number = below(5),
			     .enabled = below(8) != 0};
	switch (r.action) {
	case NAT_SNAT:
		r.source = maybe(inside(), len);
		r.translated = list(public(), (uint8_t)(31 + below(2)));
		break;
	case NAT_REFLEXIVE:
		r.source = list(inside(), len);
		r.translated = list(public(), len);
		break;
	case NAT_DNAT:
		r.destination = list(public(), len);
		r.translated = list(inside(), below(2) ? len : 32);
		r.proto = below(2) ? IP4_PROTO_TCP : 0;
		r.ports.first = r.ports.last = r.proto && below(2) ? 443 : 0;
		if (below(2))
			r.translated_ports = (struct addr_ports){53, 53};
		break;
	case NAT_NO_SNAT:
		r.source = list(inside(), len);
		r.destination = maybe(outside(), 31);
		break;
	default:
		r.destination = list(public(), len);
	}
	return r;
}

/* Looking rules up must come to the same as going through them. */
static void index_rules(void)
{
	static struct nat_index_slot index[2][256];
	for (enum nat_stage stage = NAT_INGRESS; stage <= NAT_EGRESS; stage++) {
		size_t room = nat_index_room(&kit.f.nat, stage);
		ck_assert_uint_le(nat_index_slots(room), 256);
		nat_index_init(&kit.f.nat.index[stage], index[stage], room);
	}
}

static void add_rules(void)
{
	size_t count = below(7) + 1;
	for (size_t i = 0; i < count; i++) {
		struct nat_rule r = random_rule();
		r.ref = (uint32_t)i + 1;
		written[i] = r;
		ck_assert(nat_add(&kit.f.nat, &r));
		uint64_t size = nat_size(&r.translated);
		for (uint64_t j = 0; r.action == NAT_SNAT && j < size; j++)
			gateway_kit_pools(&kit, nat_at(&r.translated, j));
	}
	if (below(2))
		index_rules();
	nat_seal(&kit.f.nat);
	model.rules = written;
	model.rule_count = count;
}

static void start(uint64_t seed)
{
	rng_init(&rng, seed);
	gateway_kit_init(&kit);
	memset(slots, 0, sizeof(slots));
	flow_init(&kit.f.flows, flows, slots, SESSIONS);
	memset(&model, 0, sizeof(model));
	memset(memory, 0, sizeof(memory));
	kit.f.tracks_inbound = true;
	kit.f.ports_policy =
		below(2) ? FORWARD_PORTS_KEEP : FORWARD_PORTS_ROUND_ROBIN;
	add_rules();
}

static uint16_t random_port(void)
{
	static const uint16_t ports[] = {53, 443, 1024, 1025, 4000, 4001};
	return ports[below(6)];
}

static struct nat_model_pkt random_pkt(bool from_uplink)
{
	static const uint8_t protos[] = {IP4_PROTO_TCP, IP4_PROTO_UDP,
					 IP4_PROTO_ICMP};
	struct nat_model_pkt p = {.proto = protos[below(3)],
				  .sport = random_port(),
				  .dport = random_port(),
				  .opens = true};
	p.src = from_uplink ? outside() : inside();
	p.dst = from_uplink ? (below(4) ? public() : inside())
			    : (below(8) ? outside() : public());
	p.opens = p.proto == IP4_PROTO_UDP || below(4);
	if (p.proto == IP4_PROTO_ICMP)
		p.dport = p.sport;
	return p;
}

/* An answer to something that was sent, or a later packet of it. */
static struct nat_model_pkt related_pkt(bool *from_uplink)
{
	struct nat_model_pkt p = memory[below(MEMORY)];
	if (!p.proto)
		return random_pkt(*from_uplink);
	bool udp = p.proto == IP4_PROTO_UDP;
	struct nat_model_pkt back = {.src = p.dst,
				     .dst = p.src,
				     .sport = p.dport,
				     .dport = p.sport,
				     .proto = p.proto,
				     .opens = udp};
	*from_uplink = back.src >> 24 != 10;
	return back;
}

static void make_frame(const struct nat_model_pkt *p)
{
	char src[ADDR_IP4_SIZE], dst[ADDR_IP4_SIZE];
	struct frames_spec s = {.src = addr_print_ip4(addr_ip4(p->src), src),
				.dst = addr_print_ip4(addr_ip4(p->dst), dst),
				.proto = p->proto,
				.sport = p->sport,
				.dport = p->dport,
				.flags = p->opens ? TCP_SYN : TCP_ACK,
				.type = p->opens ? ICMP_ECHO_REQUEST
						 : ICMP_ECHO_REPLY,
				.payload = (uint16_t)below(20),
				.unchecked = below(10) == 0};
	frames_make(&kit.pkt, &s);
}

static struct nat_model_pkt read_frame(bool opens)
{
	const uint8_t *head = kit.pkt.data + ETH_SIZE, *l4 = head + IP4_SIZE;
	struct nat_model_pkt p = {.src = be_load32(head + 12),
				  .dst = be_load32(head + 16),
				  .proto = head[9],
				  .opens = opens};
	bool icmp = p.proto == IP4_PROTO_ICMP;
	p.sport = be_load16(icmp ? l4 + 4 : l4);
	p.dport = be_load16(icmp ? l4 + 4 : l4 + 2);
	return p;
}

static const char *text_of(const struct nat_model_pkt *p)
{
	static char text[2][100];
	static unsigned turn;
	char src[ADDR_ENDPOINT_SIZE], dst[ADDR_ENDPOINT_SIZE];
	snprintf(text[++turn & 1], sizeof(text[0]), "%u %s > %s%s", p->proto,
		 addr_print_endpoint(addr_ip4(p->src), p->sport, src),
		 addr_print_endpoint(addr_ip4(p->dst), p->dport, dst),
		 p->opens ? "" : " (later)");
	return text[turn & 1];
}

static void one_packet(int seed, int number)
{
	bool from_uplink = below(2);
	struct nat_model_pkt sent =
		below(3) ? random_pkt(from_uplink) : related_pkt(&from_uplink);
	struct nat_model_pkt want = sent;
	make_frame(&sent);
	bool passed = gateway_kit_forward(&kit, from_uplink) == DROP_NONE;
	struct nat_model_pkt got = read_frame(sent.opens);
	bool expected = nat_model_run(&model, &want, from_uplink, &got);
	ck_assert_msg(expected == passed, "seed %d, packet %d: %s: %s", seed,
		      number, text_of(&sent), gateway_kit_result(&kit));
	dropped += !passed;
	if (!passed)
		return;
	ck_assert_msg(nat_model_same(got, want),
		      "seed %d, packet %d: %s, not %s", seed, number,
		      text_of(&got), text_of(&want));
	translated += !nat_model_same(got, sent);
	memory[below(MEMORY)] = below(4) ? got : sent;
}

START_TEST(does_what_the_model_does)
{
	start((uint64_t)_i);
	for (int number = 0; number < PACKETS; number++)
		one_packet(_i, number);
	effort_did("packets through NAT", PACKETS);
}
END_TEST

/* The comparison is worth something only if there was something to do. */
START_TEST(the_packets_were_worth_it)
{
	translated = dropped = 0;
	for (int seed = 1; seed <= 20; seed++) {
		start((uint64_t)seed);
		for (int number = 0; number < PACKETS; number++)
			one_packet(seed, number);
	}
	ck_assert_uint_gt(translated, 20 * PACKETS / 5);
	ck_assert_uint_gt(dropped, 20 * PACKETS / 50);
	ck_assert_uint_lt(dropped, 20 * PACKETS / 2);
}
END_TEST

Suite *nat_oracle_test_suite(void)
{
	Suite *s = suite_create("nat_oracle");
	TCase *c = tcase_create("nat_oracle");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, does_what_the_model_does, 1,
			    effort_seeds(SEEDS) + 1);
	tcase_add_test(c, the_packets_were_worth_it);
	suite_add_tcase(s, c);
	return s;
}
