/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums as they are kept up to date on the way, against sums made anew:
 * by the loop of RFC 1071 section 4.1, byte by byte, and by libnet. */
#include "sim/wire/csum.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/rng.h"
#include "sim/host/craft.h"
#include "sim/wire/be.h"
#include "sim/wire/eth.h"
#include "sim/wire/ip4.h"
#include "tests/oracle/effort.h"
#include "tests/unit/suites.h"

Suite *csum_oracle_test_suite(void);

#define SEEDS 8
#define TURNS 100000
#define ROOM  1600

static struct rng rng;

static uint32_t below(uint32_t limit)
{
	return rng_below(&rng, limit);
}

/* Extremes are where carries go wrong. */
static uint8_t some_byte(void)
{
	static const uint8_t edge[] = {0, 0xff, 1, 0xfe};
	return below(3) ? (uint8_t)rng_next(&rng) : edge[below(4)];
}

static uint16_t naive_sum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < len; i++) {
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

/* Two checksums may differ in form: 0000 and ffff are both zero. */
static bool same(uint16_t a, uint16_t b)
{
	return a % 0xffff == b % 0xffff;
}

START_TEST(whole_sums_are_those_of_the_plain_loop)
{
	uint8_t bytes[ROOM];
	rng_init(&rng, (uint64_t)_i);
	for (int turn = 0; turn < TURNS / 10; turn++) {
		size_t len = below(below(8) ? 80 : ROOM), at = below(8);
		for (size_t i = 0; i < len + at && i < ROOM; i++)
			bytes[i] = some_byte();
		len = len + at > ROOM ? ROOM - at : len;
		size_t cut = len ? below((uint32_t)len / 2 + 1) * 2 : 0;
		uint64_t part = csum_add(0, bytes + at, cut);
		part = csum_add(part, bytes + at + cut, len - cut);
		uint16_t want = naive_sum(bytes + at, len);
		ck_assert_msg(csum_of(bytes + at, len) == want &&
				      csum_finish(part) == want,
			      "seed %d, turn %d: %zu bytes", _i, turn, len);
	}
	effort_did("sums of bytes", TURNS / 10);
}
END_TEST

/* Changes one field of 'bytes' and keeps the checksum at its start right in the
 * two ways that there are; returns the second. */
static uint16_t change(uint8_t *bytes, size_t len)
{
	size_t at = 2 + below((uint32_t)(len - 2) / 4) * 4;
	bool wide = below(2) && at + 4 <= len;
	uint16_t check = be_load16(bytes);
	uint32_t old = wide ? be_load32(bytes + at) : be_load16(bytes + at);
	for (size_t i = 0; i < (wide ? 4 : 2); i++)
		bytes[at + i] = some_byte();
	uint32_t now = wide ? be_load32(bytes + at) : be_load16(bytes + at);
	uint32_t delta = wide ? csum_delta32(old, now)
			      : csum_delta16((uint16_t)old, (uint16_t)now);
	csum_patch(bytes, csum_wire(csum_fold(delta)));
	return csum_apply(check, delta);
}

START_TEST(a_sum_kept_up_to_date_is_the_sum_made_anew)
{
	uint8_t bytes[64];
	rng_init(&rng, (uint64_t)_i);
	for (int turn = 0; turn < TURNS; turn++) {
		size_t len = 8 + below(14) * 4;
		if (turn % 50 == 0) {
			for (size_t i = 0; i < sizeof(bytes); i++)
				bytes[i] = some_byte();
			be_store16(bytes, 0);
			be_store16(bytes, naive_sum(bytes, sizeof(bytes)));
		}
		uint16_t applied = change(bytes, len);
		uint16_t kept = be_load16(bytes);
		be_store16(bytes, 0);
		uint16_t want = naive_sum(bytes, sizeof(bytes));
		ck_assert_msg(same(kept, want) && same(applied, want),
			      "seed %d, turn %d: %04x and %04x, not %04x", _i,
			      turn, kept, applied, want);
		be_store16(bytes, kept);
	}
	effort_did("checksums kept up to date", TURNS);
}
END_TEST

struct sent {
	struct craft_ip ip;
	struct craft_tcp tcp;
	uint8_t payload[40];
};

static void choose(struct sent *s)
{
	*s = (struct sent){.ip = {{rng_next(&rng)},
				  {rng_next(&rng)},
				  (uint16_t)rng_next(&rng),
				  (uint8_t)(2 + below(254)),
				  (uint8_t)rng_next(&rng),
				  below(2)},
			   .tcp = {.sport = (uint16_t)rng_next(&rng),
				   .dport = (uint16_t)rng_next(&rng),
				   .seq = rng_next(&rng),
				   .ack = rng_next(&rng),
				   .flags = 0x10,
				   .window = (uint16_t)rng_next(&rng)}};
	for (size_t i = 0; i < sizeof(s->payload); i++)
		s->payload[i] = some_byte();
	s->tcp.payload =
		(struct craft_bytes){s->payload, below(sizeof(s->payload) + 1)};
}

/* What a router with NAT does to a segment, field by field. */
static void translate(uint8_t *frame, const struct sent *to)
{
	uint8_t *ip = frame + ETH_SIZE, *tcp = ip + IP4_SIZE;
	uint32_t addrs = csum_delta32(be_load32(ip + 12), to->ip.src.v) +
			 csum_delta32(be_load32(ip + 16), to->ip.dst.v);
	uint32_t ports = csum_delta16(be_load16(tcp), to->tcp.sport) +
			 csum_delta16(be_load16(tcp + 2), to->tcp.dport);
	uint32_t ttl = csum_delta16(be_load16(ip + 8),
				    (uint16_t)(to->ip.ttl << 8 | ip[9]));
	be_store32(ip + 12, to->ip.src.v);
	be_store32(ip + 16, to->ip.dst.v);
	be_store16(tcp, to->tcp.sport);
	be_store16(tcp + 2, to->tcp.dport);
	ip[8] = to->ip.ttl;
	csum_patch(ip + 10, csum_wire(csum_fold(addrs + ttl)));
	csum_patch(tcp + 16, csum_wire(csum_fold(addrs + ports)));
}

static size_t crafted(struct craft *c, const struct sent *s, uint8_t *out)
{
	struct craft_frame frame = {out, ROOM};
	memset(out, 0, ROOM);
	return craft_make_tcp(c, &s->ip, &s->tcp, frame);
}

START_TEST(a_translated_segment_is_what_libnet_makes_of_the_new_addresses)
{
	uint8_t on_the_way[ROOM], anew[ROOM];
	struct craft *c = craft_new();
	struct sent s, to;
	ck_assert_ptr_nonnull(c);
	rng_init(&rng, (uint64_t)_i);
	for (int turn = 0; turn < TURNS / 10; turn++) {
		choose(&s);
		choose(&to);
		size_t len = crafted(c, &s, on_the_way);
		translate(on_the_way, &to);
		struct sent mixed = s;
		mixed.ip.src = to.ip.src;
		mixed.ip.dst = to.ip.dst;
		mixed.ip.ttl = to.ip.ttl;
		mixed.tcp.sport = to.tcp.sport;
		mixed.tcp.dport = to.tcp.dport;
		ck_assert_uint_eq(crafted(c, &mixed, anew), len);
		ck_assert_msg(!memcmp(on_the_way, anew, len),
			      "seed %d, turn %d: other bytes", _i, turn);
	}
	craft_free(c);
	effort_did("segments translated, beside libnet", TURNS / 10);
}
END_TEST

Suite *csum_oracle_test_suite(void)
{
	Suite *s = suite_create("csum_oracle");
	TCase *c = tcase_create("csum_oracle");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, whole_sums_are_those_of_the_plain_loop, 1,
			    effort_seeds(SEEDS) + 1);
	tcase_add_loop_test(c, a_sum_kept_up_to_date_is_the_sum_made_anew, 1,
			    effort_seeds(SEEDS) + 1);
	tcase_add_loop_test(
		c,
		a_translated_segment_is_what_libnet_makes_of_the_new_addresses,
		1, effort_seeds(SEEDS) + 1);
	suite_add_tcase(s, c);
	return s;
}
