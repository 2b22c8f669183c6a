/* SPDX-License-Identifier: Apache-2.0 */
/* The IPv4 header (RFC 791). */
#ifndef IP4_H
#define IP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/addr.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"

#define IP4_SIZE       20 /* without options */
#define IP4_ID	       4  /* where it is in the header */
#define IP4_FRAG       6  /* and flags with offset */
#define IP4_TTL	       8
#define IP4_PROTO_ICMP 1
#define IP4_PROTO_TCP  6
#define IP4_PROTO_UDP  17
#define IP4_DF	       0x4000
#define IP4_MF	       0x2000
#define IP4_OFFSET     0x1fff
#define IP4_UNIT       8 /* bytes that offsets count */

struct ip4_head {
	uint8_t head_size; /* bytes, with options */
	uint8_t tos, ttl, proto;
	uint16_t size; /* whole datagram, bytes */
	uint16_t id;
	uint16_t frag; /* flags and offset, as on the wire */
	uint16_t check;
	ip4 src, dst;
};

enum ip4_error {
	IP4_OK,
	IP4_SHORT,	 /* fewer bytes than the header says */
	IP4_BAD_VERSION, /* not 4, or header length under 20 */
	IP4_BAD_CHECK,
};

/* Reads and checks the header at 'bytes' ('len' bytes are there). A quoted
 * header inside an ICMP error may be cut: read it with ip4_read_quoted(). */
enum ip4_error ip4_read(const uint8_t *bytes, size_t len, struct ip4_head *out);
/* The same without the check that the whole datagram is there, and without
 * the checksum. */
enum ip4_error ip4_read_quoted(const uint8_t *bytes, size_t len,
			       struct ip4_head *out);
/* Whether the checksum of a header of 20 bytes is right. */
static inline bool ip4_sum_is_right(const uint8_t *head)
{
	uint64_t a, b;
	uint32_t c;
	memcpy(&a, head, 8);
	memcpy(&b, head + 8, 8);
	memcpy(&c, head + 16, 4);
	a += b;
	a += a < b; /* end-around carry */
	a += c;
	a += a < c;
	return csum_fold(a) == 0xffff;
}

/* Whether the packet with that header is a piece of another: the first or a later
 * one. */
static inline bool ip4_is_fragment(const uint8_t *head)
{
	return be_load16(head + IP4_FRAG) & (IP4_MF | IP4_OFFSET);
}

/* Writes 20 bytes with the right checksum; head_size and check are ignored. */
void ip4_write(uint8_t bytes[IP4_SIZE], const struct ip4_head *h);

/* Edits in place, header checksum kept right incrementally (RFC 1624). */
void ip4_set_src(uint8_t *head, ip4 src);
void ip4_set_dst(uint8_t *head, ip4 dst);

/* What one TTL less is to the checksum, as csum_patch() wants it: 0x0100 less in
 * the header, 0x0001 as this machine reads it. */
#define IP4_AGED 0xfffe

/* One TTL less; false, and nothing has changed, if none is left then. TTL and
 * checksum are the ends of one word, lowest and highest as this machine reads
 * it: 0x0100 less in the header is 0x0001 more in the checksum as it stands,
 * with end-around carry. */
static inline bool ip4_dec_ttl(uint8_t *head)
{
	uint32_t word;
	memcpy(&word, head + 8, sizeof(word));
	if ((word & 0xff) <= 1)
		return false;
	word += 0xffffU + (word >= 0xfffe0000U ? 0x10000U : 0);
	memcpy(head + 8, &word, sizeof(word));
	return true;
}

#endif
