/* SPDX-License-Identifier: Apache-2.0 */
/* The few words of `ip -batch` that change from case to case, told to the kernel
 * without starting a program:
 *
 *	addr add ADDRESS/LEN dev DEVICE		(or replace)
 *	route append PREFIX [via HOP] [dev DEVICE] metric N
 *	route append PREFIX metric N nexthop via HOP nexthop via HOP ...
 *	neigh replace ADDRESS lladdr MAC nud permanent dev DEVICE
 *	link set DEVICE [mtu N] up
 *
 * DEVICE is lo or that of a place, "p" and its number (script.h). Each socket
 * belongs to the namespace that was entered when it was opened, and its
 * descriptor to the caller. Errors are the kernel's, with the line. */
#ifndef RTNL_H
#define RTNL_H

#include <stdbool.h>

#include "sim/base/str.h"

int rtnl_open(void);
bool rtnl_run(int fd, const char *lines, struct str *why);
/* Away with all addresses, routes of the main table, and neighbours. */
void rtnl_clear(int fd);
/* Whether packets get through the interface: a carrier is not enough, the
 * kernel's link watch must have seen it. */
bool rtnl_is_up(int fd, unsigned index);

#endif
