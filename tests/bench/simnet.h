/* SPDX-License-Identifier: Apache-2.0 */
/* A whole simulated network in a line: a client, Tier-1 (SNAT), Tier-0
 * (REFLEXIVE), as many routers outside as wanted, a server. Built as any other
 * network is: hosts with stacks, cables with rate and delay, ARP caches empty.
 *
 * simnet_new, simnet_datagrams or simnet_bulk as often as wanted, simnet_free. */
#ifndef SIMNET_H
#define SIMNET_H

#include <stddef.h>
#include <stdint.h>

#include "sim/world/world.h"

struct simnet;

struct simnet_conf {
	unsigned routers;  /* Tier-1, Tier-0, and others outside */
	uint32_t flows;	   /* UDP conversations, one socket each */
	uint64_t interval; /* ns between two datagrams, virtual */
	uint64_t delay_ns; /* of each cable */
	uint64_t rate_bps; /* of each cable */
};

struct simnet *simnet_new(const struct simnet_conf *conf);
void simnet_free(struct simnet *n);
struct world *simnet_world(const struct simnet *n);
/* The client sends 'count' datagrams of 18 bytes, one each 'interval', from its
 * sockets in turn; returns how many the server's socket got. */
uint64_t simnet_datagrams(struct simnet *n, uint64_t count);
/* The client sends 'count' segments full of bytes over one TCP connection
 * (opened by the first call); returns how many full ones the server got. */
uint64_t simnet_bulk(struct simnet *n, uint64_t count);

#endif
