/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/remedy.h"

#include <string.h>

#include "tools/explain/lineage.h"

static const char *name_of(const struct lineage *l, uint32_t ref)
{
	return outcome_ref(l->outcome, ref)->name;
}

/* "default-out (0.0.0.0/0 via 10.27.51.254)": the route taken at 'hop'. */
static void add_route(const struct lineage *l, const struct walk_hop *hop,
		      struct str *out)
{
	str_addf(out, "%s (%s) of %s", name_of(l, hop->route),
		 outcome_ref_text(l->outcome, hop->route, hop->time),
		 hop->label);
}

/* Whether somebody wrote the route taken at 'hop', so that it can be mended. */
static bool has_route(const struct lineage *l, const struct walk_hop *hop)
{
	return hop &&
	       outcome_ref(l->outcome, hop->route)->kind == NET_REF_ROUTE;
}

/* A gateway let it out as it was: translate it there, or tell those who do not
 * know it; also the one that answered, if it is that gateway's neighbour. */
static void add_translate(const struct lineage *l, const char *addr,
			  struct str *out)
{
	const char *at = l->end->label, *gateway = l->bare->label;
	const struct walk_hop *last = walk_last(&l->there);
	str_addf(out,
		 "translate %s at %s to an address that %s knows, such as that "
		 "of an uplink (REFLEXIVE if %s is active-active, else SNAT); "
		 "or give %s",
		 addr, gateway, at, gateway, at);
	if (l->bare + 1 == last && strcmp(last->label, at) != 0)
		str_addf(out, ", or %s itself,", last->label);
	str_addf(out, " a route to %s through %s", addr, gateway);
}

/* The answer's address is known to nobody where it died. */
static void add_unknown_address(const struct lineage *l, struct str *out)
{
	char addr[ADDR_IP4_SIZE];
	const char *at = l->end->label;
	addr_print_ip4(l->end->dst, addr);
	if (l->bare)
		add_translate(l, addr, out);
	else if (l->maker)
		str_addf(out,
			 "give %s a route to %s through %s; or let rule %s "
			 "translate to an address that %s knows, such as that "
			 "of an uplink",
			 at, addr, l->maker->label, name_of(l, l->made->ref),
			 at);
	else
		str_addf(out, "give %s a route to %s", at, addr);
}

static void add_advertise(const struct lineage *l, struct str *out)
{
	char addr[ADDR_IP4_SIZE];
	const struct walk_nat *nat;
	ip4 lost = l->turned->dst;
	const struct walk_hop *owner = lineage_maker_of(l, lost, &nat);
	addr_print_ip4(lost, addr);
	if (owner)
		str_addf(
			out,
			"let %s advertise %s to %s: TIER1_NAT belongs into its "
			"route_advertisement_types",
			owner->label, addr, l->turner->label);
	else
		str_addf(out,
			 "give %s a route to %s: let the Tier-1 that has it "
			 "advertise it (TIER1_CONNECTED)",
			 l->turner->label, addr);
}

static void add_own_address(const struct lineage *l, struct str *out)
{
	str_addf(out,
		 "let rule %s of %s translate to an address that no other "
		 "rule translates to",
		 name_of(l, l->made->ref), l->maker->label);
}

/* Then the members answer the client directly, past the server. */
static void add_past(const struct lineage *l, struct str *out)
{
	char to[ADDR_IP4_SIZE];
	addr_print_ip4(l->aimed->dst, to);
	if (l->aimed->kind == NOTE_LB)
		str_addf(out,
			 "let the pool of %s hide its clients "
			 "(snat_translation AUTOMAP), so that members answer "
			 "to it; or let clients on this side of %s speak to %s "
			 "itself",
			 name_of(l, l->aimed->ref), l->aimer->label, to);
	else
		str_addf(out,
			 "let clients on this side of %s speak to %s itself; "
			 "or translate their source there, too, so that the "
			 "answer comes back to it",
			 l->aimer->label, to);
}

static void lost_reply(const struct lineage *l, struct str *out)
{
	enum drop reason = l->end->reason;
	if (lineage_is_mixed_up(l))
		add_own_address(l, out);
	else if (lineage_is_turned_away(l))
		add_advertise(l, out);
	else if (lineage_is_past(l))
		add_past(l, out);
	else if (reason == DROP_NO_ROUTE)
		add_unknown_address(l, out);
	else if (reason == DROP_ARP_FAIL && l->maker)
		str_addf(out,
			 "let rule %s of %s translate to an address that "
			 "somebody answers ARP for on that network, such as "
			 "that of an uplink",
			 name_of(l, l->made->ref), l->maker->label);
	else
		str_add(out, drop_remedy(reason));
}

