/* SPDX-License-Identifier: Apache-2.0 */
/* Go's resolver (net/dnsclient_unix.go), the one that docker, containerd and
 * kubectl carry: 5 s, two attempts, at most three servers, A and AAAA in
 * parallel, each attempt from a new port, EDNS0, the search list after a name
 * with a dot.
 *
 * resolver_new starts; 'done' is called once; resolver_free afterwards, or
 * before to give up. 'done' may free the resolver. */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/str.h"
#include "sim/host/host.h"

#define RESOLVER_ADDRS 8

struct resolver;

struct resolver_result {
	bool ok;
	ip4 addrs[RESOLVER_ADDRS];
	size_t addr_count;
	/* "lookup NAME on SERVER: ..." if it failed. */
	struct str error;
};

typedef void resolver_done_fn(void *context, const struct resolver_result *r);

/* Never calls 'done' before it returns. */
struct resolver *resolver_new(struct host *h, const char *name,
			      resolver_done_fn *done, void *context);
void resolver_free(struct resolver *r); /* NULL is fine */
uint32_t resolver_flow(const struct resolver *r);

#endif
