/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing of small fixed keys. Not for data an adversary chooses. The same
 * result on every machine: golden outputs depend on it. */
#ifndef HASH_H
#define HASH_H

#include <stdint.h>

/* The finalizer of MurmurHash3 (Appleby, public domain): a bijection. */
static inline uint64_t hash_mix64(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdU;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53U;
	x ^= x >> 33;
	return x;
}

static inline uint32_t hash_pair(uint64_t a, uint64_t b)
{
	return (uint32_t)hash_mix64(hash_mix64(a) ^ b);
}

/* FNV-1a over text. */
static inline uint32_t hash_text(const char *text)
{
	uint32_t h = 2166136261U;
	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619U;
	return h;
}

#endif
