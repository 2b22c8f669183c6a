/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments (RFC 791 section 2.3): cut at whoever sends a packet on that may be
 * cut, put together at whom it is for. All fragments keep the packet's id, so
 * observers see one packet; the first one that is lost is its end.
 *
 * Pieces are counted in units of 8 bytes, as offsets are; a packet is complete
 * when its last unit is known and none is missing (RFC 815 keeps a list of holes
 * instead, for larger packets than ours). */
#include <string.h>

#include "sim/base/mem.h"
#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define UNIT	8
#define UNITS	(PKT_ROOM / UNIT)
#define IP_SIZE (ETH_SIZE + 2)
#define IP_ID	(ETH_SIZE + 4)
#define IP_FRAG (ETH_SIZE + 6)

/* A packet of which some pieces are there. */
struct router_reass {
	struct router *router;
	struct pkt *pkt; /* the last piece that came */
	uint16_t id;
	uint16_t end; /* bytes of payload; 0: the last piece is missing */
	bool there[UNITS];
	uint8_t head[ETH_SIZE + 60], payload[PKT_ROOM];
	size_t head_size; /* 0: the first piece is missing */
	struct vclock_timer timer;
	struct router_reass *next;
};

static size_t head_size(const struct pkt *p)
{
	return (p->data[ETH_SIZE] & 15U) * 4U;
}

/* Options are repeated in all pieces, not only those that must be. */
static void write_head(struct pkt *p, size_t payload, uint16_t frag)
{
	uint8_t *ip = p->data + ETH_SIZE;
	size_t head = head_size(p);
	be_store16(p->data + IP_SIZE, (uint16_t)(head + payload));
	be_store16(p->data + IP_FRAG, frag);
	be_store16(ip + 10, 0);
	be_store16(ip + 10, csum_of(ip, head));
	p->len = (uint16_t)(ETH_SIZE + head + payload);
	p->parsed = false;
}

void router_frag_put(struct router *r, struct pkt *p, uint32_t mtu)
{
	struct nic *out = r->ports[p->out_port].nic;
	size_t head = head_size(p), at = ETH_SIZE + head;
	size_t left = be_load16(p->data + IP_SIZE) - head;
	size_t room = mtu < head + UNIT ? UNIT : (mtu - head) / UNIT * UNIT;
	uint16_t frag = be_load16(p->data + IP_FRAG);
	for (size_t from = 0; from < left; from += room) {
		struct pkt *piece = world_copy_pkt(router_world(r), p);
		bool last = left - from <= room;
		size_t size = last ? left - from : room;
		if (!piece)
			break;
		memmove(piece->data + at, p->data + at + from, size);
		write_head(
			piece, size,
			(uint16_t)((frag + from / UNIT) | (last ? 0 : IP4_MF)));
		nic_send(out, piece);
	}
	world_free_pkt(router_world(r), p);
}

static void forget(struct router_reass *s)
{
	struct router_reass **at = &s->router->reasses;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	vclock_cancel(&router_world(s->router)->clock, &s->timer);
	mem_free(s);
}

static void on_late(void *context)
{
	struct router_reass *s = context;
	const struct router_head nothing = {0};
	struct router *r = s->router;
	struct pkt *p = s->pkt;
	forget(s);
	router_drop(r, p, DROP_REASSEMBLY, &nothing);
}

static struct router_reass *find(struct router *r, const struct pkt *p)
{
	uint16_t id = be_load16(p->data + IP_ID);
	for (struct router_reass *s = r->reasses; s; s = s->next)
		if (s->id == id && addr_same(s->pkt->src, p->src) &&
		    addr_same(s->pkt->dst, p->dst) && s->pkt->proto == p->proto)
			return s;
	struct router_reass *s = MEM_NEW(struct router_reass);
	struct vclock *clock = &router_world(r)->clock;
	s->router = r;
	s->id = id;
	s->timer.fire = on_late;
	s->timer.context = s;
	s->next = r->reasses;
	r->reasses = s;
	vclock_set(clock, &s->timer, clock->now + ROUTER_PIECES_NS);
	return s;
}

/* False if it is no sound piece. */
static bool add(struct router_reass *s, const struct pkt *p)
{
	uint16_t frag = be_load16(p->data + IP_FRAG);
	size_t head = head_size(p), from = (size_t)(frag & IP4_OFFSET) * UNIT;
	size_t size = be_load16(p->data + IP_SIZE) - head;
	bool last = !(frag & IP4_MF);
	if (from + size + ETH_SIZE + head > PKT_ROOM || !size ||
	    (!last && size % UNIT))
		return false;
	memcpy(s->payload + from, p->data + ETH_SIZE + head, size);
	for (size_t at = from; at < from + size; at += UNIT)
		s->there[at / UNIT] = true;
	if (last)
		s->end = (uint16_t)(from + size);
	if (!from) {
		s->head_size = ETH_SIZE + head;
		memcpy(s->head, p->data, s->head_size);
	}
	return true;
}

static bool is_whole(const struct router_reass *s)
{
	if (!s->end || !s->head_size)
		return false;
	for (size_t at = 0; at < s->end; at += UNIT)
		if (!s->there[at / UNIT])
			return false;
	return true;
}

struct pkt *router_frag_take(struct router *r, struct pkt *p)
{
	struct router_reass *s = find(r, p);
	if (s->pkt)
		world_free_pkt(router_world(r), s->pkt);
	s->pkt = p;
	if (add(s, p) && !is_whole(s))
		return NULL;
	if (is_whole(s)) {
		memcpy(p->data, s->head, s->head_size);
		memcpy(p->data + s->head_size, s->payload, s->end);
		write_head(p, s->end, 0);
	}
	forget(s);
	return p;
}

size_t router_frag_held(const struct router *r)
{
	size_t count = 0;
	for (const struct router_reass *s = r->reasses; s; s = s->next)
		count += s->pkt != NULL;
	return count;
}

void router_frag_fini(struct router *r)
{
	while (r->reasses) {
		world_free_pkt(router_world(r), r->reasses->pkt);
		forget(r->reasses);
	}
}
