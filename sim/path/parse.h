/* SPDX-License-Identifier: Apache-2.0 */
/* A frame's IPv4 packet: offsets, addresses, ports, checks. One length check,
 * then loads at fixed offsets. */
#ifndef PARSE_H
#define PARSE_H

#include "sim/path/pkt.h"
#include "sim/table/flow.h"
#include "sim/wire/be.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"

/* Fills in the parsed fields of 'p' from its bytes; no more than DROP_MALFORMED
 * if it is no IPv4 packet with a right header checksum. */
enum drop parse_bytes(struct pkt *p);
/* The same unless they are filled in: each packet is parsed once. */
static inline enum drop parse_pkt(struct pkt *p)
{
	return p->parsed ? DROP_NONE : parse_bytes(p);
}

/* Bytes of the whole IP datagram. */
static inline uint16_t parse_size(const struct pkt *p)
{
	return be_load16(p->data + ETH_SIZE + 2);
}

/* Where the datagram ends in 'data'; behind it an Ethernet frame may have
 * padding. */
static inline size_t parse_end(const struct pkt *p)
{
	return (size_t)ETH_SIZE + parse_size(p);
}

/* For an ICMP error: the 5-tuple of the packet it quotes, turned round: an
 * error travels like an answer (RFC 5508 section 4.2). */
void parse_quoted_key(const struct pkt *p, struct flow_key *out);
/* The key by which 'p' belongs to a session: its own or, for an ICMP error,
 * parse_quoted_key(). */
static inline void parse_key(const struct pkt *p, struct flow_key *out)
{
	if (p->quoted)
		parse_quoted_key(p, out);
	else
		*out = p->key;
}

/* Whether 'p' can belong to direction 'dir' of the session that has its key: an
 * echo request only to the one, an echo reply only to the other. */
static inline bool parse_fits(const struct pkt *p, enum flow_dir dir)
{
	if (p->proto != IP4_PROTO_ICMP || p->quoted)
		return true;
	return p->icmp_type ==
	       (dir == FLOW_FORWARD ? ICMP_ECHO_REQUEST : ICMP_ECHO_REPLY);
}

/* Whether 'p' may open a session: a TCP SYN, any UDP datagram, an ICMP echo
 * request. */
bool parse_opens(const struct pkt *p);

#endif
