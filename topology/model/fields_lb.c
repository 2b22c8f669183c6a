/* SPDX-License-Identifier: Apache-2.0 */
/* Load balancers. */
#include <string.h>

#include "topology/model/fields.h"
#include "topology/model/model.h"

static const char *const snat_translations[] = {"AUTOMAP", "DISABLED", NULL};
static const char *const protocols[] = {"TCP", "UDP", NULL};

static void member_defaults(void *record)
{
	((struct model_lb_member *)record)->enabled = true;
}

/* "10.244.0.98" or "10.244.0.98:6443". */
static void member_from_scalar(struct schema_reader *r,
			       const struct tree_node *n, void *record)
{
	struct model_lb_member *m = record;
	struct addr_ports port = {0, 0};
	const char *colon = strchr(n->text, ':');
	size_t len = colon ? (size_t)(colon - n->text) : strlen(n->text);
	m->at = n->at;
	if (addr_parse_ip4(arena_text_len(r->arena, n->text, len),
			   &m->ip_address) &&
	    (!colon ||
	     (addr_parse_ports(colon + 1, &port) && port.first == port.last)))
		m->port = port.first;
	else
		schema_wrong(r, n, "a pool member",
			     "members are written 10.244.0.98:6443");
}

static const struct schema_field member_fields[] = {
	{.name = "ip_address",
	 .doc = "the member's address",
	 .kind = SCHEMA_IP,
	 .required = true,
	 .place = offsetof(struct model_lb_member, at),
	 FIELDS_AT(struct model_lb_member, ip_address)},
	{.name = "port",
	 .doc = "default: the port that the client asked for",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 1,
	 .max = 65535,
	 FIELDS_AT(struct model_lb_member, port)},
	{.name = "enabled",
	 .doc = "default true",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_lb_member, enabled)},
	FIELDS_END};

static const struct schema_object member = {
	.name = "lb_member",
	.doc = "A member of a pool.",
	.size = sizeof(struct model_lb_member),
	.fields = member_fields,
	.defaults = member_defaults,
	.from_scalar = member_from_scalar,
	.scalar_form = "\"type\": \"string\"",
};

static const struct schema_field member_item = {
	.name = "member", .kind = SCHEMA_OBJECT, .object = &member};

static const struct schema_field pool_fields[] = {
	{.name = "members",
	 .doc = "addresses, with or without a port",
	 .kind = SCHEMA_LIST_OF,
	 .item = &member_item,
	 FIELDS_AT(struct model_lb_pool, members)},
	{.name = "snat_translation",
	 .doc = "AUTOMAP (default): members see the VIP; DISABLED: the client",
	 .kind = SCHEMA_ENUM,
	 .names = snat_translations,
	 FIELDS_AT(struct model_lb_pool, snat_translation)},
	FIELDS_END};

const struct schema_object fields_lb_pool = {
	.name = "lb_pool",
	.doc = "Servers behind a virtual server.",
	.size = sizeof(struct model_lb_pool),
	.fields = pool_fields,
};

static const struct schema_field ports_item = {.name = "port",
					       .kind = SCHEMA_PORTS};

static const struct schema_field server_fields[] = {
	{.name = "tier1",
	 .doc = "the Tier-1 gateway whose service router it runs on",
	 .kind = SCHEMA_NAME,
	 .required = true,
	 FIELDS_AT(struct model_lb_virtual_server, tier1)},
	{.name = "ip_address",
	 .doc = "the VIP",
	 .kind = SCHEMA_IP,
	 .required = true,
	 .place = offsetof(struct model_lb_virtual_server, ip_at),
	 FIELDS_AT(struct model_lb_virtual_server, ip_address)},
	{.name = "ports",
	 .doc = "ports or ranges",
	 .kind = SCHEMA_LIST_OF,
	 .item = &ports_item,
	 .required = true,
	 FIELDS_AT(struct model_lb_virtual_server, ports)},
	{.name = "protocol",
	 .doc = "TCP (default) or UDP",
	 .kind = SCHEMA_ENUM,
	 .names = protocols,
	 FIELDS_AT(struct model_lb_virtual_server, protocol)},
	{.name = "pool",
	 .doc = "who serves it",
	 .kind = SCHEMA_NAME,
	 .required = true,
	 FIELDS_AT(struct model_lb_virtual_server, pool)},
	{.name = "enabled",
	 .doc = "default true",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_lb_virtual_server, enabled)},
	FIELDS_END};

static void server_defaults(void *record)
{
	((struct model_lb_virtual_server *)record)->enabled = true;
}

const struct schema_object fields_lb_virtual_server = {
	.name = "lb_virtual_server",
	.doc = "A VIP with ports.",
	.size = sizeof(struct model_lb_virtual_server),
	.fields = server_fields,
	.defaults = server_defaults,
};
