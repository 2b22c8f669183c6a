/* SPDX-License-Identifier: Apache-2.0 */
/* Routes and addresses for rows about routing tables and for the peers that are
 * compared with them: the same for both, made from fixed seeds. Header alone,
 * since peers are programs of one file.
 *
 * Prefixes are spread evenly over 1.0.0.0-223.255.255.255, each once; their
 * lengths come as often as in the Internet's table. */
#ifndef ROUTES_H
#define ROUTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ROUTES_WAYS 1024 /* different next hops */

struct routes_one {
	uint32_t addr;
	uint16_t way; /* 0 .. ROUTES_WAYS - 1 */
	uint8_t len;
};

static inline uint32_t routes_next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (uint32_t)(*x >> 32);
}

/* Of 10,000 routes, how many have length 8, 9, ... 32: near to what route
 * collectors saw in 2023, and some longer ones, which a router has of its own.
 */
static inline uint8_t routes_len(uint64_t *x)
{
	static const uint16_t of_10000[] = {
		1,   1,	   1,	2,    5, 8, 15, 25, 140, 85, 140, 255, 440,
		500, 1120, 990, 6220, 6, 6, 6,	6,  8,	 5,  3,	  12};
	uint32_t n = routes_next(x) % 10000;
	uint8_t len = 8;
	for (; len < 32 && n >= of_10000[len - 8]; len++)
		n -= of_10000[len - 8];
	return len;
}

static inline int routes_order(const void *a, const void *b)
{
	const struct routes_one *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x->len > y->len) - (x->len < y->len);
}

/* 'count' routes, sorted by address, then length; freed by the caller. NULL
 * when there is no memory. */
static inline struct routes_one *routes_make(size_t count)
{
	struct routes_one *r = calloc(count, sizeof(*r));
	uint64_t x = 88172645463325252U;
	size_t made = 0;
	while (r && made < count) {
		for (size_t i = made; i < count; i++) {
			uint8_t len = routes_len(&x);
			uint32_t addr =
				0x01000000U +
				(uint32_t)(routes_next(&x) *
						   UINT64_C(0xdf000000) >>
					   32);
			r[i] = (struct routes_one){
				addr >> (32 - len) << (32 - len),
				(uint16_t)(routes_next(&x) % ROUTES_WAYS), len};
		}
		qsort(r, count, sizeof(*r), routes_order);
		made = 1;
		for (size_t i = 1; i < count; i++)
			if (routes_order(&r[i], &r[made - 1]))
				r[made++] = r[i];
	}
	return r;
}

/* 'count' addresses: of all there are, or each inside of one of 'routes'. */
static inline uint32_t *routes_addresses(size_t count,
					 const struct routes_one *inside,
					 size_t route_count)
{
	uint32_t *a = calloc(count, sizeof(*a));
	uint64_t x = 2463534242U;
	for (size_t i = 0; a && i < count; i++) {
		a[i] = routes_next(&x);
		if (!inside)
			continue;
		const struct routes_one *r =
			&inside[routes_next(&x) % route_count];
		uint32_t host = r->len < 32 ? UINT32_MAX >> r->len : 0;
		a[i] = r->addr | (a[i] & host);
	}
	return a;
}

#endif
