/* SPDX-License-Identifier: Apache-2.0 */
/* A random topology, as the text of a file with one record on a line, and what
 * packets may be sent in it. */
#ifndef TOPO_H
#define TOPO_H

#include "sim/base/addr.h"
#include "sim/base/rng.h"
#include "sim/base/str.h"
#include "sim/base/vec.h"

#define TOPO_SILENT_FIRST 4000 /* ports on which hosts keep silent */
#define TOPO_SILENT_COUNT 40

struct topo_host {
	char name[16];
	ip4 addr;
	uint16_t mtu;
};

/* An address that is worth sending to. */
struct topo_target {
	ip4 addr;
	int host;      /* that will get it, as far as we know; -1: none */
	bool missing;  /* nobody answers ARP for it */
	bool served;   /* a VIP: its own side may speak to it, too */
	uint16_t port; /* that is worth asking there; 0: any */
};

/* What a case may have in it; a run counts the cases. */
#define TOPO_FEATURES(X)                                                       \
	X(NAT, "rules that translate")                                         \
	X(STANDBY, "Tier-0 active-standby")                                    \
	X(EDGES, "Tier-0 active on several edges")                             \
	X(BY_SESSION, "REFLEXIVE by session")                                  \
	X(ADVERTISING, "rules of advertisement")                               \
	X(SERVER, "virtual servers")                                           \
	X(AUTOMAP, "members see the VIP")                                      \
	X(TRANSPARENT, "members see the client")                               \
	X(EQUAL_COST, "next hops of equal cost")                               \
	X(FRAGMENTS, "fragments and cutting")                                  \
	X(GATHERED, "fragments through sessions")

enum topo_feature {
#define X(name, text) TOPO_##name,
	TOPO_FEATURES(X)
#undef X
		TOPO_FEATURE_COUNT
};

/* An uplink: of which edge, on which network outside. */
struct topo_up {
	uint8_t edge, out;
	bool down; /* it, or its edge */
};

struct topo {
	struct rng rng;
	bool has[TOPO_FEATURE_COUNT];
	struct str text;
	struct {
		VEC(struct topo_host);
	} hosts;
	struct {
		VEC(struct topo_target);
	} targets;
	struct {
		VEC(uint16_t);
	} mtus;
	bool stateful;	 /* some node keeps sessions */
	bool by_session; /* see script.h */
	bool plain;	 /* nothing stateful */
	bool pieces;	 /* fragments may be sent */
	/* While it is being made: */
	struct str segments, host_text, pools, servers;
	unsigned tier1s, uplinks, edges, up_count;
	struct topo_up ups[6];
	bool edge_down[3];
	bool standby;	/* Tier-0 is active-standby: stateful rules */
	ip4 images[64]; /* addresses that Tier-1 gateways translate to */
	unsigned image_count;
	unsigned rules;	 /* of the node being made */
	bool in_tier0;	 /* that is the node */
	unsigned mapped; /* bit per Tier-1 that has some, by session */
	int reflexive;	 /* those of them; -1: it may have none */
};

/* The same seed makes the same topology. */
void topo_make(struct topo *t, uint64_t seed);
void topo_fini(struct topo *t);

static inline unsigned topo_below(struct topo *t, unsigned bound)
{
	return rng_below(&t->rng, bound);
}

/* In 'percent' of cases. */
static inline bool topo_maybe(struct topo *t, unsigned percent)
{
	return rng_below(&t->rng, 100) < percent;
}

#endif
