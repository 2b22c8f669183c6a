/* SPDX-License-Identifier: Apache-2.0 */
/* A node with IP addresses: a part (SR or DR) of a Tier-0 or Tier-1 gateway, a
 * router outside NSX, or a host. Ports, tables, ARP, ICMP errors; forwarding
 * itself is sim/path's forward_batch().
 *
 * router_new, router_add_port for each interface, router_set_tables (again at
 * any time between events: sessions, ARP cache and hit counters stay),
 * router_set_local for hosts. The world owns it. */
#ifndef ROUTER_H
#define ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/path/forward.h"
#include "sim/table/neigh.h"
#include "sim/table/rib.h"
#include "sim/world/world.h"

#define ROUTER_PORT_ADDRS 4

struct router_port {
	struct nic *nic;
	struct addr_if addrs[ROUTER_PORT_ADDRS]; /* the first is the main one */
	uint8_t addr_count;
	bool arp; /* false for a loopback interface: frames need no address */
	uint32_t spoken_to; /* number of the neighbour found last */
};

struct router_port_conf {
	const char *name;
	mac mac; /* zero: chosen by the world */
	struct addr_if addr;
	uint16_t mtu; /* 0: 1500 */
	bool uplink, backplane, urpf_strict;
	bool no_arp;
};

/* An address that the router owns without it being on an interface: the
 * translated address of n:1 SNAT, a VIP. */
struct router_loopback {
	ip4 addr;
	bool answers_ping;
};

/* ARP on 'port' is answered for every address of 'prefix' as well. */
struct router_proxy {
	uint16_t port;
	struct addr_prefix prefix;
};

/* All that configuration decides and may change while the world runs. Arrays
 * are copied. */
struct router_tables {
	const struct rib_route *routes;
	size_t route_count;
	const struct nat_rule *nat_rules;
	size_t nat_rule_count;
	const struct acl_rule *acl_rules;
	size_t acl_rule_count;
	const struct lb_server *lb_servers;
	size_t lb_server_count;
	const struct router_loopback *loopbacks;
	size_t loopback_count;
	const struct router_proxy *proxies;
	size_t proxy_count;
	const bool *port_up; /* by port number; NULL: all up */
	enum forward_ports_policy ports_policy;
	struct addr_ports port_range; /* of SNAT; 0-0: PORT_FIRST.. */
	uint32_t session_limit;	      /* 0: ROUTER_SESSIONS; memory is taken as
				 * they come */
	bool forwards; /* false: a host, drops what is not for it */
	bool standby;
	bool icmp_ttl;	       /* tells senders about TTL_ZERO */
	bool icmp_frag_needed; /* tells senders about MTU */
	bool icmp_errors;      /* tells senders about other drops */
};

#define ROUTER_SESSIONS ((uint32_t)4 << 20)

struct router;

struct router *router_new(struct world *w, const char *name, const char *label);
struct node *router_node(struct router *r);
/* Adds an interface; its port number is the count of those before it. */
struct nic *router_add_port(struct router *r,
			    const struct router_port_conf *conf);
/* One more address on a port ("secondary"); false when there are too many.
 * Adding (announced to neighbours once there are tables) and removing take
 * effect at once; routes do not change. */
bool router_add_addr(struct router *r, uint16_t port, struct addr_if addr);
void router_remove_addr(struct router *r, uint16_t port, ip4 addr);
/* Sessions whose rule is gone stay until they are idle (whether NSX ends them
 * is not documented). */
void router_set_tables(struct router *r, const struct router_tables *t);
/* Sessions and ports in use change places: a standby takes over. Both must have
 * the same NAT rules. */
void router_swap_sessions(struct router *a, struct router *b);

/* The endpoint on top of a host: gets packets that are for it (it takes them).
 * 'p' is parsed. Returns false if nothing there wanted it (no such port or
 * connection: p->drop says which); the router then notes the drop. What it
 * takes it notes as NOTE_DELIVERED itself, before it answers, so that cause
 * comes before effect. ARP and ICMP echo requests are answered by the router
 * itself. */
typedef bool router_local_fn(void *context, struct pkt *p);
void router_set_local(struct router *r, router_local_fn *deliver,
		      void *context);
/* Sends a packet that this node made: 'p' holds a frame whose IP part is
 * complete (MAC addresses are filled in on the way). Takes the packet.
 * Routed, source-NATed where the tables say, ARPed for. A drop is noted and
 * told to the endpoint through router_set_failed(). */
void router_send(struct router *r, struct pkt *p);
/* Called when a packet of this node itself could not leave: no route at once,
 * ARP after three tries. 'p' is only valid during the call. */
typedef void router_failed_fn(void *context, const struct pkt *p,
			      enum drop reason);
void router_set_failed(struct router *r, router_failed_fn *failed,
		       void *context);
/* Called when the world frees the router, so that what lives on top of it goes
 * too. */
void router_set_ended(struct router *r, void (*ended)(void *context),
		      void *context);
/* The source address for talking to 'dst': that of the port the route leads
 * out by. False if there is no route. */
bool router_source_for(const struct router *r, ip4 dst, ip4 *src);
/* Of the port the route to 'dst' leads out by. */
uint32_t router_mtu_to(const struct router *r, ip4 dst);
bool router_has_addr(const struct router *r, ip4 a);

bool router_forwards(const struct router *r);

/* For `show` and expectations. */
const struct rib *router_rib(const struct router *r);
const struct forward *router_forward(const struct router *r);
const struct neigh *router_neigh(const struct router *r);
const struct router_port *router_port(const struct router *r, uint16_t port);
/* The router that 'n' is, or NULL if it is another kind of node. */
struct router *router_of(struct node *n);

#endif
