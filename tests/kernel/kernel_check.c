/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux kernel, side by side with the simulator: random topologies and
 * packets, and kept cases.
 *
 *	kernel-check [--count N] [--seed N] [--jobs N] [--json FILE]
 *		[--keep FOLDER] [--packets N] [--kept FOLDER] [--shrink] [--stop]
 *		[--seconds N] [--resume]
 *	kernel-check --case STEM	one kept case, with all that was seen
 *	kernel-check --only I --seed N	one random case
 *	kernel-check --show STEM	what ip and nft are told
 *	kernel-check --differences	the table
 *
 * With --seconds a run takes no more cases after that time; with --resume one
 * goes on where the result in --json FILE ends, and adds to it.
 *
 * Exit: 0 no difference that is not in the table, 1 some, 2 usage, 3 skipped
 * (no namespaces). */
#define _GNU_SOURCE
#include <getopt.h>
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "tests/kernel/space.h"
#include "tests/kernel/totals.h"
#include "tests/kernel/trial.h"

#define JOBS_MAX 16
#define PATIENCE 20000 /* us: to make sure of a difference */

struct options {
	unsigned long count, seed, only, packets, seconds;
	double until; /* takes no case after that */
	unsigned jobs;
	const char *json, *keep, *kept;
	bool shrink, stop, resume; /* stop: at the first mismatch */
};

static void add(struct totals *to, const struct trial *t,
		const struct trial_result *r)
{
	__atomic_add_fetch(&to->cases, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&to->packets, t->shots.count, __ATOMIC_RELAXED);
	__atomic_add_fetch(&to->compared, r->compared, __ATOMIC_RELAXED);
	for (size_t i = 0; i < DIFFER_COUNT; i++)
		__atomic_add_fetch(&to->met[i], r->met[i], __ATOMIC_RELAXED);
	for (size_t i = 0; i < TOPO_FEATURE_COUNT; i++)
		__atomic_add_fetch(&to->has[i], t->has[i], __ATOMIC_RELAXED);
}

/* A difference counts if it is there a second time, with more patience. */
static enum trial_end play(const struct trial *t, struct totals *to,
			   struct str *why)
{
	struct trial_result r;
	trial_run(t, 0, &r);
	if (r.end == TRIAL_DIFFERS || r.end == TRIAL_FAILED) {
		trial_result_fini(&r);
		trial_run(t, PATIENCE, &r);
	}
	add(to, t, &r);
	str_add(why, str_text(&r.why));
	enum trial_end end = r.end;
	trial_result_fini(&r);
	if (end == TRIAL_DIFFERS)
		__atomic_add_fetch(&to->differing, 1, __ATOMIC_RELAXED);
	else if (end != TRIAL_SAME)
		__atomic_add_fetch(&to->failed, 1, __ATOMIC_RELAXED);
	return end;
}

/* Making a case small takes minutes: one for each worker will do. */
static void report(struct options *o, struct trial *t, unsigned long i,
		   const struct str *why)
{
	char stem[512];
	printf("seed %lu, case %lu:\n%s", o->seed, i, str_text(why));
	if (o->shrink)
		trial_shrink(t);
	o->shrink = false;
	snprintf(stem, sizeof(stem), "%s/seed%lu-%lu", o->keep, o->seed, i);
	if (trial_save(t, stem))
		printf("kept as %s.yaml and .packets\n", stem);
	fflush(stdout);
}

