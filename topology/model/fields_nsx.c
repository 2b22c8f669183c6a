/* SPDX-License-Identifier: Apache-2.0 */
/* What NSX manages: edge clusters, gateways, segments, load balancers. */

#include "topology/model/fields.h"
#include "topology/model/model.h"

#define SEGMENT_DELAY_NS 20000 /* 20 us */

static const char *const states[] = {"UP", "DOWN", NULL};
static const char *const urpf_modes[] = {"STRICT", "NONE", NULL};

static const struct schema_field edge_fields[] = {
	{.name = "admin_state",
	 .doc = "UP (default) or DOWN",
	 .kind = SCHEMA_ENUM,
	 .names = states,
	 FIELDS_AT(struct model_edge, admin_state)},
	FIELDS_END};

static const struct schema_object edge = {
	.name = "edge",
	.doc = "An edge node.",
	.size = sizeof(struct model_edge),
	.fields = edge_fields,
};

static const struct schema_field edge_cluster_fields[] = {
	{.name = "edges",
	 .doc = "edge nodes by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &edge,
	 .required = true,
	 FIELDS_AT(struct model_edge_cluster, edges)},
	FIELDS_END};

const struct schema_object fields_edge_cluster = {
	.name = "edge_cluster",
	.doc = "Edge nodes that carry service routers.",
	.size = sizeof(struct model_edge_cluster),
	.fields = edge_cluster_fields,
};

static const struct schema_field interface_fields[] = {
	{.name = "segment",
	 .doc = "the network it is attached to",
	 .kind = SCHEMA_NAME,
	 .required = true,
	 FIELDS_AT(struct model_interface, segment)},
	{.name = "address",
	 .doc = "address and length, 10.27.51.145/24",
	 .kind = SCHEMA_IF,
	 .required = true,
	 .place = offsetof(struct model_interface, address_at),
	 FIELDS_AT(struct model_interface, address)},
	{.name = "edge",
	 .doc = "the edge node it is on; Tier-0 only",
	 .kind = SCHEMA_NAME,
	 FIELDS_AT(struct model_interface, edge)},
	{.name = "mtu",
	 .doc = "bytes of an IP packet; default 1500",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 68,
	 .max = 2000,
	 FIELDS_AT(struct model_interface, mtu)},
	{.name = "urpf_mode",
	 .doc = "STRICT (default on Tier-0) or NONE (default elsewhere)",
	 .kind = SCHEMA_ENUM,
	 .names = urpf_modes,
	 .present = offsetof(struct model_interface, has_urpf_mode),
	 FIELDS_AT(struct model_interface, urpf_mode)},
	{.name = "admin_state",
	 .doc = "UP (default) or DOWN",
	 .kind = SCHEMA_ENUM,
	 .names = states,
	 FIELDS_AT(struct model_interface, admin_state)},
	{.name = "nat_outside",
	 .doc = "routers and hosts: their NAT rules act on what leaves here",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_interface, nat_outside)},
	FIELDS_END};

static void interface_defaults(void *record)
{
	((struct model_interface *)record)->mtu = 1500;
}

const struct schema_object fields_interface = {
	.name = "interface",
	.doc = "An interface of a Tier-0 gateway, a router or a host.",
	.size = sizeof(struct model_interface),
	.fields = interface_fields,
	.defaults = interface_defaults,
};

static const char *const ha_modes[] = {"ACTIVE_ACTIVE", "ACTIVE_STANDBY", NULL};

static const char *const failover_modes[] = {"NON_PREEMPTIVE", "PREEMPTIVE",
					     NULL};

