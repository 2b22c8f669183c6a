/* SPDX-License-Identifier: Apache-2.0 */
/* What stack.c (sending, sockets) and stack_deliver.c (receiving) share. */
#ifndef STACK_PRIVATE_H
#define STACK_PRIVATE_H

#include "sim/host/pathmtu.h"
#include "sim/host/stack.h"

struct stack {
	struct router *router;
	struct craft *craft;
	struct stack_udp *udps;
	struct stack_tcp *tcps;
	struct stack_listener *listeners;
	struct stack_ping *pings;
	uint16_t *silent;
	size_t silent_count;
	uint16_t next_ip_id;
	struct pathmtu paths;
};

/* router_local_fn and router_failed_fn of a stack. */
bool stack_deliver(void *context, struct pkt *p);
void stack_failed(void *context, const struct pkt *p, enum drop reason);

/* A segment for no connection. */
void stack_reset(struct stack *s, const struct stack_from *from,
		 const struct tcp *head, size_t payload);
/* A packet for no socket or protocol: ICMP unreachable with 'code'. */
void stack_unreachable(struct stack *s, const struct pkt *about, uint8_t code);

#endif
