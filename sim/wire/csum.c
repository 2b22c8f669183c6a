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

uint64_t csum_add(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	while (len >= 2 * sizeof(wide)) {
		size_t part = len < WIDE_MAX ? len : WIDE_MAX;
		part -= part % sizeof(wide);
		/* Of swapped words the sum is swapped (RFC 1071 section 2 B). */
		uint16_t folded = (uint16_t)~csum_finish(add_wide(b, part));
		sum += __builtin_bswap16(folded);
		b += part;
		len -= part;
	}
	for (; len >= 4; b += 4, len -= 4) {
		uint32_t word = be_load32(b);
		sum += (word >> 16) + (word & 0xffff);
	}
	for (; len >= 2; b += 2, len -= 2)
		sum += be_load16(b);
	return len ? sum + ((uint32_t)*b << 8) : sum;
}

uint16_t csum_finish(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
