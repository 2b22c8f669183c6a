/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#define ROWS_MAX   128
#define RUNS_MAX   101
#define NAME	   48
#define PEER_SKIPS 77 /* exit status: cannot run here */

struct row {
	char name[NAME], unit[16];
	double value, min, max;
	char limit[NAME];
	double times;
};

/* One line of a peer program. */
struct peer {
	char row[NAME], name[NAME];
	double value, min, max;
};

struct bench {
	int runs;
	int want_count;
	char **wants;
	struct row rows[ROWS_MAX];
	size_t count;
	struct peer peers[ROWS_MAX];
	size_t peer_count;
};

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

static struct row *row_add(struct bench *b, const char *name, const char *unit)
{
	if (b->count == ROWS_MAX) {
		fputs("bench: too many rows\n", stderr);
		exit(1);
	}
	struct row *r = &b->rows[b->count++];
	snprintf(r->name, sizeof(r->name), "%s", name);
	snprintf(r->unit, sizeof(r->unit), "%s", unit);
	return r;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void tell(const struct row *r)
{
	fprintf(stderr, "%-20s %10.4g %s [%.4g..%.4g]\n", r->name, r->value,
		r->unit, r->min, r->max);
}

void bench_measure(struct bench *b, const char *name, const char *unit,
		   bench_run *run, void *state)
{
	double values[RUNS_MAX];
	if (!bench_wants(b, name))
		return;
	run(state);
	for (int i = 0; i < b->runs; i++)
		values[i] = run(state);
	qsort(values, (size_t)b->runs, sizeof(*values), by_value);
	struct row *r = row_add(b, name, unit);
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
	struct row *r = row_add(b, name, unit);
	r->value = r->min = r->max = value;
	tell(r);
}

static struct row *row_find(struct bench *b, const char *name)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->rows[i].name, name) == 0)
			return &b->rows[i];
	return NULL;
}

void bench_limit(struct bench *b, const char *name, const char *limit,
		 double times)
{
	struct row *r = row_find(b, name);
	if (!r)
		return;
	snprintf(r->limit, sizeof(r->limit), "%s", limit);
	r->times = times;
}

/* Starts the peer with the names of the rows measured. */
static FILE *peer_start(const struct bench *b, const char *path)
{
	char command[1024 + ROWS_MAX * NAME];
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
		struct peer p;
		if (b->peer_count == ROWS_MAX ||
		    sscanf(line, "%47s %47s %lf %lf %lf", p.row, p.name,
			   &p.value, &p.min, &p.max) != 5 ||
		    !row_find(b, p.row))
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

static bool is_rate(const struct row *r)
{
	return strcmp(r->unit, "M/s") == 0;
}

/* How many times better than the peer: rates are better when greater. */
static double ratio(const struct row *r, const struct peer *p)
{
	return is_rate(r) ? r->value / p->value : p->value / r->value;
}

static void print_row(struct bench *b, const struct row *r)
{
	char each[32] = "";
	const struct row *limit = row_find(b, r->limit);
	if (is_rate(r))
		snprintf(each, sizeof(each), "%.4g", 1e3 / r->value);
	printf("%-20s %8.4g %-6s [%.4g..%.4g]%*s %8s", r->name, r->value,
	       r->unit, r->min, r->max, 1, "", each);
	if (limit)
		printf("  %.0f %% of %s",
		       100 * r->value * r->times / limit->value, r->limit);
	for (size_t i = 0; i < b->peer_count; i++)
		if (strcmp(b->peers[i].row, r->name) == 0)
			printf("  %.3g x %s (%.4g)", ratio(r, &b->peers[i]),
			       b->peers[i].name, b->peers[i].value);
	putchar('\n');
}

static json_t *peers_json(const struct bench *b, const struct row *r)
{
	json_t *list = json_array();
	for (size_t i = 0; i < b->peer_count; i++) {
		const struct peer *p = &b->peers[i];
		if (strcmp(p->row, r->name) == 0)
			json_array_append_new(
				list, json_pack("{s:s, s:f, s:f, s:f, s:f}",
						"name", p->name, "value",
						p->value, "min", p->min, "max",
						p->max, "ratio", ratio(r, p)));
	}
	return list;
}

/* 'peer' and 'ratio' are of the first peer; 'peers' has all. */
static json_t *row_json(const struct bench *b, const struct row *r)
{
	json_t *peers = peers_json(b, r), *first = json_array_get(peers, 0);
	json_t *peer = json_object_get(first, "name");
	json_t *times = json_object_get(first, "ratio");
	json_t *o = json_pack("{s:s, s:f, s:s, s:f, s:f, s:O, s:O, s:o}",
			      "name", r->name, "value", r->value, "unit",
			      r->unit, "min", r->min, "max", r->max, "peer",
			      peer ? peer : json_null(), "ratio",
			      times ? times : json_null(), "peers", peers);
	return o;
}

static bool write_json(const struct bench *b, const char *path)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < b->count; i++)
		json_array_append_new(rows, row_json(b, &b->rows[i]));
	json_t *o = json_pack("{s:i, s:o}", "runs", b->runs, "rows", rows);
	int failed = json_dump_file(o, path, JSON_INDENT(2));
	json_decref(o);
	if (failed)
		fprintf(stderr, "bench: cannot write %s\n", path);
	return !failed;
}

static void usage(FILE *out)
{
	fputs("usage: bench [--runs N] [--peers FOLDER] [--json FILE] "
	      "[ROW...]\n"
	      "  --runs N        runs after the one that warms up (7)\n"
	      "  --peers FOLDER  programs to compare with\n"
	      "  --json FILE     where the figures go too\n"
	      "  ROW             only rows whose name begins so\n",
	      out);
}

int main(int argc, char **argv)
{
	static struct bench b = {.runs = 7};
	const char *peers = NULL, *json = NULL;
	int i = 1;
	for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (strcmp(argv[i], "--runs") == 0)
			b.runs = atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--peers") == 0)
			peers = argv[i + 1];
		else if (strcmp(argv[i], "--json") == 0)
			json = argv[i + 1];
		else
			break;
	}
	b.wants = argv + i;
	b.want_count = argc - i;
	if (b.runs < 1 || b.runs > RUNS_MAX ||
	    (i < argc && argv[i][0] == '-')) {
		usage(stderr);
		return 2;
	}
	for (i = 0; benches[i]; i++)
		benches[i](&b);
	if (peers)
		peers_run(&b, peers);
	printf("%-20s %8s %-6s [least..greatest]  ns each\n", "row", "median",
	       "unit");
	for (size_t r = 0; r < b.count; r++)
		print_row(&b, &b.rows[r]);
	return json && !write_json(&b, json) ? 1 : 0;
}
