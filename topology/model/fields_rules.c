/* SPDX-License-Identifier: Apache-2.0 */
/* Routes, NAT rules and access rules. */
#include <string.h>

#include "sim/wire/ip4.h"
#include "topology/model/fields.h"
#include "topology/model/model.h"

#define SEQUENCE_MAX 2147481599U /* of USER rules, NSX-T Policy API */

static void next_hop_defaults(void *record)
{
	((struct model_next_hop *)record)->admin_distance = 1;
}

static void next_hop_from_scalar(struct schema_reader *r,
				 const struct tree_node *n, void *record)
{
	struct model_next_hop *hop = record;
	hop->at = n->at;
	if (!addr_parse_ip4(n->text, &hop->ip_address))
		schema_wrong(r, n, "an IPv4 address",
			     "a next hop is written 10.27.51.254");
}

static const struct schema_field next_hop_fields[] = {
	{.name = "ip_address",
	 .doc = "the router that gets the packet next",
	 .kind = SCHEMA_IP,
	 .required = true,
	 .place = offsetof(struct model_next_hop, at),
	 FIELDS_AT(struct model_next_hop, ip_address)},
	{.name = "admin_distance",
	 .doc = "lower wins; default 1",
	 .kind = SCHEMA_UINT,
	 .size = 1,
	 .min = 1,
	 .max = 255,
	 FIELDS_AT(struct model_next_hop, admin_distance)},
	FIELDS_END};

static const struct schema_object next_hop = {
	.name = "next_hop",
	.doc = "Where a static route leads.",
	.size = sizeof(struct model_next_hop),
	.fields = next_hop_fields,
	.defaults = next_hop_defaults,
	.from_scalar = next_hop_from_scalar,
	.scalar_form = "\"type\": \"string\"",
};

static const struct schema_field next_hop_item = {
	.name = "next hop", .kind = SCHEMA_OBJECT, .object = &next_hop};

static const struct schema_field route_fields[] = {
	{.name = "network",
	 .doc = "the destination: 0.0.0.0/0 for a default route",
	 .kind = SCHEMA_PREFIX,
	 .required = true,
	 .place = offsetof(struct model_route, network_at),
	 FIELDS_AT(struct model_route, network)},
	{.name = "next_hops",
	 .doc = "one or several (ECMP); none makes a null route",
	 .kind = SCHEMA_LIST_OF,
	 .item = &next_hop_item,
	 FIELDS_AT(struct model_route, next_hops)},
	{.name = "bgp",
	 .doc = "learned by BGP, not configured: distance 20",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_route, bgp)},
	FIELDS_END};

const struct schema_object fields_route = {
	.name = "route",
	.doc = "A static route.",
	.size = sizeof(struct model_route),
	.fields = route_fields,
};

/* "30.0.0.5, 30.0.0.16/28" or a list; ANY is no restriction. */
static void add_prefix(struct schema_reader *r, const struct tree_node *n,
		       struct nat_prefixes *out)
{
	struct addr_prefix p;
	if (!schema_prefix(r, n, &p))
		return;
	if (out->count == NAT_PREFIXES_MAX) {
		diag_error(r->diag, n->at, "more than %d networks in one rule",
			   NAT_PREFIXES_MAX);
		return;
	}
	out->at[out->count++] = p;
}

static void read_comma_list(struct schema_reader *r, const struct tree_node *n,
			    struct nat_prefixes *out)
{
	const char *at = n->text;
	while (*at) {
		struct tree_node part = *n;
		at += strspn(at, " ");
		size_t len = strcspn(at, ", ");
		part.text = arena_text_len(r->arena, at, len);
		add_prefix(r, &part, out);
		at += len;
		at += strspn(at, " ");
		if (*at == ',')
			at++;
	}
}

