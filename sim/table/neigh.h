/* SPDX-License-Identifier: Apache-2.0 */
/* ARP cache of one node: (port, address) to MAC, with the states of a
 * neighbour. Flat, in the caller's storage, in the order of learning, with an
 * index by hash; time is an argument.
 *
 *	(none) --neigh_ask--> INCOMPLETE --neigh_learn--> REACHABLE
 *	INCOMPLETE --3rd try unanswered--> FAILED --after hold--> (none)
 *	REACHABLE --older than NEIGH_REACHABLE--> asked again when used
 *
 * Three tries one second apart as Linux does (net.ipv4.neigh mcast_solicit 3,
 * retrans_time 1 s). */
#ifndef NEIGH_H
#define NEIGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define NEIGH_TRIES	   3
#define NEIGH_RETRY_NS	   1000000000U	  /* 1 s */
#define NEIGH_REACHABLE_NS 1200000000000U /* 20 min, as NSX's edge ARP */

enum neigh_state {
	NEIGH_NONE,
	NEIGH_INCOMPLETE,
	NEIGH_REACHABLE,
	NEIGH_FAILED
};

struct neigh_entry {
	enum neigh_state state;
	uint16_t port;
	uint8_t tries; /* requests sent */
	ip4 addr;
	struct addr_mac mac; /* valid if REACHABLE */
	uint64_t changed;    /* ns; when it entered the state */
	uint32_t next;	     /* of the same hash: index + 1; 0: none */
};

struct neigh {
	struct neigh_entry *entries; /* caller's storage */
	uint32_t *heads;    /* by hash: index + 1 of the first; theirs */
	size_t count, room; /* room: a power of two, or 0 */
};

/* 'heads' are 'room' numbers, all 0. */
void neigh_init(struct neigh *n, struct neigh_entry *entries, uint32_t *heads,
		size_t room);
/* Goes on in larger storage, whose first entries the caller has copied. */
void neigh_move(struct neigh *n, struct neigh_entry *entries, uint32_t *heads,
		size_t room);
/* Neighbours differ in the low bits of their addresses; multiplied by an odd
 * number these spread over all bits above (Knuth, 6.4). */
static inline size_t neigh_head(const struct neigh *n, uint16_t port, ip4 addr)
{
	uint32_t mixed = (addr.v + port) * 0x9e3779b1U;
	return (mixed ^ mixed >> 16) & (n->room - 1);
}

/* The entry, or NULL. */
static inline struct neigh_entry *neigh_find(const struct neigh *n,
					     uint16_t port, ip4 addr)
{
	uint32_t at = n->room ? n->heads[neigh_head(n, port, addr)] : 0;
	while (at) {
		struct neigh_entry *e = &n->entries[at - 1];
		if (e->port == port && addr_same(e->addr, addr))
			return e;
		at = e->next;
	}
	return NULL;
}

/* Finds or makes the entry; a new one is NEIGH_NONE. NULL when full. */
struct neigh_entry *neigh_take(struct neigh *n, uint16_t port, ip4 addr);
/* An ARP message said that 'addr' is at 'm': updates the entry, which it
 * returns; NULL if there is none. */
struct neigh_entry *neigh_learn(struct neigh *n, uint16_t port, ip4 addr, mac m,
				uint64_t now);
const char *neigh_state_name(enum neigh_state state);

#endif
