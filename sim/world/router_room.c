/* SPDX-License-Identifier: Apache-2.0 */
/* Room for what a run brings about: sessions, and decisions in the flow cache.
 * It is made between batches, since the datapath allocates nothing. */
#include "sim/base/mem.h"
#include "sim/world/router_private.h"

#define FIRST_SESSIONS 128 /* room is made for at first */
#define CACHE_FIRST    64  /* slots */
#define CACHE_LAST     16384

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

/* Twice as many slots when as many decisions as there are had to make place: the
 * node has more to do than they hold. */
static void grow_cache(struct router *r)
{
	struct cache *c = &r->forward.cache;
	uint32_t slots = c->memory ? 2 * (c->mask + 1) : CACHE_FIRST;
	if (slots > CACHE_LAST)
		return;
	mem_free(c->memory);
	cache_init(c, mem_new(1, cache_bytes(slots)), slots);
	forward_renew(&r->forward);
}

/* A packet opens two at most: one on arrival, one when leaving. */
void router_make_room(struct router *r, size_t count)
{
	struct flow_table *t = &r->forward.flows;
	if (!r->forward.cache.memory ||
	    r->forward.cache.replaced > r->forward.cache.mask)
		grow_cache(r);
	uint64_t want = (uint64_t)t->count + 2 * count;
	if (want <= t->room || t->room >= t->limit)
		return;
	if (want < 2 * (uint64_t)t->room)
		want = 2 * (uint64_t)t->room;
	if (want < FIRST_SESSIONS)
		want = FIRST_SESSIONS;
	grow_sessions(t, want < t->limit ? (uint32_t)want : t->limit);
}

void router_room_fini(struct router *r)
{
	struct flow_table *flows = &r->forward.flows;
	mem_free(r->forward.cache.memory);
	if (flows->room)
		free_sessions(flows->flows, flows->slots, flows->room);
}
