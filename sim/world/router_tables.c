/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration made effective: the tables of the datapath are built anew from
 * what is configured, and what the run has brought about (sessions, ports in
 * use, hit counters) is carried over. */
#include <stdlib.h>
#include <string.h>

#include "sim/base/keymap.h"
#include "sim/base/mem.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define NONE UINT32_MAX

static void *copy_of(const void *from, size_t count, size_t size)
{
	void *to = mem_new(count, size);
	if (count)
		memcpy(to, from, count * size);
	return to;
}

static void *new_fib(struct fib_room room)
{
	return mem_map(1, fib_bytes(room));
}

static void free_fib(void *memory, struct fib_room room)
{
	mem_unmap(memory, 1, fib_bytes(room));
}

void router_tables_init(struct router *r)
{
	struct fib_room none = {0};
	fib_init(&r->forward.fib, new_fib(none), none);
}

/* False, and nothing changed, if what is there needs more. */
static bool give_room(struct fib *f, struct fib_room room)
{
	void *old = f->memory, *memory = new_fib(room);
	struct fib_room old_room = f->room;
	bool moved = fib_move(f, memory, room);
	free_fib(moved ? old : memory, moved ? old_room : room);
	return moved;
}

/* Half as much again; a few at least, since most tables are small. */
static uint32_t more(uint32_t room)
{
	return room + room / 2 + 8;
}

static uint16_t join(struct fib *f, const struct rib_change *c)
{
	uint16_t group = fib_join(f, c->hops, c->hop_count);
	while (group == FIB_NONE) {
		struct fib_room room = {f->room.routes, more(f->room.groups)};
		if (f->room.groups == FIB_GROUPS_MAX)
			mem_limit("a router has more than 32767 different "
				  "groups of next hops");
		if (room.groups > FIB_GROUPS_MAX)
			room.groups = FIB_GROUPS_MAX;
		while (!give_room(f, room))
			room.routes = more(room.routes);
		group = fib_join(f, c->hops, c->hop_count);
	}
	return group;
}

static void apply(struct fib *f, const struct fib_route *changes, size_t count)
{
	size_t done = fib_apply(f, changes, count);
	struct fib_room room = f->room;
	while (done < count) {
		room.routes = more(room.routes);
		give_room(f, room);
		done += fib_apply(f, changes + done, count - done);
	}
}

/* The FIB learns only what differs from before. */
static void learn_routes(struct forward *f, const struct rib *old)
{
	struct fib_route changes[256];
	struct rib_walk walk = {.now = &f->rib, .old = old};
	struct rib_change c;
	size_t count = 0;
	while (rib_next(&walk, &c)) {
		changes[count++] = (struct fib_route){
			c.prefix.addr, c.prefix.len,
			c.gone ? FIB_NONE : join(&f->fib, &c)};
		if (count < sizeof(changes) / sizeof(*changes))
			continue;
		apply(&f->fib, changes, count);
		count = 0;
	}
	apply(&f->fib, changes, count);
}

/* Room at once for as many routes as may come, and groups for some of them. */
static void make_room(struct forward *f)
{
	struct fib_room room = f->fib.room;
	uint32_t routes = (uint32_t)f->rib.count;
	if (routes <= room.routes)
		return;
	room.routes = routes;
	if (room.groups < routes / 256 && routes / 256 < FIB_GROUPS_MAX)
		room.groups = routes / 256;
	give_room(&f->fib, room);
}

static void set_routes(struct router *r, const struct router_tables *t)
{
	struct rib old = r->forward.rib;
	struct rib *now = &r->forward.rib;
	rib_init(now, copy_of(t->routes, t->route_count, sizeof(*t->routes)),
		 t->route_count);
	now->count = t->route_count;
	rib_select(now);
	make_room(&r->forward);
	learn_routes(&r->forward, &old);
	mem_free(old.routes);
}

static void index_nat(struct nat *n, enum nat_stage stage)
{
	size_t room = nat_index_room(n, stage);
	nat_index_init(
		&n->index[stage],
		mem_new(nat_index_slots(room), sizeof(struct nat_index_slot)),
		room);
}

