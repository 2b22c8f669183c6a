/* SPDX-License-Identifier: Apache-2.0 */
/* What NSX accepts and what is probably wrong all the same: warnings, each with
 * what to write instead. They are read from the model alone; whether a packet
 * really dies is for a run to say. */
#ifndef ADVICE_H
#define ADVICE_H

#include "topology/model/model.h"

void advice_check(const struct model *m, struct diag *d);

#endif
