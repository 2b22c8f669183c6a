/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/world.h"

#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "sim/world/tally.h"

struct world *world_new(uint64_t seed, size_t packets)
{
	struct world *w = MEM_NEW(struct world);
	vclock_init(&w->clock);
	w->seed = seed;
	rng_init(&w->rng, seed);
	arena_init(&w->arena);
	w->slots = mem_map(packets, sizeof(*w->slots));
	pkt_pool_init(&w->pool, w->slots, packets);
	w->next_pkt = w->next_flow = 1;
	w->mark_all = true;
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->nodes.count; i++)
		w->nodes.at[i]->class->free(w->nodes.at[i]);
	for (size_t i = 0; i < w->links.count; i++)
		link_free(w->links.at[i]);
	VEC_FREE(&w->nodes);
	keymap_fini(&w->parts);
	VEC_FREE(&w->links);
	vclock_fini(&w->clock);
	arena_fini(&w->arena);
	mem_unmap(w->slots, w->pool.room, sizeof(*w->slots));
	mem_free(w);
}

/* The next event, if it is due. */
static inline bool step(struct world *w, uint64_t until)
{
	bool stepped = vclock_step(&w->clock, until);
#ifdef TALLY
	if (stepped)
		tally_check(w);
#endif
	return stepped;
}

bool world_run_while(struct world *w, const bool *done, uint64_t until)
{
	struct vclock *c = &w->clock;
	uint64_t last = w->event_limit ? c->fired + w->event_limit : UINT64_MAX;
	while (!*done && !w->limit_hit) {
		if (c->fired >= last) {
			w->limit_hit = true;
		} else if (!step(w, until)) {
			if (until != VCLOCK_NEVER && until > c->now)
				c->now = until;
			break;
		}
	}
	return !w->limit_hit;
}

bool world_run_until(struct world *w, uint64_t until)
{
	bool never = false;
	return world_run_while(w, &never, until);
}

/* Into the ring of the parts of its gateway. Labels with the same hash have
 * the keys after it. */
static void join_parts(struct world *w, struct node *n)
{
	for (uint64_t key = hash_text(n->label);; key++) {
		uint32_t some = *keymap_at(&w->parts, key, n->number);
		struct node *part = w->nodes.at[some];
		if (strcmp(part->label, n->label) != 0)
			continue;
		n->next_part = part == n ? n : part->next_part;
		part->next_part = n;
		return;
	}
}

void world_add_node(struct world *w, struct node *n, const char *name,
		    const char *label)
{
	n->world = w;
	n->number = (uint32_t)w->nodes.count;
	n->name = arena_text(&w->arena, name);
	n->label = arena_text(&w->arena, label);
	n->next_part = n;
	VEC_ADD(&w->nodes, n);
	if (strcmp(n->name, n->label) != 0)
		join_parts(w, n);
}

/* VMware's prefix for virtual machines, and a running number. */
static mac next_mac(struct world *w)
{
	uint32_t n = ++w->next_mac;
	return (mac){{0x00, 0x50, 0x56, (uint8_t)(0x80 | (n >> 16 & 0x3f)),
		      (uint8_t)(n >> 8), (uint8_t)n}};
}

static bool is_zero(mac m)
{
	return addr_mac_same(m, (mac){{0}});
}

struct nic *world_add_nic(struct node *n, const char *name, mac m)
{
	struct world *w = n->world;
	struct nic *nic = ARENA_NEW(&w->arena, struct nic);
	if (n->nic_count == n->nic_room) {
		n->nic_room = (uint16_t)(n->nic_room ? 2 * n->nic_room : 4);
		struct nic **grown = (struct nic **)arena_alloc(
			&w->arena, n->nic_room, sizeof(struct nic *));
		if (n->nic_count)
			memcpy(grown, n->nics,
			       n->nic_count * sizeof(struct nic *));
		n->nics = grown;
	}
	nic->node = n;
	nic->name = arena_text(&w->arena, name);
	nic->port = n->nic_count;
	nic->up = true;
	nic->mac = is_zero(m) ? next_mac(w) : m;
	n->nics[n->nic_count++] = nic;
	return nic;
}

struct node *world_find_node(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->nodes.count; i++)
		if (!strcmp(w->nodes.at[i]->name, name))
			return w->nodes.at[i];
	return NULL;
}

/* NULL, and the run ends, if there are as many as there may be. */
static struct pkt *take(struct world *w)
{
	bool full = w->packet_limit && w->pool.used >= w->packet_limit;
	struct pkt *p = full ? NULL : pkt_take(&w->pool);
	if (!p)
		w->limit_hit = w->packets_hit = true;
	return p;
}

struct pkt *world_take_pkt(struct world *w)
{
	struct pkt *p = take(w);
	if (!p)
		return NULL;
	p->id = w->next_pkt++;
	p->marked = w->mark_all && w->noted;
	return p;
}

struct pkt *world_copy_pkt(struct world *w, const struct pkt *p)
{
	struct pkt *copy = take(w);
	if (!copy)
		return NULL;
	memcpy(copy, p, offsetof(struct pkt, data) + p->len);
	copy->next = NULL;
	return copy;
}

void world_free_pkt(struct world *w, struct pkt *p)
{
	pkt_free(&w->pool, p);
}

uint32_t world_flow(struct world *w)
{
	return w->next_flow++;
}

size_t world_free_pkts(const struct world *w)
{
	return w->pool.room - w->pool.used;
}

static void see_who_wants_notes(struct world *w)
{
	w->noted = false;
	for (const struct watch *o = w->watches; o; o = o->next)
		w->noted = w->noted || o->note || o->sent;
}

void world_watch(struct world *w, struct watch *watch)
{
	watch->next = w->watches;
	w->watches = watch;
	see_who_wants_notes(w);
}

void world_unwatch(struct world *w, struct watch *watch)
{
	struct watch **at = &w->watches;
	while (*at && *at != watch)
		at = &(*at)->next;
	if (*at)
		*at = watch->next;
	see_who_wants_notes(w);
}

void world_tell_frame(const struct nic *n, enum watch_direction direction,
		      const struct pkt *p)
{
	struct world *w = n->node->world;
	for (struct watch *o = w->watches; o; o = o->next)
		if (o->frame)
			o->frame(o->context, n, direction, world_now(w), p);
}

void world_tell_sent(struct node *from, const struct pkt *p)
{
	for (struct watch *o = from->world->watches; o; o = o->next)
		if (o->sent)
			o->sent(o->context, from, p);
}

void world_secrets(struct world *w, const char *lines, size_t len)
{
	for (struct watch *o = w->watches; o; o = o->next)
		if (o->secrets)
			o->secrets(o->context, lines, len);
}

void world_inside(struct world *w, const struct watch_inside *what)
{
	for (struct watch *o = w->watches; o; o = o->next)
		if (o->inside)
			o->inside(o->context, what);
}

void world_tell_notes(struct node *n, struct note_log *log)
{
	struct world *w = n->world;
	for (size_t i = 0; i < log->count; i++) {
		log->at[i].time = world_now(w);
		log->at[i].node = n->number & (NOTE_NODES_MAX - 1);
		for (struct watch *o = w->watches; o; o = o->next)
			if (o->note)
				o->note(o->context, &log->at[i]);
	}
	log->count = 0;
}

void world_tell_note(struct node *n, const struct pkt *p, enum note_kind kind,
		     uint32_t ref)
{
	struct note one;
	struct note_log log = {&one, 0, 1, 0};
	note_add(&log, p, kind, ref);
	world_tell_notes(n, &log);
}
