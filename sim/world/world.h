/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated network: nodes, links, packets in flight, and the clock.
 *
 * world_new, make nodes (router_new, bridge_new) and links, world_run_until,
 * world_free. The world owns all of them and all names. One world is used by
 * one thread; several worlds may run side by side. */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/keymap.h"
#include "sim/base/rng.h"
#include "sim/base/vec.h"
#include "sim/path/note.h"
#include "sim/path/pkt.h"
#include "sim/world/link.h"
#include "sim/world/nic.h"
#include "sim/world/vclock.h"
#include "sim/world/watch.h"

struct node;

/* What a kind of node does. */
struct node_class {
	const char *kind; /* "router", "bridge" */
	/* The packets of 'b' arrive at 'n' one after the other, all now; takes
	 * them. */
	void (*receive)(struct nic *n, struct batch *b);
	void (*free)(struct node *node);
	/* Packets that it keeps between events; NULL: none. */
	size_t (*held)(const struct node *node);
};

/* The common part; the first member of each kind of node. */
struct node {
	const struct node_class *class;
	struct world *world;
	uint32_t number; /* its place in world.nodes; in trace notes */
	uint16_t nic_count, nic_room;
	const char *name; /* "t0-edge:en1", "upstream", "seg-cp" */
	/* What people call it in a path: "t0-edge" for all parts of that
	 * gateway. */
	const char *label;
	/* The next part of that gateway, the first one after the last; itself
	 * if it is no part (its name is its label). */
	struct node *next_part;
	struct nic **nics; /* by port number */
};

/* Notes of one batch at one node: a packet leaves about ten, seldom more. */
#define WORLD_NOTES (BATCH_MAX * 12)

struct world {
	struct vclock clock;
	uint64_t seed; /* 'rng' began with it */
	struct rng rng;
	struct arena arena; /* names */
	struct pkt_pool pool;
	struct pkt *slots;
	struct batch arriving; /* what the event at work delivers */
	uint32_t next_pkt;     /* id of the next packet made */
	uint32_t next_flow;    /* conversation number; see world_flow() */
	uint32_t next_mac;
	struct {
		VEC(struct node *);
	} nodes;
	struct keymap parts; /* by label: some part of the gateway */
	struct {
		VEC(struct link *);
	} links;
	struct watch *watches;
	bool noted;    /* some observer wants notes */
	bool mark_all; /* mark every packet an endpoint makes (the default), if
			* somebody looks at the marks */
	struct note notes[WORLD_NOTES]; /* where nodes write them */
	uint64_t event_limit; /* timers per world_run_until; 0: none */
	size_t packet_limit;  /* in flight at once; 0: as the pool has */
	bool limit_hit;	  /* the event limit or the packet pool ended the run */
	bool packets_hit; /* it was the packets */
};

struct world *world_new(uint64_t seed, size_t packets);
void world_free(struct world *w);

/* Runs all that is due up to and including 'until' (ns) and leaves the clock
 * there; VCLOCK_NEVER: until nothing is due any more, and the clock stays at
 * the last event. False if a limit was hit. */
bool world_run_until(struct world *w, uint64_t until);
/* Runs until '*done' is true, at most until 'until'; the clock stays at the
 * event that made it true. False if a limit was hit. */
bool world_run_while(struct world *w, const bool *done, uint64_t until);

static inline uint64_t world_now(const struct world *w)
{
	return w->clock.now;
}

/* For kinds of nodes: registers 'n' (its 'class' set) under 'name', copied. */
void world_add_node(struct world *w, struct node *n, const char *name,
		    const char *label);
/* Adds a port to 'n'; 'name' is copied. 'm' all zero: the world chooses a MAC
 * (00:50:56:..., VMware's prefix). */
struct nic *world_add_nic(struct node *n, const char *name, mac m);
struct node *world_find_node(const struct world *w, const char *name);

/* A free packet with a fresh id, marked as the world says; NULL when the pool
 * is empty (limit_hit is set). */
struct pkt *world_take_pkt(struct world *w);
/* A second frame of the same packet (same id), for flooding. */
struct pkt *world_copy_pkt(struct world *w, const struct pkt *p);
void world_free_pkt(struct world *w, struct pkt *p);
/* A fresh conversation number. */
uint32_t world_flow(struct world *w);
/* Packets that are in nobody's hands; with none in flight it equals the room
 * of the pool. */
size_t world_free_pkts(const struct world *w);

/* Adds an observer (storage: the caller's, until the world is freed). It gets
 * no notes about packets that were made before. */
void world_watch(struct world *w, struct watch *watch);
void world_unwatch(struct world *w, struct watch *watch);
/* Tell the observers; they cost a look when there are none. */
void world_tell_notes(struct node *n, struct note_log *log);
void world_tell_frame(const struct nic *n, enum watch_direction direction,
		      const struct pkt *p);
void world_tell_sent(struct node *from, const struct pkt *p);
void world_tell_note(struct node *n, const struct pkt *p, enum note_kind kind,
		     uint32_t ref);

/* TLS keys and what they hide; see watch.h. */
void world_secrets(struct world *w, const char *lines, size_t len);
void world_inside(struct world *w, const struct watch_inside *what);

/* Hands the notes in 'log' to the observers, stamped with 'n' and now, and
 * empties it. */
static inline void world_pass_notes(struct node *n, struct note_log *log)
{
	if (log->count)
		world_tell_notes(n, log);
}

/* 'p' passes 'n'. */
static inline void world_frame(const struct nic *n,
			       enum watch_direction direction,
			       const struct pkt *p)
{
	if (n->node->world->watches)
		world_tell_frame(n, direction, p);
}

/* 'from' made 'p' and has noted it. */
static inline void world_sent(struct node *from, const struct pkt *p)
{
	if (p->marked)
		world_tell_sent(from, p);
}

/* One note about 'p' at 'n' (parsed fields are taken from 'p'). */
static inline void world_note(struct node *n, const struct pkt *p,
			      enum note_kind kind, uint32_t ref)
{
	if (p->marked)
		world_tell_note(n, p, kind, ref);
}

#endif
