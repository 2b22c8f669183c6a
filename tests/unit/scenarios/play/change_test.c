/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/change.h"

#include <check.h>
#include <string.h>

#include "tests/unit/suites.h"

static const char before[] =
	"title: small\n"
	"tier0s: {t0: {ha_mode: ACTIVE_ACTIVE, nat_rules: {a: {action: SNAT}}}}\n"
	"hosts: {dns: {nameservers: [10.0.0.1]}}\n";

static const struct {
	const char *patch, *line, *headline;
} changes[] = {
	{"tier0s: {t0: {nat_rules: {b: {action: DNAT, ports: [1, 2]}}}}",
	 "tier0s.t0.nat_rules.b: added {action: DNAT, ports: [1, 2]}",
	 "t0 gains NAT rule b"},
	{"tier0s: {t0: {nat_rules: {a: null}}}",
	 "tier0s.t0.nat_rules.a: removed", "t0 loses NAT rule a"},
	{"tier0s: {t0: {ha_mode: ACTIVE_STANDBY}}",
	 "tier0s.t0.ha_mode: ACTIVE_ACTIVE -> ACTIVE_STANDBY",
	 "t0: ha_mode is now ACTIVE_STANDBY"},
	{"title: other", "title: small -> other", "title is now other"},
	{"hosts: {dns: {nameservers: [10.0.0.2, 10.0.0.3]}}",
	 "hosts.dns.nameservers: [10.0.0.1] -> [10.0.0.2, 10.0.0.3]",
	 "dns: nameservers is now [10.0.0.2, 10.0.0.3]"},
	{"hosts: {web: {}}", "hosts.web: added {}",
	 "the network gains host web"},
	{"tier0s: {t0: {ha_vip: {x: 1}}}", "tier0s.t0.ha_vip: added {x: 1}",
	 "t0: ha_vip is now {x: 1}"},
	{"tier0s: {t0: {nat_rules: none}}",
	 "tier0s.t0.nat_rules: {a: {action: SNAT}} -> none",
	 "t0: nat_rules is now none"},
	{"title: {x: 1}", "title: small -> {x: 1}", "title is now {x: 1}"},
	{"hosts: {dns: {nameservers: {x: 1}}}",
	 "hosts.dns.nameservers: [10.0.0.1] -> {x: 1}",
	 "dns: nameservers is now {x: 1}"},
	{"tier0s: {t0: {ha_mode: ACTIVE_ACTIVE}}", NULL, "nothing changes"},
};

static struct tree *parse(struct diag *d, const char *text)
{
	struct tree *t = tree_parse("text", text, strlen(text), d);
	ck_assert_ptr_nonnull(t);
	return t;
}

START_TEST(a_difference_is_one_line)
{
	struct diag d;
	struct arena a;
	struct outcome_step step = {0};
	diag_init(&d);
	arena_init(&a);
	struct tree *old = parse(&d, before);
	struct tree *patch = parse(&d, changes[_i].patch);
	change_describe(old->root, patch->root, &a, &step);
	ck_assert_str_eq(step.headline, changes[_i].headline);
	ck_assert_uint_eq(step.change_count, changes[_i].line ? 1 : 0);
	if (changes[_i].line)
		ck_assert_str_eq(step.changes[0], changes[_i].line);
	tree_free(old);
	tree_free(patch);
	arena_fini(&a);
	diag_fini(&d);
}
END_TEST

START_TEST(several_differences_are_several_lines)
{
	struct diag d;
	struct arena a;
	struct outcome_step step = {0};
	diag_init(&d);
	arena_init(&a);
	struct tree *old = parse(&d, before);
	struct tree *patch = parse(&d, "hosts: {dns: null}\n"
				       "tier0s: {t0: {x: 1, y: {z: 2}}}");
	change_describe(old->root, patch->root, &a, &step);
	ck_assert_str_eq(step.headline, "the network changes");
	ck_assert_uint_eq(step.change_count, 3);
	ck_assert_str_eq(step.changes[2], "tier0s.t0.y: added {z: 2}");
	tree_free(old);
	tree_free(patch);
	arena_fini(&a);
	diag_fini(&d);
}
END_TEST

Suite *change_test_suite(void);
Suite *change_test_suite(void)
{
	Suite *s = suite_create("scenarios/play/change");
	TCase *t = tcase_create("change");
	tcase_add_loop_test(t, a_difference_is_one_line, 0,
			    sizeof(changes) / sizeof(changes[0]));
	tcase_add_test(t, several_differences_are_several_lines);
	suite_add_tcase(s, t);
	return s;
}
