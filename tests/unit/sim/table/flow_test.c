/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/flow.h"

#include <string.h>

#include "sim/base/rng.h"
#include "tests/unit/suites.h"

Suite *flow_test_suite(void);

#define ROOM   16
#define TCP    6
#define UDP    17
#define ICMP   1
#define SECOND 1000000000ULL
#define FIN    0x01
#define SYN    0x02
#define RST    0x04
#define ACK    0x10

static struct flow flows[ROOM];
static struct flow_slot slots[4 * ROOM];
static struct flow_table table;

static const struct flow_key in = {{0x0af40062}, {0x4a7d8552}, 40000, 443, TCP};
static const struct flow_key out = {{0x1e000005}, {0x4a7d8552}, 1024, 443, TCP};

static void setup(void)
{
	ck_assert_uint_le(flow_slots(ROOM), 4 * ROOM);
	memset(slots, 0, sizeof(slots));
	flow_init(&table, flows, slots, ROOM);
}

static uint32_t add(uint8_t proto)
{
	struct flow_key a = in, b = out;
	a.proto = b.proto = proto;
	return flow_add(&table, &a, &b, 0);
}

START_TEST(both_directions_are_found)
{
	enum flow_dir dir = FLOW_BACKWARD;
	struct flow_key answer = flow_reverse(&out);
	uint32_t number = flow_add(&table, &in, &out, 5);
	ck_assert_uint_eq(flow_find(&table, &in, &dir), number);
	ck_assert_int_eq(dir, FLOW_FORWARD);
	ck_assert_uint_eq(flow_find(&table, &answer, &dir), number);
	ck_assert_int_eq(dir, FLOW_BACKWARD);
}
END_TEST

START_TEST(the_recipe_back_undoes_the_recipe_there)
{
	const struct flow *f = &flows[flow_add(&table, &in, &out, 5)];
	struct flow_key back = flow_out(f, FLOW_BACKWARD);
	ck_assert_uint_eq(back.dst.v, in.src.v);
	ck_assert_uint_eq(back.dport, in.sport);
	ck_assert_uint_eq(back.src.v, in.dst.v);
	ck_assert_uint_eq(back.sport, in.dport);
	ck_assert_uint_eq(back.proto, in.proto);
}
END_TEST

START_TEST(one_different_field_is_another_session)
{
	enum flow_dir dir;
	struct flow_key keys[] = {in, in, in, in, in};
	flow_add(&table, &in, &out, 5);
	keys[0].src.v++;
	keys[1].dst.v++;
	keys[2].sport++;
	keys[3].dport++;
	keys[4].proto = UDP;
	for (size_t i = 0; i < 5; i++)
		ck_assert_uint_eq(flow_find(&table, &keys[i], &dir), FLOW_NONE);
}
END_TEST

START_TEST(a_taken_key_is_refused)
{
	struct flow_key other = in, answer = flow_reverse(&out);
	flow_add(&table, &in, &out, 5);
	other.sport++;
	ck_assert_uint_eq(flow_add(&table, &in, &out, 6), FLOW_NONE);
	ck_assert_uint_eq(flow_add(&table, &other, &out, 6), FLOW_NONE);
	ck_assert_uint_eq(flow_add(&table, &answer, &other, 6), FLOW_NONE);
	ck_assert_uint_eq(table.count, 1);
}
END_TEST

/* All five fields of the two directions must be equal, or they are two keys. */
START_TEST(only_a_session_whose_directions_are_one_is_refused)
{
	struct flow_key same = flow_reverse(&in); /* back: 'in' itself */
	ck_assert_uint_eq(flow_add(&table, &in, &same, 5), FLOW_NONE);
	struct flow_key outs[] = {same, same, same, same, same};
	outs[0].src.v++;
	outs[1].dst.v++;
	outs[2].sport++;
	outs[3].dport++;
	for (size_t i = 0; i < 4; i++) {
		uint32_t number = flow_add(&table, &in, &outs[i], 5);
		ck_assert_uint_ne(number, FLOW_NONE);
		flow_remove(&table, number);
	}
	outs[4].src.v = outs[4].sport = 9; /* two differ */
	outs[4].dst.v = outs[4].dport = 8;
	ck_assert_uint_ne(flow_add(&table, &in, &outs[4], 5), FLOW_NONE);
}
END_TEST

