/* SPDX-License-Identifier: Apache-2.0 */
/* The only source of chance: PCG32 (O'Neill 2014, pcg-random.org). The same
 * seed gives the same numbers on every machine. */
#ifndef RNG_H
#define RNG_H

#include <stdint.h>

struct rng {
	uint64_t state, stream;
};

void rng_init(struct rng *r, uint64_t seed);
uint32_t rng_next(struct rng *r);
/* As if rng_next() had been called 'count' times. */
void rng_skip(struct rng *r, uint64_t count);
/* 0 .. 'bound' - 1 without bias; 'bound' > 0. */
uint32_t rng_below(struct rng *r, uint32_t bound);

#endif
