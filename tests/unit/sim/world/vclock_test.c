/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "sim/base/rng.h"
#include "sim/world/vclock.h"

#define MANY 500

struct one {
	struct vclock_timer timer;
	int number;
};

static struct vclock clock_;
static struct one ones[MANY];
static int fired[2 * MANY];
static uint64_t times[2 * MANY];
static int fired_count;

static void fire(void *context)
{
	struct one *o = context;
	times[fired_count] = clock_.now;
	fired[fired_count++] = o->number;
}

static void setup(void)
{
	vclock_init(&clock_);
	fired_count = 0;
	for (int i = 0; i < MANY; i++)
		ones[i] = (struct one){{.fire = fire, .context = &ones[i]}, i};
}

static void teardown(void)
{
	vclock_fini(&clock_);
}

static void set(int number, uint64_t at)
{
	vclock_set(&clock_, &ones[number].timer, at);
}

START_TEST(timers_fire_in_order_of_time)
{
	struct rng r;
	rng_init(&r, 7);
	for (int i = 0; i < MANY; i++)
		set(i, rng_below(&r, 1000));
	while (vclock_step(&clock_, VCLOCK_NEVER))
		;
	ck_assert_int_eq(fired_count, MANY);
	for (int i = 1; i < MANY; i++) {
		ck_assert_uint_le(times[i - 1], times[i]);
		if (times[i - 1] == times[i])
			ck_assert_int_lt(fired[i - 1], fired[i]);
	}
}
END_TEST

START_TEST(what_is_set_at_the_end_is_forgotten)
{
	set(0, 5);
	set(1, 500000);
	vclock_fini(&clock_);
	ck_assert_uint_eq(vclock_next(&clock_), VCLOCK_NEVER);
	ck_assert(!vclock_step(&clock_, VCLOCK_NEVER));
}
END_TEST

START_TEST(equal_times_fire_in_the_order_they_were_set)
{
	set(2, 5);
	set(0, 5);
	set(1, 5);
	set(2, 5); /* again: now the last */
	while (vclock_step(&clock_, 5))
		;
	ck_assert_int_eq(fired_count, 3);
	ck_assert_int_eq(fired[0], 0);
	ck_assert_int_eq(fired[1], 1);
	ck_assert_int_eq(fired[2], 2);
}
END_TEST

static void fire_and_set_next(void *context)
{
	struct one *o = context;
	fire(context);
	if (o->number + MANY / 2 < MANY)
		set(o->number + MANY / 2, clock_.now);
}

START_TEST(many_of_one_instant_keep_their_order)
{
	for (int i = 0; i < MANY; i++)
		ones[i].timer.fire = fire_and_set_next;
	for (int i = 0; i < MANY / 2; i++)
		set(i, 1000);
	set(MANY / 2, 1001);
	while (vclock_step(&clock_, 1000))
		;
	ck_assert_int_eq(fired_count, MANY);
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(fired[i], i);
}
END_TEST

START_TEST(cancelled_timers_never_fire)
{
	struct rng r;
	rng_init(&r, 3);
	for (int i = 0; i < MANY; i++)
		set(i, rng_below(&r, 100));
	for (int i = 0; i < MANY; i += 2)
		vclock_cancel(&clock_, &ones[i].timer);
	vclock_cancel(&clock_, &ones[0].timer); /* once more: nothing */
	while (vclock_step(&clock_, VCLOCK_NEVER))
		;
	ck_assert_int_eq(fired_count, MANY / 2);
	for (int i = 0; i < fired_count; i++) {
		ck_assert_int_eq(fired[i] % 2, 1);
		ck_assert(!i || times[i - 1] <= times[i]);
	}
}
END_TEST

