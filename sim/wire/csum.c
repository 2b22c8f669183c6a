/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/csum.h"

#include "sim/wire/be.h"

/* Eight words of 32 bits, of which a machine adds as many at once as it can. */
typedef uint32_t wide __attribute__((vector_size(32)));

#define WIDE_MAX 65536 /* bytes that can be added before a lane overflows */

/* Sum of the 16-bit words of whole 'wide's, in the order of the machine. */
static uint64_t add_wide(const uint8_t *b, size_t len)
{
	wide lanes = {0};
	uint64_t sum = 0;
	for (; len; b += sizeof(wide), len -= sizeof(wide)) {
		wide words;
		memcpy(&words, b, sizeof(words));
		lanes += (words & 0xffff) + (words >> 16);
	}
	for (unsigned i = 0; i < sizeof(wide) / sizeof(uint32_t); i++)
		sum += lanes[i];
	return sum;
}

/* The same of any even number of bytes. */
static uint64_t add_words(const uint8_t *b, size_t len)
{
	uint64_t sum = 0, eight = 0;
	uint32_t four = 0;
	uint16_t two = 0;
	for (; len >= 8; b += 8, len -= 8) {
		memcpy(&eight, b, sizeof(eight));
		sum += (eight & UINT32_MAX) + (eight >> 32);
	}
	if (len & 4)
		memcpy(&four, b, sizeof(four));
	if (len & 2)
		memcpy(&two, b + (len & 4), sizeof(two));
	return sum + four + two;
}

/* Sums in the order of the machine, turned round at the end: of swapped words
 * the sum is swapped (RFC 1071 section 2 B). */
uint64_t csum_add(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	uint64_t native = 0;
	size_t odd = len % 2;
	for (len -= odd; len >= 2 * sizeof(wide);) {
		size_t part = len < WIDE_MAX ? len : WIDE_MAX;
		part -= part % sizeof(wide);
		native += add_wide(b, part);
		b += part;
		len -= part;
	}
	native += add_words(b, len);
	if (odd)
		sum += (uint32_t)b[len] << 8;
	return sum + __builtin_bswap16((uint16_t)~csum_finish(native));
}

uint16_t csum_finish(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
