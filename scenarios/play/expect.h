/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what was expected came true.
 *
 * Claims about the client's words, about sessions and about routes are judged
 * when their step ends; claims about packets after the last step, when the
 * fate of every packet sent during the step is known. For a claim that is not
 * met, 'found' says what was there instead: the nearest thing to it. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stddef.h>

#include "scenarios/play/stage.h"

/* Fills in the claims' sentences and places. */
void expect_prepare(struct stage *s);
/* Judges what is to be judged when step number 'step' (from 1) ends. */
void expect_step_ended(struct stage *s, size_t step);
/* Judges the rest. */
void expect_all_ended(struct stage *s);

/* The parts, for expect.c only. */
struct expect_view {
	struct stage *stage;
	const struct script_expect *asked;
	const struct outcome_step *step;
	struct outcome_expect *out;
};

/* The claim as a sentence, in the outcome's arena. */
const char *expect_sentence(const struct script_expect *e, struct arena *a);
bool expect_is_about_packets(enum script_claim claim);
void expect_judge_packets(struct expect_view *v);
void expect_judge_session(struct expect_view *v);
void expect_judge_route(struct expect_view *v);
/* The claim failed; 'found' is formatted. */
void expect_fail(struct expect_view *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
