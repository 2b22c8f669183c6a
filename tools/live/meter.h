/* SPDX-License-Identifier: Apache-2.0 */
/* Many durations in little room: how long the typical and the slow ones were.
 * Sorted into bins 1/16 of their value wide, so a quantile is right within
 * 6 per cent. Start from {0}. */
#ifndef METER_H
#define METER_H

#include <stdint.h>

#include "sim/base/str.h"

#define METER_STEPS 16 /* bins from one power of two to the next */
#define METER_BINS  (METER_STEPS * 64)

struct meter {
	uint64_t count, least, most;
	uint32_t bins[METER_BINS];
};

void meter_add(struct meter *m, uint64_t ns);
/* The value that 'share' (0..1) of them do not exceed, ns; 0 if there is none. */
uint64_t meter_quantile(const struct meter *m, double share);
/* "at least 0.061 ms, half of them within 0.080, 99 % within 0.210, at most
 * 1.204", or "none". */
void meter_print(const struct meter *m, struct str *out);

#endif
