/* SPDX-License-Identifier: Apache-2.0 */
/* A small network for the tests of this folder, and ways to change it and to
 * look at it.
 *
 *	vm-a 10.1.0.10 - seg-a - t1 (SR) ---.      .- en1 192.0.2.2 -.
 *	vm-b 10.2.0.10 - seg-b - t1b (DR) --- t0 -+                   + up - gw
 *	                                           '- en2 192.0.2.3 -'   .254
 *	gw 198.51.100.1 - net - server 198.51.100.10
 *
 * t1 hides 10.1.0.0/24 behind 30.0.0.1, t0 maps that to 192.0.2.2. */
#ifndef NET_KIT_H
#define NET_KIT_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "sim/host/probe.h"
#include "sim/record/trace.h"
#include "topology/build/net.h"

struct net_kit {
	struct diag diag;
	struct tree *tree;
	struct model *model;
	struct net *net; /* NULL: refused, see 'said' */
	struct trace trace;
	struct str said;
};

static const char net_kit_base[] =
	"nsx_version: '3.0'\n"
	"edge_clusters: {ec: {edges: {en1: {}, en2: {}}}}\n"
	"tier0s:\n"
	"  t0:\n"
	"    ha_mode: ACTIVE_ACTIVE\n"
	"    edge_cluster: ec\n"
	"    interfaces:\n"
	"      up1: {edge: en1, segment: up, address: 192.0.2.2/24}\n"
	"      up2: {edge: en2, segment: up, address: 192.0.2.3/24}\n"
	"    static_routes:\n"
	"      out: {network: 0.0.0.0/0, next_hops: [192.0.2.254]}\n"
	"    nat_rules:\n"
	"      one: {action: REFLEXIVE, source_network: 30.0.0.1,"
	" translated_network: 192.0.2.2}\n"
	"tier1s:\n"
	"  t1:\n"
	"    tier0: t0\n"
	"    edge_cluster: ec\n"
	"    route_advertisement_types: [TIER1_CONNECTED, TIER1_NAT,"
	" TIER1_LB_VIP]\n"
	"    nat_rules:\n"
	"      hide: {action: SNAT, source_network: 10.1.0.0/24,"
	" translated_network: 30.0.0.1}\n"
	"  t1b: {tier0: t0, route_advertisement_types: [TIER1_CONNECTED]}\n"
	"segments:\n"
	"  seg-a: {tier1: t1, gateway_address: 10.1.0.1/24}\n"
	"  seg-b: {tier1: t1b, gateway_address: 10.2.0.1/24}\n"
	"  up: {}\n"
	"  net: {}\n"
	"lb_pools: {web: {members: ['10.1.0.10:80']}}\n"
	"lb_virtual_servers:\n"
	"  vip: {tier1: t1, ip_address: 30.0.1.1, ports: [80], pool: web}\n"
	"routers:\n"
	"  gw:\n"
	"    interfaces:\n"
	"      up: {segment: up, address: 192.0.2.254/24}\n"
	"      net: {segment: net, address: 198.51.100.1/24}\n"
	"    routes:\n"
	"      in: {network: 30.0.1.0/24, next_hops: [192.0.2.2,"
	" 192.0.2.3]}\n"
	"      b: {network: 10.2.0.0/24, next_hops: [192.0.2.2, 192.0.2.3]}\n"
	"hosts:\n"
	"  vm-a: {segment: seg-a, address: 10.1.0.10/24, gateway: 10.1.0.1,"
	" nameservers: [198.51.100.10], http_servers: {web: {port: 80}}}\n"
	"  vm-b: {segment: seg-b, address: 10.2.0.10/24, gateway: 10.2.0.1}\n"
	"  server: {segment: net, address: 198.51.100.10/24,"
	" gateway: 198.51.100.1, http_servers: {web: {port: 443}},"
	" dns_server: {records: {a.example: 192.0.2.77}}}\n"
	"workloads: {job: {host: vm-a}}\n";

/* The base with a merge patch, or as it is (NULL). */
static inline struct model *net_kit_read(struct net_kit *k, const char *patch)
{
	size_t len = strlen(net_kit_base);
	struct tree *t = tree_parse("base", net_kit_base, len, &k->diag);
	ck_assert_ptr_nonnull(t);
	if (patch) {
		struct tree *p =
			tree_parse("patch", patch, strlen(patch), &k->diag);
		ck_assert_ptr_nonnull(p);
		struct tree *merged = tree_merge(t, p->root, &k->diag);
		ck_assert_ptr_nonnull(merged);
		tree_free(p);
		tree_free(t);
		t = merged;
	}
	struct model *m = model_read(t, &k->diag);
	tree_free(t);
	str_clear(&k->said);
	diag_print(&k->diag, false, &k->said);
	ck_assert_msg(m != NULL, "%s", str_text(&k->said));
	return m;
}

static inline void net_kit_init(struct net_kit *k, const char *patch)
{
	memset(k, 0, sizeof(*k));
	diag_init(&k->diag);
	struct model *m = net_kit_read(k, patch);
	k->net = net_new(m, 1, &k->diag);
	model_free(m); /* nothing of it may be needed any more */
	str_clear(&k->said);
	diag_print(&k->diag, false, &k->said);
	if (k->net)
		trace_init(&k->trace, net_world(k->net));
}

