/* SPDX-License-Identifier: Apache-2.0 */
/* The event table as `kubectl describe pod` lays it out (kubectl 1.18, the
 * release of the article): DescribeEvents() with Go's text/tabwriter at minimum
 * width 0, tab width 8, padding 2, blanks; ages by HumanDuration(). */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <stdint.h>

#include "scenarios/play/outcome.h"
#include "sim/base/str.h"

enum describe_clock {
	DESCRIBE_CLOCK_RIGHT,
	/* The clock of the machine on which kubectl runs is behind the
	 * cluster's, so that all events lie in its future: "<invalid>". */
	DESCRIBE_CLOCK_BEHIND,
};

/* Appends "Events:" and the rows, or "Events:  <none>", as seen at 'now' (ns).
 * Lines end without trailing blanks. */
void describe_table(const struct outcome_step *s, uint64_t now,
		    enum describe_clock clock, struct str *out);
/* Appends how long ago 'then' was: "37s", "2m5s", "45m", "3h5m", "30h", "9d". */
void describe_age(uint64_t now, uint64_t then, struct str *out);

#endif
