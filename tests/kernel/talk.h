/* SPDX-License-Identifier: Apache-2.0 */
/* Random packets for a random topology: conversations (datagrams and answers,
 * TCP from SYN to FIN or RST, echo), errors about what arrived, strays that
 * belong to nothing, low TTLs, sizes about the MTUs, fragments. */
#ifndef TALK_H
#define TALK_H

#include "tests/kernel/shot.h"
#include "tests/kernel/topo.h"

/* About 'count' packets, the last of them to addresses that nobody answers ARP
 * for: in virtual time those take seconds, in which sessions would end. */
void talk_make(struct topo *t, unsigned count, struct shot_list *out);

#endif
