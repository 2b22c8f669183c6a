/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of topology/build share: which node and port of the running
 * world stands for which record of the model. Records are known by their index
 * in the model, which net_apply() keeps the same. */
#ifndef NET_PRIVATE_H
#define NET_PRIVATE_H

#include "sim/base/vec.h"
#include "sim/host/dnsd.h"
#include "sim/record/tuples.h"
#include "sim/table/rib.h"
#include "sim/world/bridge.h"
#include "topology/build/net.h"
#include "topology/build/net_index.h"

#define NET_NO_PORT UINT16_MAX
/* nat_rule.scope can name the ports below; this one no node has when rules
 * with a scope are on it, so a scope of it alone never applies. */
#define NET_SCOPE_PORTS 63

/* A service router of a Tier-0 gateway, on one edge. */
struct net_sr {
	struct router *router;
	size_t edge;	    /* in the edge cluster */
	uint16_t backplane; /* port */
	ip4 address;	    /* on the backplane */
	bool up, active;    /* as of the last tables */
};

struct net_tier0 {
	struct router *dr;
	struct bridge *transit;
	uint16_t backplane; /* port of the DR */
	ip4 dr_address;
	struct net_sr srs[NET_SRS_MAX];
	size_t sr_count;
	uint16_t *uplinks;  /* port by interface index */
	size_t *uplink_srs; /* SR by interface index */
	size_t links;	    /* Tier-1 gateways linked so far */
	uint32_t plumbing;  /* ref */
};

struct net_tier1 {
	struct router *dr, *sr; /* sr NULL: no edge cluster */
	uint16_t dr_backplane, sr_backplane, uplink;
	uint16_t t0_port;	 /* on the Tier-0's DR */
	ip4 t0_address, address; /* of the router link: even, odd */
	uint32_t plumbing;
};

struct net_host {
	struct host *host; /* NULL: not needed so far, see net_hosts.c */
	struct dnsd *dnsd;
	uint32_t first_mac; /* the world's number before it */
	bool wanted;
};

struct net_wake { /* what a segment hands over with its first frame */
	struct net *net;
	size_t segment;
};

struct net {
	struct world *world;
	struct model *model; /* as it is realized now; held */
	struct arena arena;
	struct {
		VEC(struct net_ref);
	} refs; /* number - 1 */
	struct {
		VEC(uint32_t);
	} stamps; /* by number: when it was last met, see net_tier1.c */
	uint32_t stamp;
	uint32_t *ref_slots; /* by hash of path and kind */
	size_t ref_slot_count;
	struct bridge **segments;
	uint16_t *segment_ports; /* on the gateway's DR */
	struct net_tier0 *tier0s;
	struct net_tier1 *tier1s;
	struct router **routers;
	struct net_host *hosts;
	struct {
		VEC(struct net_gateway);
	} gateways;
	const char **host_names, **workload_names;
	uint32_t *host_slots; /* by hash of the name: index + 1 */
	size_t host_slot_count;
	struct rng host_rng; /* the world's when hosts were to be made */
	bool *awake;	     /* by segment: its hosts are made */
	struct net_wake *wakes;
	struct net_index tier1_segments, tier0_segments, segment_hosts;
	struct net_index tier0_tier1s, tier1_servers;
	struct net_workload *workloads;
	size_t segment_count, tier0_count, tier1_count, router_count;
	size_t host_count, workload_count;
	struct {
		VEC(struct net_name);
	} names;	     /* of addresses */
	struct tuples named; /* the same addresses, to find them */
};

/* net.c: the number of what 'path' configures, made if need be; its text is
 * brought up to date. */
uint32_t net_number(struct net *n, enum net_ref_kind kind,
		    const struct schema_id *id, const char *text);

/* net_wire.c */
void net_wire(struct net *n, const struct model *m);
void net_wire_interfaces(struct net *n, struct router *r,
			 const struct model_interface *at, size_t count);

/* net_hosts.c */
void net_hosts_wire(struct net *n, const struct model *m);
/* Those that have been made, and those that must be from now on. */
void net_hosts_tables(struct net *n, const struct model *m);
bool net_hosts_find(const struct net *n, const char *name, size_t *index);
/* Made if need be. */
struct host *net_hosts_take(struct net *n, size_t index);

