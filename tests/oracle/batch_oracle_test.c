/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of many against batches of one: the same packets at the same times
 * through two gateways with the same tables, of which one has a flow cache. What
 * is looked up ahead of time, worked on together or known from before must not be
 * seen: verdicts, bytes, notes, sessions and ports are the same. */
#include <stdio.h>

#include "sim/base/rng.h"
#include "tests/oracle/effort.h"
#include "tests/unit/gateway_kit.h"
#include "tests/unit/suites.h"

Suite *batch_oracle_test_suite(void);

#define SEEDS	80
#define BATCHES 60
#define NOTES	(16 * BATCH_MAX)
#define SECOND	1000000000ULL
#define MEMORY	32

struct side {
	struct gateway_kit kit;
	struct nat_index_slot index[2][64];
	struct note notes[NOTES];
	struct pkt pkts[BATCH_MAX];
};

static struct side many, one; /* batches of many, of one */
static struct pkt sent[MEMORY];
static struct came { /* what was made of nothing */
	struct frames_spec spec;
	uint16_t port;
} came[MEMORY];
static struct rng rng;
static unsigned tally[DROP_COUNT + 1], full, known;

static uint32_t below(uint32_t bound)
{
	return rng_below(&rng, bound);
}

static const char *pick(const char *const *list, uint32_t count)
{
	return list[below(count)];
}

static const char *const insides[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3",
				      "10.0.0.9", "10.9.0.1", "11.0.0.1"};
static const char *const outsides[] = {"8.8.8.8", "8.8.4.4", "20.0.0.1"};
static const char *const publics[] = {"30.0.0.5", "30.0.0.6", "40.0.0.1",
				      "40.0.0.9", "50.0.0.1"};

/* 'bits' says which of the rules there are, the same for both sides. */
static void add_rules(struct gateway_kit *k, uint32_t bits)
{
	if (bits & 1)
		gateway_kit_rule(k, NAT_REFLEXIVE, "10.0.0.1", NULL,
				 "40.0.0.1");
	if (bits & 2)
		gateway_kit_rule(k, NAT_NO_SNAT, "10.0.0.2", "8.8.4.4", NULL);
	if (bits & 4)
		gateway_kit_rule(k, NAT_DNAT, NULL, "40.0.0.9", "10.0.0.9");
	if (bits & 8)
		gateway_kit_rule(k, NAT_SNAT, "10.0.0.0/8", NULL,
				 bits & 16 ? "30.0.0.5" : "30.0.0.4/30");
	if (bits & 32)
		gateway_kit_server(k, "50.0.0.1");
	gateway_kit_narrow(k, 2000, bits & 64 ? 2200 : 2011);
}

static void seal(struct side *s, bool indexed)
{
	struct nat *n = &s->kit.f.nat;
	for (enum nat_stage stage = NAT_INGRESS; stage <= NAT_EGRESS; stage++)
		if (indexed)
			nat_index_init(&n->index[stage], s->index[stage],
				       nat_index_room(n, stage));
	nat_seal(n);
}

static void init_side(struct side *s, uint32_t bits)
{
	struct forward *f = &s->kit.f;
	gateway_kit_init(&s->kit);
	add_rules(&s->kit, bits);
	seal(s, bits & 128);
	f->notes = (struct note_log){s->notes, 0, NOTES, 0};
	f->tracks_inbound = bits & 256;
	f->ports_policy =
		bits & 512 ? FORWARD_PORTS_KEEP : FORWARD_PORTS_ROUND_ROBIN;
	s->kit.ports[0].urpf_strict = s->kit.ports[2].urpf_strict = true;
	if (!(bits & 32))
		gateway_kit_local(&s->kit, "30.0.0.5");
	struct acl_rule r = {.action = ACL_REJECT, .ref = 70, .proto = 6};
	r.ports = (struct addr_ports){79, 79};
	if (bits & 1024)
		ck_assert(acl_add(&f->acl, &r));
	acl_seal(&f->acl);
	if (bits & 2048)
		gateway_kit_route(&s->kit, "8.8.4.0/24", "192.0.2.253", 1);
	if (bits & 4096)
		gateway_kit_route(&s->kit, "8.8.4.0/24", "192.0.3.253", 2);
}

/* Between batches a port goes down or up, an MTU or a rule changes. */
static void change(struct side *s, uint32_t what)
{
	struct forward_port *port = &s->kit.ports[1 + what % 3];
	struct nat *n = &s->kit.f.nat;
	if (what & 4)
		port->up = !port->up;
	if (what & 8)
		port->mtu = port->mtu == 1500 ? 40 : 1500;
	if (what & 16)
		port->uplink = !port->uplink;
	if (what & 32 && n->count) {
		n->rules[what % n->count].enabled ^= 1;
		seal(s, n->index[0].slots);
	}
	forward_renew(&s->kit.f);
}

