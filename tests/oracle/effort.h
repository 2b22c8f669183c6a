/* SPDX-License-Identifier: Apache-2.0 */
/* How much oracles do: little in `make test`, ORACLE_EFFORT times as many seeds in
 * `make oracle-long`; and a line about it in the file ORACLE_LOG, if there is to
 * be one. */
#ifndef EFFORT_H
#define EFFORT_H

#include <stdio.h>
#include <stdlib.h>

/* Seeds to try, where 'few' will do for `make test`. */
static inline int effort_seeds(int few)
{
	const char *text = getenv("ORACLE_EFFORT");
	int times = text ? atoi(text) : 1;
	return few * (times > 0 ? times : 1);
}

/* 'count' more times 'what' was compared. */
static inline void effort_did(const char *what, unsigned long count)
{
	const char *path = getenv("ORACLE_LOG");
	FILE *f = path ? fopen(path, "a") : NULL;
	if (!f)
		return;
	fprintf(f, "%lu %s\n", count, what);
	fclose(f);
}

#endif
