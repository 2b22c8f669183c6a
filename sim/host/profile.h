/* SPDX-License-Identifier: Apache-2.0 */
/* Clients as data: call order, timers and text grammar of the programs whose
 * messages people read. One row per client; nothing here knows a scenario.
 * Measured with the real programs, and read in their sources. */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose words wrap the inner error. */
enum profile_style {
	PROFILE_DOCKER,	    /* Error response from daemon: Get URL: ... */
	PROFILE_CONTAINERD, /* failed to pull and unpack image ...: Head ... */
	PROFILE_PODVM,	    /* failed to do request: Head URL: ... */
	PROFILE_SKOPEO,	    /* initializing source docker://...: pinging ... */
	PROFILE_KUBECTL,    /* Unable to connect to the server: ... */
	PROFILE_CURL,	    /* Get URL: ... */
};

struct profile {
	const char *name; /* "docker1903" */
	const char *who;  /* "docker 19.03, as on TKG nodes of 2020" */
	enum profile_style style;
	bool pulls;		 /* an image puller; else an HTTP client */
	bool pings_first;	 /* GET /v2/ before the manifest */
	bool guesses_v1;	 /* and GET /v1/_ping if that fails */
	bool heads;		 /* HEAD before GET of the manifest */
	uint8_t hidden_lookups;	 /* of the registry before the first call */
	uint64_t first_timeout;	 /* ns, all of the first call; 0: none */
	uint64_t dial_timeout;	 /* ns; 0: the kernel decides */
	uint64_t tls_timeout;	 /* ns, of the handshake; 0: none */
	bool dial_outlives_call; /* a cancelled call leaves its dial running */
	uint8_t blob_tries;
	bool tells_attempts;	  /* how often it has tried to get a blob */
	bool quotes_url;	  /* Go from 1.14 on */
	const char *timeout_code; /* gRPC code of a dial timeout */
};

/* NULL if there is none of that name. */
const struct profile *profile_find(const char *name);
/* All profiles, for did-you-mean and documentation. */
const struct profile *profile_all(size_t *count);

#endif
