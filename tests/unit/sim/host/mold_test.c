/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a mold are those that libnet makes, byte for byte. */
#include "sim/host/mold.h"

#include <check.h>
#include <string.h>

#include "sim/base/rng.h"
#include "sim/wire/udp.h"

#define SEED  4
#define ROOM  2048
#define TRIES 500

static struct craft *craft;
static struct rng rng;
static uint8_t payload[ROOM], made[ROOM], copied[ROOM];

static void setup(void)
{
	craft = craft_new();
	rng_init(&rng, SEED);
	for (size_t i = 0; i < ROOM; i++)
		payload[i] = (uint8_t)rng_next(&rng);
}

static void teardown(void)
{
	craft_free(craft);
}

static struct craft_frame frame(uint8_t *at)
{
	return (struct craft_frame){at, ROOM};
}

static struct craft_ip random_ip(void)
{
	return (struct craft_ip){.src = addr_ip4(rng_next(&rng)),
				 .dst = addr_ip4(rng_next(&rng)),
				 .ttl = 64,
				 .df = true};
}

static struct craft_bytes random_payload(void)
{
	return (struct craft_bytes){payload, rng_below(&rng, 1473)};
}

START_TEST(datagrams_are_the_same)
{
	for (int i = 0; i < TRIES; i++) {
		struct craft_ip ip = random_ip();
		struct craft_udp udp = {.sport = (uint16_t)rng_next(&rng),
					.dport = (uint16_t)rng_next(&rng)};
		struct mold m = {0};
		mold_set(&m, made,
			 craft_make_udp(craft, &ip, &udp, frame(made)));
		ip.id = (uint16_t)rng_next(&rng);
		udp.payload = random_payload();
		size_t size = craft_make_udp(craft, &ip, &udp, frame(made));
		ck_assert_uint_eq(
			mold_udp(&m, ip.id, udp.payload, frame(copied)), size);
		ck_assert_msg(!memcmp(made, copied, size), "seed %d, %d", SEED,
			      i);
	}
}
END_TEST

START_TEST(segments_are_the_same)
{
	for (int i = 0; i < TRIES; i++) {
		struct craft_ip ip = random_ip();
		struct craft_tcp tcp = {.sport = (uint16_t)rng_next(&rng),
					.dport = (uint16_t)rng_next(&rng)};
		struct mold m = {0};
		mold_set(&m, made,
			 craft_make_tcp(craft, &ip, &tcp, frame(made)));
		ip.id = (uint16_t)rng_next(&rng);
		tcp.seq = rng_next(&rng);
		tcp.ack = rng_next(&rng);
		tcp.flags = (uint8_t)rng_below(&rng, 64);
		tcp.window = (uint16_t)rng_next(&rng);
		tcp.payload = random_payload();
		size_t size = craft_make_tcp(craft, &ip, &tcp, frame(made));
		ck_assert_uint_eq(mold_tcp(&m, ip.id, &tcp, frame(copied)),
				  size);
		ck_assert_msg(!memcmp(made, copied, size), "seed %d, %d", SEED,
			      i);
	}
}
END_TEST

/* UDP has no checksum 0: it would mean "none". */
START_TEST(a_sum_of_zero_is_written_as_ones)
{
	struct craft_ip ip = {
		.src = addr_ip4(1), .dst = addr_ip4(2), .ttl = 64};
	struct craft_udp udp = {.sport = 3, .dport = 4};
	struct mold m = {0};
	mold_set(&m, made, craft_make_udp(craft, &ip, &udp, frame(made)));
	/* 1 + 2 + 17 + 3 + 4 + twice the size of 10 leave this for the rest. */
	uint32_t rest = 0xffff - (1 + 2 + 17 + 3 + 4 + 10 + 10);
	uint8_t bytes[2] = {(uint8_t)(rest >> 8), (uint8_t)rest};
	mold_udp(&m, 0, (struct craft_bytes){bytes, 2}, frame(copied));
	udp.payload = (struct craft_bytes){bytes, 2};
	size_t size = craft_make_udp(craft, &ip, &udp, frame(made));
	ck_assert_uint_eq(size, ETH_SIZE + IP4_SIZE + UDP_SIZE + 2);
	ck_assert_mem_eq(made, copied, size);
	const uint8_t *check = copied + ETH_SIZE + IP4_SIZE + 6;
	ck_assert_uint_eq(check[0], 0xff);
	ck_assert_uint_eq(check[1], 0xff);
}
END_TEST

/* To the last byte of the room, and not one further. */
START_TEST(a_frame_fits_or_is_none)
{
	struct craft_ip ip = random_ip();
	struct craft_udp udp = {.sport = 1, .dport = 2};
	struct craft_tcp tcp = {.sport = 1, .dport = 2};
	struct mold u = {0}, t = {0};
	mold_set(&u, made, craft_make_udp(craft, &ip, &udp, frame(made)));
	mold_set(&t, made, craft_make_tcp(craft, &ip, &tcp, frame(made)));
	udp.payload = tcp.payload = (struct craft_bytes){payload, 100};
	struct craft_frame full = {copied, u.size + 100};
	ck_assert_uint_eq(mold_udp(&u, 1, udp.payload, full), full.room);
	full.room--;
	ck_assert_uint_eq(mold_udp(&u, 1, udp.payload, full), 0);
	full.room = t.size + 100;
	ck_assert_uint_eq(mold_tcp(&t, 1, &tcp, full), full.room);
	full.room--;
	ck_assert_uint_eq(mold_tcp(&t, 1, &tcp, full), 0);
}
END_TEST

Suite *mold_test_suite(void);
Suite *mold_test_suite(void)
{
	Suite *s = suite_create("host/mold");
	TCase *t = tcase_create("mold");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, datagrams_are_the_same);
	tcase_add_test(t, segments_are_the_same);
	tcase_add_test(t, a_sum_of_zero_is_written_as_ones);
	tcase_add_test(t, a_frame_fits_or_is_none);
	suite_add_tcase(s, t);
	return s;
}
