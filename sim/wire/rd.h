/* SPDX-License-Identifier: Apache-2.0 */
/* A reader over bytes that remembers failure: read on, ask rd_ok() once.
 * After a read beyond the end every further read gives 0. Wire order in, host
 * order out. For DNS, HTTP, options and files; the datapath checks the length
 * once and loads at fixed offsets (be.h). */
#ifndef RD_H
#define RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/wire/be.h"

struct rd {
	const uint8_t *start, *at, *end; /* at == NULL after a failure */
};

static inline struct rd rd_of(const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	return (struct rd){b, b, b + len};
}

static inline bool rd_ok(const struct rd *r)
{
	return r->at != NULL;
}

static inline size_t rd_left(const struct rd *r)
{
	return r->at ? (size_t)(r->end - r->at) : 0;
}

/* 'count' bytes at the reading position, which moves on; NULL if short. */
static inline const uint8_t *rd_bytes(struct rd *r, size_t count)
{
	const uint8_t *p = r->at;
	if (rd_left(r) < count || !p) {
		r->at = NULL;
		return NULL;
	}
	r->at += count;
	return p;
}

static inline uint8_t rd_u8(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 1);
	return p ? p[0] : 0;
}

static inline uint16_t rd_u16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);
	return p ? be_load16(p) : 0;
}

static inline uint32_t rd_u32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);
	return p ? be_load32(p) : 0;
}

#endif
