/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib.h"

#include <string.h>

void fib_init(struct fib *f, struct fib_route *storage, size_t room)
{
	memset(f, 0, sizeof(*f));
	f->routes = storage;
	f->room = room;
}

bool fib_add(struct fib *f, const struct fib_route *route)
{
	if (f->count == f->room)
		return false;
	f->routes[f->count++] = *route;
	return true;
}

/* Longest first, then by address. */
static bool goes_before(const struct fib_route *a, const struct fib_route *b)
{
	if (a->prefix.len != b->prefix.len)
		return a->prefix.len > b->prefix.len;
	return a->prefix.addr.v < b->prefix.addr.v;
}

static void sift_down(struct fib_route *r, size_t i, size_t count)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= count)
			return;
		if (child + 1 < count && goes_before(&r[child], &r[child + 1]))
			child++;
		if (!goes_before(&r[i], &r[child]))
			return;
		struct fib_route t = r[i];
		r[i] = r[child];
		r[child] = t;
		i = child;
	}
}

/* Heap sort: in place, without recursion, and qsort() may allocate. */
static void sort(struct fib_route *r, size_t count)
{
	for (size_t i = count / 2; i--;)
		sift_down(r, i, count);
	for (size_t end = count; end > 1; end--) {
		struct fib_route t = r[0];
		r[0] = r[end - 1];
		r[end - 1] = t;
		sift_down(r, 0, end - 1);
	}
}

void fib_seal(struct fib *f)
{
	sort(f->routes, f->count);
	f->lens = 0;
	size_t at = 0;
	for (unsigned i = 0; i <= 32; i++) {
		f->starts[i] = (uint32_t)at;
		while (at < f->count && f->routes[at].prefix.len == 32 - i)
			at++;
		if (at > f->starts[i])
			f->lens |= (uint64_t)1 << i;
	}
	f->starts[33] = (uint32_t)at;
}

static const struct fib_route *find_exact(const struct fib *f, unsigned bucket,
					  uint32_t addr)
{
	size_t low = f->starts[bucket], high = f->starts[bucket + 1];
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (f->routes[middle].prefix.addr.v < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->starts[bucket + 1] &&
			       f->routes[low].prefix.addr.v == addr
		       ? &f->routes[low]
		       : NULL;
}

const struct fib_route *fib_find(const struct fib *f, ip4 dst)
{
	for (uint64_t left = f->lens; left; left &= left - 1) {
		unsigned bucket = (unsigned)__builtin_ctzll(left);
		const struct fib_route *r = find_exact(
			f, bucket, dst.v & addr_mask((uint8_t)(32 - bucket)));
		if (r)
			return r;
	}
	return NULL;
}
