/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator configured: plain records in the words of the NSX Policy
 * API, each with its place in the file. Intent only; topology/build makes a
 * running world of it.
 *
 * model_read() makes one from a tree (topology/lang) and checks its meaning;
 * model_free() frees it as a whole: all pointers inside lead to its own arena.
 * Maps are arrays in file order; each record starts with a struct schema_id. */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/table/acl.h"
#include "sim/table/nat.h"
#include "sim/wire/dns.h"
#include "topology/lang/schema.h"

struct tree;

/* STRICT, the default of NSX, is what zeroed memory says. */
enum model_urpf { MODEL_URPF_STRICT, MODEL_URPF_NONE };
enum model_state { MODEL_UP, MODEL_DOWN };
enum model_ha { MODEL_ACTIVE_ACTIVE, MODEL_ACTIVE_STANDBY };
enum model_failover { MODEL_NON_PREEMPTIVE, MODEL_PREEMPTIVE };

struct model_edge {
	struct schema_id id;
	enum model_state admin_state;
};

struct model_edge_cluster {
	struct schema_id id;
	SCHEMA_LIST(struct model_edge) edges;
};

struct model_next_hop {
	struct diag_place at;
	ip4 ip_address;
	uint8_t admin_distance; /* default 1 */
};

struct model_route {
	struct schema_id id;
	struct addr_prefix network;
	struct diag_place network_at;
	SCHEMA_LIST(struct model_next_hop) next_hops; /* empty: null route */
	bool bgp; /* learned, not configured: kind BGP, distance 20 */
};

struct model_nat_rule {
	struct schema_id id;
	struct nat_rule rule; /* scope and ref are filled when building */
	struct diag_place action_at, source_at, destination_at, translated_at;
	struct diag_place service_at, translated_ports_at, sequence_at;
	bool has_firewall_match;
	struct diag_place firewall_match_at;
	SCHEMA_LIST(struct schema_ref) scope; /* interface ids */
};

struct model_acl_rule {
	struct schema_id id;
	struct acl_rule rule;
};

/* An interface of a Tier-0, a router or a host. */
struct model_interface {
	struct schema_id id;
	struct schema_ref segment;
	struct schema_ref edge; /* Tier-0 only */
	struct addr_if address;
	struct diag_place address_at;
	uint16_t mtu; /* default 1500 */
	bool has_urpf_mode;
	enum model_urpf urpf_mode; /* default STRICT on Tier-0, else NONE */
	enum model_state admin_state;
	bool nat_outside; /* routers and hosts: NAT happens when leaving here */
};

struct model_tier0 {
	struct schema_id id;
	enum model_ha ha_mode;
	struct diag_place ha_mode_at;
	struct schema_ref edge_cluster;
	struct schema_ref preferred_edge;  /* A/S: active at first */
	enum model_failover failover_mode; /* A/S: does it take over again? */
	struct diag_place failover_at;
	struct addr_prefix transit_subnet;	    /* 100.64.0.0/16 */
	struct addr_prefix internal_transit_subnet; /* 169.254.0.0/24 or /28 */
	bool has_ha_vip;
	struct addr_if ha_vip;
	struct diag_place ha_vip_at;
	bool has_internal_transit_subnet;
	SCHEMA_LIST(struct model_interface) interfaces;
	SCHEMA_LIST(struct model_route) static_routes;
	SCHEMA_LIST(struct model_nat_rule) nat_rules;
	bool icmp_unreachable;		/* default false: drops are silent */
	bool icmp_ttl_exceeded;		/* default true: traceroute works */
	bool icmp_fragmentation_needed; /* default true: PMTUD works */
};

enum model_advertise {
	MODEL_TIER1_CONNECTED = 1,
	MODEL_TIER1_STATIC_ROUTES = 2,
	MODEL_TIER1_NAT = 4,
	MODEL_TIER1_LB_VIP = 8,
	MODEL_TIER1_LB_SNAT = 16,
};

enum model_permit { MODEL_PERMIT, MODEL_DENY };
enum model_prefix_operator { MODEL_GE, MODEL_EQ };

