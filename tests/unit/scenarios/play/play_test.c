/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/play.h"

#include <glob.h>
#include <string.h>

#include "sim/host/tls.h"
#include "tests/unit/scenarios/play/played.h"
#include "tests/unit/suites.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))
#define S	1000000000ULL

static struct outcome *run(struct played *p, const char *rest)
{
	played_run(p, rest, NULL);
	ck_assert_msg(p->outcome, "%s", str_text(&p->said));
	return p->outcome;
}

START_TEST(a_step_begins_when_the_one_before_has_ended)
{
	struct played p;
	struct outcome *o =
		run(&p, "steps: [{ping: {from: vm-a, to: server}}, {wait: 3s}, "
			"{lookup: {from: vm-a, name: server.example}}]\n");
	ck_assert_int_eq(o->steps[0].status, OUTCOME_OK);
	ck_assert_uint_gt(o->steps[0].ended, 0);
	ck_assert_uint_eq(o->steps[1].started, o->steps[0].ended);
	ck_assert_uint_eq(o->steps[1].ended - o->steps[1].started, 3 * S);
	ck_assert_uint_eq(o->steps[2].started, o->steps[1].ended);
	ck_assert_str_eq(o->steps[2].text, "198.51.100.10");
	ck_assert_uint_eq(o->steps[2].first_packet, o->steps[0].end_packet);
	played_end(&p);
}
END_TEST

START_TEST(a_background_step_goes_on_beside_the_next)
{
	struct played p;
	struct outcome *o = run(
		&p, "change: {hosts: {server: {silent_ports: [81]}}}\n"
		    "steps:\n"
		    "  - connect: {from: vm-a, to: server, port: 81, "
		    "timeout: 10s}\n"
		    "    background: true\n"
		    "  - wait: 2s\n"
		    "  - change: {hosts: {server: {silent_ports: null}}}\n");
	ck_assert_uint_eq(o->steps[1].started, 0);
	ck_assert_uint_eq(o->steps[2].started, 2 * S);
	/* The SYN at 3 s meets a port that answers again: with RST. */
	ck_assert_int_eq(o->steps[0].status, OUTCOME_FAILED);
	ck_assert_msg(strstr(o->steps[0].text, "connection refused"), "%s",
		      o->steps[0].text);
	ck_assert_uint_eq(o->steps[0].ended / S, 3);
	played_end(&p);
}
END_TEST

#define PULL "change: {workloads: {pod: {host: vm-a, profile: docker1903}}}\n"

START_TEST(a_pull_goes_on_for_as_long_as_asked)
{
	struct played p;
	struct outcome *o = run(&p, PULL "steps: [{pull: {workload: pod, "
					 "image: n.example/i, for: 100s}}]\n");
	ck_assert_uint_eq(o->steps[0].ended, 100 * S);
	ck_assert_int_eq(o->steps[0].status, OUTCOME_FAILED);
	played_end(&p);
}
END_TEST

START_TEST(a_pull_that_is_cut_off_shows_what_it_sent)
{
	struct played p;
	struct outcome *o = run(
		&p, "change: {workloads: {pod: {host: vm-a, profile: "
		    "podvm}}, hosts: {server: {silent_ports: [443]}}}\n"
		    "steps: [{pull: {workload: pod, image: server.example/i, "
		    "for: 3s}}]\n");
	ck_assert_int_eq(o->steps[0].status, OUTCOME_GOING);
	ck_assert_uint_eq(o->steps[0].took, 3 * S);
	ck_assert_uint_eq(o->steps[0].flow_count, 2);
	played_end(&p);
}
END_TEST

/* Not even its first event fits the limit, which a ping has used up. */
START_TEST(a_pull_that_is_cut_off_at_once_has_sent_nothing)
{
	struct played p;
	struct play_options few = {.max_events = 5};
	played_run(&p,
		   PULL "steps: [{ping: {from: vm-a, to: server}}, {pull: "
			"{workload: pod, image: server.example/i}}]\n",
		   &few);
	const struct outcome *o = p.outcome;
	ck_assert_ptr_nonnull(o->limit);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(o->steps[i].status, OUTCOME_GOING);
	ck_assert_str_eq(o->steps[0].verdict, "STILL WAITING");
	ck_assert_uint_eq(o->steps[0].flow_count, 1);
	ck_assert_str_eq(o->steps[1].verdict, "STILL PULLING");
	ck_assert_uint_eq(o->steps[1].flow_count, 0);
	played_end(&p);
}
END_TEST

static unsigned failures(const struct outcome_step *s)
{
	for (size_t i = 0; i < s->event_count; i++)
		if (!strcmp(s->events[i].message, "Error: ErrImagePull"))
			return s->events[i].count;
	return 0;
}

START_TEST(a_pull_ends_after_the_attempts_asked_for)
{
	struct played p;
	struct outcome *o =
		run(&p, PULL "steps: [{pull: {workload: pod, "
			     "image: n.example/i, attempts: 3}}]\n");
	ck_assert_uint_eq(failures(&o->steps[0]), 3);
	ck_assert_str_eq(o->steps[0].verdict, "FAILED");
	ck_assert_ptr_nonnull(o->steps[0].text);
	ck_assert_uint_gt(o->steps[0].flow_count, 3);
	played_end(&p);
}
END_TEST

