/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/story.h"

#include <string.h>

#include "sim/base/mem.h"
#include "sim/record/retry.h"
#include "sim/record/transit.h"
#include "sim/wire/eth.h"
#include "sim/world/router.h"
#include "sim/world/vclock.h"

/* A packet can wait for ARP at several nodes, 3 s at each. */
#define HOLD_NS (15 * VCLOCK_S)
/* And a piece for the others, at a router or where it is for. */
#define PIECE_HOLD_NS (3 * HOLD_NS)
/* A switch lost a copy: another one may yet arrive. */
#define COPY_NS	  VCLOCK_S
#define SWEEP_MIN 1024

enum state { WAITS, KEPT, GONE };

struct item {
	struct story_sighting s;
	enum state state;
	uint8_t *bytes;
	struct remark_event *events;
};

struct story {
	struct world *world;
	struct story_conf conf;
	struct {
		VEC(struct item);
	} items;
	size_t head;   /* the first that has not left */
	uint64_t base; /* number of items.at[0] */
	struct transits transits;
	struct tuples tuples;
	struct {
		VEC(const struct nic *);
	} points; /* by number of the tuple */
	struct retry retry;
};

struct story *story_new(struct world *w, const struct story_conf *conf)
{
	struct story *s = MEM_NEW(struct story);
	s->world = w;
	s->conf = *conf;
	return s;
}

static struct item *item(struct story *s, uint64_t number)
{
	return &s->items.at[number - 1 - s->base];
}

/* The first 'count' events of 't' go with the item. */
static void give_events(struct transit *t, struct item *i, size_t count)
{
	if (!count)
		return;
	i->events = mem_new(count, sizeof(*i->events));
	memcpy(i->events, t->events.at, count * sizeof(*i->events));
	i->s.remark.events = i->events;
	i->s.remark.event_count = count;
	t->events.count -= count;
	memmove(t->events.at, t->events.at + count,
		t->events.count * sizeof(*t->events.at));
}

/* One of the sightings of the present form is kept, with 'events' events. */
static void decide(struct story *s, struct transit *t, uint64_t kept,
		   size_t events)
{
	uint64_t both[] = {t->best, t->latest};
	for (int i = 0; i < 2; i++)
		if (both[i] && both[i] != kept)
			item(s, both[i])->state = GONE;
	if (kept) {
		item(s, kept)->state = KEPT;
		give_events(t, item(s, kept), events);
	}
	t->best = t->latest = 0;
}

static bool has_ports(const struct flow_key *k)
{
	return k->sport || k->dport;
}

static struct flow_key after(const struct note *n)
{
	return (struct flow_key){.src = n->src,
				 .dst = n->dst,
				 .sport = n->sport,
				 .dport = n->dport};
}

/* Some nodes know no ports of later pieces: then addresses alone tell. */
static bool is_alike(const struct flow_key *a, const struct flow_key *b)
{
	bool alike = addr_same(a->src, b->src) && addr_same(a->dst, b->dst);
	return alike && ((a->sport == b->sport && a->dport == b->dport) ||
			 !has_ports(a) || !has_ports(b));
}

/* The events that happened before it got another form. */
static size_t events_so_far(const struct transit *t)
{
	size_t count = t->events.count;
	for (; count; count--) {
		struct flow_key k = after(&t->events.at[count - 1].note);
		if (is_alike(&k, &t->form))
			break;
	}
	return count;
}

static void die(struct story *s, struct transit *t)
{
	decide(s, t, t->latest, t->events.count);
	transit_forget(&s->transits, t);
}

static void settle(struct story *s, struct transit *t)
{
	decide(s, t, t->best, events_so_far(t));
}

/* Whose sighting the first item is. */
static struct transit *owner(const struct story *s, uint32_t id)
{
	const uint64_t number = s->base + s->head + 1;
	struct transit *t = transit_find(&s->transits, id);
	while (t->best != number && t->latest != number)
		t = transit_next(&s->transits, t);
	return t;
}

/* An item that has waited too long, or whose packet is lost for good. */
static void hurry(struct story *s, const struct item *i, uint64_t now)
{
	struct transit *t = owner(s, i->s.remark.pkt);
	if (t->dead_at && now - t->dead_at > COPY_NS)
		die(s, t);
	else if (now - i->s.time > (t->piece ? PIECE_HOLD_NS : HOLD_NS))
		settle(s, t);
}

