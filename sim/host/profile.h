/* SPDX-License-Identifier: Apache-2.0 */
/* Clients as data: call order, timers and text grammar of the programs whose
 * messages people read. One row per client; nothing here knows a scenario.
 * Sources: measured with the real programs, and their source code. */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct profile {
	const char *name; /* "docker1903" */
	const char *who;  /* "docker 19.03, as on TKG nodes of 2020" */
	bool pulls;	  /* an image puller; else a plain HTTP client */
	const char *first_method, *first_path; /* "GET" "/v2/"; "HEAD" NULL:
						* the manifest */
	uint8_t hidden_lookups; /* of the registry before the first call */
	uint64_t first_timeout; /* ns, total of the first call; 0: none */
	uint64_t dial_timeout;	/* ns; 0: the kernel decides */
	uint64_t tls_timeout;	/* ns */
	uint8_t blob_tries;
	bool keep_alive;
	bool quotes_url;
	/* Wrappers outside in; %s marks in the order documented in profile.c */
	const char *event_prefix, *runtime_prefix;
};

/* NULL if there is none of that name. */
const struct profile *profile_find(const char *name);
/* All profiles, for did-you-mean and documentation. */
const struct profile *profile_all(size_t *count);

#endif
