/* SPDX-License-Identifier: Apache-2.0 */
/* A small TCP endpoint (RFC 9293): SYN and data retransmission with Linux's
 * timers, MSS, segmentation, path MTU discovery (RFC 1191), cumulative
 * acknowledgement, delayed as Linux does, congestion control (NewReno), FIN, RST
 * and TIME_WAIT. It tells the peer what came beyond a gap (SACK, RFC 2018); what
 * the peer tells so changes nothing in what is sent again. No window scaling, so
 * at most 64 KiB are under way.
 *
 * conn_connect or a listener makes one; events tell its user what happens;
 * conn_close (politely) or conn_abort end it. After either, or after the event
 * 'failed', it is not the user's any more. */
#ifndef CONN_H
#define CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/host/host.h"
#include "sim/host/stack.h"

struct conn;

struct conn_events {
	void (*connected)(void *context);
	void (*received)(void *context, const uint8_t *bytes, size_t len);
	/* Some of what was sent has arrived; 'left' bytes have not. */
	void (*sent)(void *context, size_t left);
	void (*finished)(void *context); /* the peer has sent FIN */
	void (*failed)(void *context, enum stack_error error);
};

/* Starts to connect. NULL and '*error' if that fails at once (no route). */
struct conn *conn_connect(struct host *h, ip4 peer, uint16_t port,
			  uint16_t sport, enum stack_error *error);
void conn_set_events(struct conn *c, const struct conn_events *events,
		     void *context);
uint32_t conn_flow(const struct conn *c);
ip4 conn_local(const struct conn *c, uint16_t *port);
/* Of the next byte that conn_send() takes. */
uint32_t conn_next_seq(const struct conn *c);
bool conn_is_connected(const struct conn *c);
void conn_send(struct conn *c, const void *bytes, size_t len); /* copied */
void conn_close(struct conn *c);
/* Without RST if it was never connected, as a cancelled dial. */
void conn_abort(struct conn *c);

/* Connections to 'port' of 'h' are handed to 'accepted' once established. */
struct conn_listener {
	struct stack_listener listener;
	struct host *host;
	void (*accepted)(void *context, struct conn *c);
	void *context;
};
void conn_listen(struct host *h, uint16_t port, struct conn_listener *l);

#endif
