/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/nat.h"

#include <string.h>

static const char *const names[] = {"SNAT", "DNAT", "REFLEXIVE", "NO_SNAT",
				    "NO_DNAT"};

const char *nat_action_name(enum nat_action action)
{
	return names[action];
}

bool nat_action_find(const char *name, enum nat_action *out)
{
	for (int i = 0; i < NAT_ACTION_COUNT; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		*out = (enum nat_action)i;
		return true;
	}
	return false;
}

void nat_init(struct nat *n, struct nat_rule *storage, size_t room)
{
	*n = (struct nat){.rules = storage, .room = room};
}

bool nat_add(struct nat *n, const struct nat_rule *rule)
{
	if (n->count == n->room)
		return false;
	n->rules[n->count++] = *rule;
	return true;
}

/* Whether the rule has a say in the stage at all. */
static bool acts(const struct nat_rule *r, enum nat_stage stage)
{
	if (r->action == NAT_REFLEXIVE)
		return true;
	bool ingress = r->action == NAT_DNAT || r->action == NAT_NO_DNAT;
	return ingress == (stage == NAT_INGRESS);
}

static void sort(struct nat *n)
{
	for (size_t i = 1; i < n->count; i++) {
		struct nat_rule one = n->rules[i];
		size_t to = i;
		for (; to &&
		       one.sequence_number < n->rules[to - 1].sequence_number;
		     to--)
			n->rules[to] = n->rules[to - 1];
		n->rules[to] = one;
	}
}

bool nat_covers(const struct nat_prefixes *p, ip4 a)
{
	for (unsigned i = 0; i < p->count; i++)
		if (addr_in(a, p->at[i]))
			return true;
	return p->count == 0;
}

uint64_t nat_size(const struct nat_prefixes *p)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < p->count; i++)
		sum += addr_count(p->at[i]);
	return p->count ? sum : (uint64_t)1 << 32;
}

uint64_t nat_position(const struct nat_prefixes *p, ip4 a)
{
	uint64_t before = 0;
	for (unsigned i = 0; i < p->count; i++) {
		if (addr_in(a, p->at[i]))
			return before + (a.v - p->at[i].addr.v);
		before += addr_count(p->at[i]);
	}
	return before;
}

ip4 nat_at(const struct nat_prefixes *p, uint64_t position)
{
	for (unsigned i = 0; i < p->count; i++) {
		uint64_t count = addr_count(p->at[i]);
		if (position < count)
			return addr_ip4(p->at[i].addr.v + (uint32_t)position);
		position -= count;
	}
	return addr_ip4(0);
}

ip4 nat_map(const struct nat_prefixes *from, const struct nat_prefixes *to,
	    ip4 a)
{
	return nat_at(to, nat_position(from, a));
}

/* Rules of protocols without ports ask for none. */
static bool port_in(struct addr_ports p, const struct nat_key *key)
{
	return !p.last || key->portless ||
	       (key->dport >= p.first && key->dport <= p.last);
}

/* NSX inverts the two for DNAT: the service says the port after translation,
 * translated_ports (if any) the port that is matched before it. */
static bool service_matches(const struct nat_rule *r, const struct nat_key *key)
{
	if (!r->proto)
		return true;
	if (r->proto != key->proto)
		return false;
	if (r->action == NAT_DNAT)
		return port_in(r->translated_ports.last ? r->translated_ports
							: r->ports,
			       key);
	/* "For SNAT its destination port is ignored" (Policy API). */
	return r->action == NAT_SNAT || port_in(r->ports, key);
}

static bool matches(const struct nat_rule *r, enum nat_stage stage,
		    const struct nat_key *key)
{
	if (!r->enabled || !acts(r, stage))
		return false;
	if (!nat_in_scope(r->scope, key->port))
		return false;
	if (r->action == NAT_REFLEXIVE)
		return stage == NAT_INGRESS
			       ? nat_covers(&r->translated, key->dst)
			       : nat_covers(&r->source, key->src);
	return nat_covers(&r->source, key->src) &&
	       nat_covers(&r->destination, key->dst) && service_matches(r, key);
}

static const struct nat_prefixes any = {1, {{{0}, 0}}};

/* The list that the index goes by: REFLEXIVE has but one, others have two, and
 * either may be empty. */
static const struct nat_prefixes *asked(const struct nat_rule *r,
					enum nat_stage stage, bool *by_dst)
{
	*by_dst = stage == NAT_INGRESS;
	if (r->action == NAT_REFLEXIVE)
		return *by_dst ? &r->translated : &r->source;
	const struct nat_prefixes *first =
		*by_dst ? &r->destination : &r->source;
	if (first->count)
		return first;
	*by_dst = !*by_dst;
	const struct nat_prefixes *other =
		*by_dst ? &r->destination : &r->source;
	return other->count ? other : &any;
}

/* The one port that the rule asks for, 0 if any or several. */
static uint16_t one_port(const struct nat_rule *r)
{
	struct addr_ports p = r->ports;
	if (r->action == NAT_DNAT && r->translated_ports.last)
		p = r->translated_ports;
	bool one = r->proto && p.first == p.last && r->action != NAT_SNAT &&
		   r->action != NAT_REFLEXIVE;
	return one ? p.first : 0;
}

