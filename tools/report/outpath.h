/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a packet as lines of text, one for each hop. */
#ifndef OUTPATH_H
#define OUTPATH_H

#include <stddef.h>

#include "scenarios/play/outcome.h"
#include "sim/base/str.h"
#include "tools/explain/walk.h"
#include "tools/report/color.h"

struct outpath {
	const struct outcome *outcome;
	const struct walk *walk; /* the way to print */
	const struct color *color;
	const char *indent;
	size_t column; /* width of the names of nodes */
	struct str *out;
};

/* Wide enough for the names of all nodes in 'w'. */
size_t outpath_column(const struct walk *w);
void outpath_print(const struct outpath *p);

#endif
