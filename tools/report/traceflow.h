/* SPDX-License-Identifier: Apache-2.0 */
/* A trace in the shape of NSX Traceflow (Policy API, NSX-T 3.2): the
 * observations of a packet, and of its answer, which Traceflow does not have.
 *
 * Gateways are logical components: LR_TIER0 and LR_TIER1, with an observation
 * of their own for each NAT rule or virtual server. Routers outside and hosts
 * are PHYSICAL. sequence_no counts the places, from 0. Reasons of drops are
 * Traceflow's, 'explanation' is ours. */
#ifndef TRACEFLOW_H
#define TRACEFLOW_H

#include "scenarios/play/outcome.h"
#include "sim/base/str.h"

/* The decisive packet of step 1, there and back. */
void traceflow_print(const struct outcome *o, struct str *out);

#endif
