/* SPDX-License-Identifier: Apache-2.0 */
/* Where a packet goes: route look-up with ECMP, TTL, uRPF, MTU. */
#ifndef ROUTE_H
#define ROUTE_H

#include "sim/path/forward.h"

/* Chooses 'out_port' and 'next_hop' of 'p'. ECMP members are chosen by a hash
 * of the 5-tuple, so a conversation keeps its way. */
enum drop route_pkt(struct forward *f, struct pkt *p);
/* One TTL less, in the bytes too. */
enum drop route_ttl(struct pkt *p);
/* Strict uRPF (RFC 3704 section 2.2): some best route to the source must leave
 * by the port the packet came in by; a default route counts. */
enum drop route_urpf(const struct forward *f, const struct pkt *p);
/* Whether it fits the way out; fragmenting is left to senders. */
enum drop route_mtu(const struct forward *f, const struct pkt *p);
bool route_is_local(const struct forward *f, ip4 a);

#endif
