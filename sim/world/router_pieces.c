/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define WAIT_NS (30 * VCLOCK_S) /* Linux: net.ipv4.ipfrag_time */

/* A packet of which some fragments are there. */
struct router_pieces {
	struct router *router;
	enum router_pieces_for what;
	struct pkt *first; /* by offset; NULL only at the beginning */
	struct vclock_timer timer;
	struct router_pieces *next;
};

static uint16_t id_of(const struct pkt *p)
{
	return be_load16(p->data + ETH_SIZE + IP4_ID);
}

static uint16_t frag_of(const struct pkt *p)
{
	return be_load16(p->data + ETH_SIZE + IP4_FRAG);
}

static size_t start_of(const struct pkt *p)
{
	return (size_t)(frag_of(p) & IP4_OFFSET) * IP4_UNIT;
}

static size_t end_of(const struct pkt *p)
{
	return start_of(p) + parse_end(p) - p->l4;
}

static bool is_last(const struct pkt *p)
{
	return !(frag_of(p) & IP4_MF);
}

/* Those that are for the node itself have been noted as received. */
static void refuse(struct router *r, struct pkt *p, enum router_pieces_for what,
		   enum drop reason)
{
	static const struct router_head nothing;
	if (what == ROUTER_PIECES_PORTS)
		router_refuse(r, p, reason);
	else
		router_drop(r, p, reason, &nothing);
}

/* Ends the waiting; what waited is the caller's. */
static struct pkt *finish(struct router_pieces *s)
{
	struct pkt *first = s->first;
	struct router_pieces **at = &s->router->pieces;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	vclock_cancel(&router_world(s->router)->clock, &s->timer);
	mem_free(s);
	return first;
}

static void on_late(void *context)
{
	struct router_pieces *s = context;
	struct router *r = s->router;
	enum router_pieces_for what = s->what;
	for (struct pkt *next, *p = finish(s); p; p = next) {
		next = p->next;
		refuse(r, p, what, DROP_REASSEMBLY);
	}
}

static struct router_pieces *begin(struct router *r,
				   enum router_pieces_for what)
{
	struct router_pieces *s = MEM_NEW(struct router_pieces);
	struct vclock *clock = &router_world(r)->clock;
	s->router = r;
	s->what = what;
	s->timer.fire = on_late;
	s->timer.context = s;
	s->next = r->pieces;
	r->pieces = s;
	vclock_set(clock, &s->timer, clock->now + WAIT_NS);
	return s;
}

/* The packet that 'p' belongs to. */
static struct router_pieces *find(struct router *r, const struct pkt *p,
				  enum router_pieces_for what)
{
	for (struct router_pieces *s = r->pieces; s; s = s->next) {
		const struct pkt *o = s->first;
		if (s->what == what && id_of(o) == id_of(p) &&
		    addr_same(o->src, p->src) && addr_same(o->dst, p->dst) &&
		    o->proto == p->proto)
			return s;
	}
	return begin(r, what);
}

static bool is_sound(const struct pkt *p)
{
	size_t size = end_of(p) - start_of(p);
	return size && (is_last(p) || size % IP4_UNIT == 0) &&
	       end_of(p) + IP4_SIZE <= UINT16_MAX;
}

/* False if it overlaps another, or is behind the last. */
static bool add(struct router_pieces *s, struct pkt *p)
{
	struct pkt **at = &s->first, *before = NULL;
	while (*at && start_of(*at) < start_of(p)) {
		before = *at;
		at = &before->next;
	}
	if (before && (end_of(before) > start_of(p) || is_last(before)))
		return false;
	if (*at && (end_of(p) > start_of(*at) || is_last(p)))
		return false;
	p->next = *at;
	*at = p;
	return true;
}

static bool is_whole(const struct router_pieces *s)
{
	const struct pkt *p = s->first;
	size_t end = 0;
	while (start_of(p) == end && p->next) {
		end = end_of(p);
		p = p->next;
	}
	return start_of(p) == end && is_last(p);
}

struct pkt *router_pieces_take(struct router *r, struct pkt *p,
			       enum router_pieces_for what)
{
	struct router_pieces *s = is_sound(p) ? find(r, p, what) : NULL;
	if (s && add(s, p))
		return is_whole(s) ? finish(s) : NULL;
	refuse(r, p, what, DROP_FRAGMENT);
	return NULL;
}

size_t router_pieces_held(const struct router *r)
{
	size_t count = 0;
	for (const struct router_pieces *s = r->pieces; s; s = s->next)
		for (const struct pkt *p = s->first; p; p = p->next)
			count++;
	return count;
}

void router_pieces_fini(struct router *r)
{
	while (r->pieces)
		finish(r->pieces); /* their slots go with the world */
}
