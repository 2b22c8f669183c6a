/* SPDX-License-Identifier: Apache-2.0 */
/* NAT rules, access rules and what a node says, as nftables. */
#include <string.h>

#include "sim/wire/ip4.h"
#include "tests/kernel/script.h"

/* Priorities of nftables hooks: conntrack is at -200, NAT at -100 and 100. */
#define EARLY	  "-450" /* before fragments are put together */
#define STRAY_IN  "-150"
#define STRAY_OUT "50"

#define RULES_MAX 64

struct ordered {
	const struct model_nat_rule *at[RULES_MAX];
	size_t count;
};

/* Lowest sequence number first, then as in the file. */
static void order(const struct plan *p, size_t node, struct ordered *out)
{
	size_t count;
	const struct model_nat_rule *rules = plan_nat(p, node, &count);
	out->count = 0;
	for (size_t i = 0; i < count && i < RULES_MAX; i++) {
		if (!rules[i].rule.enabled)
			continue;
		size_t to = out->count++;
		for (; to && out->at[to - 1]->rule.sequence_number >
				     rules[i].rule.sequence_number;
		     to--)
			out->at[to] = out->at[to - 1];
		out->at[to] = &rules[i];
	}
}

bool script_by_session(const struct plan *p)
{
	return p->model->title && strstr(p->model->title, SCRIPT_BY_SESSION);
}

bool script_is_stateful(const struct plan *p, size_t node)
{
	size_t count;
	const struct model_nat_rule *rules = plan_nat(p, node, &count);
	for (size_t i = 0; i < count; i++)
		if (rules[i].rule.action != NAT_REFLEXIVE)
			return true;
	return false;
}

/* Whether Linux must know connections there. */
static bool is_tracked(const struct plan *p, size_t node)
{
	return script_is_stateful(p, node) || script_by_session(p) ||
	       script_has_servers(p, node);
}

static void add_addrs(struct str *out, const char *what,
		      const struct nat_prefixes *p)
{
	char text[ADDR_PREFIX_SIZE];
	if (!p->count)
		return;
	str_addf(out, "%s { ", what);
	for (unsigned i = 0; i < p->count; i++)
		str_addf(out, "%s%s", i ? ", " : "",
			 addr_print_prefix(p->at[i], text));
	str_add(out, " } ");
}

static bool in_scope(const struct model_nat_rule *r,
		     const struct plan_place *place)
{
	for (size_t i = 0; i < r->scope.count; i++)
		if (r->scope.at[i].index == place->interface)
			return true;
	return !r->scope.count;
}

/* The uplinks that the rule acts on. */
static void add_uplinks(struct str *out, const struct plan *p, size_t node,
			const struct model_nat_rule *r, bool in)
{
	bool first = true;
	str_add(out, in ? "iifname { " : "mark 1 oifname { ");
	for (size_t i = 0; i < p->places.count; i++) {
		const struct plan_place *place = &p->places.at[i];
		if (place->node != node || !place->uplink ||
		    !in_scope(r, place))
			continue;
		str_addf(out, "%sp%u", first ? "" : ", ",
			 p->places.at[i].number);
		first = false;
	}
	str_add(out, first ? "none } " : " } ");
}

static const char *proto_name(uint8_t proto)
{
	return proto == IP4_PROTO_TCP	? "tcp"
	       : proto == IP4_PROTO_UDP ? "udp"
					: "icmp";
}

static void add_service(struct str *out, uint8_t proto, struct addr_ports ports)
{
	if (!proto)
		return;
	if (!ports.last || proto == IP4_PROTO_ICMP)
		str_addf(out, "meta l4proto %s ", proto_name(proto));
	else
		str_addf(out, "%s dport %u-%u ", proto_name(proto), ports.first,
			 ports.last);
}

/* A service of DNAT says the port after translation, translated_ports the one
 * before; for SNAT its port is ignored (Policy API). */
static void add_match(struct str *out, const struct nat_rule *r)
{
	struct addr_ports ports = r->ports;
	add_addrs(out, "ip saddr", &r->source);
	add_addrs(out, "ip daddr", &r->destination);
	if (r->action == NAT_DNAT && r->translated_ports.last)
		ports = r->translated_ports;
	if (r->action == NAT_SNAT)
		ports = (struct addr_ports){0};
	add_service(out, r->proto, ports);
}

static bool acts(const struct nat_rule *r, bool in)
{
	if (r->action == NAT_REFLEXIVE)
		return true;
	return in == (r->action == NAT_DNAT || r->action == NAT_NO_DNAT);
}

struct rule_of {
	const struct plan *plan;
	size_t node;
	const struct model_nat_rule *rule;
	bool in;
	struct str *out;
};

