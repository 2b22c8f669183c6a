/* SPDX-License-Identifier: Apache-2.0 */
/* Capture filters in the language of tcpdump (pcap-filter(7)), on simulated
 * frames. */
#ifndef CAPFILTER_H
#define CAPFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"

struct capfilter;

/* NULL, with libpcap's reason in 'd', if 'expression' is none. */
struct capfilter *capfilter_new(const char *expression, struct diag *d);
bool capfilter_fits(const struct capfilter *f, const uint8_t *frame,
		    size_t len);
void capfilter_free(struct capfilter *f); /* NULL is fine */

#endif
