/* SPDX-License-Identifier: Apache-2.0 */
/* a 10.1.0.2 -- 10.1.0.1 r 20.0.0.1 -- 20.0.0.2 b; r makes a 30.0.0.5. A datagram
 * of 72 bytes with its header is cut into three pieces of 24 each. */
#ifndef PIECES_KIT_H
#define PIECES_KIT_H

#include <stdio.h>

#include "tests/unit/sim/world/world_kit.h"

#define PIECES_KIT_OUTSIDE "30.0.0.5"
#define PIECES_KIT_COUNT   3
#define PIECES_KIT_EACH	   24

struct pieces_kit {
	struct world_kit kit;
	struct router *a, *r, *b;
	struct world_kit_inbox at_a, at_b;
};

static inline void pieces_kit_rule(struct pieces_kit *g, enum nat_action action)
{
	struct rib_route routes[] = {world_kit_route("10.1.0.0/24", NULL, 0),
				     world_kit_route("20.0.0.0/24", NULL, 1)};
	struct nat_rule rule = {
		.action = action,
		.source = {1, {world_kit_prefix("10.1.0.2/32")}},
		.translated = {1, {world_kit_prefix(PIECES_KIT_OUTSIDE "/32")}},
		.enabled = true};
	struct router_loopback lo = {world_kit_ip4(PIECES_KIT_OUTSIDE), false};
	struct router_tables t = {.routes = routes,
				  .route_count = 2,
				  .nat_rules = &rule,
				  .nat_rule_count = 1,
				  .loopbacks = &lo,
				  .loopback_count = action == NAT_SNAT,
				  .forwards = true,
				  .icmp_ttl = true,
				  .icmp_frag_needed = true,
				  .icmp_errors = true};
	router_set_tables(g->r, &t);
}

static inline void pieces_kit_init(struct pieces_kit *g)
{
	struct router_port_conf uplink = {.name = "up",
					  .addr = world_kit_if("20.0.0.1/24"),
					  .uplink = true};
	world_kit_init(&g->kit);
	g->a = world_kit_host(&g->kit, "a", "10.1.0.2/24", "10.1.0.1");
	g->b = world_kit_host(&g->kit, "b", "20.0.0.2/24", "20.0.0.1");
	g->r = router_new(g->kit.world, "r", "r");
	world_kit_cable(&g->kit, world_kit_nic(g->a, 0),
			world_kit_port(g->r, "down", "10.1.0.1/24"));
	world_kit_cable(&g->kit, router_add_port(g->r, &uplink),
			world_kit_nic(g->b, 0));
	pieces_kit_rule(g, NAT_SNAT);
	world_kit_listen(&g->kit, g->a, &g->at_a);
	world_kit_listen(&g->kit, g->b, &g->at_b);
}

static inline void pieces_kit_fini(struct pieces_kit *g)
{
	world_kit_fini(&g->kit);
}

/* The datagram whole: id, ports, and a right checksum. */
static inline void pieces_kit_write(const struct world_kit_udp *u,
				    uint8_t bytes[IP4_SIZE + 72])
{
	const size_t size = (size_t)PIECES_KIT_COUNT * PIECES_KIT_EACH;
	uint8_t *udp = bytes + IP4_SIZE;
	struct ip4_head h = {.ttl = u->ttl,
			     .proto = IP4_PROTO_UDP,
			     .id = 77,
			     .size = (uint16_t)(IP4_SIZE + size),
			     .src = world_kit_ip4(u->src),
			     .dst = world_kit_ip4(u->dst)};
	ip4_write(bytes, &h);
	for (size_t i = UDP_SIZE; i < size; i++)
		udp[i] = (uint8_t)i;
	be_store16(udp, u->sport);
	be_store16(udp + 2, u->dport);
	be_store16(udp + 4, (uint16_t)size);
	be_store16(udp + 6, 0);
	uint64_t sum = csum_pseudo(h.src, h.dst, IP4_PROTO_UDP, size);
	be_store16(udp + 6, csum_finish(csum_add(sum, udp, size)));
}

/* Puts 'p', whose IP header says 'size' and 'frag' from now on, on the wire: from
 * a host to r, or from r to b. */
static inline void pieces_kit_frame(struct pieces_kit *g, struct router *from,
				    struct pkt *p, size_t size, unsigned frag)
{
	struct nic *out = world_kit_nic(from, from == g->r);
	const struct nic *in = out->link->ends[out->link->ends[0] == out];
	uint8_t *ip = p->data + ETH_SIZE;
	be_store16(ip + 2, (uint16_t)(IP4_SIZE + size));
	be_store16(ip + 6, (uint16_t)frag);
	be_store16(ip + 10, 0);
	be_store16(ip + 10, csum_of(ip, IP4_SIZE));
	p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	eth_write(p->data, in->mac, out->mac, ETH_TYPE_IP4);
	nic_send(out, p);
}

/* Piece 'number' of it. Returns its id in traces. */
static inline uint32_t pieces_kit_put(struct pieces_kit *g, struct router *from,
				      const struct world_kit_udp *u,
				      unsigned number)
{
	uint8_t whole[IP4_SIZE + 72];
	struct pkt *p = world_take_pkt(g->kit.world);
	uint8_t *ip = p->data + ETH_SIZE;
	bool last = number == PIECES_KIT_COUNT - 1;
	uint32_t id = p->id;
	pieces_kit_write(u, whole);
	memcpy(ip, whole, IP4_SIZE);
	memcpy(ip + IP4_SIZE,
	       whole + IP4_SIZE + (size_t)number * PIECES_KIT_EACH,
	       PIECES_KIT_EACH);
	pieces_kit_frame(g, from, p, PIECES_KIT_EACH,
			 number * PIECES_KIT_EACH / 8 | (last ? 0 : IP4_MF));
	return id;
}

static inline uint32_t pieces_kit_send(struct pieces_kit *g,
				       struct router *from,
				       const struct world_kit_udp *u,
				       unsigned number)
{
	uint32_t id = pieces_kit_put(g, from, u, number);
	ck_assert(world_run_until(g->kit.world,
				  world_now(g->kit.world) + VCLOCK_S / 10));
	return id;
}

static inline const struct world_kit_udp *pieces_kit_out(void)
{
	static const struct world_kit_udp out = {"10.1.0.2", "20.0.0.2", 4000,
						 53, 64};
	return &out;
}

/* It came to 'box' as "10.1.0.2:4000 > 20.0.0.2:53", whole and with a right
 * checksum. */
static inline void pieces_kit_got(const struct world_kit_inbox *box,
				  const char *ends)
{
	char src[ADDR_ENDPOINT_SIZE], dst[ADDR_ENDPOINT_SIZE], seen[64];
	const struct pkt *p = &box->last;
	ck_assert_uint_eq(box->count, 1);
	world_kit_check_udp(p);
	ck_assert_uint_eq(p->len, ETH_SIZE + IP4_SIZE + 72);
	addr_print_endpoint(p->src, p->sport, src);
	addr_print_endpoint(p->dst, p->dport, dst);
	snprintf(seen, sizeof(seen), "%s > %s", src, dst);
	ck_assert_str_eq(seen, ends);
}

#endif
