/* SPDX-License-Identifier: Apache-2.0 */
/* Frames for tests of the datapath: made from a description, read back as one
 * line of text, and checked byte by byte: every checksum is computed anew.
 * A header alone, so that tests of lower layers link without it. */
#ifndef FRAMES_H
#define FRAMES_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "sim/path/pkt.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/eth.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"

#define FRAMES_GRE 47

struct frames_spec {
	const char *src, *dst;
	uint8_t proto;
	uint16_t sport, dport; /* ICMP echo: the id in 'sport' */
	uint8_t flags;	       /* TCP */
	uint8_t type;	       /* ICMP */
	uint8_t ttl;	       /* 0: 64 */
	uint16_t payload;      /* bytes, not zero unless 'blank' */
	uint16_t frag;	       /* as on the wire */
	bool unchecked;	       /* UDP checksum 0 */
	bool blank;	       /* payload of zeros */
};

static inline ip4 frames_addr(const char *text)
{
	ip4 a = {0};
	ck_assert_msg(addr_parse_ip4(text, &a), "%s", text);
	return a;
}

static inline struct addr_prefix frames_prefix(const char *text)
{
	struct addr_prefix p = {{0}, 0};
	ck_assert_msg(addr_parse_prefix(text, &p), "%s", text);
	return p;
}

static inline size_t frames_head_size(uint8_t proto)
{
	return proto == IP4_PROTO_TCP	 ? TCP_SIZE
	       : proto == IP4_PROTO_UDP	 ? UDP_SIZE
	       : proto == IP4_PROTO_ICMP ? ICMP_SIZE
					 : 0;
}

static inline void frames_write_l4(uint8_t *l4, size_t size, ip4 src, ip4 dst,
				   const struct frames_spec *s)
{
	uint64_t sum = csum_pseudo(src, dst, s->proto, size);
	be_store16(l4, s->sport);
	be_store16(l4 + 2, s->dport);
	if (s->proto == IP4_PROTO_TCP) {
		be_store32(l4 + 4, 0x01020304);
		l4[12] = 5 << 4;
		l4[13] = s->flags;
		be_store16(l4 + 14, 65535);
		be_store16(l4 + 16, csum_finish(csum_add(sum, l4, size)));
		return;
	}
	be_store16(l4 + 4, (uint16_t)size);
	uint16_t check = csum_finish(csum_add(sum, l4, size));
	be_store16(l4 + 6, s->unchecked ? 0 : check ? check : 0xffff);
}

static inline void frames_head(struct pkt *p, const struct frames_spec *s,
			       size_t size)
{
	struct ip4_head h = {.ttl = s->ttl ? s->ttl : 64,
			     .proto = s->proto,
			     .size = (uint16_t)(IP4_SIZE + size),
			     .id = 0x1234,
			     .frag = s->frag,
			     .src = frames_addr(s->src),
			     .dst = frames_addr(s->dst)};
	eth_write(p->data, (mac){{2, 0, 0, 0, 0, 1}}, (mac){{2, 0, 0, 0, 0, 2}},
		  ETH_TYPE_IP4);
	ip4_write(p->data + ETH_SIZE, &h);
	p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
}

/* Writes the frame into 'p', whose other fields become zero. */
static inline void frames_make(struct pkt *p, const struct frames_spec *s)
{
	bool whole = !(s->frag & IP4_OFFSET);
	size_t head = whole ? frames_head_size(s->proto) : 0;
	size_t size = head + s->payload;
	uint8_t *l4 = p->data + ETH_SIZE + IP4_SIZE;
	memset(p, 0, sizeof(*p));
	p->marked = true;
	p->id = 1;
	for (uint16_t i = 0; i < s->payload && !s->blank; i++)
		l4[head + i] = (uint8_t)(i * 7 + 1);
	frames_head(p, s, size);
	if (!head)
		return;
	if (s->proto == IP4_PROTO_ICMP) {
		struct icmp m = {.type = s->type, .id = s->sport};
		icmp_write(l4, size, &m);
	} else {
		frames_write_l4(l4, size, frames_addr(s->src),
				frames_addr(s->dst), s);
	}
}

/* The error that the router 'from' sends to the source of 'about', quoting
 * its header and 'quoted' bytes behind it. */
