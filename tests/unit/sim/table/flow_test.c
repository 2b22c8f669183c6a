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
static uint32_t slots[4 * ROOM];
static struct flow_table table;

static const struct flow_key in = {{0x0af40062}, {0x4a7d8552}, 40000, 443, TCP};
static const struct flow_key out = {{0x1e000005}, {0x4a7d8552}, 1024, 443, TCP};

static void setup(void)
{
	ck_assert_uint_eq(flow_slots(ROOM), 4 * ROOM);
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
	ck_assert_uint_eq(f->out[FLOW_BACKWARD].dst.v, in.src.v);
	ck_assert_uint_eq(f->out[FLOW_BACKWARD].dport, in.sport);
	ck_assert_uint_eq(f->out[FLOW_BACKWARD].src.v, in.dst.v);
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
	f->kind = lives[_i].kind;
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

START_TEST(idle_sessions_are_walked)
{
	struct flow_key a = in, b = out;
	a.proto = b.proto = UDP;
	for (uint16_t i = 0; i < 4; i++, a.sport++, b.sport++)
		flow_add(&table, &a, &b, i & 1 ? 10 * SECOND : 0);
	ck_assert_uint_eq(flow_next_expired(&table, 0, 31 * SECOND), 0);
	ck_assert_uint_eq(flow_next_expired(&table, 1, 31 * SECOND), 2);
	ck_assert_uint_eq(flow_next_expired(&table, 3, 31 * SECOND), FLOW_NONE);
}
END_TEST

START_TEST(nothing_expires_before_the_earliest)
{
	ck_assert(!flow_may_expire(&table, UINT64_MAX));
	uint32_t number = add(TCP); /* FIRST: 120 s */
	ck_assert(!flow_may_expire(&table, 120 * SECOND));
	ck_assert(flow_may_expire(&table, 120 * SECOND + 1));
	flow_touch(&table, number, FLOW_BACKWARD, RST, 0); /* CLOSED: 2 s */
	ck_assert(!flow_may_expire(&table, 2 * SECOND));
	ck_assert(flow_may_expire(&table, 2 * SECOND + 1));
	flow_touch(&table, number, FLOW_BACKWARD, RST, 5 * SECOND);
	flow_note_earliest(&table);
	ck_assert(!flow_may_expire(&table, 7 * SECOND));
	ck_assert(flow_may_expire(&table, 7 * SECOND + 1));
}
END_TEST

START_TEST(a_table_without_room_is_empty)
{
	enum flow_dir dir;
	flow_init(&table, NULL, NULL, 0);
	ck_assert_uint_eq(flow_find(&table, &in, &dir), FLOW_NONE);
	ck_assert_uint_eq(flow_add(&table, &in, &out, 0), FLOW_NONE);
	ck_assert_uint_eq(flow_next_expired(&table, 0, 99), FLOW_NONE);
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
	tcase_add_test(c, a_full_table_says_so_until_one_ends);
	tcase_add_test(c, removal_leaves_all_others_findable);
	tcase_add_loop_test(c, packets_move_the_state_and_its_timer, 0,
			    sizeof(lives) / sizeof(lives[0]));
	tcase_add_test(c, idle_is_beyond_the_timer);
	tcase_add_test(c, idle_sessions_are_walked);
	tcase_add_test(c, nothing_expires_before_the_earliest);
	tcase_add_test(c, a_table_without_room_is_empty);
	suite_add_tcase(s, c);
	return s;
}
