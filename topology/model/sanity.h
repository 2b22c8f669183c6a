/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of meaning: what NSX Manager would refuse is refused, with its reason
 * and what to write instead. What is accepted but probably wrong is advice.h's
 * business. Sources: NSX-T 3.x Policy API and administration guide. */
#ifndef SANITY_H
#define SANITY_H

#include "topology/model/model.h"

/* Finds what names stand for; reports those that stand for nothing. */
void sanity_resolve(struct model *m, struct diag *d);
/* All else; names are resolved. */
void sanity_check(const struct model *m, struct diag *d);
/* Parts of it. */
void sanity_tier0(const struct model *m, struct diag *d);
void sanity_nat(const struct model *m, struct diag *d);
void sanity_addresses(const struct model *m, struct diag *d);
void sanity_routes(const struct model_route *routes, size_t count,
		   struct diag *d);

#define SANITY_NONE SIZE_MAX /* 'index' of a name that was not given */

#endif
