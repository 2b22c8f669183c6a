/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/link.h"

#include "sim/base/mem.h"
#include "sim/base/rare.h"
#include "sim/wire/eth.h"
#include "sim/world/world.h"

#define MILLION 1000000U

/* A packet on the link keeps its time of arrival in the lane's queue, which is
 * in order because the delay is the same for all. Those that arrive at the same
 * instant do so together; the others have one timer for all of them. The next
 * one's bytes are asked for now: in a large network they are not near. */
static void deliver(void *context)
{
	struct link_lane *lane = context;
	struct world *w = lane->to->node->world;
	struct vclock *clock = &w->clock;
	struct pkt *p = lane->head;
	size_t count = 0;
	do {
		w->arriving.at[count++] = p;
		p = p->next;
	} while (p && p->due == clock->now && count < BATCH_MAX);
	w->arriving.count = count;
	lane->head = p;
	if (p) {
		__builtin_prefetch(p->data);
		vclock_set(clock, &lane->timer, p->due);
	} else {
		lane->tail = NULL;
	}
	nic_receive(lane->to, &w->arriving);
}

struct link *link_new(struct world *w, struct nic *a, struct nic *b,
		      const struct link_conf *conf)
{
	struct link *l = mem_map(1, sizeof(*l));
	l->world = w;
	l->conf = *conf;
	l->up = true;
	l->ends[0] = a;
	l->ends[1] = b;
	a->link = b->link = l;
	b->end = 1;
	a->end = 0;
	for (int i = 0; i < 2; i++) {
		l->lanes[i].to = l->ends[!i];
		l->lanes[i].timer.fire = deliver;
		l->lanes[i].timer.context = &l->lanes[i];
	}
	VEC_ADD(&w->links, l);
	return l;
}

void link_free(struct link *l)
{
	if (!l)
		return;
	for (int i = 0; i < 2; i++) {
		vclock_cancel(&l->world->clock, &l->lanes[i].timer);
		while (l->lanes[i].head) {
			struct pkt *p = l->lanes[i].head;
			l->lanes[i].head = p->next;
			world_free_pkt(l->world, p);
		}
	}
	mem_unmap(l, 1, sizeof(*l));
}

/* How long a frame takes to leave. Most are as long as the one before. */
RARE static void measure(struct link *l, uint16_t len)
{
	l->wire_len = len;
	l->wire_ns = len * 8 * VCLOCK_S / l->conf.rate_bps;
}

static uint64_t wire_time(struct link *l, uint16_t len)
{
	if (len != l->wire_len)
		measure(l, len);
	return l->wire_ns;
}

/* When the last bit has left, for a link with a rate. */
static uint64_t wire_free_at(struct link *l, uint8_t end, uint16_t len)
{
	uint64_t now = world_now(l->world);
	if (!l->conf.rate_bps)
		return now;
	uint64_t start = l->free_at[end] > now ? l->free_at[end] : now;
	l->free_at[end] = start + wire_time(l, len);
	return l->free_at[end];
}

RARE static void set_off(struct link *l, uint8_t end, struct pkt *p)
{
	struct link_lane *lane = &l->lanes[end];
	lane->head = lane->tail = p;
	vclock_set(&l->world->clock, &lane->timer, p->due);
}

void link_queue(struct link *l, uint8_t end, struct pkt *p)
{
	struct link_lane *lane = &l->lanes[end];
	p->due = wire_free_at(l, end, p->len) + l->conf.delay_ns;
	p->next = NULL;
	if (!lane->tail) {
		set_off(l, end, p);
		return;
	}
	lane->tail->next = p;
	lane->tail = p;
}

enum drop link_carry(struct link *l, uint8_t end, struct pkt *p)
{
	if (!l->up)
		return DROP_LINK_DOWN;
	if (l->conf.tunnel_mtu && p->len > ETH_SIZE + l->conf.tunnel_mtu)
		return DROP_UNDERLAY;
	if (l->conf.loss_ppm &&
	    rng_below(&l->world->rng, MILLION) < l->conf.loss_ppm)
		return DROP_LINK_LOSS;
	link_queue(l, end, p);
	return DROP_NONE;
}
