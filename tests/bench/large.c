/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/large.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/process.h"
#include "topology/build/net.h"
#include "topology/lang/tree.h"
#include "topology/model/model.h"

#define TIER1S	 10000
#define SEGMENTS 100000
#define HOSTS	 1000000

static void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

void large_make(struct large *l)
{
	char name[64], command[2048];
	snprintf(name, sizeof(name), "large-%u.yaml", l->part);
	process_path(name, l->path, sizeof(l->path));
	if (access(l->path, R_OK) == 0)
		return;
	snprintf(command, sizeof(command),
		 "python3 tests/bench/large.py %u %u %u > '%s.part' && "
		 "mv '%s.part' '%s'",
		 TIER1S / l->part, SEGMENTS / l->part, HOSTS / l->part, l->path,
		 l->path, l->path);
	if (system(command))
		die("tests/bench/large.py failed");
}

double large_load(void *large)
{
	struct large *l = large;
	char self[512], command[1100];
	double seconds;
	process_path("bench", self, sizeof(self));
	snprintf(command, sizeof(command), "'%s' --load '%s'", self, l->path);
	FILE *out = popen(command, "r");
	if (!out || fscanf(out, "%lf %lf", &seconds, &l->peak) != 2 ||
	    pclose(out))
		die("loading failed");
	return seconds;
}

/* The most memory that this process has had, bytes. */
static double peak(void)
{
	char line[256];
	double kib = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %lf", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib * 1024;
}

int large_print(const char *path)
{
	struct diag d;
	diag_init(&d);
	uint64_t started = bench_now();
	struct tree *t = tree_load(path, &d);
	struct model *m = t ? model_read(t, &d) : NULL;
	struct net *n = m ? net_new(m, 1, &d) : NULL;
	if (!n)
		die("the network cannot be loaded");
	printf("%.6f ", (double)(bench_now() - started) / 1e9);
	printf("%.0f\n", peak());
	net_free(n);
	model_free(m);
	tree_free(t);
	diag_fini(&d);
	return 0;
}
