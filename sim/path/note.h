/* SPDX-License-Identifier: Apache-2.0 */
/* Trace notes: what happened to a marked packet, 32 bytes each.
 *
 * Written where it happens, read by observers (sim/record), never by anything
 * that forwards. Addresses and ports are those after the event. */
#ifndef NOTE_H
#define NOTE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/path/pkt.h"
#include "sim/table/drop.h"

#define NOTE_LIST(X)                                                           \
	X(SENT, "sent")		  /* an endpoint made it; ref: port */         \
	X(RECEIVED, "received")	  /* came in; ref: port */                     \
	X(SESSION_NEW, "session") /* NAT or LB session made; ref: rule */      \
	X(SNAT, "SNAT")		  /* source translated; ref: rule */           \
	X(DNAT, "DNAT")		  /* destination translated; ref: rule */      \
	X(REFLEXIVE, "REFLEXIVE") /* either side; ref: rule */                 \
	X(LB, "LB")		  /* by a virtual server; ref: server */       \
	X(NO_NAT, "no NAT")	  /* crossed an uplink of a gateway that   \
				   * has rules, none matched; ref 0, or    \
				   * the NO_* rule */   \
	X(ROUTE, "route")	  /* ref: route; 'port' is the way out */      \
	X(ARP_WAIT, "waits for ARP") /* ref: the next hop's address */         \
	X(FORWARDED, "forwarded")    /* went out; ref: port */                 \
	X(DELIVERED, "delivered")    /* accepted by the node itself */         \
	X(DROPPED, "dropped")	     /* 'reason'; ref: rule or route, or 0 */  \
	X(ANSWERED, "answered")	     /* caused packet number ref */

enum note_kind {
#define X(symbol, text) NOTE_##symbol,
	NOTE_LIST(X)
#undef X
		NOTE_KIND_COUNT
};

struct note {
	uint64_t time;	     /* ns */
	uint32_t pkt;	     /* pkt.id */
	uint32_t node : 21;  /* node number in the world */
	uint32_t kind : 5;   /* enum note_kind */
	uint32_t reason : 6; /* enum drop, for NOTE_DROPPED */
	ip4 src, dst;
	uint16_t sport, dport;
	uint32_t ref;
};

#define NOTE_NODES_MAX (1U << 21)

static_assert(sizeof(struct note) == 32, "notes are 32 bytes");
static_assert((int)NOTE_KIND_COUNT <= 32 && (int)DROP_COUNT <= 64,
	      "kinds and reasons fit");

/* Where a node writes its notes; the caller empties it. Full: notes are
 * counted as lost, never written beyond. */
struct note_log {
	struct note *at; /* caller's storage */
	size_t count, room, lost;
};

/* Adds a note about 'p' if it is marked. */
static inline void note_add(struct note_log *log, const struct pkt *p,
			    enum note_kind kind, uint32_t ref)
{
	if (!p->marked)
		return;
	if (log->count == log->room) {
		log->lost++;
		return;
	}
	log->at[log->count++] = (struct note){.pkt = p->id,
					      .kind = kind & 31U,
					      .reason = p->drop & 63U,
					      .src = p->src,
					      .dst = p->dst,
					      .sport = p->sport,
					      .dport = p->dport,
					      .ref = ref};
}

const char *note_kind_name(enum note_kind kind);

#endif