static const struct schema_field tier0_fields[] = {
	{.name = "ha_mode",
	 .doc = "ACTIVE_ACTIVE (default) or ACTIVE_STANDBY",
	 .kind = SCHEMA_ENUM,
	 .names = ha_modes,
	 .place = offsetof(struct model_tier0, ha_mode_at),
	 FIELDS_AT(struct model_tier0, ha_mode)},
	{.name = "edge_cluster",
	 .doc = "whose edge nodes carry its service routers",
	 .kind = SCHEMA_NAME,
	 .required = true,
	 FIELDS_AT(struct model_tier0, edge_cluster)},
	{.name = "preferred_edge",
	 .doc = "ACTIVE_STANDBY: the one that is active at first",
	 .kind = SCHEMA_NAME,
	 FIELDS_AT(struct model_tier0, preferred_edge)},
	{.name = "failover_mode",
	 .doc = "ACTIVE_STANDBY: NON_PREEMPTIVE (default), or PREEMPTIVE: "
		"preferred_edge takes over again when it is back",
	 .kind = SCHEMA_ENUM,
	 .names = failover_modes,
	 .place = offsetof(struct model_tier0, failover_at),
	 FIELDS_AT(struct model_tier0, failover_mode)},
	{.name = "transit_subnet",
	 .doc = "router links to Tier-1 gateways; default 100.64.0.0/16",
	 .kind = SCHEMA_PREFIX,
	 FIELDS_AT(struct model_tier0, transit_subnet)},
	{.name = "internal_transit_subnet",
	 .doc = "between DR and SRs; default 169.254.0.0/24, /28 if "
		"ACTIVE_STANDBY",
	 .kind = SCHEMA_PREFIX,
	 .present = offsetof(struct model_tier0, has_internal_transit_subnet),
	 FIELDS_AT(struct model_tier0, internal_transit_subnet)},
	{.name = "ha_vip",
	 .doc = "ACTIVE_STANDBY: address that the active edge holds",
	 .kind = SCHEMA_IF,
	 .present = offsetof(struct model_tier0, has_ha_vip),
	 .place = offsetof(struct model_tier0, ha_vip_at),
	 FIELDS_AT(struct model_tier0, ha_vip)},
	{.name = "interfaces",
	 .doc = "external interfaces (uplinks) by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_interface,
	 FIELDS_AT(struct model_tier0, interfaces)},
	{.name = "static_routes",
	 .doc = "static routes by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_route,
	 FIELDS_AT(struct model_tier0, static_routes)},
	{.name = "nat_rules",
	 .doc = "NAT rules by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_nat_rule,
	 FIELDS_AT(struct model_tier0, nat_rules)},
	{.name = "icmp_unreachable",
	 .doc = "tell senders of dropped packets; default false",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_tier0, icmp_unreachable)},
	{.name = "icmp_ttl_exceeded",
	 .doc = "tell senders when the TTL runs out; default true",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_tier0, icmp_ttl_exceeded)},
	{.name = "icmp_fragmentation_needed",
	 .doc = "tell senders of packets that are too large and may not be "
		"cut; default true, false makes a black hole",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_tier0, icmp_fragmentation_needed)},
	FIELDS_END};

static void tier0_defaults(void *record)
{
	struct model_tier0 *t = record;
	t->transit_subnet = (struct addr_prefix){{0x64400000}, 16};
	t->icmp_ttl_exceeded = t->icmp_fragmentation_needed = true;
}

static void tier0_finish(struct schema_reader *r, const struct tree_node *n,
			 void *record)
{
	struct model_tier0 *t = record;
	(void)r;
	(void)n;
	if (!t->has_internal_transit_subnet)
		t->internal_transit_subnet = (struct addr_prefix){
			{0xa9fe0000},
			t->ha_mode == MODEL_ACTIVE_ACTIVE ? 24 : 28};
}

const struct schema_object fields_tier0 = {
	.name = "tier0",
	.doc = "A Tier-0 gateway.",
	.size = sizeof(struct model_tier0),
	.fields = tier0_fields,
	.defaults = tier0_defaults,
	.finish = tier0_finish,
};

static const char *const advertisements[] = {
	"TIER1_CONNECTED", "TIER1_STATIC_ROUTES", "TIER1_NAT",
	"TIER1_LB_VIP",	   "TIER1_LB_SNAT",	  NULL};

static const char *const permits[] = {"PERMIT", "DENY", NULL};
static const char *const prefix_operators[] = {"GE", "EQ", NULL};

static const struct schema_field subnet_item = {.name = "network",
						.kind = SCHEMA_PREFIX};

static const struct schema_field rule_fields[] = {
	{.name = "action",
	 .doc = "PERMIT or DENY",
	 .kind = SCHEMA_ENUM,
	 .names = permits,
	 .required = true,
	 FIELDS_AT(struct model_advertisement_rule, action)},
	{.name = "subnets",
	 .doc = "networks it is about; default all",
	 .kind = SCHEMA_LIST_OF,
	 .item = &subnet_item,
	 FIELDS_AT(struct model_advertisement_rule, subnets)},
	{.name = "prefix_operator",
	 .doc = "GE (default): a subnet and all inside it; EQ: itself alone",
	 .kind = SCHEMA_ENUM,
	 .names = prefix_operators,
	 FIELDS_AT(struct model_advertisement_rule, prefix_operator)},
	{.name = "route_advertisement_types",
	 .doc = "kinds of routes it is about; default all",
	 .kind = SCHEMA_FLAGS,
	 .names = advertisements,
	 FIELDS_AT(struct model_advertisement_rule, route_advertisement_types)},
	FIELDS_END};

static const struct schema_object advertisement_rule = {
	.name = "route_advertisement_rule",
	.doc = "What a Tier-1 advertises or keeps back.",
	.size = sizeof(struct model_advertisement_rule),
	.fields = rule_fields,
};

