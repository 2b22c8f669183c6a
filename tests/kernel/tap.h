/* SPDX-License-Identifier: Apache-2.0 */
/* What the ports of a namespace receive. Packets are copied as they come in, before
 * the kernel looks at them (PACKET_RX_RING, ETH_P_ALL): those that a plain packet
 * socket hands out share their bytes with what it goes on to change, as is seen
 * where it cuts what it had put together of fragments. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap {
	int fd; /* -1: none */
	uint8_t *ring;
	unsigned next; /* frame */
	bool read;     /* it is with the caller */
};

struct tap_frame {
	int port; /* index of its interface */
	const uint8_t *ip;
	size_t size;
};

/* In the namespace that the caller is in. fd -1 if that is not possible. */
void tap_open(struct tap *t);
void tap_close(struct tap *t);
/* The next IPv4 packet that was for its port; false if there is none. Valid until
 * the next call. */
bool tap_read(struct tap *t, struct tap_frame *out);

#endif