/* Of advertised routes; the first that matches decides (advertise.h). */
struct model_advertisement_rule {
	struct schema_id id;
	enum model_permit action;
	enum model_prefix_operator prefix_operator; /* default GE */
	SCHEMA_LIST(struct addr_prefix) subnets;    /* empty: any */
	unsigned route_advertisement_types;	    /* 0: any */
};

struct model_tier1 {
	struct schema_id id;
	struct schema_ref tier0;	    /* may be missing: not connected */
	struct schema_ref edge_cluster;	    /* missing: no service router */
	unsigned route_advertisement_types; /* enum model_advertise, or-ed */
	struct diag_place advertisement_at;
	SCHEMA_LIST(struct model_advertisement_rule) route_advertisement_rules;
	SCHEMA_LIST(struct model_route) static_routes;
	SCHEMA_LIST(struct model_nat_rule) nat_rules;
	struct addr_ports snat_ports; /* knob; default 1024-65535 */
	bool snat_keep_port;	      /* knob; default false */
	uint32_t session_limit;	      /* knob; 0: default */
	bool icmp_unreachable, icmp_ttl_exceeded, icmp_fragmentation_needed;
};

struct model_segment {
	struct schema_id id;
	struct schema_ref tier1, tier0; /* at most one of them */
	bool has_gateway;
	struct addr_if gateway_address;
	struct diag_place gateway_at;
	enum model_urpf urpf_mode; /* of the gateway's port */
	uint16_t mtu;
	uint64_t delay_ns; /* of each attachment; default 20 us */
	uint32_t loss_ppm;
};

struct model_lb_member {
	struct diag_place at;
	ip4 ip_address;
	uint16_t port; /* 0: as asked for */
	bool enabled;
};

enum model_lb_snat { MODEL_LB_AUTOMAP, MODEL_LB_DISABLED };
enum model_protocol { MODEL_TCP, MODEL_UDP };

struct model_lb_pool {
	struct schema_id id;
	SCHEMA_LIST(struct model_lb_member) members;
	enum model_lb_snat snat_translation;
};

struct model_lb_virtual_server {
	struct schema_id id;
	struct schema_ref tier1;
	struct schema_ref pool;
	ip4 ip_address;
	struct diag_place ip_at;
	enum model_protocol protocol;
	SCHEMA_LIST(struct addr_ports) ports;
	bool enabled;
};

/* A router that NSX does not manage. */
struct model_router {
	struct schema_id id;
	SCHEMA_LIST(struct model_interface) interfaces;
	SCHEMA_LIST(struct model_route) routes;
	SCHEMA_LIST(struct model_nat_rule) nat_rules;
	SCHEMA_LIST(struct model_acl_rule) acl;
	bool icmp_unreachable;		/* default true */
	bool icmp_ttl_exceeded;		/* default true */
	bool icmp_fragmentation_needed; /* default true */
};

struct model_dns_record {
	struct schema_id id;	    /* the name */
	SCHEMA_LIST(ip4) addresses; /* empty: NODATA */
	enum dns_rcode rcode;
};

struct model_dns_zone {
	struct schema_id id; /* "corp.local" */
	SCHEMA_LIST(struct model_dns_record)
	records; /* "harbor"; "@": itself */
};

struct model_image {
	struct schema_id id;		/* repository, "busybox" */
	SCHEMA_LIST(const char *) tags; /* default: latest */
	SCHEMA_LIST(uint64_t) layers;	/* sizes in bytes */
};

/* What an endpoint serves. */
struct model_dns_server {
	bool on;
	SCHEMA_LIST(struct model_dns_record) records; /* whole names */
	SCHEMA_LIST(struct model_dns_zone) zones;
	enum dns_rcode other_names; /* default NXDOMAIN */
};

enum model_tls_version { MODEL_TLS_12 = 1, MODEL_TLS_13 = 2 };

struct model_tls {
	bool given; /* else by the port */
	bool on;
	SCHEMA_LIST(const char *) names;
	const char *issuer;
	int64_t not_before, not_after; /* seconds since 1970 */
	unsigned versions;	       /* enum model_tls_version, or-ed */
};

