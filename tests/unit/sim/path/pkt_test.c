/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/pkt.h"

#include "tests/unit/suites.h"

Suite *pkt_test_suite(void);

static struct pkt slots[3];
static struct pkt_pool pool;

static void setup(void)
{
	pkt_pool_init(&pool, slots, 3);
}

START_TEST(slots_run_out_and_come_back)
{
	struct pkt *p[3];
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(p[i] = pkt_take(&pool));
	ck_assert(p[0] != p[1] && p[1] != p[2] && p[0] != p[2]);
	ck_assert_ptr_null(pkt_take(&pool));
	ck_assert_uint_eq(pool.used, 3);
	pkt_free(&pool, p[1]);
	ck_assert_ptr_eq(pkt_take(&pool), p[1]);
	ck_assert_ptr_null(pkt_take(&pool));
}
END_TEST

START_TEST(a_slot_is_blank_but_its_bytes_are_not_touched)
{
	struct pkt *p = pkt_take(&pool);
	p->id = 5;
	p->marked = true;
	p->len = 60;
	p->data[0] = 0xaa;
	p->data[PKT_ROOM - 1] = 0xbb;
	pkt_free(&pool, p);
	ck_assert_ptr_eq(pkt_take(&pool), p);
	ck_assert_uint_eq(p->id, 0);
	ck_assert(!p->marked);
	ck_assert_uint_eq(p->len, 0);
	ck_assert_ptr_null(p->next);
	ck_assert_uint_eq(p->data[0], 0xaa);
	ck_assert_uint_eq(p->data[PKT_ROOM - 1], 0xbb);
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
	pkt_free(&pool, NULL);
	ck_assert_uint_eq(pool.used, 0);
	ck_assert_ptr_null(pool.free);
}
END_TEST

Suite *pkt_test_suite(void)
{
	Suite *s = suite_create("pkt");
	TCase *c = tcase_create("pkt");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, slots_run_out_and_come_back);
	tcase_add_test(c, a_slot_is_blank_but_its_bytes_are_not_touched);
	tcase_add_test(c, freeing_nothing_is_fine);
	suite_add_tcase(s, c);
	return s;
}