/* A REFLEXIVE rule address by address; 'verb' is what nft does with each. */
static void add_reflexive(const struct rule_of *x, const char *verb_in,
			  const char *verb_out, const char *end)
{
	const struct nat_rule *r = &x->rule->rule;
	const struct nat_prefixes *from = x->in ? &r->translated : &r->source;
	const struct nat_prefixes *to = x->in ? &r->source : &r->translated;
	char a[ADDR_IP4_SIZE], b[ADDR_IP4_SIZE];
	for (uint64_t i = 0; i < nat_size(from); i++) {
		add_uplinks(x->out, x->plan, x->node, x->rule, x->in);
		str_addf(x->out, "%s %s %s %s%s\n",
			 x->in ? "ip daddr" : "ip saddr",
			 addr_print_ip4(nat_at(from, i), a),
			 x->in ? verb_in : verb_out,
			 addr_print_ip4(nat_at(to, i), b), end);
	}
}

static void add_snat(const struct rule_of *x)
{
	const struct nat_prefixes *to = &x->rule->rule.translated;
	char a[ADDR_IP4_SIZE], b[ADDR_IP4_SIZE];
	ip4 last = nat_at(to, addr_count(to->at[0]) - 1);
	str_addf(x->out, "snat to %s", addr_print_ip4(to->at[0].addr, a));
	if (!addr_same(last, to->at[0].addr))
		str_addf(x->out, "-%s", addr_print_ip4(last, b));
	str_add(x->out, "\n");
}

static void add_dnat_to(const struct rule_of *x, ip4 to)
{
	const struct nat_rule *r = &x->rule->rule;
	char text[ADDR_IP4_SIZE];
	str_addf(x->out, "dnat to %s", addr_print_ip4(to, text));
	if (r->proto && r->ports.last && r->translated_ports.last)
		str_addf(x->out, ":%u", r->ports.first);
	str_add(x->out, "\n");
}

/* n:n by position, n:1 to the one. */
static void add_dnat(const struct rule_of *x)
{
	const struct nat_rule *r = &x->rule->rule;
	uint64_t size = nat_size(&r->translated);
	for (uint64_t i = 0; i < nat_size(&r->destination); i++) {
		struct nat_rule one = *r;
		one.destination.count = 1;
		one.destination.at[0] =
			(struct addr_prefix){nat_at(&r->destination, i), 32};
		add_uplinks(x->out, x->plan, x->node, x->rule, true);
		add_match(x->out, &one);
		add_dnat_to(x, nat_at(&r->translated, i % size));
	}
}

static void add_nat_rule(const struct rule_of *x)
{
	const struct nat_rule *r = &x->rule->rule;
	if (r->action == NAT_REFLEXIVE && script_by_session(x->plan)) {
		add_reflexive(x, "dnat to", "snat to", "");
		return;
	}
	if (r->action == NAT_REFLEXIVE) { /* rewritten already */
		add_uplinks(x->out, x->plan, x->node, x->rule, x->in);
		add_addrs(x->out, x->in ? "ip daddr" : "ip saddr",
			  x->in ? &r->source : &r->translated);
		str_add(x->out, "accept\n");
		return;
	}
	if (r->action == NAT_DNAT) {
		add_dnat(x);
		return;
	}
	add_uplinks(x->out, x->plan, x->node, x->rule, x->in);
	add_match(x->out, r);
	if (r->action == NAT_SNAT)
		add_snat(x);
	else
		str_add(x->out, "accept\n");
}

/* Linux lets packets of no session pass a NAT rule untranslated, and NATs any
 * protocol; see the table of differences (STRAY, PROTOCOL). */
static void add_stray_rule(const struct rule_of *x)
{
	static const char *const dropped[] = {
		"ct state invalid meta l4proto != icmp drop\n",
		"meta l4proto != { icmp, tcp, udp } drop\n",
		"ct state { invalid, new } icmp type != { echo-request, "
		"destination-unreachable, time-exceeded, parameter-problem } "
		"drop\n"};
	const struct nat_rule *r = &x->rule->rule;
	if (r->action == NAT_REFLEXIVE && script_by_session(x->plan)) {
		add_reflexive(x, "ct state invalid ip daddr set",
			      "ct state invalid ip saddr set", " accept");
		add_uplinks(x->out, x->plan, x->node, x->rule, x->in);
		add_addrs(x->out, x->in ? "ip daddr" : "ip saddr",
			  x->in ? &r->translated : &r->source);
		str_add(x->out, "accept\n");
		return;
	}
	if (r->action == NAT_REFLEXIVE) {
		add_reflexive(x, "ip daddr set", "ip saddr set", " accept");
		return;
	}
	if (r->action == NAT_NO_SNAT || r->action == NAT_NO_DNAT) {
		add_uplinks(x->out, x->plan, x->node, x->rule, x->in);
		add_match(x->out, r);
		str_add(x->out, "accept\n");
		return;
	}
	/* A rule for TCP or UDP has nothing to say about others. */
	size_t count = r->proto == IP4_PROTO_TCP || r->proto == IP4_PROTO_UDP
			       ? 1
			       : sizeof(dropped) / sizeof(dropped[0]);
	for (size_t i = 0; i < count; i++) {
		add_uplinks(x->out, x->plan, x->node, x->rule, x->in);
		add_match(x->out, r);
		str_add(x->out, dropped[i]);
	}
	/* The rule has the say; later ones are not asked. */
	add_uplinks(x->out, x->plan, x->node, x->rule, x->in);
	add_match(x->out, r);
	str_add(x->out, "accept\n");
}