/* Of all attempts, in order. */
START_TEST(a_pull_knows_all_its_conversations)
{
	struct played p;
	const struct outcome_step *s =
		run(&p, PULL "steps: [{pull: {workload: pod, image: "
			     "n.example/i, attempts: 3}}]\n")
			->steps;
	ck_assert_uint_ge(s->flow_count, 3);
	ck_assert_uint_gt(s->flows[0], 0);
	for (size_t i = 1; i < s->flow_count; i++)
		ck_assert_uint_gt(s->flows[i], s->flows[i - 1]);
	played_end(&p);
}
END_TEST

START_TEST(kubelet_rests_when_its_step_has_ended)
{
	struct played p;
	struct outcome *o =
		run(&p, PULL "steps: [{pull: {workload: pod, "
			     "image: n.example/i}}, {wait: 100s}]\n");
	ck_assert_uint_gt(o->steps[0].end_packet, 0);
	ck_assert_uint_eq(o->steps[1].first_packet, o->steps[1].end_packet);
	played_end(&p);
}
END_TEST

START_TEST(the_fate_of_every_packet_is_known_in_the_end)
{
	struct played p;
	struct outcome *o =
		run(&p, "steps: [{ping: {from: vm-a, to: server, "
			"timeout: 4ms}}]\n"
			"expect: [{result: failed, no_drop: true}]\n");
	ck_assert_uint_gt(o->trace.packets.count, 1);
	for (size_t i = 0; i < o->trace.packets.count; i++)
		ck_assert_int_eq(o->trace.packets.at[i].fate, TRACE_DELIVERED);
	ck_assert_uint_eq(o->met_count, 2);
	played_end(&p);
}
END_TEST

static void count_change(void *context, struct net *n)
{
	ck_assert_ptr_nonnull(n);
	++*(size_t *)context;
}

START_TEST(who_looks_on_is_told_of_changes)
{
	struct played p;
	size_t count = 0;
	struct play_options o = {.changed = count_change, .context = &count};
	played_run(
		&p,
		"steps: [{change: {title: x}}, {wait: 1s}, {change: {tier0s: "
		"{t0: {nat_rules: null}}}}]\n",
		&o);
	ck_assert_ptr_nonnull(p.outcome);
	ck_assert_uint_eq(count, 2);
	played_end(&p);
}
END_TEST

START_TEST(a_change_takes_effect_at_once)
{
	struct played p;
	struct outcome *o = run(
		&p, "steps:\n"
		    "  - ping: {from: vm-a, to: server}\n"
		    "  - change: {tier0s: {t0: {static_routes: {out: null}}}}\n"
		    "  - ping: {from: vm-a, to: server}\n");
	ck_assert_int_eq(o->steps[0].status, OUTCOME_OK);
	ck_assert_str_eq(o->steps[1].headline, "t0 loses static route out");
	ck_assert_int_eq(o->steps[2].status, OUTCOME_FAILED);
	played_end(&p);
}
END_TEST

START_TEST(the_same_seed_plays_the_same_packets)
{
	static const char rest[] =
		PULL "steps: [{pull: {workload: pod, image: n.example/i, "
		     "for: 60s}}, {connect: {from: vm-b, to: server, "
		     "port: 443}}]\n";
	struct played p, q;
	struct trace *a = &run(&p, rest)->trace, *b = &run(&q, rest)->trace;
	ck_assert_uint_gt(a->packets.count, 10);
	ck_assert_uint_eq(a->packets.count, b->packets.count);
	for (size_t i = 0; i < a->packets.count; i++) {
		ck_assert_str_eq(a->packets.at[i].text, b->packets.at[i].text);
		ck_assert_uint_eq(a->packets.at[i].ended,
				  b->packets.at[i].ended);
	}
	played_end(&p);
	played_end(&q);
}
END_TEST

START_TEST(another_seed_plays_other_ports)
{
	static const char rest[] = "steps: [{connect: {from: vm-b, to: server, "
				   "port: 443}}]\n";
	struct play_options options = {.has_seed = true, .seed = 99};
	struct played p, q;
	run(&p, rest);
	played_run(&q, rest, &options);
	ck_assert_uint_eq(q.outcome->seed, 99);
	ck_assert_str_ne(p.outcome->trace.packets.at[0].text,
			 q.outcome->trace.packets.at[0].text);
	played_end(&p);
	played_end(&q);
}
END_TEST

