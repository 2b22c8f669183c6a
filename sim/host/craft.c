/* SPDX-License-Identifier: Apache-2.0 */
/* libnet 1.1.6 in its LIBNET_NONE mode: build from the payload outwards, then
 * libnet_pblock_coalesce(), the one way to get the bytes without asking for a
 * raw socket (libnet_adv_cull_packet() refuses in this mode). */
#include "sim/host/craft.h"

#include <stdlib.h>
#include <string.h>

#include <libnet.h>

#include "sim/base/mem.h"
#include "sim/wire/be.h"
#include "sim/wire/eth.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"

struct craft {
	libnet_t *net;
};

struct craft *craft_new(void)
{
	char error[LIBNET_ERRBUF_SIZE];
	libnet_t *net = libnet_init(LIBNET_NONE, NULL, error);
	if (!net)
		return NULL;
	struct craft *c = MEM_NEW(struct craft);
	c->net = net;
	return c;
}

void craft_free(struct craft *c)
{
	if (!c)
		return;
	libnet_destroy(c->net);
	mem_free(c);
}

/* libnet's builders take no const payload of length 0. */
static const uint8_t *bytes_or_null(struct craft_bytes b)
{
	return b.len ? b.at : NULL;
}

static bool add_ip(struct craft *c, const struct craft_ip *ip, uint8_t proto,
		   size_t l4_size)
{
	static const uint8_t nobody[6];
	return libnet_build_ipv4((uint16_t)(IP4_SIZE + l4_size), ip->tos,
				 ip->id, ip->df ? IP4_DF : 0, ip->ttl, proto, 0,
				 __builtin_bswap32(ip->src.v),
				 __builtin_bswap32(ip->dst.v), NULL, 0, c->net,
				 0) != -1 &&
	       libnet_build_ethernet(nobody, nobody, ETH_TYPE_IP4, NULL, 0,
				     c->net, 0) != -1;
}

/* Copies the finished frame out; libnet is ready for the next one after. */
static size_t finish(struct craft *c, bool built, struct craft_frame out)
{
	uint8_t *packet = NULL;
	uint32_t size = 0;
	/* All values are in range: it can only be memory. */
	if (!built || libnet_pblock_coalesce(c->net, &packet, &size) == -1)
		mem_limit("out of memory in libnet");
	if (size <= out.room)
		memcpy(out.bytes, packet, size);
	else
		size = 0;
	free(packet - c->net->aligner);
	libnet_clear_packet(c->net);
	return size;
}

size_t craft_make_udp(struct craft *c, const struct craft_ip *ip,
		      const struct craft_udp *udp, struct craft_frame out)
{
	size_t size = UDP_SIZE + udp->payload.len;
	bool built =
		libnet_build_udp(udp->sport, udp->dport, (uint16_t)size, 0,
				 bytes_or_null(udp->payload),
				 (uint32_t)udp->payload.len, c->net, 0) != -1 &&
		add_ip(c, ip, IP4_PROTO_UDP, size);
	size_t len = finish(c, built, out);
	/* libnet writes a sum of 0 as it is, which would mean "none". */
	uint8_t *check = out.bytes + ETH_SIZE + IP4_SIZE + 6;
	if (len && !be_load16(check))
		be_store16(check, 0xffff);
	return len;
}

/* As Linux orders them; padded to whole words in front. */
static size_t write_options(const struct craft_tcp *tcp, uint8_t *out)
{
	uint8_t *at = out;
	if (tcp->mss) {
		memcpy(at, (uint8_t[]){2, 4}, 2);
		be_store16(at + 2, tcp->mss);
		at += 4;
	}
	if (tcp->sack_permitted) {
		memcpy(at, (uint8_t[]){1, 1, 4, 2}, 4);
		at += 4;
	}
	if (!tcp->sack_count)
		return (size_t)(at - out);
	memcpy(at, (uint8_t[]){1, 1, 5, (uint8_t)(2 + 8 * tcp->sack_count)}, 4);
	at += 4;
	for (unsigned i = 0; i < tcp->sack_count; i++, at += 8) {
		be_store32(at, tcp->sacks[i].from);
		be_store32(at + 4, tcp->sacks[i].to);
	}
	return (size_t)(at - out);
}

size_t craft_make_tcp(struct craft *c, const struct craft_ip *ip,
		      const struct craft_tcp *tcp, struct craft_frame out)
{
	uint8_t bytes[40];
	size_t options = write_options(tcp, bytes);
	size_t size = TCP_SIZE + options + tcp->payload.len;
	bool built =
		!options || libnet_build_tcp_options(bytes, (uint32_t)options,
						     c->net, 0) != -1;
	built = built &&
		libnet_build_tcp(tcp->sport, tcp->dport, tcp->seq, tcp->ack,
				 tcp->flags, tcp->window, 0, 0, (uint16_t)size,
				 bytes_or_null(tcp->payload),
				 (uint32_t)tcp->payload.len, c->net, 0) != -1 &&
		add_ip(c, ip, IP4_PROTO_TCP, size);
	return finish(c, built, out);
}

size_t craft_make_echo(struct craft *c, const struct craft_ip *ip,
		       const struct craft_echo *echo, struct craft_frame out)
{
	uint8_t type = echo->reply ? ICMP_ECHOREPLY : ICMP_ECHO;
	bool built = libnet_build_icmpv4_echo(type, 0, 0, echo->id, echo->seq,
					      bytes_or_null(echo->payload),
					      (uint32_t)echo->payload.len,
					      c->net, 0) != -1 &&
		     add_ip(c, ip, IP4_PROTO_ICMP, 8 + echo->payload.len);
	return finish(c, built, out);
}

size_t craft_make_error(struct craft *c, const struct craft_ip *ip,
			const struct craft_error *error, struct craft_frame out)
{
	bool built = libnet_build_icmpv4_unreach(error->type, error->code, 0,
						 bytes_or_null(error->quoted),
						 (uint32_t)error->quoted.len,
						 c->net, 0) != -1 &&
		     add_ip(c, ip, IP4_PROTO_ICMP, 8 + error->quoted.len);
	return finish(c, built, out);
}
