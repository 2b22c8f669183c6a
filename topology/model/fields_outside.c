/* SPDX-License-Identifier: Apache-2.0 */
/* The world that NSX does not manage: routers, hosts, and what runs on them;
 * and the workloads whose images are pulled. */
#include "sim/host/host.h"
#include "sim/wire/dns.h"
#include "topology/model/fields.h"
#include "topology/model/model.h"

static const struct schema_field router_fields[] = {
	{.name = "interfaces",
	 .doc = "interfaces by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_interface,
	 .required = true,
	 FIELDS_AT(struct model_router, interfaces)},
	{.name = "routes",
	 .doc = "static (or learned) routes by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_route,
	 FIELDS_AT(struct model_router, routes)},
	{.name = "nat_rules",
	 .doc = "NAT rules by name; they act on interfaces with nat_outside",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_nat_rule,
	 FIELDS_AT(struct model_router, nat_rules)},
	{.name = "acl",
	 .doc = "access rules by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_acl_rule,
	 FIELDS_AT(struct model_router, acl)},
	{.name = "icmp_unreachable",
	 .doc = "tell senders of dropped packets; default true",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_router, icmp_unreachable)},
	{.name = "icmp_ttl_exceeded",
	 .doc = "tell senders when the TTL runs out; default true",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_router, icmp_ttl_exceeded)},
	{.name = "icmp_fragmentation_needed",
	 .doc = "tell senders of packets that are too large and may not be "
		"cut; default true, false makes a black hole",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_router, icmp_fragmentation_needed)},
	FIELDS_END};

static void router_defaults(void *record)
{
	struct model_router *r = record;
	r->icmp_unreachable = r->icmp_ttl_exceeded = true;
	r->icmp_fragmentation_needed = true;
}

static void router_finish(struct schema_reader *r, const struct tree_node *n,
			  void *record)
{
	struct model_router *router = record;
	(void)r;
	(void)n;
	for (size_t i = 0; i < router->interfaces.count; i++)
		if (!router->interfaces.at[i].has_urpf_mode)
			router->interfaces.at[i].urpf_mode = MODEL_URPF_NONE;
}

const struct schema_object fields_router = {
	.name = "router",
	.doc = "A router that NSX does not manage.",
	.size = sizeof(struct model_router),
	.fields = router_fields,
	.defaults = router_defaults,
	.finish = router_finish,
};

static const char *const rcodes[] = {"NOERROR",	 "FORMERR", "SERVFAIL",
				     "NXDOMAIN", "NOTIMP",  "REFUSED",
				     NULL};

static const struct schema_field address_item = {.name = "address",
						 .kind = SCHEMA_IP};
static const struct schema_field text_item = {.name = "text",
					      .kind = SCHEMA_TEXT};
static const struct schema_field port_item = {
	.name = "port", .kind = SCHEMA_UINT, .size = 2, .min = 1, .max = 65535};

static void record_from_scalar(struct schema_reader *r,
			       const struct tree_node *n, void *record)
{
	struct model_dns_record *d = record;
	d->addresses.at = ARENA_NEW(r->arena, ip4);
	d->addresses.count = 1;
	if (!addr_parse_ip4(n->text, d->addresses.at))
		schema_wrong(r, n, "an IPv4 address",
			     "records are written 'k8s.gcr.io: "
			     "74.125.133.82'");
}

static const struct schema_field record_fields[] = {
	{.name = "addresses",
	 .doc = "A records; none: the name exists without an address",
	 .kind = SCHEMA_LIST_OF,
	 .item = &address_item,
	 FIELDS_AT(struct model_dns_record, addresses)},
	{.name = "rcode",
	 .doc = "answer with this code instead",
	 .kind = SCHEMA_ENUM,
	 .names = rcodes,
	 FIELDS_AT(struct model_dns_record, rcode)},
	FIELDS_END};

static const struct schema_object dns_record = {
	.name = "dns_record",
	.doc = "A name that the server knows.",
	.size = sizeof(struct model_dns_record),
	.fields = record_fields,
	.from_scalar = record_from_scalar,
	.scalar_form = "\"type\": \"string\"",
};

static const struct schema_field zone_fields[] = {
	{.name = "records",
	 .doc = "names in it and their addresses; @ is the zone itself",
	 .kind = SCHEMA_MAP_OF,
	 .object = &dns_record,
	 FIELDS_AT(struct model_dns_zone, records)},
	FIELDS_END};

static const struct schema_object dns_zone = {
	.name = "dns_zone",
	.doc = "A zone: what it has no record of does not exist.",
	.size = sizeof(struct model_dns_zone),
	.fields = zone_fields,
};

