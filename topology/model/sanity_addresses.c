/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: each once on a network, and inside it. */
#include <stdlib.h>

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

static void collect(const struct model *m, struct holders *h)
{
	for (size_t i = 0; i < m->segments.count; i++) {
		const struct model_segment *s = &m->segments.at[i];
		struct holder one = {i, s->gateway_address, s->gateway_at,
				     s->id.name};
		if (s->has_gateway)
			add(&h->arena, &h->at, &h->count, &one);
	}
	for (size_t i = 0; i < m->tier0s.count; i++)
		add_interfaces(h, &m->tier0s.at[i].id,
			       m->tier0s.at[i].interfaces.at,
			       m->tier0s.at[i].interfaces.count);
	for (size_t i = 0; i < m->routers.count; i++)
		add_interfaces(h, &m->routers.at[i].id,
			       m->routers.at[i].interfaces.at,
			       m->routers.at[i].interfaces.count);
	for (size_t i = 0; i < m->hosts.count; i++)
		add_interfaces(h, &m->hosts.at[i].id,
			       m->hosts.at[i].interfaces.at,
			       m->hosts.at[i].interfaces.count);
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
	if (s->gateway_at.source)
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
		check_inside(m, &h.at[i], d);
	}
	check_gateways(m, d);
	arena_fini(&h.arena);
}