/* net_check.c: whether 'm' fits into a world at all. */
bool net_check(const struct model *m, struct diag *d);

/* net_same.c: what cannot change while the world runs. */
bool net_same_check(const struct net *n, const struct model *m, struct diag *d);

/* net_tables.c: tables of all nodes, from the model. */
void net_tables(struct net *n, const struct model *m);

/* Tables of one node, being collected. */
struct net_table {
	struct net *net;
	struct {
		VEC(struct rib_route);
	} routes;
	struct {
		VEC(struct nat_rule);
	} nat;
	struct {
		VEC(struct acl_rule);
	} acl;
	struct {
		VEC(struct lb_server);
	} lb;
	struct {
		VEC(struct router_loopback);
	} loopbacks;
	struct {
		VEC(struct router_proxy);
	} proxies;
	struct router *router;
	bool *port_up; /* all true at the beginning */
	struct router_tables out;
};

/* Begins the tables of 'r'. */
void net_table_begin(struct net_table *t, struct net *n, struct router *r);
/* All ports of the router. */
void net_table_set_up(struct net_table *t, bool up);
/* Sets the router's tables and frees what was collected. */
void net_table_commit(struct net_table *t);
void net_table_connected(struct net_table *t, struct router *r, uint16_t port,
			 enum rib_kind kind, const struct schema_id *id);
/* One route; 'via' is shown, 'gateway' gets the frame. */
void net_table_route(struct net_table *t, const struct rib_route *route);
/* How static routes get into a table. */
struct net_way {
	const struct router *router; /* on whose networks next hops must be */
	enum rib_kind kind;
	bool relayed; /* that is another node: frames go to 'relay' by 'port' */
	ip4 relay;
	uint16_t port;
};

/* Static routes with a next hop on a network of the way's router (NSX looks
 * next hops up recursively; here they must be neighbours). Null routes are
 * left out of relayed ones. */
void net_table_static(struct net_table *t, const struct net_way *way,
		      const struct model_route *routes, size_t count);
/* The number of the route. */
uint32_t net_table_number(struct net_table *t, const struct model_route *route);
/* Whether one of its next hops is on a network of 'r', or it is a null route. */
bool net_table_usable(const struct router *r, const struct model_route *route);
/* The port of 'r' on whose network 'a' is; not one that leads to another part
 * of the same gateway. */
bool net_table_port(const struct router *r, ip4 a, uint16_t *port);
/* "10.1.0.0/24,10.2.0.1" or "any". */
void net_table_print(const struct nat_prefixes *p, struct str *out);
/* " TCP/443", nothing for any protocol. */
void net_table_print_service(uint8_t proto, struct addr_ports ports,
			     struct str *out);
/* NAT rules with their numbers, scope 0. */
void net_table_nat(struct net_table *t, const struct model_nat_rule *rules,
		   size_t count);
/* SNAT hides many sources behind few addresses: the node owns those (of a rule
 * 1:1 it does not, as NSX documents). It also owns what DNAT rules for some
 * service translate: a port that none of them asks for has nowhere to go (NSX
 * does not say; else the packet would go back and forth between the tiers). */
void net_table_loopbacks(struct net_table *t,
			 const struct model_nat_rule *rules, size_t count);

/* net_tier0.c, net_tier1.c, net_outside.c */
void net_tier0_tables(struct net *n, const struct model *m, size_t index);
void net_tier1_tables(struct net *n, const struct model *m, size_t index);
/* Every prefix that Tier-1 'index' advertises, as routes of the Tier-0's part
 * whose way to it is 'port' and 'gateway'. */
void net_tier1_advertise(struct net_table *t, const struct model *m,
			 size_t index, ip4 gateway, uint16_t port);
void net_outside_tables(struct net *n, const struct model *m);
/* Tables and services of host 'index', which has been made. */
void net_outside_host(struct net *n, const struct model *m, size_t index);
/* What it is told and what it serves; part of the former. */
void net_serve(struct net *n, const struct model *m, size_t index);
bool net_edge_up(const struct model *m, const struct schema_ref *cluster,
		 size_t edge);

#endif
