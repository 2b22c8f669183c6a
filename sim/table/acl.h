/* SPDX-License-Identifier: Apache-2.0 */
/* Ordered access rules of a router outside NSX: first match decides, no match
 * permits. Stateless. Flat, in the caller's storage. */
#ifndef ACL_H
#define ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/table/nat.h"

enum acl_action {
	ACL_PERMIT,
	ACL_DROP,   /* silent */
	ACL_REJECT, /* ICMP 3/13 to the source */
	ACL_ACTION_COUNT
};

struct acl_rule {
	enum acl_action action;
	struct nat_prefixes source, destination;
	uint8_t proto;		 /* 0: any */
	struct addr_ports ports; /* destination; 0-0: any */
	uint32_t sequence_number;
	uint32_t ref;
	uint64_t packets;
};

struct acl {
	struct acl_rule *rules;
	size_t count, room;
};

void acl_init(struct acl *a, struct acl_rule *storage, size_t room);
bool acl_add(struct acl *a, const struct acl_rule *rule);
void acl_seal(struct acl *a); /* orders by sequence number */
struct acl_rule *acl_match(const struct acl *a, const struct nat_key *key);
const char *acl_action_name(enum acl_action action);

#endif
