/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of the kernel, in the network namespace that a socket belongs to
 * (rtnetlink(7), table main). Linux only; needs CAP_NET_ADMIN there.
 *
 * netroute_open while the thread is in the namespace. The socket stays there
 * when the thread leaves; the caller closes it. */
#ifndef NETROUTE_H
#define NETROUTE_H

#include <stdbool.h>

#include "sim/table/rib.h"

/* A socket, or -1 with errno. */
int netroute_open(void);
/* Makes the kernel's table follow one change of a simulated one. 'known': a route
 * to that prefix was set here before, and this one takes its place; else those
 * that somebody else has set stay behind it. A route that is gone is removed, if
 * it is there. Ports are the kernel's choice. False with errno. */
bool netroute_follow(int socket, const struct rib_change *c, bool known);

#endif
