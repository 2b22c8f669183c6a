/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/eth.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"

#define PODS	    addr_ip4(0x0af40000) /* 10.244.0.0 */
#define EGRESS	    addr_ip4(0x1e000000) /* 30.0.0.0 */
#define UPLINKS	    addr_ip4(0x0a1b3300) /* 10.27.51.0 */
#define FAR	    addr_ip4(0x4a7d8552) /* 74.125.133.82 */
#define FAR_PORT    443
#define TTL	    64
#define ROUTES	    8
#define IP_TTL	    8
#define IP_CHECK    10
#define TCP_CHECK   16
#define UDP_CHECK   6
#define PER_POOL    60000 /* sessions for each SNAT address */
#define CACHE_SLOTS 16384 /* as much as a router has at most */
#define POOL	    8192  /* packets, as in a world: it is in huge pages */

static void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static struct addr_prefix prefix(ip4 a, uint8_t len)
{
	return (struct addr_prefix){a, len};
}

/* Where conversation 'number' comes from: 64 ports on each of many pods. */
static ip4 source_of(uint32_t number)
{
	return addr_ip4(PODS.v + 2 + number / 64);
}

static uint16_t port_of(uint32_t number)
{
	return (uint16_t)(32768 + number % 64);
}

static void add_route(struct forward *f, struct addr_prefix to, uint16_t port,
		      ip4 gateway)
{
	struct fib_hop hop = {gateway, port};
	struct fib_route r = {to.addr, to.len, fib_join(&f->fib, &hop, 1)};
	fib_apply(&f->fib, &r, 1);
}

/* Port 0 is inside, port 1 the uplink; a route back, a default route. */
static void init_gateway(struct forward *f, struct addr_prefix inside,
			 size_t rules)
{
	struct fib_room routes = {ROUTES, ROUTES};
	memset(f, 0, sizeof(*f));
	f->port_count = 2;
	f->ports = mem_new(2, sizeof(*f->ports));
	for (unsigned i = 0; i < 2; i++)
		f->ports[i] = (struct forward_port){.up = true,
						    .uplink = i,
						    .urpf_strict = true,
						    .mtu = 1500};
	fib_init(&f->fib, mem_map(1, fib_bytes(routes)), routes);
	add_route(f, inside, 0, addr_ip4(0x64400001));
	add_route(f, prefix(addr_ip4(0), 0), 1, addr_ip4(0x0a1b3301));
	cache_init(&f->cache, mem_new(1, cache_bytes(CACHE_SLOTS)),
		   CACHE_SLOTS);
	nat_init(&f->nat, mem_new(rules, sizeof(struct nat_rule)), rules);
}

/* As a router does: an index for both stages. */
static void seal(struct forward *f)
{
	for (enum nat_stage stage = NAT_INGRESS; stage <= NAT_EGRESS; stage++) {
		size_t room = nat_index_room(&f->nat, stage);
		nat_index_init(&f->nat.index[stage],
			       mem_new(nat_index_slots(room),
				       sizeof(struct nat_index_slot)),
			       room);
	}
	nat_seal(&f->nat);
}

static void init_tier1(struct chain *c, uint32_t addresses)
{
	struct forward *f = &c->tier1;
	uint8_t len = 32;
	while (1U << (32 - len) < addresses)
		len--;
	init_gateway(f, prefix(PODS, 14), 1);
	struct nat_rule r = {.action = NAT_SNAT,
			     .enabled = true,
			     .ref = 1,
			     .source = {1, {prefix(PODS, 14)}},
			     .translated = {1, {prefix(EGRESS, len)}}};
	nat_add(&f->nat, &r);
	seal(f);
	f->tracks_inbound = true;
	f->pool_count = f->pool_room = (size_t)1 << (32 - len);
	f->pools = mem_new(f->pool_count, sizeof(*f->pools));
	for (size_t i = 0; i < f->pool_count; i++)
		port_init(&f->pools[i], addr_ip4(EGRESS.v + (uint32_t)i),
			  c->conf.tcp ? IP4_PROTO_TCP : IP4_PROTO_UDP);
	port_index_init(
		&f->pool_index,
		mem_new(port_index_slots(f->pool_count), sizeof(uint32_t)),
		f->pools, f->pool_count);
	flow_init(
		&f->flows, mem_map(c->conf.sessions, sizeof(struct flow)),
		mem_map(flow_slots(c->conf.sessions), sizeof(struct flow_slot)),
		c->conf.sessions);
}