static void read_prefixes(struct schema_reader *r, const struct tree_node *n,
			  struct nat_prefixes *out)
{
	out->count = 0;
	if (n->kind == TREE_SCALAR && !strcmp(n->text, "ANY"))
		return;
	if (n->kind == TREE_SCALAR) {
		read_comma_list(r, n, out);
		return;
	}
	if (n->kind != TREE_LIST) {
		schema_wrong(r, n, "an address, a network or a list of them",
			     "networks are written 10.244.0.96/28 or "
			     "[10.244.0.96/28, 10.244.0.112/28]");
		return;
	}
	for (const struct tree_node *c = n->first; c; c = c->next)
		add_prefix(r, c, out);
}

static void read_source(struct schema_reader *r, const struct tree_node *n,
			void *record)
{
	read_prefixes(r, n, &((struct model_nat_rule *)record)->rule.source);
}

static void read_destination(struct schema_reader *r, const struct tree_node *n,
			     void *record)
{
	read_prefixes(r, n,
		      &((struct model_nat_rule *)record)->rule.destination);
}

static void read_translated(struct schema_reader *r, const struct tree_node *n,
			    void *record)
{
	read_prefixes(r, n,
		      &((struct model_nat_rule *)record)->rule.translated);
}

/* "TCP/443", "UDP/53", "TCP", "ICMP". */
static bool read_service_text(struct schema_reader *r,
			      const struct tree_node *n, uint8_t *proto,
			      struct addr_ports *ports)
{
	static const struct {
		const char *name;
		uint8_t proto;
	} protos[] = {{"TCP", IP4_PROTO_TCP},
		      {"UDP", IP4_PROTO_UDP},
		      {"ICMP", IP4_PROTO_ICMP}};
	size_t len = n->kind == TREE_SCALAR ? strcspn(n->text, "/") : 0;
	for (size_t i = 0; len && i < sizeof(protos) / sizeof(protos[0]); i++) {
		if (strlen(protos[i].name) != len ||
		    strncmp(protos[i].name, n->text, len) != 0)
			continue;
		*proto = protos[i].proto;
		if (!n->text[len] ||
		    (*proto != IP4_PROTO_ICMP &&
		     addr_parse_ports(n->text + len + 1, ports)))
			return true;
	}
	schema_wrong(r, n, "a service",
		     "services are written TCP/443, UDP/53, TCP/8000-8100, "
		     "TCP or ICMP");
	return false;
}

static void read_nat_service(struct schema_reader *r, const struct tree_node *n,
			     void *record)
{
	struct nat_rule *rule = &((struct model_nat_rule *)record)->rule;
	read_service_text(r, n, &rule->proto, &rule->ports);
}

#define PREFIXES_FORM "\"type\": [\"string\", \"array\"]"
#define SERVICE_FORM                                                           \
	"\"type\": \"string\", \"pattern\": "                                  \
	"\"^(TCP|UDP|ICMP)(/[0-9]+(-[0-9]+)?)?$\""

static const char *const nat_actions[] = {"SNAT",    "DNAT",	"REFLEXIVE",
					  "NO_SNAT", "NO_DNAT", NULL};
static const char *const firewall_matches[] = {
	"MATCH_INTERNAL_ADDRESS", "MATCH_EXTERNAL_ADDRESS", "BYPASS", NULL};

static const struct schema_field scope_item = {.name = "interface",
					       .kind = SCHEMA_NAME};

#define RULE(member) FIELDS_AT(struct model_nat_rule, rule.member)

