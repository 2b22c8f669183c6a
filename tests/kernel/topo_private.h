/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of topo share; nobody else includes it. */
#ifndef TOPO_PRIVATE_H
#define TOPO_PRIVATE_H

#include "tests/kernel/topo.h"

#define OUTSIDE 0xc6336400 /* 198.51.100.0/24 and 198.51.101.0/24 */
#define UPLINK	0xc0000200 /* 192.0.2.0/24 and 192.0.3.0/24 */
#define EGRESS	0x1e000000 /* 30.0.<tier1>.0/24 */
#define INSIDE	0x0a000000 /* 10.<tier1>.<segment>.0/24 */

static inline uint32_t topo_inside(unsigned tier1, unsigned segment)
{
	return INSIDE + (tier1 << 16) + (segment << 8);
}

static inline uint32_t topo_egress(unsigned tier1)
{
	return EGRESS + (tier1 << 8);
}

static inline const char *topo_ip(uint32_t a, char out[ADDR_IP4_SIZE])
{
	return addr_print_ip4(addr_ip4(a), out);
}

void topo_target_add(struct topo *t, uint32_t addr, int host);
/* One that nobody answers ARP for. */
void topo_missing_add(struct topo *t, uint32_t addr);
/* ", name: a.b.c.d/len" */
void topo_net(struct topo *t, const char *name, uint32_t addr, unsigned len);
/* A host on that network, -1 if there is none. */
int topo_host_in(struct topo *t, uint32_t net, unsigned len);
const char *topo_service(struct topo *t);
/* "true" in 'percent' of cases. */
const char *topo_knob(struct topo *t, unsigned percent);

/* topo_tier0.c: which edges there are; the gateway; addresses of its uplinks,
 * that of one and of some one on network 'out', which is up if that matters. */
void topo_edges(struct topo *t);
void topo_tier0(struct topo *t);
uint32_t topo_up_addr(const struct topo_up *up);
uint32_t topo_up_on(struct topo *t, unsigned out, bool up);

/* topo_rules.c */
void topo_tier1_rules(struct topo *t, unsigned tier1, unsigned rules);
void topo_tier0_rules(struct topo *t);

/* topo_lb.c */
void topo_servers(struct topo *t, unsigned tier1);

#endif
