/* SPDX-License-Identifier: Apache-2.0 */
/* What came of a scenario: the one record from which every report is written.
 * Owns copies of all it says; valid after world and model are gone. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/lang/script.h"
#include "sim/base/arena.h"
#include "sim/base/vec.h"
#include "sim/record/trace.h"
#include "topology/build/net.h"

/* One row of `kubectl describe pod`. */
struct outcome_event {
	const char *type, *reason, *from, *message;
	bool no_time;
	uint64_t first, last; /* ns */
	unsigned count;
};

enum outcome_status {
	OUTCOME_OK,	/* pulled, answered, connected, changed */
	OUTCOME_FAILED, /* the client gave up */
	OUTCOME_GOING,	/* still trying when the run ended */
};

struct outcome_step {
	enum script_verb verb;
	size_t number;	      /* from 1 */
	const char *headline; /* "ch-busybox pulls k8s.gcr.io/busybox" */
	const char *verdict;  /* "PULLED", "FAILED", "changed" */
	enum outcome_status status;
	uint64_t started, ended;
	const char *text; /* the client's last message, NULL if none */
	uint64_t took;	  /* ns, of the last attempt */
	struct outcome_event *events;
	size_t event_count;
	/* Conversations of the step, in order; the last one is decisive. */
	uint32_t *flows;
	size_t flow_count;
	const char **changes; /* change: "tier0s.t0-edge.nat_rules.tkg: added",
			       * one line per difference */
	size_t change_count;
	const char *note; /* the author's sentence; NULL: none */
	/* What was sent while the step went on: trace.packets.at[first_packet]
	 * up to, not including, end_packet. */
	size_t first_packet, end_packet;
};

struct outcome_expect {
	const struct script_expect *asked; /* in the script */
	size_t step;
	bool met;
	const char *claim; /* the expectation as a sentence */
	const char *found; /* what was there instead; NULL if met */
	uint32_t packet;   /* the packet that disproves it, 0: none */
	struct diag_place at;
	unsigned line;
};

/* What a route or rule read before a change gave it other words. */
struct outcome_former {
	uint32_t ref;
	uint64_t until; /* ns */
	const char *text;
};

/* A gateway, router or host by its name in the file. */
struct outcome_place {
	const char *label;
	enum net_kind kind;
};

struct outcome {
	struct arena arena;
	const char *path, *title;
	uint64_t seed;
	struct outcome_step *steps;
	size_t step_count;
	struct outcome_expect *expects;
	size_t expect_count, met_count;
	struct trace trace; /* sealed */
	struct {
		VEC(struct net_ref);
	} refs; /* by number - 1; copies, as they read at the end */
	struct {
		VEC(struct outcome_former);
	} former; /* in the order of time */
	struct {
		VEC(struct outcome_place);
	} places;
	uint64_t ended;	   /* virtual ns */
	uint64_t events;   /* timers fired */
	const char *limit; /* what ended the run too early; NULL: nothing */
};

/* Empty; texts are copied. */
struct outcome *outcome_new(const char *path, const char *title, uint64_t seed);
/* Copies what the numbers of 'n' stand for from 'now' on. */
void outcome_take_refs(struct outcome *o, const struct net *n, uint64_t now);
/* Which limit ended the run in 'w', if one did. */
void outcome_take_limit(struct outcome *o, const struct world *w);
/* Copies which places 'n' has; once. */
void outcome_take_places(struct outcome *o, const struct net *n);
/* What the node called 'label' in the trace is; NET_HOST if unknown. */
enum net_kind outcome_kind(const struct outcome *o, const char *label);
/* Never NULL: kind NET_REF_NONE for unknown numbers. */
const struct net_ref *outcome_ref(const struct outcome *o, uint32_t ref);
/* Its words at the time 'when'; "" for unknown numbers. */
const char *outcome_ref_text(const struct outcome *o, uint32_t ref,
			     uint64_t when);
void outcome_free(struct outcome *o); /* NULL is fine */

#endif
