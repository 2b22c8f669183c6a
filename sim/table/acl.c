/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/acl.h"

const char *acl_action_name(enum acl_action action)
{
	static const char *const names[] = {"PERMIT", "DROP", "REJECT"};
	return names[action];
}

void acl_init(struct acl *a, struct acl_rule *storage, size_t room)
{
	*a = (struct acl){storage, 0, room};
}

bool acl_add(struct acl *a, const struct acl_rule *rule)
{
	if (a->count == a->room)
		return false;
	a->rules[a->count++] = *rule;
	return true;
}

void acl_seal(struct acl *a)
{
	for (size_t i = 1; i < a->count; i++) {
		struct acl_rule one = a->rules[i];
		size_t to = i;
		for (; to &&
		       one.sequence_number < a->rules[to - 1].sequence_number;
		     to--)
			a->rules[to] = a->rules[to - 1];
		a->rules[to] = one;
	}
}

/* Rules that ask for ports are about TCP and UDP. */
static bool port_fits(const struct acl_rule *r, const struct nat_key *key)
{
	if (!r->ports.last)
		return true;
	bool ports = key->flow->proto == IP4_PROTO_TCP ||
		     key->flow->proto == IP4_PROTO_UDP;
	return ports && key->flow->dport >= r->ports.first &&
	       key->flow->dport <= r->ports.last;
}

struct acl_rule *acl_match(const struct acl *a, const struct nat_key *key)
{
	for (size_t i = 0; i < a->count; i++) {
		struct acl_rule *r = &a->rules[i];
		if (r->proto && r->proto != key->flow->proto)
			continue;
		if (port_fits(r, key) &&
		    nat_covers(&r->source, key->flow->src) &&
		    nat_covers(&r->destination, key->flow->dst))
			return r;
	}
	return NULL;
}
