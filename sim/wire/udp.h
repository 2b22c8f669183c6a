/* SPDX-License-Identifier: Apache-2.0 */
/* UDP (RFC 768). */
#ifndef UDP_H
#define UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define UDP_SIZE 8

struct udp {
	uint16_t sport, dport;
	uint16_t size; /* header and payload, bytes */
	uint16_t check;
};

/* Reads and checks a datagram of 'len' bytes; the addresses are for the
 * checksum, which may be 0 (none). */
bool udp_read(const uint8_t *bytes, size_t len, ip4 src, ip4 dst,
	      struct udp *out);

#endif
