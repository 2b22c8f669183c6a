/* SPDX-License-Identifier: Apache-2.0 */
/* An image pull: resolve, connect, ask the registry, fetch manifest, config and
 * layers, as the profile does it, with real packets.
 *
 * pull_new starts it; 'done' is called once, at the virtual time at which the
 * real client would return; pull_free afterwards (not from within 'done'). */
#ifndef PULL_H
#define PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/str.h"
#include "sim/host/host.h"
#include "sim/host/profile.h"

struct pull;

struct pull_result {
	bool ok;
	uint64_t started, ended; /* ns */
	struct str error;	 /* the client's whole message, e.g. "Error
				  * response from daemon: Get https://..." */
	const char *code;	 /* gRPC code: "Unknown", "NotFound"... */
	uint32_t lookups, connections, requests;
	uint64_t bytes; /* of image data received */
	/* Conversations in the order in which they were opened, for the trace:
	 * the last one is the one that failed, if it failed. */
	uint32_t flows[64];
	size_t flow_count;
};

typedef void pull_done_fn(void *context, const struct pull_result *result);

/* 'image' as a pod spec has it: "k8s.gcr.io/busybox", with or without a tag. */
struct pull *pull_new(struct host *h, const struct profile *profile,
		      const char *image, pull_done_fn *done, void *context);
/* Ends it without calling 'done'; its result stays readable. */
void pull_stop(struct pull *p);
void pull_free(struct pull *p); /* NULL is fine */
const struct pull_result *pull_result(const struct pull *p);

#endif
