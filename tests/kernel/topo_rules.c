/* SPDX-License-Identifier: Apache-2.0 */
/* Random NAT rules, such as the gateway may have. */
#include "tests/kernel/topo_private.h"

#include <string.h>

/* The header of a map is written with its first entry. */
static void begin_rule(struct topo *t, const char *action)
{
	if (!t->rules)
		str_add(&t->text, "    nat_rules:\n");
	str_addf(&t->text, "      n%u: {action: %s, sequence_number: %u",
		 t->rules++, action, topo_below(t, 3) * 10);
	if (topo_maybe(t, 6))
		str_add(&t->text, ", enabled: false");
	/* Both next hops must be translated alike. */
	if (t->in_tier0 && t->edges > 1 && !t->has[TOPO_EQUAL_COST] &&
	    topo_maybe(t, 25))
		str_addf(&t->text, ", scope: [up%u]",
			 topo_below(t, t->up_count));
	t->has[TOPO_NAT] = true;
	t->stateful |= strcmp(action, "REFLEXIVE") != 0;
}

static void end_rule(struct topo *t)
{
	str_add(&t->text, "}\n");
}

static void add_image(struct topo *t, uint32_t addr)
{
	if (t->image_count < 64)
		t->images[t->image_count++] = addr_ip4(addr);
}

/* Who is hidden: all of 'net', a part of it, or one host in it. */
static unsigned source_len(struct topo *t, uint32_t net, unsigned len,
			   uint32_t *addr)
{
	int host = topo_host_in(t, net, len);
	*addr = net;
	if (topo_maybe(t, 50) || host < 0)
		return len;
	*addr = t->hosts.at[host].addr.v;
	return topo_maybe(t, 50) ? 32 : 24 + topo_below(t, 7);
}

static void add_snat(struct topo *t, uint32_t net, unsigned len, uint32_t to)
{
	uint32_t addr;
	unsigned source = source_len(t, net, len, &addr);
	begin_rule(t, "SNAT");
	topo_net(t, "source_network", addr, source);
	if (topo_maybe(t, 20))
		topo_net(t, "destination_network", OUTSIDE,
			 23 + topo_below(t, 2));
	if (topo_maybe(t, 15))
		str_addf(&t->text, ", service: %s", topo_service(t));
	topo_net(t, "translated_network", to, 32);
	end_rule(t);
	topo_target_add(t, to, -1);
	add_image(t, to);
}

static void add_no_snat(struct topo *t, uint32_t net, unsigned len)
{
	uint32_t addr;
	unsigned source = source_len(t, net, len, &addr);
	begin_rule(t, "NO_SNAT");
	topo_net(t, "source_network", addr, source);
	if (topo_maybe(t, 80))
		topo_net(t, "destination_network",
			 OUTSIDE + topo_below(t, 2) * 256,
			 24 + topo_below(t, 2));
	end_rule(t);
}

/* Whether a Tier-1 maps the host by session: then its answers are not to come
 * in a session of Tier-0. */
static bool is_mapped(const struct topo *t, int host)
{
	return host >= 0 &&
	       t->mapped >> (t->hosts.at[host].addr.v >> 16 & 255) & 1;
}

static void add_dnat(struct topo *t, uint32_t net, unsigned len, uint32_t from)
{
	static const char *const asked[] = {"4002", "80", "4000-4003",
					    "600-9999"};
	int host = topo_host_in(t, net, len);
	if (host < 0 || is_mapped(t, host))
		return;
	unsigned size = topo_maybe(t, 80) ? 32 : 31;
	begin_rule(t, "DNAT");
	topo_net(t, "destination_network", from, size);
	if (topo_maybe(t, 20))
		topo_net(t, "source_network", OUTSIDE, 24);
	if (topo_maybe(t, 50)) {
		str_addf(&t->text, ", service: %s", topo_service(t));
		if (topo_maybe(t, 50))
			str_addf(&t->text, ", translated_ports: %s",
				 asked[topo_below(t, 4)]);
	}
	topo_net(t, "translated_network", t->hosts.at[host].addr.v,
		 topo_maybe(t, 70) ? 32 : size);
	end_rule(t);
	topo_target_add(t, from, host);
	if (size == 31)
		topo_target_add(t, from + 1, host);
}

