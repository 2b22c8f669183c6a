/* SPDX-License-Identifier: Apache-2.0 */
/* The names in steps and expectations, looked up in the network.
 *
 * All are looked up before the first packet, so that a misspelt one is told at
 * once, with the nearest name that exists. */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/play/stage.h"

/* Finds the host, workload and profile of a step, and writes its headline.
 * False, told to the diag, if there is none of that name. */
bool names_step(struct stage *s, struct stage_run *r);
/* Whether the place an expectation speaks of ("at: upstream") is there; told
 * to the diag if not. */
bool names_place(struct stage *s, const struct script_expect *e);
/* What a probe is aimed at: the address of the host called so, or the address
 * or DNS name as written. Lives in the outcome's arena. */
const char *names_target(struct stage *s, const struct stage_run *r);
/* Whether node 'number' of the world is what a file calls 'name': the name of
 * a gateway means any of its parts. */
bool names_node_is(const struct stage *s, uint32_t number, const char *name);

#endif
