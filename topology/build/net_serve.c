/* SPDX-License-Identifier: Apache-2.0 */
/* What hosts are told and what they serve. */
#include <string.h>

#include "sim/base/mem.h"
#include "sim/host/registry.h"
#include "sim/host/stack.h"
#include "topology/build/net_private.h"

static void configure(struct host *host, const struct model_host *h)
{
	struct host_conf conf = {
		.resolver = h->resolver == MODEL_RESOLVER_STUB
				    ? HOST_RESOLVER_STUB
				    : HOST_RESOLVER_DIRECT,
		.syn = h->kernel == MODEL_SYN_LINUX_5 ? HOST_SYN_LINUX_5
						      : HOST_SYN_LINUX_6_5,
		.nameserver_count = h->nameservers.count,
		.search_count = h->search.count,
		.authority_count = h->trusted_authorities.count,
		.clock_offset = h->clock_offset};
	for (size_t i = 0; i < h->nameservers.count; i++)
		conf.nameservers[i] = h->nameservers.at[i];
	for (size_t i = 0; i < h->search.count; i++)
		conf.search[i] = h->search.at[i];
	for (size_t i = 0; i < h->trusted_authorities.count; i++)
		conf.authorities[i] = h->trusted_authorities.at[i];
	host_configure(host, &conf);
	stack_set_silent(host_stack(host), h->silent_ports.at,
			 h->silent_ports.count);
}

struct names {
	struct arena arena;
	struct {
		VEC(struct dnsd_record);
	} records;
	struct {
		VEC(const char *);
	} zones;
};

static void add_record(struct names *n, const char *zone,
		       const struct model_dns_record *r)
{
	const char *name = r->id.name;
	if (zone && !strcmp(name, "@"))
		name = zone;
	else if (zone)
		name = arena_printf(&n->arena, "%s.%s", name, zone);
	struct dnsd_record one = {name, r->addresses.at, r->addresses.count,
				  r->rcode};
	VEC_ADD(&n->records, one);
}

static void add_names(struct names *n, const struct model_dns_server *s)
{
	for (size_t i = 0; i < s->records.count; i++)
		add_record(n, NULL, &s->records.at[i]);
	for (size_t i = 0; i < s->zones.count; i++) {
		const struct model_dns_zone *z = &s->zones.at[i];
		VEC_ADD(&n->zones, z->id.name);
		for (size_t j = 0; j < z->records.count; j++)
			add_record(n, z->id.name, &z->records.at[j]);
	}
}

static void serve_dns(struct net_host *to, const struct model_host *h)
{
	const struct model_dns_server *s = &h->dns_server;
	struct names n = {.records = {0}};
	if (!s->on)
		return;
	if (!to->dnsd)
		to->dnsd = dnsd_new(to->host);
	arena_init(&n.arena);
	add_names(&n, s);
	struct dnsd_conf conf = {n.records.at, n.records.count, n.zones.at,
				 n.zones.count, s->other_names};
	dnsd_set(to->dnsd, &conf);
	VEC_FREE(&n.records);
	VEC_FREE(&n.zones);
	arena_fini(&n.arena);
}

/* Addresses by which clients reach a host. */
struct doors {
	VEC(ip4);
};

static bool is_door(const struct doors *d, ip4 a)
{
	for (size_t i = 0; i < d->count; i++)
		if (addr_same(d->at[i], a))
			return true;
	return false;
}

static bool pool_leads(const struct model_lb_pool *p, const struct doors *d)
{
	for (size_t i = 0; i < p->members.count; i++)
		if (is_door(d, p->members.at[i].ip_address))
			return true;
	return false;
}

static void add_balanced(const struct model *m, struct doors *d)
{
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *v =
			&m->lb_virtual_servers.at[i];
		if (pool_leads(&m->lb_pools.at[v->pool.index], d))
			VEC_ADD(d, v->ip_address);
	}
}

/* One address becomes another: networks have too many. */
static void add_translated(const struct model_nat_rule *rules, size_t count,
			   struct doors *d)
{
	for (size_t i = 0; i < count; i++) {
		const struct nat_rule *r = &rules[i].rule;
		const struct nat_prefixes *from =
			r->action == NAT_DNAT ? &r->translated : &r->source;
		const struct nat_prefixes *to = r->action == NAT_DNAT
							? &r->destination
							: &r->translated;
		bool maps = r->action == NAT_DNAT || r->action == NAT_REFLEXIVE;
		if (maps && nat_size(from) == 1 && nat_size(to) == 1 &&
		    is_door(d, nat_at(from, 0)))
			VEC_ADD(d, nat_at(to, 0));
	}
}

static void find_doors(const struct model *m, const struct model_host *h,
		       struct doors *d)
{
	for (size_t i = 0; i < h->interfaces.count; i++)
		VEC_ADD(d, h->interfaces.at[i].address.addr);
	add_balanced(m, d);
	for (size_t i = 0; i < m->tier1s.count; i++)
		add_translated(m->tier1s.at[i].nat_rules.at,
			       m->tier1s.at[i].nat_rules.count, d);
	for (size_t i = 0; i < m->tier0s.count; i++)
		add_translated(m->tier0s.at[i].nat_rules.at,
			       m->tier0s.at[i].nat_rules.count, d);
	for (size_t i = 0; i < m->routers.count; i++)
		add_translated(m->routers.at[i].nat_rules.at,
			       m->routers.at[i].nat_rules.count, d);
}

static struct tls_server tls_of(const struct model_tls *t,
				const struct doors *d)
{
	return (struct tls_server){.names = t->names.at,
				   .name_count = t->names.count,
				   .addresses = d->at,
				   .address_count = d->count,
				   .issuer = t->issuer,
				   .not_before = t->not_before,
				   .not_after = t->not_after,
				   .only_12 = t->versions == MODEL_TLS_12,
				   .only_13 = t->versions == MODEL_TLS_13};
}

static void serve_page(struct host *host, const struct model_http_server *s,
		       const struct doors *d)
{
	struct tls_server tls = tls_of(&s->tls, d);
	struct registry_page page = {s->port, s->status, s->body,
				     s->tls.on ? &tls : NULL};
	registry_serve_page(host, &page);
}

static void serve_registry(struct host *host, const struct model_registry *r,
			   const struct doors *d)
{
	struct tls_server tls = tls_of(&r->tls, d);
	struct registry_image *images =
		mem_new(r->images.count, sizeof(*images));
	for (size_t i = 0; i < r->images.count; i++) {
		const struct model_image *image = &r->images.at[i];
		images[i] = (struct registry_image){
			image->id.name, image->tags.at, image->tags.count,
			image->layers.at, image->layers.count};
	}
	struct registry_conf conf = {r->port, r->status, images,
				     r->images.count, r->tls.on ? &tls : NULL};
	registry_serve(host, &conf);
	mem_free(images);
}

static void serve(struct host *host, const struct model *m,
		  const struct model_host *h)
{
	struct doors d = {0};
	find_doors(m, h, &d);
	if (h->registry.on)
		serve_registry(host, &h->registry, &d);
	for (size_t i = 0; i < h->http_servers.count; i++)
		serve_page(host, &h->http_servers.at[i], &d);
	VEC_FREE(&d);
}

void net_serve(struct net *n, const struct model *m, size_t index)
{
	const struct model_host *h = &m->hosts.at[index];
	struct host *host = n->hosts[index].host;
	configure(host, h);
	serve_dns(&n->hosts[index], h);
	if (h->registry.on || h->http_servers.count)
		serve(host, m, h);
}
