/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/csum.h"

#include <string.h>

#include "sim/wire/be.h"
#include "tests/unit/suites.h"

Suite *csum_test_suite(void);

/* RFC 1071 section 3: the sum of these bytes is ddf2 before complementing. */
START_TEST(rfc1071_example)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03,
					0xf4, 0xf5, 0xf6, 0xf7};
	ck_assert_uint_eq(csum_of(bytes, 8), (uint16_t)~0xddf2);
}
END_TEST

/* RFC 1624 section 4: m 5555 becomes 3285 under checksum dd2f: the result is
 * 0000, where RFC 1141's equation gives ffff. */
START_TEST(rfc1624_example)
{
	ck_assert_uint_eq(csum_apply(0xdd2f, csum_delta16(0x5555, 0x3285)),
			  0x0000);
}
END_TEST

START_TEST(parts_add_up)
{
	uint8_t bytes[101];
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t cut = 0; cut <= 100; cut += 2) {
		uint64_t sum = csum_add(0, bytes, cut);
		sum = csum_add(sum, bytes + cut, sizeof(bytes) - cut);
		ck_assert_uint_eq(csum_finish(sum), csum_of(bytes, 101));
	}
}
END_TEST

/* Word by word, as RFC 1071 has it in C. */
static uint16_t plain_sum(const uint8_t *bytes, size_t len)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : (uint64_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

START_TEST(every_length_and_place_sums_the_same)
{
	static uint8_t bytes[70000];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 7 ^ i);
	for (size_t len = 0; len < 300; len++)
		for (size_t at = 0; at < 8; at++)
			ck_assert_uint_eq(csum_of(bytes + at, len),
					  plain_sum(bytes + at, len));
	for (size_t len = 1400; len < sizeof(bytes); len += 1237)
		ck_assert_uint_eq(csum_of(bytes, len), plain_sum(bytes, len));
	memset(bytes, 0xff, sizeof(bytes)); /* as large as sums can be */
	ck_assert_uint_eq(csum_of(bytes, 69999), plain_sum(bytes, 69999));
}
END_TEST

START_TEST(a_sum_with_its_checksum_is_zero)
{
	uint8_t bytes[20] = {0x45, 0, 0, 60, 1, 2, 0x40, 0, 64, 6};
	be_store16(bytes + 10, csum_of(bytes, 20));
	ck_assert_uint_eq(csum_of(bytes, 20), 0);
}
END_TEST

Suite *csum_test_suite(void)
{
	Suite *s = suite_create("csum");
	TCase *c = tcase_create("csum");
	tcase_add_test(c, rfc1071_example);
	tcase_add_test(c, rfc1624_example);
	tcase_add_test(c, parts_add_up);
	tcase_add_test(c, every_length_and_place_sums_the_same);
	tcase_add_test(c, a_sum_with_its_checksum_is_zero);
	suite_add_tcase(s, c);
	return s;
}
