/* SPDX-License-Identifier: Apache-2.0 */
/* The sentence behind "why:", made of the facts of a cause: what arrived, what
 * died where, and who made the address that nobody knew. */
#ifndef WHY_H
#define WHY_H

#include "sim/base/str.h"
#include "tools/explain/cause.h"

/* "the SYN arrives at registry, but its answer to 30.0.0.5 dies at ..." */
void why_print(const struct outcome *o, const struct cause *c, struct str *out);

#endif
