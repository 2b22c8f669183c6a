/* SPDX-License-Identifier: Apache-2.0 */
/* The routing table against the plainest one: look at every prefix, keep the
 * longest that matches. */
#include "sim/table/fib.h"

#include <stdio.h>

#include "sim/base/rng.h"
#include "tests/unit/suites.h"

Suite *fib_oracle_test_suite(void);

#define ROUTES 400
#define LOOKS  4000

static struct fib_route storage[ROUTES], naive[ROUTES];

static bool is_there(struct addr_prefix p, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (addr_same(naive[i].prefix.addr, p.addr) &&
		    naive[i].prefix.len == p.len)
			return true;
	return false;
}

/* Addresses of few bits, so that prefixes lie within each other. */
static ip4 random_addr(struct rng *rng)
{
	uint32_t dense = rng_next(rng) & rng_next(rng) & rng_next(rng);
	return addr_ip4(rng_below(rng, 8) ? dense : rng_next(rng));
}

static size_t fill(struct fib *f, struct rng *rng)
{
	size_t count = 0, want = rng_below(rng, ROUTES) + 1;
	fib_init(f, storage, ROUTES);
	for (size_t tries = 0; tries < want; tries++) {
		struct fib_route r = {
			.prefix = addr_prefix_of(random_addr(rng),
						 (uint8_t)rng_below(rng, 33)),
			.ref = (uint32_t)tries};
		if (is_there(r.prefix, count))
			continue;
		naive[count++] = r;
		ck_assert(fib_add(f, &r));
	}
	fib_seal(f);
	return count;
}

static const struct fib_route *naive_find(size_t count, ip4 dst)
{
	const struct fib_route *best = NULL;
	for (size_t i = 0; i < count; i++)
		if (addr_in(dst, naive[i].prefix) &&
		    (!best || naive[i].prefix.len > best->prefix.len))
			best = &naive[i];
	return best;
}

/* Addresses just inside and outside of a route are where a table errs. */
static ip4 pick(struct rng *rng, size_t count)
{
	struct addr_prefix p = naive[rng_below(rng, (uint32_t)count)].prefix;
	uint32_t last = p.addr.v + (uint32_t)(addr_count(p) - 1);
	switch (rng_below(rng, 5)) {
	case 0:
		return p.addr;
	case 1:
		return addr_ip4(p.addr.v - 1);
	case 2:
		return addr_ip4(last);
	case 3:
		return addr_ip4(last + 1);
	default:
		return random_addr(rng);
	}
}

START_TEST(finds_what_a_linear_search_finds)
{
	struct rng rng;
	struct fib f;
	unsigned found = 0;
	rng_init(&rng, (uint64_t)_i);
	size_t count = fill(&f, &rng);
	for (int i = 0; i < LOOKS; i++) {
		char text[ADDR_IP4_SIZE];
		ip4 dst = pick(&rng, count);
		const struct fib_route *want = naive_find(count, dst);
		const struct fib_route *got = fib_find(&f, dst);
		ck_assert_msg((want != NULL) == (got != NULL) &&
				      (!want || want->ref == got->ref),
			      "seed %d, %s", _i, addr_print_ip4(dst, text));
		found += got != NULL;
	}
	ck_assert_msg(found > LOOKS / 10, "seed %d: only %u found", _i, found);
}
END_TEST

Suite *fib_oracle_test_suite(void)
{
	Suite *s = suite_create("fib_oracle");
	TCase *c = tcase_create("fib_oracle");
	tcase_add_loop_test(c, finds_what_a_linear_search_finds, 1, 41);
	suite_add_tcase(s, c);
	return s;
}
