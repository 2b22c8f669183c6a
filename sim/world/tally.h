/* SPDX-License-Identifier: Apache-2.0 */
/* Where all packets are between two events: on links, or at nodes where they
 * wait for an address. One that is in neither place was lost without a word; one
 * that is in two would be changed by two.
 *
 * Builds with -DTALLY (KIND=asan, KIND=fuzz) ask after every event; it takes as
 * long as there are links and nodes. */
#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>

struct world;

/* Packets in somebody's hands. */
size_t tally_held(const struct world *w);
/* Aborts, after saying so on stderr, if that is not what the pool has given
 * out, or if the pool's free ones are not the rest. */
void tally_check(const struct world *w);

#endif
