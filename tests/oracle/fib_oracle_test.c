/* SPDX-License-Identifier: Apache-2.0 */
/* The routing table against the plainest one, while routes come and go: which
 * of all prefixes are there is a list, and a look-up tries all lengths, longest
 * first. */
#include "sim/table/fib.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "sim/base/rng.h"
#include "tests/bench/routes.h"
#include "tests/oracle/effort.h"
#include "tests/unit/suites.h"

Suite *fib_oracle_test_suite(void);

#define LOOKS	  1000
#define AT_A_TIME 256

/* Every prefix that may be there, and what it leads to: 0 while it is not. */
struct model {
	const struct routes_one *all;
	uint16_t *ports;
	size_t count, there;
	uint32_t *slots; /* by hash: index in 'all' and 1 */
	uint32_t mask;
};

struct trial {
	int seed;
	struct rng rng;
	struct model model;
	struct fib fib;
	unsigned found;
	unsigned long looks;
};

static uint32_t *slot_of(const struct model *m, uint32_t addr, uint8_t len)
{
	uint32_t i = hash_pair(addr, len) & m->mask;
	for (; m->slots[i]; i = (i + 1) & m->mask) {
		const struct routes_one *r = &m->all[m->slots[i] - 1];
		if (r->addr == addr && r->len == len)
			break;
	}
	return &m->slots[i];
}

static uint16_t model_find(const struct model *m, uint32_t addr)
{
	for (int len = 32; len >= 0; len--) {
		uint32_t at = *slot_of(m, addr & addr_mask((uint8_t)len),
				       (uint8_t)len);
		if (at && m->ports[at - 1])
			return m->ports[at - 1];
	}
	return 0;
}

static void model_init(struct model *m, const struct routes_one *all,
		       size_t count)
{
	uint32_t slots = 1;
	while (slots < 2 * count)
		slots *= 2;
	*m = (struct model){.all = all,
			    .ports = mem_new(count, sizeof(*m->ports)),
			    .count = count,
			    .slots = mem_new(slots, sizeof(*m->slots)),
			    .mask = slots - 1};
	for (size_t i = 0; i < count; i++)
		*slot_of(m, all[i].addr, all[i].len) = (uint32_t)i + 1;
}

static void begin(struct trial *t, int seed, const struct routes_one *all,
		  size_t count)
{
	struct fib_room room = {(uint32_t)count / 8 + 1, 3};
	*t = (struct trial){.seed = seed};
	rng_init(&t->rng, (uint64_t)seed);
	model_init(&t->model, all, count);
	fib_init(&t->fib, mem_map(1, fib_bytes(room)), room);
}

static void end(struct trial *t)
{
	effort_did("look-ups of routes", t->looks);
	mem_free(t->model.ports);
	mem_free(t->model.slots);
	mem_unmap(t->fib.memory, 1, fib_bytes(t->fib.room));
}

/* More room for what is full, until there is enough. */
static void grow(struct trial *t, struct fib_room more)
{
	struct fib_room room = t->fib.room;
	void *old = t->fib.memory, *memory;
	size_t old_bytes = fib_bytes(room);
	for (;;) {
		room.routes += more.routes ? room.routes / 2 + 1 : 0;
		room.groups += more.groups ? room.groups / 2 + 1 : 0;
		memory = mem_map(1, fib_bytes(room));
		if (fib_move(&t->fib, memory, room))
			break;
		mem_unmap(memory, 1, fib_bytes(room));
	}
	mem_unmap(old, 1, old_bytes);
}

static void apply(struct trial *t, const struct fib_route *changes,
		  size_t count)
{
	static const struct fib_room routes = {.routes = 1};
	size_t done = fib_apply(&t->fib, changes, count);
	while (done < count) {
		grow(t, routes);
		done += fib_apply(&t->fib, changes + done, count - done);
	}
	ck_assert_msg(fib_count(&t->fib) == t->model.there,
		      "seed %d: %u routes, not %zu", t->seed,
		      fib_count(&t->fib), t->model.there);
}

/* Prefix number 'i' of all leads out by 'port' from now on; 0: it goes. */
static struct fib_route change(struct trial *t, size_t i, uint16_t port)
{
	static const struct fib_room groups = {.groups = 1};
	const struct routes_one *r = &t->model.all[i];
	struct fib_hop hop = {{r->len}, port};
	struct fib_route change = {{r->addr}, r->len, FIB_NONE};
	uint16_t *was = &t->model.ports[i];
	while (port && (change.group = fib_join(&t->fib, &hop, 1)) == FIB_NONE)
		grow(t, groups);
	t->model.there += (port != 0) - (size_t)(*was != 0);
	*was = port;
	return change;
}

/* All of them, in their order. */
static void load(struct trial *t)
{
	struct fib_route changes[AT_A_TIME];
	size_t n = 0;
	for (size_t i = 0; i < t->model.count; i++) {
		changes[n++] =
			change(t, i, (uint16_t)(t->model.all[i].way + 1));
		if (n < AT_A_TIME && i + 1 < t->model.count)
			continue;
		apply(t, changes, n);
		n = 0;
	}
}

