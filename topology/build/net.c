/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/build/net.h"

#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "topology/build/net_private.h"

#define PACKETS	       4096 /* in flight at most; scenarios use about ten */
#define EVENTS	       20000000
#define FIRST_SLOTS    256
#define DEFAULT_CLIENT "docker1903"

static const struct net_ref no_ref = {NET_REF_NONE, "", "", "", {0, 0, 0}};

const struct net_ref *net_ref(const struct net *n, uint32_t ref)
{
	return ref && ref <= n->refs.count ? &n->refs.at[ref - 1] : &no_ref;
}

uint32_t net_ref_count(const struct net *n)
{
	return (uint32_t)n->refs.count;
}

static uint32_t ref_hash(enum net_ref_kind kind, const char *path)
{
	return hash_pair(hash_text(path), (uint64_t)kind);
}

static uint32_t *find_slot(struct net *n, enum net_ref_kind kind,
			   const char *path)
{
	size_t mask = n->ref_slot_count - 1;
	size_t i = ref_hash(kind, path) & mask;
	while (n->ref_slots[i]) {
		const struct net_ref *r = net_ref(n, n->ref_slots[i]);
		if (r->kind == kind && !strcmp(r->path, path))
			break;
		i = (i + 1) & mask;
	}
	return &n->ref_slots[i];
}

static void grow_slots(struct net *n)
{
	if (2 * (n->refs.count + 1) < n->ref_slot_count)
		return;
	n->ref_slot_count =
		n->ref_slot_count ? 2 * n->ref_slot_count : FIRST_SLOTS;
	mem_free(n->ref_slots);
	n->ref_slots = mem_new(n->ref_slot_count, sizeof(*n->ref_slots));
	for (uint32_t i = 1; i <= n->refs.count; i++) {
		const struct net_ref *r = net_ref(n, i);
		*find_slot(n, r->kind, r->path) = i;
	}
}

uint32_t net_number(struct net *n, enum net_ref_kind kind,
		    const struct schema_id *id, const char *text)
{
	grow_slots(n);
	uint32_t *slot = find_slot(n, kind, id->path);
	if (!*slot) {
		struct net_ref r = {kind, arena_text(&n->arena, id->path),
				    arena_text(&n->arena, id->name), "",
				    id->at};
		VEC_ADD(&n->refs, r);
		*slot = (uint32_t)n->refs.count;
	}
	struct net_ref *r = &n->refs.at[*slot - 1];
	r->at = id->at;
	if (strcmp(r->text, text) != 0)
		r->text = arena_text(&n->arena, text);
	return *slot;
}

/* Workloads are labels on hosts; they may change at any time. */
static void set_workloads(struct net *n, const struct model *m)
{
	n->workload_count = m->workloads.count;
	n->workloads =
		ARENA_ARRAY(&n->arena, n->workload_count, struct net_workload);
	n->workload_names = (const char **)arena_alloc(
		&n->arena, n->workload_count, sizeof(const char *));
	for (size_t i = 0; i < n->workload_count; i++) {
		const struct model_workload *w = &m->workloads.at[i];
		const struct model_host *h = &m->hosts.at[w->host.index];
		const char *profile = w->profile   ? w->profile
				      : h->profile ? h->profile
						   : DEFAULT_CLIENT;
		struct arena *a = &n->arena;
		n->workloads[i] = (struct net_workload){
			.host_index = w->host.index,
			.id = arena_text(a, w->id.name),
			.name_space = arena_text(a, w->name_space),
			.pod = arena_text(a, w->pod),
			.node = arena_text(a, w->node ? w->node : h->id.name),
			.container = w->container ? arena_text(a, w->container)
						  : NULL,
			.ncp_node =
				w->ncp_node ? arena_text(a, w->ncp_node) : NULL,
			.profile = profile_find(profile),
		};
		n->workload_names[i] = n->workloads[i].id;
	}
}

static void realize(struct net *n, const struct model *m)
{
	net_tables(n, m);
	set_workloads(n, m);
}

struct net *net_new(struct model *m, uint64_t seed, struct diag *d)
{
	if (!net_check(m, d))
		return NULL;
	struct net *n = MEM_NEW(struct net);
	n->model = m;
	model_hold(m);
	arena_init(&n->arena);
	n->world = world_new(seed, PACKETS);
	n->world->event_limit = EVENTS;
	net_wire(n, m);
	realize(n, m);
	return n;
}

bool net_apply(struct net *n, struct model *m, struct diag *d)
{
	if (!net_same_check(n, m, d))
		return false;
	model_hold(m);
	model_free(n->model);
	n->model = m;
	realize(n, m);
	return true;
}

void net_free(struct net *n)
{
	if (!n)
		return;
	world_free(n->world);
	model_free(n->model);
	net_index_fini(&n->tier1_segments);
	net_index_fini(&n->tier0_segments);
	net_index_fini(&n->tier1_servers);
	net_index_fini(&n->tier0_tier1s);
	net_index_fini(&n->segment_hosts);
	VEC_FREE(&n->refs);
	VEC_FREE(&n->stamps);
	VEC_FREE(&n->gateways);
	VEC_FREE(&n->names);
	tuples_fini(&n->named);
	mem_free(n->ref_slots);
	arena_fini(&n->arena);
	mem_free(n);
}

struct world *net_world(const struct net *n)
{
	return n->world;
}

struct host *net_host(struct net *n, const char *name)
{
	size_t index;
	return net_hosts_find(n, name, &index) ? net_hosts_take(n, index)
					       : NULL;
}

void net_make_hosts(struct net *n)
{
	for (size_t i = 0; i < n->host_count; i++)
		net_hosts_take(n, i);
}

const struct net_workload *net_workload(struct net *n, const char *id)
{
	for (size_t i = 0; i < n->workload_count; i++) {
		struct net_workload *w = &n->workloads[i];
		if (strcmp(w->id, id) != 0)
			continue;
		w->host = net_hosts_take(n, w->host_index);
		return w;
	}
	return NULL;
}

const char *const *net_host_names(const struct net *n, size_t *count)
{
	*count = n->host_count;
	return n->host_names;
}

const char *const *net_workload_names(const struct net *n, size_t *count)
{
	*count = n->workload_count;
	return n->workload_names;
}

const struct net_gateway *net_gateways(const struct net *n, size_t *count)
{
	*count = n->gateways.count;
	return n->gateways.at;
}
