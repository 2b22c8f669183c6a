/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of netns share; nobody else includes it. */
#ifndef NETNS_PRIVATE_H
#define NETNS_PRIVATE_H

#include "tests/kernel/plan.h"
#include "tests/kernel/tap.h"

#define NETNS_KEY 80

struct nft_ctx;

struct netns_port {
	unsigned number;
	size_t bridge; /* that it is plugged into, for ever */
	bool taken;    /* by a place of the case */
	bool known;    /* set up */
	bool strict;   /* uRPF, as it is set */
};

/* A namespace that can be the node of that key. */
struct netns_slot {
	char key[NETNS_KEY];
	enum plan_kind kind;
	bool taken, used; /* by this case, by the one before */
	int space, raw;	  /* descriptors; -1: none */
	struct tap tap;
	int route, track; /* netlink */
	struct nft_ctx *rules;
	char *told; /* the rules as they are; NULL: none yet */
	struct {
		VEC(struct netns_port);
	} ports;
};

struct netns_bridge {
	char key[NETNS_KEY]; /* the name of its link */
};

struct netns {
	const struct plan *plan; /* of the case */
	struct {
		VEC(struct netns_slot);
	} slots;
	struct {
		VEC(size_t);
	} slot_of; /* by node */
	struct {
		VEC(struct netns_bridge);
	} bridges;
	unsigned port_count;
	int fabric;  /* the bridges' namespace */
	int route;   /* its netlink socket */
	int softnet; /* /proc/net/softnet_stat */
};

static inline struct netns_slot *netns_slot_of(const struct netns *n,
					       size_t node)
{
	return &n->slots.at[n->slot_of.at[node]];
}

#endif
