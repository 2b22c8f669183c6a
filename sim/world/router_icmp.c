/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP that a router makes itself: echo replies and errors (RFC 792, RFC 1812
 * 4.3.2). An error quotes the IP header and the first 8 bytes behind it, as
 * RFC 792 has it. */
#include <string.h>

#include "sim/wire/be.h"
#include "sim/wire/eth.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define TTL	    64
#define QUOTED_DATA 8

static void write_head(struct router *r, struct pkt *p, ip4 src, ip4 dst)
{
	struct ip4_head h = {
		.ttl = TTL,
		.proto = IP4_PROTO_ICMP,
		.size = (uint16_t)(p->len - ETH_SIZE),
		.id = r->next_ip_id++,
		.src = src,
		.dst = dst,
	};
	ip4_write(p->data + ETH_SIZE, &h);
	be_store16(p->data + 12, ETH_TYPE_IP4);
}

void router_icmp_answer(struct router *r, struct pkt *p)
{
	struct world *w = router_world(r);
	struct pkt *reply = world_take_pkt(w);
	if (!reply) {
		world_free_pkt(w, p);
		return;
	}
	size_t size = be_load16(p->data + p->l3 + 2) -
		      ((size_t)p->l4 - p->l3);
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
	write_head(r, reply, p->dst, p->src);
	world_free_pkt(w, p);
	router_send(r, reply);
}

static bool is_unicast(ip4 a)
{
	return a.v && a.v >> 28 < 14 && a.v >> 24 != 127;
}

/* RFC 1812 4.3.2.7: not about errors, not about fragments but the first, not
 * to or about what is not one host. */
static bool may_report(const struct router *r, const struct pkt *p,
		       enum drop reason)
{
	if (!p->l4 || p->quoted || p->fragment || !r->forwards)
		return false;
	if (p->in_port >= r->node.nic_count)
		return false;
	if (!is_unicast(p->src) || !is_unicast(p->dst) ||
	    eth_is_group(eth_dst(p->data)))
		return false;
	return reason == DROP_TTL_ZERO ? r->icmp_ttl : r->icmp_errors;
}

void router_icmp_report(struct router *r, struct pkt *p, enum drop reason)
{
	uint8_t type, code;
	if (!may_report(r, p, reason) ||
	    !forward_icmp_for(reason, &type, &code))
		return;
	struct pkt *error = world_take_pkt(router_world(r));
	if (!error)
		return;
	size_t quoted = (size_t)p->l4 - p->l3 + QUOTED_DATA;
	error->flow = p->flow;
	error->leg = PKT_ERROR;
	error->cause = p->id;
	error->len = (uint16_t)(ETH_SIZE + IP4_SIZE + ICMP_SIZE + quoted);
	uint8_t *icmp = error->data + ETH_SIZE + IP4_SIZE;
	memcpy(icmp + ICMP_SIZE, p->data + p->l3, quoted);
	struct icmp m = {.type = type, .code = code};
	if (reason == DROP_MTU)
		m.seq = r->forward.ports[p->out_port].mtu;
	icmp_write(icmp, ICMP_SIZE + quoted, &m);
	write_head(r, error, r->ports[p->in_port].addrs[0].addr, p->src);
	world_note(&r->node, p, NOTE_ANSWERED, error->id);
	router_send(r, error);
}