static struct frames_spec random_spec(void)
{
	static const uint8_t protos[] = {6, 17, 17, 1, FRAMES_GRE};
	static const uint8_t flags[] = {TCP_SYN, TCP_SYN, TCP_ACK, TCP_RST,
					TCP_FIN | TCP_ACK};
	static const uint16_t ports[] = {53, 79, 443, 2000, 2001, 2002, 4000};
	struct frames_spec s = {.src = pick(insides, 6),
				.dst = pick(outsides, 3),
				.proto = protos[below(5)],
				.sport = ports[below(7)],
				.dport = ports[below(7)],
				.flags = flags[below(5)],
				.payload = (uint16_t)(below(3) * 8),
				.unchecked = !below(6)};
	s.type = below(3) ? ICMP_ECHO_REQUEST : ICMP_ECHO_REPLY;
	s.ttl = below(12) ? 64 : 1;
	s.frag = below(15) ? below(3) ? 0 : IP4_DF : below(2) ? IP4_MF : 5;
	return s;
}

/* An answer to a packet that was sent, or an error about it. */
static uint16_t make_answer(struct pkt *p, const struct pkt *to)
{
	static char src[ADDR_IP4_SIZE], dst[ADDR_IP4_SIZE];
	struct frames_spec s = random_spec();
	s.src = addr_print_ip4(to->dst, src);
	s.dst = addr_print_ip4(to->src, dst);
	s.proto = to->proto;
	s.sport = to->dport;
	s.dport = to->sport;
	s.type = ICMP_ECHO_REPLY;
	if (below(6) || to->quoted || to->fragment)
		frames_make(p, &s);
	else
		frames_make_error(p, "8.8.8.1", ICMP_UNREACHABLE, to, 8);
	return to->out_port;
}

/* A conversation goes on, by the same way or another. */
static uint16_t make_next(struct pkt *p, const struct came *c)
{
	struct frames_spec s = random_spec();
	s.src = c->spec.src;
	s.dst = c->spec.dst;
	s.proto = c->spec.proto;
	s.sport = c->spec.sport;
	s.dport = c->spec.dport;
	s.type = c->spec.type;
	frames_make(p, &s);
	return below(20) ? c->port : (uint16_t)below(4);
}

static uint16_t port_for(const struct frames_spec *s, bool outside)
{
	if (outside)
		return (uint16_t)(1 + below(2));
	return below(20) ? s->src[1] == '1' ? 3 : 0 : 2;
}

static uint16_t make_packet(struct pkt *p)
{
	const struct pkt *old = &sent[below(MEMORY)];
	struct came *c = &came[below(MEMORY)];
	uint32_t way = below(8);
	struct frames_spec s = random_spec();
	if (c->spec.src && below(2))
		return make_next(p, c);
	if (old->len && old->proto != FRAMES_GRE && way < 3)
		return make_answer(p, old);
	if (way == 3) {
		s.src = pick(outsides, 3);
		s.dst = pick(publics, 5);
	} else if (way == 4) {
		s.dst = pick(publics, 5);
	}
	frames_make(p, &s);
	if (!below(30))
		p->data[ETH_SIZE + 9] ^= 1; /* a wrong checksum */
	*c = (struct came){s, port_for(&s, way == 3)};
	return c->port;
}

static void make_batch(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool again = i && !below(4); /* packets of one conversation */
		struct pkt *p = &many.pkts[i];
		if (again) {
			*p = many.pkts[below((uint32_t)i)];
		} else {
			uint16_t port = make_packet(p);
			p->in_port = port;
		}
		p->id = (uint32_t)i + 1;
		one.pkts[i] = *p;
	}
}

static void run_sides(size_t count, uint64_t now)
{
	struct batch b = {.count = count}, single = {.count = 1};
	many.kit.f.notes.count = one.kit.f.notes.count = 0;
	for (size_t i = 0; i < count; i++)
		b.at[i] = &many.pkts[i];
	forward_batch(&many.kit.f, &b, now);
	for (size_t i = 0; i < count; i++) {
		single.at[0] = &one.pkts[i];
		forward_batch(&one.kit.f, &single, now);
	}
}

static void same_packet(int seed, const struct pkt *a, const struct pkt *b)
{
	ck_assert_msg(a->verdict == b->verdict && a->drop == b->drop &&
			      a->drop_ref == b->drop_ref,
		      "seed %d, packet %u: %s, alone %s", seed, a->id,
		      drop_name((enum drop)a->drop),
		      drop_name((enum drop)b->drop));
	tally[a->verdict == PKT_LOCAL ? DROP_COUNT : a->drop]++;
	if (a->verdict == PKT_SEND)
		ck_assert_msg(a->out_port == b->out_port &&
				      addr_same(a->next_hop, b->next_hop),
			      "seed %d, packet %u: another way out", seed,
			      a->id);
	ck_assert_msg(a->len == b->len && !memcmp(a->data, b->data, a->len),
		      "seed %d, packet %u: other bytes", seed, a->id);
}

