/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live/meter.h"

#define MS 1000000.0

/* Below METER_STEPS a value is its own bin; above, the bin is its highest bit
 * and the four that follow. */
static unsigned bin_of(uint64_t ns)
{
	if (ns < METER_STEPS)
		return (unsigned)ns;
	unsigned high = 63 - (unsigned)__builtin_clzll(ns);
	return (high - 3) * METER_STEPS +
	       (unsigned)(ns >> (high - 4) & (METER_STEPS - 1));
}

/* The greatest value of a bin. */
static uint64_t bin_end(unsigned bin)
{
	if (bin < METER_STEPS)
		return bin;
	unsigned shift = bin / METER_STEPS - 1;
	uint64_t first = (uint64_t)(METER_STEPS + bin % METER_STEPS) << shift;
	return first + ((uint64_t)1 << shift) - 1;
}

void meter_add(struct meter *m, uint64_t ns)
{
	if (!m->count || ns < m->least)
		m->least = ns;
	if (ns > m->most)
		m->most = ns;
	m->count++;
	m->bins[bin_of(ns)]++;
}

uint64_t meter_quantile(const struct meter *m, double share)
{
	double wanted = share * (double)m->count;
	uint64_t seen = 0;
	for (unsigned i = 0; i < METER_BINS; i++) {
		seen += m->bins[i];
		if (seen && (double)seen >= wanted)
			return bin_end(i) < m->most ? bin_end(i) : m->most;
	}
	return m->most;
}

void meter_print(const struct meter *m, struct str *out)
{
	if (!m->count) {
		str_add(out, "none");
		return;
	}
	str_addf(out,
		 "at least %.3f ms, half of them within %.3f, 99 %% within "
		 "%.3f, at most %.3f",
		 (double)m->least / MS, (double)meter_quantile(m, 0.5) / MS,
		 (double)meter_quantile(m, 0.99) / MS, (double)m->most / MS);
}
