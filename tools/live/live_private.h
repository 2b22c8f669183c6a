/* SPDX-License-Identifier: Apache-2.0 */
/* What live.c and its parts share; nobody else includes it. */
#ifndef LIVE_PRIVATE_H
#define LIVE_PRIVATE_H

#include <signal.h>

#include "sim/base/vec.h"
#include "tools/live/live.h"
#include "tools/live/netspace.h"

#define LIVE_PORTS_MAX 64
/* Frames whose time of entry is remembered: more than can be under way. */
#define LIVE_UNDER_WAY 65536

struct live_sum {
	uint64_t frames, bytes;
	uint64_t second, in_second, busiest; /* the one under way, bytes in it;
					      * bytes in the busiest one */
};

/* A host that is the kernel's. */
struct live_host {
	struct router *router; /* the simulated host, which sleeps */
	struct netspace space;
	struct rib routes; /* that its namespace has been told of; owned */
};

/* An interface of it. */
struct live_port {
	struct live *live;
	struct live_host *host;
	struct nic *nic;
	struct nic_driver driver;
	int fd;	 /* of the device; -1: it is gone */
	bool up; /* so the namespace has been told */
	struct addr_if addr;
	struct live_sum in, out; /* as seen by the network */
	uint64_t refused;	 /* frames that the kernel did not take */
	uint64_t foreign;	 /* neither IPv4 nor ARP */
};

struct live_entry {
	uint32_t id; /* of the packet */
	uint64_t at; /* on the wall */
};

/* Packets to one destination dropped at one place for one reason. */
struct live_drop {
	uint32_t node;
	uint8_t reason;
	uint64_t count;
	struct note last;
};

struct live {
	struct net *net;
	struct world *world;
	struct {
		VEC(struct live_host *);
	} hosts;
	struct {
		VEC(struct live_port *);
	} ports;
	struct live_entry *entered; /* by id modulo LIVE_UNDER_WAY */
	struct {
		VEC(struct live_drop);
	} drops;
	struct watch drops_watch;
	struct meter transit; /* from one device to another, real time */
	struct meter late;    /* how far the world was behind real time when
			       * a frame came out */
	uint64_t started;     /* on the wall */
	sigset_t signals_before;
	void (*say)(void *context, const char *line);
	void *say_context;
};

/* live.c: the simulator's frames for a device */
void live_on_frames(void *context, struct nic *n, struct batch *b);

/* live_hosts.c: namespaces are as they were before, devices are gone */
void live_hosts_fini(struct live *l);

/* live_stats.c */
void live_watch_drops(struct live *l); /* starts to count them */
/* One more frame of 'len' bytes, at 'now' (ns since the start). */
void live_sum_add(struct live_sum *s, size_t len, uint64_t now);

#endif
