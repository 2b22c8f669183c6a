/* SPDX-License-Identifier: Apache-2.0 */
/* rfc-check [--json FILE]: runs the test of every row and prints the table. Exit
 * status 1 if a test failed. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/rfc/rfc.h"

#define NAME_SIZE 32
#define ROWS_MAX  64 /* of one RFC */

static const struct rfc_part *const parts[] = {&rfc_udp, &rfc_tcp, &rfc_icmp,
					       &rfc_router};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static const char *const verdicts[] = {
	[RFC_MEETS] = "meets",
	[RFC_NSX] = "NSX differs",
	[RFC_PLAIN] = "differs, NSX does not say",
	[RFC_APART] = "does not apply",
};

/* A name for the test of one row, by which its result is found. */
static void name_of(size_t part, size_t row, char out[NAME_SIZE])
{
	snprintf(out, NAME_SIZE, "%zu.%zu", part, row);
}

/* check keeps pointers to them. */
static char names[PARTS][ROWS_MAX][NAME_SIZE];

static Suite *make_suite(void)
{
	Suite *s = suite_create("rfc");
	for (size_t i = 0; i < PARTS; i++)
		for (size_t j = 0; j < parts[i]->count; j++) {
			const TTest *test = parts[i]->rows[j].test;
			if (!test || j == ROWS_MAX)
				continue; /* its result will be missed */
			name_of(i, j, names[i][j]);
			TCase *t = tcase_create(names[i][j]);
			tcase_add_checked_fixture(t, parts[i]->setup,
						  parts[i]->teardown);
			tcase_add_test(t, test);
			suite_add_tcase(s, t);
		}
	return s;
}

static TestResult *result_of(TestResult **results, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(tr_tcname(results[i]), name))
			return results[i];
	return NULL;
}

/* True if it passed or has no test. */
static bool report(const struct rfc_part *part, const struct rfc_row *row,
		   TestResult *result, json_t *out)
{
	bool passed = !row->test || (result && tr_rtype(result) == CK_PASS);
	printf("%s  RFC %u %-9s %-6s %-26s %s\n", passed ? "ok    " : "not ok",
	       part->number, row->id, row->level, verdicts[row->verdict],
	       row->says);
	if (!passed)
		printf("        %s\n", result ? tr_msg(result) : "not run");
	json_t *o = json_pack(
		"{s:i s:s s:s s:s s:s s:s? s:s? s:b}", "rfc", (int)part->number,
		"id", row->id, "level", row->level, "says", row->says,
		"verdict", verdicts[row->verdict], "why", row->why, "test",
		row->test ? row->test->name : NULL, "passed", passed);
	json_array_append_new(out, o);
	return passed;
}

static int report_all(SRunner *runner, json_t *out)
{
	TestResult **results = srunner_results(runner);
	int count = srunner_ntests_run(runner), bad = 0, run = 0;
	for (size_t i = 0; i < PARTS; i++)
		for (size_t j = 0; j < parts[i]->count; j++) {
			const struct rfc_row *row = &parts[i]->rows[j];
			char name[NAME_SIZE];
			name_of(i, j, name);
			bad += !report(parts[i], row,
				       result_of(results, count, name), out);
			run += row->test != NULL;
		}
	free(results);
	printf("%d passed, %d failed\n", run - bad, bad);
	return bad;
}

static json_t *skipped(void)
{
	json_t *list = json_array();
	for (size_t i = 0; i < PARTS; i++)
		for (size_t j = 0; j < parts[i]->count; j++) {
			const struct rfc_row *row = &parts[i]->rows[j];
			if (row->test)
				continue;
			json_array_append_new(list,
					      json_sprintf("RFC %u %s: %s",
							   parts[i]->number,
							   row->id, row->why));
		}
	return list;
}

static json_t *verdict_counts(void)
{
	json_t *o = json_object();
	for (size_t v = 0; v < sizeof(verdicts) / sizeof(verdicts[0]); v++) {
		int count = 0;
		for (size_t i = 0; i < PARTS; i++)
			for (size_t j = 0; j < parts[i]->count; j++)
				count += parts[i]->rows[j].verdict == v;
		json_object_set_new(o, verdicts[v], json_integer(count));
	}
	return o;
}

/* The form of all results: tests/README.md. */
static json_t *result(json_t *rows, int bad, double seconds)
{
	char when[32];
	time_t now = time(NULL);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	return json_pack("{s:s s:s s:s s:s s:I s:i s:o s:s s:f s:o s:o}",
			 "name", "rfc", "judge", "RFC", "version",
			 "4787, 5382, 5508, 1812", "seed", "none", "cases",
			 (json_int_t)json_array_size(rows), "failures", bad,
			 "skipped", skipped(), "when", when, "seconds", seconds,
			 "detail", verdict_counts(), "rows", rows);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double start = now();
	SRunner *runner = srunner_create(make_suite());
	json_t *rows = json_array();
	srunner_run_all(runner, CK_SILENT);
	int bad = report_all(runner, rows);
	json_t *root = result(rows, bad, now() - start);
	if (argc == 3 && !strcmp(argv[1], "--json") &&
	    json_dump_file(root, argv[2],
			   JSON_INDENT(1) | JSON_REAL_PRECISION(3)) != 0) {
		fprintf(stderr, "cannot write %s\n", argv[2]);
		bad++;
	}
	json_decref(root);
	srunner_free(runner);
	return bad ? 1 : 0;
}
