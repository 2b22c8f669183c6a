/* SPDX-License-Identifier: Apache-2.0 */
/* An outcome for programs: one JSON object, the same each time. Its shape is
 * versioned by the member "version" of "tierpath". */
#ifndef OUTJSON_H
#define OUTJSON_H

#include <stdbool.h>

#include "scenarios/play/outcome.h"
#include "sim/base/str.h"

#define OUTJSON_VERSION 1

/* 'all' adds every packet of every step; else only the decisive ones. */
void outjson_run(const struct outcome *o, bool all, struct str *out);
/* Traceflow-shaped: the observations of the decisive packet of step 1 there
 * and back, in the words of the NSX-T Policy API. */
void outjson_traceflow(const struct outcome *o, struct str *out);

#endif
