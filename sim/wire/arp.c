/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/arp.h"

#include <string.h>

#include "sim/wire/be.h"
#include "sim/wire/eth.h"

#define HARDWARE_ETHERNET 1

bool arp_read(const uint8_t *bytes, size_t len, struct arp *out)
{
	if (len < ARP_SIZE || be_load16(bytes) != HARDWARE_ETHERNET ||
	    be_load16(bytes + 2) != ETH_TYPE_IP4 || bytes[4] != 6 ||
	    bytes[5] != 4)
		return false;
	out->op = be_load16(bytes + 6);
	memcpy(out->sender_mac.b, bytes + 8, 6);
	out->sender = addr_ip4(be_load32(bytes + 14));
	memcpy(out->target_mac.b, bytes + 18, 6);
	out->target = addr_ip4(be_load32(bytes + 24));
	return out->op == ARP_REQUEST || out->op == ARP_REPLY;
}

void arp_write(uint8_t bytes[ARP_SIZE], const struct arp *a)
{
	be_store16(bytes, HARDWARE_ETHERNET);
	be_store16(bytes + 2, ETH_TYPE_IP4);
	bytes[4] = 6;
	bytes[5] = 4;
	be_store16(bytes + 6, a->op);
	memcpy(bytes + 8, a->sender_mac.b, 6);
	be_store32(bytes + 14, a->sender.v);
	memcpy(bytes + 18, a->target_mac.b, 6);
	be_store32(bytes + 24, a->target.v);
}
