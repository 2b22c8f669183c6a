/* SPDX-License-Identifier: Apache-2.0 */
/* Why a step went as it did: the packet that decided it, its answer, and which
 * of the two died. Nothing here knows a scenario, a name or a message. */
#ifndef CAUSE_H
#define CAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/play/outcome.h"

#define CAUSE_TIMES 16

struct cause {
	/* NULL: nothing was sent. */
	const struct trace_packet *request;
	/* What came back, or died on its way back; NULL: nothing did. */
	const struct trace_packet *reply;
	/* The one of the two that was dropped; NULL: neither was. */
	const struct trace_packet *blocked;
	uint64_t times[CAUSE_TIMES]; /* when the request was sent, ns after the
				      * first time */
	size_t repeats;		     /* how often it was sent in all */
};

/* Of step 's' of 'o'. False if it is not about packets (a change, a wait). */
bool cause_find(const struct outcome *o, const struct outcome_step *s,
		struct cause *out);

#endif
