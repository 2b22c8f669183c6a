/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks by which an observer sees a world. Observers only read; a run is the
 * same with and without them. Any hook may be NULL, and what nobody asks for is
 * not made: notes are written only if some observer has 'note' or 'sent'. */
#ifndef WATCH_H
#define WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "sim/path/note.h"

struct nic;
struct node;

enum watch_direction { WATCH_IN, WATCH_OUT };

/* The endpoint's word on what is in a segment that it sends encrypted. */
struct watch_inside {
	uint32_t flow, seq; /* seq: of the segment's first byte */
	enum pkt_leg leg;
	const uint8_t *bytes;
	size_t len;
};

struct watch {
	/* A trace note of a marked packet, with time and node filled in. */
	void (*note)(void *context, const struct note *n);
	/* A node made a packet and has noted it; its bytes are complete but for
	 * the MAC addresses. */
	void (*sent)(void *context, const struct node *from,
		     const struct pkt *p);
	/* A frame passes a port. 'p' is only valid during the call. */
	void (*frame)(void *context, const struct nic *nic,
		      enum watch_direction direction, uint64_t now,
		      const struct pkt *p);
	/* Lines of a TLS key log, before the first bytes that they open are
	 * sent. */
	void (*secrets)(void *context, const char *lines, size_t len);
	void (*inside)(void *context, const struct watch_inside *what);
	void *context;
	struct watch *next;
};

#endif
