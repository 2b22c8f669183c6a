/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define TIMES_MAX 1001

extern char **environ;

static void die(const char *program)
{
	fprintf(stderr, "bench: %s failed\n", program);
	exit(1);
}

double process_ms(char *const *argv)
{
	posix_spawn_file_actions_t silent;
	pid_t pid;
	int status;
	posix_spawn_file_actions_init(&silent);
	posix_spawn_file_actions_addopen(&silent, 1, "/dev/null", O_WRONLY, 0);
	uint64_t started = bench_now();
	if (posix_spawnp(&pid, argv[0], &silent, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) < 0 || status)
		die(argv[0]);
	double ms = (double)(bench_now() - started) / 1e6;
	posix_spawn_file_actions_destroy(&silent);
	return ms;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Sorted. */
static void measure(char *const *argv, int times, double *values)
{
	process_ms(argv);
	for (int i = 0; i < times; i++)
		values[i] = process_ms(argv);
	qsort(values, (size_t)times, sizeof(*values), by_value);
}

double process_median(char *const *argv, int times)
{
	double values[TIMES_MAX];
	if (times > TIMES_MAX)
		times = TIMES_MAX;
	measure(argv, times, values);
	return values[times / 2];
}

int process_print(char *const *argv, int times)
{
	double values[TIMES_MAX];
	if (times < 1 || times > TIMES_MAX || !argv[0]) {
		fprintf(stderr, "bench: --time 1..%d PROGRAM...\n", TIMES_MAX);
		return 2;
	}
	measure(argv, times, values);
	printf("%.4f %.4f %.4f\n", values[times / 2], values[0],
	       values[times - 1]);
	return 0;
}

void process_path(const char *name, char *out, size_t room)
{
	char self[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		die(name);
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(out, room, "%s/%s", self, name);
}
