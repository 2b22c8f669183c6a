/* SPDX-License-Identifier: Apache-2.0 */
/* The routing table against the plainest one, while routes come and go: look
 * at every prefix, keep the longest that matches. */
#include "sim/table/fib.h"

#include <stdio.h>

#include "sim/base/mem.h"
#include "sim/base/rng.h"
#include "tests/unit/suites.h"

Suite *fib_oracle_test_suite(void);

#define ROUTES 400
#define ROUNDS 60
#define LOOKS  300
#define HOPS   50

struct table {
	struct rng rng;
	struct fib fib;
	struct fib_route naive[ROUTES]; /* 'group' is the port */
	size_t count;
	unsigned found;
};

/* Addresses of few bits, so that prefixes lie within each other. */
static ip4 random_addr(struct rng *rng)
{
	uint32_t dense = rng_next(rng) & rng_next(rng) & rng_next(rng);
	return addr_ip4(rng_below(rng, 8) ? dense : rng_next(rng));
}

static size_t naive_at(const struct table *t, struct addr_prefix p)
{
	size_t i = 0;
	while (i < t->count && (!addr_same(t->naive[i].addr, p.addr) ||
				t->naive[i].len != p.len))
		i++;
	return i;
}

static uint16_t naive_find(const struct table *t, ip4 dst)
{
	const struct fib_route *best = NULL;
	for (size_t i = 0; i < t->count; i++) {
		const struct fib_route *r = &t->naive[i];
		if (addr_in(dst, (struct addr_prefix){r->addr, r->len}) &&
		    (!best || r->len > best->len))
			best = r;
	}
	return best ? best->group : 0;
}

static void apply(struct table *t, struct addr_prefix p, uint16_t port)
{
	struct fib_hop hop = {{p.len}, port};
	struct fib_route r = {p.addr, p.len,
			      port ? fib_group(&t->fib, &hop, 1) : FIB_NONE};
	ck_assert_uint_eq(fib_apply(&t->fib, &r, 1), 1);
}

/* Adds, replaces or takes away one route in both tables. */
static void change(struct table *t)
{
	struct addr_prefix p = addr_prefix_of(random_addr(&t->rng),
					      (uint8_t)rng_below(&t->rng, 33));
	uint16_t port = (uint16_t)rng_below(&t->rng, HOPS);
	if (t->count && rng_below(&t->rng, 2)) {
		struct fib_route r =
			t->naive[rng_below(&t->rng, (uint32_t)t->count)];
		p = (struct addr_prefix){r.addr, r.len};
	}
	size_t i = naive_at(t, p);
	if (i == ROUTES)
		return;
	apply(t, p, port);
	if (port)
		t->naive[i] = (struct fib_route){p.addr, p.len, port};
	else if (i < t->count)
		t->naive[i] = t->naive[--t->count];
	t->count += port && i == t->count;
}

/* Addresses just inside and outside of a route are where a table errs. */
static ip4 pick(struct table *t)
{
	if (!t->count)
		return random_addr(&t->rng);
	struct fib_route r = t->naive[rng_below(&t->rng, (uint32_t)t->count)];
	uint32_t last = r.addr.v | ~addr_mask(r.len);
	switch (rng_below(&t->rng, 5)) {
	case 0:
		return r.addr;
	case 1:
		return addr_ip4(r.addr.v - 1);
	case 2:
		return addr_ip4(last);
	case 3:
		return addr_ip4(last + 1);
	default:
		return random_addr(&t->rng);
	}
}

static void compare(struct table *t, int seed)
{
	ip4 dst[LOOKS];
	uint16_t groups[LOOKS];
	for (int i = 0; i < LOOKS; i++)
		dst[i] = pick(t);
	fib_find_batch(&t->fib, dst, LOOKS, groups);
	for (int i = 0; i < LOOKS; i++) {
		char text[ADDR_IP4_SIZE];
		const struct fib_group *g = fib_at(&t->fib, groups[i]);
		uint16_t want = naive_find(t, dst[i]);
		uint16_t got = g->hop_count ? g->hops[0].port : 0;
		ck_assert_msg(want == got &&
				      groups[i] == fib_find(&t->fib, dst[i]),
			      "seed %d, %s: %u, not %u", seed,
			      addr_print_ip4(dst[i], text), got, want);
		t->found += got != 0;
	}
}

START_TEST(finds_what_a_linear_search_finds)
{
	static struct table t;
	static const struct fib_room room = {ROUTES, ROUTES};
	t = (struct table){0};
	rng_init(&t.rng, (uint64_t)_i);
	fib_init(&t.fib, mem_new(1, fib_bytes(room)), room);
	for (int round = 0; round < ROUNDS; round++) {
		for (uint32_t i = rng_below(&t.rng, 40) + 1; i; i--)
			change(&t);
		ck_assert_uint_eq(t.fib.route_count, t.count);
		compare(&t, _i);
	}
	ck_assert_msg(t.found > ROUNDS * LOOKS / 10, "seed %d: only %u found",
		      _i, t.found);
	mem_free(t.fib.memory);
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
