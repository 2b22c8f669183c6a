/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/simulated.h"

#include <string.h>

#include "sim/wire/eth.h"
#include "topology/build/net.h"

#define ARP_NS	 1000000000 /* the least that a node waits for an answer */
#define PATIENCE (5 * VCLOCK_S)

struct observer {
	const struct plan *plan;
	struct log_part *part; /* NULL: before the first packet */
};

/* The port of a gateway's part, or else of the gateway. */
static size_t place_of(const struct plan *p, const struct nic *nic)
{
	size_t place = plan_place_of(p, nic->node->name, nic->name);
	return place != PLAN_NONE
		       ? place
		       : plan_place_of(p, nic->node->label, nic->name);
}

static void on_frame(void *context, const struct nic *nic,
		     enum watch_direction direction, uint64_t now,
		     const struct pkt *p)
{
	struct observer *o = context;
	(void)now;
	if (direction != WATCH_IN || eth_type(p->data) != ETH_TYPE_IP4 ||
	    !o->part || p->len < ETH_SIZE ||
	    !addr_mac_same(eth_dst(p->data), nic->mac))
		return;
	size_t place = place_of(o->plan, nic);
	if (place != PLAN_NONE)
		log_add(o->part, place, p->data + ETH_SIZE,
			p->len - (size_t)ETH_SIZE);
}

static void send_shot(struct net *n, const struct shot *s,
		      const struct shot_bytes *of)
{
	uint8_t bytes[SHOT_ROOM];
	size_t size = shot_build(s, of, bytes);
	struct host *h = net_host(n, s->host);
	if (!size || !h)
		return;
	struct pkt *p = world_take_pkt(net_world(n));
	memcpy(p->data + ETH_SIZE, bytes, size);
	eth_write(p->data, (mac){{0}}, (mac){{0}}, ETH_TYPE_IP4);
	p->len = (uint16_t)(ETH_SIZE + size);
	router_send(host_router(h), p);
}

/* Until nothing happens but that fragments wait for others: for 30 s, while who
 * asks for an address does so every second. */
static void settle(struct world *w)
{
	while (vclock_next(&w->clock) < world_now(w) + PATIENCE)
		world_run_until(w, vclock_next(&w->clock));
}

bool simulated_run(const struct plan *p, const struct shot_list *shots,
		   struct log *out, struct str *why)
{
	struct diag d;
	diag_init(&d);
	struct net *n = net_new(p->model, 1, &d);
	if (!n) {
		diag_print(&d, false, why);
		diag_fini(&d);
		return false;
	}
	struct observer o = {.plan = p};
	struct watch watch = {.frame = on_frame, .context = &o};
	world_watch(net_world(n), &watch);
	settle(net_world(n));
	for (size_t i = 0; i < shots->count; i++) {
		o.part = &out->parts[i];
		const struct shot *s = &shots->at[i];
		uint64_t start = world_now(net_world(n));
		send_shot(n, s, log_received(out, p, shots, s));
		settle(net_world(n));
		o.part->slow = world_now(net_world(n)) - start >= ARP_NS;
	}
	net_free(n);
	diag_fini(&d);
	return true;
}