/* Whether whatever is in a prefix of the list and asks for the port matches. */
static bool is_sure(const struct nat_rule *r, uint16_t port)
{
	if (r->scope)
		return false;
	if (r->action == NAT_REFLEXIVE)
		return true;
	return (!r->source.count || !r->destination.count) &&
	       (!r->proto || port);
}

/* Where the addresses of prefix 'i' go, if they all move by the same number. */
static void set_shift(const struct nat_rule *r, enum nat_stage stage,
		      unsigned i, struct nat_index_ask *ask)
{
	const struct nat_prefixes *from = &r->source, *to = &r->translated;
	if (stage == NAT_INGRESS) {
		from = &r->translated;
		to = &r->source;
	}
	if (r->action != NAT_REFLEXIVE || !from->count)
		return;
	ip4 first = from->at[i].addr;
	ip4 last = addr_ip4(first.v + (uint32_t)addr_count(from->at[i]) - 1);
	uint32_t begin = nat_map(from, to, first).v;
	uint32_t end = nat_map(from, to, last).v;
	ask->shift = begin - first.v;
	ask->straight = end - begin == last.v - first.v && to->count == 1;
}

static void index_rule(struct nat *n, uint32_t rule, enum nat_stage stage)
{
	const struct nat_rule *r = &n->rules[rule];
	struct nat_index_ask ask = {.proto = r->proto, .port = one_port(r)};
	const struct nat_prefixes *list = asked(r, stage, &ask.by_dst);
	if (!r->enabled || !acts(r, stage))
		return;
	ask.by_port = ask.port != 0;
	ask.sure = is_sure(r, ask.port);
	for (unsigned i = 0; i < list->count; i++) {
		ask.prefix = list->at[i];
		set_shift(r, stage, i, &ask);
		nat_index_add(&n->index[stage], rule, &ask);
	}
}

size_t nat_index_room(const struct nat *n, enum nat_stage stage)
{
	size_t room = 0;
	bool by_dst;
	for (size_t i = 0; i < n->count; i++)
		if (acts(&n->rules[i], stage))
			room += asked(&n->rules[i], stage, &by_dst)->count;
	return room;
}

static void seal_stage(struct nat *n, enum nat_stage stage)
{
	n->acts[stage] = false;
	for (size_t i = n->count; i--;) {
		n->acts[stage] |= acts(&n->rules[i], stage);
		if (n->index[stage].entries)
			index_rule(n, (uint32_t)i, stage);
	}
}

void nat_seal(struct nat *n)
{
	sort(n);
	seal_stage(n, NAT_INGRESS);
	seal_stage(n, NAT_EGRESS);
}

static struct nat_hit go_through(const struct nat *n, enum nat_stage stage,
				 const struct nat_key *key)
{
	for (size_t i = 0; i < n->count; i++)
		if (matches(&n->rules[i], stage, key))
			return (struct nat_hit){.rule = &n->rules[i]};
	return (struct nat_hit){0};
}

/* The first entry of the group that matches, of a rule before 'limit'. */
static const struct nat_index_entry *
find_in(const struct nat *n, enum nat_stage stage, const struct nat_key *key,
	const struct nat_index_group *g, uint32_t limit)
{
	const struct nat_index *x = &n->index[stage];
	uint32_t addr = (g->by_dst ? key->dst.v : key->src.v) & g->mask;
	uint32_t service =
		g->by_port ? (uint32_t)key->proto << 16 | key->dport : 0;
	uint32_t i = x->heads[nat_index_hash(x, addr, service, g->number)];
	for (; i != NAT_INDEX_NONE; i = x->entries[i].next) {
		const struct nat_index_entry *e = &x->entries[i];
		if (e->rule >= limit)
			return NULL;
		if (e->group == g->number && e->addr == addr &&
		    ((uint32_t)e->proto << 16 | e->port) == service &&
		    (e->sure || matches(&n->rules[e->rule], stage, key)))
			return e;
	}
	return NULL;
}

struct nat_hit nat_find(const struct nat *n, enum nat_stage stage,
			const struct nat_key *key)
{
	const struct nat_index *x = &n->index[stage];
	const struct nat_index_entry *best = NULL;
	uint32_t limit = NAT_INDEX_NONE;
	if (!x->entries || key->portless)
		return go_through(n, stage, key);
	for (size_t i = 0; i < x->group_count; i++) {
		const struct nat_index_group *g = &x->groups[i];
		const struct nat_index_entry *e =
			g->first < limit ? find_in(n, stage, key, g, limit)
					 : NULL;
		if (!e)
			continue;
		best = e;
		limit = e->rule;
	}
	if (!best)
		return (struct nat_hit){0};
	return (struct nat_hit){&n->rules[best->rule], best->shift,
				best->straight};
}

bool nat_leads_to(const struct nat *n, ip4 a)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->rules[i].action == NAT_DNAT && n->rules[i].enabled &&
		    nat_covers(&n->rules[i].translated, a))
			return true;
	return false;
}
