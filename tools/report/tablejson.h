/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of running nodes as one JSON object: by node, by table. */
#ifndef TABLEJSON_H
#define TABLEJSON_H

#include "sim/base/str.h"
#include "topology/build/dump.h"

struct tablejson;

struct tablejson *tablejson_new(void);
void tablejson_add(struct tablejson *t, const struct net *n, struct router *r,
		   enum dump_table table);
/* Appends the text and frees 't'. */
void tablejson_end(struct tablejson *t, struct str *out);

#endif