START_TEST(step_does_nothing_before_the_time)
{
	set(0, 100);
	ck_assert_uint_eq(vclock_next(&clock_), 100);
	ck_assert(!vclock_step(&clock_, 99));
	ck_assert_uint_eq(clock_.now, 0);
	ck_assert(vclock_is_set(&ones[0].timer));
	ck_assert(vclock_step(&clock_, 100));
	ck_assert_uint_eq(clock_.now, 100);
	ck_assert(!vclock_is_set(&ones[0].timer));
	ck_assert_uint_eq(vclock_next(&clock_), VCLOCK_NEVER);
}
END_TEST

START_TEST(a_time_in_the_past_means_now)
{
	set(0, 100);
	ck_assert(vclock_step(&clock_, VCLOCK_NEVER));
	set(1, 50);
	ck_assert(vclock_step(&clock_, VCLOCK_NEVER));
	ck_assert_uint_eq(clock_.now, 100);
	ck_assert_int_eq(fired[1], 1);
}
END_TEST

#define MODEL_SEED  11
#define MODEL_COUNT 200

/* The same timers as a list in which the next one is searched for. */
static struct {
	uint64_t at, order; /* order 0: not set */
} model[MODEL_COUNT];
static uint64_t model_order;

static int model_next(void)
{
	int best = -1;
	for (int i = 0; i < MODEL_COUNT; i++) {
		if (!model[i].order)
			continue;
		if (best < 0 || model[i].at < model[best].at ||
		    (model[i].at == model[best].at &&
		     model[i].order < model[best].order))
			best = i;
	}
	return best;
}

static void set_both(struct rng *r)
{
	int i = (int)rng_below(r, MODEL_COUNT);
	/* From at once to a day ahead, near times as often as far ones; and
	 * crowds. */
	uint64_t at = clock_.now + (rng_next(r) >> rng_below(r, 32)) *
					   (rng_below(r, 8) ? 1 : 20000);
	if (rng_below(r, 2))
		at = clock_.now / 64 * 64 + 64 + rng_below(r, 4);
	set(i, at);
	model[i].at = at;
	model[i].order = ++model_order;
}

static void step_both(struct rng *r)
{
	int next = model_next();
	uint64_t until = clock_.now + (rng_next(r) >> rng_below(r, 40) % 32);
	ck_assert_uint_eq(vclock_next(&clock_),
			  next < 0 ? VCLOCK_NEVER : model[next].at);
	fired_count = 0;
	bool due = next >= 0 && model[next].at <= until;
	ck_assert_int_eq(vclock_step(&clock_, until), due);
	if (!due) {
		clock_.now = until; /* as a run does that ends there */
		return;
	}
	ck_assert_int_eq(fired[0], next);
	ck_assert_uint_eq(clock_.now, model[next].at);
	model[next].order = 0;
}

START_TEST(any_order_of_calls_is_as_in_a_plain_list)
{
	struct rng r;
	rng_init(&r, MODEL_SEED);
	for (int i = 0; i < 100000; i++) {
		uint32_t what = rng_below(&r, 10);
		/* The queue gets long and short in turn. */
		if (what < (i / 500 % 2 ? 3U : 7U)) {
			set_both(&r);
		} else if (what < 9) {
			step_both(&r);
		} else {
			uint32_t which = rng_below(&r, MODEL_COUNT);
			vclock_cancel(&clock_, &ones[which].timer);
			model[which].order = 0;
		}
	}
}
END_TEST

Suite *vclock_test_suite(void);
Suite *vclock_test_suite(void)
{
	Suite *s = suite_create("vclock");
	TCase *t = tcase_create("vclock");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_set_at_the_end_is_forgotten);
	tcase_add_test(t, timers_fire_in_order_of_time);
	tcase_add_test(t, equal_times_fire_in_the_order_they_were_set);
	tcase_add_test(t, many_of_one_instant_keep_their_order);
	tcase_add_test(t, cancelled_timers_never_fire);
	tcase_add_test(t, step_does_nothing_before_the_time);
	tcase_add_test(t, a_time_in_the_past_means_now);
	tcase_add_test(t, any_order_of_calls_is_as_in_a_plain_list);
	suite_add_tcase(s, t);
	return s;
}
