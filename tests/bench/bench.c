/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/check.h"
#include "tests/bench/large.h"
#include "tests/bench/process.h"

#define PEER_SKIPS 77 /* exit status: cannot run here */

extern void (*const benches[])(struct bench *);

uint64_t bench_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

double bench_rate(uint64_t count, uint64_t started)
{
	return (double)count * 1e3 / (double)(bench_now() - started);
}

bool bench_wants(const struct bench *b, const char *name)
{
	for (int i = 0; i < b->want_count; i++)
		if (strncmp(b->wants[i], name, strlen(b->wants[i])) == 0)
			return true;
	return !b->want_count;
}

bool bench_asked(const struct bench *b, const char *name)
{
	return b->want_count && bench_wants(b, name);
}

static struct bench_row *row_add(struct bench *b, const char *name,
				 const char *unit)
{
	if (b->count == BENCH_ROWS_MAX) {
		fputs("bench: too many rows\n", stderr);
		exit(1);
	}
	struct bench_row *r = &b->rows[b->count++];
	snprintf(r->name, sizeof(r->name), "%s", name);
	snprintf(r->unit, sizeof(r->unit), "%s", unit);
	return r;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void tell(const struct bench_row *r)
{
	fprintf(stderr, "%-20s %10.4g %s [%.4g..%.4g]\n", r->name, r->value,
		r->unit, r->min, r->max);
}

void bench_measure(struct bench *b, const char *name, const char *unit,
		   bench_run *run, void *state)
{
	double values[BENCH_RUNS_MAX];
	if (!bench_wants(b, name))
		return;
	run(state);
	for (int i = 0; i < b->runs; i++)
		values[i] = run(state);
	qsort(values, (size_t)b->runs, sizeof(*values), by_value);
	struct bench_row *r = row_add(b, name, unit);
	r->value = values[b->runs / 2];
	r->min = values[0];
	r->max = values[b->runs - 1];
	tell(r);
}

void bench_value(struct bench *b, const char *name, const char *unit,
		 double value)
{
	if (!bench_wants(b, name))
		return;
	struct bench_row *r = row_add(b, name, unit);
	r->value = r->min = r->max = value;
	tell(r);
}

const struct bench_row *bench_find(const struct bench *b, const char *name)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->rows[i].name, name) == 0)
			return &b->rows[i];
	return NULL;
}

void bench_limit(struct bench *b, const char *name, const char *limit,
		 double times)
{
	const struct bench_row *found = bench_find(b, name);
	if (!found)
		return;
	struct bench_row *r = &b->rows[found - b->rows];
	snprintf(r->limit, sizeof(r->limit), "%s", limit);
	r->times = times;
}

/* Starts the peer with the names of the rows measured. */
static FILE *peer_start(const struct bench *b, const char *path)
{
	char command[1024 + BENCH_ROWS_MAX * BENCH_NAME];
	int len = snprintf(command, sizeof(command), "BENCH_RUNS=%d '%s'",
			   b->runs, path);
	for (size_t i = 0; i < b->count; i++)
		len += snprintf(command + len, sizeof(command) - (size_t)len,
				" %s", b->rows[i].name);
	return popen(command, "r");
}

/* Reads what a peer prints; only lines about rows that were measured count. */
static void peer_run(struct bench *b, const char *path)
{
	char line[256];
	FILE *out = peer_start(b, path);
	if (!out)
		return;
	while (fgets(line, sizeof(line), out)) {
		struct bench_peer p;
		if (b->peer_count == BENCH_ROWS_MAX ||
		    sscanf(line, "%47s %47s %lf %lf %lf", p.row, p.name,
			   &p.value, &p.min, &p.max) != 5 ||
		    !bench_find(b, p.row))
			continue;
		b->peers[b->peer_count++] = p;
		fprintf(stderr, "%-20s %10.4g %s\n", p.row, p.value, p.name);
	}
	int status = pclose(out);
	if (status && !(WIFEXITED(status) && WEXITSTATUS(status) == PEER_SKIPS))
		fprintf(stderr, "bench: %s failed\n", path);
}

static void peers_run(struct bench *b, const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char path[512];
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && access(path, X_OK) == 0 &&
		    !strchr(names[i]->d_name, '.'))
			peer_run(b, path);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

static void usage(FILE *out)
{
	fputs("usage: bench [--runs N] [--peers FOLDER] [--json FILE] "
	      "[--markdown FILE] [ROW...]\n"
	      "  --runs N         runs after the one that warms up (7)\n"
	      "  --peers FOLDER   programs to compare with\n"
	      "  --json FILE      where the figures go too\n"
	      "  --markdown FILE  a table for the README\n"
	      "  ROW              only rows whose name begins so\n"
	      "or one of these alone:\n"
	      "  --time N PROGRAM...  median, least and greatest of N starts, "
	      "ms\n"
	      "  --load FILE          seconds and bytes to load a topology\n"
	      "  --check NAME         a fixed input, for callgrind; without NAME "
	      "their names\n",
	      out);
}

/* What is not the table of rows; -1: nothing of that. */
static int other_mode(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "--time") == 0)
		return process_print(argv + 3, atoi(argv[2]));
	if (argc == 3 && strcmp(argv[1], "--load") == 0)
		return large_print(argv[2]);
	if (argc > 1 && strcmp(argv[1], "--check") == 0)
		return check_run(argv[2]);
	return -1;
}

struct options {
	const char *peers, *json, *markdown;
};

/* False if they are not as usage() says. */
static bool take_options(struct bench *b, struct options *o, int argc,
			 char **argv)
{
	int i = 1;
	for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (strcmp(argv[i], "--runs") == 0)
			b->runs = atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--peers") == 0)
			o->peers = argv[i + 1];
		else if (strcmp(argv[i], "--json") == 0)
			o->json = argv[i + 1];
		else if (strcmp(argv[i], "--markdown") == 0)
			o->markdown = argv[i + 1];
		else
			break;
	}
	b->wants = argv + i;
	b->want_count = argc - i;
	return b->runs >= 1 && b->runs <= BENCH_RUNS_MAX &&
	       !(i < argc && argv[i][0] == '-');
}

int main(int argc, char **argv)
{
	static struct bench b = {.runs = 7};
	struct options o = {0};
	int status = other_mode(argc, argv);
	if (status >= 0)
		return status;
	if (!take_options(&b, &o, argc, argv)) {
		usage(stderr);
		return 2;
	}
	for (int i = 0; benches[i]; i++)
		benches[i](&b);
	if (o.peers)
		peers_run(&b, o.peers);
	bench_out_text(&b);
	bool good = !o.json || bench_out_json(&b, o.json);
	good &= !o.markdown || bench_out_markdown(&b, o.markdown);
	return good ? 0 : 1;
}
