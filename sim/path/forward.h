/* SPDX-License-Identifier: Apache-2.0 */
/* THE forwarding code: a batch of frames in, a verdict for each out. Tier-0
 * and Tier-1 routers (SR and DR), and routers outside NSX, differ only in what
 * their tables hold.
 *
 * Order of the stages, per packet:
 *	1. parse and check (parse.h); a bad packet is dropped
 *	2. access rules (ACL), uRPF by the mode of the port it came in by
 *	3. on an uplink: destination NAT: a session, a DNAT rule, a REFLEXIVE
 *	   rule backwards. REFLEXIVE on an uplink's own address wins over local
 *	   delivery (unconfirmed for NSX; the article needs it). Then, on any
 *	   port, the load balancer: a session, a virtual server
 *	4. an address of the router itself: PKT_LOCAL
 *	5. one host to one host? TTL, unless it came in from another part of the
 *	   same gateway: one TTL per gateway
 *	6. route; ECMP by the 5-tuple
 *	7. MTU of the way out: before a port is taken for what cannot leave
 *	8. on an uplink: source NAT: a session, an SNAT rule, a REFLEXIVE rule;
 *	   traffic that came from an uplink of the same gateway counts too, the
 *	   answers in a session of stage 3 do not
 * ICMP errors are translated by the packet they quote, inside and outside
 * (RFC 5508), in stages 3 and 8. A standby service router skips stage 3 and
 * forwards nothing.
 *
 * No clock, no allocation, no printing: time is an argument, all tables are
 * the caller's. */
#ifndef FORWARD_H
#define FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/path/cache.h"
#include "sim/path/note.h"
#include "sim/path/pkt.h"
#include "sim/table/acl.h"
#include "sim/table/fib.h"
#include "sim/table/flow.h"
#include "sim/table/lb.h"
#include "sim/table/nat.h"
#include "sim/table/port.h"
#include "sim/table/rib.h"

#define FORWARD_PORTS_MAX 16384
/* Addresses of one SNAT rule that are used, the first ones; each needs a pool
 * of ports for each protocol. */
#define FORWARD_SNAT_ADDRS 256

struct forward_port {
	bool up;
	bool uplink;	/* NAT happens here */
	bool backplane; /* leads to another part of the same gateway */
	bool urpf_strict;
	uint32_t mtu; /* of the IP datagram, bytes */
};

/* How the router picks source ports for SNAT: a knob, since NSX documents
 * neither. */
enum forward_ports_policy { FORWARD_PORTS_ROUND_ROBIN, FORWARD_PORTS_KEEP };

/* What each packet needs comes first, large arrays last. */
struct forward {
	struct forward_port *ports; /* by port number */
	size_t port_count;
	ip4 *locals; /* own addresses, sorted: interfaces and loopbacks */
	size_t local_count;
	struct cache cache;
	bool standby; /* a standby service router forwards nothing */
	/* Connections from outside that are not translated get a session too,
	 * as the stateful gateway firewall of NSX keeps one: without it SNAT
	 * would translate their replies. */
	bool tracks_inbound;
	uint32_t balanced;  /* sessions of virtual servers */
	uint32_t hash_seed; /* of the ECMP hash */
	struct acl acl;
	struct lb lb;
	struct note_log notes; /* emptied by the caller after each batch */
	struct fib fib;
	struct flow_table flows;
	struct nat nat;
	struct rib rib; /* whose choice 'fib' is: names routes in notes */
	struct port_pool *pools; /* one per translated address and protocol */
	size_t pool_count, pool_room;
	struct port_index pool_index; /* of 'pools'; no slots: none */
	enum forward_ports_policy ports_policy;
	uint32_t opened; /* place of the rule that last opened a session */
};

/* The pool of that address and protocol, or NULL. */
static inline struct port_pool *forward_pool(const struct forward *f, ip4 addr,
					     uint8_t proto)
{
	if (!f->pool_index.slots)
		return port_find(f->pools, f->pool_count, addr, proto);
	return port_index_find(&f->pool_index, f->pools, addr, proto);
}

/* Must be told whenever something but 'flows', 'pools' and 'notes' has been changed
 * from outside: what was decided before no longer holds. */
void forward_renew(struct forward *f);

/* Decides about every packet of 'b' at 'now' (ns) and edits it in place:
 * verdict, drop, out_port and next_hop are set. */
void forward_batch(struct forward *f, struct batch *b, uint64_t now);
/* A packet that the node itself made (an ICMP error, an echo reply, a host's
 * own): it is parsed and routed, nothing else. */
void forward_own(struct forward *f, struct pkt *p);
/* Ends sessions that are idle beyond their timers, and frees their ports, when
 * a tick of flow.h's has passed; else it costs nothing. Idle ones that are left
 * are ended when a packet comes for them or when room or ports run out. */
void forward_expire(struct forward *f, uint64_t now);
/* The ICMP type and code that tell the sender about 'reason'; false when
 * there is none (silent). */
bool forward_icmp_for(enum drop reason, uint8_t *type, uint8_t *code);

#endif
