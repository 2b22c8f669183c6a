/* SPDX-License-Identifier: Apache-2.0 */
/* A gateway for tests of the datapath:
 *
 *	port 0  inside     10.0.0.0/8, 30.0.0.0/8
 *	port 1  uplink     0.0.0.0/0 via 192.0.2.254
 *	port 2  uplink     20.0.0.0/8
 *	port 3  backplane  11.0.0.0/8
 *
 * with pools of ports for the addresses that gateway_kit_rule() and
 * gateway_kit_server() are given. Header alone, as frames.h. */
#ifndef GATEWAY_KIT_H
#define GATEWAY_KIT_H

#include "sim/path/forward.h"
#include "tests/unit/frames.h"

#define GATEWAY_KIT_SESSIONS 64
#define GATEWAY_KIT_ROUTES   24

struct gateway_kit {
	struct forward f;
	struct forward_port ports[4];
	struct rib_route routes[GATEWAY_KIT_ROUTES];
	_Alignas(64) uint8_t fib[4096];
	_Alignas(64) uint8_t cache[64 * sizeof(struct cache_slot) +
				   CACHE_WAYS * sizeof(struct cache_way)];
	struct nat_rule rules[8];
	struct acl_rule accesses[4];
	struct lb_server servers[4];
	struct flow flows[GATEWAY_KIT_SESSIONS];
	struct flow_slot slots[4 * GATEWAY_KIT_SESSIONS];
	struct port_pool pools[24];
	ip4 locals[8];
	struct note notes[32];
	struct pkt pkt;
	uint64_t now;
};

/* Chooses among all routes and tells the FIB. */
static inline void gateway_kit_select(struct gateway_kit *k)
{
	static const struct rib nothing = {0};
	struct rib_walk walk = {.now = &k->f.rib, .old = &nothing};
	struct rib_change c;
	rib_select(&k->f.rib);
	while (rib_next(&walk, &c)) {
		struct fib_route r = {c.prefix.addr, c.prefix.len,
				      fib_join(&k->f.fib, c.hops, c.hop_count)};
		ck_assert_uint_ne(r.group, FIB_NONE);
		ck_assert_uint_eq(fib_apply(&k->f.fib, &r, 1), 1);
	}
}

static inline void gateway_kit_no_routes(struct gateway_kit *k)
{
	struct fib_room room = {GATEWAY_KIT_ROUTES, GATEWAY_KIT_ROUTES};
	ck_assert_uint_le(fib_bytes(room), sizeof(k->fib));
	fib_init(&k->f.fib, k->fib, room);
	rib_init(&k->f.rib, k->routes, GATEWAY_KIT_ROUTES);
}

static inline void gateway_kit_route(struct gateway_kit *k, const char *prefix,
				     const char *via, uint16_t port)
{
	struct rib_route r = {.prefix = frames_prefix(prefix),
			      .gateway = frames_addr(via),
			      .port = port,
			      .ref = 100 + (uint32_t)k->f.rib.count};
	ck_assert(rib_add(&k->f.rib, &r));
	gateway_kit_select(k);
	forward_renew(&k->f);
}

static inline void gateway_kit_init(struct gateway_kit *k)
{
	struct forward *f = &k->f;
	memset(k, 0, sizeof(*k));
	for (unsigned i = 0; i < 4; i++)
		k->ports[i] = (struct forward_port){.up = true, .mtu = 1500};
	k->ports[1].uplink = k->ports[2].uplink = true;
	k->ports[3].backplane = true;
	f->ports = k->ports;
	f->port_count = 4;
	f->pools = k->pools;
	f->pool_room = 24;
	f->locals = k->locals;
	f->notes = (struct note_log){k->notes, 0, 32, 0};
	ck_assert_uint_eq(cache_bytes(64), sizeof(k->cache));
	cache_init(&f->cache, k->cache, 64);
	gateway_kit_no_routes(k);
	nat_init(&f->nat, k->rules, 8);
	acl_init(&f->acl, k->accesses, 4);
	lb_init(&f->lb, k->servers, 4);
	flow_init(&f->flows, k->flows, k->slots, GATEWAY_KIT_SESSIONS);
	gateway_kit_route(k, "0.0.0.0/0", "192.0.2.254", 1);
	gateway_kit_route(k, "20.0.0.0/8", "192.0.3.254", 2);
	gateway_kit_route(k, "10.0.0.0/8", "0.0.0.0", 0);
	gateway_kit_route(k, "30.0.0.0/8", "0.0.0.0", 0);
	gateway_kit_route(k, "11.0.0.0/8", "169.254.0.1", 3);
}

/* Addresses must be added in ascending order. */
static inline void gateway_kit_local(struct gateway_kit *k, const char *addr)
{
	k->locals[k->f.local_count++] = frames_addr(addr);
	forward_renew(&k->f);
}

