/* SPDX-License-Identifier: Apache-2.0 */
/* What NSX accepts and what is probably wrong all the same: warnings, each with
 * what to write instead. They are read from the model alone; whether a packet
 * really dies is for a run to say. */
#ifndef ADVICE_H
#define ADVICE_H

#include "topology/model/model.h"

void advice_check(const struct model *m, struct diag *d);
/* Its part for the rules of one gateway: the first rule that takes a later
 * one's packets is named, once for each of those. */
void advice_order(const struct model_nat_rule *rules, size_t count,
		  struct diag *d);

#endif
