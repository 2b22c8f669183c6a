/* SPDX-License-Identifier: Apache-2.0 */
/* A script while it is being played: the running network, and each step with
 * the client that carries it out. play.c makes and frees it; act.c carries the
 * steps out; expect.c reads it. Inside this folder only. */
#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/lang/script.h"
#include "scenarios/play/outcome.h"
#include "sim/base/diag.h"
#include "sim/host/kubelet.h"
#include "sim/host/probe.h"
#include "topology/build/net.h"
#include "topology/lang/tree.h"
#include "topology/model/model.h"

/* One step; what does not belong to its verb is NULL. */
struct stage_run {
	const struct script_step *step;
	struct outcome_step *out; /* its record in the outcome */
	struct tree *tree;	  /* change: the topology from then on */
	struct model *model;	  /* change: the same, read */
	struct host *host;	  /* who pulls or asks */
	const struct net_workload *workload;
	const struct profile *profile;
	struct kubelet *kubelet;
	struct probe *probe;
	bool probe_done;
	uint64_t until; /* when it ends at the latest, ns */
	bool started, ended;
};

struct play_options;

struct stage {
	const struct script *script;
	const struct play_options *options;
	struct diag *diag;
	struct net *net;
	struct world *world;
	struct outcome *outcome;
	struct stage_run *runs; /* one for each step */
};

#endif