/* Notes of packet 'id', in their order, as bytes. */
static size_t notes_of(const struct side *s, uint32_t id, struct note *out)
{
	size_t count = 0;
	for (size_t i = 0; i < s->kit.f.notes.count && count < 16; i++)
		if (s->notes[i].pkt == id)
			out[count++] = s->notes[i];
	return count;
}

static void same_notes(int seed, uint32_t id)
{
	struct note a[16], b[16];
	size_t count = notes_of(&many, id, a);
	ck_assert_msg(count == notes_of(&one, id, b) &&
			      !memcmp(a, b, count * sizeof(*a)),
		      "seed %d, packet %u: other notes", seed, id);
}

static void same_tables(int seed)
{
	const struct forward *a = &many.kit.f, *b = &one.kit.f;
	ck_assert_msg(a->flows.count == b->flows.count &&
			      a->balanced == b->balanced,
		      "seed %d: other sessions", seed);
	for (uint32_t i = 0; i < a->flows.fresh; i++) {
		struct flow flow = many.kit.flows[i];
		known += flow.live && (flow.way[0] || flow.way[1]);
		flow.way[0] = flow.way[1] = CACHE_NOWHERE;
		ck_assert_msg(!memcmp(&flow, &one.kit.flows[i], sizeof(flow)),
			      "seed %d: other sessions", seed);
	}
	for (uint32_t i = 0; i <= a->cache.mask; i++)
		known += a->cache.slots[i].way != CACHE_NOWHERE;
	ck_assert_msg(
		!memcmp(many.kit.pools, one.kit.pools, sizeof(one.kit.pools)),
		"seed %d: other ports", seed);
	ck_assert_msg(!memcmp(many.kit.servers, one.kit.servers,
			      sizeof(one.kit.servers)),
		      "seed %d: other turns of servers", seed);
	ck_assert_msg(
		!memcmp(many.kit.rules, one.kit.rules, sizeof(one.kit.rules)),
		"seed %d: other hits", seed);
	full += a->flows.count == a->flows.room;
}

static void remember(size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (many.pkts[i].verdict == PKT_SEND)
			sent[below(MEMORY)] = many.pkts[i];
}

static void run_seed(int seed)
{
	uint64_t now = 100 * SECOND;
	rng_init(&rng, (uint64_t)seed);
	uint32_t bits = rng_next(&rng);
	init_side(&many, bits);
	init_side(&one, bits);
	one.kit.f.cache.memory = NULL;
	memset(sent, 0, sizeof(sent));
	memset(came, 0, sizeof(came));
	for (unsigned i = 0; i < BATCHES; i++) {
		size_t count = below(BATCH_MAX) + 1;
		now += below(4) ? below(1000) * 1000 : below(40) * SECOND;
		uint32_t what = below(8) ? 0 : rng_next(&rng);
		if (what && !(bits & 8192)) {
			change(&many, what);
			change(&one, what);
		}
		make_batch(count);
		run_sides(count, now);
		for (size_t j = 0; j < count; j++) {
			same_packet(seed, &many.pkts[j], &one.pkts[j]);
			same_notes(seed, (uint32_t)j + 1);
		}
		same_tables(seed);
		remember(count);
		effort_did("packets in batches and alone", count);
	}
}

START_TEST(a_batch_is_its_packets_one_by_one)
{
	run_seed(_i);
}
END_TEST

/* The comparison is worth something only if all kinds of things happened. */
START_TEST(much_happened)
{
	memset(tally, 0, sizeof(tally));
	full = known = 0;
	for (int seed = 1; seed <= 40; seed++)
		run_seed(seed);
	static const enum drop seen[] = {
		DROP_NONE,	   DROP_TTL_ZERO,
		DROP_URPF,	   DROP_NAT_PORTS,
		DROP_NAT_SESSIONS, DROP_NAT_STATE,
		DROP_MALFORMED,	   DROP_NAT_UNSUPPORTED,
		DROP_ACL_REJECT,   DROP_FRAGMENT,
		DROP_MTU};
	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++)
		ck_assert_msg(tally[seen[i]] > 10, "%s: %u", drop_name(seen[i]),
			      tally[seen[i]]);
	ck_assert_uint_gt(tally[DROP_COUNT], 100); /* local */
	ck_assert_uint_gt(full, 20);
	ck_assert_uint_gt(known, 1000);
}
END_TEST

Suite *batch_oracle_test_suite(void)
{
	Suite *s = suite_create("batch_oracle");
	TCase *c = tcase_create("batch_oracle");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, a_batch_is_its_packets_one_by_one, 1,
			    effort_seeds(SEEDS) + 1);
	tcase_add_test(c, much_happened);
	suite_add_tcase(s, c);
	return s;
}
