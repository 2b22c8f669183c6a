/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/translate.h"

#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"

#define CHECK_UDP  6
#define CHECK_TCP  16
#define CHECK_ICMP 2

static uint32_t addr_delta(const struct flow_key *from,
			   const struct flow_key *to)
{
	return csum_delta32(from->src.v, to->src.v) +
	       csum_delta32(from->dst.v, to->dst.v);
}

static uint32_t port_delta(const struct flow_key *from,
			   const struct flow_key *to)
{
	return csum_delta16(from->sport, to->sport) +
	       csum_delta16(from->dport, to->dport);
}

static void fix(uint8_t *check, uint32_t delta)
{
	be_store16(check, csum_apply(be_load16(check), delta));
}

/* 'left' bytes are there: a quoted TCP header may be cut before its checksum,
 * which then needs none. */
static void set_ports(uint8_t *l4, size_t left, const struct flow_key *from,
		      const struct flow_key *to)
{
	uint32_t delta = addr_delta(from, to) + port_delta(from, to);
	switch (from->proto) {
	case IP4_PROTO_TCP:
		if (left >= CHECK_TCP + 2)
			fix(l4 + CHECK_TCP, delta);
		break;
	case IP4_PROTO_UDP:
		/* 0 says "no checksum"; a sum that becomes 0 is sent as ones
		 * (RFC 768). */
		if (be_load16(l4 + CHECK_UDP)) {
			fix(l4 + CHECK_UDP, delta);
			if (!be_load16(l4 + CHECK_UDP))
				be_store16(l4 + CHECK_UDP, 0xffff);
		}
		break;
	case IP4_PROTO_ICMP:
		fix(l4 + CHECK_ICMP, csum_delta16(from->sport, to->sport));
		be_store16(l4 + 4, to->sport);
		return;
	default:
		return;
	}
	be_store16(l4, to->sport);
	be_store16(l4 + 2, to->dport);
}

/* The quoted packet travelled the other way: it is 'from' turned round. */
static struct flow_key turned(const struct flow_key *k)
{
	return (struct flow_key){k->dst, k->src, k->dport, k->sport, k->proto};
}

static void translate_quoted(struct pkt *p, const struct flow_key *from,
			     const struct flow_key *to)
{
	struct flow_key was = turned(from), now = turned(to);
	uint8_t *head = p->data + p->quoted;
	size_t left = (size_t)p->len - p->quoted;
	size_t head_size = (head[0] & 15U) * 4U;
	if (left < head_size + 8U)
		return;
	set_ports(head + head_size, left - head_size, &was, &now);
	ip4_set_src(head, now.src);
	ip4_set_dst(head, now.dst);
	/* The ICMP checksum covers all of it; errors are few, so it is simply
	 * computed anew. */
	uint8_t *icmp = p->data + p->l4;
	size_t size = be_load16(p->data + p->l3 + 2) -
		      ((size_t)p->l4 - p->l3);
	be_store16(icmp + CHECK_ICMP, 0);
	be_store16(icmp + CHECK_ICMP, csum_of(icmp, size));
}

static void set_addrs(struct pkt *p, ip4 src, ip4 dst)
{
	uint8_t *head = p->data + p->l3;
	if (!addr_same(src, p->src))
		ip4_set_src(head, src);
	if (!addr_same(dst, p->dst))
		ip4_set_dst(head, dst);
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
	translate_quoted(p, from, to);
}

void translate_pkt(struct pkt *p, const struct flow_key *from,
		   const struct flow_key *to)
{
	if (p->quoted) {
		translate_error(p, from, to);
		return;
	}
	if (!p->fragment)
		set_ports(p->data + p->l4, (size_t)p->len - p->l4, from, to);
	set_addrs(p, to->src, to->dst);
	p->sport = to->sport;
	p->dport = to->dport;
}
