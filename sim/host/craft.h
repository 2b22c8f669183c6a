/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoint packets, made by libnet without privilege: nothing but this file
 * knows libnet.
 *
 * craft_new once per world of hosts, craft_free at its end. Each call writes a
 * whole frame whose MAC addresses are zero (the router fills them in on the
 * way out) and returns its size, 0 if it does not fit 'room'. All values are
 * explicit; nothing is random. */
#ifndef CRAFT_H
#define CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/wire/tcp.h"

struct craft;

struct craft_bytes {
	const uint8_t *at;
	size_t len;
};

struct craft_ip {
	ip4 src, dst;
	uint16_t id;
	uint8_t ttl, tos;
	bool df; /* don't fragment */
};

struct craft_udp {
	uint16_t sport, dport;
	struct craft_bytes payload;
};

struct craft_tcp {
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window;
	uint16_t mss; /* option on a SYN; 0: none */
	bool sack_permitted;
	struct tcp_sack sacks[TCP_SACKS]; /* option */
	uint8_t sack_count;
	struct craft_bytes payload;
};

struct craft_echo {
	bool reply;
	uint16_t id, seq;
	struct craft_bytes payload;
};

struct craft_error {
	uint8_t type, code;
	struct craft_bytes quoted; /* IP header and at least 8 bytes */
};

/* A frame being made goes here. */
struct craft_frame {
	uint8_t *bytes;
	size_t room;
};

/* NULL if libnet cannot be set up. */
struct craft *craft_new(void);
void craft_free(struct craft *c);

size_t craft_make_udp(struct craft *c, const struct craft_ip *ip,
		      const struct craft_udp *udp, struct craft_frame out);
size_t craft_make_tcp(struct craft *c, const struct craft_ip *ip,
		      const struct craft_tcp *tcp, struct craft_frame out);
size_t craft_make_echo(struct craft *c, const struct craft_ip *ip,
		       const struct craft_echo *echo, struct craft_frame out);
size_t craft_make_error(struct craft *c, const struct craft_ip *ip,
			const struct craft_error *error,
			struct craft_frame out);

#endif
