/* SPDX-License-Identifier: Apache-2.0 */
/* The flow cache of a node: what was decided about a packet, for those that come
 * after it. Edges of NSX have one, too.
 *
 * A way is all of a decision but the translation: in by which port, out by
 * which, to which next hop. Few ways serve all packets, so each is kept once
 * and known by its number; a session (flow.h) keeps the numbers of its two. A
 * node that keeps no state keeps its decisions in slots by addresses, and by
 * protocol and ports if it has equal-cost routes: one place for each hash, the
 * later decision takes the place of the earlier one.
 *
 * All of it holds while tables and ports stay as they are: see fast_renew().
 * Flat, in the caller's storage; without storage nothing is kept. */
#ifndef CACHE_H
#define CACHE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/path/translate.h"

#define CACHE_WAYS    256 /* a power of two */
#define CACHE_NOWHERE 0	  /* the way that no packet goes */
#define CACHE_NO_PORT UINT16_MAX
#define CACHE_NO_RULE UINT32_MAX
/* When more comes than it can hold, asking costs more than it brings. */
#define CACHE_FEW   16 /* packets that say nothing about that */
#define CACHE_RESTS 16

struct cache_way {
	uint16_t in_port; /* CACHE_NO_PORT: no way */
	uint16_t out_port;
	ip4 gateway;		  /* 0.0.0.0: the destination itself */
	uint32_t frame_max;	  /* longer frames may not fit */
	uint8_t verdict;	  /* enum pkt_verdict: sent, or local */
	uint8_t ends;		  /* enum translate_ends; 0: not translated */
	uint8_t hop;		  /* place of the next hop in its group */
	uint8_t least_ttl;	  /* packets with less end here */
	uint16_t aged;		  /* IP4_AGED, or 0: the TTL stays */
	bool asked_in, asked_out; /* rules were, and none matched */
};

static_assert(sizeof(struct cache_way) == 20, "no padding: compared as bytes");

/* Packets that arrive as 'addrs' and 'rest' say (struct cache_key). */
struct cache_slot {
	uint64_t addrs, rest;
	struct translate_addr to; /* what the way's end becomes */
	uint32_t rule; /* place of the one that says so, or CACHE_NO_RULE */
	uint16_t way;  /* CACHE_NOWHERE: empty */
};

static_assert(sizeof(struct cache_slot) == 32, "two in a cache line");

struct cache {
	void *memory;		/* caller's; NULL: there is no cache */
	struct cache_way *ways; /* CACHE_WAYS */
	struct cache_slot *slots;
	uint32_t mask;	   /* number of slots less one */
	uint32_t replaced; /* decisions that had to make place */
	uint32_t rests;	   /* times that it is not asked */
};

/* The memory for 'slots' places, a power of two. */
static inline size_t cache_bytes(uint32_t slots)
{
	return slots * sizeof(struct cache_slot) +
	       CACHE_WAYS * sizeof(struct cache_way);
}

/* Empty. 'memory' stays the caller's, who frees c->memory in the end. */
void cache_init(struct cache *c, void *memory, uint32_t slots);
void cache_clear(struct cache *c);
/* The number of the way; CACHE_NOWHERE when there is no room for another. */
uint16_t cache_number(struct cache *c, const struct cache_way *way);

/* Whether it is not to be asked for the next packets. */
static inline bool cache_rests(struct cache *c)
{
	if (!c->rests)
		return false;
	c->rests--;
	return true;
}

/* Of 'asked' packets so many were 'unknown': nearly all, though decisions have
 * had to make place for others, so that there are too many. */
static inline void cache_judge(struct cache *c, size_t asked, size_t unknown)
{
	if (asked >= CACHE_FEW && c->replaced > c->mask &&
	    unknown * 8 > asked * 7)
		c->rests = CACHE_RESTS;
}

/* Where a decision is found or goes. */
static inline struct cache_slot *cache_at(const struct cache *c, uint64_t addrs,
					  uint64_t rest)
{
	uint64_t h = (addrs ^ rest * UINT64_C(0xe7037ed1a0b428db)) *
		     UINT64_C(0x9e3779b97f4a7c15);
	return &c->slots[h >> 40 & c->mask];
}

#endif