static const struct schema_field tier1_fields[] = {
	{.name = "tier0",
	 .doc = "the Tier-0 gateway it is linked to; without: not connected",
	 .kind = SCHEMA_NAME,
	 FIELDS_AT(struct model_tier1, tier0)},
	{.name = "edge_cluster",
	 .doc = "gives it a service router, which NAT and LB need",
	 .kind = SCHEMA_NAME,
	 FIELDS_AT(struct model_tier1, edge_cluster)},
	{.name = "route_advertisement_types",
	 .doc = "what the Tier-0 gateway learns of its routes",
	 .kind = SCHEMA_FLAGS,
	 .names = advertisements,
	 .place = offsetof(struct model_tier1, advertisement_at),
	 FIELDS_AT(struct model_tier1, route_advertisement_types)},
	{.name = "route_advertisement_rules",
	 .doc = "exceptions by name; the first that matches decides, then "
		"route_advertisement_types",
	 .kind = SCHEMA_MAP_OF,
	 .object = &advertisement_rule,
	 FIELDS_AT(struct model_tier1, route_advertisement_rules)},
	{.name = "static_routes",
	 .doc = "static routes by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_route,
	 FIELDS_AT(struct model_tier1, static_routes)},
	{.name = "nat_rules",
	 .doc = "NAT rules by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_nat_rule,
	 FIELDS_AT(struct model_tier1, nat_rules)},
	{.name = "snat_ports",
	 .doc = "source ports that SNAT may take; default 1024-65535",
	 .kind = SCHEMA_PORTS,
	 FIELDS_AT(struct model_tier1, snat_ports)},
	{.name = "snat_keep_port",
	 .doc = "keep the source port if it is free; default false",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_tier1, snat_keep_port)},
	{.name = "session_limit",
	 .doc = "NAT and LB sessions at most; default 4096",
	 .kind = SCHEMA_UINT,
	 .size = 4,
	 .min = 1,
	 .max = 16777216,
	 FIELDS_AT(struct model_tier1, session_limit)},
	{.name = "icmp_unreachable",
	 .doc = "tell senders of dropped packets; default false",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_tier1, icmp_unreachable)},
	{.name = "icmp_ttl_exceeded",
	 .doc = "tell senders when the TTL runs out; default true",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_tier1, icmp_ttl_exceeded)},
	{.name = "icmp_fragmentation_needed",
	 .doc = "tell senders of packets that are too large and may not be "
		"cut; default true, false makes a black hole",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_tier1, icmp_fragmentation_needed)},
	FIELDS_END};

static void tier1_defaults(void *record)
{
	struct model_tier1 *t = record;
	t->snat_ports = (struct addr_ports){1024, 65535};
	t->icmp_ttl_exceeded = t->icmp_fragmentation_needed = true;
}

const struct schema_object fields_tier1 = {
	.name = "tier1",
	.doc = "A Tier-1 gateway.",
	.size = sizeof(struct model_tier1),
	.fields = tier1_fields,
	.defaults = tier1_defaults,
};

static const struct schema_field segment_fields[] = {
	{.name = "tier1",
	 .doc = "the Tier-1 gateway it is connected to",
	 .kind = SCHEMA_NAME,
	 FIELDS_AT(struct model_segment, tier1)},
	{.name = "tier0",
	 .doc = "the Tier-0 gateway it is connected to, instead",
	 .kind = SCHEMA_NAME,
	 FIELDS_AT(struct model_segment, tier0)},
	{.name = "gateway_address",
	 .doc = "the gateway's address on it, with its length",
	 .kind = SCHEMA_IF,
	 .present = offsetof(struct model_segment, has_gateway),
	 .place = offsetof(struct model_segment, gateway_at),
	 FIELDS_AT(struct model_segment, gateway_address)},
	{.name = "urpf_mode",
	 .doc = "of the gateway's port: STRICT (default) or NONE",
	 .kind = SCHEMA_ENUM,
	 .names = urpf_modes,
	 FIELDS_AT(struct model_segment, urpf_mode)},
	{.name = "mtu",
	 .doc = "of the gateway's port; default 1500",
	 .kind = SCHEMA_UINT,
	 .size = 2,
	 .min = 68,
	 .max = 2000,
	 FIELDS_AT(struct model_segment, mtu)},
	{.name = "delay",
	 .doc = "of a frame from a port to the switch; default 20us",
	 .kind = SCHEMA_DURATION,
	 FIELDS_AT(struct model_segment, delay_ns)},
	{.name = "loss_ppm",
	 .doc = "frames lost of a million; default 0",
	 .kind = SCHEMA_UINT,
	 .size = 4,
	 .max = 1000000,
	 FIELDS_AT(struct model_segment, loss_ppm)},
	FIELDS_END};

static void segment_defaults(void *record)
{
	struct model_segment *s = record;
	s->mtu = 1500;
	s->delay_ns = SEGMENT_DELAY_NS;
}

const struct schema_object fields_segment = {
	.name = "segment",
	.doc = "A network: an NSX segment, or any other Ethernet.",
	.size = sizeof(struct model_segment),
	.fields = segment_fields,
	.defaults = segment_defaults,
};
