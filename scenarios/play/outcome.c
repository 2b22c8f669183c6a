/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/outcome.h"

#include <string.h>

#include "sim/base/mem.h"

static void add_ref(struct outcome *o, const struct net_ref *r)
{
	struct net_ref copy = *r;
	copy.path = arena_text(&o->arena, r->path);
	copy.name = arena_text(&o->arena, r->name);
	copy.text = arena_text(&o->arena, r->text);
	VEC_ADD(&o->refs, copy);
}

void outcome_take_refs(struct outcome *o, const struct net *n, uint64_t now)
{
	for (uint32_t ref = 1; ref <= net_ref_count(n); ref++) {
		const struct net_ref *r = net_ref(n, ref);
		if (ref > o->refs.count) {
			add_ref(o, r);
			continue;
		}
		struct net_ref *mine = &o->refs.at[ref - 1];
		if (!strcmp(mine->text, r->text))
			continue;
		struct outcome_former f = {ref, now, mine->text};
		VEC_ADD(&o->former, f);
		mine->text = arena_text(&o->arena, r->text);
	}
}

void outcome_take_places(struct outcome *o, const struct net *n)
{
	size_t count;
	const struct net_gateway *g = net_gateways(n, &count);
	for (size_t i = 0; i < count; i++) {
		struct outcome_place p = {arena_text(&o->arena, g[i].name),
					  g[i].kind};
		VEC_ADD(&o->places, p);
	}
}

enum net_kind outcome_kind(const struct outcome *o, const char *label)
{
	for (size_t i = 0; i < o->places.count; i++)
		if (!strcmp(o->places.at[i].label, label))
			return o->places.at[i].kind;
	return NET_HOST;
}

struct outcome *outcome_new(const char *path, const char *title, uint64_t seed)
{
	struct outcome *o = MEM_NEW(struct outcome);
	arena_init(&o->arena);
	o->path = arena_text(&o->arena, path);
	o->title = arena_text(&o->arena, title);
	o->seed = seed;
	return o;
}

void outcome_take_limit(struct outcome *o, const struct world *w)
{
	struct str text = {0};
	if (!w->limit_hit)
		return;
	if (w->packets_hit)
		str_addf(&text, "%zu packets in flight at once", w->pool.used);
	else
		str_addf(&text, "%llu events",
			 (unsigned long long)w->clock.fired);
	o->limit = arena_text(&o->arena, str_text(&text));
	str_fini(&text);
}

const struct net_ref *outcome_ref(const struct outcome *o, uint32_t ref)
{
	static const struct net_ref none = {
		.kind = NET_REF_NONE, .path = "", .name = "", .text = ""};
	return ref && ref <= o->refs.count ? &o->refs.at[ref - 1] : &none;
}

const char *outcome_ref_text(const struct outcome *o, uint32_t ref,
			     uint64_t when)
{
	for (size_t i = 0; i < o->former.count; i++)
		if (o->former.at[i].ref == ref && when < o->former.at[i].until)
			return o->former.at[i].text;
	return outcome_ref(o, ref)->text;
}

void outcome_free(struct outcome *o)
{
	if (!o)
		return;
	trace_fini(&o->trace);
	VEC_FREE(&o->refs);
	VEC_FREE(&o->former);
	VEC_FREE(&o->places);
	arena_fini(&o->arena);
	mem_free(o);
}
