/* SPDX-License-Identifier: Apache-2.0 */
/* The headers of a conversation, made once by craft.h and then copied to each
 * of its packets: only what differs is written, and the checksums are those of
 * the rest plus that (RFC 1071: a sum of sums). The bytes are the same as if
 * each packet were crafted; tests/unit/sim/host/mold_test.c compares.
 *
 * mold_set with a frame that has no payload and no options, then mold_udp or
 * mold_tcp as often as wanted. Nothing to free. */
#ifndef MOLD_H
#define MOLD_H

#include <stddef.h>
#include <stdint.h>

#include "sim/host/craft.h"
#include "sim/wire/eth.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"

struct mold {
	uint8_t size; /* of 'head'; 0: not set */
	uint8_t head[ETH_SIZE + IP4_SIZE + TCP_SIZE];
	uint32_t ip_sum; /* of the IP header without size and id */
	uint32_t l4_sum; /* of pseudo header and ports */
};

/* Takes the headers of a frame crafted for UDP or TCP, 'size' bytes. */
void mold_set(struct mold *m, const uint8_t *frame, size_t size);
/* A frame with these headers, IP id 'id' and a payload; its size, 0 if it does
 * not fit. */
size_t mold_udp(const struct mold *m, uint16_t id, struct craft_bytes payload,
		struct craft_frame out);
/* The same for a segment; its ports are those of the mold, and it has no
 * options. */
size_t mold_tcp(const struct mold *m, uint16_t id,
		const struct craft_tcp *segment, struct craft_frame out);

#endif
