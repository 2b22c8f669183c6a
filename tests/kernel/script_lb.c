/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual servers, as nftables: DNAT that counts, and the client's address made
 * the VIP where the pool says so. A server acts on what comes from inside, too. */
#include "tests/kernel/script.h"

#include "sim/wire/ip4.h"

struct pool {
	const struct model_lb_member *at[64];
	size_t count;
	bool ports; /* members have their own */
};

static const struct model_lb_virtual_server *servers(const struct plan *p,
						     size_t *count)
{
	*count = p->model->lb_virtual_servers.count;
	return p->model->lb_virtual_servers.at;
}

/* Without an edge there is no service router to run it. */
static bool is_of(const struct plan *p, size_t node,
		  const struct model_lb_virtual_server *s)
{
	const struct plan_node *n = &p->nodes.at[node];
	return n->kind == PLAN_TIER1 && s->tier1.index == n->index &&
	       p->model->tier1s.at[n->index].edge_cluster.name;
}

bool script_has_servers(const struct plan *p, size_t node)
{
	size_t count;
	const struct model_lb_virtual_server *s = servers(p, &count);
	for (size_t i = 0; i < count; i++)
		if (is_of(p, node, &s[i]))
			return true;
	return false;
}

static const struct model_lb_pool *
pool_of(const struct plan *p, const struct model_lb_virtual_server *s)
{
	return &p->model->lb_pools.at[s->pool.index];
}

static void collect(const struct plan *p,
		    const struct model_lb_virtual_server *s, struct pool *out)
{
	const struct model_lb_pool *pool = pool_of(p, s);
	*out = (struct pool){.count = 0};
	for (size_t i = 0; i < pool->members.count && out->count < 64; i++)
		if (pool->members.at[i].enabled)
			out->at[out->count++] = &pool->members.at[i];
	for (size_t i = 0; i < out->count; i++)
		out->ports |= out->at[i]->port != 0;
}

/* "ip daddr VIP tcp dport 80-81 " */
static void add_match(const struct model_lb_virtual_server *s,
		      struct addr_ports ports, struct str *out)
{
	char vip[ADDR_IP4_SIZE];
	str_addf(out, "ip daddr %s %s dport %u-%u ",
		 addr_print_ip4(s->ip_address, vip),
		 s->protocol == MODEL_TCP ? "tcp" : "udp", ports.first,
		 ports.last);
}

/* "dnat to numgen inc mod 2 map { 0 : 10.0.0.1 . 80, 1 : 10.0.0.2 . 80 }". Here
 * all members have ports of their own, or none has. */
static void add_members(const struct pool *pool, struct str *out)
{
	char text[ADDR_IP4_SIZE];
	str_addf(out, "dnat %sto numgen inc mod %zu map { ",
		 pool->ports ? "ip addr . port " : "", pool->count);
	for (size_t i = 0; i < pool->count; i++) {
		str_addf(out, "%s%zu : %s", i ? ", " : "", i,
			 addr_print_ip4(pool->at[i]->ip_address, text));
		if (pool->ports)
			str_addf(out, " . %u", pool->at[i]->port);
	}
	str_add(out, " }\n");
}

void script_servers_in(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	const struct model_lb_virtual_server *s = servers(p, &count);
	for (size_t i = 0; i < count; i++) {
		struct pool pool;
		collect(p, &s[i], &pool);
		for (size_t j = 0;
		     j < s[i].ports.count && is_of(p, node, &s[i]); j++) {
			if (!s[i].enabled || !pool.count)
				continue;
			add_match(&s[i], s[i].ports.at[j], out);
			add_members(&pool, out);
		}
	}
}

/* What opens no session, and what nobody serves, goes no further. */
void script_servers_stray(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	const struct model_lb_virtual_server *s = servers(p, &count);
	for (size_t i = 0; i < count; i++) {
		struct pool pool;
		collect(p, &s[i], &pool);
		for (size_t j = 0;
		     j < s[i].ports.count && is_of(p, node, &s[i]); j++) {
			if (!s[i].enabled)
				continue;
			add_match(&s[i], s[i].ports.at[j], out);
			str_add(out, pool.count ? "ct state invalid drop\n"
						: "drop\n");
		}
	}
}

/* Connections that came to the server. */
static void add_original(const struct model_lb_virtual_server *s,
			 struct str *out)
{
	char vip[ADDR_IP4_SIZE];
	str_addf(out,
		 "ct status dnat meta l4proto %s ct original ip daddr %s "
		 "ct original proto-dst { ",
		 s->protocol == MODEL_TCP ? "tcp" : "udp",
		 addr_print_ip4(s->ip_address, vip));
	for (size_t i = 0; i < s->ports.count; i++)
		str_addf(out, "%s%u-%u", i ? ", " : "", s->ports.at[i].first,
			 s->ports.at[i].last);
	str_add(out, " } ");
}

void script_servers_out(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	char vip[ADDR_IP4_SIZE];
	const struct model_lb_virtual_server *s = servers(p, &count);
	for (size_t i = 0; i < count; i++) {
		if (!is_of(p, node, &s[i]) || !s[i].enabled)
			continue;
		addr_print_ip4(s[i].ip_address, vip);
		add_original(&s[i], out);
		if (pool_of(p, &s[i])->snat_translation == MODEL_LB_AUTOMAP)
			str_addf(out, "snat to %s\n", vip);
		else
			str_add(out, "accept\n");
	}
}

void script_servers_names(const struct plan *p, size_t node, const char *before,
			  struct str *out)
{
	size_t count;
	char vip[ADDR_IP4_SIZE];
	bool any = false;
	const struct model_lb_virtual_server *s = servers(p, &count);
	for (size_t i = 0; i < count; i++) {
		if (!is_of(p, node, &s[i]))
			continue;
		str_addf(out, "%s%s", any ? ", " : before,
			 addr_print_ip4(s[i].ip_address, vip));
		any = true;
	}
	str_add(out, any ? " } " : "");
}

void script_servers_loopbacks(const struct plan *p, size_t node,
			      struct str *out)
{
	size_t count;
	char vip[ADDR_IP4_SIZE];
	const struct model_lb_virtual_server *s = servers(p, &count);
	for (size_t i = 0; i < count; i++)
		if (is_of(p, node, &s[i]))
			str_addf(out, "addr replace %s/32 dev lo\n",
				 addr_print_ip4(s[i].ip_address, vip));
}