static inline void gateway_kit_pools(struct gateway_kit *k, ip4 addr)
{
	static const uint8_t protos[] = {IP4_PROTO_TCP, IP4_PROTO_UDP,
					 IP4_PROTO_ICMP};
	if (port_find(k->pools, k->f.pool_count, addr, IP4_PROTO_TCP))
		return;
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_lt(k->f.pool_count, k->f.pool_room);
		port_init(&k->pools[k->f.pool_count++], addr, protos[i]);
	}
}

static inline void gateway_kit_narrow(struct gateway_kit *k, uint16_t first,
				      uint16_t last)
{
	for (size_t i = 0; i < k->f.pool_count; i++) {
		k->pools[i].first = k->pools[i].next = first;
		k->pools[i].last = last;
	}
}

/* The lists are one prefix or NULL; number and sequence number are the same
 * and must grow from call to call. */
static inline struct nat_rule *gateway_kit_rule(struct gateway_kit *k,
						enum nat_action action,
						const char *source,
						const char *destination,
						const char *translated)
{
	uint32_t number = (uint32_t)k->f.nat.count + 1;
	struct nat_rule r = {.action = action,
			     .enabled = true,
			     .sequence_number = number,
			     .ref = number};
	if (source)
		r.source.at[r.source.count++] = frames_prefix(source);
	if (destination)
		r.destination.at[r.destination.count++] =
			frames_prefix(destination);
	if (translated)
		r.translated.at[r.translated.count++] =
			frames_prefix(translated);
	for (uint64_t i = 0; action == NAT_SNAT && i < nat_size(&r.translated);
	     i++)
		gateway_kit_pools(k, nat_at(&r.translated, i));
	ck_assert(nat_add(&k->f.nat, &r));
	nat_seal(&k->f.nat);
	k->f.tracks_inbound |= action != NAT_REFLEXIVE;
	forward_renew(&k->f);
	return &k->rules[number - 1];
}

/* A TCP server on port 443 with members 10.9.0.1 and 10.9.0.2, port 6443. */
static inline struct lb_server *gateway_kit_server(struct gateway_kit *k,
						   const char *vip)
{
	struct lb_server s = {.vip = frames_addr(vip),
			      .proto = IP4_PROTO_TCP,
			      .ports = {443, 443},
			      .automap = true,
			      .enabled = true,
			      .member_count = 2,
			      .ref = 50};
	s.members[0] = (struct lb_member){frames_addr("10.9.0.1"), 6443, true};
	s.members[1] = (struct lb_member){frames_addr("10.9.0.2"), 6443, true};
	gateway_kit_pools(k, s.vip);
	gateway_kit_local(k, vip);
	ck_assert(lb_add(&k->f.lb, &s));
	return &k->servers[k->f.lb.count - 1];
}

/* Puts k->pkt through, in by 'port'; its notes replace those before. */
static inline enum drop gateway_kit_forward(struct gateway_kit *k,
					    uint16_t port)
{
	struct batch b = {.count = 1};
	b.at[0] = &k->pkt;
	k->pkt.in_port = port;
	k->f.notes.count = 0;
	forward_batch(&k->f, &b, k->now);
	ck_assert_int_eq(k->pkt.verdict == PKT_DROP, k->pkt.drop != DROP_NONE);
	if (k->pkt.drop != DROP_MALFORMED)
		frames_check(&k->pkt);
	return (enum drop)k->pkt.drop;
}

static inline enum drop gateway_kit_send(struct gateway_kit *k, uint16_t port,
					 const struct frames_spec *s)
{
	frames_make(&k->pkt, s);
	return gateway_kit_forward(k, port);
}

/* Sends it and says what came out: the text of the frame and the way it left,
 * "local", or the name of the drop. Valid until the next call. */
static inline const char *gateway_kit_result(struct gateway_kit *k)
{
	static char text[240];
	static const char *const ways[] = {"in", "up", "up2", "back"};
	if (k->pkt.verdict == PKT_DROP)
		return drop_name((enum drop)k->pkt.drop);
	snprintf(text, sizeof(text), "%s %s", frames_text(&k->pkt),
		 k->pkt.verdict == PKT_LOCAL ? "local" : ways[k->pkt.out_port]);
	return text;
}

/* The first note of that kind, or NULL. */
static inline const struct note *gateway_kit_note(const struct gateway_kit *k,
						  enum note_kind kind)
{
	for (size_t i = 0; i < k->f.notes.count; i++)
		if (k->notes[i].kind == kind)
			return &k->notes[i];
	return NULL;
}

#define gateway_kit_expect(k, port, spec, text)                                \
	do {                                                                   \
		gateway_kit_send((k), (port), (spec));                         \
		ck_assert_str_eq(gateway_kit_result(k), (text));               \
	} while (0)

#endif