static void leave(struct story *s, struct item *i)
{
	if (i->state == KEPT)
		s->conf.keep(s->conf.context, &i->s);
	mem_free(i->bytes);
	mem_free(i->events);
	s->head++;
}

static void sweep(struct story *s)
{
	if (s->head < SWEEP_MIN || 2 * s->head < s->items.count)
		return;
	s->items.count -= s->head;
	memmove(s->items.at, s->items.at + s->head,
		s->items.count * sizeof(*s->items.at));
	s->base += s->head;
	s->head = 0;
}

static void flush(struct story *s, uint64_t now)
{
	while (s->head < s->items.count) {
		struct item *i = &s->items.at[s->head];
		if (i->state == WAITS)
			hurry(s, i, now);
		if (i->state == WAITS)
			break;
		leave(s, i);
	}
	sweep(s);
}

/* Returns the number of the new item + 1. */
static uint64_t add(struct story *s, const struct story_sighting *what,
		    enum state state)
{
	struct item i = {.s = *what, .state = state};
	i.bytes = mem_new(what->len + !what->len, 1);
	memcpy(i.bytes, what->frame, what->len);
	i.s.frame = i.bytes;
	VEC_ADD(&s->items, i);
	return s->base + s->items.count;
}

/* The port where both directions of a conversation are looked at. */
static const struct nic *point_of(struct story *s, const struct flow_key *form,
				  const struct nic *nic)
{
	struct flow_key key = tuples_both_ways(form);
	uint32_t number = tuples_number(&s->tuples, &key, 0);
	if (number == s->points.count)
		VEC_ADD(&s->points, nic);
	return s->points.at[number];
}

static void candidate(struct story *s, struct transit *t, uint64_t number)
{
	struct item *i = item(s, number);
	const struct nic *point = point_of(s, &t->form, i->s.nic);
	if (t->latest && t->latest != t->best)
		item(s, t->latest)->state = GONE;
	bool better = !t->best ||
		      (i->s.nic == point && item(s, t->best)->s.nic != point);
	if (better && t->best)
		item(s, t->best)->state = GONE;
	if (better)
		t->best = number;
	t->latest = number;
}

static void count_hop(struct transit *t, const struct node *n)
{
	if (t->node == n)
		return;
	t->hop += !t->node || strcmp(t->node->label, n->label) != 0;
	t->node = n;
}

/* Of a later piece: with the ports of one that was seen with its addresses, as
 * if it had them itself. */
RARE static struct flow_key form_of_piece(const struct story *s,
					  const struct transit *piece,
					  const struct pkt *p)
{
	struct flow_key k = {.src = p->src, .dst = p->dst, .proto = p->proto};
	const struct transit *t = piece;
	if (!(piece->piece >> 16))
		return p->key;
	if (!t->has_form || !is_alike(&t->form, &k))
		t = transit_find(&s->transits, piece->id);
	while (t && (!t->has_form || !is_alike(&t->form, &k)))
		t = transit_next(&s->transits, t);
	return t ? t->form : k;
}

static void see(struct story *s, struct transit *t, struct story_sighting *what,
		const struct pkt *p)
{
	count_hop(t, what->nic->node);
	what->remark.hop = t->hop;
	t->dead_at = 0;
	struct flow_key form =
		MOSTLY(!t->piece) ? p->key : form_of_piece(s, t, p);
	bool other = t->has_form && !tuples_same(&t->form, &form);
	if (t->has_form && (other || s->conf.every))
		settle(s, t);
	t->form = form;
	t->has_form = true;
	if (s->conf.wants(s->conf.context, what->nic))
		candidate(s, t, add(s, what, WAITS));
}

/* What a piece was cut from is seen no more. */
RARE static struct transit *begin(struct story *s, uint32_t id, uint32_t piece)
{
	struct transit *parent = transit_parent(&s->transits, id, piece);
	if (parent && !parent->is_cut) {
		settle(s, parent);
		parent->is_cut = true;
	}
	return transit_add(&s->transits, id, piece);
}

static struct transit *follow(struct story *s, const struct pkt *p)
{
	uint32_t piece = transit_piece(p);
	struct transit *t = transit_seen(&s->transits, p->id, piece);
	return MOSTLY(t != NULL) ? t : begin(s, p->id, piece);
}

/* A flooded copy that the station will ignore. */
static bool is_stray(const struct nic *nic, const struct pkt *p)
{
	mac to = eth_dst(p->data);
	return !addr_mac_same(to, nic->mac) && !eth_is_group(to);
}

