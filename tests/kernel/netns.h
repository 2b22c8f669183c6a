/* SPDX-License-Identifier: Apache-2.0 */
/* The packets of a case in the Linux kernel: one network namespace for each
 * node, veth pairs into bridges, routes and nftables. Hosts are sent from by raw
 * sockets; packet sockets see what each node receives.
 *
 * netns_open; for each case netns_load and netns_run; netns_close. Namespaces
 * and ports are kept from case to case, since taking them down takes the kernel
 * longest; addresses, routes, neighbours, rules and connections are not. All go
 * with their descriptors. */
#ifndef NETNS_H
#define NETNS_H

#include "tests/kernel/log.h"

struct netns;

struct netns *netns_open(void);
void netns_close(struct netns *n);
/* Numbers the places of 'p', which must outlive the run. False, with the reason
 * in 'why', if it cannot be set up: then close it. */
bool netns_load(struct netns *n, struct plan *p, struct str *why);
/* Sends one packet after the other. As many packets as 'expected' has are
 * waited for, and what comes within 'patience_us' after them. */
void netns_run(struct netns *n, const struct shot_list *shots,
	       const struct log *expected, unsigned patience_us,
	       struct log *out);

#endif
