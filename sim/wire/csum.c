/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/csum.h"

#include "sim/wire/be.h"

uint64_t csum_add(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
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