START_TEST(a_full_table_says_so_until_one_ends)
{
	struct flow_key a = in, b = out;
	for (uint16_t i = 0; i < ROOM; i++, a.sport++, b.sport++)
		ck_assert_uint_ne(flow_add(&table, &a, &b, 0), FLOW_NONE);
	ck_assert_uint_eq(flow_add(&table, &a, &b, 0), FLOW_NONE);
	flow_remove(&table, 3);
	ck_assert_uint_eq(flow_add(&table, &a, &b, 0), 3);
}
END_TEST

START_TEST(removal_leaves_all_others_findable)
{
	bool there[ROOM] = {false};
	struct flow_key a[ROOM], b[ROOM];
	uint32_t numbers[ROOM];
	struct rng rng;
	rng_init(&rng, 7);
	for (int round = 0; round < 5000; round++) {
		uint32_t i = rng_below(&rng, ROOM);
		a[i] = there[i] ? a[i] : in;
		if (there[i]) {
			flow_remove(&table, numbers[i]);
		} else {
			a[i].src.v = i;
			a[i].sport = (uint16_t)rng_next(&rng);
			b[i] = a[i];
			b[i].src.v += 1000;
			numbers[i] = flow_add(&table, &a[i], &b[i], 0);
			ck_assert_uint_ne(numbers[i], FLOW_NONE);
		}
		there[i] = !there[i];
		for (uint32_t j = 0; j < ROOM; j++) {
			enum flow_dir dir;
			if (!there[j])
				continue;
			struct flow_key answer = flow_reverse(&b[j]);
			ck_assert_uint_eq(flow_find(&table, &a[j], &dir),
					  numbers[j]);
			ck_assert_uint_eq(flow_find(&table, &answer, &dir),
					  numbers[j]);
		}
	}
}
END_TEST

static const struct {
	const char *what;
	uint8_t proto;
	enum flow_kind kind;
	struct {
		enum flow_dir dir;
		uint8_t flags;
	} packets[6];
	unsigned count;
	enum flow_state state;
	unsigned seconds;
} lives[] = {
	{"SYN", TCP, FLOW_SNAT, {{0, SYN}}, 1, FLOW_FIRST, 120},
	{"SYN twice", TCP, FLOW_SNAT, {{0, SYN}, {0, SYN}}, 2, FLOW_FIRST, 120},
	{"SYN-ACK",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN}, {1, SYN | ACK}},
	 2,
	 FLOW_OPENING,
	 30},
	{"established",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN}, {1, SYN | ACK}, {0, ACK}},
	 3,
	 FLOW_ESTABLISHED,
	 7200},
	{"one FIN",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN}, {1, SYN | ACK}, {0, ACK}, {1, FIN | ACK}},
	 4,
	 FLOW_CLOSING,
	 900},
	{"both FIN",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN},
	  {1, SYN | ACK},
	  {0, ACK},
	  {1, FIN | ACK},
	  {0, FIN | ACK},
	  {1, ACK}},
	 6,
	 FLOW_FIN_WAIT,
	 4},
	{"refused",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN}, {1, RST | ACK}},
	 2,
	 FLOW_CLOSED,
	 2},
	{"closed stays closed",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN}, {1, RST | ACK}, {0, ACK}},
	 3,
	 FLOW_CLOSED,
	 2},
	{"SYN after RST",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN}, {1, RST | ACK}, {0, SYN}},
	 3,
	 FLOW_FIRST,
	 120},
	{"SYN after FIN",
	 TCP,
	 FLOW_SNAT,
	 {{0, SYN}, {1, SYN | ACK}, {0, FIN | ACK}, {0, SYN}},
	 4,
	 FLOW_FIRST,
	 120},
	{"UDP first", UDP, FLOW_SNAT, {{0, 0}}, 1, FLOW_FIRST, 30},
	{"UDP single", UDP, FLOW_SNAT, {{0, 0}, {0, 0}}, 2, FLOW_SINGLE, 30},
	{"UDP multiple",
	 UDP,
	 FLOW_SNAT,
	 {{0, 0}, {1, 0}},
	 2,
	 FLOW_MULTIPLE,
	 30},
	{"UDP stays multiple",
	 UDP,
	 FLOW_SNAT,
	 {{0, 0}, {1, 0}, {0, 0}},
	 3,
	 FLOW_MULTIPLE,
	 30},
	{"ICMP first", ICMP, FLOW_SNAT, {{0, 0}, {0, 0}}, 2, FLOW_FIRST, 6},
	{"ICMP answered",
	 ICMP,
	 FLOW_SNAT,
	 {{0, 0}, {1, 0}},
	 2,
	 FLOW_MULTIPLE,
	 6},
	{"LB established",
	 TCP,
	 FLOW_LB,
	 {{0, SYN}, {1, SYN | ACK}, {0, ACK}},
	 3,
	 FLOW_ESTABLISHED,
	 1800},
	{"LB closing",
	 TCP,
	 FLOW_LB,
	 {{0, SYN}, {1, SYN | ACK}, {0, FIN | ACK}},
	 3,
	 FLOW_CLOSING,
	 8},
	{"LB UDP", UDP, FLOW_LB, {{0, 0}}, 1, FLOW_FIRST, 300},
};