struct model_registry {
	bool on;
	uint16_t port;	      /* default 443 */
	struct model_tls tls; /* default: on, unless port is 80 */
	SCHEMA_LIST(struct model_image) images;
	uint16_t status; /* 0: serve; else answer this (429, 503) */
};

struct model_http_server {   /* a web page, an API server */
	struct schema_id id; /* name of the service, for people */
	uint16_t port;
	uint16_t status; /* default 200 */
	const char *body;
	struct model_tls tls; /* default: on if port ends in 443 */
};

enum model_resolver { MODEL_RESOLVER_DIRECT, MODEL_RESOLVER_STUB };
enum model_syn { MODEL_SYN_LINUX_5, MODEL_SYN_LINUX_6_5 };

struct model_host {
	struct schema_id id;
	SCHEMA_LIST(struct model_interface) interfaces; /* the first is main */
	struct schema_ref segment; /* with 'address': stands for one "eth0" */
	bool has_address;
	struct addr_if address;
	struct diag_place address_at;
	bool has_gateway;
	ip4 gateway; /* default route */
	struct diag_place gateway_at;
	SCHEMA_LIST(struct model_route) routes;
	bool forwards; /* a node with pods behind it */
	SCHEMA_LIST(struct model_nat_rule) nat_rules;
	enum model_resolver resolver;
	SCHEMA_LIST(ip4) nameservers;
	SCHEMA_LIST(const char *) search;
	struct diag_place nameservers_at, search_at;
	enum model_syn kernel; /* SYN ladder: linux-5 (default), linux-6.5 */
	const char *profile;   /* of image pulls; NULL: docker1903 */
	struct diag_place profile_at;
	struct model_dns_server dns_server;
	struct model_registry registry;
	SCHEMA_LIST(struct model_http_server) http_servers;
	SCHEMA_LIST(const char *) trusted_authorities; /* default: public */
	struct diag_place trusted_at;
	int64_t clock_offset; /* s; how far its clock is ahead */
	SCHEMA_LIST(uint16_t)
	silent_ports; /* dropped without an answer, as by
		* a host firewall; other closed ports are refused */
};

/* A pod whose image is pulled: by 'host', on the Kubernetes node 'node'. */
struct model_workload {
	struct schema_id id;
	struct schema_ref host; /* whose address and resolver pull */
	const char *name_space; /* default "default" */
	const char *pod;	/* default: the id */
	const char *node;	/* as kubelet names it; default: the host */
	const char *container;	/* default: last part of the image */
	const char *profile;	/* default: the host's */
	struct diag_place profile_at;
	const char *ncp_node; /* for podvm: who realizes NSX resources */
};

struct model {
	struct arena arena;
	unsigned owners;
	uint16_t nsx_major, nsx_minor; /* nsx_version; default 3.0 */
	const char *title;
	uint16_t underlay_mtu; /* between transport nodes; 0: no limit */
	SCHEMA_LIST(struct model_edge_cluster) edge_clusters;
	SCHEMA_LIST(struct model_tier0) tier0s;
	SCHEMA_LIST(struct model_tier1) tier1s;
	SCHEMA_LIST(struct model_segment) segments;
	SCHEMA_LIST(struct model_lb_pool) lb_pools;
	SCHEMA_LIST(struct model_lb_virtual_server) lb_virtual_servers;
	SCHEMA_LIST(struct model_router) routers;
	SCHEMA_LIST(struct model_host) hosts;
	SCHEMA_LIST(struct model_workload) workloads;
};

/* Reads and checks 't'; all findings go to 'd'. NULL if there was an error. */
struct model *model_read(const struct tree *t, struct diag *d);
/* One more owner, who calls model_free() too. */
void model_hold(struct model *m);
void model_free(struct model *m); /* NULL is fine */
/* Whether somebody answers ARP for translated addresses and VIPs inside a
 * network of an uplink: NSX does so on ACTIVE_STANDBY gateways, and on
 * ACTIVE_ACTIVE ones from NSX-T 3.2 on. */
bool model_has_proxy_arp(const struct model *m, const struct model_tier0 *g);
/* What a topology file may hold. */
const struct schema_object *model_schema(void);

#endif
