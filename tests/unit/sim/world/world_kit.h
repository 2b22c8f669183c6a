/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of sim/world share: a recorder, frames, small networks. */
#ifndef WORLD_KIT_H
#define WORLD_KIT_H

#include <check.h>
#include <string.h>

#include "sim/base/vec.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/eth.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/udp.h"
#include "sim/world/bridge.h"
#include "sim/world/router.h"

#define WORLD_KIT_PKTS	256
#define WORLD_KIT_DELAY (100 * VCLOCK_US)

/* Remembers all notes, and all frames that leave a port. */
struct world_kit_frame {
	uint64_t time;
	const struct nic *nic;
	uint32_t id;
	uint16_t len;
	uint8_t bytes[128];
};

struct world_kit {
	struct world *world;
	struct watch watch;
	struct {
		VEC(struct note);
	} notes;
	struct {
		VEC(struct world_kit_frame);
	} frames;
};

static inline void world_kit_note(void *context, const struct note *n)
{
	struct world_kit *k = context;
	VEC_ADD(&k->notes, *n);
}

static inline void world_kit_frame(void *context, const struct nic *nic,
				   enum watch_direction direction, uint64_t now,
				   const struct pkt *p)
{
	struct world_kit *k = context;
	struct world_kit_frame f = {now, nic, p->id, p->len, {0}};
	if (direction != WATCH_OUT)
		return;
	memcpy(f.bytes, p->data, p->len < sizeof(f.bytes) ? p->len : 128);
	VEC_ADD(&k->frames, f);
}

static inline void world_kit_init(struct world_kit *k)
{
	memset(k, 0, sizeof(*k));
	k->world = world_new(1, WORLD_KIT_PKTS);
	k->world->event_limit = 100000;
	k->watch.note = world_kit_note;
	k->watch.frame = world_kit_frame;
	k->watch.context = k;
	world_watch(k->world, &k->watch);
}

/* No packet may be lost from sight. */
static inline void world_kit_fini(struct world_kit *k)
{
	ck_assert_uint_eq(world_free_pkts(k->world), WORLD_KIT_PKTS);
	world_free(k->world);
	VEC_FREE(&k->notes);
	VEC_FREE(&k->frames);
}

static inline ip4 world_kit_ip4(const char *text)
{
	ip4 a;
	ck_assert_msg(addr_parse_ip4(text, &a), "%s", text);
	return a;
}

static inline struct addr_if world_kit_if(const char *text)
{
	struct addr_if a;
	ck_assert_msg(addr_parse_if(text, &a), "%s", text);
	return a;
}

static inline struct addr_prefix world_kit_prefix(const char *text)
{
	struct addr_prefix p;
	ck_assert_msg(addr_parse_prefix(text, &p), "%s", text);
	return p;
}

static inline struct nic *world_kit_port(struct router *r, const char *name,
					 const char *addr)
{
	struct router_port_conf c = {.name = name, .addr = world_kit_if(addr)};
	return router_add_port(r, &c);
}

static inline void world_kit_cable(struct world_kit *k, struct nic *a,
				   struct nic *b)
{
	struct link_conf c = {.delay_ns = WORLD_KIT_DELAY};
	link_new(k->world, a, b, &c);
}

/* "network via gateway port"; gateway NULL: connected. */
static inline struct rib_route world_kit_route(const char *prefix,
					       const char *via, uint16_t port)
{
	ip4 gateway = via ? world_kit_ip4(via) : addr_ip4(0);
	return (struct rib_route){.prefix = world_kit_prefix(prefix),
				  .kind = via ? RIB_STATIC : RIB_CONNECTED,
				  .distance = via ? 1 : 0,
				  .via = gateway,
				  .gateway = gateway,
				  .port = port};
}

static inline void world_kit_routes(struct router *r, bool forwards,
				    const struct rib_route *routes,
				    size_t count)
{
	struct router_tables t = {.routes = routes,
				  .route_count = count,
				  .forwards = forwards,
				  .icmp_ttl = true,
				  .icmp_frag_needed = true,
				  .icmp_errors = true};
	router_set_tables(r, &t);
}

/* A host with one port, and a default route by 'gateway'. */
static inline struct router *world_kit_host(struct world_kit *k,
					    const char *name, const char *addr,
					    const char *gateway)
{
	struct router *r = router_new(k->world, name, name);
	struct addr_if a = world_kit_if(addr);
	world_kit_port(r, "eth0", addr);
	struct rib_route routes[] = {
		world_kit_route("0.0.0.0/0", gateway, 0),
		world_kit_route("0.0.0.0/0", NULL, 0),
	};
	routes[1].prefix = addr_prefix_of(a.addr, a.len);
	world_kit_routes(r, false, routes, 2);
	return r;
}