START_TEST(packets_move_the_state_and_its_timer)
{
	uint32_t number = add(lives[_i].proto);
	struct flow *f = &flows[number];
	f->kind = lives[_i].kind & 3U;
	for (unsigned i = 0; i < lives[_i].count; i++)
		flow_touch(&table, number, lives[_i].packets[i].dir,
			   lives[_i].packets[i].flags, i);
	ck_assert_msg(f->state == lives[_i].state, "%s: %s", lives[_i].what,
		      flow_state_name(f->state));
	ck_assert_uint_eq(flow_timeout_ns(f), lives[_i].seconds * SECOND);
	ck_assert_uint_eq(f->used, lives[_i].count - 1);
}
END_TEST

START_TEST(idle_is_beyond_the_timer)
{
	uint32_t number = add(UDP);
	ck_assert(!flow_is_idle(&flows[number], 30 * SECOND));
	ck_assert(flow_is_idle(&flows[number], 30 * SECOND + 1));
	flow_touch(&table, number, FLOW_BACKWARD, 0, 10 * SECOND);
	ck_assert(!flow_is_idle(&flows[number], 40 * SECOND));
}
END_TEST

static uint32_t ended[4 * ROOM];
static unsigned ended_count;

static void end(void *context, uint32_t flow)
{
	ended[ended_count++] = flow;
	flow_remove(context, flow);
}

static unsigned expire(uint64_t now)
{
	ended_count = 0;
	flow_expire(&table, now, end, &table);
	return ended_count;
}

START_TEST(only_idle_sessions_are_ended)
{
	struct flow_key a = in, b = out;
	a.proto = b.proto = UDP;
	for (uint16_t i = 0; i < 4; i++, a.sport++, b.sport++)
		flow_add(&table, &a, &b, i & 1 ? 10 * SECOND : 0);
	ck_assert_uint_eq(expire(30 * SECOND), 0);
	ck_assert_uint_eq(expire(30 * SECOND + 1), 2);
	ck_assert_uint_eq(ended[0] + ended[1], 2);
	ck_assert_uint_eq(expire(31 * SECOND), 0);
	ck_assert_uint_eq(expire(41 * SECOND), 2);
	ck_assert_uint_eq(table.count, 0);
}
END_TEST

START_TEST(a_packet_puts_the_end_off)
{
	uint32_t number = add(UDP);
	for (unsigned i = 1; i < 100; i++) {
		ck_assert_uint_eq(expire(i * 20 * SECOND), 0);
		flow_touch(&table, number, FLOW_FORWARD, 0, i * 20 * SECOND);
	}
	ck_assert_uint_eq(expire(99 * 20 * SECOND + 31 * SECOND), 1);
}
END_TEST

START_TEST(a_shorter_timer_brings_the_end_near)
{
	uint32_t number = add(TCP); /* FIRST: 120 s */
	flow_touch(&table, number, FLOW_BACKWARD, RST, 5 * SECOND); /* 2 s */
	ck_assert_uint_eq(expire(7 * SECOND), 0);
	ck_assert_uint_eq(expire(7 * SECOND + 1), 1);
}
END_TEST

