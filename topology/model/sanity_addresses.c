/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: each once on a network, and inside it. */
#include <stdlib.h>

#include "sim/base/arena.h"
#include "topology/model/sanity.h"

/* One address on one segment, whoever has it. */
struct holder {
	size_t segment;
	struct addr_if address;
	struct diag_place at;
	const char *name;
};

static void check_pair(const struct holder *a, const struct holder *b,
		       struct diag *d)
{
	char text[ADDR_IP4_SIZE];
	if (a->segment != b->segment ||
	    !addr_same(a->address.addr, b->address.addr))
		return;
	diag_error(d, b->at, "%s has the address %s, which %s has already",
		   b->name, addr_print_ip4(b->address.addr, text), a->name);
	diag_note(d, a->at, "first used here");
}

static void add(struct arena *a, struct holder **all, size_t *count,
		const struct holder *one)
{
	if ((*count & (*count - 1)) == 0) {
		struct holder *grown =
			ARENA_ARRAY(a, *count ? 2 * *count : 1, struct holder);
		for (size_t i = 0; i < *count; i++)
			grown[i] = (*all)[i];
		*all = grown;
	}
	(*all)[(*count)++] = *one;
}

struct holders {
	struct arena arena;
	struct holder *at;
	size_t count;
};

static void add_interfaces(struct holders *h, const struct schema_id *owner,
			   const struct model_interface *at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct holder one = {at[i].segment.index, at[i].address,
				     at[i].address_at, owner->name};
		add(&h->arena, &h->at, &h->count, &one);
	}
}

/* Once on each segment where it may float. */
static void add_ha_vip(struct holders *h, const struct model_tier0 *g)
{
	for (size_t i = 0; g->has_ha_vip && i < g->interfaces.count; i++) {
		const struct model_interface *f = &g->interfaces.at[i];
		struct holder one = {f->segment.index, g->ha_vip, g->ha_vip_at,
				     g->id.name};
		bool again = false;
		for (size_t j = 0; j < i; j++)
			again |= g->interfaces.at[j].segment.index ==
				 f->segment.index;
		if (!again &&
		    addr_in(g->ha_vip.addr,
			    addr_prefix_of(f->address.addr, f->address.len)))
			add(&h->arena, &h->at, &h->count, &one);
	}
}

static void collect(const struct model *m, struct holders *h)
{
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		struct holder one = {i, s->gateway_address, s->gateway_at,
				     s->id.name};
		if (s->has_gateway)
			add(&h->arena, &h->at, &h->count, &one);
	}
	for (size_t i = 0; i < m->tier0s.count; i++) {
		add_interfaces(h, &m->tier0s.at[i].id,
			       m->tier0s.at[i].interfaces.at,
			       m->tier0s.at[i].interfaces.count);
		add_ha_vip(h, &m->tier0s.at[i]);
	}
	for (size_t i = 0; i < m->routers.count; i++)
		add_interfaces(h, &m->routers.at[i].id,
			       m->routers.at[i].interfaces.at,
			       m->routers.at[i].interfaces.count);
	for (size_t i = 0; i < m->hosts.count; i++)
		add_interfaces(h, &m->hosts.at[i].id,
			       m->hosts.at[i].interfaces.at,
			       m->hosts.at[i].interfaces.count);
}

/* Neither a network, nor a broadcast, nor what no host can have. */
static void check_usable(const struct holder *h, struct diag *d)
{
	ip4 a = h->address.addr;
	uint32_t host = a.v & ~addr_mask(h->address.len);
	bool is_edge = h->address.len < 31 &&
		       (!host || host == ~addr_mask(h->address.len));
	if (!is_edge && addr_is_unicast(a))
		return;
	diag_error(d, h->at, "no host can have the address of %s", h->name);
	diag_help(d, "the first and the last address of a network are its own "
		     "and its broadcast; 0., 127. and from 224. on are none");
}

static void check_inside(const struct model *m, const struct holder *h,
			 struct diag *d)
{
	const struct model_segment *s = &m->segments.at[h->segment];
	char text[ADDR_PREFIX_SIZE];
	if (!s->has_gateway)
		return;
	struct addr_prefix net =
		addr_prefix_of(s->gateway_address.addr, s->gateway_address.len);
	if (addr_in(h->address.addr, net) && h->address.len == net.len)
		return;
	diag_warning(d, h->at, "the address of %s does not fit segment %s, %s",
		     h->name, s->id.name, addr_print_prefix(net, text));
	diag_note(d, s->gateway_at, "the segment's gateway");
}

static void check_gateways(const struct model *m, struct diag *d)
{
	for (size_t i = 0; i < m->hosts.count; i++) {
		const struct model_host *h = &m->hosts.at[i];
		bool reachable = !h->has_gateway;
		for (size_t j = 0; j < h->interfaces.count; j++) {
			struct addr_if a = h->interfaces.at[j].address;
			reachable |= addr_in(h->gateway,
					     addr_prefix_of(a.addr, a.len));
		}
		if (reachable)
			continue;
		diag_error(d, h->gateway_at,
			   "the gateway of %s is on none of its networks",
			   h->id.name);
		diag_help(d, "a default gateway is an address of the host's "
			     "own subnet");
	}
}

