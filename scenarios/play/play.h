/* SPDX-License-Identifier: Apache-2.0 */
/* Plays a script: builds its network, carries out the steps on the virtual
 * clock, checks expectations at the end of each step, and returns the outcome.
 */
#ifndef PLAY_H
#define PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/lang/script.h"
#include "scenarios/play/outcome.h"
#include "sim/base/diag.h"

/* Timers of a whole run; then it is taken for endless. */
#define PLAY_EVENTS 50000000U

struct play_options {
	bool has_seed;
	uint64_t seed; /* instead of the script's */
	/* Events of the run, packets in flight at once; 0: PLAY_EVENTS, and
	 * what the network has room for. */
	uint64_t max_events, max_packets;
	struct watch *capture; /* an observer of frames; NULL: none */
	/* Called once after the network is built, before the first step, so
	 * that an observer can look at nodes and ports. False, with reasons in
	 * 'd': nothing is played. May be NULL, as all of these. */
	bool (*built)(void *context, struct net *n, struct diag *d);
	/* Called after each change of the network. */
	void (*changed)(void *context, struct net *n);
	/* Called once after the last step, while the network still stands. */
	void (*ended)(void *context, struct net *n);
	void *context;
};

/* NULL if it could not be played at all (reasons in 'd'); a failed expectation
 * is part of the outcome. */
struct outcome *play_script(const struct script *s,
			    const struct play_options *options, struct diag *d);

/* Goes on until 'until', within the limits of 'options'; false if one is hit. */
bool play_run_until(struct world *w, const struct play_options *options,
		    uint64_t until);

/* Whether 's' can be played: builds its network, looks up every name, tries
 * every change, and runs nothing. Reasons in 'd'. */
bool play_check(const struct script *s, struct diag *d);

#endif
