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

uint32_t rib_prefixes(const struct rib *r)
{
	uint32_t count = 0;
	for (size_t i = 0; i < r->count; i = group_end(r, i))
		count++;
	return count;
}

/* Where a prefix leads: what a group of the FIB is made of. */
struct ways {
	unsigned count; /* 0: a null route */
	struct fib_hop hops[FIB_HOPS_MAX];
};

/* Those of the prefix at 'first'; returns the index behind it. */
static size_t ways_at(const struct rib *r, size_t first, struct ways *w)
{
	size_t end = group_end(r, first);
	w->count = 0;
	for (size_t i = first; i < end; i++) {
		const struct rib_route *route = &r->routes[i];
		if (route->selected && !route->null)
			w->hops[w->count++] =
				(struct fib_hop){route->gateway, route->port};
	}
	return end;
}

static bool same_ways(const struct ways *a, const struct ways *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (!addr_same(a->hops[i].gateway, b->hops[i].gateway) ||
		    a->hops[i].port != b->hops[i].port)
			return false;
	return true;
}

/* Below 0 if the next prefix is only in 'a', above 0 if only in 'b'. */
static int next_of(const struct rib *a, size_t i, const struct rib *b, size_t j)
{
	if (i == a->count)
		return 1;
	if (j == b->count)
		return -1;
	return compare_prefixes(a->routes[i].prefix, b->routes[j].prefix);
}

bool rib_changes(const struct rib *now, const struct rib *old, struct fib *f,
		 struct fib_route *out, size_t *count)
{
	size_t i = 0, j = 0;
	*count = 0;
	while (i < now->count || j < old->count) {
		struct ways ways, had;
		int order = next_of(now, i, old, j);
		struct addr_prefix p = order > 0 ? old->routes[j].prefix
						 : now->routes[i].prefix;
		uint16_t group = FIB_NONE;
		if (order <= 0)
			i = ways_at(now, i, &ways);
		if (order >= 0)
			j = ways_at(old, j, &had);
		if (!order && same_ways(&ways, &had))
			continue;
		if (order <= 0) {
			group = fib_group(f, ways.hops, ways.count);
			if (group == FIB_NONE)
				return false;
		}
		out[(*count)++] = (struct fib_route){p.addr, p.len, group};
	}
	return true;
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
