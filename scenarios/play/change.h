/* SPDX-License-Identifier: Apache-2.0 */
/* A change of the topology in words. */
#ifndef CHANGE_H
#define CHANGE_H

#include "scenarios/play/outcome.h"
#include "sim/base/arena.h"
#include "topology/lang/tree.h"

/* Fills out->changes: one line for each difference that 'patch' makes to
 * 'before', such as
 *	tier0s.t0-edge.nat_rules.tkg: added {action: REFLEXIVE, ..}
 *	edge_clusters.ec1.edges.en1.admin_state: UP -> DOWN
 * and out->headline: "t0-edge gains NAT rule tkg" if there is one. */
void change_describe(const struct tree_node *before,
		     const struct tree_node *patch, struct arena *a,
		     struct outcome_step *out);

#endif
