/* SPDX-License-Identifier: Apache-2.0 */
/* Each claim, met and not met, on one connection that works (step 1), one that
 * cannot (step 2) and a pull without a way out (step 3). */
#include "scenarios/play/expect.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/scenarios/play/played.h"
#include "tests/unit/suites.h"

static const char steps[] =
	"change: {workloads: {pod: {host: vm-a, profile: containerd16}}, "
	"routers: {router: {routes: {two: {network: 9.0.0.0/8, next_hops: "
	"[{ip_address: 192.0.2.2, admin_distance: 5}, 192.0.2.3]}}}}}\n"
	"steps:\n"
	"  - connect: {from: vm-a, to: server, port: 443}\n"
	"  - connect: {from: vm-a, to: 203.0.113.9, port: 80}\n"
	"  - pull: {workload: pod, image: nowhere.example/i}\n"
	"expect:\n"
	"  - {step: 3, event: {reason: Failed}}\n";

/* 'found' NULL: the claim is met; else a part of what was there instead. */
static const struct {
	const char *claim, *found;
} claims[] = {
	{"step: 1, result: ok", NULL},
	{"step: 1, result: failed", "it succeeded"},
	{"step: 2, result: {ok: false, text: \"*network is unreachable\"}",
	 NULL},
	{"step: 2, result: {ok: false, text: \"*i/o timeout\"}",
	 "network is unreachable"},
	{"step: 1, result: {after: 9ms, within: 1ms}", NULL},
	{"step: 1, result: {after: 1s, within: 10ms}", "it took 0.00"},

	{"step: 3, event: {type: Warning, message: \"*no such host\"}", NULL},
	{"step: 3, event: {reason: Failed, message: \"*i/o timeout\"}",
	 "no such host"},
	{"step: 3, event: {reason: Scheduled, message: never}",
	 "there was Normal Scheduled from"},
	{"step: 3, event: {reason: Pulled}", "the events were Scheduled"},
	{"step: 3, event: {reason: Pulling, count: 2}", "Normal Pulling from"},
	{"step: 3, event: {type: Normal, reason: Pulling, from: \"kubelet*\"}",
	 NULL},
	{"step: 3, no_event: {reason: Pulled}", NULL},
	{"step: 3, no_event: {reason: Pulling}", "Normal Pulling from"},
	{"step: 3, events: [{reason: Scheduled}, {reason: Pulling}, "
	 "{reason: Failed}, {reason: Failed}]",
	 NULL},
	{"step: 3, events: [{reason: Scheduled}, {reason: Pulled}]",
	 "row 2 is Normal Pulling"},
	{"step: 3, events: [{reason: Scheduled}]", "row 2 is too many"},
	{"step: 3, events: [{reason: Scheduled}, {reason: Pulling}, "
	 "{reason: Failed}, {reason: Failed}, {reason: BackOff}]",
	 "row 5 is missing"},

	{"step: 2, drop: {at: router, reason: NO_ROUTE, packet: SYN}", NULL},
	{"step: 2, drop: {at: router, packet: \"172.16.1.10 > *\"}", NULL},
	{"step: 2, drop: {at: t0, packet: SYN}",
	 "was dropped at router (NO_ROUTE)"},
	{"step: 2, drop: {reason: URPF}", "was d"},
	{"step: 2, drop: {packet: SYN, count: 2}", "there were 1"},
	{"step: 1, drop: {packet: SYN}", "was delivered at server"},
	{"step: 1, drop: {packet: \"> 9.9.9.9\"}",
	 "no packet \"> 9.9.9.9\" was sent"},
	{"step: 1, no_drop: true", NULL},
	{"step: 2, no_drop: true", "was dropped at router (NO_ROUTE)"},
	{"step: 2, no_drop: {at: t0}", NULL},
	{"step: 1, no_drop: {packet: SYN}", NULL},
	{"step: 2, no_drop: {packet: SYN, at: router}",
	 "was dropped at router"},

	{"step: 1, hop: {at: t0, nat: SNAT, rule: inside-out, packet: SYN, "
	 "src: 192.0.2.4}",
	 NULL},
	{"step: 1, hop: {at: t0, nat: SNAT, packet: SYN-ACK, "
	 "dst: 172.16.1.10}",
	 NULL},
	{"step: 1, hop: {at: t0, nat: SNAT, packet: SYN, src: 192.0.2.9}",
	 "as 192.0.2.4"},
	{"step: 1, hop: {at: t0, nat: DNAT, packet: SYN}", "was delivered"},
	{"step: 1, hop: {at: t0, rule: other, packet: SYN}", "was delivered"},
	{"step: 1, hop: {at: t1, nat: SNAT, packet: SYN}", "was delivered"},
	{"step: 1, hop: {at: t0, nat: DNAT, count: 0}", NULL},

	{"step: 1, seen: {at: server, packet: SYN, src: 192.0.2.4, "
	 "dst: \"198.51.100.10:443\"}",
	 NULL},
	{"step: 1, seen: {at: server, packet: SYN, src: 172.16.1.10}",
	 "delivered at server as 192.0.2.4:* > 198.51.100.10:443"},
	{"step: 1, seen: {at: server, packet: SYN, count: 1}", NULL},
	{"step: 1, seen: {at: vm-b, count: 0}", NULL},
	{"step: 1, seen: {at: router, packet: SYN}", "was delivered at server"},
	{"step: 2, seen: {at: server, packet: SYN}", "was dropped at router"},

	{"step: 1, session: {at: t0, rule: inside-out, src: 172.16.1.10, "
	 "dst: \"198.51.100.10:443\", translated_src: 192.0.2.4}",
	 NULL},
	{"step: 1, session: {at: t0, translated_dst: \"198.51.100.10:443\"}",
	 NULL},
	{"step: 1, session: {at: t0, translated_dst: 198.51.100.11}",
	 "other sessions: 172.16.1.10"},
	{"step: 1, session: {at: t0, count: 1}", NULL},
	{"step: 2, session: {at: t0, state: FIRST, dst: 203.0.113.9}", NULL},
	{"step: 2, session: {at: t0, state: ESTABLISHED, dst: 203.0.113.9}",
	 "> 203.0.113.9:80 FIRST"},
	{"step: 1, session: {at: t0, count: 2}", "there were 1 sessions"},
	{"step: 1, session: {at: t0, src: 172.16.2.10}",
	 "other sessions: 172.16.1.10"},
	{"step: 1, session: {at: t0, rule: other}",
	 "other sessions: 172.16.1.10"},
	{"step: 1, session: {at: t1}", "there is no session"},

	{"step: 1, route: {at: t0, prefix: 172.16.1.0/24, kind: t1c}", NULL},
	{"step: 1, route: {at: t0, prefix: 0.0.0.0/0, via: 192.0.2.1}", NULL},
	{"step: 1, route: {at: t0, prefix: 0.0.0.0/0, via: 192.0.2.9}",
	 "t0s 0.0.0.0/0 via 192.0.2.1"},
	{"step: 1, route: {at: router, prefix: 172.16.0.0/16}",
	 "there is no route"},
	{"step: 1, route: {at: router, prefix: 9.0.0.0/8, via: 192.0.2.3}",
	 NULL},
	{"step: 1, route: {at: router, prefix: 9.0.0.0/8, via: 192.0.2.2}",
	 "s 9.0.0.0/8 via 192.0.2.2, not selected"},
	{"step: 1, no_route: {at: router, prefix: 172.16.0.0/16}", NULL},
	{"step: 1, no_route: {at: t0, prefix: 0.0.0.0/0}", "route"},
};

