/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of one node of a running network as text, in the manner of the
 * NSX edge's `get` commands; each ends with a line break. They only read. For a
 * gateway call them for each of its parts (net_gateways()). */
#ifndef DUMP_H
#define DUMP_H

#include "sim/base/str.h"
#include "sim/world/router.h"
#include "topology/build/net.h"

enum dump_table {
	DUMP_ROUTES,	 /* `get route`: every candidate, the best marked */
	DUMP_FORWARDING, /* `get forwarding`: what is looked up */
	DUMP_NAT,	 /* rules in the order in which they are tried */
	DUMP_SESSIONS,	 /* as `get firewall <interface> connection` */
	DUMP_ARP,	 /* `get arp-table` */
	DUMP_LB,	 /* virtual servers and their members */
	DUMP_TABLE_COUNT
};

/* "routes", "forwarding", "nat", "sessions", "arp", "lb". */
const char *dump_table_name(enum dump_table table);
/* Appends the table; false, and nothing, if it is empty. */
bool dump_print(const struct net *n, const struct router *r,
		enum dump_table table, struct str *out);

#endif