static void add_chain(struct str *out, const char *name, const char *type,
		      const char *hook, const char *priority)
{
	str_addf(out, "chain %s {\ntype %s hook %s priority %s;\n", name, type,
		 hook, priority);
}

static void add_names(struct str *out, const struct plan *p, size_t node)
{
	bool first = true;
	for (size_t i = 0; i < p->places.count; i++) {
		if (p->places.at[i].node != node || !p->places.at[i].uplink)
			continue;
		str_addf(out, "%sp%u", first ? "" : ", ",
			 p->places.at[i].number);
		first = false;
	}
}

/* NAT is on uplinks: what stays inside is not looked at, but for VIPs. What has no
 * route (lo) has come to the service router, too. */
static void add_inside(const struct plan *p, size_t node, struct str *out)
{
	add_chain(out, "inside", "filter", "prerouting", EARLY);
	str_add(out, "iifname != { ");
	add_names(out, p, node);
	str_add(out, " } ");
	script_servers_names(p, node, "ip daddr != { ", out);
	str_add(out, "fib daddr oifname != { lo, ");
	add_names(out, p, node);
	str_add(out, " } notrack\n}\n");
}

static void add_stage(const struct plan *p, size_t node, bool in,
		      struct str *out)
{
	struct ordered rules;
	order(p, node, &rules);
	for (int stray = 1; stray >= 0; stray--) {
		add_chain(out,
			  stray ? (in ? "stray_in" : "stray_out")
				: (in ? "nat_in" : "nat_out"),
			  stray ? "filter" : "nat",
			  in ? "prerouting" : "postrouting",
			  stray ? (in ? STRAY_IN : STRAY_OUT)
				: (in ? "-100" : "100"));
		/* Answers in a session are asked nothing. */
		if (stray && !in && script_is_stateful(p, node))
			str_add(out,
				"ct direction reply ct state { established, "
				"related } meta l4proto { icmp, tcp, udp } "
				"accept\n");
		else if (stray && !in && script_has_servers(p, node))
			str_add(out, "ct direction reply ct status dnat "
				     "accept\n");
		/* Without state there is nothing to track. */
		if (!stray && !is_tracked(p, node)) {
			str_add(out, "}\n");
			continue;
		}
		if (stray && in)
			script_servers_stray(p, node, out);
		if (!stray && in)
			script_servers_in(p, node, out);
		if (!stray && !in)
			script_servers_out(p, node, out);
		for (size_t i = 0; i < rules.count; i++) {
			struct rule_of x = {p, node, rules.at[i], in, out};
			if (!acts(&rules.at[i]->rule, in))
				continue;
			if (stray)
				add_stray_rule(&x);
			else
				add_nat_rule(&x);
		}
		str_add(out, "}\n");
	}
}

static void add_access(const struct model_router *r, struct str *out)
{
	bool done[RULES_MAX] = {false};
	add_chain(out, "access", "filter", "prerouting", EARLY);
	for (size_t n = 0; n < r->acl.count && n < RULES_MAX; n++) {
		size_t best = RULES_MAX;
		for (size_t i = 0; i < r->acl.count && i < RULES_MAX; i++)
			if (!done[i] &&
			    (best == RULES_MAX ||
			     r->acl.at[i].rule.sequence_number <
				     r->acl.at[best].rule.sequence_number))
				best = i;
		const struct acl_rule *rule = &r->acl.at[best].rule;
		done[best] = true;
		add_addrs(out, "ip saddr", &rule->source);
		add_addrs(out, "ip daddr", &rule->destination);
		add_service(out, rule->proto, rule->ports);
		str_add(out, rule->action == ACL_PERMIT ? "accept\n"
			     : rule->action == ACL_DROP
				     ? "drop\n"
				     : "reject with icmp admin-prohibited\n");
	}
	str_add(out, "}\n");
}

