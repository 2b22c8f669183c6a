/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world/tally.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/world/world.h"

static size_t length(const struct pkt *p, size_t at_most)
{
	size_t n = 0;
	for (; p && n <= at_most; p = p->next)
		n++;
	return n;
}

size_t tally_held(const struct world *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->links.count; i++)
		for (int lane = 0; lane < 2; lane++)
			n += length(w->links.at[i]->lanes[lane].head,
				    w->pool.room);
	for (size_t i = 0; i < w->nodes.count; i++) {
		const struct node *node = w->nodes.at[i];
		n += node->class->held ? node->class->held(node) : 0;
	}
	return n;
}

void tally_check(const struct world *w)
{
	size_t held = tally_held(w), used = w->pool.used;
	size_t given_back = length(w->pool.free, w->pool.room);
	if (held == used && used + given_back == w->pool.fresh)
		return;
	fprintf(stderr,
		"tierpath: bug: %zu packets are under way, %zu were taken and "
		"%zu of %zu given back\n",
		held, used, given_back, w->pool.fresh);
	abort();
}
