/* SPDX-License-Identifier: Apache-2.0 */
/* Which of its routes a Tier-1 gateway tells its Tier-0.
 *
 * route_advertisement_rules are gone through in the order of the file; the
 * first one that is about the kind of route and its prefix decides, also for a
 * kind that is not in route_advertisement_types. If there is none, the types
 * decide. (NSX documents the fields of a rule and not how they meet the types;
 * this is the plainest reading.) */
#ifndef ADVERTISE_H
#define ADVERTISE_H

#include "topology/model/model.h"

bool advertise_permits(const struct model_tier1 *g, enum model_advertise type,
		       struct addr_prefix prefix);

#endif
