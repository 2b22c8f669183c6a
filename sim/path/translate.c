/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/translate.h"

#include <string.h>

#include "sim/base/rare.h"
#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"

#define IP_FRAG	   6
#define IP_CHECK   10
#define IP_SRC	   12
#define IP_DST	   16
#define TCP_CHECK  16
#define UDP_CHECK  6
#define ICMP_CHECK 2
#define ICMP_ID	   4

/* Stores the 16-bit word, and adds to 'delta' what that means to a checksum
 * over it. */
static void put16(uint8_t *at, uint16_t now, uint32_t *delta)
{
	*delta += csum_delta16(be_load16(at), now);
	be_store16(at, now);
}

static void put_addr(uint8_t *at, ip4 now, uint32_t *delta)
{
	*delta += csum_delta32(be_load32(at), now.v);
	be_store32(at, now.v);
}

/* Returns what the change of 'check' means to a checksum over it. */
static uint32_t fix(uint8_t *check, uint32_t delta)
{
	uint32_t outer = 0;
	put16(check, csum_apply(be_load16(check), delta), &outer);
	return outer;
}

/* 0 says "no checksum"; a sum that becomes 0 is sent as ones (RFC 768). */
static uint32_t fix_udp(uint8_t *check, uint32_t delta)
{
	uint32_t outer = 0;
	uint16_t old = be_load16(check);
	if (!old)
		return 0;
	uint16_t now = csum_apply(old, delta);
	put16(check, now ? now : 0xffff, &outer);
	return outer;
}

/* A message of nothing but zeros has the sum 0xffff, which RFC 1624's way
 * turns into 0: an echo reply may be just that. */
static void fix_icmp(uint8_t *icmp, size_t size, uint32_t delta)
{
	fix(icmp + ICMP_CHECK, delta);
	if (be_load16(icmp + ICMP_CHECK))
		return;
	be_store16(icmp + ICMP_CHECK, csum_of(icmp, size));
}

/* Ports (or the echo id), and the checksum behind the IP header, which covers
 * the addresses too: 'addrs' is their change. 'left' bytes are there: a quoted
 * TCP header may be cut before its checksum. Returns what all that means to a
 * checksum over it. */
static uint32_t put_ports(uint8_t *l4, size_t left, const struct flow_key *to,
			  uint32_t addrs)
{
	uint32_t delta = 0;
	if (to->proto == IP4_PROTO_ICMP) {
		put16(l4 + ICMP_ID, to->sport, &delta);
		return delta;
	}
	if (to->proto != IP4_PROTO_TCP && to->proto != IP4_PROTO_UDP)
		return 0;
	put16(l4, to->sport, &delta);
	put16(l4 + 2, to->dport, &delta);
	if (to->proto == IP4_PROTO_UDP)
		return delta + fix_udp(l4 + UDP_CHECK, delta + addrs);
	if (left >= TCP_CHECK + 2)
		delta += fix(l4 + TCP_CHECK, delta + addrs);
	return delta;
}

/* Both addresses of the IP header at 'head'; returns their change. Its own
 * checksum makes up for it, so a checksum over the header stays as it is. */
static uint32_t put_addrs(uint8_t *head, ip4 src, ip4 dst)
{
	uint32_t delta = 0;
	put_addr(head + IP_SRC, src, &delta);
	put_addr(head + IP_DST, dst, &delta);
	fix(head + IP_CHECK, delta);
	return delta;
}

/* The quoted packet travelled the other way: its key is 'to' turned round.
 * What changes in its header adds up to nothing, so that the ICMP checksum only
 * hears of what is behind it. */
static void translate_quoted(struct pkt *p, const struct flow_key *to)
{
	struct flow_key now = flow_reverse(to);
	uint8_t *head = p->data + p->quoted;
	size_t left = parse_end(p) - p->quoted;
	size_t head_size = (head[0] & 15U) * 4U;
	uint32_t delta = put_addrs(head, now.src, now.dst);
	if (be_load16(head + IP_FRAG) & IP4_OFFSET || left < head_size + 8)
		return;
	uint8_t *l4 = head + head_size;
	uint32_t inner = put_ports(l4, left - head_size, &now, delta);
	if (now.proto == IP4_PROTO_ICMP)
		inner += fix(l4 + ICMP_CHECK, inner);
	fix_icmp(p->data + p->l4, parse_end(p) - p->l4, inner);
}

static void set_addrs(struct pkt *p, ip4 src, ip4 dst)
{
	put_addrs(p->data + ETH_SIZE, src, dst);
	p->src = src;
	p->dst = dst;
}

/* The error comes from the other end itself, or from a router on the way: if
 * sources are being translated, that of a router too, lest an inner address
 * leak out (RFC 5508 REQ-5). */
static void translate_error(struct pkt *p, const struct flow_key *from,
			    const struct flow_key *to)
{
	ip4 src = p->src, dst = p->dst;
	if (addr_same(src, from->src) || !addr_same(from->src, to->src))
		src = to->src;
	if (addr_same(dst, from->dst))
		dst = to->dst;
	set_addrs(p, src, dst);
	translate_quoted(p, to);
}

/* UDP: 0 says "no checksum"; a sum that becomes 0 is sent as ones (RFC 768). */
static void patch_udp(uint8_t *check, uint16_t delta)
{
	uint16_t old;
	memcpy(&old, check, sizeof(old));
	uint16_t now = csum_patched(old, delta);
	if (!old)
		return;
	now = now ? now : 0xffff;
	memcpy(check, &now, sizeof(now));
}

