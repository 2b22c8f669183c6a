/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/nat_index.h"

void nat_index_init(struct nat_index *x, struct nat_index_entry *entries,
		    uint32_t *heads, size_t room)
{
	x->entries = entries;
	x->heads = heads;
	x->room = room;
	x->count = x->group_count = 0;
	x->head_count = nat_index_heads(room);
	for (size_t i = 0; i < x->head_count; i++)
		heads[i] = NAT_INDEX_NONE;
}

static uint8_t group_number(const struct nat_index_ask *ask)
{
	return (uint8_t)(ask->prefix.len * 4 + ask->by_dst * 2 + ask->by_port);
}

static void note_group(struct nat_index *x, uint32_t rule,
		       const struct nat_index_ask *ask)
{
	uint8_t number = group_number(ask);
	for (size_t i = 0; i < x->group_count; i++)
		if (x->groups[i].number == number) {
			x->groups[i].first = rule;
			return;
		}
	uint32_t mask =
		ask->prefix.len ? UINT32_MAX << (32 - ask->prefix.len) : 0;
	x->groups[x->group_count++] =
		(struct nat_index_group){.mask = mask,
					 .first = rule,
					 .by_dst = ask->by_dst,
					 .by_port = ask->by_port,
					 .number = number};
}

void nat_index_add(struct nat_index *x, uint32_t rule,
		   const struct nat_index_ask *ask)
{
	uint32_t service =
		ask->by_port ? (uint32_t)ask->proto << 16 | ask->port : 0;
	uint8_t group = group_number(ask);
	uint32_t entry = (uint32_t)x->count++;
	uint32_t *head = &x->heads[nat_index_hash(x, ask->prefix.addr.v,
						  service, group)];
	note_group(x, rule, ask);
	x->entries[entry] =
		(struct nat_index_entry){.addr = ask->prefix.addr.v,
					 .rule = rule,
					 .next = *head,
					 .shift = ask->shift,
					 .port = ask->by_port ? ask->port : 0,
					 .proto = ask->by_port ? ask->proto : 0,
					 .group = group,
					 .straight = ask->straight,
					 .sure = ask->sure};
	*head = entry;
}
