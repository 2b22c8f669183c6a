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
/* What a checksum over the addresses hears of it when 'old' becomes 'now'; the
 * same done with it in mind, for a plain packet and one of its ends. */
uint16_t translate_delta(ip4 old, ip4 now);

enum translate_ends {
	TRANSLATE_SOURCE = 1,
	TRANSLATE_DESTINATION = 2,
	TRANSLATE_BOTH = 3,
};

/* Gives 'p', which is plain, another address at one of its ends, and one TTL less,
 * if 'aged' is IP4_AGED and not 0; it has more. */
struct translate_addr {
	ip4 now;
	uint16_t delta;	     /* translate_delta() */
	uint16_t head_delta; /* and 'aged' joined to it */
};

void translate_addr(struct pkt *p, const struct translate_addr *to,
		    uint8_t ends, uint16_t aged);

/* The same as translate_pkt() for a packet of direction 'dir' of session 'f',
 * which knows what the checksums become; 'ends' are those that may change. */
void translate_by_session(struct pkt *p, const struct flow *f,
			  enum flow_dir dir, enum translate_ends ends);
/* And for one that is plain, with one TTL less if 'aged' is IP4_AGED. */
void translate_aged(struct pkt *p, const struct flow *f, enum flow_dir dir,
		    uint8_t ends, uint16_t aged);

#endif
