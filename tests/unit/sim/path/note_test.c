/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/note.h"

#include "tests/unit/suites.h"

Suite *note_test_suite(void);

static struct note storage[2];
static struct note_log notes;
static struct pkt pkt;

static void setup(void)
{
	notes = (struct note_log){storage, 0, 2, 0};
	pkt.id = 7;
	pkt.marked = true;
	pkt.src = addr_ip4(1);
	pkt.dst = addr_ip4(2);
	pkt.sport = 3;
	pkt.dport = 4;
	pkt.drop = DROP_URPF;
}

START_TEST(a_note_says_what_the_packet_is_now)
{
	note_add(&notes, &pkt, NOTE_DROPPED, 9);
	ck_assert_uint_eq(notes.count, 1);
	ck_assert_uint_eq(storage[0].pkt, 7);
	ck_assert_uint_eq(storage[0].kind, NOTE_DROPPED);
	ck_assert_uint_eq(storage[0].reason, DROP_URPF);
	ck_assert_uint_eq(storage[0].src.v, 1);
	ck_assert_uint_eq(storage[0].dst.v, 2);
	ck_assert_uint_eq(storage[0].sport, 3);
	ck_assert_uint_eq(storage[0].dport, 4);
	ck_assert_uint_eq(storage[0].ref, 9);
}
END_TEST

START_TEST(unmarked_packets_leave_none)
{
	pkt.marked = false;
	note_add(&notes, &pkt, NOTE_SENT, 0);
	ck_assert_uint_eq(notes.count, 0);
	ck_assert_uint_eq(notes.lost, 0);
}
END_TEST

START_TEST(what_does_not_fit_is_counted)
{
	for (int i = 0; i < 5; i++)
		note_add(&notes, &pkt, NOTE_SENT, 0);
	ck_assert_uint_eq(notes.count, 2);
	ck_assert_uint_eq(notes.lost, 3);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
	ck_assert(note_kind_name((enum note_kind)_i)[0] != '\0');
}
END_TEST

Suite *note_test_suite(void)
{
	Suite *s = suite_create("note");
	TCase *c = tcase_create("note");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, a_note_says_what_the_packet_is_now);
	tcase_add_test(c, unmarked_packets_leave_none);
	tcase_add_test(c, what_does_not_fit_is_counted);
	tcase_add_loop_test(c, every_kind_has_a_name, 0, NOTE_KIND_COUNT);
	suite_add_tcase(s, c);
	return s;
}
