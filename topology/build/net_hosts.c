/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts become nodes only when they are needed: a network of a million hosts of
 * which ten talk costs what ten cost. A host that nobody has asked for and to
 * which no frame can have come does nothing, so that it may as well be made
 * later; it is made with all that share a segment with it, in the order of the
 * file, with the numbers it would have had from the start. */
#include <stdlib.h>
#include <string.h>

#include "sim/base/hash.h"
#include "topology/build/net_private.h"

#define LOOPBACK_MACS  1
#define INTERFACE_MACS 2 /* the host's end and the segment's */

static void name_host(struct net *n, size_t index)
{
	size_t mask = n->host_slot_count - 1;
	size_t i = hash_text(n->host_names[index]) & mask;
	while (n->host_slots[i])
		i = (i + 1) & mask;
	n->host_slots[i] = (uint32_t)index + 1;
}

bool net_hosts_find(const struct net *n, const char *name, size_t *index)
{
	size_t mask = n->host_slot_count - 1;
	size_t i = hash_text(name) & mask;
	for (; n->host_slots[i]; i = (i + 1) & mask) {
		*index = n->host_slots[i] - 1;
		if (!strcmp(n->host_names[*index], name))
			return true;
	}
	return false;
}

/* Makes host 'index' as if it had been made with the others at the start. */
static void make(struct net *n, size_t index)
{
	const struct model_host *h = &n->model->hosts.at[index];
	struct net_host *to = &n->hosts[index];
	struct world *w = n->world;
	const char *name = arena_text(&n->arena, h->id.name);
	struct rng rng = w->rng;
	uint32_t next_mac = w->next_mac;
	w->rng = n->host_rng;
	rng_skip(&w->rng, index);
	w->next_mac = to->first_mac;
	to->host = host_new(w, name, name);
	net_wire_interfaces(n, host_router(to->host), h->interfaces.at,
			    h->interfaces.count);
	w->rng = rng;
	w->next_mac = next_mac;
}

struct found {
	VEC(uint32_t);
};

static void wake_segment(struct net *n, size_t segment, struct found *f)
{
	struct net_index_list hosts = net_index_of(&n->segment_hosts, segment);
	if (n->awake[segment])
		return;
	n->awake[segment] = true;
	bridge_on_first(n->segments[segment], NULL, NULL);
	for (size_t i = 0; i < hosts.count; i++) {
		if (n->hosts[hosts.at[i]].wanted)
			continue;
		n->hosts[hosts.at[i]].wanted = true;
		VEC_ADD(f, hosts.at[i]);
	}
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* All hosts of 'segment', of the other segments that they are on, and so on:
 * then every segment gets all its hosts at once, in order. */
static void wake(struct net *n, size_t segment)
{
	struct found f = {0};
	wake_segment(n, segment, &f);
	for (size_t i = 0; i < f.count; i++) {
		const struct model_host *h = &n->model->hosts.at[f.at[i]];
		for (size_t j = 0; j < h->interfaces.count; j++)
			wake_segment(n, h->interfaces.at[j].segment.index, &f);
	}
	qsort(f.at, f.count, sizeof(*f.at), compare); /* one at least */
	for (size_t i = 0; i < f.count; i++)
		make(n, f.at[i]);
	for (size_t i = 0; i < f.count; i++)
		net_outside_host(n, n->model, f.at[i]);
	VEC_FREE(&f);
}

static void on_first_frame(void *context)
{
	struct net_wake *w = context;
	wake(w->net, w->segment);
}

struct host *net_hosts_take(struct net *n, size_t index)
{
	const struct model_host *h = &n->model->hosts.at[index];
	if (!n->hosts[index].host)
		wake(n, h->interfaces.at[0].segment.index);
	return n->hosts[index].host;
}

static void wire_wakes(struct net *n)
{
	n->awake = ARENA_ARRAY(&n->arena, n->segment_count, bool);
	n->wakes = ARENA_ARRAY(&n->arena, n->segment_count, struct net_wake);
	for (size_t i = 0; i < n->segment_count; i++) {
		n->wakes[i] = (struct net_wake){n, i};
		if (net_index_of(&n->segment_hosts, i).count)
			bridge_on_first(n->segments[i], on_first_frame,
					&n->wakes[i]);
	}
}

/* The names live in the model of now. */
static void set_names(struct net *n, const struct model *m)
{
	for (size_t i = 0; i < n->host_count; i++)
		n->host_names[i] = m->hosts.at[i].id.name;
}

void net_hosts_wire(struct net *n, const struct model *m)
{
	n->host_count = m->hosts.count;
	n->hosts = ARENA_ARRAY(&n->arena, n->host_count, struct net_host);
	n->host_names = (const char **)arena_alloc(&n->arena, n->host_count,
						   sizeof(const char *));
	n->host_slot_count = 2;
	while (n->host_slot_count < 2 * n->host_count)
		n->host_slot_count *= 2;
	n->host_slots = ARENA_ARRAY(&n->arena, n->host_slot_count, uint32_t);
	n->host_rng = n->world->rng;
	rng_skip(&n->world->rng, n->host_count);
	set_names(n, m);
	for (size_t i = 0; i < n->host_count; i++) {
		const struct model_host *h = &m->hosts.at[i];
		n->hosts[i].first_mac = n->world->next_mac;
		n->world->next_mac +=
			LOOPBACK_MACS +
			INTERFACE_MACS * (uint32_t)h->interfaces.count;
		name_host(n, i);
		for (size_t j = 0; j < h->interfaces.count; j++)
			net_index_add(&n->segment_hosts,
				      h->interfaces.at[j].segment.index, i);
	}
	net_index_seal(&n->segment_hosts, n->segment_count);
	wire_wakes(n);
}

static bool has_port_down(const struct model_host *h)
{
	for (size_t i = 0; i < h->interfaces.count; i++)
		if (h->interfaces.at[i].admin_state == MODEL_DOWN)
			return true;
	return false;
}

void net_hosts_tables(struct net *n, const struct model *m)
{
	set_names(n, m);
	for (size_t i = 0; i < n->host_count; i++) {
		if (n->hosts[i].host)
			net_outside_host(n, m, i);
		else if (has_port_down(&m->hosts.at[i]))
			net_hosts_take(n, i);
	}
}
