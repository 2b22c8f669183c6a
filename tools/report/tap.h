/* SPDX-License-Identifier: Apache-2.0 */
/* Results of many scenarios as TAP (version 13) and as JUnit XML. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/str.h"

/* One scenario, judged. */
struct tap_result {
	const char *path, *title;
	bool passed;
	bool broken;	     /* could not be played at all */
	size_t expectations; /* 0: nothing is claimed, which is a failure */
	const char *trouble; /* what went wrong, several lines; "" if passed */
	double seconds;	     /* of virtual time */
	bool skipped;	     /* left out; 'trouble' says why */
};

void tap_head(size_t count, struct str *out);
void tap_point(const struct tap_result *r, size_t number, struct str *out);
/* The sum, as a comment. */
void tap_end(size_t passed, size_t failed, struct str *out);
/* For continuous integration servers (Jenkins' schema). */
void tap_junit(const struct tap_result *results, size_t count, struct str *out);

#endif
