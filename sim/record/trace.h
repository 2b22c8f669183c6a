/* SPDX-License-Identifier: Apache-2.0 */
/* The trace: every marked packet of a run with all its notes, in order.
 *
 * trace_init attaches it to a world as an observer; it fills while the world
 * runs; trace_fini frees it (before the world). Reports and expectations read
 * it; it stays valid after the world is gone, but for node names: trace_seal
 * copies those. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/str.h"
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
	uint64_t sent, ended; /* ns */
	uint32_t first_note, note_count; /* trace_note() gives them */
	uint32_t last_note;
	uint16_t from_node, end_node;
	enum trace_fate fate;
	enum drop reason; /* if dropped */
	uint32_t cause; /* id of the packet that this one answers (ICMP error,
			 * SYN-ACK...), 0: none known */
	uint8_t proto, tcp_flags, icmp_type, icmp_code;
	uint16_t payload; /* bytes of data */
	/* As the sender wrote it, and as it was at its end. */
	ip4 src, dst, end_src, end_dst;
	uint16_t sport, dport, end_sport, end_dport;
	bool arp; /* an ARP message: kept apart in reports */
	const char *text; /* one line (summary.h), as sent */
};

struct trace_note {
	struct note note;
	uint32_t next; /* index of the packet's next note + 1, 0: last */
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
	struct { VEC(struct trace_packet); } packets; /* by id - 1, first_id */
	struct { VEC(struct trace_note); } notes;
	struct trace_node *nodes; /* by node number; filled by trace_seal() */
	size_t node_count;
};

void trace_init(struct trace *t, struct world *w);
void trace_fini(struct trace *t);
/* Copies node and port names, detaches from the world. */
void trace_seal(struct trace *t);

const struct trace_packet *trace_find(const struct trace *t, uint32_t id);
/* The notes of 'p' in order: start with NULL; NULL after the last. */
const struct note *trace_next(const struct trace *t,
			      const struct trace_packet *p,
			      const struct note *after);
const char *trace_node_name(const struct trace *t, uint16_t node);
const char *trace_node_label(const struct trace *t, uint16_t node);
/* "SYN", "SYN-ACK", "DNS query", "ARP request", "ICMP network unreachable":
 * what kind of packet it is. */
const char *trace_packet_kind(const struct trace_packet *p);

#endif
