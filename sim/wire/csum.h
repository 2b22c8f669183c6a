/* SPDX-License-Identifier: Apache-2.0 */
/* The Internet checksum, whole (RFC 1071) and incremental (RFC 1624).
 *
 * Sums are of the 16-bit words in host order, as be_load16() gives them; a
 * finished checksum is the value to be_store16() into the header field. */
#ifndef CSUM_H
#define CSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/addr.h"

/* Partial sum over 'len' bytes (an odd last byte is padded with zero). Not
 * folded: add sums of parts, each but the last of even length. */
uint64_t csum_add(uint64_t sum, const void *bytes, size_t len);
/* Folds a partial sum to 16 bits and complements it. */
uint16_t csum_finish(uint64_t sum);

static inline uint16_t csum_of(const void *bytes, size_t len)
{
	return csum_finish(csum_add(0, bytes, len));
}

/* Partial sum of the IPv4 pseudo header of UDP and TCP. */
static inline uint64_t csum_pseudo(ip4 src, ip4 dst, uint8_t proto, size_t len)
{
	return (uint64_t)(src.v >> 16) + (src.v & 0xffff) + (dst.v >> 16) +
	       (dst.v & 0xffff) + proto + len;
}

/* The change, to be given to csum_apply(), when a 16-bit or 32-bit field turns
 * from 'old' into 'new' (RFC 1624 eqn. 3: HC' = ~(~HC + ~m + m')). Deltas add
 * up; they stay far below 64 bits. */
static inline uint32_t csum_delta16(uint16_t old, uint16_t now)
{
	return (uint32_t)(uint16_t)~old + now;
}

static inline uint32_t csum_delta32(uint32_t old, uint32_t now)
{
	return csum_delta16((uint16_t)(old >> 16), (uint16_t)(now >> 16)) +
	       csum_delta16((uint16_t)old, (uint16_t)now);
}

/* The same of an address, for csum_fold() only: in one step, not yet in halves. */
static inline uint64_t csum_change(ip4 old, ip4 now)
{
	return (uint64_t)(uint32_t)~old.v + now.v;
}

/* A delta in 16 bits; it is 0 only if it was. Halves are added with end-around
 * carry by adding the number turned by half its width. */
static inline uint16_t csum_fold(uint64_t delta)
{
	uint32_t half = (uint32_t)((delta + (delta << 32 | delta >> 32)) >> 32);
	return (uint16_t)((half + (half << 16 | half >> 16)) >> 16);
}

/* A folded delta as csum_patch() wants it: turning the bytes of all words round
 * turns those of their sum round (RFC 1071 section 2 B), so a checksum in a
 * packet can be changed as it stands. */
static inline uint16_t csum_wire(uint16_t delta)
{
	return __builtin_bswap16(delta);
}

static inline uint16_t csum_patched(uint16_t check, uint16_t wire_delta)
{
	/* ~(~check + delta) with end-around carry is a difference with
	 * end-around borrow: the upper half is 0 or -1. */
	uint32_t rest = (uint32_t)check - wire_delta;
	return (uint16_t)(rest + (rest >> 16));
}

/* Two changes in one. */
static inline uint16_t csum_join(uint16_t wire_delta, uint16_t other)
{
	uint32_t sum = (uint32_t)wire_delta + other;
	return (uint16_t)(sum + (sum >> 16));
}

/* Changes the checksum at 'check' in a packet. */
static inline void csum_patch(uint8_t *check, uint16_t wire_delta)
{
	uint16_t c;
	memcpy(&c, check, sizeof(c));
	c = csum_patched(c, wire_delta);
	memcpy(check, &c, sizeof(c));
}

/* 'check' as it must read after a change of 'delta'. */
static inline uint16_t csum_apply(uint16_t check, uint32_t delta)
{
	uint32_t sum = (uint16_t)~check + (delta & 0xffff) + (delta >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#endif
