/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores of big-endian (network order) integers at any address.
 * gcc and clang make one instruction of each. The caller has checked the
 * length. */
#ifndef BE_H
#define BE_H

#include <stdint.h>
#include <string.h>

static inline uint16_t be_load16(const void *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof(v));
	return __builtin_bswap16(v);
}

static inline uint32_t be_load32(const void *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return __builtin_bswap32(v);
}

static inline void be_store16(void *p, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void be_store32(void *p, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, sizeof(v));
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "be.h is written for little-endian machines"
#endif

#endif
