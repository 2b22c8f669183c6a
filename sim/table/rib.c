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

static int compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_prefixes(struct addr_prefix a, struct addr_prefix b)
{
	return a.addr.v == b.addr.v ? compare(a.len, b.len)
				    : compare(a.addr.v, b.addr.v);
}

static bool goes_before(const struct rib_route *a, const struct rib_route *b)
{
	int order = compare_prefixes(a->prefix, b->prefix);
	if (!order)
		order = compare(a->distance, b->distance);
	return (order ? order : compare(a->order, b->order)) < 0;
}

static bool is_sorted(const struct rib *r)
{
	for (size_t i = 1; i < r->count; i++)
		if (goes_before(&r->routes[i], &r->routes[i - 1]))
			return false;
	return true;
}

static void sift_down(struct rib_route *r, size_t i, size_t count)
{
	struct rib_route one = r[i];
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= count)
			break;
		if (child + 1 < count && goes_before(&r[child], &r[child + 1]))
			child++;
		if (!goes_before(&one, &r[child]))
			break;
		r[i] = r[child];
		i = child;
	}
	r[i] = one;
}

/* Heap sort: in place and never quadratic; 'order' keeps equal routes as they
 * stand in the file. */
static void sort(struct rib *r)
{
	struct rib_route *routes = r->routes;
	for (size_t i = 0; i < r->count; i++)
		routes[i].order = (uint32_t)i;
	if (is_sorted(r))
		return;
	for (size_t i = r->count / 2; i--;)
		sift_down(routes, i, r->count);
	for (size_t end = r->count - 1; end; end--) {
		struct rib_route last = routes[end];
		routes[end] = routes[0];
		routes[0] = last;
		sift_down(routes, 0, end);
	}
}

/* The index behind the routes with the prefix of the one at 'first'. */
static size_t group_end(const struct rib *r, size_t first)
{
	size_t i = first + 1;
	while (i < r->count &&
	       !compare_prefixes(r->routes[i].prefix, r->routes[first].prefix))
		i++;
	return i;
}

void rib_select(struct rib *r)
{
	sort(r);
	for (size_t i = 0; i < r->count;) {
		const struct rib_route *best = &r->routes[i];
		size_t end = group_end(r, i);
		unsigned hops = 0;
		for (; i < end; i++) {
			struct rib_route *route = &r->routes[i];
			route->selected = route->distance == best->distance &&
					  route->null == best->null &&
					  hops < FIB_HOPS_MAX;
			hops += route->selected && !route->null;
		}
	}
}

/* Where the prefix at 'first' leads; returns the index behind it. */
static size_t hops_at(const struct rib *r, size_t first, struct rib_change *c)
{
	size_t end = group_end(r, first);
	c->prefix = r->routes[first].prefix;
	c->hop_count = 0;
	for (size_t i = first; i < end; i++) {
		const struct rib_route *route = &r->routes[i];
		if (route->selected && !route->null)
			c->hops[c->hop_count++] =
				(struct fib_hop){route->gateway, route->port};
	}
	return end;
}

static bool same_hops(const struct rib_change *a, const struct rib_change *b)
{
	if (a->hop_count != b->hop_count)
		return false;
	for (unsigned i = 0; i < a->hop_count; i++)
		if (!addr_same(a->hops[i].gateway, b->hops[i].gateway) ||
		    a->hops[i].port != b->hops[i].port)
			return false;
	return true;
}

/* Below 0 if the next prefix is only there now, above 0 if it only was. */
static int which(const struct rib_walk *w)
{
	if (w->now_at == w->now->count)
		return 1;
	if (w->old_at == w->old->count)
		return -1;
	return compare_prefixes(w->now->routes[w->now_at].prefix,
				w->old->routes[w->old_at].prefix);
}

bool rib_next(struct rib_walk *w, struct rib_change *c)
{
	while (w->now_at < w->now->count || w->old_at < w->old->count) {
		struct rib_change old;
		int order = which(w);
		c->gone = order > 0;
		if (order >= 0)
			w->old_at =
				hops_at(w->old, w->old_at, order ? c : &old);
		if (order <= 0)
			w->now_at = hops_at(w->now, w->now_at, c);
		if (order || !same_hops(c, &old))
			return true;
	}
	return false;
}

/* The first route of those that do not go before 'p'. */
static size_t position(const struct rib *r, struct addr_prefix p)
{
	size_t low = 0, high = r->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (compare_prefixes(r->routes[middle].prefix, p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The last prefix that does not sort behind 'dst' itself either has it, or
 * what has it is no longer than the bits that the two have in common. */
static const struct rib_route *find(const struct rib *r, ip4 dst)
{
	struct addr_prefix p = {dst, 32};
	for (;;) {
		size_t at = position(r, p);
		if (at < r->count && !compare_prefixes(r->routes[at].prefix, p))
			return &r->routes[at];
		if (!at)
			return NULL;
		struct addr_prefix before = r->routes[at - 1].prefix;
		if (addr_in(dst, before))
			return &r->routes[position(r, before)];
		uint32_t differ = before.addr.v ^ dst.v;
		p = addr_prefix_of(dst, (uint8_t)__builtin_clz(differ));
	}
}

uint32_t rib_ref(const struct rib *r, ip4 dst, unsigned hop)
{
	const struct rib_route *route = find(r, dst);
	if (!route)
		return 0;
	while (hop)
		hop -= (++route)->selected;
	return route->ref;
}
