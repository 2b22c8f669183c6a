/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/lang/script.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/suites.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))
#define S	1000000000ULL

static char folder[64];
static struct diag diag;
static struct str said;

static void write_file(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void set_up(void)
{
	snprintf(folder, sizeof(folder), "/tmp/script_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	write_file("net.yaml", "hosts: {a: {address: 10.0.0.1/24}, b: {}}\n");
	diag_init(&diag);
	str_init(&said);
}

static void tear_down(void)
{
	char path[128];
	const char *const names[] = {"net.yaml", "it.yaml"};
	for (size_t i = 0; i < ROWS(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
	diag_fini(&diag);
	str_fini(&said);
}

static struct script *load(const char *text)
{
	char path[128];
	write_file("it.yaml", text);
	snprintf(path, sizeof(path), "%s/it.yaml", folder);
	struct script *s = script_load(path, &diag);
	diag_print(&diag, false, &said);
	return s;
}

static struct script *load_good(const char *text)
{
	struct script *s = load(text);
	ck_assert_msg(s, "%s", str_text(&said));
	ck_assert_str_eq(str_text(&said), "");
	return s;
}

#define HEAD "title: it works\ntopology: net.yaml\n"

START_TEST(verbs_come_in_the_order_of_the_file)
{
	struct script *s = load_good(
		HEAD "steps:\n"
		     "  - pull: {workload: w, image: r/i, for: 47s}\n"
		     "    background: true\n"
		     "  - wait: 1.5 s\n"
		     "  - request: {from: a, url: \"https://b:6443/\"}\n"
		     "  - connect: {from: a, to: b, port: 443, sport: 1024}\n"
		     "  - ping: {from: a, to: b, timeout: 250ms}\n"
		     "  - lookup: {from: a, name: b.example}\n"
		     "  - send: {from: a, to: 10.0.0.2, port: 53}\n"
		     "  - change: {hosts: {a: null}}\n"
		     "    note: gone\n");
	const enum script_verb verbs[] = {
		SCRIPT_PULL, SCRIPT_WAIT,   SCRIPT_REQUEST, SCRIPT_CONNECT,
		SCRIPT_PING, SCRIPT_LOOKUP, SCRIPT_SEND,    SCRIPT_CHANGE};
	ck_assert_uint_eq(s->step_count, ROWS(verbs));
	for (size_t i = 0; i < ROWS(verbs); i++)
		ck_assert_int_eq(s->steps[i].verb, verbs[i]);
	ck_assert(s->steps[0].background && !s->steps[1].background);
	ck_assert_uint_eq(s->steps[0].duration, 47 * S);
	ck_assert_uint_eq(s->steps[0].attempts, 1);
	ck_assert_uint_eq(s->steps[1].duration, 3 * S / 2);
	ck_assert_str_eq(s->steps[2].url, "https://b:6443/");
	ck_assert_uint_eq(s->steps[3].port, 443);
	ck_assert_uint_eq(s->steps[3].sport, 1024);
	ck_assert_uint_eq(s->steps[4].timeout, S / 4);
	ck_assert_str_eq(s->steps[5].name, "b.example");
	ck_assert_str_eq(s->steps[6].to, "10.0.0.2");
	ck_assert_ptr_nonnull(tree_get(s->steps[7].change, "hosts"));
	ck_assert_str_eq(s->steps[7].note, "gone");
	ck_assert_uint_eq(s->seed, 1);
	script_free(s);
}
END_TEST

START_TEST(each_claim_of_an_entry_is_one_expectation)
{
	struct script *s = load_good(
		HEAD "steps: [{pull: {workload: w, image: i}}]\n"
		     "expect:\n"
		     "  - result: {ok: false, text: \"*out\", after: 127s}\n"
		     "    drop:\n"
		     "      - {at: r, reason: NO_ROUTE, packet: SYN-ACK}\n"
		     "      - {packet: \"> 30.0.0.16 RST*\", count: 0}\n"
		     "    hop: {at: t0, nat: REFLEXIVE, rule: tkg, src: "
		     "10.27.51.147}\n"
		     "    events:\n"
		     "      - {type: Normal, reason: Scheduled}\n"
		     "      - {reason: Failed, count: 2}\n");
	const enum script_claim claims[] = {SCRIPT_RESULT, SCRIPT_EVENTS,
					    SCRIPT_DROP, SCRIPT_DROP,
					    SCRIPT_HOP};
	const struct script_expect *e = s->expects;
	ck_assert_uint_eq(s->expect_count, ROWS(claims));
	for (size_t i = 0; i < ROWS(claims); i++) {
		ck_assert_int_eq(e[i].claim, claims[i]);
		ck_assert_uint_eq(e[i].step, 1);
		ck_assert_uint_ne(e[i].at_place.source, 0);
	}
	ck_assert(e[0].has_ok && !e[0].ok && e[0].has_after);
	ck_assert_uint_eq(e[0].after, 127 * S);
	ck_assert_uint_eq(e[0].within, S / 10);
	ck_assert_uint_eq(e[1].row_count, 2);
	ck_assert_uint_eq(e[1].rows[0].count, 1);
	ck_assert_uint_eq(e[1].rows[1].count, 2);
	ck_assert(e[2].has_reason && e[2].reason == DROP_NO_ROUTE);
	ck_assert_str_eq(e[2].pattern.kind, "SYN-ACK");
	ck_assert(!e[2].has_count);
	ck_assert(e[3].has_count && e[3].count == 0);
	ck_assert(e[4].has_nat && e[4].nat == SCRIPT_NAT_REFLEXIVE);
	ck_assert_uint_eq(e[4].src_end.net.addr.v, 0x0a1b3393);
	ck_assert_uint_eq(e[4].dst_end.net.len, 0);
	script_free(s);
}
END_TEST

START_TEST(short_forms_mean_the_long_ones)
{
	struct script *s =
		load_good(HEAD "steps: [{ping: {from: a, to: b}}, "
			       "{ping: {from: b, to: a}}]\n"
			       "expect:\n"
			       "  - {step: 1, result: ok, no_drop: true}\n"
			       "  - {step: 2, result: failed}\n");
	const struct script_expect *e = s->expects;
	ck_assert_uint_eq(s->expect_count, 3);
	ck_assert(e[0].has_ok && e[0].ok && e[0].step == 1);
	ck_assert_int_eq(e[1].claim, SCRIPT_NO_DROP);
	ck_assert(e[2].has_ok && !e[2].ok && e[2].step == 2);
	script_free(s);
}
END_TEST

START_TEST(the_files_change_is_in_its_topology)
{
	struct script *s = load_good(
		HEAD "change: {hosts: {a: null, c: {address: 10.0.0.3/24}}}\n"
		     "steps: [{wait: 1s}]\n");
	const struct tree_node *hosts = tree_get(s->base->root, "hosts");
	ck_assert_ptr_null(tree_get(hosts, "a"));
	ck_assert_ptr_nonnull(tree_get(hosts, "b"));
	ck_assert_ptr_nonnull(tree_get(hosts, "c"));
	script_free(s);
}
END_TEST

#define PING "steps: [{ping: {from: a, to: b}}]\n"
#define TWO  "steps: [{ping: {from: a, to: b}}, {wait: 1s}]\n"
#define PULL "steps: [{pull: {workload: w, image: i}}]\n"

/* What is wrong, where, and a part of what is said about it. */
static const struct {
	const char *text;
	unsigned line;
	const char *said;
} slips[] = {
	{"topology: net.yaml\n" PING, 1, "needs the key 'title'"},
	{"title: t\n" PING, 1, "needs the key 'topology'"},
	{"title: t\ntopology: net.yaml\n", 1, "needs the key 'steps'"},
	{HEAD "steps: []\n", 1, "no steps"},
	{HEAD "stepps: []\n" PING, 3, "did you mean 'steps'"},
	{HEAD "steps:\n  - pimg: {from: a, to: b}\n", 4, "did you mean 'ping'"},
	{HEAD "steps:\n  - note: nothing\n", 4, "without a verb"},
	{HEAD "steps:\n  - wait: 1s\n    ping: {from: a, to: b}\n", 4,
	 "has one verb, this one 2"},
	{HEAD "steps:\n  - ping: {from: a}\n", 4, "needs the key 'to'"},
	{HEAD "steps:\n  - wait: 10\n", 4, "is not a duration"},
	{HEAD "steps:\n  - connect: {from: a, to: b, port: 65536}\n", 4,
	 "65536"},
	{HEAD "steps:\n  - request: {from: a, url: 10.0.0.1}\n", 4,
	 "is not a URL"},
	{HEAD PING "expect: [{result: fine}]\n", 4, "is not ok, failed"},
	{HEAD PING "expect: [{step: 2, result: ok}]\n", 4,
	 "there is no step 2: the last is 1"},
	{HEAD TWO "expect: [{result: ok}]\n", 4, "which of the 2 steps"},
	{HEAD TWO "expect: [{step: 2, result: ok}]\n", 4, "has no result"},
	{HEAD PING "expect: [{event: {reason: Failed}}]\n", 4,
	 "only a pull has events"},
	{HEAD PULL "expect: [{evnt: {reason: Failed}}]\n", 4,
	 "did you mean 'event'"},
	{HEAD PING "expect: [{step: 1}]\n", 4, "without a claim"},
	{HEAD PING "expect: [{drop: {reason: NO_ROUT}}]\n", 4,
	 "did you mean 'NO_ROUTE'"},
	{HEAD PING "expect: [{drop: {packet: SYNACK}}]\n", 4,
	 "did you mean 'SYN-ACK'"},
	{HEAD PING "expect: [{drop: {packet: 1.2.3 > *}}]\n", 4,
	 "is not a packet"},
	{HEAD PING "expect: [{hop: {at: r, nat: SNATT}}]\n", 4,
	 "did you mean 'SNAT'"},
	{HEAD PING "expect: [{hop: {nat: SNAT}}]\n", 4, "needs the key 'at'"},
	{HEAD PING "expect: [{seen: {at: r, src: 1.2.3}}]\n", 4,
	 "is not an address"},
	{HEAD PING "expect: [{session: {at: r, state: OPENED}}]\n", 4,
	 "session state"},
	{HEAD PING "expect: [{route: {at: r, prefix: 10.0.0.1/8}}]\n", 4,
	 "write 10.0.0.0/8"},
	{HEAD PING "expect: [{route: {at: r, prefix: 10.0.0.0/8, kind: t0}}]\n",
	 4, "kind of route"},
	{HEAD PING "expect: [{no_drop: yes}]\n", 4, "is not true or a map"},
	{"title: t\ntopology: nyet.yaml\n" PING, 0, "nyet.yaml"},
	{HEAD "change: {hosts: {x: null}}\n" PING, 3, "x"},
};

START_TEST(every_slip_is_told_with_its_place)
{
	struct script *s = load(slips[_i].text);
	unsigned line = 0, column;
	ck_assert_msg(!s, "accepted: %s", slips[_i].text);
	ck_assert_msg(strstr(str_text(&said), slips[_i].said),
		      "'%s' is not in: %s", slips[_i].said, str_text(&said));
	ck_assert_uint_gt(diag.message_count, 0);
	diag_where(&diag, diag.messages[0].place, &line, &column);
	ck_assert_msg(line == slips[_i].line, "line %u: %s", line,
		      str_text(&said));
}
END_TEST

START_TEST(all_slips_are_told_at_once)
{
	struct script *s = load(HEAD "steps:\n"
				     "  - wait: 10\n"
				     "  - pimg: {from: a, to: b}\n"
				     "expect: [{result: fine}]\n");
	ck_assert_ptr_null(s);
	ck_assert_uint_ge(diag.error_count, 3);
}
END_TEST

START_TEST(the_schema_knows_every_verb_and_claim)
{
	const char *const words[] = {
		"\"pull\"",    "\"request\"", "\"connect\"",  "\"ping\"",
		"\"lookup\"",  "\"send\"",    "\"change\"",   "\"wait\"",
		"\"result\"",  "\"event\"",   "\"no_event\"", "\"events\"",
		"\"drop\"",    "\"no_drop\"", "\"hop\"",      "\"seen\"",
		"\"session\"", "\"route\"",   "\"no_route\"", "\"NO_ROUTE\""};
	struct str s = {0};
	schema_print(script_schema(), "scenario", &s);
	for (size_t i = 0; i < ROWS(words); i++)
		ck_assert_msg(strstr(str_text(&s), words[i]), "%s", words[i]);
	str_fini(&s);
}
END_TEST

Suite *script_test_suite(void);
Suite *script_test_suite(void)
{
	Suite *s = suite_create("scenarios/lang/script");
	TCase *t = tcase_create("script");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, verbs_come_in_the_order_of_the_file);
	tcase_add_test(t, each_claim_of_an_entry_is_one_expectation);
	tcase_add_test(t, short_forms_mean_the_long_ones);
	tcase_add_test(t, the_files_change_is_in_its_topology);
	tcase_add_loop_test(t, every_slip_is_told_with_its_place, 0,
			    ROWS(slips));
	tcase_add_test(t, all_slips_are_told_at_once);
	tcase_add_test(t, the_schema_knows_every_verb_and_claim);
	suite_add_tcase(s, t);
	return s;
}