START_TEST(long_timers_come_round_the_wheel)
{
	uint32_t number = add(TCP);
	flow_touch(&table, number, FLOW_BACKWARD, SYN | ACK, 0);
	flow_touch(&table, number, FLOW_FORWARD, ACK, 0); /* 7200 s */
	for (unsigned i = 1; i <= 72; i++)
		ck_assert_uint_eq(expire(i * 100 * SECOND), 0);
	ck_assert_uint_eq(expire(7200 * SECOND + 1), 1);
}
END_TEST

START_TEST(a_long_pause_leaves_nobody_behind)
{
	struct flow_key a = in, b = out;
	for (uint16_t i = 0; i < ROOM; i++, a.sport++, b.sport++) {
		uint32_t number = flow_add(&table, &a, &b, i * 3 * SECOND);
		if (i & 1)
			flow_touch(&table, number, FLOW_BACKWARD, SYN | ACK,
				   i * 3 * SECOND);
	}
	ck_assert_uint_eq(expire(100000 * SECOND), ROOM);
}
END_TEST

/* The wheel against the plain rule, over random packets and pauses. */
START_TEST(expiry_is_exact_whenever_it_is_asked_for)
{
	struct rng rng;
	uint64_t now = 0;
	struct flow_key a = in, b = out;
	rng_init(&rng, (uint64_t)_i);
	for (unsigned i = 0; i < 3000; i++) {
		now += rng_below(&rng, 3) ? rng_below(&rng, 20) * SECOND / 7
					  : rng_below(&rng, 2000) * SECOND;
		a.sport = b.sport = (uint16_t)rng_next(&rng);
		a.proto = b.proto = rng_below(&rng, 2) ? TCP : UDP;
		uint32_t n = flow_add(&table, &a, &b, now);
		for (unsigned j = 0; n != FLOW_NONE && j < 3; j++)
			flow_touch(&table, n, rng_below(&rng, 2),
				   (uint8_t)rng_next(&rng), now);
		if (rng_below(&rng, 4))
			continue;
		uint32_t idle = 0, count = table.count;
		for (uint32_t f = 0; f < table.fresh; f++)
			idle += flow_is_idle(&flows[f], now);
		ck_assert_msg(expire(now) == idle, "seed %d, round %u", _i, i);
		ck_assert_uint_eq(table.count, count - idle);
	}
}
END_TEST

START_TEST(time_is_not_asked_about_within_a_tick)
{
	ck_assert(!flow_may_expire(&table, UINT64_MAX));
	add(TCP);
	ck_assert(!flow_may_expire(&table, (UINT64_C(1) << 32) - 1));
	ck_assert(flow_may_expire(&table, UINT64_C(1) << 32));
	expire(UINT64_C(1) << 32);
	ck_assert(!flow_may_expire(&table, (UINT64_C(2) << 32) - 1));
}
END_TEST

START_TEST(growing_keeps_sessions_and_numbers)
{
	static struct flow more[4 * ROOM];
	static struct flow_slot more_slots[16 * ROOM];
	struct flow_key a = in, b = out;
	for (uint16_t i = 0; i < ROOM; i++, a.sport++, b.sport++)
		flow_add(&table, &a, &b, 0);
	memset(more_slots, 0, sizeof(more_slots));
	flow_grow(&table, more, more_slots, 4 * ROOM);
	for (uint16_t i = ROOM; i < 4 * ROOM; i++, a.sport++, b.sport++)
		ck_assert_uint_eq(flow_add(&table, &a, &b, 0), i);
	ck_assert_uint_eq(flow_add(&table, &a, &b, 0), FLOW_NONE);
	a = in;
	b = out;
	for (uint16_t i = 0; i < 4 * ROOM; i++, a.sport++, b.sport++) {
		enum flow_dir dir;
		struct flow_key answer = flow_reverse(&b);
		ck_assert_uint_eq(flow_find(&table, &a, &dir), i);
		ck_assert_uint_eq(flow_find(&table, &answer, &dir), i);
	}
	ck_assert_uint_eq(expire(121 * SECOND), 4 * ROOM);
	ck_assert_uint_eq(table.count, 0);
}
END_TEST

