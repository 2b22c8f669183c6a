/* SPDX-License-Identifier: Apache-2.0 */
/* The byte stream under HTTP: plain TCP. The one place where TLS goes between:
 * httpc talks to a stream and knows no TCP.
 *
 * stream_dial starts; events as they happen; stream_close ends it at any time
 * and frees it. After 'failed' it still has to be closed. */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/host/conn.h"
#include "sim/host/host.h"

struct stream;

struct stream_to {
	ip4 addr;
	uint16_t port;
	uint64_t dial_timeout; /* ns; 0: the kernel decides */
};

struct stream_events {
	void (*ready)(void *context);
	void (*received)(void *context, const uint8_t *bytes, size_t len);
	void (*finished)(void *context);
	void (*failed)(void *context, enum stack_error error);
	void (*dial_timed_out)(void *context);
};

/* Events never come before it has returned. */
struct stream *stream_dial(struct host *h, const struct stream_to *to,
			   const struct stream_events *events, void *context);
void stream_send(struct stream *s, const void *bytes, size_t len);
void stream_close(struct stream *s); /* NULL is fine */
/* The user goes, the dial goes on until it succeeds or its timer ends it. */
void stream_abandon(struct stream *s);
uint32_t stream_flow(const struct stream *s); /* 0 if it never left */
ip4 stream_local(const struct stream *s, uint16_t *port);

#endif