static void free_nat(struct nat *n)
{
	for (unsigned i = 0; i < 2; i++)
		mem_free(n->index[i].slots);
	mem_free(n->rules);
}

/* A session's rule may be at another place now, or gone. */
static void follow_rule(struct flow *flow, const struct nat *old,
			const uint32_t *moved)
{
	if (!flow->by_rule)
		return;
	uint32_t place = moved[flow->maker];
	flow->by_rule = place != FLOW_NONE;
	flow->maker = flow->by_rule ? place : old->rules[flow->maker].ref;
}

/* Hits of the rule with the same number, and sessions that point at it. */
static void set_nat(struct router *r, const struct router_tables *t)
{
	struct nat old = r->forward.nat;
	struct nat *now = &r->forward.nat;
	nat_init(now, mem_new(t->nat_rule_count, sizeof(*now->rules)),
		 t->nat_rule_count);
	for (size_t i = 0; i < t->nat_rule_count; i++)
		nat_add(now, &t->nat_rules[i]);
	index_nat(now, NAT_INGRESS);
	index_nat(now, NAT_EGRESS);
	nat_seal(now);
	uint32_t *moved = mem_new(old.count, sizeof(*moved));
	struct keymap places = {0};
	for (size_t i = 0; i < now->count; i++)
		keymap_at(&places, now->rules[i].ref, (uint32_t)i);
	for (size_t i = 0; i < old.count; i++) {
		moved[i] = keymap_find(&places, old.rules[i].ref, FLOW_NONE);
		if (moved[i] == FLOW_NONE)
			continue;
		now->rules[moved[i]].packets = old.rules[i].packets;
		now->rules[moved[i]].bytes = old.rules[i].bytes;
	}
	keymap_fini(&places);
	struct flow_table *flows = &r->forward.flows;
	for (uint32_t i = 0; i < flows->fresh; i++)
		follow_rule(&flows->flows[i], &old, moved);
	mem_free(moved);
	free_nat(&old);
}

static void set_acl(struct router *r, const struct router_tables *t)
{
	struct acl old = r->forward.acl;
	struct acl *now = &r->forward.acl;
	acl_init(
		now,
		copy_of(t->acl_rules, t->acl_rule_count, sizeof(*t->acl_rules)),
		t->acl_rule_count);
	now->count = t->acl_rule_count;
	acl_seal(now);
	struct keymap places = {0};
	for (size_t i = 0; i < old.count; i++)
		keymap_at(&places, old.rules[i].ref, (uint32_t)i);
	for (size_t i = 0; i < now->count; i++) {
		uint32_t was = keymap_find(&places, now->rules[i].ref, NONE);
		if (was != NONE)
			now->rules[i].packets = old.rules[was].packets;
	}
	keymap_fini(&places);
	mem_free(old.rules);
}

/* A virtual server is there once for each range of its ports, one after the
 * other: which one it is is part of the key. */
static uint64_t server_key(const struct lb *l, size_t i)
{
	size_t first = i;
	while (first && l->servers[first - 1].ref == l->servers[i].ref)
		first--;
	return (uint64_t)l->servers[i].ref << 32 | (i - first);
}

static void set_lb(struct router *r, const struct router_tables *t)
{
	struct lb old = r->forward.lb;
	struct lb *now = &r->forward.lb;
	lb_init(now,
		copy_of(t->lb_servers, t->lb_server_count,
			sizeof(*t->lb_servers)),
		t->lb_server_count);
	now->count = t->lb_server_count;
	struct keymap places = {0};
	for (size_t i = 0; i < old.count; i++)
		keymap_at(&places, server_key(&old, i), (uint32_t)i);
	for (size_t i = 0; i < now->count; i++) {
		uint32_t was = keymap_find(&places, server_key(now, i), NONE);
		if (was == NONE)
			continue;
		now->servers[i].next = old.servers[was].next;
		now->servers[i].connections = old.servers[was].connections;
	}
	keymap_fini(&places);
	mem_free(old.servers);
}

/* Pools of ports while tables are set: each address has one for each protocol,
 * one after the other. */
struct pools {
	struct forward *now;
	const struct forward *old;
	struct keymap now_places, old_places; /* by address: its first pool */
	struct addr_ports range;
};

