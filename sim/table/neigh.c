/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/neigh.h"

static void chain(struct neigh *n, size_t i)
{
	struct neigh_entry *e = &n->entries[i];
	uint32_t *head = &n->heads[neigh_head(n, e->port, e->addr)];
	e->next = *head;
	*head = (uint32_t)i + 1;
}

void neigh_init(struct neigh *n, struct neigh_entry *entries, uint32_t *heads,
		size_t room)
{
	*n = (struct neigh){entries, heads, 0, room};
}

void neigh_move(struct neigh *n, struct neigh_entry *entries, uint32_t *heads,
		size_t room)
{
	*n = (struct neigh){entries, heads, n->count, room};
	for (size_t i = 0; i < n->count; i++)
		chain(n, i);
}

struct neigh_entry *neigh_take(struct neigh *n, uint16_t port, ip4 addr)
{
	struct neigh_entry *e = neigh_find(n, port, addr);
	if (e)
		return e;
	if (n->count == n->room)
		return NULL;
	e = &n->entries[n->count];
	*e = (struct neigh_entry){.port = port, .addr = addr};
	chain(n, n->count++);
	return e;
}

struct neigh_entry *neigh_learn(struct neigh *n, uint16_t port, ip4 addr, mac m,
				uint64_t now)
{
	struct neigh_entry *e = neigh_find(n, port, addr);
	if (!e)
		return NULL;
	e->mac = m;
	e->state = NEIGH_REACHABLE;
	e->changed = now;
	e->tries = 0;
	return e;
}

const char *neigh_state_name(enum neigh_state state)
{
	static const char *const names[] = {"NONE", "INCOMPLETE", "REACHABLE",
					    "FAILED"};
	return names[state];
}
