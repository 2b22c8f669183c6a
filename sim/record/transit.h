/* SPDX-License-Identifier: Apache-2.0 */
/* Packets on their way, as a story follows them. All pieces of one packet have
 * its number; each is followed by itself, told apart by where it begins and how
 * long it is. Notes do not say which piece they are about: see transit_about().
 *
 * Start from {0}; transit_fini frees. Pointers hold until the next is added. */
#ifndef TRANSIT_H
#define TRANSIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/rare.h"
#include "sim/base/vec.h"
#include "sim/path/pkt.h"
#include "sim/record/remark.h"
#include "sim/wire/ip4.h"
#include "sim/world/world.h"

/* A packet, or a piece of one. Sightings are numbers from 1; 0: none. */
struct transit {
	uint32_t id;
	uint32_t piece; /* offset / 8 << 16 | bytes; 0: the whole packet */
	uint32_t next;	/* index + 1 of the piece seen before it */
	bool is_cut;	/* it is seen no more, its pieces are */
	bool has_form;
	struct flow_key form;  /* a later piece: with ports if they are known */
	uint64_t best, latest; /* sightings of this form */
	unsigned hop;
	const struct node *node; /* where it was seen last */
	struct remark_events events;
	uint64_t dead_at; /* ns, when a switch lost it; 0: it did not */
};

struct transits {
	struct {
		VEC(struct transit);
	} all;
	struct {
		VEC(uint32_t);
	} by_id, unused; /* index + 1 of what was seen last; indices */
};

/* What tells pieces apart, from the bytes: whoever cut it has not parsed it. */
static inline uint32_t transit_piece(const struct pkt *p)
{
	const uint8_t *ip = p->data + ETH_SIZE;
	if (MOSTLY(!ip4_is_fragment(ip)) || p->len < ETH_SIZE + IP4_SIZE)
		return 0;
	unsigned head = (ip[0] & 15U) * 4U, size = be_load16(ip + 2);
	return (uint32_t)(be_load16(ip + IP4_FRAG) & IP4_OFFSET) << 16 |
	       (size > head ? size - head : 0);
}

/* The piece of packet 'id' that was seen last, or the whole; NULL: none. */
static inline struct transit *transit_find(const struct transits *ts,
					   uint32_t id)
{
	uint32_t at = id < ts->by_id.count ? ts->by_id.at[id] : 0;
	return at ? &ts->all.at[at - 1] : NULL;
}

/* The one seen before it; NULL: none. */
static inline struct transit *transit_next(const struct transits *ts,
					   const struct transit *t)
{
	return t->next ? &ts->all.at[t->next - 1] : NULL;
}

/* The same when there are pieces, or one that is not known yet. */
struct transit *transit_seen_of_many(struct transits *ts, uint32_t id,
				     uint32_t piece);
/* That piece, which is now the one seen last; NULL: it is new. */
static inline struct transit *transit_seen(struct transits *ts, uint32_t id,
					   uint32_t piece)
{
	struct transit *t = transit_find(ts, id);
	return MOSTLY(t && t->piece == piece)
		       ? t
		       : transit_seen_of_many(ts, id, piece);
}

/* What 'piece' was cut from; NULL: nothing known. */
struct transit *transit_parent(const struct transits *ts, uint32_t id,
			       uint32_t piece);
/* A new one; it goes on from where its parent is, with the events that the
 * parent still has. */
struct transit *transit_add(struct transits *ts, uint32_t id, uint32_t piece);
void transit_forget(struct transits *ts, const struct transit *t);
void transit_forget_all(struct transits *ts, uint32_t id);
/* Whom 'n' is about; added if nothing is known of the packet. A node treats the
 * pieces that it has in the order in which they came, and tells of an end, or
 * of the loss on a link behind it, when it comes. */
struct transit *transit_about(struct transits *ts, const struct note *n);
void transit_fini(struct transits *ts);

#endif
