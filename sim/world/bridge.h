/* SPDX-License-Identifier: Apache-2.0 */
/* A segment: a learning Ethernet switch. Frames to a known address go out of
 * one port, all others out of every port but the one they came in by. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "sim/world/world.h"

struct bridge;

/* The world owns it. */
struct bridge *bridge_new(struct world *w, const char *name);
struct node *bridge_node(struct bridge *b);
/* Calls 'wake' once, before the first frame is looked at: whoever has something
 * to attach only when there is something to hear does it then. */
void bridge_on_first(struct bridge *b, void (*wake)(void *context),
		     void *context);
/* A new port and a link from it to 'n', which must be unattached. */
void bridge_attach(struct bridge *b, struct nic *n,
		   const struct link_conf *conf);

#endif
