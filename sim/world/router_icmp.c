/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP that a router makes itself: echo replies and errors (RFC 792, RFC 1812
 * 4.3.2). No rate limit: a run is short, and each error is news. */
#include <string.h>

#include "sim/wire/be.h"
#include "sim/wire/eth.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define TTL	   64
#define TOS_OFFSET 1 /* in the IP header */
#define SRC_OFFSET 12
#define DST_OFFSET 16

/* What an answer's IP header says that depends on what it answers. */
struct answer {
	ip4 src, dst;
	uint8_t tos;
};

static void write_head(struct router *r, struct pkt *p, const struct answer *a)
{
	struct ip4_head h = {
		.tos = a->tos,
		.ttl = TTL,
		.proto = IP4_PROTO_ICMP,
		.size = (uint16_t)(p->len - ETH_SIZE),
		.id = r->next_ip_id++,
		.src = a->src,
		.dst = a->dst,
	};
	ip4_write(p->data + ETH_SIZE, &h);
	be_store16(p->data + 12, ETH_TYPE_IP4);
}

static size_t payload_size(const struct pkt *p)
{
	return be_load16(p->data + ETH_SIZE + 2) - ((size_t)p->l4 - ETH_SIZE);
}

static void send_reply(struct router *r, const struct pkt *p, size_t size)
{
	struct pkt *reply = world_take_pkt(router_world(r));
	if (!reply)
		return;
	reply->marked = p->marked;
	reply->flow = p->flow;
	reply->leg = PKT_REPLY;
	reply->cause = p->id;
	reply->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	uint8_t *icmp = reply->data + ETH_SIZE + IP4_SIZE;
	memcpy(icmp, p->data + p->l4, size);
	struct icmp m = {.type = ICMP_ECHO_REPLY,
			 .id = be_load16(icmp + 4),
			 .seq = be_load16(icmp + 6)};
	icmp_write(icmp, size, &m);
	/* The same TOS (RFC 1122 3.2.2.6 with 3.2.1.6). */
	struct answer a = {p->dst, p->src, p->data[ETH_SIZE + TOS_OFFSET]};
	write_head(r, reply, &a);
	router_send(r, reply);
}

void router_icmp_answer(struct router *r, struct pkt *p)
{
	struct icmp m;
	size_t size = payload_size(p);
	if (!icmp_read(p->data + p->l4, size, &m)) {
		const struct router_head nothing = {0};
		router_drop(r, p, DROP_MALFORMED, &nothing);
		return;
	}
	world_note(&r->node, p, NOTE_DELIVERED, p->in_port);
	send_reply(r, p, size);
	world_free_pkt(router_world(r), p);
}

/* RFC 1812 4.3.2.7: not about errors, not about fragments but the first, not
 * to or about what is not one host. */
static bool may_report(const struct router *r, const struct pkt *p,
		       const struct router_head *head)
{
	if (!head->left || p->quoted || p->headless || !r->forwards)
		return false;
	if (!r->ports[p->in_port].addr_count)
		return false;
	if (!addr_is_unicast(addr_ip4(be_load32(head->bytes + SRC_OFFSET))) ||
	    !addr_is_unicast(addr_ip4(be_load32(head->bytes + DST_OFFSET))))
		return false;
	if (p->drop == DROP_MTU)
		return r->icmp_frag_needed;
	return p->drop == DROP_TTL_ZERO ? r->icmp_ttl : r->icmp_errors;
}

/* Bytes of it that are quoted; 0 if it is not sound. */
static size_t quoted_size(const struct router_head *head)
{
	struct ip4_head h;
	if (ip4_read(head->bytes, head->left, &h) != IP4_OK)
		return 0;
	size_t size = (size_t)h.head_size + ROUTER_QUOTED;
	return size < h.size ? size : h.size;
}

static struct pkt *make_error(struct router *r, const struct pkt *p,
			      const struct router_head *head,
			      const struct icmp *m)
{
	struct pkt *error = world_take_pkt(router_world(r));
	if (!error)
		return NULL;
	ip4 to = addr_ip4(be_load32(head->bytes + SRC_OFFSET));
	size_t quoted = quoted_size(head), size = ICMP_SIZE + quoted;
	error->marked = p->marked;
	error->flow = p->flow;
	error->leg = PKT_ERROR;
	error->cause = p->id;
	error->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	uint8_t *icmp = error->data + ETH_SIZE + IP4_SIZE;
	memcpy(icmp + ICMP_SIZE, head->bytes, quoted);
	icmp_write(icmp, size, m);
	struct answer a = {router_port_addr(r, p->in_port, to), to,
			   icmp_error_tos(head->bytes[TOS_OFFSET])};
	write_head(r, error, &a);
	return error;
}

void router_icmp_report(struct router *r, struct pkt *p,
			const struct router_head *head)
{
	struct icmp m = {0};
	enum drop reason = (enum drop)p->drop;
	if (!may_report(r, p, head) || !quoted_size(head) ||
	    !forward_icmp_for(reason, &m.type, &m.code))
		return;
	if (reason == DROP_MTU)
		m.seq = (uint16_t)r->forward.ports[p->out_port].mtu;
	struct pkt *error = make_error(r, p, head, &m);
	if (!error)
		return;
	world_note(&r->node, p, NOTE_ANSWERED, error->id);
	router_send(r, error);
}
