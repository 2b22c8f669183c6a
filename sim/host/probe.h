/* SPDX-License-Identifier: Apache-2.0 */
/* One question to the network: ping, TCP connect, UDP datagram, name look-up,
 * HTTP request; what a person would type to find out whether it works.
 *
 * probe_new starts it; 'done' is called once; probe_free afterwards. */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/str.h"
#include "sim/host/host.h"
#include "sim/host/profile.h"

enum probe_kind { PROBE_PING, PROBE_TCP, PROBE_UDP, PROBE_LOOKUP, PROBE_HTTP };

#define PROBE_SIZE     56   /* ping's usual one */
#define PROBE_SIZE_MAX 2000 /* so that it fits a packet slot */

struct probe_conf {
	enum probe_kind kind;
	const char *target; /* address or name; for HTTP a URL */
	uint16_t port;	    /* TCP, UDP */
	uint16_t sport;	    /* 0: the host chooses */
	uint16_t size;	    /* ping: bytes of data */
	bool fragment;	    /* ping: it may be cut on its way */
	uint64_t timeout;   /* ns; 0: the usual one of the kind or profile */
	const struct profile *profile; /* HTTP; NULL: kubectl */
};

struct probe_result {
	bool ok;
	uint64_t started, ended;
	struct str text; /* the answer ("74.125.133.82", "200 OK") or error */
	ip4 answers[8];	 /* of a look-up */
	size_t answer_count;
	unsigned status; /* of HTTP */
	uint32_t flows[64];
	size_t flow_count;
};

struct probe;
typedef void probe_done_fn(void *context, const struct probe_result *result);

struct probe *probe_new(struct host *h, const struct probe_conf *conf,
			probe_done_fn *done, void *context);
void probe_free(struct probe *p);
const struct probe_result *probe_result(const struct probe *p);

#endif