START_TEST(a_claim_is_met_or_says_what_was_there_instead)
{
	struct played p;
	struct str text = {0};
	str_addf(&text, "%s  - {%s}\n", steps, claims[_i].claim);
	played_run(&p, str_text(&text), NULL);
	ck_assert_msg(p.outcome, "%s", str_text(&p.said));
	ck_assert_uint_eq(p.outcome->expect_count, 2);
	ck_assert(p.outcome->expects[0].met);
	const struct outcome_expect *e = &p.outcome->expects[1];
	ck_assert_uint_gt(strlen(e->claim), 0);
	ck_assert_uint_eq(e->line, 10);
	ck_assert_msg(e->met == !claims[_i].found, "%s: %s", claims[_i].claim,
		      e->found ? e->found : "met");
	if (claims[_i].found) {
		static const char unused[] = "not selected";
		char pattern[128]; /* '*' stands for ports */
		snprintf(pattern, sizeof(pattern), "*%s*", claims[_i].found);
		ck_assert_msg(str_glob(pattern, e->found), "%s: %s",
			      claims[_i].claim, e->found);
		ck_assert_int_eq(!strstr(e->found, unused),
				 !strstr(claims[_i].found, unused));
	} else {
		ck_assert_ptr_null(e->found);
	}
	str_fini(&text);
	played_end(&p);
}
END_TEST

/* Each claim in words, a line each, in the order of the table above. */
START_TEST(a_claim_is_a_sentence)
{
	struct played p;
	struct str text = {0}, said = {0};
	str_add(&text, steps);
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		str_addf(&text, "  - {%s}\n", claims[i].claim);
	played_run(&p, str_text(&text), NULL);
	ck_assert_msg(p.outcome, "%s", str_text(&p.said));
	for (size_t i = 1; i < p.outcome->expect_count; i++)
		str_addf(&said, "%s\n", p.outcome->expects[i].claim);
	char stored[8192];
	FILE *f = fopen("tests/unit/scenarios/play/tables/claims.txt", "r");
	ck_assert_ptr_nonnull(f);
	stored[fread(stored, 1, sizeof(stored) - 1, f)] = '\0';
	fclose(f);
	ck_assert_str_eq(str_text(&said), stored);
	str_fini(&text);
	str_fini(&said);
	played_end(&p);
}
END_TEST

Suite *expect_test_suite(void);
Suite *expect_test_suite(void)
{
	Suite *s = suite_create("scenarios/play/expect");
	TCase *t = tcase_create("expect");
	tcase_add_loop_test(t, a_claim_is_met_or_says_what_was_there_instead, 0,
			    sizeof(claims) / sizeof(claims[0]));
	tcase_add_test(t, a_claim_is_a_sentence);
	suite_add_tcase(s, t);
	return s;
}
