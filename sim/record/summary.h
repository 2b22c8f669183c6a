/* SPDX-License-Identifier: Apache-2.0 */
/* One line of text per frame, for people:
 *
 *	10.244.1.18:41522 > 74.125.133.82:443 SYN
 *	10.27.51.252:53 > 30.0.0.16:1024 DNS answer k8s.gcr.io A 74.125.133.82
 *	ARP who has 10.27.51.254? tell 10.27.51.145 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/str.h"

/* One line: ends, kind, sizes. 'inside': its kind, if somebody who knows the
 * keys says so, else NULL. */
void summary_frame(const uint8_t *frame, size_t len, const char *inside,
		   struct str *out);
/* "HTTP GET /v2/", "HTTP 200": the first line of a head, cut to what matters.
 * False if 'data' does not begin with one. */
bool summary_http(const uint8_t *data, size_t len, struct str *out);
/* What kind of packet it is, without addresses: "SYN", "SYN-ACK", "DNS query",
 * "DNS answer", "UDP", "ICMP network unreachable", "ICMP echo request",
 * "HTTP GET /v2/", "HTTP 200", "TLS ClientHello", "ARP request". */
void summary_kind(const uint8_t *frame, size_t len, struct str *out);

#endif
