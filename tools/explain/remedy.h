/* SPDX-License-Identifier: Apache-2.0 */
/* The sentence behind "try:": what to change, at which gateway, with which
 * address or rule. Where the facts of a cause say nothing more, the usual
 * remedy of its drop reason. */
#ifndef REMEDY_H
#define REMEDY_H

#include "sim/base/str.h"
#include "tools/explain/cause.h"

/* Prints nothing if nothing is blocked. */
void remedy_print(const struct outcome *o, const struct cause *c,
		  struct str *out);

#endif
