/* SPDX-License-Identifier: Apache-2.0 */
/* What a user waits for: one trace, all scenarios, the largest network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/large.h"
#include "tests/bench/process.h"

#define STARTS 20 /* of one run of trace_process: the median of them counts */

void process_bench(struct bench *b);

static double trace(void *state)
{
	return process_median(state, STARTS);
}

static double seconds(void *state)
{
	return process_ms(state) / 1e3;
}

static void bench_trace(struct bench *b, char *tierpath)
{
	char *argv[] = {tierpath,
			"trace",
			"topology/library/vcf4-static.yaml",
			"--from",
			"podvm-busybox",
			"--to",
			"registry",
			"--port",
			"443",
			NULL};
	bench_measure(b, "trace_process", "ms", trace, argv);
}

#define FOUR "scenarios", "scenarios", "scenarios", "scenarios"

/* Four suites: enough work that the last scenario does not matter. */
static double scaling(void *state)
{
	char *tierpath = state;
	char *alone[] = {tierpath, "test", FOUR, "-j", "1", NULL};
	char *all[] = {tierpath, "test", FOUR, NULL};
	double ms = process_ms(alone);
	return ms / process_ms(all);
}

static void bench_suite(struct bench *b, char *tierpath)
{
	char *alone[] = {tierpath, "test", "scenarios", "-j", "1", NULL};
	char *all[] = {tierpath, "test", "scenarios", NULL};
	bench_measure(b, "suite", "s", seconds, all);
	bench_measure(b, "suite_j1", "s", seconds, alone);
	bench_measure(b, "suite_scaling", "x", scaling, tierpath);
}

static void bench_load(struct bench *b, const char *row, unsigned part)
{
	struct large l = {.part = part};
	if (!bench_wants(b, row))
		return;
	large_make(&l);
	bench_measure(b, row, "s", large_load, &l);
	if (part == 1)
		bench_value(b, "load_large_peak", "bytes", l.peak);
}

/* Cost must grow with the rules, not with their pairs: ten times as many take
 * ten times as long. */
static void bench_rules(struct bench *b, char *tierpath, const char *row,
			unsigned count)
{
	char name[64], path[512], command[1200];
	char *argv[] = {tierpath, "lint", path, NULL};
	if (!bench_wants(b, row))
		return;
	snprintf(name, sizeof(name), "rules-%u.yaml", count);
	process_path(name, path, sizeof(path));
	snprintf(command, sizeof(command),
		 "python3 tests/bench/rules.py %u > '%s'", count, path);
	if (system(command)) {
		fprintf(stderr, "bench: tests/bench/rules.py failed\n");
		exit(1);
	}
	bench_measure(b, row, "s", seconds, argv);
}

void process_bench(struct bench *b)
{
	char tierpath[512];
	process_path("tierpath", tierpath, sizeof(tierpath));
	bench_trace(b, tierpath);
	bench_suite(b, tierpath);
	bench_load(b, "load_large", 1);
	bench_load(b, "load_tenth", 10);
	bench_rules(b, tierpath, "rules", 20000);
	bench_rules(b, tierpath, "rules_tenth", 2000);
}
