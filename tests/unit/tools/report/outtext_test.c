/* SPDX-License-Identifier: Apache-2.0 */
/* What people read, line by line (outtext.c, outpath.c); whole outputs are in
 * tests/golden. */
#include "tools/report/outtext.h"

#include "tests/unit/suites.h"
#include "tests/unit/tools/explain/explain_kit.h"

static struct explain_kit k;
static struct str s;

static void show(const char *change, const char *step,
		 const struct outtext_style *style)
{
	explain_kit_init(&k, change, step);
	str_clear(&s);
	outtext_step(k.o, k.step, style, &s);
}

static void clean(void)
{
	explain_kit_fini(&k);
	str_fini(&s);
}

static struct outtext_style plain(void)
{
	return (struct outtext_style){.color = color_set(false), .width = 100};
}

static void lacks(const char *part)
{
	ck_assert_msg(!strstr(str_text(&s), part), "\"%s\" in: %s", part,
		      str_text(&s));
}

START_TEST(times_below_a_tenth_are_milliseconds)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {{0, "0.000 ms"},
		    {240000, "0.240 ms"},
		    {99999999, "100.000 ms"},
		    {100000000, "0.100 s"},
		    {127000000000, "127.000 s"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str text = {0};
		outtext_time(rows[i].ns, &text);
		ck_assert_str_eq(str_text(&text), rows[i].text);
		str_fini(&text);
	}
	explain_kit_init(&k, "", EXPLAIN_KIT_CONNECT);
}
END_TEST

START_TEST(both_legs_stand_in_one_column_of_nodes)
{
	struct outtext_style style = plain();
	show("", EXPLAIN_KIT_CONNECT, &style);
	explain_kit_has(&s, "  the way it went: SYN\n"
			    "    tkg-h6cwg       10.244.1.3:");
	explain_kit_has(&s,
			"    vnet-domain-c8  SNAT tkg-out  30.0.0.16:1024 > "
			"74.125.133.82:443  new session\n");
	explain_kit_has(&s, "REFLEXIVE tkg  10.27.51.147:1024 > "
			    "74.125.133.82:443\n"
			    "    upstream        connected 74.125.133.0/24\n"
			    "    registry        received 10.27.51.147:1024 > "
			    "74.125.133.82:443\n"
			    "  and back: SYN-ACK\n"
			    "    registry        74.125.133.82:443 > "
			    "10.27.51.147:1024\n");
	lacks("  try: ");
}
END_TEST

START_TEST(a_failure_says_why_and_what_to_try)
{
	struct outtext_style style = plain();
	show("tier0s: {t0-edge: {nat_rules: null}}", EXPLAIN_KIT_CONNECT,
	     &style);
	explain_kit_has(&s, "  FAILED after 10.000 s\n"
			    "  dial tcp 74.125.133.82:443: i/o timeout\n");
	explain_kit_has(&s, "the packet that decided it: SYN, sent 4 times "
			    "(0 1 3 7 s)\n");
	explain_kit_has(&s, "no NAT rules, 0.0.0.0/0 via 10.27.51.254\n");
	explain_kit_has(&s, "    upstream        DROPPED NO_ROUTE  nothing in "
			    "the routing table leads to the destination: "
			    "30.0.0.16\n");
	explain_kit_has(&s, "\n  why: the SYN arrives at registry");
	explain_kit_has(&s, "\n  try: translate 30.0.0.16 at t0-edge");
}
END_TEST

START_TEST(a_drop_behind_a_translation_has_a_line_of_its_own)
{
	struct outtext_style style = plain();
	show("tier0s: {t0-edge: {static_routes: {default-out: {next_hops: "
	     "[10.27.51.1]}}}}",
	     EXPLAIN_KIT_CONNECT, &style);
	explain_kit_has(&s,
			"74.125.133.82:443\n"
			"                    DROPPED NEIGH  nobody answered "
			"ARP for the next hop: 10.27.51.1\n");
}
END_TEST

START_TEST(an_echo_has_an_identifier_and_no_ports)
{
	struct outtext_style style = plain();
	show("", "ping: {from: tkg-h6cwg, to: registry}", &style);
	explain_kit_has(&s, "SNAT tkg-out  30.0.0.16 > 74.125.133.82 id 1024");
	lacks("30.0.0.16:");
}
END_TEST