static void add_no_dnat(struct topo *t, uint32_t from)
{
	begin_rule(t, "NO_DNAT");
	topo_net(t, "destination_network", from, 30 + topo_below(t, 3));
	if (topo_maybe(t, 50))
		topo_net(t, "source_network", OUTSIDE, 24);
	end_rule(t);
}

static void add_reflexive(struct topo *t, uint32_t from, int host, unsigned len,
			  uint32_t to)
{
	if (t->by_session && (t->reflexive < 0 || t->reflexive++))
		return;
	begin_rule(t, "REFLEXIVE");
	topo_net(t, "source_network", from, len);
	topo_net(t, "translated_network", to, len);
	end_rule(t);
	to = (to & ~((1U << (32 - len)) - 1)) +
	     (from & ((1U << (32 - len)) - 1));
	topo_target_add(t, to, host);
	add_image(t, to);
	/* Nobody answers for the address beside one that is proxied. */
	if (len == 32 && to >> 9 == UPLINK >> 9 && (to & 255) >= 100)
		topo_missing_add(t, to ^ 1);
}

/* One rule among those that a stateful gateway may have. 'spare' is a range of
 * 64 addresses that are the rule's own. */
static void add_stateful_rule(struct topo *t, uint32_t net, unsigned len,
			      uint32_t spare)
{
	unsigned n = topo_below(t, 8);
	int host = topo_host_in(t, net, len);
	unsigned what = topo_below(t, 8);
	/* By session, SNAT must not have a say about the same sources. */
	if (t->plain || (t->by_session && what < 4 && t->reflexive >= 0))
		what = 7;
	switch (what) {
	case 0:
	case 1:
	case 2:
		add_snat(t, net, len, spare + n % 2);
		break;
	case 3:
		add_no_snat(t, net, len);
		break;
	case 4:
	case 5:
		add_dnat(t, net, len, spare + 16 + 2 * t->rules);
		break;
	case 6:
		add_no_dnat(t, spare + 16 + 2 * n);
		break;
	default:
		if (host >= 0 && !is_mapped(t, host))
			add_reflexive(t, t->hosts.at[host].addr.v, host,
				      topo_maybe(t, 60) ? 32 : 30,
				      spare + 32 + 4 * (t->rules % 8));
	}
}

/* Some addresses of the uplink network are the edge's own. */
static uint32_t uplink_image(struct topo *t)
{
	unsigned up = topo_below(t, t->uplinks);
	if (topo_maybe(t, 40))
		return topo_up_on(t, up, false);
	return topo_maybe(t, 60) ? UPLINK + up * 256 + 100 + 4 * t->rules
				 : 0xcb0071c0 + 4 * t->rules;
}

void topo_tier0_rules(struct topo *t)
{
	unsigned count = topo_below(t, 4), images = t->image_count;
	bool own_used = false;
	t->in_tier0 = true;
	t->rules = 0;
	t->reflexive = !t->standby || topo_maybe(t, 50) ? 0 : -1;
	for (unsigned i = 0; i < count; i++) {
		unsigned tier1 = topo_below(t, t->tier1s);
		uint32_t from = topo_inside(tier1, 0), to = uplink_image(t);
		int host = topo_host_in(t, from, 16);
		if (t->standby && topo_maybe(t, 70)) {
			add_stateful_rule(t, topo_maybe(t, 50) ? from : EGRESS,
					  topo_maybe(t, 50) ? 16 : 24,
					  0xcb007100 + 64 * (i % 3));
			continue;
		}
		bool own = (to & 255) < 50;
		if (own && own_used)
			continue;
		own_used |= own;
		/* What one edge made of it, another one would translate
		 * again: a hairpin. */
		if (t->edges == 1)
			images = t->image_count;
		if (images && topo_maybe(t, 60))
			add_reflexive(t, t->images[topo_below(t, images)].v, -1,
				      32, to);
		else if (host >= 0 && !is_mapped(t, host))
			add_reflexive(t, t->hosts.at[host].addr.v, host, 32,
				      to);
	}
}

void topo_tier1_rules(struct topo *t, unsigned tier1, unsigned rules)
{
	t->rules = 0;
	t->reflexive = topo_maybe(t, 50) ? 0 : -1;
	for (unsigned i = 0; i < rules; i++)
		add_stateful_rule(t, topo_inside(tier1, topo_below(t, 2)),
				  topo_maybe(t, 60) ? 16 : 24,
				  topo_egress(tier1));
	t->mapped |= t->by_session && t->reflexive > 0 ? 1U << tier1 : 0;
}
