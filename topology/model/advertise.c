/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/advertise.h"

static bool is_about(const struct model_advertisement_rule *r,
		     enum model_advertise type, struct addr_prefix prefix)
{
	unsigned types = r->route_advertisement_types;
	if (types && !(types & (unsigned)type))
		return false;
	for (size_t i = 0; i < r->subnets.count; i++) {
		struct addr_prefix s = r->subnets.at[i];
		if (addr_in(prefix.addr, s) &&
		    (r->prefix_operator == MODEL_EQ ? prefix.len == s.len
						    : prefix.len >= s.len))
			return true;
	}
	return !r->subnets.count;
}

bool advertise_permits(const struct model_tier1 *g, enum model_advertise type,
		       struct addr_prefix prefix)
{
	for (size_t i = 0; i < g->route_advertisement_rules.count; i++) {
		const struct model_advertisement_rule *r =
			&g->route_advertisement_rules.at[i];
		if (is_about(r, type, prefix))
			return r->action == MODEL_PERMIT;
	}
	return g->route_advertisement_types & (unsigned)type;
}