static void init_tier0(struct chain *c)
{
	struct forward *f = &c->tier0;
	uint32_t count = c->conf.reflexive;
	init_gateway(f, prefix(EGRESS, 8), count);
	for (uint32_t i = 0; i < count; i++) {
		uint8_t len = count == 1 ? 24 : 32;
		struct nat_rule r = {
			.action = NAT_REFLEXIVE,
			.enabled = true,
			.ref = i + 1,
			.sequence_number = i,
			.source = {1, {prefix(addr_ip4(EGRESS.v + i), len)}},
			.translated = {1,
				       {prefix(addr_ip4(UPLINKS.v + i), len)}}};
		nat_add(&f->nat, &r);
	}
	seal(f);
}

static void make_template(struct chain *c)
{
	uint8_t *ip = c->template + ETH_SIZE, *l4 = ip + IP4_SIZE;
	size_t size = sizeof(c->template) - ETH_SIZE - IP4_SIZE;
	struct ip4_head h = {.ttl = TTL,
			     .size = sizeof(c->template) - ETH_SIZE,
			     .proto = c->conf.tcp ? IP4_PROTO_TCP
						  : IP4_PROTO_UDP,
			     .dst = FAR};
	eth_write(c->template, (mac){{0}}, (mac){{0}}, ETH_TYPE_IP4);
	ip4_write(ip, &h);
	be_store16(l4 + 2, FAR_PORT);
	if (c->conf.tcp) {
		l4[12] = TCP_SIZE / 4 << 4;
		l4[13] = TCP_SYN;
	} else {
		be_store16(l4 + 4, (uint16_t)size);
	}
	be_store16(
		l4 + (c->conf.tcp ? TCP_CHECK : UDP_CHECK),
		csum_finish(csum_add(csum_pseudo(h.src, h.dst, h.proto, size),
				     l4, size)));
}

struct chain *chain_new(const struct chain_conf *conf)
{
	struct chain *c = MEM_NEW(struct chain);
	c->conf = *conf;
	if (!c->conf.reflexive)
		c->conf.reflexive = 1;
	init_tier1(c, (conf->sessions + PER_POOL - 1) / PER_POOL);
	init_tier0(c);
	make_template(c);
	c->slots = mem_map(POOL, sizeof(*c->slots));
	for (size_t i = 0; i < BATCH_MAX; i++)
		c->batch.at[i] = &c->slots[i];
	return c;
}

static void fini_gateway(struct forward *f)
{
	mem_free(f->ports);
	mem_unmap(f->fib.memory, 1, fib_bytes(f->fib.room));
	mem_free(f->nat.rules);
	for (unsigned i = 0; i < 2; i++)
		mem_free(f->nat.index[i].slots);
	mem_free(f->pools);
	mem_free(f->pool_index.slots);
	mem_free(f->cache.memory);
	struct flow_table *t = &f->flows;
	mem_unmap(t->flows, t->room, sizeof(*t->flows));
	mem_unmap(t->slots, flow_slots(t->room), sizeof(*t->slots));
}

void chain_free(struct chain *c)
{
	fini_gateway(&c->tier1);
	fini_gateway(&c->tier0);
	mem_unmap(c->slots, POOL, sizeof(*c->slots));
	mem_free(c);
}