static void play_random(struct options *o, unsigned long i, struct totals *to)
{
	struct trial t;
	struct str why = {0};
	trial_random(&t, o->seed * 1000003 + i, (unsigned)o->packets);
	if (play(&t, to, &why) != TRIAL_SAME)
		report(o, &t, i, &why);
	str_fini(&why);
	trial_fini(&t);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void pin(unsigned worker)
{
	cpu_set_t set;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	CPU_ZERO(&set);
	CPU_SET((size_t)(worker % (unsigned long)(cpus > 0 ? cpus : 1)), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void work(struct options *o, unsigned worker, struct totals *to)
{
	struct str why = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(worker);
	if (!space_leave(&why))
		_exit(3);
	while (now() < o->until && (!o->stop || !to->differing)) {
		unsigned long i =
			__atomic_fetch_add(&to->next, 1, __ATOMIC_RELAXED);
		if (i >= o->count) {
			__atomic_fetch_sub(&to->next, 1, __ATOMIC_RELAXED);
			break;
		}
		play_random(o, i, to);
	}
	trial_close();
	exit(0);
}

static bool run_workers(struct options *o, struct totals *to)
{
	bool ok = true;
	fflush(stdout);
	for (unsigned i = 0; i < o->jobs; i++)
		if (fork() == 0)
			work(o, i, to);
	for (unsigned i = 0; i < o->jobs; i++) {
		int status;
		if (wait(&status) > 0 && status != 0)
			ok = false;
	}
	return ok;
}

static void play_kept(const struct options *o, struct totals *to)
{
	char pattern[512];
	glob_t g;
	snprintf(pattern, sizeof(pattern), "%s/*.yaml", o->kept);
	if (glob(pattern, 0, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct trial t;
		struct str why = {0};
		g.gl_pathv[i][strlen(g.gl_pathv[i]) - 5] = '\0';
		if (!trial_load(&t, g.gl_pathv[i], &why) ||
		    play(&t, to, &why) != TRIAL_SAME)
			printf("%s:\n%s", g.gl_pathv[i], str_text(&why));
		trial_fini(&t);
		str_fini(&why);
	}
	globfree(&g);
}

static struct totals *new_totals(void)
{
	struct totals *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return t == MAP_FAILED ? NULL : t;
}

static int run_all(struct options *o)
{
	struct totals *t = new_totals();
	struct str why = {0};
	double start = now();
	if (o->resume && !totals_read(t, o->json, o->seed)) {
		printf("%s is no result of seed %lu\n", o->json, o->seed);
		return 2;
	}
	if (!space_leave(&why)) {
		printf("skipped: %s\n", str_text(&why));
		str_fini(&why);
		return 3;
	}
	o->until = start + (o->seconds ? (double)o->seconds : 1e9);
	if (!o->resume)
		play_kept(o, t);
	trial_close();
	bool ok = run_workers(o, t);
	t->seconds += now() - start;
	totals_print(t, o->seed);
	if (o->json)
		totals_write(t, o->json, o->seed);
	printf("%lu passed, %lu failed\n", t->cases - t->differing - t->failed,
	       t->differing + t->failed + !ok);
	return t->differing || t->failed || !ok;
}

static int run_one(struct trial *t, bool shrink)
{
	struct trial_result r;
	struct str why = {0};
	if (!space_leave(&why)) {
		printf("skipped: %s\n", str_text(&why));
		return 3;
	}
	pin(0);
	if (shrink)
		trial_shrink(t);
	trial_run(t, PATIENCE, &r);
	printf("%s", t->topology);
	for (size_t i = 0; i < t->shots.count; i++) {
		str_clear(&why);
		shot_print(&t->shots.at[i], &why);
		printf("%s\n", str_text(&why));
	}
	printf("%s\n%s", r.end == TRIAL_SAME ? "same" : "different",
	       str_text(&r.why));
	trial_close();
	str_fini(&why);
	trial_result_fini(&r);
	return r.end != TRIAL_SAME;
}

static int run_case(const char *stem, bool shrink)
{
	struct trial t;
	struct str why = {0};
	int status = 2;
	if (trial_load(&t, stem, &why))
		status = run_one(&t, shrink);
	printf("%s", str_text(&why));
	trial_fini(&t);
	str_fini(&why);
	return status;
}

/* The scripts of a topology, node by node. */
static int show(const char *stem)
{
	struct trial t;
	struct str why = {0};
	if (trial_load(&t, stem, &why))
		trial_show(&t, &why);
	printf("%s", str_text(&why));
	str_fini(&why);
	trial_fini(&t);
	return 0;
}

static int run_only(const struct options *o)
{
	struct trial t;
	trial_random(&t, o->seed * 1000003 + o->only, (unsigned)o->packets);
	int status = run_one(&t, o->shrink);
	trial_fini(&t);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{"count", 1, NULL, 'n'},   {"seed", 1, NULL, 's'},
		{"jobs", 1, NULL, 'j'},	   {"json", 1, NULL, 'o'},
		{"keep", 1, NULL, 'k'},	   {"kept", 1, NULL, 'f'},
		{"packets", 1, NULL, 'p'}, {"case", 1, NULL, 'c'},
		{"only", 1, NULL, 'i'},	   {"differences", 0, NULL, 'd'},
		{"shrink", 0, NULL, 'x'},  {"show", 1, NULL, 't'},
		{"stop", 0, NULL, 'S'},	   {"resume", 0, NULL, 'r'},
		{"seconds", 1, NULL, 'z'}, {NULL, 0, NULL, 0}};
	struct options o = {.count = 100,
			    .seed = 1,
			    .only = ULONG_MAX,
			    .packets = 30,
			    .jobs = 4, /* each waits now and then */
			    .keep = "/tmp",
			    .kept = "tests/kernel/cases"};
	const char *one = NULL;
	int c;
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'n':
			o.count = strtoul(optarg, NULL, 0);
			break;
		case 's':
			o.seed = strtoul(optarg, NULL, 0);
			break;
		case 'j':
			o.jobs = (unsigned)atoi(optarg);
			break;
		case 'o':
			o.json = optarg;
			break;
		case 'k':
			o.keep = optarg;
			break;
		case 'f':
			o.kept = optarg;
			break;
		case 'p':
			o.packets = strtoul(optarg, NULL, 0);
			break;
		case 'c':
			one = optarg;
			break;
		case 'i':
			o.only = strtoul(optarg, NULL, 0);
			break;
		case 't':
			return show(optarg);
		case 'r':
			o.resume = true;
			break;
		case 'z':
			o.seconds = strtoul(optarg, NULL, 0);
			break;
		case 'S':
			o.stop = true;
			break;
		case 'x':
			o.shrink = true;
			break;
		case 'd':
			totals_differences();
			return 0;
		default:
			return 2;
		}
	}
	if (one)
		return run_case(one, o.shrink);
	if (o.only != ULONG_MAX)
		return run_only(&o);
	return run_all(&o);
}
