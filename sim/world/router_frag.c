/* SPDX-License-Identifier: Apache-2.0 */
/* All fragments keep the packet's id, so observers see one packet; the first one
 * that is lost is its end. */
#include <string.h>

#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

static size_t head_size(const struct pkt *p)
{
	return (p->data[ETH_SIZE] & 15U) * 4U;
}

/* Options are repeated in all pieces, not only those that must be. */
static void write_head(struct pkt *p, size_t payload, uint16_t frag)
{
	uint8_t *ip = p->data + ETH_SIZE;
	size_t head = head_size(p);
	be_store16(ip + 2, (uint16_t)(head + payload));
	be_store16(ip + IP4_FRAG, frag);
	be_store16(ip + 10, 0);
	be_store16(ip + 10, csum_of(ip, head));
	p->len = (uint16_t)(ETH_SIZE + head + payload);
	p->parsed = false;
}

void router_frag_put(struct router *r, struct pkt *p, uint32_t mtu)
{
	struct nic *out = r->ports[p->out_port].nic;
	size_t head = head_size(p), at = ETH_SIZE + head;
	size_t left = parse_size(p) - head;
	size_t most = mtu < head + IP4_UNIT ? IP4_UNIT : mtu - head;
	size_t room = most / IP4_UNIT * IP4_UNIT; /* if more follow */
	uint16_t frag = be_load16(p->data + ETH_SIZE + IP4_FRAG);
	for (size_t size, from = 0; from < left; from += size) {
		struct pkt *piece = world_copy_pkt(router_world(r), p);
		bool last = left - from <= most;
		uint16_t more = last ? 0 : IP4_MF;
		size = last ? left - from : room;
		if (!piece)
			break;
		memmove(piece->data + at, p->data + at + from, size);
		write_head(piece, size,
			   (uint16_t)((frag + from / IP4_UNIT) | more));
		nic_send(out, piece);
	}
	world_free_pkt(router_world(r), p);
}

/* The whole, put together behind the first, into 'p', which is one of them. False
 * if it is larger than packets can be here. */
static bool join(struct pkt *first, struct pkt *p)
{
	size_t len = parse_end(first);
	for (const struct pkt *o = first->next; o; o = o->next) {
		size_t size = parse_end(o) - o->l4;
		if (len + size > PKT_ROOM)
			return false;
		memcpy(first->data + len, o->data + o->l4, size);
		len += size;
	}
	memmove(p->data, first->data, len);
	write_head(p, len - first->l4, 0);
	return true;
}

struct pkt *router_frag_take(struct router *r, struct pkt *p)
{
	static const struct router_head nothing;
	struct pkt *first = router_pieces_take(r, p, ROUTER_PIECES_WHOLE);
	if (!first)
		return NULL;
	bool fits = join(first, p);
	for (struct pkt *next, *o = first; o; o = next) {
		next = o->next;
		if (o != p)
			world_free_pkt(router_world(r), o);
	}
	if (fits)
		return p;
	router_drop(r, p, DROP_FRAGMENT, &nothing);
	return NULL;
}

/* They are one packet to whoever asks for ports. */
static void share_head(const struct pkt *first)
{
	for (struct pkt *p = first->next; p; p = p->next) {
		p->fragment = false;
		p->sport = first->sport;
		p->dport = first->dport;
		p->icmp_type = first->icmp_type;
	}
}

void router_frag_pass(struct router *r, struct pkt *p)
{
	struct pkt *first = router_pieces_take(r, p, ROUTER_PIECES_PORTS);
	if (!first)
		return;
	share_head(first);
	for (struct pkt *next, *o = first; o; o = next) {
		next = o->next;
		router_take(r, o);
	}
}