static inline struct nic *world_kit_nic(struct router *r, uint16_t port)
{
	return router_port(r, port)->nic;
}

struct world_kit_udp {
	const char *src, *dst;
	uint16_t sport, dport;
	uint8_t ttl;
};

static inline void world_kit_write_ip(struct pkt *p, const char *src,
				      const char *dst, uint8_t ttl,
				      uint8_t proto)
{
	struct ip4_head h = {.ttl = ttl,
			     .proto = proto,
			     .frag = IP4_DF,
			     .size = (uint16_t)(p->len - ETH_SIZE),
			     .src = world_kit_ip4(src),
			     .dst = world_kit_ip4(dst)};
	memset(p->data, 0, ETH_SIZE);
	be_store16(p->data + 12, ETH_TYPE_IP4);
	ip4_write(p->data + ETH_SIZE, &h);
}

/* A datagram with 5 bytes of payload and a checksum. */
static inline struct pkt *world_kit_udp(struct world_kit *k,
					const struct world_kit_udp *u)
{
	struct pkt *p = world_take_pkt(k->world);
	uint8_t *udp = p->data + ETH_SIZE + IP4_SIZE;
	size_t size = UDP_SIZE + 5;
	p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	world_kit_write_ip(p, u->src, u->dst, u->ttl, IP4_PROTO_UDP);
	be_store16(udp, u->sport);
	be_store16(udp + 2, u->dport);
	be_store16(udp + 4, (uint16_t)size);
	be_store16(udp + 6, 0);
	memcpy(udp + UDP_SIZE, "hello", 5);
	uint64_t sum = csum_pseudo(world_kit_ip4(u->src), world_kit_ip4(u->dst),
				   IP4_PROTO_UDP, size);
	be_store16(udp + 6, csum_finish(csum_add(sum, udp, size)));
	return p;
}

static inline struct pkt *world_kit_echo(struct world_kit *k, const char *src,
					 const char *dst)
{
	struct pkt *p = world_take_pkt(k->world);
	struct icmp m = {.type = ICMP_ECHO_REQUEST, .id = 7, .seq = 3};
	size_t size = ICMP_SIZE + 4;
	p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	world_kit_write_ip(p, src, dst, 64, IP4_PROTO_ICMP);
	memcpy(p->data + ETH_SIZE + IP4_SIZE + ICMP_SIZE, "data", 4);
	icmp_write(p->data + ETH_SIZE + IP4_SIZE, size, &m);
	return p;
}

/* An endpoint that keeps copies of what it gets. */
struct world_kit_inbox {
	struct world *world;
	struct node *node;
	size_t count;
	uint64_t time; /* of the last one */
	struct pkt last;
};

static inline bool world_kit_take(void *context, struct pkt *p)
{
	struct world_kit_inbox *box = context;
	box->count++;
	box->time = world_now(box->world);
	box->last = *p;
	world_note(box->node, p, NOTE_DELIVERED, p->in_port);
	world_free_pkt(box->world, p);
	return true;
}

static inline void world_kit_listen(struct world_kit *k, struct router *r,
				    struct world_kit_inbox *box)
{
	memset(box, 0, sizeof(*box));
	box->world = k->world;
	box->node = router_node(r);
	router_set_local(r, world_kit_take, box);
}

static inline const struct note *
world_kit_find(const struct world_kit *k, uint32_t id, enum note_kind kind)
{
	for (size_t i = 0; i < k->notes.count; i++)
		if (k->notes.at[i].pkt == id && k->notes.at[i].kind == kind)
			return &k->notes.at[i];
	return NULL;
}

/* The IP header and what follows are right: both checksums. */
static inline void world_kit_check_udp(const struct pkt *p)
{
	struct ip4_head h;
	struct udp u;
	ck_assert_int_eq(
		ip4_read(p->data + ETH_SIZE, p->len - (size_t)ETH_SIZE, &h),
		IP4_OK);
	ck_assert(udp_read(p->data + ETH_SIZE + IP4_SIZE,
			   (size_t)h.size - IP4_SIZE, h.src, h.dst, &u));
	ck_assert_uint_ne(u.check, 0);
}

static inline void world_kit_same_ip(ip4 a, const char *text)
{
	char seen[ADDR_IP4_SIZE];
	ck_assert_str_eq(addr_print_ip4(a, seen), text);
}

#endif
