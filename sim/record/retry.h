/* SPDX-License-Identifier: Apache-2.0 */
/* Recognizes what an endpoint sends again: a TCP segment whose numbers were
 * sent before (SYN, FIN or data), a DNS message with the same bytes. Knows the
 * packets by what is in them, as a person would who looks at the capture. */
#ifndef RETRY_H
#define RETRY_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/vec.h"
#include "sim/path/pkt.h"
#include "sim/record/tuples.h"

/* One direction of a TCP connection, or one DNS message, as its sender writes
 * it. */
struct retry_way {
	uint32_t next;	/* TCP: the number after the highest sent */
	uint32_t last;	/* number sent last */
	unsigned tries; /* of that */
	uint64_t sent;	/* ns, when last */
};

struct retry {
	struct tuples tuples; /* DNS: with a hash of the message */
	struct {
		VEC(struct retry_way);
	} ways; /* by number of the tuple */
};

/* How many times 'p' has been sent now: 1 is the first time. 'waited' (ns) is
 * the time since it was sent before. 'p' is parsed. */
unsigned retry_count(struct retry *r, const struct pkt *p, uint64_t now,
		     uint64_t *waited);
void retry_fini(struct retry *r);

#endif
