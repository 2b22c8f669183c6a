/* SPDX-License-Identifier: Apache-2.0 */
/* A running network in real time, some of whose hosts are the kernel's: their
 * ports are TAP devices in network namespaces, and what real programs send there
 * goes through the same world as simulated packets do.
 *
 * The virtual clock follows the clock on the wall: world_run_until(elapsed time)
 * fires what is due, and the loop sleeps until a timer is due, a frame comes or
 * a command.
 *
 * live_new, live_attach for each host, live_run (as often as need be),
 * live_follow after each net_apply(), live_free: the devices are gone, and the
 * namespaces as before. The net must outlive it. */
#ifndef LIVE_H
#define LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/diag.h"
#include "sim/base/str.h"
#include "tools/live/meter.h"
#include "topology/build/net.h"
#include "topology/model/model.h"

struct live;

/* 'say' gets one line (without its end) whenever a packet to some destination is
 * dropped at a place for a reason for the first time; NULL: nobody is told. */
struct live *live_new(struct net *n,
		      void (*say)(void *context, const char *line),
		      void *context);
void live_free(struct live *l);
/* Each interface of host 'h' becomes a TAP device of its name in the namespace
 * 'netns', with address, MTU and MAC; the namespace gets the host's routes, and
 * forwards if it does. The simulated host sleeps. 'netns' is the caller's. */
bool live_attach(struct live *l, const struct model_host *h, const char *netns,
		 struct diag *d);

/* The network has changed: namespaces are told of routes, interfaces that are up
 * or down, and forwarding. False if one of them could not be; the rest is done,
 * and what failed is not tried again. */
bool live_follow(struct live *l, struct diag *d);
/* The namespace that stands for 'host'; NULL if it is simulated. */
const char *live_netns(const struct live *l, const char *host);

enum live_end {
	LIVE_INPUT,  /* 'input' can be read */
	LIVE_SIGNAL, /* SIGINT or SIGTERM came */
	LIVE_LIMIT,  /* the world hit a limit; it cannot go on */
	LIVE_BROKEN, /* the system does not let it wait */
};

/* Lets packets pass until something else is to be done. 'input' -1: none. */
enum live_end live_run(struct live *l, int input);
/* Frames, bytes and rates by device, how long frames were under way, drops. */
void live_print_stats(const struct live *l, struct str *out);
/* What became of the hosts: "podvm-busybox eth0 10.244.0.130/28 in client",
 * one line each. */
void live_print_ports(const struct live *l, struct str *out);

#endif
