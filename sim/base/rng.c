/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/rng.h"

void rng_init(struct rng *r, uint64_t seed)
{
	*r = (struct rng){0, (seed << 1) | 1};
	rng_next(r);
	r->state += seed;
	rng_next(r);
}

uint32_t rng_next(struct rng *r)
{
	uint64_t old = r->state;
	r->state = old * 6364136223846793005U + r->stream;
	uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27);
	uint32_t rot = (uint32_t)(old >> 59);
	return x >> rot | x << (-rot & 31);
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
