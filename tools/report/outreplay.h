/* SPDX-License-Identifier: Apache-2.0 */
/* What came of a replay, as text: packets that fared alike together, with the
 * way of the first of them; then what was left out, and why. */
#ifndef OUTREPLAY_H
#define OUTREPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/play/replay.h"
#include "sim/base/str.h"
#include "tools/report/outtext.h"

/* Whether every packet that was sent arrived, and every answer to one. */
bool outreplay_all_arrived(const struct replay *r);
/* 'style.quiet': the numbers only; 'style.verbose': all that fared alike, and
 * what the network itself sent meanwhile. */
void outreplay_print(const struct replay *r, const struct outtext_style *style,
		     struct str *out);

#endif
