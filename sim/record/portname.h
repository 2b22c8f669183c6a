/* SPDX-License-Identifier: Apache-2.0 */
/* What people call a port, in captures and on the command line.
 *
 * "t0-edge:up-en1": the gateway (or router, host) and the port's name. A port
 * whose name more than one part of the gateway has is called by its part:
 * "domain-c8:sr-backplane". The router link of a Tier-1 has no name of its own;
 * it is called by the part that it is on: "domain-c8:sr". */
#ifndef PORTNAME_H
#define PORTNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"
#include "sim/base/str.h"
#include "sim/base/vec.h"
#include "sim/world/world.h"

struct portname_ports {
	VEC(struct nic *);
};

void portname_print(const struct nic *n, struct str *out);
/* Its addresses and where it leads to: "10.27.51.145/24 on uplink-vlan". */
void portname_describe(const struct nic *n, struct str *out);
/* Whether captures know the port: those of switches see what their neighbours'
 * ports see. */
bool portname_is_shown(const struct nic *n);
/* Adds every port that 'name' means: one by its name, also as traces write it
 * ("t0-edge:en1:up-en1"), or all of a gateway, part or host. False if there is
 * none. */
bool portname_find(const struct world *w, const char *name,
		   struct portname_ports *out);
/* Says so, with the nearest name there is. */
void portname_unknown(const struct world *w, const char *name, struct diag *d);

#endif
