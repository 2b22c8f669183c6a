/* SPDX-License-Identifier: Apache-2.0 */
/* The packets of a case in the simulator: topology/build's world, as every
 * other run has it. */
#ifndef SIMULATED_H
#define SIMULATED_H

#include "tests/kernel/log.h"

/* False, with the reason in 'why', if the world cannot be built. */
bool simulated_run(const struct plan *p, const struct shot_list *shots,
		   struct log *out, struct str *why);

#endif
