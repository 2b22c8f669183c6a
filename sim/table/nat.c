/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/nat.h"

#include <string.h>

#include "sim/base/rare.h"

static const char *const names[] = {"SNAT", "DNAT", "REFLEXIVE", "NO_SNAT",
				    "NO_DNAT"};

const char *nat_firewall_match_name(enum nat_firewall_match match)
{
	static const char *const matches[] = {
		"MATCH_INTERNAL_ADDRESS", "MATCH_EXTERNAL_ADDRESS", "BYPASS"};
	return matches[match];
}

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
	n->rules[n->count] = *rule;
	n->rules[n->count].place = (uint32_t)n->count;
	n->count++;
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

static bool goes_before(const struct nat_rule *a, const struct nat_rule *b)
{
	if (a->sequence_number != b->sequence_number)
		return a->sequence_number < b->sequence_number;
	return a->place < b->place;
}

static bool is_sorted(const struct nat *n)
{
	for (size_t i = 1; i < n->count; i++)
		if (!goes_before(&n->rules[i - 1], &n->rules[i]))
			return false;
	return true;
}

static void swap(struct nat_rule *a, struct nat_rule *b)
{
	struct nat_rule t = *a;
	*a = *b;
	*b = t;
}

static void sift_down(struct nat_rule *r, size_t i, size_t count)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= count)
			return;
		if (child + 1 < count && goes_before(&r[child], &r[child + 1]))
			child++;
		if (!goes_before(&r[i], &r[child]))
			return;
		swap(&r[i], &r[child]);
		i = child;
	}
}

/* Heap sort: in place, without recursion, and qsort() may allocate. Mostly they
 * come in order. */
static void sort(struct nat *n)
{
	if (is_sorted(n))
		return;
	for (size_t i = n->count / 2; i--;)
		sift_down(n->rules, i, n->count);
	for (size_t end = n->count; end > 1; end--) {
		swap(&n->rules[0], &n->rules[end - 1]);
		sift_down(n->rules, 0, end - 1);
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
	       (key->flow->dport >= p.first && key->flow->dport <= p.last);
}

/* NSX inverts the two for DNAT: the service says the port after translation,
 * translated_ports (if any) the port that is matched before it. */
static bool service_matches(const struct nat_rule *r, const struct nat_key *key)
{
	if (!r->proto)
		return true;
	if (r->proto != key->flow->proto)
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
			       ? nat_covers(&r->translated, key->flow->dst)
			       : nat_covers(&r->source, key->flow->src);
	return nat_covers(&r->source, key->flow->src) &&
	       nat_covers(&r->destination, key->flow->dst) &&
	       service_matches(r, key);
}

static const struct nat_prefixes any = {1, {{{0}, 0}}};

/* The shortest length in the list, 0 if it is empty: any address. */
static uint8_t shortest(const struct nat_prefixes *p)
{
	uint8_t len = p->count ? 32 : 0;
	for (unsigned i = 0; i < p->count; i++)
		if (p->at[i].len < len)
			len = p->at[i].len;
	return len;
}

/* The list that the index goes by: REFLEXIVE has but one, of two the one that
 * says more. Either may be empty. */
static const struct nat_prefixes *asked(const struct nat_rule *r,
					enum nat_stage stage, bool *by_dst)
{
	*by_dst = stage == NAT_INGRESS;
	if (r->action == NAT_REFLEXIVE)
		return *by_dst ? &r->translated : &r->source;
	uint8_t src = shortest(&r->source), dst = shortest(&r->destination);
	if (src != dst)
		*by_dst = dst > src;
	const struct nat_prefixes *list =
		*by_dst ? &r->destination : &r->source;
	return list->count ? list : &any;
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
	for (size_t i = 0; i < n->count; i++) {
		n->acts[stage] |= acts(&n->rules[i], stage);
		if (n->index[stage].slots)
			index_rule(n, (uint32_t)i, stage);
	}
}

void nat_seal(struct nat *n)
{
	sort(n);
	n->keeps_state = false;
	for (size_t i = 0; i < n->count; i++)
		n->keeps_state |= n->rules[i].action != NAT_REFLEXIVE;
	seal_stage(n, NAT_INGRESS);
	seal_stage(n, NAT_EGRESS);
}

RARE static struct nat_hit go_through(const struct nat *n, enum nat_stage stage,
				      const struct nat_key *key)
{
	for (size_t i = 0; i < n->count; i++)
		if (matches(&n->rules[i], stage, key))
			return (struct nat_hit){.rule = &n->rules[i]};
	return (struct nat_hit){0};
}

/* The first of the slots like 's', from it on, whose rule matches. */
static const struct nat_index_slot *confirm(const struct nat *n,
					    enum nat_stage stage,
					    const struct nat_key *key,
					    const struct nat_index_slot *s)
{
	const struct nat_index *x = &n->index[stage];
	while (s && !nat_index_sure(s) &&
	       !matches(&n->rules[nat_index_rule(s)], stage, key))
		s = nat_index_find(x, (uint32_t)(s - x->slots) + 1, s->addr,
				   s->tag);
	return s;
}

static struct nat_hit hit_of(const struct nat *n,
			     const struct nat_index_slot *s)
{
	if (!s)
		return (struct nat_hit){0};
	return (struct nat_hit){&n->rules[nat_index_rule(s)], s->shift,
				nat_index_straight(s)};
}

/* The slot of the group in which a packet's rules begin, or NULL. */
static const struct nat_index_slot *look_up(const struct nat_index *x,
					    const struct nat_index_group *g,
					    const struct flow_key *key)
{
	uint32_t addr = nat_index_addr(g, key), tag = nat_index_tag(g, key);
	return nat_index_find(x, nat_index_home(x, addr, tag), addr, tag);
}

/* The best rule of all groups, when something is to be asked of rules. */
RARE static struct nat_hit find_slowly(const struct nat *n,
				       enum nat_stage stage,
				       const struct nat_key *key)
{
	const struct nat_index *x = &n->index[stage];
	const struct nat_index_slot *best = NULL;
	uint32_t limit = NAT_INDEX_NONE;
	for (uint32_t i = 0; i < x->group_count; i++) {
		const struct nat_index_slot *s = NULL;
		if (x->groups[i].first < limit)
			s = confirm(n, stage, key,
				    look_up(x, &x->groups[i], key->flow));
		if (!s || nat_index_rule(s) >= limit)
			continue;
		best = s;
		limit = nat_index_rule(s);
	}
	return hit_of(n, best);
}

struct nat_hit nat_find(const struct nat *n, enum nat_stage stage,
			const struct nat_key *key)
{
	const struct nat_index *x = &n->index[stage];
	if (!x->slots || key->portless)
		return go_through(n, stage, key);
	const struct nat_index_slot *best = NULL;
	uint32_t limit = NAT_INDEX_NONE;
	for (uint32_t i = 0; i < x->group_count; i++) {
		const struct nat_index_slot *s =
			look_up(x, &x->groups[i], key->flow);
		if (!s || nat_index_rule(s) >= limit)
			continue;
		if (!nat_index_sure(s))
			return find_slowly(n, stage, key);
		best = s;
		limit = nat_index_rule(s);
	}
	return hit_of(n, best);
}

bool nat_leads_to(const struct nat *n, ip4 a)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->rules[i].action == NAT_DNAT && n->rules[i].enabled &&
		    nat_covers(&n->rules[i].translated, a))
			return true;
	return false;
}
