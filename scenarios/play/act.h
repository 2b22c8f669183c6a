/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out the steps of a script on a stage.
 *
 * After names_step: act_start, then act_poll whenever something happened until
 * the run says 'ended'. act_stop ends it early; act_release frees the clients.
 */
#ifndef ACT_H
#define ACT_H

#include <stdbool.h>

#include "scenarios/play/stage.h"

/* False if a change cannot be made to a running network. */
bool act_start(struct stage *s, struct stage_run *r);
/* Looks whether the step has ended, and records how. */
void act_poll(struct stage *s, struct stage_run *r);
/* The step, started and not ended, ends now, whatever it has come to. */
void act_stop(struct stage *s, struct stage_run *r);
void act_release(struct stage_run *r);

#endif