static void no_route(const struct lineage *l, struct str *out)
{
	char addr[ADDR_IP4_SIZE];
	str_addf(out,
		 "give %s a route to %s: a static route, or a connection "
		 "to a gateway that has one",
		 l->end->label, addr_print_ip4(l->end->dst, addr));
}

static void urpf(const struct lineage *l, struct str *out)
{
	char addr[ADDR_IP4_SIZE];
	str_addf(out, "give %s a route back to %s", l->end->label,
		 addr_print_ip4(l->end->src, addr));
	if (l->before)
		str_addf(out, " through %s", l->before->label);
	str_addf(out, ", a static route such as 0.0.0.0/0; or set urpf_mode "
		      "NONE on the interface it came in by");
}

static void no_neighbour(const struct lineage *l, struct str *out)
{
	if (!has_route(l, l->end)) {
		str_add(out, drop_remedy(l->end->reason));
		return;
	}
	str_add(out, "correct the next hop of ");
	add_route(l, l->end, out);
}

/* The last two places with a route that somebody wrote: the packet went to and
 * fro between them. */
static void loop(const struct lineage *l, struct str *out)
{
	const struct walk_hop *found[2];
	size_t count = 0;
	for (size_t i = l->there.count; i-- && count < 2;) {
		const struct walk_hop *h = &l->there.hops[i];
		bool again = count && !strcmp(h->label, found[0]->label);
		if (has_route(l, h) && !again)
			found[count++] = h;
	}
	if (!count) {
		str_add(out, drop_remedy(l->end->reason));
		return;
	}
	str_add(out, "correct ");
	for (size_t i = 0; i < count; i++) {
		str_add(out, i ? ", or " : "");
		add_route(l, found[i], out);
	}
	str_add(out, ": the packet came from where it leads");
}

static void interface_down(const struct lineage *l, struct str *out)
{
	str_addf(out, "bring the interface or its edge up at %s",
		 l->end->label);
	if (!has_route(l, l->before))
		return;
	str_add(out, "; or route around it: correct ");
	add_route(l, l->before, out);
}

static void access_rule(const struct lineage *l, struct str *out)
{
	char src[ADDR_IP4_SIZE], dst[ADDR_ENDPOINT_SIZE];
	str_addf(out, "permit %s > %s before access rule %s of %s",
		 addr_print_ip4(l->end->src, src),
		 addr_print_endpoint(l->end->dst, l->end->dport, dst),
		 name_of(l, l->end->drop_ref), l->end->label);
	const struct walk_nat *nat;
	const struct walk_hop *maker = lineage_maker_of(l, l->end->src, &nat);
	if (maker)
		str_addf(out,
			 "; or translate to an address that it permits, "
			 "at %s (%s)",
			 maker->label, name_of(l, nat->ref));
}

static void no_port_left(const struct lineage *l, struct str *out)
{
	str_addf(out,
		 "give rule %s of %s more translated addresses, or find "
		 "who holds the ports among its sessions",
		 name_of(l, l->end->drop_ref), l->end->label);
}

static void no_member(const struct lineage *l, struct str *out)
{
	str_addf(out, "add or enable a member of the pool of %s",
		 name_of(l, l->end->drop_ref));
}

/* What can be said better of a lost request than the reason's own remedy. */
static void (*const better[DROP_COUNT])(const struct lineage *l,
					struct str *out) = {
	[DROP_NO_ROUTE] = no_route,
	[DROP_URPF] = urpf,
	[DROP_NEIGH] = no_neighbour,
	[DROP_TTL_ZERO] = loop,
	[DROP_IFACE_DOWN] = interface_down,
	[DROP_ACL_DROP] = access_rule,
	[DROP_ACL_REJECT] = access_rule,
	[DROP_NAT_PORTS] = no_port_left,
	[DROP_LB] = no_member,
};

void remedy_print(const struct outcome *o, const struct cause *c,
		  struct str *out)
{
	static struct lineage l; /* large; one thread prints */
	if (!c->blocked)
		return;
	lineage_of(o, c, &l);
	if (!l.end)
		str_add(out, drop_remedy(c->blocked->reason));
	else if (c->blocked != c->request)
		lost_reply(&l, out);
	else if (better[c->blocked->reason])
		better[c->blocked->reason](&l, out);
	else
		str_add(out, drop_remedy(c->blocked->reason));
}
