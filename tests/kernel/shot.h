/* SPDX-License-Identifier: Apache-2.0 */
/* A packet that a host sends, as a line of text:
 *
 *	1 h1 udp 10.1.0.10:4000 > 198.51.100.10:53 size=20 ttl=3 df tos=32
 *	2 h1 tcp 10.1.0.10:4001 > 198.51.100.10:80 SYN
 *	3 h1 echo 10.1.0.10 > 198.51.100.10 id=7 seq=1
 *	4 h1 icmp 10.1.0.10 > 198.51.100.10 type=13 code=0 id=7
 *	5 h1 proto 10.1.0.10 > 198.51.100.10 number=47
 *	6 h2 answer 2 SYN-ACK
 *	7 h2 error 1 type=3 code=1 from=198.51.100.77
 *
 * The number in front names the packet; its IP identification is SHOT_ID plus
 * that number. "answer" and "error" are about what the host received of an
 * earlier packet, in each world by itself, so that ports chosen by NAT are
 * answered as they were chosen. */
#ifndef SHOT_H
#define SHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/str.h"
#include "sim/base/vec.h"

#define SHOT_ID	  0xa000
#define SHOT_ROOM 2000 /* bytes of an IP datagram */

enum shot_kind {
	SHOT_UDP,
	SHOT_TCP,
	SHOT_ECHO,
	SHOT_ICMP,
	SHOT_PROTO,
	SHOT_ANSWER,
	SHOT_ERROR,
	SHOT_KIND_COUNT
};

struct shot {
	unsigned number;
	char host[32];
	enum shot_kind kind;
	ip4 src, dst; /* 'src' of an error: "from" */
	uint16_t sport, dport;
	uint8_t flags, ttl, tos, proto;
	uint8_t type, code;
	uint16_t id, seq, size;
	bool df, more, unchecked; /* unchecked: UDP checksum 0 */
	bool wrong;		  /* the checksum of the payload is wrong */
	uint16_t offset;	  /* of a fragment, bytes */
	unsigned of;		  /* number of the packet it is about */
};

struct shot_list {
	VEC(struct shot);
};

/* Bytes of an IP datagram that somebody received. */
struct shot_bytes {
	uint16_t size;
	uint8_t at[SHOT_ROOM];
};

/* False if the line is none. */
bool shot_parse(const char *line, struct shot *out);
void shot_print(const struct shot *s, struct str *out);
/* Writes the datagram; 'of' is what it is about (NULL: nothing arrived there).
 * 0 if there is nothing to send. */
size_t shot_build(const struct shot *s, const struct shot_bytes *of,
		  uint8_t out[SHOT_ROOM]);

#endif
