/* SPDX-License-Identifier: Apache-2.0 */
/* What a packet must look like, as scenario files say it:
 *
 *	74.125.133.82:443 > 30.0.0.16 SYN-ACK
 *	30.0.0.0/24 > *:53 DNS query
 *	> 10.27.51.252
 *	SYN
 *
 * "source > destination kind"; each of the three may be left out. An end is an
 * address, a prefix or "*", and ":port" if the port matters. A kind is what
 * summary_kind() prints, or its first words ("HTTP" is also "HTTP GET /v2/");
 * "*" in it stands for anything ("RST*" is RST and RST-ACK).
 *
 * Values without pointers to free: 'kind' points into the parsed text. */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/addr.h"

struct pattern_end {
	struct addr_prefix net; /* 0.0.0.0/0: any */
	uint16_t port;		/* 0: any */
};

struct pattern {
	struct pattern_end src, dst;
	const char *kind; /* "": any */
};

/* False if 'text' is no pattern; then '*why' says which form is expected, and
 * '*nearest' is a kind that was probably meant, or NULL. */
bool pattern_parse(const char *text, struct pattern *out, const char **why,
		   const char **nearest);
/* "addr", "addr/len", "*", each with or without ":port". */
bool pattern_parse_end(const char *text, struct pattern_end *out);

bool pattern_end_fits(const struct pattern_end *e, ip4 addr, uint16_t port);
bool pattern_kind_fits(const char *pattern, const char *kind);

#endif