/* What the recipe says about checksums is what changing the fields does. */
START_TEST(deltas_are_those_of_the_fields)
{
	struct rng rng;
	rng_init(&rng, 11);
	for (unsigned i = 0; i < 20000; i++) {
		struct flow_key a = {{(uint32_t)rng_next(&rng)},
				     {(uint32_t)rng_next(&rng)},
				     (uint16_t)rng_next(&rng),
				     (uint16_t)rng_next(&rng),
				     UDP};
		struct flow_key b = a;
		b.src.v = (uint32_t)rng_next(&rng);
		b.sport = (uint16_t)rng_next(&rng);
		setup();
		const struct flow *f = &flows[flow_add(&table, &a, &b, 0)];
		uint16_t check = (uint16_t)rng_next(&rng);
		uint32_t there = csum_delta32(a.src.v, b.src.v) +
				 csum_delta16(a.sport, b.sport);
		uint32_t back = csum_delta32(b.src.v, a.src.v) +
				csum_delta16(b.sport, a.sport);
		uint16_t wire = csum_wire(check);
		ck_assert_uint_eq(csum_wire(csum_patched(
					  wire, flow_delta(f->full_delta, 0))),
				  csum_apply(check, there));
		ck_assert_uint_eq(csum_wire(csum_patched(
					  wire, flow_delta(f->full_delta, 1))),
				  csum_apply(check, back));
	}
}
END_TEST

START_TEST(a_limit_below_the_room_is_kept)
{
	struct flow_key a = in, b = out;
	table.limit = 2;
	for (int i = 0; i < 3; i++, a.sport++, b.sport++)
		ck_assert_int_eq(flow_add(&table, &a, &b, 0) != FLOW_NONE,
				 i < 2);
	table.limit = 1; /* ends none */
	ck_assert_uint_eq(table.count, 2);
	flow_remove(&table, 0);
	ck_assert_uint_eq(flow_add(&table, &a, &b, 0), FLOW_NONE);
	flow_remove(&table, 1);
	ck_assert_uint_ne(flow_add(&table, &a, &b, 0), FLOW_NONE);
}
END_TEST

START_TEST(a_table_without_room_is_empty)
{
	enum flow_dir dir;
	flow_init(&table, NULL, NULL, 0);
	ck_assert_uint_eq(flow_find(&table, &in, &dir), FLOW_NONE);
	ck_assert_uint_eq(flow_add(&table, &in, &out, 0), FLOW_NONE);
	ck_assert_uint_eq(expire(99), 0);
}
END_TEST

Suite *flow_test_suite(void)
{
	Suite *s = suite_create("flow");
	TCase *c = tcase_create("flow");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, both_directions_are_found);
	tcase_add_test(c, the_recipe_back_undoes_the_recipe_there);
	tcase_add_test(c, one_different_field_is_another_session);
	tcase_add_test(c, a_taken_key_is_refused);
	tcase_add_test(c, only_a_session_whose_directions_are_one_is_refused);
	tcase_add_test(c, a_full_table_says_so_until_one_ends);
	tcase_add_test(c, removal_leaves_all_others_findable);
	tcase_add_loop_test(c, packets_move_the_state_and_its_timer, 0,
			    sizeof(lives) / sizeof(lives[0]));
	tcase_add_test(c, idle_is_beyond_the_timer);
	tcase_add_test(c, only_idle_sessions_are_ended);
	tcase_add_test(c, a_packet_puts_the_end_off);
	tcase_add_test(c, a_shorter_timer_brings_the_end_near);
	tcase_add_test(c, long_timers_come_round_the_wheel);
	tcase_add_test(c, a_long_pause_leaves_nobody_behind);
	tcase_add_loop_test(c, expiry_is_exact_whenever_it_is_asked_for, 0, 10);
	tcase_add_test(c, time_is_not_asked_about_within_a_tick);
	tcase_add_test(c, growing_keeps_sessions_and_numbers);
	tcase_add_test(c, deltas_are_those_of_the_fields);
	tcase_add_test(c, a_limit_below_the_room_is_kept);
	tcase_add_test(c, a_table_without_room_is_empty);
	suite_add_tcase(s, c);
	return s;
}
