/* SPDX-License-Identifier: Apache-2.0 */
/* The transport side of a host: who on it gets which packet, and how packets
 * are made and sent.
 *
 * UDP sockets and TCP endpoints live in their owners' storage and are linked
 * into the stack while open. The stack answers for closed ports: RST for TCP,
 * ICMP port unreachable for UDP, nothing for ports declared silent (a host
 * firewall that drops). ICMP errors reach the socket whose packet they quote.
 *
 * A conversation number ('flow') goes with every packet for observers: clients
 * begin one, servers answer in the one that reached them. */
#ifndef STACK_H
#define STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/host/craft.h"
#include "sim/host/mold.h"
#include "sim/wire/tcp.h"
#include "sim/world/router.h"

/* Errors as a Linux program sees them (errno), with Go's words. */
#define STACK_ERRORS(X)                                                        \
	X(OK, "success")                                                       \
	X(NET_UNREACHABLE, "network is unreachable")                           \
	X(HOST_UNREACHABLE, "no route to host")                                \
	X(HOST_DOWN, "host is down")                                           \
	X(REFUSED, "connection refused")                                       \
	X(NO_PROTOCOL, "protocol not available")                               \
	X(TIMED_OUT, "connection timed out")                                   \
	X(RESET, "connection reset by peer")                                   \
	X(TOO_LONG, "message too long")

enum stack_error {
#define X(symbol, text) STACK_##symbol,
	STACK_ERRORS(X)
#undef X
};

struct stack;

/* What came with a packet that matters to whoever answers it. */
struct stack_from {
	ip4 src, dst;
	uint16_t sport, dport;
	uint32_t flow, pkt;
	uint8_t tos;
};

struct stack_udp {
	struct stack *stack; /* NULL: closed */
	ip4 local;	     /* 0.0.0.0: any of the host's */
	uint16_t port;
	ip4 peer; /* connected to, if peer_port */
	uint16_t peer_port;
	bool all_errors; /* also soft ICMP errors (IP_RECVERR) */
	uint32_t flow;	 /* of what it sends */
	void (*receive)(void *context, const struct stack_from *from,
			const uint8_t *bytes, size_t len);
	void (*error)(void *context, enum stack_error error); /* may be NULL */
	void *context;
	struct mold mold; /* of what it sends to its peer; the stack's */
	struct stack_udp *next;
};

/* One end of a TCP connection, embedded in struct conn. */
struct stack_tcp {
	struct stack *stack;
	ip4 local, peer;
	uint16_t port, peer_port;
	uint32_t flow;
	bool server;
	void (*segment)(struct stack_tcp *t, const struct tcp *head,
			const uint8_t *payload, size_t len, uint32_t pkt);
	void (*error)(struct stack_tcp *t, enum stack_error error);
	/* A router on the way takes no IP packet larger than 'mtu' (ICMP 3/4,
	 * RFC 1191). */
	void (*path_mtu)(struct stack_tcp *t, uint16_t mtu);
	/* Whether it makes room for the new connection that this SYN asks for
	 * between the same ends; it has closed itself then. */
	bool (*yield)(struct stack_tcp *t, const struct tcp *syn);
	void (*free)(struct stack_tcp *t);
	struct mold mold; /* of its segments; the stack's */
	struct stack_tcp *next;
};

struct stack_listener {
	uint16_t port;
	/* A SYN for the port; 'head' is its segment. */
	void (*syn)(void *context, const struct stack_from *from,
		    const struct tcp *head);
	void *context;
	struct stack_listener *next;
};

struct stack_ping {
	struct stack *stack;
	ip4 peer;
	uint16_t id, size; /* size: bytes of data */
	bool fragment;	   /* without DF */
	uint32_t flow;
	void (*reply)(void *context, uint16_t seq);
	void (*error)(void *context, enum stack_error error);
	void *context;
	struct stack_ping *next;
};

struct stack *stack_new(struct router *r);
void stack_free(struct stack *s);
struct router *stack_router(const struct stack *s);
struct world *stack_world(const struct stack *s);
const char *stack_error_text(enum stack_error error);

/* Opens the socket described by 'u'; port 0: an ephemeral one. A socket with a
 * peer gets its local address from the route; false if there is none. */
bool stack_udp_open(struct stack *s, struct stack_udp *u);
void stack_udp_close(struct stack_udp *u);
void stack_udp_send(struct stack_udp *u, const uint8_t *bytes, size_t len);
/* Answers a datagram: from the address it was sent to, in its conversation. */
void stack_udp_answer(struct stack *s, const struct stack_from *from,
		      const uint8_t *bytes, size_t len);

/* 't' with peer and ports filled in; local 0.0.0.0 and port 0 are chosen.
 * False if there is no route. */
bool stack_tcp_open(struct stack *s, struct stack_tcp *t);
/* Bytes of data that fit a segment on its own interface (RFC 6691), or on its
 * path if that is known to carry less: Linux offers no more in its SYN either
 * (ipv4_default_advmss in net/ipv4/route.c). */
uint16_t stack_tcp_mss(const struct stack_tcp *t);
void stack_tcp_close(struct stack_tcp *t);
/* Sends a segment; addresses and ports are filled in. */
void stack_tcp_send(struct stack_tcp *t, struct craft_tcp *segment,
		    uint32_t cause);

void stack_listen(struct stack *s, struct stack_listener *l);
bool stack_is_listening(const struct stack *s, uint16_t port);
/* TCP and UDP ports that are dropped without an answer; copied. */
void stack_set_silent(struct stack *s, const uint16_t *ports, size_t count);

bool stack_ping_open(struct stack *s, struct stack_ping *p);
void stack_ping_close(struct stack_ping *p);
void stack_ping_send(struct stack_ping *p, uint16_t seq);

#endif
