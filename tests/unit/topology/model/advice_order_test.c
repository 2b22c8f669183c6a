/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that never get a packet, against each compared with each. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/base/rng.h"
#include "sim/base/str.h"
#include "tests/unit/suites.h"
#include "topology/model/advice.h"

Suite *advice_order_test_suite(void);

enum { RULES = 8, ROUNDS = 2000, MANY = 20000 };

/* What a rule is told of: 0 nothing, else one more than the rule named. */
struct told {
	unsigned never[RULES], same[RULES];
};

static bool in_any(struct addr_prefix p, const struct nat_prefixes *broad)
{
	for (unsigned i = 0; i < broad->count; i++)
		if (broad->at[i].len <= p.len && addr_in(p.addr, broad->at[i]))
			return true;
	return !broad->count;
}

static bool holds(const struct nat_prefixes *broad,
		  const struct nat_prefixes *narrow)
{
	for (unsigned i = 0; i < narrow->count; i++)
		if (!in_any(narrow->at[i], broad))
			return false;
	return narrow->count || !broad->count;
}

static bool is_dnat(const struct nat_rule *r)
{
	return r->action == NAT_DNAT || r->action == NAT_NO_DNAT;
}

static bool takes_all(const struct nat_rule *a, const struct nat_rule *b)
{
	return a->enabled && b->enabled && !a->proto &&
	       a->action != NAT_REFLEXIVE && b->action != NAT_REFLEXIVE &&
	       is_dnat(a) == is_dnat(b) && holds(&a->source, &b->source) &&
	       holds(&a->destination, &b->destination);
}

/* The one that is first in order names itself. */
static void compare_all(const struct model_nat_rule *rules, struct told *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned j = 0; j < RULES; j++) {
		unsigned best = RULES;
		const struct nat_rule *b = &rules[j].rule;
		for (unsigned i = 0; i < RULES; i++) {
			const struct nat_rule *a = &rules[i].rule;
			bool same = a->sequence_number == b->sequence_number;
			if (i == j || !takes_all(a, b) ||
			    a->sequence_number > b->sequence_number ||
			    (same && i > j && takes_all(b, a)))
				continue;
			if (best == RULES ||
			    a->sequence_number <
				    rules[best].rule.sequence_number)
				best = i;
		}
		if (best == RULES)
			continue;
		if (rules[best].rule.sequence_number == b->sequence_number)
			out->same[j] = best + 1;
		else
			out->never[j] = best + 1;
	}
}

static struct nat_prefixes draw_networks(struct rng *r)
{
	struct nat_prefixes p = {.count = (uint8_t)rng_below(r, 3)};
	for (unsigned i = 0; i < p.count; i++) {
		uint8_t len = (uint8_t)(24 + 2 * rng_below(r, 5));
		p.at[i] = addr_prefix_of(
			addr_ip4(0x0a000000 + rng_below(r, 4) * 64), len);
	}
	return p;
}

static void draw(struct rng *r, struct model_nat_rule *rules, uint16_t source)
{
	for (unsigned i = 0; i < RULES; i++) {
		memset(&rules[i], 0, sizeof(rules[i]));
		rules[i].id.at = (struct diag_place){source, 2 * i, 1};
		rules[i].rule = (struct nat_rule){
			.action = (enum nat_action)rng_below(r, 5),
			.source = draw_networks(r),
			.destination = draw_networks(r),
			.proto = rng_below(r, 4) ? 0 : 6,
			.sequence_number = rng_below(r, 3),
			.enabled = rng_below(r, 5) != 0};
	}
}

/* "t:LATER:1: warning: ..." and "t:FIRST:1: note: ..." after it. */
static void read_messages(char *text, struct told *out)
{
	unsigned later = 0, line;
	bool same = false;
	memset(out, 0, sizeof(*out));
	for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) {
		if (sscanf(at, "t:%u:", &line) != 1)
			continue;
		if (strstr(at, ": warning: ")) {
			later = line - 1;
			same = strstr(at, "same sequence") != NULL;
			ck_assert_uint_eq(out->same[later], 0);
			ck_assert_uint_eq(out->never[later], 0);
		} else {
			(same ? out->same : out->never)[later] = line;
		}
	}
}

START_TEST(the_same_as_each_with_each)
{
	struct model_nat_rule rules[RULES];
	struct told want, got;
	struct rng r;
	unsigned told = 0;
	rng_init(&r, (uint64_t)_i);
	for (int round = 0; round < ROUNDS; round++) {
		struct diag d;
		struct str said = {0};
		diag_init(&d);
		draw(&r, rules,
		     diag_source(&d, "t", "a\na\na\na\na\na\na\na\n", 16));
		compare_all(rules, &want);
		advice_order(rules, RULES, &d);
		told += d.warning_count != 0;
		diag_print(&d, false, &said);
		str_addc(&said, '\n');
		read_messages(said.text, &got);
		ck_assert_msg(!memcmp(&want, &got, sizeof(got)),
			      "seed %d, round %d", _i, round);
		str_fini(&said);
		diag_fini(&d);
	}
	ck_assert_uint_gt(told, ROUNDS / 10);
}
END_TEST

/* All alike: each is told of the first, not of all the others. */
START_TEST(each_is_told_once)
{
	struct model_nat_rule *rules = mem_new(MANY, sizeof(*rules));
	struct diag d;
	diag_init(&d);
	uint16_t source = diag_source(&d, "t", "x", 1);
	for (unsigned i = 0; i < MANY; i++) {
		rules[i].id.at = (struct diag_place){source, 0, 1};
		rules[i].rule.action = NAT_SNAT;
		rules[i].rule.enabled = true;
	}
	advice_order(rules, MANY, &d);
	ck_assert_uint_eq(d.warning_count, MANY - 1);
	diag_fini(&d);
	mem_free(rules);
}
END_TEST

Suite *advice_order_test_suite(void)
{
	Suite *s = suite_create("advice_order");
	TCase *c = tcase_create("advice_order");
	tcase_add_loop_test(c, the_same_as_each_with_each, 1, 5);
	tcase_add_test(c, each_is_told_once);
	suite_add_tcase(s, c);
	return s;
}
