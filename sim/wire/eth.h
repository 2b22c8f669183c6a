/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet II header, 14 bytes, no VLAN tag. */
#ifndef ETH_H
#define ETH_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/addr.h"

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

mac eth_dst(const uint8_t *frame);
mac eth_src(const uint8_t *frame);
uint16_t eth_type(const uint8_t *frame);
void eth_write(uint8_t *frame, mac dst, mac src, uint16_t type);
/* Replaces both addresses, as a router does. */
void eth_readdress(uint8_t *frame, mac dst, mac src);

#endif
