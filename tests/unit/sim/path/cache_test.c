/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/cache.h"

#include <check.h>

#include "tests/unit/suites.h"

Suite *cache_test_suite(void);

#define SLOTS 64

static struct cache cache;
static _Alignas(64) uint8_t memory[SLOTS * sizeof(struct cache_slot) +
				   CACHE_WAYS * sizeof(struct cache_way)];

static void setup(void)
{
	ck_assert_uint_eq(sizeof(memory), cache_bytes(SLOTS));
	cache_init(&cache, memory, SLOTS);
}

static struct cache_way way_by(uint16_t port)
{
	return (struct cache_way){
		.in_port = 1, .out_port = port, .frame_max = 1514};
}

START_TEST(the_same_way_has_one_number)
{
	struct cache_way a = way_by(2), b = way_by(3);
	uint16_t number = cache_number(&cache, &a);
	ck_assert_uint_ne(number, CACHE_NOWHERE);
	ck_assert_uint_eq(cache.ways[number].out_port, 2);
	ck_assert_uint_ne(cache_number(&cache, &b), number);
	ck_assert_uint_eq(cache_number(&cache, &a), number);
}
END_TEST

/* Some find no place, but none takes that of another. */
START_TEST(there_is_room_for_many)
{
	static uint16_t numbers[CACHE_WAYS];
	unsigned found = 0;
	for (uint16_t i = 0; i < CACHE_WAYS; i++) {
		struct cache_way way = way_by(i);
		numbers[i] = cache_number(&cache, &way);
	}
	for (uint16_t i = 0; i < CACHE_WAYS; i++) {
		if (numbers[i] == CACHE_NOWHERE)
			continue;
		ck_assert_uint_eq(cache.ways[numbers[i]].out_port, i);
		found++;
	}
	ck_assert_uint_gt(found, CACHE_WAYS / 2);
	ck_assert_uint_eq(cache.ways[CACHE_NOWHERE].in_port, CACHE_NO_PORT);
}
END_TEST

/* Whatever the hash says. */
START_TEST(the_way_that_no_packet_goes_stays_so)
{
	for (uint16_t i = 0; i < 5000; i++) {
		struct cache_way way = way_by(i);
		if (i % 100 == 0)
			cache_clear(&cache);
		cache_number(&cache, &way);
		ck_assert_uint_eq(cache.ways[CACHE_NOWHERE].in_port,
				  CACHE_NO_PORT);
	}
}
END_TEST

START_TEST(nothing_is_left_when_it_is_cleared)
{
	struct cache_way way = way_by(2);
	uint16_t number = cache_number(&cache, &way);
	cache_at(&cache, 7, 8)->way = number;
	cache_clear(&cache);
	ck_assert_uint_eq(cache.ways[number].in_port, CACHE_NO_PORT);
	ck_assert_uint_eq(cache_at(&cache, 7, 8)->way, CACHE_NOWHERE);
}
END_TEST

START_TEST(neighbours_do_not_share_slots)
{
	bool used[SLOTS] = {false};
	unsigned count = 0;
	for (uint32_t i = 0; i < SLOTS / 4; i++) {
		const struct cache_slot *s = cache_at(
			&cache, UINT64_C(0x0808080800000000) | (0x0a000000 + i),
			1);
		ck_assert(s >= cache.slots);
		ck_assert(s < cache.slots + SLOTS);
		count += !used[s - cache.slots];
		used[s - cache.slots] = true;
	}
	ck_assert_uint_gt(count, SLOTS / 8);
}
END_TEST

/* Only when decisions have had to make place, and few packets are known. */
START_TEST(it_rests_when_it_is_too_small)
{
	unsigned rests = 0;
	cache_judge(&cache, 64, 64);
	ck_assert(!cache_rests(&cache));
	cache.replaced = SLOTS;
	cache_judge(&cache, 64, 56);
	ck_assert(!cache_rests(&cache));
	cache_judge(&cache, CACHE_FEW - 1, CACHE_FEW - 1);
	ck_assert(!cache_rests(&cache));
	cache_judge(&cache, 64, 57);
	while (cache_rests(&cache))
		rests++;
	ck_assert_uint_eq(rests, CACHE_RESTS);
}
END_TEST

Suite *cache_test_suite(void)
{
	Suite *s = suite_create("cache");
	TCase *c = tcase_create("cache");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, the_same_way_has_one_number);
	tcase_add_test(c, there_is_room_for_many);
	tcase_add_test(c, the_way_that_no_packet_goes_stays_so);
	tcase_add_test(c, nothing_is_left_when_it_is_cleared);
	tcase_add_test(c, neighbours_do_not_share_slots);
	tcase_add_test(c, it_rests_when_it_is_too_small);
	suite_add_tcase(s, c);
	return s;
}
