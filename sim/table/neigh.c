/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/neigh.h"

void neigh_init(struct neigh *n, struct neigh_entry *storage, size_t room)
{
	*n = (struct neigh){storage, 0, room};
}

struct neigh_entry *neigh_find(const struct neigh *n, uint16_t port, ip4 addr)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->entries[i].port == port &&
		    addr_same(n->entries[i].addr, addr))
			return &n->entries[i];
	return NULL;
}

struct neigh_entry *neigh_take(struct neigh *n, uint16_t port, ip4 addr)
{
	struct neigh_entry *e = neigh_find(n, port, addr);
	if (e)
		return e;
	if (n->count == n->room)
		return NULL;
	e = &n->entries[n->count++];
	*e = (struct neigh_entry){.port = port, .addr = addr};
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