/* net_apply() of the base with 'patch'. */
static inline bool net_kit_apply(struct net_kit *k, const char *patch)
{
	struct model *m = net_kit_read(k, patch);
	bool ok = net_apply(k->net, m, &k->diag);
	model_free(m);
	str_clear(&k->said);
	diag_print(&k->diag, false, &k->said);
	return ok;
}

static inline void net_kit_fini(struct net_kit *k)
{
	if (k->net)
		trace_fini(&k->trace);
	net_free(k->net);
	str_fini(&k->said);
	diag_fini(&k->diag);
}

static inline struct router *net_kit_node(struct net_kit *k, const char *name)
{
	net_host(k->net, name); /* if it is one, it must be there now */
	struct node *n = world_find_node(net_world(k->net), name);
	ck_assert_msg(n && router_of(n), "no router %s", name);
	return router_of(n);
}

/* A route as "t1n [3] via 100.64.0.1 gw 169.254.0.1 backplane", all selected
 * ones for 'prefix' joined by " + "; "" if there is none. */
static inline const char *net_kit_routes(struct net_kit *k, const char *node,
					 const char *prefix)
{
	static char text[512];
	const struct router *r = net_kit_node(k, node);
	const struct rib *rib = router_rib(r);
	struct str s = {0};
	for (size_t i = 0; i < rib->count; i++) {
		const struct rib_route *e = &rib->routes[i];
		char p[ADDR_PREFIX_SIZE], via[ADDR_IP4_SIZE], gw[ADDR_IP4_SIZE];
		if (!e->selected ||
		    strcmp(addr_print_prefix(e->prefix, p), prefix) != 0)
			continue;
		str_addf(&s, "%s%s [%u]", s.len ? " + " : "",
			 rib_kind_letters(e->kind), e->distance);
		if (e->null) {
			str_add(&s, " null");
			continue;
		}
		if (e->via.v)
			str_addf(&s, " via %s", addr_print_ip4(e->via, via));
		if (!addr_same(e->gateway, e->via))
			str_addf(&s, " gw %s", addr_print_ip4(e->gateway, gw));
		str_addf(&s, " %s", router_port(r, e->port)->nic->name);
	}
	ck_assert_uint_lt(s.len, sizeof(text));
	strcpy(text, str_text(&s));
	str_fini(&s);
	return text;
}

#define net_kit_expect_routes(k, node, prefix, expected)                       \
	ck_assert_str_eq(net_kit_routes(k, node, prefix), expected)

static inline struct probe *net_kit_start(struct net_kit *k, const char *from,
					  const struct probe_conf *conf,
					  probe_done_fn *done, void *context)
{
	struct host *h = net_host(k->net, from);
	ck_assert_msg(h != NULL, "no host %s", from);
	return probe_new(h, conf, done, context);
}

static inline void net_kit_done(void *context, const struct probe_result *r)
{
	(void)r;
	*(bool *)context = true;
}

/* A second, for what is under way. */
static inline void net_kit_wait(struct net_kit *k)
{
	struct world *w = net_world(k->net);
	ck_assert(world_run_until(w, world_now(w) + VCLOCK_S));
}

/* Runs one probe to its end; whether it went well. */
static inline bool net_kit_probe(struct net_kit *k, const char *from,
				 const struct probe_conf *conf)
{
	bool done = false;
	struct world *w = net_world(k->net);
	struct probe *p = net_kit_start(k, from, conf, net_kit_done, &done);
	ck_assert(world_run_while(w, &done, world_now(w) + 300 * VCLOCK_S));
	ck_assert(done);
	bool ok = probe_result(p)->ok;
	probe_free(p);
	net_kit_wait(k);
	return ok;
}

static inline bool net_kit_tcp(struct net_kit *k, const char *from,
			       const char *to, uint16_t port)
{
	struct probe_conf c = {.kind = PROBE_TCP, .target = to, .port = port};
	return net_kit_probe(k, from, &c);
}

static inline bool net_kit_ping(struct net_kit *k, const char *from,
				const char *to)
{
	struct probe_conf c = {.kind = PROBE_PING, .target = to};
	return net_kit_probe(k, from, &c);
}

/* How often packets left such a note at 'node' so far. */
static inline size_t net_kit_notes(struct net_kit *k, const char *node,
				   enum note_kind kind)
{
	uint32_t number = world_find_node(net_world(k->net), node)->number;
	size_t count = 0;
	for (size_t i = 0; i < k->trace.notes.count; i++)
		count += k->trace.notes.at[i].note.node == number &&
			 k->trace.notes.at[i].note.kind == kind;
	return count;
}

/* The reason of the last drop at 'node', "" if there was none. */
static inline const char *net_kit_drop(struct net_kit *k, const char *node)
{
	uint32_t number = world_find_node(net_world(k->net), node)->number;
	const char *reason = "";
	for (size_t i = 0; i < k->trace.notes.count; i++) {
		const struct note *n = &k->trace.notes.at[i].note;
		if (n->node == number && n->kind == NOTE_DROPPED)
			reason = drop_name((enum drop)n->reason);
	}
	return reason;
}

#endif
