/* SPDX-License-Identifier: Apache-2.0 */
/* TCP segments (RFC 9293). */
#ifndef TCP_H
#define TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define TCP_SIZE 20 /* without options */
#define TCP_FIN	 0x01
#define TCP_SYN	 0x02
#define TCP_RST	 0x04
#define TCP_PSH	 0x08
#define TCP_ACK	 0x10

#define TCP_SACKS 4 /* that fit into the options */

/* Bytes 'from' up to before 'to' have arrived. */
struct tcp_sack {
	uint32_t from, to;
};

struct tcp {
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t head_size; /* bytes, with options */
	uint8_t flags;
	uint16_t window, check;
	uint16_t mss; /* from the option; 0: not there */
	bool sack_permitted;
	struct tcp_sack sacks[TCP_SACKS]; /* RFC 2018 */
	uint8_t sack_count;
};

/* Reads and checks a segment of 'len' bytes with its options; a malformed
 * option list makes it false. */
bool tcp_read(const uint8_t *bytes, size_t len, ip4 src, ip4 dst,
	      struct tcp *out);
/* "SYN", "SYN-ACK", "ACK", "PSH-ACK", "FIN-ACK", "RST", ... */
const char *tcp_flags_name(uint8_t flags);

#endif
