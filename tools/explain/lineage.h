/* SPDX-License-Identifier: Apache-2.0 */
/* Who made the addresses of a request and its answer: the gateway that
 * translated them last, the one that could have and did not, and the place
 * where one of the two packets died. */
#ifndef LINEAGE_H
#define LINEAGE_H

#include "tools/explain/cause.h"
#include "tools/explain/walk.h"

/* Large; pointers lead into 'there' and 'back'. */
struct lineage {
	const struct outcome *outcome;
	const struct cause *cause;
	struct walk there, back; /* of the request and of what came back */
	/* Where the address that the answer went to was made of another one,
	 * and how; NULL: it is the sender's own. */
	const struct walk_hop *maker;
	const struct walk_nat *made;
	/* The last service router that let the request out as it was, behind
	 * 'maker'; NULL: none. */
	const struct walk_hop *bare;
	/* Where the address that the sender asked was made another one first,
	 * and how; NULL: nowhere. */
	const struct walk_hop *aimer;
	const struct walk_nat *aimed;
	/* Where the answer was translated last; NULL: nowhere. */
	const struct walk_hop *turner;
	const struct walk_nat *turned;
	/* Where the blocked packet died, and the hop before; NULL: none. */
	const struct walk_hop *end, *before;
};

/* Of a cause with a request. */
void lineage_of(const struct outcome *o, const struct cause *c,
		struct lineage *out);
/* The hop of the request that made 'addr' its source; NULL: none did. */
const struct walk_hop *lineage_maker_of(const struct lineage *l, ip4 addr,
					const struct walk_nat **nat);
/* The answer was given to the source of another rule than the request left by:
 * two rules of one gateway share a translated address. */
bool lineage_is_mixed_up(const struct lineage *l);
/* The answer came to a gateway, was turned there, and went back out for want of
 * a route to the turned address, or died there. */
bool lineage_is_turned_away(const struct lineage *l);
/* The answer came to the sender from an address that it had not asked: it went
 * past the gateway that could have turned that back into the one it had. */
bool lineage_is_past(const struct lineage *l);

#endif
