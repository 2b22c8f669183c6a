/* SPDX-License-Identifier: Apache-2.0 */
/* systemd-resolved's stub on 127.0.0.53:53, as measured (versions 247, 252):
 * it stays silent while the real server is silent, asks at 0 and 5 s with
 * EDNS0, at 10 and 15 s without, tries TCP at 20 s and goes back to UDP at
 * 30 s; equal questions are merged into the one that is running; an ICMP error
 * or SERVFAIL from the server becomes SERVFAIL. It keeps no cache here. */
#ifndef RESOLVED_H
#define RESOLVED_H

#include "sim/host/host.h"

struct resolved;

struct resolved *resolved_new(struct host *h);
void resolved_free(struct resolved *r); /* NULL is fine */

#endif
