/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a running network, picked by words: names of tables (dump.h) or
 * "all", and names of gateways, their parts, routers and hosts. No table: all;
 * no node: all. */
#ifndef TABLES_H
#define TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"
#include "sim/base/str.h"
#include "tools/report/tablejson.h"
#include "topology/build/dump.h"

#define TABLES_NODES 256

struct tables {
	bool wanted[DUMP_TABLE_COUNT];
	const char *nodes[TABLES_NODES]; /* the caller's words */
	size_t node_count;
	bool seen[TABLES_NODES]; /* nodes that exist, once shown */
};

void tables_pick(struct tables *t, const char *const *words, size_t count);
void tables_print(struct tables *t, struct net *n, struct str *out);
void tables_json(struct tables *t, struct net *n, struct tablejson *out);
/* Reports words that were neither, after the tables were shown. */
void tables_check(const struct tables *t, const struct net *n, struct diag *d);

#endif