static inline void frames_make_error(struct pkt *p, const char *from,
				     uint8_t type, const struct pkt *about,
				     size_t quoted)
{
	char to[ADDR_IP4_SIZE];
	const uint8_t *head = about->data + ETH_SIZE;
	addr_print_ip4(addr_ip4(be_load32(head + 12)), to);
	struct frames_spec s = {
		.src = from, .dst = to, .proto = IP4_PROTO_ICMP};
	size_t size = ICMP_SIZE + IP4_SIZE + quoted;
	uint8_t *icmp = p->data + ETH_SIZE + IP4_SIZE;
	struct icmp m = {.type = type};
	memset(p, 0, sizeof(*p));
	p->marked = true;
	memcpy(icmp + ICMP_SIZE, head, IP4_SIZE + quoted);
	icmp_write(icmp, size, &m);
	frames_head(p, &s, size);
}

static inline void frames_print_ends(const uint8_t *head, char *out,
				     size_t room)
{
	char src[ADDR_IP4_SIZE], dst[ADDR_IP4_SIZE];
	const uint8_t *l4 = head + (head[0] & 15U) * 4U;
	addr_print_ip4(addr_ip4(be_load32(head + 12)), src);
	addr_print_ip4(addr_ip4(be_load32(head + 16)), dst);
	bool whole = !(be_load16(head + 6) & IP4_OFFSET);
	if (whole && (head[9] == IP4_PROTO_TCP || head[9] == IP4_PROTO_UDP))
		snprintf(out, room, "%s:%u > %s:%u", src, be_load16(l4), dst,
			 be_load16(l4 + 2));
	else if (whole && head[9] == IP4_PROTO_ICMP && !icmp_is_error(l4[0]))
		snprintf(out, room, "%s > %s id %u", src, dst,
			 be_load16(l4 + 4));
	else
		snprintf(out, room, "%s > %s", src, dst);
}

/* "10.0.0.1:4000 > 8.8.8.8:53" from the bytes; an echo with its id; an error
 * with the packet it quotes in brackets. Valid until the next call. */
static inline const char *frames_text(const struct pkt *p)
{
	static char text[200];
	const uint8_t *head = p->data + ETH_SIZE;
	const uint8_t *l4 = head + (head[0] & 15U) * 4U;
	frames_print_ends(head, text, sizeof(text));
	if (head[9] != IP4_PROTO_ICMP || be_load16(head + 6) & IP4_OFFSET ||
	    !icmp_is_error(l4[0]))
		return text;
	size_t used = strlen(text);
	char quoted[100];
	frames_print_ends(l4 + ICMP_SIZE, quoted, sizeof(quoted));
	snprintf(text + used, sizeof(text) - used, " [%s]", quoted);
	return text;
}

static inline void frames_check_l4(const uint8_t *head, size_t size)
{
	const uint8_t *l4 = head + IP4_SIZE;
	ip4 src = {be_load32(head + 12)}, dst = {be_load32(head + 16)};
	if (be_load16(head + 6) & (IP4_OFFSET | IP4_MF))
		return;
	uint64_t sum = csum_pseudo(src, dst, head[9], size);
	if (head[9] == IP4_PROTO_ICMP)
		ck_assert_uint_eq(csum_of(l4, size), 0);
	if (head[9] == IP4_PROTO_TCP ||
	    (head[9] == IP4_PROTO_UDP && be_load16(l4 + 6)))
		ck_assert_uint_eq(csum_finish(csum_add(sum, l4, size)), 0);
}

/* Every checksum that is wholly there, also those of a quoted packet. */
static inline void frames_check(const struct pkt *p)
{
	const uint8_t *head = p->data + ETH_SIZE, *l4 = head + IP4_SIZE;
	size_t size = (size_t)be_load16(head + 2) - IP4_SIZE;
	ck_assert_uint_eq(csum_of(head, IP4_SIZE), 0);
	frames_check_l4(head, size);
	if (head[9] != IP4_PROTO_ICMP || be_load16(head + 6) & IP4_OFFSET ||
	    !icmp_is_error(l4[0]))
		return;
	const uint8_t *quoted = l4 + ICMP_SIZE;
	size_t whole = be_load16(quoted + 2);
	ck_assert_uint_eq(csum_of(quoted, IP4_SIZE), 0);
	if (whole == size - ICMP_SIZE)
		frames_check_l4(quoted, whole - IP4_SIZE);
}

#endif