void story_frame(struct story *s, const struct nic *nic,
		 enum watch_direction direction, uint64_t now,
		 const struct pkt *p)
{
	bool out = direction == WATCH_OUT;
	if (!router_of(nic->node) || p->len < ETH_SIZE)
		return;
	struct story_sighting what = {
		.time = now,
		.nic = nic,
		.frame = p->data,
		.len = p->len,
		.marked = p->marked,
		.remark = {.flow = p->flow,
			   .pkt = p->id,
			   .cause = p->leg == PKT_ERROR ? p->cause : 0,
			   .out = out,
			   .node = nic->node->number}};
	bool stray = !out && is_stray(nic, p);
	if (p->marked && !stray)
		see(s, follow(s, p), &what, p);
	else if ((out || s->conf.every) && s->conf.wants(s->conf.context, nic))
		add(s, &what, KEPT);
	flush(s, now);
}

static void add_event(struct transit *t, const struct note *n)
{
	struct remark_event e = {.note = *n, .before = t->form};
	if (t->events.count)
		e.before = after(&VEC_LAST(&t->events)->note);
	if (t->piece && (!has_ports(&e.before) || !(n->sport || n->dport)))
		e.before.sport = e.before.dport = e.note.sport = e.note.dport =
			0;
	VEC_ADD(&t->events, e);
}

static bool is_told(const struct note *n)
{
	switch (n->kind) {
	case NOTE_SNAT:
	case NOTE_DNAT:
	case NOTE_REFLEXIVE:
	case NOTE_LB:
	case NOTE_NO_NAT:
	case NOTE_ARP_WAIT:
	case NOTE_DELIVERED:
	case NOTE_DROPPED:
		return true;
	default:
		return false;
	}
}

/* As a whole. */
static void arrive(struct story *s, uint32_t id)
{
	struct transit *t = transit_find(&s->transits, id);
	for (; t; t = transit_next(&s->transits, t))
		settle(s, t);
	transit_forget_all(&s->transits, id);
}

void story_note(struct story *s, const struct note *n)
{
	if (!is_told(n))
		return;
	bool at_switch = !router_of(s->world->nodes.at[n->node]);
	struct transit *t = transit_about(&s->transits, n);
	add_event(t, n);
	if (n->kind == NOTE_DROPPED && at_switch) {
		t->dead_at = n->time;
	} else if (n->kind == NOTE_DROPPED) {
		die(s, t);
	} else if (n->kind == NOTE_DELIVERED) {
		arrive(s, n->pkt);
	}
	flush(s, n->time);
}

/* The sender's note has come before, so that the events are in order. */
void story_sent(struct story *s, const struct node *from, const struct pkt *p)
{
	uint64_t waited, now = world_now(s->world);
	unsigned tries = retry_count(&s->retry, p, now, &waited);
	struct transit *t = transit_find(&s->transits, p->id);
	if (!t)
		t = transit_add(&s->transits, p->id, 0);
	count_hop(t, from);
	t->form = p->key;
	t->has_form = true;
	if (tries < 2)
		return;
	struct remark_event e = {
		.note = {.time = now,
			 .pkt = p->id,
			 .node = from->number & (NOTE_NODES_MAX - 1),
			 .kind = NOTE_SENT,
			 .src = p->src,
			 .dst = p->dst,
			 .sport = p->sport,
			 .dport = p->dport},
		.tries = tries,
		.waited = waited};
	VEC_ADD(&t->events, e);
}

void story_secrets(struct story *s, uint64_t now, const char *lines, size_t len)
{
	struct story_sighting what = {
		.time = now, .frame = (const uint8_t *)lines, .len = len};
	add(s, &what, KEPT);
}

void story_end(struct story *s)
{
	for (size_t i = 0; i < s->transits.all.count; i++) {
		struct transit *t = &s->transits.all.at[i];
		if (t->dead_at)
			decide(s, t, t->latest, t->events.count);
		else
			settle(s, t);
	}
	flush(s, world_now(s->world));
}

void story_free(struct story *s)
{
	if (!s)
		return;
	for (; s->head < s->items.count; s->head++) {
		mem_free(s->items.at[s->head].bytes);
		mem_free(s->items.at[s->head].events);
	}
	transit_fini(&s->transits);
	VEC_FREE(&s->items);
	VEC_FREE(&s->points);
	tuples_fini(&s->tuples);
	retry_fini(&s->retry);
	mem_free(s);
}
