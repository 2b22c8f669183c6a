/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/rng.h"

void rng_init(struct rng *r, uint64_t seed)
{
	*r = (struct rng){0, (seed << 1) | 1};
	rng_next(r);
	r->state += seed;
	rng_next(r);
}

#define MULTIPLIER 6364136223846793005U

uint32_t rng_next(struct rng *r)
{
	uint64_t old = r->state;
	r->state = old * MULTIPLIER + r->stream;
	uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27);
	uint32_t rot = (uint32_t)(old >> 59);
	return x >> rot | x << (-rot & 31);
}

/* Steps by powers of two (Brown, Random Number Generation with Arbitrary
 * Strides, 1994): twice the same affine step is an affine step. */
void rng_skip(struct rng *r, uint64_t count)
{
	uint64_t times = MULTIPLIER, plus = r->stream;
	for (; count; count >>= 1) {
		if (count & 1)
			r->state = r->state * times + plus;
		plus *= times + 1;
		times *= times;
	}
}

uint32_t rng_below(struct rng *r, uint32_t bound)
{
	uint32_t unfair = -bound % bound;
	uint32_t x;
	do
		x = rng_next(r);
	while (x < unfair);
	return x % bound;
}