static bool meet(struct addr_if a, struct addr_prefix b)
{
	struct addr_prefix net = addr_prefix_of(a.addr, a.len);
	return addr_in(net.addr, b) || addr_in(b.addr, net);
}

/* The Tier-0 above a segment, or NULL. */
static const struct model_tier0 *above(const struct model *m,
				       const struct model_segment *s)
{
	const struct schema_ref *to = &s->tier0;
	if (s->tier1.name)
		to = &m->tier1s.at[s->tier1.index].tier0;
	return to->name ? &m->tier0s.at[to->index] : NULL;
}

static void check_links(const struct model *m, const struct model_segment *s,
			struct diag *d)
{
	const struct model_tier0 *g = above(m, s);
	char text[ADDR_PREFIX_SIZE];
	if (!g || !meet(s->gateway_address, g->transit_subnet))
		return;
	diag_error(d, s->gateway_at,
		   "the network of segment %s overlaps the router links of %s, "
		   "%s",
		   s->id.name, g->id.name,
		   addr_print_prefix(g->transit_subnet, text));
	diag_help(d, "take another network, or give %s another transit_subnet",
		  g->id.name);
}

/* The network of a segment on a gateway. */
struct span {
	bool tier1;
	size_t gateway, segment;
	struct addr_prefix net;
};

/* By gateway and network, the wider one first. */
static int compare_spans(const void *left, const void *right)
{
	const struct span *a = left, *b = right;
	if (a->tier1 != b->tier1)
		return a->tier1 ? 1 : -1;
	if (a->gateway != b->gateway)
		return a->gateway < b->gateway ? -1 : 1;
	if (a->net.addr.v != b->net.addr.v)
		return a->net.addr.v < b->net.addr.v ? -1 : 1;
	if (a->net.len != b->net.len)
		return a->net.len < b->net.len ? -1 : 1;
	return (a->segment > b->segment) - (a->segment < b->segment);
}

static void report_overlap(const struct model *m, const struct span *a,
			   const struct span *b, struct diag *d)
{
	bool in_order = a->segment < b->segment;
	const struct model_segment *first =
		&m->segments.at[in_order ? a->segment : b->segment];
	const struct model_segment *second =
		&m->segments.at[in_order ? b->segment : a->segment];
	diag_error(d, second->gateway_at,
		   "the networks of segments %s and %s overlap, on one gateway",
		   first->id.name, second->id.name);
	diag_note(d, first->gateway_at, "the other one");
}

/* Of two networks that overlap one holds the other, so each is held against
 * the last wide one before it. */
static void compare_neighbours(const struct model *m, const struct span *at,
			       size_t count, struct diag *d)
{
	const struct span *wide = at;
	for (size_t i = 1; i < count; i++) {
		bool same = wide->tier1 == at[i].tier1 &&
			    wide->gateway == at[i].gateway;
		if (same && addr_in(at[i].net.addr, wide->net))
			report_overlap(m, wide, &at[i], d);
		else
			wide = &at[i];
	}
}

static void check_overlaps(const struct model *m, struct diag *d)
{
	struct arena a;
	arena_init(&a);
	struct span *spans = ARENA_ARRAY(&a, m->segments.count, struct span);
	size_t count = 0;
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		struct addr_if on = s->gateway_address;
		if (!s->has_gateway)
			continue;
		check_links(m, s, d);
		if (s->tier1.name || s->tier0.name)
			spans[count++] = (struct span){
				s->tier1.name != NULL,
				s->tier1.name ? s->tier1.index : s->tier0.index,
				i, addr_prefix_of(on.addr, on.len)};
	}
	if (count)
		qsort(spans, count, sizeof(*spans), compare_spans);
	compare_neighbours(m, spans, count, d);
	arena_fini(&a);
}

/* By segment and address, so that equal ones meet. */
static int compare(const void *left, const void *right)
{
	const struct holder *a = left, *b = right;
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	if (a->address.addr.v != b->address.addr.v)
		return a->address.addr.v < b->address.addr.v ? -1 : 1;
	return a->at.offset < b->at.offset ? -1 : a->at.offset > b->at.offset;
}

void sanity_addresses(const struct model *m, struct diag *d)
{
	struct holders h = {.at = NULL};
	arena_init(&h.arena);
	collect(m, &h);
	if (h.count)
		qsort(h.at, h.count, sizeof(*h.at), compare);
	for (size_t i = 0; i < h.count; i++) {
		if (i)
			check_pair(&h.at[i - 1], &h.at[i], d);
		check_usable(&h.at[i], d);
		check_inside(m, &h.at[i], d);
	}
	check_gateways(m, d);
	check_overlaps(m, d);
	arena_fini(&h.arena);
}
