/* SPDX-License-Identifier: Apache-2.0 */
/* Layer-4 virtual servers of a Tier-1 gateway: VIP and ports to a pool member,
 * round robin; with AUTOMAP the client's address becomes the VIP, as seen on
 * back-ends of a real Supervisor cluster. Flat, in the caller's storage. */
#ifndef LB_H
#define LB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define LB_MEMBERS_MAX 32

struct lb_member {
	ip4 addr;
	uint16_t port; /* 0: the port the client asked for */
	bool enabled;
};

struct lb_server {
	ip4 vip;
	uint8_t proto; /* IP4_PROTO_TCP or IP4_PROTO_UDP */
	struct addr_ports ports;
	bool automap; /* false: transparent (LBSnatDisabled) */
	bool enabled;
	uint8_t member_count;
	struct lb_member members[LB_MEMBERS_MAX];
	uint32_t next; /* round robin position */
	uint32_t ref;
	uint64_t connections;
};

struct lb {
	struct lb_server *servers;
	size_t count, room;
};

void lb_init(struct lb *l, struct lb_server *storage, size_t room);
bool lb_add(struct lb *l, const struct lb_server *server);
/* The enabled server for this destination, or NULL. */
struct lb_server *lb_find(const struct lb *l, ip4 dst, uint8_t proto,
			  uint16_t dport);
/* Whether 'a' is some server's VIP. */
bool lb_has_vip(const struct lb *l, ip4 a);
bool lb_has_member(const struct lb_server *s); /* an enabled one */
/* The next enabled member, round robin; NULL if there is none. */
const struct lb_member *lb_pick(struct lb_server *s);

#endif
