/* SPDX-License-Identifier: Apache-2.0 */
/* What routers told of paths that carry less than the own link (RFC 1191): the
 * MTU for each destination, for ten minutes (section 6.3; Linux:
 * net.ipv4.route.mtu_expires). Then the full size is tried again.
 *
 * Zeroed storage is empty; pathmtu_fini when done. */
#ifndef PATHMTU_H
#define PATHMTU_H

#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/vec.h"

#define PATHMTU_MIN 68 /* RFC 791: every link carries that */

struct pathmtu_path {
	ip4 peer;
	uint16_t mtu;	/* of the IP datagram, bytes */
	uint64_t until; /* ns: then it is forgotten */
};

struct pathmtu {
	VEC(struct pathmtu_path);
};

/* A router on the way to 'peer' takes at most 'mtu'. What is no MTU, or more
 * than is known already, changes nothing. */
void pathmtu_learn(struct pathmtu *m, ip4 peer, uint16_t mtu, uint64_t now);
/* 0: nothing is known. */
uint16_t pathmtu_to(const struct pathmtu *m, ip4 peer, uint64_t now);
void pathmtu_fini(struct pathmtu *m);

#endif
