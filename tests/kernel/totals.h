/* SPDX-License-Identifier: Apache-2.0 */
/* What a run has counted, shared by its workers, and as a file. */
#ifndef TOTALS_H
#define TOTALS_H

#include "tests/kernel/differ.h"
#include "tests/kernel/topo.h"

struct totals {
	unsigned long next; /* number of the first random case not taken yet */
	unsigned long cases, packets, compared, differing, failed;
	unsigned long met[DIFFER_COUNT];
	unsigned long has[TOPO_FEATURE_COUNT]; /* cases */
	double seconds;
};

void totals_print(const struct totals *t, unsigned long seed);
/* As JSON; when the file cannot be written, standard error says so. */
void totals_write(const struct totals *t, const char *path, unsigned long seed);
/* False if there is no such file, or another seed's. */
bool totals_read(struct totals *t, const char *path, unsigned long seed);
/* THE table, for people. */
void totals_differences(void);

#endif
