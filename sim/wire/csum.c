/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/csum.h"

#include "sim/base/rare.h"

/* Eight words of 32 bits, of which a machine adds as many at once as it can. */
typedef uint32_t wide __attribute__((vector_size(32)));

#define WIDE_MAX 65536 /* bytes that can be added before a lane overflows */

/* Compiled twice, for processors that can add eight at once and for all others;
 * which it is is found out when the program starts. */
#if defined(__x86_64__) && defined(__linux__)
#define BOTH __attribute__((target_clones("avx2", "default")))
#else
#define BOTH
#endif

/* Sum of the 16-bit words of whole 'wide's, in the order of the machine. */
BOTH static uint64_t add_wide(const uint8_t *b, size_t len)
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

/* The same in parts. */
RARE static uint64_t add_long(const uint8_t *b, size_t len)
{
	uint64_t sum = 0;
	for (size_t part; len; b += part, len -= part) {
		part = len < WIDE_MAX ? len : WIDE_MAX;
		sum += add_wide(b, part);
	}
	return sum;
}

/* The last bytes, less than eight, as if zeros followed. */
static inline uint64_t load_rest(const uint8_t *b, size_t len)
{
	uint32_t four = 0;
	uint16_t two = 0;
	uint8_t one = 0;
	if (len & 4)
		memcpy(&four, b, sizeof(four));
	if (len & 2)
		memcpy(&two, b + (len & 4), sizeof(two));
	if (len & 1)
		one = b[len - 1];
	return (uint64_t)four + two + one;
}

/* Sums in the order of the machine, with the carry added at the other end, and
 * turned round at last: of swapped words the sum is swapped (RFC 1071 section 2
 * B). */
uint64_t csum_add(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	size_t whole = len < 2 * sizeof(wide) ? 0 : len - len % sizeof(wide);
	uint64_t native = whole ? add_long(b, whole) : 0;
	for (b += whole, len -= whole; len >= 8; b += 8, len -= 8) {
		uint64_t eight;
		memcpy(&eight, b, sizeof(eight));
		native += eight;
		native += native < eight;
	}
	uint64_t rest = load_rest(b, len);
	native += rest;
	native += native < rest;
	return sum + __builtin_bswap16(csum_fold(native));
}

uint16_t csum_finish(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
