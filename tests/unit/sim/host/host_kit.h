/* SPDX-License-Identifier: Apache-2.0 */
/* A client, a router and two servers, for the tests of sim/host.
 *
 *	client 10.0.0.2 - r 10.0.0.1 | 10.0.1.1 - server 10.0.1.2
 *	                                        '- dns    10.0.1.53
 *
 * The router has access rules (host_kit_reject), and may lose the way back. */
#ifndef HOST_KIT_H
#define HOST_KIT_H

#include "sim/base/str.h"
#include "sim/host/dnsd.h"
#include "sim/host/probe.h"
#include "sim/host/pull.h"
#include "sim/host/registry.h"
#include "sim/host/stack.h"
#include "tests/unit/sim/world/world_kit.h"

struct host_kit {
	struct world_kit k;
	struct router *r;
	struct host *client, *server, *dns;
	struct dnsd *dnsd;
	struct router_tables tables; /* of the router */
	struct rib_route routes[2];
	struct acl_rule rule;
	struct host_conf conf; /* of the client */
	struct str text;       /* of the last probe or pull */
	uint64_t took;	       /* ns */
};

/* A host on one network; its main interface comes after "lo". */
static inline struct host *host_kit_host(struct host_kit *h, const char *name,
					 const char *addr, const char *gateway)
{
	struct host *host = host_new(h->k.world, name, name);
	struct router *r = host_router(host);
	struct addr_if a = world_kit_if(addr);
	uint16_t port = world_kit_port(r, "eth0", addr)->port;
	struct rib_route routes[] = {
		world_kit_route("127.0.0.0/8", NULL, 0),
		world_kit_route("0.0.0.0/0", gateway, port),
		world_kit_route("0.0.0.0/0", NULL, port),
	};
	routes[2].prefix = addr_prefix_of(a.addr, a.len);
	world_kit_routes(r, false, routes, 3);
	return host;
}

static inline struct nic *host_kit_nic(struct host *h)
{
	return router_port(host_router(h), 1)->nic;
}

/* Makes what was changed in 'tables' effective. */
static inline void host_kit_apply(struct host_kit *h)
{
	h->tables.routes = h->routes;
	router_set_tables(h->r, &h->tables);
}

/* The router rejects or drops what goes to 'destination'. */
static inline void host_kit_filter(struct host_kit *h, enum acl_action action,
				   const char *destination)
{
	h->rule = (struct acl_rule){.action = action};
	h->rule.destination.count = 1;
	h->rule.destination.at[0] = world_kit_prefix(destination);
	h->tables.acl_rules = &h->rule;
	h->tables.acl_rule_count = 1;
	host_kit_apply(h);
}

static inline void host_kit_serve(struct host_kit *h)
{
	static const ip4 address = {0x0a000102};
	static const char *const tags[] = {"latest"};
	static const uint64_t layers[] = {100000};
	static const struct registry_image image = {"busybox", tags, 1, layers,
						    1};
	static const struct tls_server tls = {
		.issuer = HOST_PUBLIC,
		.not_before = VCLOCK_EPOCH - 86400,
		.not_after = VCLOCK_EPOCH + 86400};
	struct registry_conf conf = {443, 0, &image, 1, &tls};
	struct dnsd_record records[] = {
		{"registry.example", &address, 1, DNS_NOERROR},
		{"empty.example", NULL, 0, DNS_NOERROR},
		{"broken.example", NULL, 0, DNS_SERVFAIL},
	};
	registry_serve(h->server, &conf);
	h->dnsd = dnsd_new(h->dns);
	struct dnsd_conf names = {
		.records = records, .record_count = 3, .others = DNS_NXDOMAIN};
	dnsd_set(h->dnsd, &names);
}

