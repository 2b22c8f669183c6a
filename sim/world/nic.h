/* SPDX-License-Identifier: Apache-2.0 */
/* The port of a node, and what it is attached to. */
#ifndef NIC_H
#define NIC_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/addr.h"

struct node;
struct batch;
struct link;
struct pkt;
struct nic;

/* Somebody else in the node's place: a TAP device with real programs behind it.
 * The node itself then neither hears nor is heard. */
struct nic_driver {
	/* The packets of 'b' came in by 'n', all now; takes them. What it has
	 * to say goes out by nic_put(). */
	void (*receive)(void *context, struct nic *n, struct batch *b);
	void *context;
};

struct nic {
	struct node *node;
	const char *name; /* "up-en1", "eth0"; owned by the world */
	uint16_t port;	  /* number within the node */
	uint8_t end;	  /* which end of the link: 0 or 1 */
	bool up;
	mac mac;
	struct link *link;		 /* NULL: not attached */
	const struct nic_driver *driver; /* NULL: the node; the caller's */
};

/* 'p' (a whole frame) goes out of 'n'; takes the packet. A port that is down or
 * not attached drops it with a note. For whoever drives the port. */
void nic_put(struct nic *n, struct pkt *p);
/* Of a node that is not heard: frees 'p'. */
void nic_silence(struct nic *n, struct pkt *p);
/* The same as nic_put() for the node itself. */
static inline void nic_send(struct nic *n, struct pkt *p)
{
	if (n->driver)
		nic_silence(n, p);
	else
		nic_put(n, p);
}
/* The packets of 'b' arrive from the link, all now; takes them. */
void nic_receive(struct nic *n, struct batch *b);
/* "node:port", into 'out' of 'size' bytes. */
const char *nic_print(const struct nic *n, char *out, unsigned size);

#endif
