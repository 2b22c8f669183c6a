/* SPDX-License-Identifier: Apache-2.0 */
/* A topology in the words of iproute2 and nftables: what is fed to `ip -batch`
 * and libnftables. Written from the model alone, without a look at what the
 * simulator makes of it. The interface of a place is called "p" and its number. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "tests/kernel/plan.h"

/* A new port 'number': "p..." in the namespace 'fd', its other end "c..." where
 * this is said. Interface indices are the same nowhere: a veth pair whose ends
 * have equal ones comes up a second late. */
#define SCRIPT_NEAR 10	 /* index of p0 */
#define SCRIPT_FAR  5000 /* of c0 */
void script_port(unsigned number, int fd, struct str *out);
/* Addresses and routes of a node, whose ports and tables are empty. */
void script_node(const struct plan *p, size_t node, struct str *out);
/* Its rules. */
void script_rules(const struct plan *p, size_t node, struct str *out);
const struct model_host *script_host(const struct plan *p, size_t node);
/* Virtual servers of a Tier-1: whether it has some; rules before and after the
 * routing, those that keep strays away; "'before'VIP, VIP } "; the VIPs. */
bool script_has_servers(const struct plan *p, size_t node);
void script_servers_in(const struct plan *p, size_t node, struct str *out);
void script_servers_out(const struct plan *p, size_t node, struct str *out);
void script_servers_stray(const struct plan *p, size_t node, struct str *out);
void script_servers_names(const struct plan *p, size_t node, const char *before,
			  struct str *out);
void script_servers_loopbacks(const struct plan *p, size_t node,
			      struct str *out);
/* A chain by which what comes from another part of the gateway, where it has been
 * counted, is counted here for nothing. */
void script_uncounted(const struct plan *p, size_t node, struct str *out);
/* The addresses that a gateway owns by the rule; NULL: none. */
const struct nat_prefixes *script_owned(const struct nat_rule *r);
/* REFLEXIVE keeps no state, and neither does Linux here: addresses are rewritten
 * packet by packet. But then the packet that an ICMP error quotes stays as it
 * is. Topologies whose title ends with this have sessions (conntrack) instead,
 * for the sake of those errors, and are played so that it makes no difference
 * else. */
#define SCRIPT_BY_SESSION "by session"
bool script_by_session(const struct plan *p);
/* Whether the node keeps state, by a rule other than REFLEXIVE. */
bool script_is_stateful(const struct plan *p, size_t node);

#endif
