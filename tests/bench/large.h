/* SPDX-License-Identifier: Apache-2.0 */
/* A network of 10,000 Tier-1 gateways, 100,000 segments and a million hosts, or
 * a part of it: its file (made by large.py), and what it takes to load it. */
#ifndef LARGE_H
#define LARGE_H

struct large {
	unsigned part; /* 1: all of it, 10: a tenth, ... */
	double peak;   /* memory of the last load, bytes */
	char path[512];
};

/* Makes the file beside the benchmark, unless it is there. */
void large_make(struct large *l);
/* Reads and realizes it in a process of its own; seconds. A bench_run. */
double large_load(void *large);
/* That process: prints "SECONDS BYTES". */
int large_print(const char *path);

#endif
