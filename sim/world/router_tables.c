/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration made effective: the tables of the datapath are built anew from
 * what is configured, and what the run has brought about (sessions, ports in
 * use, hit counters) is carried over. */
#include <stdlib.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define FIRST_SESSIONS 128 /* room is made for at first */

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
	for (size_t i = 0; i < old.count; i++) {
		moved[i] = FLOW_NONE;
		for (size_t j = 0; j < now->count; j++) {
			if (now->rules[j].ref != old.rules[i].ref)
				continue;
			moved[i] = (uint32_t)j;
			now->rules[j].packets = old.rules[i].packets;
			now->rules[j].bytes = old.rules[i].bytes;
		}
	}
	struct flow_table *flows = &r->forward.flows;
	for (uint32_t i = 0; i < flows->fresh; i++)
		if (flows->flows[i].rule < old.count)
			flows->flows[i].rule = moved[flows->flows[i].rule];
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
	for (size_t i = 0; i < now->count; i++)
		for (size_t j = 0; j < old.count; j++)
			if (now->rules[i].ref == old.rules[j].ref)
				now->rules[i].packets = old.rules[j].packets;
	mem_free(old.rules);
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
	for (size_t i = 0; i < now->count; i++)
		for (size_t j = 0; j < old.count; j++) {
			if (now->servers[i].ref != old.servers[j].ref)
				continue;
			now->servers[i].next = old.servers[j].next;
			now->servers[i].connections =
				old.servers[j].connections;
		}
	mem_free(old.servers);
}

static const struct port_pool *find_pool(const struct port_pool *pools,
					 size_t count, ip4 addr, uint8_t proto)
{
	for (size_t i = 0; i < count; i++)
		if (addr_same(pools[i].addr, addr) && pools[i].proto == proto)
			return &pools[i];
	return NULL;
}

/* One pool for each protocol; one that was there keeps its ports in use. */
static void add_pools(struct forward *f, const struct forward *old, ip4 addr,
		      struct addr_ports range)
{
	static const uint8_t protos[] = {IP4_PROTO_TCP, IP4_PROTO_UDP,
					 IP4_PROTO_ICMP};
	for (size_t i = 0; i < sizeof(protos); i++) {
		if (find_pool(f->pools, f->pool_count, addr, protos[i]))
			continue;
		if (f->pool_count == f->pool_room) {
			f->pool_room = f->pool_room ? 2 * f->pool_room : 3;
			f->pools = mem_grow(f->pools, f->pool_room,
					    sizeof(*f->pools));
		}
		struct port_pool *p = &f->pools[f->pool_count++];
		const struct port_pool *was =
			find_pool(old->pools, old->pool_count, addr, protos[i]);
		if (was) {
			*p = *was;
			continue;
		}
		port_init(p, addr, protos[i]);
		if (range.last) {
			p->first = p->next = range.first;
			p->last = range.last;
		}
	}
}

static void set_pools(struct router *r, const struct router_tables *t)
{
	struct forward *f = &r->forward;
	struct forward old = *f;
	f->pools = NULL;
	f->pool_count = f->pool_room = 0;
	for (size_t i = 0; i < t->nat_rule_count; i++) {
		const struct nat_rule *rule = &t->nat_rules[i];
		if (rule->action != NAT_SNAT)
			continue;
		uint64_t size = nat_size(&rule->translated);
		for (uint64_t j = 0; j < size && j < FORWARD_SNAT_ADDRS; j++)
			add_pools(f, &old, nat_at(&rule->translated, j),
				  t->port_range);
	}
	for (size_t i = 0; i < t->lb_server_count; i++)
		add_pools(f, &old, t->lb_servers[i].vip, t->port_range);
	mem_free(old.pools);
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
		for (unsigned j = 0; j < r->ports[i].addr_count; j++)
			f->locals[f->local_count++] = r->ports[i].addrs[j].addr;
	for (size_t i = 0; i < r->loopback_count; i++)
		f->locals[f->local_count++] = r->loopbacks[i].addr;
	qsort(f->locals, f->local_count, sizeof(*f->locals), compare_ip4);
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

static void free_sessions(struct flow *flows, struct flow_slot *slots,
			  uint32_t room)
{
	mem_unmap(flows, room, sizeof(*flows));
	mem_unmap(slots, flow_slots(room), sizeof(*slots));
}

static void grow_sessions(struct flow_table *t, uint32_t room)
{
	struct flow_table old = *t;
	struct flow *flows = mem_map(room, sizeof(*flows));
	struct flow_slot *slots = mem_map(flow_slots(room), sizeof(*slots));
	if (!old.room) {
		flow_init(t, flows, slots, room);
		t->limit = old.limit;
		return;
	}
	flow_grow(t, flows, slots, room);
	free_sessions(old.flows, old.slots, old.room);
}

/* A packet opens two at most: one on arrival, one when leaving. */
void router_make_room(struct router *r, size_t count)
{
	struct flow_table *t = &r->forward.flows;
	uint64_t want = (uint64_t)t->count + 2 * count;
	if (want <= t->room || t->room >= t->limit)
		return;
	if (want < 2 * (uint64_t)t->room)
		want = 2 * (uint64_t)t->room;
	if (want < FIRST_SESSIONS)
		want = FIRST_SESSIONS;
	grow_sessions(t, want < t->limit ? (uint32_t)want : t->limit);
}

static bool had_proxy(const struct router *r, const struct router_proxy *p)
{
	for (size_t i = 0; i < r->proxy_count; i++)
		if (r->proxies[i].port == p->port &&
		    addr_same(r->proxies[i].prefix.addr, p->prefix.addr) &&
		    r->proxies[i].prefix.len == p->prefix.len)
			return true;
	return false;
}

/* A single address that is answered for from now on may have been somebody
 * else's until now (a virtual address that moves): neighbours are told. */
static void set_proxies(struct router *r, const struct router_tables *t)
{
	for (size_t i = 0; r->configured && i < t->proxy_count; i++)
		if (t->proxies[i].prefix.len == 32 &&
		    !had_proxy(r, &t->proxies[i]))
			router_arp_announce(r, t->proxies[i].port,
					    t->proxies[i].prefix.addr);
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
	set_locals(r, t);
	set_sessions(r, t);
	r->forward.ports_policy = t->ports_policy;
	r->forward.standby = t->standby;
	r->forwards = t->forwards;
	r->icmp_ttl = t->icmp_ttl;
	r->icmp_errors = t->icmp_errors;
	r->icmp_frag_needed = t->icmp_frag_needed;
	for (uint16_t i = 0; i < r->node.nic_count; i++)
		set_port(r, i, !t->port_up || t->port_up[i]);
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
}

void router_tables_fini(struct router *r)
{
	mem_free(r->forward.rib.routes);
	free_fib(r->forward.fib.memory, r->forward.fib.room);
	free_nat(&r->forward.nat);
	mem_free(r->forward.acl.rules);
	mem_free(r->forward.lb.servers);
	mem_free(r->forward.pools);
	mem_free(r->forward.locals);
	struct flow_table *flows = &r->forward.flows;
	if (flows->room)
		free_sessions(flows->flows, flows->slots, flows->room);
	mem_free(r->proxies);
	mem_free(r->loopbacks);
}
