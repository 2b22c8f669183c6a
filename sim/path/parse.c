/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/parse.h"

#include <string.h>

#include "sim/base/rare.h"
#include "sim/wire/eth.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"

#define TCP_FLAGS 13
#define ICMP_ID	  4
#define QUOTED_L4 8 /* bytes behind the quoted header (RFC 792) */

RARE static enum drop parse_icmp(struct pkt *p, size_t left)
{
	const uint8_t *l4 = p->data + p->l4;
	if (left < ICMP_SIZE)
		return DROP_MALFORMED;
	p->icmp_type = l4[0];
	if (icmp_is_error(l4[0])) {
		if (left < ICMP_SIZE + IP4_SIZE)
			return DROP_MALFORMED;
		p->quoted = (uint16_t)(p->l4 + ICMP_SIZE);
	} else {
		p->sport = p->dport = be_load16(l4 + ICMP_ID);
	}
	return DROP_NONE;
}

/* Both at once, as flow_hash() and flow_has() read them: what was written in
 * parts a moment ago cannot be read as one without waiting. */
static void set_addrs(struct pkt *p, const uint8_t *from)
{
	uint64_t both;
	memcpy(&both, from, sizeof(both));
	both = __builtin_bswap64(both);
	both = both << 32 | both >> 32;
	memcpy(&p->key.src, &both, sizeof(both));
}

static void set_ports(struct pkt *p, const uint8_t *from)
{
	uint32_t both = be_load32(from);
	both = both << 16 | both >> 16;
	memcpy(&p->key.sport, &both, sizeof(both));
}

/* What is behind the IP header, of 'left' bytes. */
static enum drop parse_l4(struct pkt *p, size_t left)
{
	const uint8_t *l4 = p->data + p->l4;
	bool tcp = p->proto == IP4_PROTO_TCP;
	if (!tcp && p->proto != IP4_PROTO_UDP)
		return p->proto == IP4_PROTO_ICMP ? parse_icmp(p, left)
						  : DROP_NONE;
	if (left < (tcp ? TCP_SIZE : UDP_SIZE))
		return DROP_MALFORMED;
	p->plain = !ip4_is_fragment(p->data + ETH_SIZE);
	set_ports(p, l4);
	if (tcp)
		p->tcp_flags = l4[TCP_FLAGS];
	return DROP_NONE;
}

/* Whether the header is as long as it says, with a right checksum. */
static bool is_right(const uint8_t *ip, size_t left)
{
	struct ip4_head h;
	return ip4_read(ip, left, &h) == IP4_OK;
}

/* What the IP header says, as far as the datapath asks. */
static void parse_head(struct pkt *p)
{
	const uint8_t *ip = p->data + ETH_SIZE;
	p->plain = false;
	p->headless = p->fragment = be_load16(ip + 6) & IP4_OFFSET;
	p->icmp_type = p->tcp_flags = 0;
	p->l4 = (uint16_t)(ETH_SIZE + (ip[0] & 15U) * 4U);
	p->quoted = 0;
	set_addrs(p, ip + 12);
	p->sport = p->dport = 0;
	p->proto = ip[9];
}

RARE static enum drop parse_closely(struct pkt *p)
{
	if (p->len < ETH_SIZE + IP4_SIZE ||
	    !is_right(p->data + ETH_SIZE, p->len - (size_t)ETH_SIZE))
		return DROP_MALFORMED;
	parse_head(p);
	if (!p->fragment &&
	    parse_l4(p, parse_end(p) - (size_t)p->l4) != DROP_NONE)
		return DROP_MALFORMED;
	p->parsed = true;
	return DROP_NONE;
}

/* No options, no fragment, and room for a TCP header: so are nearly all. */
static inline bool is_common(const struct pkt *p, size_t size)
{
	const uint8_t *ip = p->data + ETH_SIZE;
	return ip[0] == 0x45 && !ip4_is_fragment(ip) &&
	       size >= IP4_SIZE + TCP_SIZE && size + ETH_SIZE <= p->len &&
	       (ip[9] == IP4_PROTO_TCP || ip[9] == IP4_PROTO_UDP);
}

enum drop parse_bytes(struct pkt *p)
{
	const uint8_t *ip = p->data + ETH_SIZE, *l4 = ip + IP4_SIZE;
	if (!MOSTLY(is_common(p, be_load16(ip + 2)) && ip4_sum_is_right(ip)))
		return parse_closely(p);
	p->parsed = p->plain = true;
	p->fragment = p->headless = false;
	p->icmp_type = 0;
	p->tcp_flags = ip[9] == IP4_PROTO_TCP ? l4[TCP_FLAGS] : 0;
	p->l4 = ETH_SIZE + IP4_SIZE;
	p->quoted = 0;
	set_addrs(p, ip + 12);
	set_ports(p, l4);
	p->proto = ip[9];
	return DROP_NONE;
}

/* The 5-tuple of the quoted packet: without ports where it is cut or a later
 * fragment, zero where there is no header. */
static void quoted_key(const struct pkt *p, struct flow_key *out)
{
	struct ip4_head h;
	const uint8_t *bytes = p->data + p->quoted;
	size_t left = parse_end(p) - p->quoted;
	*out = (struct flow_key){0};
	if (ip4_read_quoted(bytes, left, &h) != IP4_OK)
		return;
	out->src = h.src;
	out->dst = h.dst;
	out->proto = h.proto;
	if (h.frag & IP4_OFFSET || left < h.head_size + (size_t)QUOTED_L4)
		return;
	const uint8_t *l4 = bytes + h.head_size;
	if (h.proto == IP4_PROTO_ICMP) {
		out->sport = out->dport = be_load16(l4 + ICMP_ID);
	} else if (h.proto == IP4_PROTO_TCP || h.proto == IP4_PROTO_UDP) {
		out->sport = be_load16(l4);
		out->dport = be_load16(l4 + 2);
	}
}

RARE void parse_quoted_key(const struct pkt *p, struct flow_key *out)
{
	struct flow_key q;
	quoted_key(p, &q);
	*out = flow_reverse(&q);
}

bool parse_opens(const struct pkt *p)
{
	switch (p->proto) {
	case IP4_PROTO_TCP:
		return (p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) ==
		       TCP_SYN;
	case IP4_PROTO_UDP:
		return true;
	case IP4_PROTO_ICMP:
		return p->icmp_type == ICMP_ECHO_REQUEST;
	default:
		return false;
	}
}
