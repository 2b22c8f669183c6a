/* SPDX-License-Identifier: Apache-2.0 */
/* NAT rules of one gateway, in NSX's words and order.
 *
 * Within a stage (destination before routing, source after it) the rule with
 * the lowest sequence number that is enabled and matches wins; equal numbers:
 * first added wins (NSX leaves that undefined; we warn when linting). NO_*
 * rules win by order too and stop the search. Sources: NSX-T 3.2 Policy API
 * PolicyNatRule.
 *
 * Flat, in the caller's storage: nat_init, nat_add, nat_seal, nat_match. Many
 * rules want an index: nat_index_init(&n->index[stage], ...) with room for
 * nat_index_room(n, stage) prefixes, before nat_seal. Without one they are gone
 * through one by one; the answer is the same. For a batch of packets ask ahead
 * of time: nat_is_large, nat_ask_slot, nat_ask. */
#ifndef NAT_H
#define NAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/table/flow.h"
#include "sim/table/nat_index.h"

enum nat_action {
	NAT_SNAT,
	NAT_DNAT,
	NAT_REFLEXIVE,
	NAT_NO_SNAT,
	NAT_NO_DNAT,
	NAT_ACTION_COUNT
};

enum nat_stage {
	NAT_INGRESS, /* before routing: DNAT, NO_DNAT, REFLEXIVE backwards */
	NAT_EGRESS,  /* after routing: SNAT, NO_SNAT, REFLEXIVE forwards */
};

enum nat_firewall_match {
	NAT_MATCH_INTERNAL_ADDRESS,
	NAT_MATCH_EXTERNAL_ADDRESS,
	NAT_BYPASS
};

#define NAT_PREFIXES_MAX 16
/* Slots of an index that no longer fit the first cache (32 KiB). */
#define NAT_LARGE 2048

struct nat_prefixes {
	uint8_t count; /* 0: any */
	struct addr_prefix at[NAT_PREFIXES_MAX];
};

struct nat_rule {
	/* What packets of it read and write, together. */
	uint64_t packets, bytes; /* hits; changed by the datapath */
	uint64_t scope; /* bit per port of the router; 0: all uplinks */
	uint32_t ref;	/* what configured it, for traces; opaque here */
	enum nat_action action;
	struct nat_prefixes translated;

	struct nat_prefixes source, destination;
	uint8_t proto;			    /* of the service; 0: any */
	struct addr_ports ports;	    /* of the service; 0-0: any */
	struct addr_ports translated_ports; /* 0-0: none (see nsx: inverted) */
	uint32_t sequence_number;
	uint32_t place; /* in which it was added; set by nat_add() */
	bool enabled, logging;
	enum nat_firewall_match firewall_match;
};

struct nat {
	struct nat_rule *rules; /* caller's storage, sorted by nat_seal() */
	size_t count, room;
	bool acts[2];	  /* by stage: some rule has a say; set by nat_seal() */
	bool keeps_state; /* some rule is not REFLEXIVE; set by nat_seal() */
	struct nat_index index[2]; /* by stage; no slots: none */
};

/* What a rule is matched against. */
struct nat_key {
	const struct flow_key *flow;
	uint16_t port; /* of the router: ingress or egress by stage */
	bool portless; /* a later fragment: ports match whatever they are */
};

/* Whether a scope (nat_rule.scope, flow.scope) takes in 'port', an uplink. */
static inline bool nat_in_scope(uint64_t scope, uint16_t port)
{
	return !scope || (port < 64 && scope >> port & 1);
}

void nat_init(struct nat *n, struct nat_rule *storage, size_t room);
/* False when full. */
bool nat_add(struct nat *n, const struct nat_rule *rule);
/* Prefixes that an index must have room for. */
size_t nat_index_room(const struct nat *n, enum nat_stage stage);
void nat_seal(struct nat *n);

struct nat_hit {
	struct nat_rule *rule; /* NULL: none; place is 'rule' - n->rules */
	uint32_t shift;	       /* see struct nat_index_ask */
	bool straight;
};

/* The rule that decides. */
struct nat_hit nat_find(const struct nat *n, enum nat_stage stage,
			const struct nat_key *key);
static inline struct nat_rule *
nat_match(const struct nat *n, enum nat_stage stage, const struct nat_key *key)
{
	return nat_find(n, stage, key).rule;
}

/* Whether the stage has so many rules that it pays to ask for them ahead of
 * time; else they are in the cache anyway. */
static inline bool nat_is_large(const struct nat *n, enum nat_stage stage)
{
	return n->index[stage].slots && n->index[stage].mask >= NAT_LARGE;
}

/* Two steps that make nat_find() find what it needs in the cache: for all
 * packets of a batch the one, then for all the other. Only if nat_is_large().
 */
static inline void nat_ask_slot(const struct nat *n, enum nat_stage stage,
				const struct flow_key *key)
{
	const struct nat_index *x = &n->index[stage];
	for (uint32_t i = 0; i < x->group_count; i++)
		__builtin_prefetch(nat_index_first(x, &x->groups[i], key));
}

static inline void nat_ask(const struct nat *n, enum nat_stage stage,
			   const struct flow_key *key)
{
	const struct nat_index *x = &n->index[stage];
	for (uint32_t i = 0; i < x->group_count; i++) {
		const struct nat_index_slot *s =
			nat_index_first(x, &x->groups[i], key);
		if (s->rule != NAT_INDEX_NONE)
			__builtin_prefetch(&n->rules[nat_index_rule(s)]);
	}
}

/* A packet of 'size' bytes that the rule or a session of it acted on. */
static inline void nat_count(struct nat_rule *r, uint32_t size)
{
	r->packets++;
	r->bytes += size;
}

/* The number (ref) of the rule or virtual server that made a session. */
static inline uint32_t nat_flow_ref(const struct nat *n, const struct flow *f)
{
	return f->by_rule ? n->rules[f->maker].ref : f->maker;
}

/* Whether a DNAT rule may translate some destination to 'a'. */
bool nat_leads_to(const struct nat *n, ip4 a);
/* REFLEXIVE: 'a' mapped from 'from' to 'to' by its position (n:n). 'a' must
 * lie in 'from', and both must be of the same size. */
ip4 nat_map(const struct nat_prefixes *from, const struct nat_prefixes *to,
	    ip4 a);
/* The same in two halves: the position of 'a' in the list, and back. */
uint64_t nat_position(const struct nat_prefixes *p, ip4 a);
ip4 nat_at(const struct nat_prefixes *p, uint64_t position);
/* Whether 'a' is in the list; an empty list is any address. */
bool nat_covers(const struct nat_prefixes *p, ip4 a);
/* All addresses that 'p' covers, 2^32 at most. */
uint64_t nat_size(const struct nat_prefixes *p);
const char *nat_action_name(enum nat_action action);
const char *nat_firewall_match_name(enum nat_firewall_match match);
bool nat_action_find(const char *name, enum nat_action *out);

#endif