static const struct schema_field dns_fields[] = {
	{.name = "records",
	 .doc = "whole names and their addresses",
	 .kind = SCHEMA_MAP_OF,
	 .object = &dns_record,
	 FIELDS_AT(struct model_dns_server, records)},
	{.name = "zones",
	 .doc = "zones by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &dns_zone,
	 FIELDS_AT(struct model_dns_server, zones)},
	{.name = "other_names",
	 .doc = "the answer for names outside its zones; default NXDOMAIN",
	 .kind = SCHEMA_ENUM,
	 .names = rcodes,
	 FIELDS_AT(struct model_dns_server, other_names)},
	FIELDS_END};

static void dns_defaults(void *record)
{
	((struct model_dns_server *)record)->other_names = DNS_NXDOMAIN;
}

static const struct schema_object dns_server = {
	.name = "dns_server",
	.doc = "A DNS server on UDP port 53.",
	.size = sizeof(struct model_dns_server),
	.fields = dns_fields,
	.defaults = dns_defaults,
};

static const char *const resolvers[] = {"direct", "stub", NULL};
static const char *const kernels[] = {"linux-5", "linux-6.5", NULL};

static const struct schema_field host_fields[] = {
	{.name = "segment",
	 .doc = "with address: its one interface, eth0",
	 .kind = SCHEMA_NAME,
	 FIELDS_AT(struct model_host, segment)},
	{.name = "address",
	 .doc = "address and length, 10.244.0.98/28",
	 .kind = SCHEMA_IF,
	 .present = offsetof(struct model_host, has_address),
	 .place = offsetof(struct model_host, address_at),
	 FIELDS_AT(struct model_host, address)},
	{.name = "interfaces",
	 .doc = "further interfaces, or all of them, by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_interface,
	 FIELDS_AT(struct model_host, interfaces)},
	{.name = "gateway",
	 .doc = "default gateway",
	 .kind = SCHEMA_IP,
	 .present = offsetof(struct model_host, has_gateway),
	 .place = offsetof(struct model_host, gateway_at),
	 FIELDS_AT(struct model_host, gateway)},
	{.name = "routes",
	 .doc = "further routes by name",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_route,
	 FIELDS_AT(struct model_host, routes)},
	{.name = "forwards",
	 .doc = "it routes for others: a node with pods behind it",
	 .kind = SCHEMA_BOOL,
	 FIELDS_AT(struct model_host, forwards)},
	{.name = "nat_rules",
	 .doc = "a forwarding host's NAT rules (masquerading)",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_nat_rule,
	 FIELDS_AT(struct model_host, nat_rules)},
	{.name = "resolver",
	 .doc = "direct (default), or stub: systemd-resolved on 127.0.0.53",
	 .kind = SCHEMA_ENUM,
	 .names = resolvers,
	 FIELDS_AT(struct model_host, resolver)},
	{.name = "nameservers",
	 .doc = "at most three",
	 .kind = SCHEMA_LIST_OF,
	 .item = &address_item,
	 .place = offsetof(struct model_host, nameservers_at),
	 FIELDS_AT(struct model_host, nameservers)},
	{.name = "search",
	 .doc = "search domains of resolv.conf, at most six",
	 .kind = SCHEMA_LIST_OF,
	 .item = &text_item,
	 .place = offsetof(struct model_host, search_at),
	 FIELDS_AT(struct model_host, search)},
	{.name = "kernel",
	 .doc = "when SYNs are repeated: linux-5 (default) or linux-6.5",
	 .kind = SCHEMA_ENUM,
	 .names = kernels,
	 FIELDS_AT(struct model_host, kernel)},
	{.name = "profile",
	 .doc = "its image client; default docker1903",
	 .kind = SCHEMA_TEXT,
	 .place = offsetof(struct model_host, profile_at),
	 FIELDS_AT(struct model_host, profile)},
	{.name = "dns_server",
	 .doc = "it answers DNS questions",
	 .kind = SCHEMA_OBJECT,
	 .object = &dns_server,
	 .present = offsetof(struct model_host, dns_server.on),
	 FIELDS_AT(struct model_host, dns_server)},
	{.name = "registry",
	 .doc = "it serves images",
	 .kind = SCHEMA_OBJECT,
	 .object = &fields_registry,
	 .present = offsetof(struct model_host, registry.on),
	 FIELDS_AT(struct model_host, registry)},
	{.name = "http_servers",
	 .doc = "it serves pages",
	 .kind = SCHEMA_MAP_OF,
	 .object = &fields_http_server,
	 FIELDS_AT(struct model_host, http_servers)},
	{.name = "trusted_authorities",
	 .doc = "whose certificates its programs trust, at most eight; default "
		"public",
	 .kind = SCHEMA_LIST_OF,
	 .item = &text_item,
	 .place = offsetof(struct model_host, trusted_at),
	 FIELDS_AT(struct model_host, trusted_authorities)},
	{.name = "clock_offset",
	 .doc = "how far its clock is ahead, or behind: -400d, 2h",
	 .kind = SCHEMA_CUSTOM,
	 .read = fields_tls_clock,
	 .form = "\"type\": \"string\""},
	{.name = "silent_ports",
	 .doc = "ports that its firewall drops; other closed ports refuse",
	 .kind = SCHEMA_LIST_OF,
	 .item = &port_item,
	 FIELDS_AT(struct model_host, silent_ports)},
	FIELDS_END};