static const struct schema_field nat_fields[] = {
	{.name = "action",
	 .doc = "SNAT, DNAT, REFLEXIVE, NO_SNAT or NO_DNAT",
	 .kind = SCHEMA_ENUM,
	 .names = nat_actions,
	 .required = true,
	 .place = offsetof(struct model_nat_rule, action_at),
	 RULE(action)},
	{.name = "source_network",
	 .doc = "addresses before translation",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_source,
	 .form = PREFIXES_FORM,
	 .place = offsetof(struct model_nat_rule, source_at)},
	{.name = "destination_network",
	 .doc = "where the packet goes",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_destination,
	 .form = PREFIXES_FORM,
	 .place = offsetof(struct model_nat_rule, destination_at)},
	{.name = "translated_network",
	 .doc = "addresses after translation",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_translated,
	 .form = PREFIXES_FORM,
	 .place = offsetof(struct model_nat_rule, translated_at)},
	{.name = "service",
	 .doc = "protocol and destination port; for DNAT the port after "
		"translation",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_nat_service,
	 .form = SERVICE_FORM,
	 .place = offsetof(struct model_nat_rule, service_at)},
	{.name = "translated_ports",
	 .doc = "for DNAT the port that is matched before translation; needs "
		"service",
	 .kind = SCHEMA_PORTS,
	 .place = offsetof(struct model_nat_rule, translated_ports_at),
	 RULE(translated_ports)},
	{.name = "sequence_number",
	 .doc = "the lowest one that matches decides; default 0",
	 .kind = SCHEMA_UINT,
	 .size = 4,
	 .max = SEQUENCE_MAX,
	 .place = offsetof(struct model_nat_rule, sequence_at),
	 RULE(sequence_number)},
	{.name = "enabled",
	 .doc = "default true",
	 .kind = SCHEMA_BOOL,
	 RULE(enabled)},
	{.name = "logging",
	 .doc = "kept, without effect here; default false",
	 .kind = SCHEMA_BOOL,
	 RULE(logging)},
	{.name = "firewall_match",
	 .doc = "which address a firewall would see; kept",
	 .kind = SCHEMA_ENUM,
	 .names = firewall_matches,
	 .present = offsetof(struct model_nat_rule, has_firewall_match),
	 .place = offsetof(struct model_nat_rule, firewall_match_at),
	 RULE(firewall_match)},
	{.name = "scope",
	 .doc = "interfaces the rule is applied to; default all uplinks",
	 .kind = SCHEMA_LIST_OF,
	 .item = &scope_item,
	 FIELDS_AT(struct model_nat_rule, scope)},
	FIELDS_END};

static void nat_defaults(void *record)
{
	((struct model_nat_rule *)record)->rule.enabled = true;
}

const struct schema_object fields_nat_rule = {
	.name = "nat_rule",
	.doc = "A rule of network address translation, as PolicyNatRule.",
	.size = sizeof(struct model_nat_rule),
	.fields = nat_fields,
	.defaults = nat_defaults,
};

static void read_acl_source(struct schema_reader *r, const struct tree_node *n,
			    void *record)
{
	read_prefixes(r, n, &((struct model_acl_rule *)record)->rule.source);
}

static void read_acl_destination(struct schema_reader *r,
				 const struct tree_node *n, void *record)
{
	read_prefixes(r, n,
		      &((struct model_acl_rule *)record)->rule.destination);
}

static void read_acl_service(struct schema_reader *r, const struct tree_node *n,
			     void *record)
{
	struct acl_rule *rule = &((struct model_acl_rule *)record)->rule;
	read_service_text(r, n, &rule->proto, &rule->ports);
}

static const char *const acl_actions[] = {"PERMIT", "DROP", "REJECT", NULL};

static const struct schema_field acl_fields[] = {
	{.name = "action",
	 .doc = "PERMIT, DROP (silent) or REJECT (ICMP 3/13)",
	 .kind = SCHEMA_ENUM,
	 .names = acl_actions,
	 .required = true,
	 FIELDS_AT(struct model_acl_rule, rule.action)},
	{.name = "source",
	 .doc = "source addresses; default any",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_acl_source,
	 .form = PREFIXES_FORM},
	{.name = "destination",
	 .doc = "destination addresses; default any",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_acl_destination,
	 .form = PREFIXES_FORM},
	{.name = "service",
	 .doc = "protocol and destination port; default any",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_acl_service,
	 .form = SERVICE_FORM},
	{.name = "sequence_number",
	 .doc = "the lowest one that matches decides; default 0",
	 .kind = SCHEMA_UINT,
	 .size = 4,
	 .max = SEQUENCE_MAX,
	 FIELDS_AT(struct model_acl_rule, rule.sequence_number)},
	FIELDS_END};

const struct schema_object fields_acl_rule = {
	.name = "acl_rule",
	.doc = "An access rule of a router outside NSX.",
	.size = sizeof(struct model_acl_rule),
	.fields = acl_fields,
};
