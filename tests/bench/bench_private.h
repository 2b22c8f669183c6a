/* SPDX-License-Identifier: Apache-2.0 */
/* What the harness (bench.c) and its output (bench_out.c) share. */
#ifndef BENCH_PRIVATE_H
#define BENCH_PRIVATE_H

#include "tests/bench/bench.h"

#define BENCH_ROWS_MAX 192
#define BENCH_RUNS_MAX 101
#define BENCH_NAME     48

struct bench_row {
	char name[BENCH_NAME], unit[16];
	double value, min, max;
	char limit[BENCH_NAME];
	double times;
};

/* One line of a peer program. */
struct bench_peer {
	char row[BENCH_NAME], name[BENCH_NAME];
	double value, min, max;
};

struct bench {
	int runs;
	int want_count;
	char **wants;
	struct bench_row rows[BENCH_ROWS_MAX];
	size_t count;
	struct bench_peer peers[BENCH_ROWS_MAX];
	size_t peer_count;
};

const struct bench_row *bench_find(const struct bench *b, const char *name);

/* bench_out.c: the table on stdout; the others false if 'path' cannot be
 * written. */
void bench_out_text(const struct bench *b);
bool bench_out_json(const struct bench *b, const char *path);
bool bench_out_markdown(const struct bench *b, const char *path);

#endif
