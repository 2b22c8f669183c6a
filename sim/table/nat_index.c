/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/nat_index.h"

void nat_index_init(struct nat_index *x, struct nat_index_slot *slots,
		    size_t room)
{
	size_t count = nat_index_slots(room);
	x->slots = slots;
	x->mask = (uint32_t)(count - 1);
	x->group_count = 0;
	for (size_t i = 0; i < count; i++)
		slots[i].rule = NAT_INDEX_NONE;
}

static uint32_t group_tag(const struct nat_index_ask *ask)
{
	uint32_t number = ask->prefix.len * 4U + ask->by_dst * 2U;
	return (number + ask->by_port) << 24;
}

static void note_group(struct nat_index *x, uint32_t rule,
		       const struct nat_index_ask *ask)
{
	uint32_t tag = group_tag(ask);
	for (size_t i = 0; i < x->group_count; i++)
		if (x->groups[i].tag == tag)
			return;
	x->groups[x->group_count++] =
		(struct nat_index_group){.mask = addr_mask(ask->prefix.len),
					 .tag = tag,
					 .first = rule,
					 .by_dst = ask->by_dst,
					 .by_port = ask->by_port};
}

void nat_index_add(struct nat_index *x, uint32_t rule,
		   const struct nat_index_ask *ask)
{
	uint32_t tag = group_tag(ask);
	if (ask->by_port)
		tag |= (uint32_t)ask->proto << 16 | ask->port;
	uint32_t i = nat_index_home(x, ask->prefix.addr.v, tag);
	while (x->slots[i].rule != NAT_INDEX_NONE)
		i = (i + 1) & x->mask;
	note_group(x, rule, ask);
	x->slots[i] = (struct nat_index_slot){
		ask->prefix.addr.v, tag,
		nat_index_pack(rule, ask->straight, ask->sure), ask->shift};
}