/* What changes in checksums over the addresses and over all is known, as
 * csum_patch() wants it; 'p' is plain. */
static inline void patch_l4(struct pkt *p, uint16_t all)
{
	if (p->proto == IP4_PROTO_TCP)
		csum_patch(p->data + p->l4 + TCP_CHECK, all);
	else
		patch_udp(p->data + p->l4 + UDP_CHECK, all);
}

static inline void patch_plain(struct pkt *p, uint16_t addrs, uint16_t all)
{
	csum_patch(p->data + ETH_SIZE + IP_CHECK, addrs);
	patch_l4(p, all);
}

static inline void put_source(struct pkt *p, ip4 addr, uint16_t port)
{
	be_store32(p->data + ETH_SIZE + IP_SRC, addr.v);
	be_store16(p->data + p->l4, port);
	p->src = addr;
	p->sport = port;
}

static inline void put_destination(struct pkt *p, ip4 addr, uint16_t port)
{
	be_store32(p->data + ETH_SIZE + IP_DST, addr.v);
	be_store16(p->data + p->l4 + 2, port);
	p->dst = addr;
	p->dport = port;
}

/* A first fragment has a checksum over the addresses, too. */
RARE static void patch_other(struct pkt *p, uint16_t delta)
{
	csum_patch(p->data + ETH_SIZE + IP_CHECK, delta);
	if (!p->headless &&
	    (p->proto == IP4_PROTO_TCP || p->proto == IP4_PROTO_UDP))
		patch_l4(p, delta);
}

/* What changes in checksums over the addresses, as csum_patch() wants it. */
static inline void patch_addrs(struct pkt *p, uint16_t delta)
{
	if (p->plain)
		patch_plain(p, delta, delta);
	else
		patch_other(p, delta);
}

/* The checksum hears of it with what else changes. */
static inline void age(struct pkt *p, uint16_t aged)
{
	uint8_t *ttl = &p->data[ETH_SIZE + IP4_TTL];
	*ttl = (uint8_t)(*ttl - (aged >> 15));
}

uint16_t translate_delta(ip4 old, ip4 now)
{
	return csum_wire(csum_fold(csum_change(old, now)));
}

void translate_addr(struct pkt *p, const struct translate_addr *to,
		    uint8_t ends, uint16_t aged)
{
	age(p, aged);
	csum_patch(p->data + ETH_SIZE + IP_CHECK, to->head_delta);
	if (!ends)
		return;
	bool source = ends == TRANSLATE_SOURCE;
	be_store32(p->data + ETH_SIZE + (source ? IP_SRC : IP_DST), to->now.v);
	*(source ? &p->src : &p->dst) = to->now;
	patch_l4(p, to->delta);
}

void translate_source(struct pkt *p, ip4 now)
{
	patch_addrs(p, translate_delta(p->src, now));
	be_store32(p->data + ETH_SIZE + IP_SRC, now.v);
	p->src = now;
}

void translate_destination(struct pkt *p, ip4 now)
{
	patch_addrs(p, translate_delta(p->dst, now));
	be_store32(p->data + ETH_SIZE + IP_DST, now.v);
	p->dst = now;
}

/* Fragments and ICMP. */
static void rewrite_other(struct pkt *p, const struct flow_key *from,
			  const struct flow_key *to)
{
	set_addrs(p, to->src, to->dst);
	p->sport = to->sport;
	p->dport = to->dport;
	if (p->headless)
		return;
	uint8_t *l4 = p->data + p->l4;
	size_t left = parse_end(p) - p->l4;
	uint32_t addrs = csum_delta32(from->src.v, to->src.v) +
			 csum_delta32(from->dst.v, to->dst.v);
	uint32_t delta = put_ports(l4, left, to, addrs);
	if (p->proto == IP4_PROTO_ICMP)
		fix_icmp(l4, left, delta);
}

RARE void translate_pkt(struct pkt *p, const struct flow_key *from,
			const struct flow_key *to)
{
	if (p->quoted) {
		translate_error(p, from, to);
		return;
	}
	if (!p->plain) {
		rewrite_other(p, from, to);
		return;
	}
	uint64_t addrs = csum_change(from->src, to->src) +
			 csum_change(from->dst, to->dst);
	uint64_t ports = (uint64_t)csum_delta16(from->sport, to->sport) +
			 csum_delta16(from->dport, to->dport);
	put_source(p, to->src, to->sport);
	put_destination(p, to->dst, to->dport);
	patch_plain(p, csum_wire(csum_fold(addrs)),
		    csum_wire(csum_fold(addrs + ports)));
}

RARE static void translate_other(struct pkt *p, const struct flow *f,
				 enum flow_dir dir)
{
	struct flow_key from = flow_in(f, dir), to = flow_out(f, dir);
	translate_pkt(p, &from, &to);
}

void translate_by_session(struct pkt *p, const struct flow *f,
			  enum flow_dir dir, enum translate_ends ends)
{
	if (p->plain)
		translate_aged(p, f, dir, (uint8_t)ends, 0);
	else
		translate_other(p, f, dir);
}

void translate_aged(struct pkt *p, const struct flow *f, enum flow_dir dir,
		    uint8_t ends, uint16_t aged)
{
	const struct flow_ends *back = &f->in[!dir];
	if (ends & TRANSLATE_SOURCE)
		put_source(p, back->dst, back->dport);
	if (ends & TRANSLATE_DESTINATION)
		put_destination(p, back->src, back->sport);
	age(p, aged);
	patch_plain(p, csum_join(flow_delta(f->addr_delta, dir), aged),
		    flow_delta(f->full_delta, dir));
}