static const uint8_t pool_protos[] = {IP4_PROTO_TCP, IP4_PROTO_UDP,
				      IP4_PROTO_ICMP};
#define POOL_PROTOS sizeof(pool_protos)

/* One that was there keeps its ports in use. */
static void add_pool(struct pools *p, ip4 addr, size_t proto)
{
	struct forward *f = p->now;
	struct port_pool *pool = &f->pools[f->pool_count++];
	uint32_t was = keymap_find(&p->old_places, addr.v, NONE);
	if (was != NONE) {
		*pool = p->old->pools[was + proto];
		return;
	}
	port_init(pool, addr, pool_protos[proto]);
	if (p->range.last) {
		pool->first = pool->next = p->range.first;
		pool->last = p->range.last;
	}
}

static void add_pools(struct pools *p, ip4 addr)
{
	struct forward *f = p->now;
	uint32_t place = (uint32_t)f->pool_count;
	if (*keymap_at(&p->now_places, addr.v, place) != place)
		return;
	if (f->pool_count == f->pool_room) {
		f->pool_room = f->pool_room ? 2 * f->pool_room : POOL_PROTOS;
		f->pools = mem_grow(f->pools, f->pool_room, sizeof(*f->pools));
	}
	for (size_t i = 0; i < POOL_PROTOS; i++)
		add_pool(p, addr, i);
}

static void index_pools(struct forward *f)
{
	size_t slots = port_index_slots(f->pool_count);
	mem_free(f->pool_index.slots);
	port_index_init(&f->pool_index, mem_new(slots, sizeof(uint32_t)),
			f->pools, f->pool_count);
}

static void set_pools(struct router *r, const struct router_tables *t)
{
	struct forward *f = &r->forward;
	struct forward old = *f;
	struct pools p = {.now = f, .old = &old, .range = t->port_range};
	f->pools = NULL;
	f->pool_count = f->pool_room = 0;
	for (size_t i = 0; i < old.pool_count; i += POOL_PROTOS)
		keymap_at(&p.old_places, old.pools[i].addr.v, (uint32_t)i);
	for (size_t i = 0; i < t->nat_rule_count; i++) {
		const struct nat_rule *rule = &t->nat_rules[i];
		if (rule->action != NAT_SNAT)
			continue;
		uint64_t size = nat_size(&rule->translated);
		for (uint64_t j = 0; j < size && j < FORWARD_SNAT_ADDRS; j++)
			add_pools(&p, nat_at(&rule->translated, j));
	}
	for (size_t i = 0; i < t->lb_server_count; i++)
		add_pools(&p, t->lb_servers[i].vip);
	keymap_fini(&p.now_places);
	keymap_fini(&p.old_places);
	mem_free(old.pools);
	index_pools(f);
}

static int compare_ip4(const void *a, const void *b)
{
	const ip4 *x = a, *y = b;
	return x->v < y->v ? -1 : x->v > y->v;
}

void router_list_locals(struct router *r)
{
	struct forward *f = &r->forward;
	size_t room = (size_t)r->node.nic_count * ROUTER_PORT_ADDRS +
		      r->loopback_count;
	mem_free(f->locals);
	f->locals = mem_new(room, sizeof(*f->locals));
	f->local_count = 0;
	for (uint16_t i = 0; i < r->node.nic_count; i++)
		for (unsigned j = 0;
		     f->ports[i].up && j < r->ports[i].addr_count; j++)
			f->locals[f->local_count++] = r->ports[i].addrs[j].addr;
	for (size_t i = 0; i < r->loopback_count; i++)
		f->locals[f->local_count++] = r->loopbacks[i].addr;
	qsort(f->locals, f->local_count, sizeof(*f->locals), compare_ip4);
	forward_renew(f);
}

static void set_locals(struct router *r, const struct router_tables *t)
{
	mem_free(r->loopbacks);
	r->loopbacks =
		copy_of(t->loopbacks, t->loopback_count, sizeof(*t->loopbacks));
	r->loopback_count = t->loopback_count;
	router_list_locals(r);
}

