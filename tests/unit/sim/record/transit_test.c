/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "sim/record/transit.h"

#define PIECE(start, size) ((uint32_t)(start) / 8 << 16 | (size))

static struct transits ts;
static const struct node here = {.number = 1}, there = {.number = 2};

static void teardown(void)
{
	transit_fini(&ts);
}

/* Piece 'piece' of packet 7, seen at 'at'. */
static struct transit *see(uint32_t piece, const struct node *at)
{
	struct transit *t = transit_seen(&ts, 7, piece);
	if (!t)
		t = transit_add(&ts, 7, piece);
	t->node = at;
	return t;
}

/* Which piece hears of it. */
static uint32_t tell(enum note_kind kind, const struct node *at)
{
	struct note n = {.pkt = 7,
			 .kind = kind & 31U,
			 .node = at->number & (NOTE_NODES_MAX - 1)};
	struct transit *t = transit_about(&ts, &n);
	VEC_ADD(&t->events, (struct remark_event){.note = n});
	return t->piece;
}

static uint32_t piece(uint16_t frag, uint16_t size)
{
	struct pkt p = {.len = (uint16_t)(ETH_SIZE + size)};
	p.data[ETH_SIZE] = 0x45;
	be_store16(p.data + ETH_SIZE + 2, size);
	be_store16(p.data + ETH_SIZE + 6, frag);
	return transit_piece(&p);
}

START_TEST(pieces_are_told_apart_by_place_and_size)
{
	ck_assert_uint_eq(piece(0, 1500), 0);
	ck_assert_uint_eq(piece(IP4_DF, 1500), 0);
	ck_assert_uint_eq(piece(IP4_MF, 1500), PIECE(0, 1480));
	ck_assert_uint_eq(piece(IP4_MF, 820), PIECE(0, 800));
	ck_assert_uint_eq(piece(IP4_MF | 100, 820), PIECE(800, 800));
	ck_assert_uint_eq(piece(100, 820), PIECE(800, 800));
	ck_assert_uint_eq(piece(0x1fff, 28), PIECE(65528, 8));
	ck_assert_uint_eq(piece(0x1fff, 5), 0); /* no header */
}
END_TEST

START_TEST(the_one_seen_last_comes_first)
{
	see(PIECE(0, 800), &here);
	see(PIECE(800, 800), &here);
	see(PIECE(1600, 8), &here);
	see(PIECE(800, 800), &here);
	const struct transit *t = transit_find(&ts, 7);
	const uint32_t wanted[] = {PIECE(800, 800), PIECE(1600, 8),
				   PIECE(0, 800)};
	for (int i = 0; i < 3; i++, t = transit_next(&ts, t))
		ck_assert_uint_eq(t->piece, wanted[i]);
	ck_assert_ptr_null(t);
	ck_assert_ptr_null(transit_find(&ts, 6));
	ck_assert_ptr_null(transit_find(&ts, 8));
}
END_TEST

START_TEST(a_piece_goes_on_from_what_it_was_cut_from)
{
	struct transit *t = see(0, &here);
	t->hop = 3;
	t->has_form = true;
	t->form.sport = 9;
	tell(NOTE_SNAT, &here);
	t = see(PIECE(0, 1480), &there);
	ck_assert_uint_eq(t->hop, 3);
	ck_assert_uint_eq(t->form.sport, 9);
	ck_assert_uint_eq(t->events.count, 1);
	t->hop = 4;
	ck_assert_uint_eq(see(PIECE(1480, 100), &there)->hop, 3);
	ck_assert_uint_eq(see(PIECE(0, 800), &there)->hop, 4);
	ck_assert_uint_eq(see(PIECE(800, 680), &there)->hop, 4);
	ck_assert_ptr_null(transit_parent(&ts, 7, 0));
	ck_assert_ptr_null(transit_parent(&ts, 8, PIECE(0, 8)));
}
END_TEST

START_TEST(each_hears_what_was_done_to_it)
{
	const uint32_t a = PIECE(0, 800), b = PIECE(800, 800),
		       c = PIECE(1600, 8);
	see(a, &here);
	see(b, &here);
	see(c, &there);
	ck_assert_uint_eq(tell(NOTE_SNAT, &here), a);
	ck_assert_uint_eq(tell(NOTE_ARP_WAIT, &here), a);
	ck_assert_uint_eq(tell(NOTE_SNAT, &here), b);
	ck_assert_uint_eq(tell(NOTE_SNAT, &there), c);
	ck_assert_uint_eq(tell(NOTE_DROPPED, &here), b);
	see(a, &here);
	ck_assert_uint_eq(tell(NOTE_DROPPED, &here), a);
	ck_assert_uint_eq(tell(NOTE_DELIVERED, &there), c);
}
END_TEST

START_TEST(what_was_cut_hears_no_more)
{
	see(0, &here);
	see(PIECE(0, 800), &here);
	see(PIECE(800, 800), &here);
	transit_seen(&ts, 7, 0)->is_cut = true;
	ck_assert_uint_eq(tell(NOTE_SNAT, &here), PIECE(0, 800));
	ck_assert_uint_eq(tell(NOTE_DROPPED, &here), PIECE(800, 800));
}
END_TEST

START_TEST(one_is_forgotten_or_all)
{
	see(0, &here);
	see(PIECE(0, 800), &here);
	see(PIECE(800, 800), &here);
	transit_forget(&ts, transit_seen(&ts, 7, PIECE(0, 800)));
	ck_assert_ptr_null(transit_seen(&ts, 7, PIECE(0, 800)));
	ck_assert_ptr_nonnull(transit_seen(&ts, 7, 0));
	ck_assert_ptr_nonnull(transit_seen(&ts, 7, PIECE(800, 800)));
	transit_forget_all(&ts, 7);
	ck_assert_ptr_null(transit_find(&ts, 7));
	for (uint32_t id = 1; id <= 3; id++)
		ck_assert_uint_eq(transit_add(&ts, id, 0)->events.count, 0);
	ck_assert_uint_eq(ts.all.count, 3);
}
END_TEST

Suite *transit_test_suite(void);
Suite *transit_test_suite(void)
{
	Suite *s = suite_create("transit");
	TCase *t = tcase_create("transit");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, pieces_are_told_apart_by_place_and_size);
	tcase_add_test(t, the_one_seen_last_comes_first);
	tcase_add_test(t, a_piece_goes_on_from_what_it_was_cut_from);
	tcase_add_test(t, each_hears_what_was_done_to_it);
	tcase_add_test(t, what_was_cut_hears_no_more);
	tcase_add_test(t, one_is_forgotten_or_all);
	suite_add_tcase(s, t);
	return s;
}
