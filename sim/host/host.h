/* SPDX-License-Identifier: Apache-2.0 */
/* A host: a router node that forwards nothing (or, as a Kubernetes node with
 * pods behind it, does), with a TCP/UDP stack, a resolver and services on top.
 *
 * host_new, then ports and tables through its router, host_configure, and what
 * it serves (dnsd.h, registry.h, web.h). The world owns it. A loopback
 * interface "lo" (port 0, 127.0.0.1/8) is there from the start. */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/world/router.h"
#include "sim/world/world.h"

#define HOST_NAMESERVERS 3 /* as resolv.conf(5) */
#define HOST_SEARCH	 6
#define HOST_AUTHORITIES 8
#define HOST_PUBLIC	 "public" /* the authority that all trust by default */

struct stack;
struct host;

enum host_resolver {
	HOST_RESOLVER_DIRECT, /* resolv.conf names the real servers */
	HOST_RESOLVER_STUB,   /* it names 127.0.0.53, systemd-resolved */
};

/* When SYNs are repeated: Linux before 6.5, or from 6.5 on (with
 * tcp_syn_linear_timeouts 4). */
enum host_syn { HOST_SYN_LINUX_5, HOST_SYN_LINUX_6_5 };

struct host_conf {
	enum host_resolver resolver;
	ip4 nameservers[HOST_NAMESERVERS];
	size_t nameserver_count;
	const char *search[HOST_SEARCH]; /* copied */
	size_t search_count;
	enum host_syn syn;
	/* Whose certificates are trusted, by name; copied. */
	const char *authorities[HOST_AUTHORITIES];
	size_t authority_count;
	int64_t clock_offset; /* s; how far its clock is ahead */
};

struct host *host_new(struct world *w, const char *name, const char *label);
void host_configure(struct host *h, const struct host_conf *conf);
const struct host_conf *host_conf(const struct host *h);
/* 'what' lives on the host: freed with it. */
void host_own(struct host *h, void *what, void (*free_it)(void *what));
/* The service that listens on TCP 'port', NULL if there is none; and a new one,
 * which the host owns. */
void *host_service(const struct host *h, uint16_t port);
void host_add_service(struct host *h, uint16_t port, void *what,
		      void (*free_it)(void *what));
struct router *host_router(const struct host *h);
struct stack *host_stack(const struct host *h);
const char *host_name(const struct host *h);
struct world *host_world(const struct host *h);
/* What its clock says, seconds since 1970. */
int64_t host_time(const struct host *h);

#endif
