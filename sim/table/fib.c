/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/fib.h"

#include <string.h>

#define LINE 64

static bool wants_tree(struct fib_room room)
{
	return room.routes > FIB_LIST_MAX;
}

/* Of the routes; the groups come behind. */
static size_t route_bytes(struct fib_room room)
{
	size_t bytes = wants_tree(room) ? fib_tree_bytes(room.routes)
					: fib_list_bytes(room.routes);
	return (bytes + LINE - 1) / LINE * LINE;
}

size_t fib_bytes(struct fib_room room)
{
	return route_bytes(room) + fib_group_bytes(room.groups);
}

static void *groups_in(void *memory, struct fib_room room)
{
	return (uint8_t *)memory + route_bytes(room);
}

void fib_init(struct fib *f, void *memory, struct fib_room room)
{
	memset(f, 0, sizeof(*f));
	f->memory = memory;
	f->room = room;
	f->is_tree = wants_tree(room);
	if (f->is_tree)
		fib_tree_init(&f->tree, memory, room.routes);
	else
		fib_list_init(&f->list, memory, room.routes);
	fib_group_init(&f->groups, groups_in(memory, room), room.groups);
}

static bool make_tree(struct fib *f, void *memory, uint32_t routes)
{
	const struct fib_list *l = &f->list;
	fib_tree_init(&f->tree, memory, routes);
	f->is_tree = fib_tree_apply(&f->tree, &f->groups, l->routes,
				    l->count) == l->count;
	return f->is_tree;
}

static bool move_routes(struct fib *f, void *memory, struct fib_room room)
{
	if (f->is_tree)
		return wants_tree(room) &&
		       fib_tree_move(&f->tree, memory, room.routes);
	if (wants_tree(room))
		return make_tree(f, memory, room.routes);
	if (room.routes < f->list.count)
		return false;
	fib_list_move(&f->list, memory, room.routes);
	return true;
}

bool fib_move(struct fib *f, void *memory, struct fib_room room)
{
	if (room.groups + 1 < f->groups.fresh || !move_routes(f, memory, room))
		return false;
	fib_group_move(&f->groups, groups_in(memory, room), room.groups);
	f->memory = memory;
	f->room = room;
	return true;
}

size_t fib_apply(struct fib *f, const struct fib_route *changes, size_t count)
{
	if (f->is_tree)
		return fib_tree_apply(&f->tree, &f->groups, changes, count);
	return fib_list_apply(&f->list, &f->groups, changes, count);
}

uint32_t fib_count(const struct fib *f)
{
	return f->is_tree ? f->tree.count : f->list.count;
}

void fib_find_batch(const struct fib *f, const ip4 *dst, size_t count,
		    uint16_t *group)
{
	if (f->is_tree)
		fib_tree_find_batch(&f->tree, dst, count, group);
	else
		fib_list_find_batch(&f->list, dst, count, group);
}
