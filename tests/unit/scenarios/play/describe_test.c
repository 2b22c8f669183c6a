/* SPDX-License-Identifier: Apache-2.0 */
/* The event table against the article's five, which are in tables/ with two
 * corrections: in dns-timeout.txt the Reason column is as narrow as its rows
 * ask for (in the article a row with a longer reason was left out), and the
 * blank before "i/o timeout" is there. Lines that the article broke are
 * whole. Names made up by the platform and the ephemeral port are replaced by
 * words of the same length before comparing. */
#include "scenarios/play/describe.h"

#include <check.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/play/play.h"
#include "tests/unit/suites.h"

#define S      1000000000ULL
#define TABLES "tests/unit/scenarios/play/tables/"

static const struct {
	uint64_t now, then;
	const char *text;
} ages[] = {
	{0, 0, "0s"},
	{37 * S, 0, "37s"},
	{119 * S, 0, "119s"},
	{120 * S, 0, "2m"},
	{125 * S, 0, "2m5s"},
	{599 * S, 0, "9m59s"},
	{600 * S, 0, "10m"},
	{45 * 60 * S + 59 * S, 0, "45m"},
	{180 * 60 * S, 0, "3h"},
	{185 * 60 * S, 0, "3h5m"},
	{8 * 3600 * S, 0, "8h"},
	{30 * 3600 * S, 0, "30h"},
	{48 * 3600 * S, 0, "2d"},
	{51 * 3600 * S, 0, "2d3h"},
	{9 * 86400 * S + 3600 * S, 0, "9d"},
	{0, S, "0s"},
	{0, 2 * S, "<invalid>"},
};

START_TEST(ages_read_as_kubectl_writes_them)
{
	struct str s = {0};
	describe_age(ages[_i].now, ages[_i].then, &s);
	ck_assert_str_eq(str_text(&s), ages[_i].text);
	str_fini(&s);
}
END_TEST

START_TEST(columns_are_as_wide_as_their_widest_cell_and_two)
{
	struct outcome_event events[] = {
		{.type = "Normal",
		 .reason = "Scheduled",
		 .from = "default-scheduler",
		 .message = "assigned",
		 .no_time = true,
		 .count = 1},
		{.type = "Warning",
		 .reason = "Failed",
		 .from = "kubelet, n1",
		 .message = "Error: ErrImagePull",
		 .first = 15 * S,
		 .last = 44 * S,
		 .count = 2},
	};
	struct outcome_step step = {.events = events, .event_count = 2};
	struct str s = {0};
	describe_table(&step, 60 * S, DESCRIBE_CLOCK_RIGHT, &s);
	ck_assert_str_eq(
		str_text(&s),
		"Events:\n"
		"  Type     Reason     Age                From               "
		"Message\n"
		"  ----     ------     ----               ----               "
		"-------\n"
		"  Normal   Scheduled  <unknown>          default-scheduler  "
		"assigned\n"
		"  Warning  Failed     16s (x2 over 45s)  kubelet, n1        "
		"Error: ErrImagePull\n");
	str_fini(&s);
}
END_TEST

START_TEST(no_events_are_none)
{
	struct outcome_step step = {0};
	struct str s = {0};
	describe_table(&step, 0, DESCRIBE_CLOCK_RIGHT, &s);
	ck_assert_str_eq(str_text(&s), "Events:  <none>\n");
	str_fini(&s);
}
END_TEST

static void read_file(const char *path, struct str *out)
{
	char buffer[4096];
	FILE *f = fopen(path, "r");
	ck_assert_msg(f, "cannot open %s", path);
	for (size_t n; (n = fread(buffer, 1, sizeof(buffer), f)) > 0;)
		str_add_len(out, buffer, n);
	fclose(f);
}

/* Replaces every character of each match's first group by 'x'. */
static void blot(struct str *s, const char *pattern)
{
	regex_t re;
	regmatch_t m[2];
	ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED), 0);
	for (size_t at = 0; !regexec(&re, s->text + at, 2, m, 0);) {
		memset(s->text + at + m[1].rm_so, 'x',
		       (size_t)(m[1].rm_eo - m[1].rm_so));
		at += (size_t)m[0].rm_eo;
	}
	regfree(&re);
}

static void blot_made_up_names(struct str *s)
{
	blot(s, "workers-([0-9a-z]{5}-[0-9a-f]{10}-[0-9a-z]{5})");
	blot(s, "busybox-([0-9a-f]{40})-v0");
	blot(s, "nsx-container-ncp, ([0-9a-f]{32})");
	blot(s, "127\\.0\\.0\\.1:([0-9]{5})->");
}

static const struct {
	const char *scenario, *table;
	size_t step;
} tables[] = {
	{"b-podvm-timeout", "podvm-timeout", 1},
	{"c-podvm-reflexive", "podvm-pulled", 3},
	{"d-tkg-timeout", "tkg-timeout", 1},
	{"e-tkg-reflexive", "tkg-pulled", 3},
	{"f-dns-timeout", "dns-timeout", 1},
};

static struct outcome *play(const char *path)
{
	struct diag d;
	struct str s = {0};
	diag_init(&d);
	struct script *script = script_load(path, &d);
	struct outcome *o = script ? play_script(script, NULL, &d) : NULL;
	diag_print(&d, false, &s);
	ck_assert_msg(o, "%s", str_text(&s));
	str_fini(&s);
	script_free(script);
	diag_fini(&d);
	return o;
}

START_TEST(the_articles_tables_come_out_row_for_row)
{
	struct str path = {0}, wanted = {0}, seen = {0};
	str_addf(&path, "scenarios/article/%s.yaml", tables[_i].scenario);
	struct outcome *o = play(str_text(&path));
	const struct outcome_step *step = &o->steps[tables[_i].step - 1];
	describe_table(step, step->ended, DESCRIBE_CLOCK_BEHIND, &seen);
	str_clear(&path);
	str_addf(&path, TABLES "%s.txt", tables[_i].table);
	read_file(str_text(&path), &wanted);
	blot_made_up_names(&wanted);
	blot_made_up_names(&seen);
	ck_assert_str_eq(str_text(&seen), str_text(&wanted));
	outcome_free(o);
	str_fini(&path);
	str_fini(&wanted);
	str_fini(&seen);
}
END_TEST

Suite *describe_test_suite(void);
Suite *describe_test_suite(void)
{
	Suite *s = suite_create("scenarios/play/describe");
	TCase *t = tcase_create("describe");
	tcase_add_loop_test(t, ages_read_as_kubectl_writes_them, 0,
			    sizeof(ages) / sizeof(ages[0]));
	tcase_add_test(t, columns_are_as_wide_as_their_widest_cell_and_two);
	tcase_add_test(t, no_events_are_none);
	tcase_add_loop_test(t, the_articles_tables_come_out_row_for_row, 0,
			    sizeof(tables) / sizeof(tables[0]));
	suite_add_tcase(s, t);
	return s;
}
