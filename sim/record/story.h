/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the many sightings of a packet are kept, and in which order.
 *
 * A packet passes many ports with the same addresses; Wireshark takes the
 * second sighting for a retransmission. The story keeps one for each form that
 * NAT gives it, or whoever cuts it in pieces: at the port where that pair of
 * addresses was first seen, the same for both directions, or else where the
 * packet (or the piece) first had that form; but one that dies is kept where it
 * died. With 'every', all sightings are kept.
 *
 * So what is kept is known later than it is seen. Sightings wait in a queue
 * until the fate of their packet is decided, and leave it in order of time.
 * What happened to a packet since its last kept sighting goes with the next.
 *
 * story_new, feed it from the hooks of an observer (sim/world/watch.h),
 * story_end at the end of the run, story_free. */
#ifndef STORY_H
#define STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/record/remark.h"
#include "sim/world/nic.h"
#include "sim/world/watch.h"
#include "sim/world/world.h"

struct story_sighting {
	uint64_t time;	       /* ns */
	const struct nic *nic; /* NULL: 'frame' is not one, see 'secrets' */
	const uint8_t *frame;  /* or lines of a key log */
	size_t len;
	struct remark remark; /* of what happened */
	bool marked;	      /* has notes: not ARP */
};

struct story_conf {
	bool every;
	/* Whether the port is one to look at. */
	bool (*wants)(void *context, const struct nic *nic);
	void (*keep)(void *context, const struct story_sighting *s);
	void *context;
};

struct story;

struct story *story_new(struct world *w, const struct story_conf *conf);
void story_free(struct story *s); /* NULL is fine */
void story_note(struct story *s, const struct note *n);
void story_sent(struct story *s, const struct node *from, const struct pkt *p);
void story_frame(struct story *s, const struct nic *nic,
		 enum watch_direction direction, uint64_t now,
		 const struct pkt *p);
/* Lines of a TLS key log: they take their place in the stream, before every
 * frame seen from now on. */
void story_secrets(struct story *s, uint64_t now, const char *lines,
		   size_t len);
/* Nothing more comes: decides about all that still waits. */
void story_end(struct story *s);

#endif
