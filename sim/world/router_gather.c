/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments of what is to be translated by its ports, which only the first one
 * has (RFC 4787 REQ-14): they wait for each other, in whichever order they come,
 * and leave as they came. (Linux puts them together and cuts the whole anew; what
 * is seen outside is the same.) */
#include "sim/base/vec.h"
#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/ip4.h"
#include "sim/world/router_private.h"

#define UNIT	8 /* bytes of payload that offsets count */
#define IP_ID	(ETH_SIZE + 4)
#define IP_FRAG (ETH_SIZE + 6)

/* A packet of which some fragments are there. */
struct router_gather {
	struct router *router;
	struct {
		VEC(struct pkt *);
	} pieces; /* by offset */
	struct vclock_timer timer;
	struct router_gather *next;
};

static uint16_t id_of(const struct pkt *p)
{
	return be_load16(p->data + IP_ID);
}

static size_t start_of(const struct pkt *p)
{
	return (size_t)(be_load16(p->data + IP_FRAG) & IP4_OFFSET) * UNIT;
}

static size_t end_of(const struct pkt *p)
{
	return start_of(p) + parse_end(p) - p->l4;
}

static bool is_last(const struct pkt *p)
{
	return !(be_load16(p->data + IP_FRAG) & IP4_MF);
}

static void forget(struct router_gather *g)
{
	struct router_gather **at = &g->router->gathered;
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	vclock_cancel(&router_world(g->router)->clock, &g->timer);
	VEC_FREE(&g->pieces);
	mem_free(g);
}

static void on_late(void *context)
{
	struct router_gather *g = context;
	for (size_t i = 0; i < g->pieces.count; i++)
		router_refuse(g->router, g->pieces.at[i], DROP_REASSEMBLY);
	forget(g);
}

static struct router_gather *begin(struct router *r)
{
	struct router_gather *g = MEM_NEW(struct router_gather);
	struct vclock *clock = &router_world(r)->clock;
	g->router = r;
	g->timer.fire = on_late;
	g->timer.context = g;
	g->next = r->gathered;
	r->gathered = g;
	vclock_set(clock, &g->timer, clock->now + ROUTER_PIECES_NS);
	return g;
}

/* The one that 'p' belongs to. */
static struct router_gather *find(struct router *r, const struct pkt *p)
{
	for (struct router_gather *g = r->gathered; g; g = g->next) {
		const struct pkt *o = g->pieces.at[0];
		if (id_of(o) == id_of(p) && addr_same(o->src, p->src) &&
		    addr_same(o->dst, p->dst) && o->proto == p->proto)
			return g;
	}
	return begin(r);
}

static bool is_sound(const struct pkt *p)
{
	size_t size = end_of(p) - start_of(p);
	return size && (is_last(p) || size % UNIT == 0) &&
	       end_of(p) + IP4_SIZE <= UINT16_MAX;
}

/* False if it overlaps another, or is behind the last. */
static bool add(struct router_gather *g, struct pkt *p)
{
	size_t at = g->pieces.count;
	while (at && start_of(g->pieces.at[at - 1]) > start_of(p))
		at--;
	const struct pkt *before = at ? g->pieces.at[at - 1] : NULL;
	const struct pkt *behind =
		at < g->pieces.count ? g->pieces.at[at] : NULL;
	if (before && (end_of(before) > start_of(p) || is_last(before)))
		return false;
	if (behind && (end_of(p) > start_of(behind) || is_last(p)))
		return false;
	VEC_ADD(&g->pieces, p);
	for (size_t i = g->pieces.count - 1; i > at; i--)
		g->pieces.at[i] = g->pieces.at[i - 1];
	g->pieces.at[at] = p;
	return true;
}

static bool is_whole(const struct router_gather *g)
{
	size_t end = 0;
	for (size_t i = 0; i < g->pieces.count; i++) {
		if (start_of(g->pieces.at[i]) != end)
			return false;
		end = end_of(g->pieces.at[i]);
	}
	return is_last(*VEC_LAST(&g->pieces));
}

/* They are one packet to whoever asks for ports. */
static void share_head(const struct router_gather *g)
{
	const struct pkt *first = g->pieces.at[0];
	for (size_t i = 1; i < g->pieces.count; i++) {
		struct pkt *p = g->pieces.at[i];
		p->fragment = false;
		p->sport = first->sport;
		p->dport = first->dport;
		p->icmp_type = first->icmp_type;
	}
}

static void go_on(struct router_gather *g)
{
	share_head(g);
	for (size_t i = 0; i < g->pieces.count; i++)
		router_take(g->router, g->pieces.at[i]);
	g->pieces.count = 0;
	forget(g);
}

void router_gather_take(struct router *r, struct pkt *p)
{
	if (!is_sound(p)) {
		router_refuse(r, p, DROP_FRAGMENT);
		return;
	}
	struct router_gather *g = find(r, p);
	if (!add(g, p))
		router_refuse(r, p, DROP_FRAGMENT);
	else if (is_whole(g))
		go_on(g);
}

size_t router_gather_held(const struct router *r)
{
	size_t count = 0;
	for (const struct router_gather *g = r->gathered; g; g = g->next)
		count += g->pieces.count;
	return count;
}

void router_gather_fini(struct router *r)
{
	while (r->gathered) {
		struct router_gather *g = r->gathered;
		for (size_t i = 0; i < g->pieces.count; i++)
			world_free_pkt(router_world(r), g->pieces.at[i]);
		forget(g);
	}
}
