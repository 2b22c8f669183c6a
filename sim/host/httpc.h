/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP call as a Go program makes it: resolve the host, dial, send the
 * request, read the answer; with the call's own timer around all of it.
 *
 * httpc_new starts; 'done' is called once and may free it; httpc_free ends it
 * at any time. */
#ifndef HTTPC_H
#define HTTPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/str.h"
#include "sim/host/host.h"
#include "sim/host/profile.h"
#include "sim/wire/http.h"

#define HTTPC_BODY_KEPT 65536

struct httpc_call {
	const char *method, *host, *target; /* copied */
	uint16_t port;
	bool tls;
	uint64_t timeout; /* ns; 0: none */
	const struct profile *profile;
};

struct httpc_result {
	bool ok; /* there is an answer, whatever its status */
	bool dial_timed_out;
	struct http_response response;
	struct str body;    /* up to HTTPC_BODY_KEPT bytes of it */
	uint64_t body_size; /* all of it */
	struct str error;   /* "dial tcp 1.2.3.4:443: i/o timeout" */
	uint32_t flows[2];  /* look-up, connection; 0: did not happen */
};

struct httpc;
typedef void httpc_done_fn(void *context, const struct httpc_result *r);

struct httpc *httpc_new(struct host *h, const struct httpc_call *call,
			httpc_done_fn *done, void *context);
void httpc_free(struct httpc *c); /* NULL is fine */
/* What is known so far; NULL when 'done' was called. */
const struct httpc_result *httpc_so_far(const struct httpc *c);

#endif
