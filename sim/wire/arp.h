/* SPDX-License-Identifier: Apache-2.0 */
/* ARP for IPv4 over Ethernet (RFC 826), the 28 bytes after the Ethernet
 * header. */
#ifndef ARP_H
#define ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define ARP_SIZE    28
#define ARP_REQUEST 1
#define ARP_REPLY   2

struct arp {
	uint16_t op; /* ARP_REQUEST or ARP_REPLY */
	mac sender_mac;
	ip4 sender;
	mac target_mac;
	ip4 target;
};

/* False if 'len' is short or it is not IPv4 over Ethernet. */
bool arp_read(const uint8_t *bytes, size_t len, struct arp *out);
void arp_write(uint8_t bytes[ARP_SIZE], const struct arp *a);

#endif
