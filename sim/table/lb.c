/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/lb.h"

void lb_init(struct lb *l, struct lb_server *storage, size_t room)
{
	*l = (struct lb){storage, 0, room};
}

bool lb_add(struct lb *l, const struct lb_server *server)
{
	if (l->count == l->room)
		return false;
	l->servers[l->count++] = *server;
	return true;
}

struct lb_server *lb_find(const struct lb *l, ip4 dst, uint8_t proto,
			  uint16_t dport)
{
	for (size_t i = 0; i < l->count; i++) {
		struct lb_server *s = &l->servers[i];
		if (s->enabled && addr_same(s->vip, dst) && s->proto == proto &&
		    dport >= s->ports.first && dport <= s->ports.last)
			return s;
	}
	return NULL;
}

bool lb_has_vip(const struct lb *l, ip4 a)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->servers[i].enabled && addr_same(l->servers[i].vip, a))
			return true;
	return false;
}

bool lb_has_member(const struct lb_server *s)
{
	for (unsigned i = 0; i < s->member_count; i++)
		if (s->members[i].enabled)
			return true;
	return false;
}

const struct lb_member *lb_pick(struct lb_server *s)
{
	for (unsigned tries = 0; tries < s->member_count; tries++) {
		const struct lb_member *m =
			&s->members[s->next % s->member_count];
		s->next = (s->next + 1) % s->member_count;
		if (m->enabled)
			return m;
	}
	return NULL;
}