static void host_defaults(void *record)
{
	static const char *everyones[] = {HOST_PUBLIC};
	struct model_host *h = record;
	h->trusted_authorities.at = everyones;
	h->trusted_authorities.count = 1;
}

static void check_trust(struct schema_reader *r, const struct model_host *h)
{
	if (h->trusted_authorities.count <= HOST_AUTHORITIES)
		return;
	diag_error(r->diag, h->trusted_at,
		   "%zu authorities, at most %d are taken",
		   h->trusted_authorities.count, HOST_AUTHORITIES);
	diag_help(r->diag, "name those that sign what it connects to");
}

/* "segment" and "address" on the host stand for a first interface eth0. */
static void host_finish(struct schema_reader *r, const struct tree_node *n,
			void *record)
{
	struct model_host *h = record;
	check_trust(r, h);
	for (size_t i = 0; i < h->interfaces.count; i++)
		if (!h->interfaces.at[i].has_urpf_mode)
			h->interfaces.at[i].urpf_mode = MODEL_URPF_NONE;
	if (!h->segment.name && !h->has_address)
		return;
	if (!h->segment.name || !h->has_address) {
		diag_error(r->diag, n->key ? n->key_at : n->at,
			   "host '%s' needs segment and address together",
			   h->id.name);
		return;
	}
	size_t count = h->interfaces.count + 1;
	struct model_interface *all =
		ARENA_ARRAY(r->arena, count, struct model_interface);
	all[0] = (struct model_interface){
		.id = {"eth0", h->address_at,
		       arena_printf(r->arena, "%s.eth0", h->id.path)},
		.segment = h->segment,
		.address = h->address,
		.address_at = h->address_at,
		.mtu = 1500,
		.urpf_mode = MODEL_URPF_NONE,
		.nat_outside = true};
	for (size_t i = 1; i < count; i++)
		all[i] = h->interfaces.at[i - 1];
	h->interfaces.at = all;
	h->interfaces.count = count;
}

const struct schema_object fields_host = {
	.name = "host",
	.doc = "An endpoint: a pod, a virtual machine, a server.",
	.size = sizeof(struct model_host),
	.fields = host_fields,
	.defaults = host_defaults,
	.finish = host_finish,
};

static const struct schema_field workload_fields[] = {
	{.name = "host",
	 .doc = "the host that pulls: its addresses, routes and resolver",
	 .kind = SCHEMA_NAME,
	 .required = true,
	 FIELDS_AT(struct model_workload, host)},
	{.name = "namespace",
	 .doc = "Kubernetes namespace; default: default",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model_workload, name_space)},
	{.name = "pod",
	 .doc = "the pod's name; default: that of the workload",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model_workload, pod)},
	{.name = "node",
	 .doc = "the Kubernetes node as kubelet calls it; default: the host",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model_workload, node)},
	{.name = "container",
	 .doc = "the container's name; default: that of the image",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model_workload, container)},
	{.name = "profile",
	 .doc = "its image client; default: the host's",
	 .kind = SCHEMA_TEXT,
	 .place = offsetof(struct model_workload, profile_at),
	 FIELDS_AT(struct model_workload, profile)},
	{.name = "ncp_node",
	 .doc = "podvm: who realizes its NSX resources",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model_workload, ncp_node)},
	FIELDS_END};

static void workload_defaults(void *record)
{
	struct model_workload *w = record;
	w->name_space = "default";
	w->pod = w->id.name;
}

const struct schema_object fields_workload = {
	.name = "workload",
	.doc = "A pod whose image is pulled.",
	.size = sizeof(struct model_workload),
	.fields = workload_fields,
	.defaults = workload_defaults,
};
