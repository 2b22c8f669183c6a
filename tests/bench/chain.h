/* SPDX-License-Identifier: Apache-2.0 */
/* Tier-1 (SNAT) and Tier-0 (REFLEXIVE) one behind the other, and packets of
 * many conversations that are sent through both: forward_batch() with strict
 * uRPF, TTL, routes, rules or sessions, rewrite and checksums in each gateway.
 *
 * chain_new, then chain_send as often as wanted, chain_free. */
#ifndef CHAIN_H
#define CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/path/forward.h"

#define CHAIN_MS UINT64_C(1000000)

struct chain_conf {
	uint32_t sessions;  /* conversations that differ by source and port */
	uint32_t reflexive; /* rules of Tier-0; 1 if 0 */
	bool tcp;	    /* else UDP */
};

struct chain {
	struct chain_conf conf;
	struct forward tier1, tier0;
	struct batch batch;
	uint64_t now;	      /* virtual, ns; grows with each batch */
	uint8_t template[64]; /* from 0.0.0.0, port 0 */
	struct pkt *slots;
};

struct chain *chain_new(const struct chain_conf *conf);
void chain_free(struct chain *c);
/* Fills the batch with one packet of each of 'count' conversations, as they
 * come out of the host's NIC. */
void chain_make(struct chain *c, const uint32_t *numbers, size_t count);
/* The same as they come out of Tier-1: from address 'number' of the egress
 * range, to measure Tier-0 alone. */
void chain_make_egress(struct chain *c, const uint32_t *numbers, size_t count);
/* Takes the batch over one gateway; false if some packet was not sent on. */
bool chain_cross(struct chain *c, struct forward *gateway);
/* Over both; exits with a message if a packet is dropped. */
void chain_pass(struct chain *c);
/* The same with the packets of 'numbers', in batches of BATCH_MAX. */
void chain_send(struct chain *c, const uint32_t *numbers, size_t count);
/* Exits with a message unless the packets of the batch are what must come out
 * of Tier-0: addresses, TTL, checksums computed anew. */
void chain_verify(const struct chain *c, const uint32_t *numbers);
/* Forgets all sessions. */
void chain_reset(struct chain *c);

#endif