START_TEST(a_loop_is_shown_once)
{
	struct outtext_style style = plain();
	show("tier0s: {t0-edge: {nat_rules: null, interfaces: {up-en1: "
	     "{urpf_mode: NONE}, up-en2: {urpf_mode: NONE}}}}, routers: "
	     "{upstream: {routes: {astray: {network: 74.125.133.82/32, "
	     "next_hops: [10.27.51.145]}}}}",
	     EXPLAIN_KIT_CONNECT, &style);
	explain_kit_has(&s, "... round and round, 30 times more\n");
	explain_kit_has(&s, "DROPPED TTL_ZERO");
}
END_TEST

START_TEST(quiet_is_the_headline_alone)
{
	struct outtext_style style = plain();
	style.quiet = true;
	show("", EXPLAIN_KIT_CONNECT, &style);
	ck_assert_ptr_eq(strchr(str_text(&s), '\n'), s.text + s.len - 1);
	explain_kit_has(&s, "CONNECTED in ");
}
END_TEST

START_TEST(verbose_is_every_packet)
{
	struct outtext_style style = plain();
	style.verbose = true;
	show("", EXPLAIN_KIT_CONNECT, &style);
	explain_kit_has(&s, "  all packets of this step:\n");
	explain_kit_has(&s, "FIN-ACK");
}
END_TEST

START_TEST(colours_only_where_asked_for)
{
	struct outtext_style style = plain();
	show("", EXPLAIN_KIT_CONNECT, &style);
	lacks("\033");
	explain_kit_fini(&k);
	style.color = color_set(true);
	show("", EXPLAIN_KIT_CONNECT, &style);
	explain_kit_has(&s, "\033[32mCONNECTED");
}
END_TEST

START_TEST(sentences_fit_the_width)
{
	struct outtext_style style = plain();
	style.width = 60;
	show("tier0s: {t0-edge: {nat_rules: null}}", EXPLAIN_KIT_CONNECT,
	     &style);
	for (const char *line = strstr(str_text(&s), "  why:");
	     line && *line;) {
		size_t len = strcspn(line, "\n");
		ck_assert_uint_le(len, 60);
		line += len + (line[len] == '\n');
	}
}
END_TEST

START_TEST(a_failed_expectation_is_shown_with_its_line_and_packet)
{
	struct diag d;
	struct outtext_style style = plain();
	static const char text[] =
		"title: t\n"
		"topology: topology/library/vcf4-static.yaml\n"
		"steps:\n"
		"  - " EXPLAIN_KIT_CONNECT "\n"
		"expect:\n"
		"  - seen: {at: registry, packet: SYN, src: 30.0.0.16}\n";
	diag_init(&d);
	k.script = script_parse("t.yaml", text, sizeof(text) - 1, &d);
	k.o = play_script(k.script, NULL, &d);
	outtext_run(k.o, &style, &s);
	explain_kit_has(&s, "FAILED  t.yaml:6: step 1: ");
	explain_kit_has(&s, "instead: ");
	explain_kit_has(&s, "REFLEXIVE tkg  10.27.51.147:1024");
	explain_kit_has(&s, "\n1 of 1 expectation failed\n");
	diag_fini(&d);
}
END_TEST

Suite *outtext_test_suite(void);
Suite *outtext_test_suite(void)
{
	Suite *suite = suite_create("tools/report/outtext");
	TCase *t = tcase_create("outtext");
	tcase_add_checked_fixture(t, NULL, clean);
	tcase_add_test(t, times_below_a_tenth_are_milliseconds);
	tcase_add_test(t, both_legs_stand_in_one_column_of_nodes);
	tcase_add_test(t, a_failure_says_why_and_what_to_try);
	tcase_add_test(t, a_drop_behind_a_translation_has_a_line_of_its_own);
	tcase_add_test(t, an_echo_has_an_identifier_and_no_ports);
	tcase_add_test(t, a_loop_is_shown_once);
	tcase_add_test(t, quiet_is_the_headline_alone);
	tcase_add_test(t, verbose_is_every_packet);
	tcase_add_test(t, colours_only_where_asked_for);
	tcase_add_test(t, sentences_fit_the_width);
	tcase_add_test(t,
		       a_failed_expectation_is_shown_with_its_line_and_packet);
	suite_add_tcase(suite, t);
	return suite;
}
