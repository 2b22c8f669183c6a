/* SPDX-License-Identifier: Apache-2.0 */
/* The trace: every marked packet of a run with all its notes, in order.
 *
 * trace_init attaches it to a world as an observer; it fills while the world
 * runs; trace_seal copies the names of nodes and ports and detaches it, after
 * which the world may go; trace_fini frees it. Reports and expectations read
 * it. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/vec.h"
#include "sim/world/watch.h"
#include "sim/world/world.h"

enum trace_fate {
	TRACE_IN_FLIGHT, /* on a link, or waiting for ARP */
	TRACE_DELIVERED,
	TRACE_DROPPED,
};

/* One packet from the endpoint that made it to its end. */
struct trace_packet {
	uint32_t id, flow;
	enum pkt_leg leg;
	uint64_t sent, ended;		/* ns */
	uint32_t first_note, last_note; /* index + 1; see trace_next() */
	uint32_t from_node, end_node;
	enum trace_fate fate;
	enum drop reason; /* if dropped */
	uint32_t cause;	  /* id of the packet that it answers, 0: none known */
	uint8_t proto, tcp_flags;
	/* As the sender wrote it, and as it was at its end. */
	ip4 src, dst, end_src, end_dst;
	uint16_t sport, dport, end_sport, end_dport;
	const char *kind; /* "SYN", "DNS query" ... (summary.h) */
	const char *text; /* one line, as sent */
};

struct trace_note {
	struct note note;
	uint32_t next; /* index + 1 of the packet's next note, 0: last */
};

/* What a segment that is sent encrypted says: its kind instead. */
struct trace_inside {
	uint32_t flow, seq;
	enum pkt_leg leg;
	const char *kind;
};

struct trace_node {
	const char *name, *label;
	uint16_t nic_count;
	const char **nics; /* names by port number */
};

struct trace {
	struct arena arena;
	struct watch watch;
	struct world *world; /* NULL once sealed */
	struct {
		VEC(struct trace_packet);
	} packets; /* in the order sent */
	struct {
		VEC(uint32_t);
	} places; /* by id: index in packets + 1 */
	struct {
		VEC(struct trace_note);
	} notes;
	struct {
		VEC(struct trace_inside);
	} insides;
	struct trace_node *nodes; /* by node number */
	size_t node_count;
};

void trace_init(struct trace *t, struct world *w);
void trace_fini(struct trace *t);
void trace_seal(struct trace *t);

const struct trace_packet *trace_find(const struct trace *t, uint32_t id);
/* The notes of 'p' in order: start with NULL; NULL after the last. */
const struct note *trace_next(const struct trace *t,
			      const struct trace_packet *p,
			      const struct note *after);
/* Work before and after trace_seal(). */
const char *trace_node_name(const struct trace *t, uint32_t node);
const char *trace_node_label(const struct trace *t, uint32_t node);
const char *trace_port_name(const struct trace *t, uint32_t node,
			    uint16_t port);

#endif
