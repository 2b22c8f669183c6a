/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tierpath/option.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/suites.h"

#define ARGS_MAX 16

static struct option_values v;
static struct diag d;

/* 'line' split at blanks, as the shell would. */
static bool parse(const char *line)
{
	static char copy[256];
	char *argv[ARGS_MAX] = {(char *)"tierpath"};
	int argc = 1;
	diag_init(&d);
	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return option_parse(argc, argv, &v, &d);
}

static void clean(void)
{
	option_free(&v);
	diag_fini(&d);
}

START_TEST(options_and_words_come_in_any_order)
{
	ck_assert(parse("run a.yaml --json -q b.yaml --seed 7"));
	ck_assert_int_eq(v.command, OPTION_RUN);
	ck_assert_uint_eq(v.word_count, 2);
	ck_assert_str_eq(v.words[0], "a.yaml");
	ck_assert_str_eq(v.words[1], "b.yaml");
	ck_assert(v.json && v.quiet && !v.verbose && v.has_seed);
	ck_assert_uint_eq(v.seed, 7);
}
END_TEST

START_TEST(a_value_follows_or_is_joined)
{
	ck_assert(parse("run -w one.pcap x"));
	ck_assert_str_eq(v.write, "one.pcap");
	clean();
	ck_assert(parse("run --write=two.pcap x"));
	ck_assert_str_eq(v.write, "two.pcap");
	clean();
	ck_assert(parse("run -wthree.pcap x"));
	ck_assert_str_eq(v.write, "three.pcap");
	clean();
	ck_assert(parse("run -w - x"));
	ck_assert_str_eq(v.write, "-");
}
END_TEST

START_TEST(letters_may_stand_together)
{
	ck_assert(parse("test -qvj3 x"));
	ck_assert(v.quiet && v.verbose);
	ck_assert_uint_eq(v.jobs, 3);
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	ck_assert(parse("run -- --json"));
	ck_assert(!v.json);
	ck_assert_str_eq(v.words[0], "--json");
}
END_TEST

START_TEST(changes_add_up)
{
	ck_assert(parse("trace net --from a --to b --change {x:1} --change "
			"{y:2}"));
	ck_assert_uint_eq(v.change_count, 2);
	ck_assert_str_eq(v.changes[1], "{y:2}");
	ck_assert_str_eq(v.proto, "tcp");
}
END_TEST

START_TEST(a_shard_is_one_of_several)
{
	ck_assert(parse("test --shard=2/3 x"));
	ck_assert_uint_eq(v.shard, 2);
	ck_assert_uint_eq(v.shards, 3);
}
END_TEST

START_TEST(what_is_not_said_has_a_default)
{
	ck_assert(parse("test x"));
	ck_assert_uint_eq(v.jobs, (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	ck_assert_uint_eq(v.shards, 0);
	ck_assert_str_eq(v.color, "auto");
	ck_assert(!v.has_seed);
}
END_TEST

static const struct {
	const char *line, *says;
} wrong[] = {
	{"", "what shall be done?"},
	{"rnu", "did you mean 'tierpath run'?"},
	{"fly", "there is no command 'fly'"},
	{"run", "run needs FILE"},
	{"run x --jsno", "did you mean '--json'?"},
	{"run x --junit=y", "run has no option '--junit'"},
	{"run x -Z", "run has no option '-Z'"},
	{"run x --seed", "--seed needs a value"},
	{"run x --seed=-1", "--seed takes a number"},
	{"run x --seed=18446744073709551616", "--seed takes a number"},
	{"run x --json=1", "--json takes no value"},
	{"run x --color=blue", "possible: auto always never"},
	{"test x -j 0", "--jobs takes a number from 1 to 256"},
	{"test x --shard=0/2", "'0/2' is not a shard"},
	{"test x --shard=3/2", "'3/2' is not a shard"},
	{"test x --shard=2", "'2' is not a shard"},
	{"schema a b", "schema takes no further argument: 'b'"},
	{"trace x --port=65536", "--port takes a number from 1 to 65535"},
};

START_TEST(wrong_usage_is_told_with_a_way_out)
{
	struct str s = {0};
	ck_assert(!parse(wrong[_i].line));
	diag_print(&d, false, &s);
	ck_assert_msg(strstr(str_text(&s), wrong[_i].says), "%s", str_text(&s));
	ck_assert_ptr_nonnull(strstr(str_text(&s), "error: "));
	str_fini(&s);
}
END_TEST

START_TEST(help_and_version_need_nothing_else)
{
	ck_assert(parse("run --help"));
	ck_assert(v.help);
	clean();
	ck_assert(parse("--version"));
	ck_assert(v.version);
	clean();
	ck_assert(parse("-h"));
	ck_assert(v.help);
}
END_TEST

Suite *option_test_suite(void);
Suite *option_test_suite(void)
{
	Suite *s = suite_create("tools/tierpath/option");
	TCase *t = tcase_create("option");
	tcase_add_checked_fixture(t, NULL, clean);
	tcase_add_test(t, options_and_words_come_in_any_order);
	tcase_add_test(t, a_value_follows_or_is_joined);
	tcase_add_test(t, letters_may_stand_together);
	tcase_add_test(t, two_dashes_end_the_options);
	tcase_add_test(t, changes_add_up);
	tcase_add_test(t, a_shard_is_one_of_several);
	tcase_add_test(t, what_is_not_said_has_a_default);
	tcase_add_loop_test(t, wrong_usage_is_told_with_a_way_out, 0,
			    sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(t, help_and_version_need_nothing_else);
	suite_add_tcase(s, t);
	return s;
}
