/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live/console.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/suites.h"

static const char topology[] =
	"segments: {a: {}, b: {}}\n"
	"routers: {r: {interfaces: {a: {segment: a, address: 10.0.1.1/24}, "
	"b: {segment: b, address: 10.0.2.1/24}}}}\n"
	"hosts: {h: {segment: a, address: 10.0.1.2/24, gateway: 10.0.1.1}}\n";

static struct console c;
static struct diag diag;
static struct str answers, reports;

static void answer(void *context, const char *text, size_t len)
{
	ck_assert_ptr_null(context);
	str_add_len(&answers, text, len);
}

static void report(void *context, const struct diag *d)
{
	(void)context;
	diag_print(d, false, &reports);
}

static void setup(void)
{
	diag_init(&diag);
	struct tree *t = tree_parse("net", topology, strlen(topology), &diag);
	struct model *m = model_read(t, &diag);
	struct net *n = net_new(m, 1, &diag);
	ck_assert_ptr_nonnull(n);
	model_free(m);
	console_init(&c, live_new(n, NULL, NULL), n, t, &diag);
	c.answer = answer;
	c.report = report;
}

static void teardown(void)
{
	live_free(c.live);
	net_free(c.net);
	console_fini(&c);
	diag_fini(&diag);
	str_fini(&answers);
	str_fini(&reports);
}

static void is(const char *command, const char *answered, const char *reported)
{
	str_clear(&answers);
	str_clear(&reports);
	console_do(&c, command);
	ck_assert_ptr_nonnull(strstr(str_text(&answers), answered));
	ck_assert_msg(strstr(str_text(&reports), reported) != NULL, "%s",
		      str_text(&reports));
	ck_assert_int_eq(!*reported, !reports.len);
}

START_TEST(a_change_changes_the_running_network)
{
	is("change {routers: {r: {routes: {x: {network: 10.9.0.0/16, "
	   "next_hops: [10.0.2.9]}}}}}",
	   "r: routes is now", "");
	is("show routes r", "10.9.0.0/16", "");
	is("change {routers: {r: {routes: null}}}", "routers.r.routes: removed",
	   "");
	is("show routes r", "10.0.2.0/24", "");
	ck_assert_ptr_null(strstr(str_text(&answers), "10.9.0.0/16"));
}
END_TEST

START_TEST(a_wrong_change_changes_nothing)
{
	is("change {routers: {r: {ruotes: {}}}}", "",
	   "change:1:16: error: router has no key 'ruotes'");
	is("change {hosts: {h: {address: 10.0.1.3/24}}}", "",
	   "change:1:23: error: this changes the wiring");
	is("change {routers: {r: {interfaces: {a: {mtu: 1400}}}}}", "",
	   "net:2:28: error: this changes the wiring");
	is("change {hosts", "", "change:1:");
	is("change", "", "the file is empty");
	is("change {hosts: {h: {gateway: 10.0.1.2}}}", "",
	   "change:1:23: error: the gateway of h is its own address");
	is("change {routers: {r: {routes: null}}}", "", "error: ");
}
END_TEST

START_TEST(words_that_nobody_knows_are_told)
{
	is("sohw arp", "", "did you mean 'show'?");
	is("show arpp", "", "there is no table or node called 'arpp'");
	is("", "", "");
	is("  # a remark", "", "");
	is("help", "change {YAML}", "");
	is("\tstats ", "under way: none", "");
}
END_TEST

START_TEST(lines_come_in_pieces)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "help\nhe", 7), 7);
	console_read(&c, ends[0]);
	size_t once = answers.len;
	ck_assert_uint_gt(once, 0);
	ck_assert_int_eq(write(ends[1], "lp", 2), 2);
	console_read(&c, ends[0]);
	ck_assert_uint_eq(answers.len, once);
	ck_assert(!c.quit);
	close(ends[1]); /* the last line has no end */
	console_read(&c, ends[0]);
	ck_assert_uint_eq(answers.len, 2 * once);
	ck_assert(c.quit);
	close(ends[0]);
}
END_TEST

START_TEST(nothing_is_read_after_quit)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "quit\nhelp\n", 10), 10);
	console_read(&c, ends[0]);
	ck_assert(c.quit);
	ck_assert_uint_eq(answers.len, 0);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

Suite *console_test_suite(void);
Suite *console_test_suite(void)
{
	Suite *s = suite_create("console");
	TCase *t = tcase_create("console");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_change_changes_the_running_network);
	tcase_add_test(t, a_wrong_change_changes_nothing);
	tcase_add_test(t, words_that_nobody_knows_are_told);
	tcase_add_test(t, lines_come_in_pieces);
	tcase_add_test(t, nothing_is_read_after_quit);
	suite_add_tcase(s, t);
	return s;
}
