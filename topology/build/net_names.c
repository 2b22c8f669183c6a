/* SPDX-License-Identifier: Apache-2.0 */
/* What addresses are called: the host or port that has it, the virtual server
 * behind it, the name that a DNS record gives it, the rule that translates to
 * it. The first name found is the address's name. */
#include "sim/record/portname.h"
#include "topology/build/net_private.h"

static struct flow_key key_of(ip4 addr)
{
	return (struct flow_key){.src = addr};
}

static void add(struct net *n, ip4 addr, const char *name)
{
	struct flow_key key = key_of(addr);
	if (tuples_number(&n->named, &key, 0) < n->names.count)
		return;
	struct net_name one = {addr, arena_text(&n->arena, name)};
	VEC_ADD(&n->names, one);
}

/* Addresses that many nodes have say nothing: loopback, backplanes. */
static bool is_own(const struct router *r, uint16_t port, ip4 a)
{
	return a.v >> 24 != 127 && !router_forward(r)->ports[port].backplane;
}

static void name_port(struct net *n, struct router *r, uint16_t port,
		      const char *host)
{
	const struct router_port *p = router_port(r, port);
	struct str name = {0};
	if (host)
		str_add(&name, host);
	else
		portname_print(p->nic, &name);
	for (unsigned i = 0; i < p->addr_count; i++)
		if (is_own(r, port, p->addrs[i].addr))
			add(n, p->addrs[i].addr, str_text(&name));
	str_fini(&name);
}

/* A host's main interface, the one after its loopback, has the host's name. */
static void name_hosts(struct net *n)
{
	for (size_t i = 0; i < n->host_count; i++)
		name_port(n, host_router(n->hosts[i].host), 1,
			  n->host_names[i]);
}

static void name_ports_of(struct net *n, struct router *r)
{
	uint16_t count = router_node(r)->nic_count;
	for (uint16_t port = 0; port < count; port++)
		name_port(n, r, port, NULL);
}

static void name_ports(struct net *n)
{
	for (size_t i = 0; i < n->gateways.count; i++)
		for (size_t j = 0; j < n->gateways.at[i].part_count; j++)
			name_ports_of(n, n->gateways.at[i].parts[j]);
	for (size_t i = 0; i < n->host_count; i++)
		name_ports_of(n, host_router(n->hosts[i].host));
}

static void name_records(struct net *n, const struct model *m)
{
	for (size_t i = 0; i < m->hosts.count; i++) {
		const struct model_dns_server *s = &m->hosts.at[i].dns_server;
		for (size_t j = 0; j < s->records.count; j++)
			for (size_t k = 0; k < s->records.at[j].addresses.count;
			     k++)
				add(n, s->records.at[j].addresses.at[k],
				    s->records.at[j].id.name);
	}
}

static void name_servers(struct net *n, const struct model *m)
{
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++)
		add(n, m->lb_virtual_servers.at[i].ip_address,
		    m->lb_virtual_servers.at[i].id.name);
}

static const struct addr_prefix *single(const struct nat_prefixes *p)
{
	return p->count == 1 && p->at[0].len == 32 ? &p->at[0] : NULL;
}

/* The address that a rule shows outside. */
static const struct addr_prefix *outside(const struct nat_rule *r)
{
	if (r->action == NAT_DNAT)
		return single(&r->destination);
	if (r->action == NAT_SNAT || r->action == NAT_REFLEXIVE)
		return single(&r->translated);
	return NULL;
}

static uint32_t number_of(struct tuples *addresses, const struct addr_prefix *p)
{
	struct flow_key key = key_of(p->addr);
	return tuples_number(addresses, &key, 0);
}

/* An address of one rule is called by it, one that several share is not. */
static void name_rules(struct net *n, const char *gateway,
		       const struct model_nat_rule *rules, size_t count)
{
	struct tuples addresses = {0};
	size_t *users = mem_new(count + 1, sizeof(*users));
	for (size_t i = 0; i < count; i++) {
		const struct addr_prefix *p = outside(&rules[i].rule);
		if (p)
			users[number_of(&addresses, p)]++;
	}
	for (size_t i = 0; i < count; i++) {
		const struct addr_prefix *p = outside(&rules[i].rule);
		if (!p)
			continue;
		bool shared = users[number_of(&addresses, p)] > 1;
		add(n, p->addr,
		    arena_printf(&n->arena, "%s:%s", gateway,
				 shared ? "nat" : rules[i].id.name));
	}
	tuples_fini(&addresses);
	mem_free(users);
}

static void name_translated(struct net *n, const struct model *m)
{
	for (size_t i = 0; i < m->tier0s.count; i++)
		name_rules(n, m->tier0s.at[i].id.name,
			   m->tier0s.at[i].nat_rules.at,
			   m->tier0s.at[i].nat_rules.count);
	for (size_t i = 0; i < m->tier1s.count; i++)
		name_rules(n, m->tier1s.at[i].id.name,
			   m->tier1s.at[i].nat_rules.at,
			   m->tier1s.at[i].nat_rules.count);
	for (size_t i = 0; i < m->routers.count; i++)
		name_rules(n, m->routers.at[i].id.name,
			   m->routers.at[i].nat_rules.at,
			   m->routers.at[i].nat_rules.count);
}

const struct net_name *net_names(struct net *n, size_t *count)
{
	const struct model *m = n->model;
	net_make_hosts(n);
	n->names.count = 0;
	tuples_fini(&n->named);
	name_hosts(n);
	name_ports(n);
	name_records(n, m);
	name_servers(n, m);
	name_translated(n, m);
	*count = n->names.count;
	return n->names.at;
}