static inline void host_kit_init(struct host_kit *h)
{
	struct link_conf link = {.delay_ns = WORLD_KIT_DELAY};
	memset(h, 0, sizeof(*h));
	world_kit_init(&h->k);
	h->r = router_new(h->k.world, "r", "r");
	struct nic *left = world_kit_port(h->r, "left", "10.0.0.1/24");
	struct nic *right = world_kit_port(h->r, "right", "10.0.1.1/24");
	h->client = host_kit_host(h, "client", "10.0.0.2/24", "10.0.0.1");
	h->server = host_kit_host(h, "server", "10.0.1.2/24", "10.0.1.1");
	h->dns = host_kit_host(h, "dns", "10.0.1.53/24", "10.0.1.1");
	world_kit_cable(&h->k, host_kit_nic(h->client), left);
	struct bridge *b = bridge_new(h->k.world, "net");
	bridge_attach(b, right, &link);
	bridge_attach(b, host_kit_nic(h->server), &link);
	bridge_attach(b, host_kit_nic(h->dns), &link);
	h->routes[0] = world_kit_route("10.0.0.0/24", NULL, 0);
	h->routes[1] = world_kit_route("10.0.1.0/24", NULL, 1);
	h->tables = (struct router_tables){.route_count = 2,
					   .forwards = true,
					   .icmp_ttl = true,
					   .icmp_frag_needed = true,
					   .icmp_errors = true};
	host_kit_apply(h);
	host_kit_serve(h);
	h->conf.nameservers[0] = world_kit_ip4("10.0.1.53");
	h->conf.nameserver_count = 1;
	h->conf.authorities[0] = HOST_PUBLIC;
	h->conf.authority_count = 1;
	host_configure(h->client, &h->conf);
}

/* What is still under way comes to its end. */
static inline void host_kit_fini(struct host_kit *h)
{
	struct world *w = h->k.world;
	ck_assert(world_run_until(w, world_now(w) + 300 * VCLOCK_S));
	str_fini(&h->text);
	world_kit_fini(&h->k);
}

static inline void host_kit_probed(void *context, const struct probe_result *r)
{
	(void)r;
	*(bool *)context = true;
}

/* One probe from the client, to its end. */
static inline bool host_kit_probe(struct host_kit *h,
				  const struct probe_conf *conf)
{
	bool done = false;
	struct world *w = h->k.world;
	struct probe *p = probe_new(h->client, conf, host_kit_probed, &done);
	ck_assert(world_run_while(w, &done, world_now(w) + 400 * VCLOCK_S));
	ck_assert(done);
	const struct probe_result *r = probe_result(p);
	bool ok = r->ok;
	h->took = r->ended - r->started;
	str_clear(&h->text);
	str_add(&h->text, str_text(&r->text));
	probe_free(p);
	return ok;
}

static inline void host_kit_pulled(void *context, const struct pull_result *r)
{
	(void)r;
	*(bool *)context = true;
}

static inline bool host_kit_pull(struct host_kit *h, const char *profile,
				 const char *image)
{
	bool done = false;
	struct world *w = h->k.world;
	struct pull *p = pull_new(h->client, profile_find(profile), image,
				  host_kit_pulled, &done);
	ck_assert(world_run_while(w, &done, world_now(w) + 400 * VCLOCK_S));
	ck_assert(done);
	const struct pull_result *r = pull_result(p);
	bool ok = r->ok;
	h->took = r->ended - r->started;
	str_clear(&h->text);
	str_add(&h->text, str_text(&r->error));
	pull_free(p);
	return ok;
}

/* Frames of a kind that left port 1 (port 0: lo) of 'from'; kind: IP protocol
 * and destination port, and for TCP the flags of the segment (0: any). */
static inline size_t host_kit_count(const struct host_kit *h,
				    const struct nic *from, uint8_t proto,
				    uint16_t dport, uint8_t flags)
{
	size_t count = 0;
	for (size_t i = 0; i < h->k.frames.count; i++) {
		const struct world_kit_frame *f = &h->k.frames.at[i];
		const uint8_t *ip = f->bytes + ETH_SIZE;
		if (f->nic != from || be_load16(f->bytes + 12) != ETH_TYPE_IP4)
			continue;
		count += ip[9] == proto && be_load16(ip + 22) == dport &&
			 (!flags || ip[33] == flags);
	}
	return count;
}

#endif
