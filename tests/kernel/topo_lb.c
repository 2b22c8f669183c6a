/* SPDX-License-Identifier: Apache-2.0 */
/* Random virtual servers. */
#include "tests/kernel/topo_private.h"

#include <stdio.h>

#define VIP 200 /* of the egress range */

static void add_members(struct topo *t, unsigned tier1)
{
	unsigned count = 1 + topo_below(t, 3), port = 0;
	char a[ADDR_IP4_SIZE];
	if (topo_maybe(t, 60))
		port = topo_maybe(t, 70) ? TOPO_SILENT_FIRST + 2 : 80;
	for (unsigned i = 0; i < count; i++) {
		int host = topo_host_in(t, topo_inside(tier1, 0), 16);
		if (host < 0)
			return;
		str_addf(&t->pools, "%s{ip_address: %s", i ? ", " : "",
			 topo_ip(t->hosts.at[host].addr.v, a));
		if (port)
			str_addf(&t->pools, ", port: %u",
				 port + topo_below(t, 2));
		str_addf(&t->pools, "%s}",
			 topo_maybe(t, 8) ? ", enabled: false" : "");
	}
}

/* TCP or UDP, one port or a few; members with ports of their own or without. */
static void add_server(struct topo *t, unsigned tier1, unsigned number)
{
	bool automap = topo_maybe(t, 65), tcp = topo_maybe(t, 60);
	uint32_t vip = topo_egress(tier1) + VIP + topo_below(t, 2);
	unsigned first = TOPO_SILENT_FIRST + number * 2;
	char name[16], a[ADDR_IP4_SIZE];
	struct topo_target target = {addr_ip4(vip), -1, false, true,
				     (uint16_t)first};
	snprintf(name, sizeof(name), "v%u-%u", tier1, number);
	str_addf(&t->pools, "  %s: {snat_translation: %s, members: [", name,
		 automap ? "AUTOMAP" : "DISABLED");
	add_members(t, tier1);
	str_add(&t->pools, "]}\n");
	str_addf(&t->servers,
		 "  %s: {tier1: t1-%u, pool: %s, ip_address: %s, protocol: %s, "
		 "ports: [%u%s]%s}\n",
		 name, tier1, name, topo_ip(vip, a), tcp ? "TCP" : "UDP", first,
		 number == 0 && topo_maybe(t, 30) ? ", 9999" : "",
		 topo_maybe(t, 5) ? ", enabled: false" : "");
	VEC_ADD(&t->targets, target);
	VEC_ADD(&t->targets, target);
	t->has[TOPO_SERVER] = true;
	t->has[automap ? TOPO_AUTOMAP : TOPO_TRANSPARENT] = true;
}

void topo_servers(struct topo *t, unsigned tier1)
{
	unsigned count = 1 + topo_below(t, 2);
	for (unsigned i = 0; i < count; i++)
		add_server(t, tier1, i);
	t->stateful = true;
}
