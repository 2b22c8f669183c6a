/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet II header, 14 bytes, no VLAN tag. */
#ifndef ETH_H
#define ETH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/addr.h"
#include "sim/wire/be.h"

#define ETH_SIZE     14
#define ETH_TYPE_IP4 0x0800
#define ETH_TYPE_ARP 0x0806

static inline mac eth_broadcast(void)
{
	return (mac){{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
}

static inline bool eth_is_group(mac m) /* multicast or broadcast */
{
	return m.b[0] & 1;
}

static inline mac eth_dst(const uint8_t *frame)
{
	mac m;
	memcpy(m.b, frame, sizeof(m.b));
	return m;
}

/* Whether the frame is for the station 'm', alone or with others. */
static inline bool eth_is_for(const uint8_t *frame, const mac *m)
{
	return !__builtin_memcmp(frame, m->b, sizeof(m->b)) || frame[0] & 1;
}

static inline mac eth_src(const uint8_t *frame)
{
	return eth_dst(frame + 6);
}

static inline uint16_t eth_type(const uint8_t *frame)
{
	return be_load16(frame + 12);
}

void eth_write(uint8_t *frame, mac dst, mac src, uint16_t type);
/* Replaces both addresses, as a router does. */
static inline void eth_readdress(uint8_t *frame, mac dst, mac src)
{
	memcpy(frame, dst.b, sizeof(dst.b));
	memcpy(frame + 6, src.b, sizeof(src.b));
}

#endif