START_TEST(the_outcome_outlives_the_network)
{
	struct played p;
	struct outcome *o =
		run(&p, "steps: [{ping: {from: vm-a, to: server}}]\n");
	bool translated = false;
	const struct trace_packet *first = &o->trace.packets.at[0];
	ck_assert_str_eq(trace_node_name(&o->trace, first->end_node), "server");
	for (const struct note *n = trace_next(&o->trace, first, NULL); n;
	     n = trace_next(&o->trace, first, n))
		if (n->kind == NOTE_SNAT)
			translated |= !strcmp(outcome_ref(o, n->ref)->name,
					      "inside-out");
	ck_assert(translated);
	ck_assert_int_eq(outcome_ref(o, 0)->kind, NET_REF_NONE);
	played_end(&p);
}
END_TEST

static const struct {
	const char *rest, *said;
} slips[] = {
	{"steps: [{ping: {from: vm-aa, to: server}}]\n",
	 "did you mean 'vm-a'?"},
	{"steps: [{ping: {from: vm-a, to: servr}}]\n",
	 "did you mean 'server'?"},
	{"steps: [{pull: {workload: pod, image: i}}]\n",
	 "the topology has no workload 'pod'"},
	{"steps: [{request: {from: vm-a, url: \"http://a/\", "
	 "profile: kubctl}}]\n",
	 "did you mean 'kubectl'?"},
	{PULL "steps: [{pull: {workload: pod, image: i, profile: podvn}}]\n",
	 "did you mean 'podvm'?"},
	{PULL "steps: [{pull: {workload: pod, image: i, profile: kubectl}}]\n",
	 "pulls no images"},
	{"steps: [{wait: 1s}]\nexpect: [{seen: {at: serverr}}]\n",
	 "did you mean 'server'?"},
	{"steps: [{wait: 1s}, {change: {hosts: {vm-z: null}}}]\n", "vm-z"},
	{"steps: [{wait: 1s}, {change: {hosts: {vm-c: {segment: seg-a, "
	 "address: 172.16.1.11/24}}}}]\n",
	 "change"},
};

START_TEST(names_and_changes_are_checked_against_the_network)
{
	struct played p;
	played_run(&p, slips[_i].rest, NULL);
	ck_assert_msg(!p.outcome, "played: %s", slips[_i].rest);
	ck_assert_msg(strstr(str_text(&p.said), slips[_i].said),
		      "'%s' is not in: %s", slips[_i].said, str_text(&p.said));
	played_end(&p);
}
END_TEST

/* All scenario files there are. */
static glob_t files;

START_TEST(every_scenario_meets_its_expectations)
{
	struct diag d;
	struct str said = {0};
	diag_init(&d);
	ck_assert_ptr_nonnull(files.gl_pathv);
	const char *path = files.gl_pathv[_i];
	struct script *s = script_load(path, &d);
	/* What is about TLS cannot be shown without. */
	bool left_out = s && s->needs & SCRIPT_NEED_TLS && !tls_is_built();
	struct outcome *o = s && !left_out ? play_script(s, NULL, &d) : NULL;
	diag_print(&d, false, &said);
	if (left_out)
		goto out;
	ck_assert_msg(o, "%s", str_text(&said));
	ck_assert_uint_gt(o->expect_count, 0);
	ck_assert_ptr_null(o->limit);
	for (size_t i = 0; i < o->expect_count; i++)
		ck_assert_msg(o->expects[i].met, "%s:%u: %s: %s", path,
			      o->expects[i].line, o->expects[i].claim,
			      o->expects[i].found);
out:
	outcome_free(o);
	script_free(s);
	str_fini(&said);
	diag_fini(&d);
}
END_TEST

Suite *play_test_suite(void);
Suite *play_test_suite(void)
{
	Suite *s = suite_create("scenarios/play/play");
	TCase *t = tcase_create("play");
	tcase_add_test(t, a_step_begins_when_the_one_before_has_ended);
	tcase_add_test(t, a_background_step_goes_on_beside_the_next);
	tcase_add_test(t, a_pull_goes_on_for_as_long_as_asked);
	tcase_add_test(t, a_pull_that_is_cut_off_shows_what_it_sent);
	tcase_add_test(t, a_pull_that_is_cut_off_at_once_has_sent_nothing);
	tcase_add_test(t, a_pull_ends_after_the_attempts_asked_for);
	tcase_add_test(t, a_pull_knows_all_its_conversations);
	tcase_add_test(t, kubelet_rests_when_its_step_has_ended);
	tcase_add_test(t, the_fate_of_every_packet_is_known_in_the_end);
	tcase_add_test(t, who_looks_on_is_told_of_changes);
	tcase_add_test(t, a_change_takes_effect_at_once);
	tcase_add_test(t, the_same_seed_plays_the_same_packets);
	tcase_add_test(t, another_seed_plays_other_ports);
	tcase_add_test(t, the_outcome_outlives_the_network);
	tcase_add_loop_test(t,
			    names_and_changes_are_checked_against_the_network,
			    0, ROWS(slips));
	if (glob("scenarios/*/*.yaml", 0, NULL, &files))
		files.gl_pathc = 1; /* none: let the test fail */
	tcase_add_loop_test(t, every_scenario_meets_its_expectations, 0,
			    (int)files.gl_pathc);
	suite_add_tcase(s, t);
	return s;
}
