/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of one node of a running network as text, in the manner of the
 * NSX edge's `get` commands; each ends with a line break. They only read. For a
 * gateway call them for each of its parts (net_gateways()). */
#ifndef DUMP_H
#define DUMP_H

#include "sim/base/str.h"
#include "sim/world/router.h"
#include "topology/build/net.h"

/* `get route`: every candidate, best ones marked
 *	t1n> * 30.0.0.16/32 [3/0] via 100.64.0.3, downlink-vnet-domain-c8 */
void dump_routes(const struct router *r, struct str *out);
/* `get forwarding`: what is looked up, and what configured it. */
void dump_forwarding(const struct net *n, const struct router *r,
		     struct str *out);
/* In the order in which they are tried, with their hits. */
void dump_nat_rules(const struct net *n, const struct router *r,
		    struct str *out);
/* `get firewall <interface> connection`: as packets arrive and as they leave,
 * packets in both directions, idle time. */
void dump_sessions(const struct net *n, const struct router *r,
		   struct str *out);
void dump_arp(const struct router *r, struct str *out);
/* Virtual servers and their members. */
void dump_lb(const struct net *n, const struct router *r, struct str *out);

enum dump_table {
	DUMP_ROUTES,
	DUMP_FORWARDING,
	DUMP_NAT,
	DUMP_SESSIONS,
	DUMP_ARP,
	DUMP_LB,
	DUMP_TABLE_COUNT
};

/* "routes", "forwarding", "nat", "sessions", "arp", "lb". */
const char *dump_table_name(enum dump_table table);
/* Any of the above; false, and nothing is printed, if the table is empty. */
bool dump_print(const struct net *n, const struct router *r,
		enum dump_table table, struct str *out);

#endif
