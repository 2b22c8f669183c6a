/* SPDX-License-Identifier: Apache-2.0 */
/* The byte stream under HTTP: TCP, plain or with TLS in it. The one place where
 * TLS goes between: clients and servers of HTTP talk to a stream and know
 * neither.
 *
 * stream_dial starts one, or stream_accept makes one of a connection that came;
 * events as they happen; stream_close ends it at any time and frees it. After
 * 'failed' and 'tls_failed' it still has to be closed. A build without TLS
 * (tls.h) sends all in plain. */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/host/conn.h"
#include "sim/host/host.h"
#include "sim/host/tls.h"

struct stream;

struct stream_to {
	ip4 addr;
	uint16_t port;
	uint64_t dial_timeout; /* ns; 0: the kernel decides */
	const char *tls_host;  /* NULL: no TLS; the caller's while it lasts */
	uint64_t tls_timeout;  /* ns, of the handshake; 0: none */
};

/* NULL: not interested. */
struct stream_events {
	void (*ready)(void *context); /* connected, hands shaken */
	void (*received)(void *context, const uint8_t *bytes, size_t len);
	void (*finished)(void *context);
	void (*failed)(void *context, enum stack_error error);
	void (*dial_timed_out)(void *context);
	/* 'f' is valid during the call. What is sent from now on goes in
	 * plain. */
	void (*tls_failed)(void *context, const struct tls_fault *f);
};

/* Events never come before it has returned. */
struct stream *stream_dial(struct host *h, const struct stream_to *to,
			   const struct stream_events *events, void *context);
/* Takes 'c', which 'h' has accepted. 'tls' NULL: none; else the caller's while
 * it lasts. */
struct stream *stream_accept(struct host *h, struct conn *c,
			     const struct tls_server *tls,
			     const struct stream_events *events, void *context);
void stream_send(struct stream *s, const void *bytes, size_t len);
void stream_close(struct stream *s); /* NULL is fine */
/* The user goes, the dial goes on until it succeeds or its timer ends it. */
void stream_abandon(struct stream *s);
uint32_t stream_flow(const struct stream *s); /* 0 if it never left */
ip4 stream_local(const struct stream *s, uint16_t *port);
bool stream_is_connected(const struct stream *s); /* hands shaken or not */

#endif
