/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of somebody's capture, sent through a network: what came out, or why
 * not.
 *
 * Each IPv4 packet of the file arrives by one port, as though its neighbour
 * there had sent it, at the distance in time that the capture says. Ethernet
 * addresses are made to fit; checksums that the sender left to its network
 * card are made right. Hosts of the network answer as they would, and the
 * answers go their way; a host whose own packets these are takes the answers
 * and keeps silent, for what it says is in the file. */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/play/outcome.h"
#include "scenarios/play/play.h"
#include "sim/base/vec.h"
#include "topology/lang/tree.h"

struct replay_packet {
	size_t number;	 /* in the file, from 1 */
	uint32_t id;	 /* in the outcome's trace; 0: left out */
	const char *why; /* it was left out: "ARP", "IPv6" ... */
};

struct replay {
	struct outcome *outcome; /* no steps: trace and refs */
	struct {
		VEC(struct replay_packet);
	} packets;	  /* all of the file, in order */
	size_t repaired;  /* packets whose checksums were made right */
	const char *port; /* as it is called: "domain-c8:seg-podvm-ns" */
};

struct replay_conf {
	const char *path;		    /* of the capture; "-" is stdin */
	const char *port;		    /* by which packets come in */
	const struct play_options *options; /* seed, hooks */
};

/* NULL, with reasons in 'd', if there is no such port, the topology is wrong or
 * the capture is damaged; then nothing was sent. */
struct replay *replay_play(const struct tree *topology,
			   const struct replay_conf *conf, struct diag *d);
void replay_free(struct replay *r); /* NULL is fine */

#endif