/* A lower limit ends no session. */
static void set_sessions(struct router *r, const struct router_tables *t)
{
	struct flow_table *flows = &r->forward.flows;
	r->forward.tracks_inbound = false;
	for (size_t i = 0; i < t->nat_rule_count; i++)
		if (t->nat_rules[i].action != NAT_REFLEXIVE)
			r->forward.tracks_inbound = true;
	if (r->forward.tracks_inbound || t->lb_server_count)
		flows->limit =
			t->session_limit ? t->session_limit : ROUTER_SESSIONS;
}

static uint64_t proxy_key(const struct router_proxy *p)
{
	return (uint64_t)p->prefix.addr.v << 32 | (uint64_t)p->port << 8 |
	       p->prefix.len;
}

/* A single address that is answered for from now on may have been somebody
 * else's until now (a virtual address that moves): neighbours are told. */
static void announce_proxies(struct router *r, const struct router_tables *t)
{
	struct keymap had = {0};
	for (size_t i = 0; i < r->proxy_count; i++)
		keymap_at(&had, proxy_key(&r->proxies[i]), 0);
	for (size_t i = 0; i < t->proxy_count; i++)
		if (t->proxies[i].prefix.len == 32 &&
		    keymap_find(&had, proxy_key(&t->proxies[i]), NONE) == NONE)
			router_arp_announce(r, t->proxies[i].port,
					    t->proxies[i].prefix.addr);
	keymap_fini(&had);
}

static void set_proxies(struct router *r, const struct router_tables *t)
{
	if (r->configured)
		announce_proxies(r, t);
	mem_free(r->proxies);
	r->proxies = copy_of(t->proxies, t->proxy_count, sizeof(*t->proxies));
	r->proxy_count = t->proxy_count;
}

static void set_port(struct router *r, uint16_t port, bool up)
{
	struct nic *n = r->ports[port].nic;
	bool was_up = n->up;
	r->forward.ports[port].up = n->up = up;
	if (was_up && !up)
		router_arp_forget(r, port);
	for (unsigned i = 0; !was_up && up && i < r->ports[port].addr_count;
	     i++)
		router_arp_announce(r, port, r->ports[port].addrs[i].addr);
}

void router_set_tables(struct router *r, const struct router_tables *t)
{
	set_routes(r, t);
	set_nat(r, t);
	set_acl(r, t);
	set_lb(r, t);
	set_pools(r, t);
	set_sessions(r, t);
	r->forward.ports_policy = t->ports_policy;
	r->forward.standby = t->standby;
	r->forwards = t->forwards;
	r->icmp_ttl = t->icmp_ttl;
	r->icmp_errors = t->icmp_errors;
	r->icmp_frag_needed = t->icmp_frag_needed;
	r->gathers = t->forwards && !t->standby &&
		     (r->forward.tracks_inbound || t->lb_server_count);
	r->quotes = t->forwards &&
		    (t->icmp_ttl || t->icmp_errors || t->icmp_frag_needed);
	for (uint16_t i = 0; i < r->node.nic_count; i++)
		set_port(r, i, !t->port_up || t->port_up[i]);
	set_locals(r, t); /* which also voids what was decided */
	set_proxies(r, t);
	r->configured = true;
}

void router_swap_sessions(struct router *a, struct router *b)
{
	struct forward *f = &a->forward, *g = &b->forward, was = *f;
	f->flows = g->flows;
	f->balanced = g->balanced;
	f->pools = g->pools;
	f->pool_count = g->pool_count;
	f->pool_room = g->pool_room;
	g->flows = was.flows;
	g->balanced = was.balanced;
	g->pools = was.pools;
	g->pool_count = was.pool_count;
	g->pool_room = was.pool_room;
	index_pools(f);
	index_pools(g);
	forward_renew(f);
	forward_renew(g);
}

void router_tables_fini(struct router *r)
{
	mem_free(r->forward.rib.routes);
	free_fib(r->forward.fib.memory, r->forward.fib.room);
	free_nat(&r->forward.nat);
	mem_free(r->forward.acl.rules);
	mem_free(r->forward.lb.servers);
	mem_free(r->forward.pools);
	mem_free(r->forward.pool_index.slots);
	mem_free(r->forward.locals);
	mem_free(r->proxies);
	mem_free(r->loopbacks);
}
