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

void nat_seal(struct nat *n)
{
	n->acts[NAT_INGRESS] = n->acts[NAT_EGRESS] = false;
	for (size_t i = 0; i < n->count; i++) {
		n->acts[NAT_INGRESS] |= acts(&n->rules[i], NAT_INGRESS);
		n->acts[NAT_EGRESS] |= acts(&n->rules[i], NAT_EGRESS);
	}
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

struct nat_rule *nat_match(const struct nat *n, enum nat_stage stage,
			   const struct nat_key *key)
{
	for (size_t i = 0; i < n->count; i++)
		if (matches(&n->rules[i], stage, key))
			return &n->rules[i];
	return NULL;
}

bool nat_leads_to(const struct nat *n, ip4 a)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->rules[i].action == NAT_DNAT && n->rules[i].enabled &&
		    nat_covers(&n->rules[i].translated, a))
			return true;
	return false;
}
