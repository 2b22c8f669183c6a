/* SPDX-License-Identifier: Apache-2.0 */
/* An outcome for programs: one JSON object, the same each time. Its shape is
 * versioned by the member "version" of "tierpath". */
#ifndef OUTJSON_H
#define OUTJSON_H

#include <jansson.h>
#include <stdbool.h>

#include "scenarios/play/outcome.h"
#include "scenarios/play/replay.h"
#include "sim/base/str.h"

#define OUTJSON_VERSION 1

/* Once, before all: jansson takes its memory from sim/base/mem.h, since JSON that
 * lacks what there was no memory for would be a lie. */
void outjson_init(void);
/* 'all' adds every packet of every step; else only the decisive ones. */
void outjson_run(const struct outcome *o, bool all, struct str *out);
/* Every packet of a replay: where it came out, or why not. */
void outjson_replay(const struct replay *r, struct str *out);
/* For what else is JSON: the member "tierpath", and the text of 'j', which is
 * freed. */
json_t *outjson_header(void);
void outjson_print(json_t *j, struct str *out);

#endif
