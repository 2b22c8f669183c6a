/* SPDX-License-Identifier: Apache-2.0 */
/* Rewrites addresses and ports in a packet's bytes, every checksum kept right
 * incrementally (RFC 1624). Also inside ICMP errors: the quoted packet is put
 * back into the form in which its sender knows it (RFC 5508 section 4.2). */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include "sim/path/pkt.h"
#include "sim/table/flow.h"

/* Makes 'p', whose key is 'from' (parse_key), one whose key is 'to'. The
 * parsed fields follow. For ICMP echo the ports are the id. */
void translate_pkt(struct pkt *p, const struct flow_key *from,
		   const struct flow_key *to);
/* Gives 'p', which is no ICMP error, another source, or another destination.
 */
void translate_source(struct pkt *p, ip4 now);
void translate_destination(struct pkt *p, ip4 now);
enum translate_ends {
	TRANSLATE_SOURCE = 1,
	TRANSLATE_DESTINATION = 2,
	TRANSLATE_BOTH = 3,
};

/* The same as translate_pkt() for a packet of direction 'dir' of session 'f',
 * which knows what the checksums become; 'ends' are those that may change. */
void translate_by_session(struct pkt *p, const struct flow *f,
			  enum flow_dir dir, enum translate_ends ends);

#endif