static void add_nulls(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	char text[ADDR_PREFIX_SIZE];
	const struct model_route *routes = plan_routes(p, node, &count);
	for (size_t i = 0; i < count; i++)
		if (!routes[i].next_hops.count)
			str_addf(out, "oifname lo ip daddr %s drop\n",
				 addr_print_prefix(routes[i].network, text));
}

/* Of itself a router answers nothing but echo requests, and those for the
 * addresses of its ports only. */
static void add_input(const struct plan *p, size_t node, struct str *out)
{
	size_t count;
	char text[ADDR_IP4_SIZE];
	const struct model_nat_rule *rules = plan_nat(p, node, &count);
	add_chain(out, "in", "filter", "input", "0");
	for (size_t i = 0; i < count; i++) {
		const struct nat_prefixes *o = script_owned(&rules[i].rule);
		for (uint64_t j = 0; o && j < nat_size(o); j++)
			if (!plan_owns(p, node, nat_at(o, j)))
				str_addf(out, "ip daddr %s drop\n",
					 addr_print_ip4(nat_at(o, j), text));
	}
	str_add(out, "icmp type echo-request accept\ndrop\n}\n");
	/* What the node makes itself is not translated: it has no mark. Null
	 * routes and the route of last resort lead to lo, see script.c. */
	add_chain(out, "forwarded", "filter", "forward", "0");
	str_add(out, "meta mark set 1\n");
	add_nulls(p, node, out);
	str_add(out, "oifname lo reject with icmp net-unreachable\n}\n");
}

struct icmp_knobs {
	bool unreachable, exceeded, too_big;
};

static void add_output(struct icmp_knobs tells, struct str *out)
{
	add_chain(out, "out", "filter", "output", "0");
	str_add(out, "oifname lo drop\n"
		     "icmp type time-exceeded icmp code 1 drop\n");
	if (!tells.too_big)
		str_add(out, "icmp type destination-unreachable "
			     "icmp code 4 drop\n");
	if (!tells.unreachable)
		str_add(out, "icmp type destination-unreachable "
			     "icmp code != 4 drop\n");
	if (!tells.exceeded)
		str_add(out, "icmp type time-exceeded drop\n");
	str_add(out, "}\n");
}

static void add_host(const struct plan *p, size_t node, struct str *out)
{
	const struct model_host *h = script_host(p, node);
	add_chain(out, "in", "filter", "input", "0");
	str_add(out, "icmp type timestamp-request drop\n");
	for (size_t i = 0; i < h->silent_ports.count; i++)
		str_addf(out, "%s%u",
			 i ? ", " : "meta l4proto { tcp, udp } th dport { ",
			 h->silent_ports.at[i]);
	str_add(out, h->silent_ports.count ? " } drop\n}\n" : "}\n");
	add_chain(out, "out", "filter", "output", "0");
	str_add(out, "icmp type time-exceeded icmp code 1 drop\n}\n");
}

void script_rules(const struct plan *p, size_t node, struct str *out)
{
	const struct plan_node *n = &p->nodes.at[node];
	const struct model *m = p->model;
	size_t count;
	plan_nat(p, node, &count);
	str_add(out, "table ip k {\n");
	if (count || script_has_servers(p, node)) {
		if (is_tracked(p, node))
			add_inside(p, node, out);
		add_stage(p, node, true, out);
		add_stage(p, node, false, out);
	}
	script_uncounted(p, node, out);
	if (n->kind == PLAN_HOST)
		add_host(p, node, out);
	else
		add_input(p, node, out);
	if (n->kind == PLAN_TIER0)
		add_output(
			(struct icmp_knobs){
				m->tier0s.at[n->index].icmp_unreachable,
				m->tier0s.at[n->index].icmp_ttl_exceeded,
				m->tier0s.at[n->index]
					.icmp_fragmentation_needed},
			out);
	if (n->kind == PLAN_TIER1)
		add_output(
			(struct icmp_knobs){
				m->tier1s.at[n->index].icmp_unreachable,
				m->tier1s.at[n->index].icmp_ttl_exceeded,
				m->tier1s.at[n->index]
					.icmp_fragmentation_needed},
			out);
	if (n->kind == PLAN_ROUTER) {
		add_output(
			(struct icmp_knobs){
				m->routers.at[n->index].icmp_unreachable,
				m->routers.at[n->index].icmp_ttl_exceeded,
				m->routers.at[n->index]
					.icmp_fragmentation_needed},
			out);
		if (m->routers.at[n->index].acl.count)
			add_access(&m->routers.at[n->index], out);
	}
	str_add(out, "}\n");
}
