/* SPDX-License-Identifier: Apache-2.0 */
/* A model made real: a running world, and the way back from what happens in it
 * to what was configured.
 *
 * net_new realizes a model; net_apply brings a running network to another
 * model (a change in mid-run: routes, rules, advertisement, DNS records,
 * states; sessions and connections go on); net_free ends it. The network holds
 * the model (model_hold()); the caller may free it after the call. */
#ifndef NET_H
#define NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"
#include "sim/host/host.h"
#include "sim/host/profile.h"
#include "sim/world/world.h"
#include "topology/model/model.h"

/* What a number in a trace note or table entry ('ref') stands for. */
enum net_ref_kind {
	NET_REF_NONE,
	NET_REF_CONNECTED,  /* follows from an interface or segment */
	NET_REF_ROUTE,	    /* static (or learned) route */
	NET_REF_PLUMBING,   /* made by NSX itself: router link, DR-SR default */
	NET_REF_ADVERTISED, /* a Tier-1's advertisement, in Tier-0 */
	NET_REF_NAT_RULE,
	NET_REF_ACL_RULE,
	NET_REF_VIRTUAL_SERVER,
};

struct net_ref {
	enum net_ref_kind kind;
	const char *path; /* "tier0s.t0-edge.nat_rules.tkg" */
	const char *name; /* "tkg" */
	const char *text; /* one line for people: "REFLEXIVE 30.0.0.16 <->
			   * 10.27.51.147", "0.0.0.0/0 via 10.27.51.254" */
	struct diag_place at;
};

#define NET_SRS_MAX 8 /* service routers of a Tier-0: NSX's limit */

enum net_kind { NET_TIER0, NET_TIER1, NET_ROUTER, NET_HOST };

/* A gateway or a router outside, by its name in the file. */
struct net_gateway {
	enum net_kind kind;
	const char *name;		       /* "t0-edge" */
	struct router *parts[1 + NET_SRS_MAX]; /* DR first, then SRs */
	size_t part_count;
};

struct net_workload {
	const char *id, *name_space, *pod, *node, *container, *ncp_node;
	size_t host_index;
	struct host *host;
	const struct profile *profile;
};

struct net_name {
	ip4 addr;
	const char *name; /* "registry", "t0-edge:up-en1", "k8s.gcr.io" */
};

struct net;

/* NULL if the model cannot be realized; reasons in 'd'. */
struct net *net_new(struct model *m, uint64_t seed, struct diag *d);
void net_free(struct net *n);
/* False, and nothing changed, if the new model differs in its wiring (nodes,
 * interfaces, segments, addresses); 'd' says where, and to put it into the
 * scenario's own "change" instead. */
bool net_apply(struct net *n, struct model *m, struct diag *d);

struct world *net_world(const struct net *n);
/* Never NULL: kind NET_REF_NONE for unknown numbers. What the number stands for
 * stays the same; the record is valid until the next net_apply(). */
const struct net_ref *net_ref(const struct net *n, uint32_t ref);
/* Numbers run from 1 to this. */
uint32_t net_ref_count(const struct net *n);
/* Hosts become nodes of the world when they are asked for here, or when the
 * first frame reaches their segment; nothing that can be observed depends on
 * when. */
struct host *net_host(struct net *n, const char *name);
const struct net_workload *net_workload(struct net *n, const char *id);
/* All hosts, now: for whoever looks at every port, as captures do. */
void net_make_hosts(struct net *n);
/* Names for did-you-mean and listings; arrays belong to 'n'. */
const char *const *net_host_names(const struct net *n, size_t *count);
const char *const *net_workload_names(const struct net *n, size_t *count);
/* What addresses are called, each once; valid until the next net_apply().
 * Makes all hosts. */
const struct net_name *net_names(struct net *n, size_t *count);
/* All routers but the hosts: gateways with their parts, routers outside. */
const struct net_gateway *net_gateways(const struct net *n, size_t *count);

#endif