static void make_packet(const struct chain *c, struct pkt *p, ip4 src,
			uint16_t port)
{
	uint8_t *ip = p->data + ETH_SIZE, *l4 = ip + IP4_SIZE;
	uint32_t addr = csum_delta32(0, src.v);
	p->parsed = p->marked = false;
	p->in_port = 0;
	p->len = sizeof(c->template);
	memcpy(p->data, c->template, sizeof(c->template));
	be_store32(ip + 12, src.v);
	csum_patch(ip + IP_CHECK, csum_wire(csum_fold(addr)));
	be_store16(l4, port);
	csum_patch(l4 + (c->conf.tcp ? TCP_CHECK : UDP_CHECK),
		   csum_wire(csum_fold(addr + csum_delta16(0, port))));
}

void chain_make(struct chain *c, const uint32_t *numbers, size_t count)
{
	c->batch.count = count;
	for (size_t i = 0; i < count; i++)
		make_packet(c, c->batch.at[i], source_of(numbers[i]),
			    port_of(numbers[i]));
}

void chain_make_egress(struct chain *c, const uint32_t *numbers, size_t count)
{
	c->batch.count = count;
	for (size_t i = 0; i < count; i++)
		make_packet(c, c->batch.at[i], addr_ip4(EGRESS.v + numbers[i]),
			    port_of(numbers[i]));
}

bool chain_cross(struct chain *c, struct forward *gateway)
{
	/* The next hop's MAC address and the port's own, as router_put() sets
	 * them. */
	static const uint8_t macs[12] = {0, 0x50, 0x56, 0, 0, 2,
					 0, 0x50, 0x56, 0, 0, 1};
	bool all = true;
	c->now += CHAIN_MS / 1000;
	forward_expire(gateway, c->now);
	forward_batch(gateway, &c->batch, c->now);
	for (size_t i = 0; i < c->batch.count; i++) {
		struct pkt *p = c->batch.at[i];
		all &= p->verdict == PKT_SEND;
		memcpy(p->data, macs, sizeof(macs));
		p->in_port = 0;
	}
	return all;
}

void chain_pass(struct chain *c)
{
	if (!chain_cross(c, &c->tier1) || !chain_cross(c, &c->tier0))
		die("a packet was not sent on");
}

void chain_send(struct chain *c, const uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i += BATCH_MAX) {
		size_t n = count - i < BATCH_MAX ? count - i : BATCH_MAX;
		chain_make(c, numbers + i, n);
		chain_pass(c);
	}
}

void chain_verify(const struct chain *c, const uint32_t *numbers)
{
	for (size_t i = 0; i < c->batch.count; i++) {
		const struct pkt *p = c->batch.at[i];
		const uint8_t *ip = p->data + ETH_SIZE, *l4 = ip + IP4_SIZE;
		size_t size = p->len - (size_t)ETH_SIZE - IP4_SIZE;
		uint32_t src = be_load32(ip + 12);
		uint8_t proto = c->conf.tcp ? IP4_PROTO_TCP : IP4_PROTO_UDP;
		uint64_t sum = csum_pseudo(addr_ip4(src), FAR, proto, size);
		if (src >> 8 != UPLINKS.v >> 8 || be_load32(ip + 16) != FAR.v)
			die("a packet has wrong addresses");
		if (ip[IP_TTL] != TTL - 2)
			die("a packet has a wrong TTL");
		if (csum_of(ip, IP4_SIZE) ||
		    csum_finish(csum_add(sum, l4, size)))
			die("a packet has a wrong checksum");
		if (src == source_of(numbers[i]).v)
			die("a packet was not translated");
	}
}

void chain_reset(struct chain *c)
{
	struct forward *f = &c->tier1;
	struct flow_table *t = &f->flows;
	memset(t->slots, 0, t->slot_count * sizeof(*t->slots));
	flow_init(t, t->flows, t->slots, t->room);
	for (size_t i = 0; i < f->pool_count; i++)
		port_init(&f->pools[i], f->pools[i].addr, f->pools[i].proto);
}
