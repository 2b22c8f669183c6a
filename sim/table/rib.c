/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/rib.h"

static const struct {
	const char *letters, *text;
	uint8_t distance;
} kinds[] = {
#define X(symbol, letters, distance, text) {letters, text, distance},
	RIB_LIST(X)
#undef X
};

const char *rib_kind_letters(enum rib_kind kind)
{
	return kinds[kind].letters;
}

const char *rib_kind_text(enum rib_kind kind)
{
	return kinds[kind].text;
}

uint8_t rib_kind_distance(enum rib_kind kind)
{
	return kinds[kind].distance;
}

void rib_init(struct rib *r, struct rib_route *storage, size_t room)
{
	*r = (struct rib){storage, 0, room};
}

bool rib_add(struct rib *r, const struct rib_route *route)
{
	if (r->count == r->room)
		return false;
	r->routes[r->count++] = *route;
	return true;
}

static bool same_prefix(const struct rib_route *a, const struct rib_route *b)
{
	return addr_same(a->prefix.addr, b->prefix.addr) &&
	       a->prefix.len == b->prefix.len;
}

static bool goes_before(const struct rib_route *a, const struct rib_route *b)
{
	if (a->prefix.addr.v != b->prefix.addr.v)
		return a->prefix.addr.v < b->prefix.addr.v;
	if (a->prefix.len != b->prefix.len)
		return a->prefix.len < b->prefix.len;
	return a->distance < b->distance;
}

/* Stable, so that equal routes keep the order of the file. Tables of one
 * router are small; large ones arrive sorted, which costs one pass. */
static void sort(struct rib_route *r, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct rib_route one = r[i];
		size_t to = i;
		for (; to && goes_before(&one, &r[to - 1]); to--)
			r[to] = r[to - 1];
		r[to] = one;
	}
}

/* The group of routes from 'first' with the same prefix: the nearest are
 * selected and become one FIB entry. Returns the index behind the group. */
static size_t select_group(struct rib *r, size_t first, struct fib_route *out)
{
	struct rib_route *best = &r->routes[first];
	*out = (struct fib_route){.prefix = best->prefix, .ref = best->ref};
	size_t i = first;
	for (; i < r->count && same_prefix(&r->routes[i], best); i++) {
		struct rib_route *route = &r->routes[i];
		route->selected = route->distance == best->distance &&
				  route->null == best->null &&
				  out->hop_count < FIB_HOPS_MAX;
		if (!route->selected || route->null)
			continue;
		out->hops[out->hop_count++] = (struct fib_hop){
			route->gateway, route->port, route->ref};
	}
	return i;
}

bool rib_select(struct rib *r, struct fib *f)
{
	sort(r->routes, r->count);
	for (size_t i = 0; i < r->count;) {
		struct fib_route route;
		i = select_group(r, i, &route);
		if (!fib_add(f, &route))
			return false;
	}
	fib_seal(f);
	return true;
}