/* A few at random: added, replaced, taken away. */
static void disturb(struct trial *t, uint32_t ways)
{
	struct fib_route changes[AT_A_TIME];
	size_t n = rng_below(&t->rng, AT_A_TIME) + 1;
	for (size_t i = 0; i < n; i++) {
		uint32_t which = rng_below(&t->rng, (uint32_t)t->model.count);
		uint16_t port = (uint16_t)(rng_below(&t->rng, ways) + 1);
		bool goes = rng_below(&t->rng, 5) < 2;
		changes[i] = change(t, which, goes ? 0 : port);
	}
	apply(t, changes, n);
}

/* Addresses just inside and outside of a prefix are where a table errs. */
static ip4 pick(struct trial *t)
{
	size_t which = rng_below(&t->rng, (uint32_t)t->model.count);
	const struct routes_one *r = &t->model.all[which];
	uint32_t beyond = ~addr_mask(r->len);
	switch (rng_below(&t->rng, 6)) {
	case 0:
		return addr_ip4(r->addr);
	case 1:
		return addr_ip4(r->addr - 1);
	case 2:
		return addr_ip4(r->addr | beyond);
	case 3:
		return addr_ip4((r->addr | beyond) + 1);
	case 4:
		return addr_ip4(r->addr | (rng_next(&t->rng) & beyond));
	default:
		return addr_ip4(rng_next(&t->rng));
	}
}

static void compare(struct trial *t)
{
	ip4 dst[LOOKS];
	uint16_t groups[LOOKS];
	for (int i = 0; i < LOOKS; i++)
		dst[i] = pick(t);
	fib_find_batch(&t->fib, dst, LOOKS, groups);
	for (int i = 0; i < LOOKS; i++) {
		char text[ADDR_IP4_SIZE];
		uint16_t want = model_find(&t->model, dst[i].v);
		uint16_t got = fib_at(&t->fib, groups[i])->hops[0].port;
		ck_assert_msg(want == (groups[i] ? got : 0) &&
				      groups[i] == fib_find(&t->fib, dst[i]),
			      "seed %d, %s: %u, not %u", t->seed,
			      addr_print_ip4(dst[i], text), got, want);
		t->found += groups[i] != FIB_NONE;
	}
	t->looks += LOOKS;
}

/* Prefixes of few bits, so that they lie within each other. */
static size_t dense(struct routes_one *all, size_t want, struct rng *rng)
{
	size_t count = 0;
	for (size_t i = 0; i < want; i++) {
		uint8_t len = (uint8_t)rng_below(rng, 33);
		uint32_t a = rng_next(rng) & rng_next(rng) & rng_next(rng);
		if (rng_below(rng, 8) == 0)
			a = rng_next(rng);
		all[i] = (struct routes_one){a & addr_mask(len), 0, len};
	}
	qsort(all, want, sizeof(*all), routes_order);
	for (size_t i = 0; i < want; i++)
		if (!i || routes_order(&all[i], &all[count - 1]))
			all[count++] = all[i];
	return count;
}

/* How many prefixes there are at most: a list, both one after the other, a tree
 * that is packed anew now and then. */
static const size_t sizes[] = {40, 400, 6000, 20000};

#define SEEDS 12

START_TEST(finds_what_all_lengths_in_turn_find)
{
	static struct routes_one all[20000];
	static struct trial t;
	struct rng rng;
	rng_init(&rng, (uint64_t)_i);
	size_t count = dense(all, sizes[_i / effort_seeds(SEEDS)], &rng);
	begin(&t, _i, all, count);
	for (int round = 0; round < 50; round++) {
		disturb(&t, 50);
		compare(&t);
	}
	ck_assert_msg(t.found > 5 * LOOKS, "seed %d: only %u found", _i,
		      t.found);
	end(&t);
}
END_TEST

START_TEST(a_million_routes_as_in_the_internet)
{
	enum { COUNT = 1000000 };
	static struct trial t;
	struct routes_one *all = routes_make(COUNT);
	ck_assert_ptr_nonnull(all);
	begin(&t, 1, all, COUNT);
	load(&t);
	for (int round = 0; round < 500; round++) {
		compare(&t);
		disturb(&t, ROUTES_WAYS);
	}
	ck_assert_uint_gt(t.found, 250 * LOOKS);
	end(&t);
	free(all);
}
END_TEST

Suite *fib_oracle_test_suite(void)
{
	Suite *s = suite_create("fib_oracle");
	TCase *c = tcase_create("fib_oracle");
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, finds_what_all_lengths_in_turn_find, 0,
			    effort_seeds(SEEDS) *
				    (int)(sizeof(sizes) / sizeof(sizes[0])));
	tcase_add_test(c, a_million_routes_as_in_the_internet);
	suite_add_tcase(s, c);
	return s;
}
