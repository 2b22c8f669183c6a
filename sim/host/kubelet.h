/* SPDX-License-Identifier: Apache-2.0 */
/* kubelet's (and for vSphere Pods the image controller's) side of a pod: starts
 * pulls, backs off, and records events as `kubectl describe pod` shows them.
 *
 * kubelet_new starts with the pod being scheduled; it goes on until the image
 * is there or kubelet_stop. Back-off 10, 20, 40 .. 300 s; re-sync after an
 * error in 10-15 s, and about 1 s after the failure (kubelet's image_manager.go
 * and pod_workers.go). */
#ifndef KUBELET_H
#define KUBELET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/host/host.h"
#include "sim/host/profile.h"
#include "sim/host/pull.h"

struct kubelet_pod {
	struct host *host; /* whose network pulls */
	const struct profile *profile;
	const char *image;
	const char *name_space, *pod, *node, *container;
	const char *ncp_node; /* podvm: who realizes NSX resources */
};

struct kubelet_event {
	const char *type;	      /* "Normal", "Warning" */
	const char *reason;	      /* "Failed" */
	const char *component, *host; /* "kubelet", node; host may be NULL */
	const char *message;
	bool no_time;	      /* the scheduler's event: shown as <unknown> */
	uint64_t first, last; /* ns */
	unsigned count;	      /* equal events are merged */
	uint64_t order;	      /* of the first */
};

enum kubelet_state {
	KUBELET_PULLING,
	KUBELET_BACKOFF,
	KUBELET_RUNNING, /* pulled and started: ended */
};

struct kubelet;

/* 'pod' and its strings are copied. */
struct kubelet *kubelet_new(const struct kubelet_pod *pod);
void kubelet_stop(struct kubelet *k); /* no more pulls or events */
void kubelet_free(struct kubelet *k);
enum kubelet_state kubelet_state(const struct kubelet *k);
/* Attempts that have ended, and how the last one did; NULL before that. */
size_t kubelet_attempts(const struct kubelet *k);
const struct pull_result *kubelet_last(const struct kubelet *k);
/* A flag that is set when the first attempt (all of them: each) has ended;
 * for world_run_while(). Cleared by the caller. */
bool *kubelet_attempt_ended(struct kubelet *k);
const struct kubelet_event *kubelet_events(const struct kubelet *k,
					   size_t *count);

#endif
