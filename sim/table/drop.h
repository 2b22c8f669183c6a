/* SPDX-License-Identifier: Apache-2.0 */
/* THE list of reasons why a packet cannot go on.
 *
 * Symbol; the name that NSX Traceflow gives such a drop ('reason', facts of
 * the NSX-T 3.2 Policy API); what happened, as a sentence's end after
 * "dropped at X: "; the usual remedy. Traces, expectations, diagnosis and the
 * manual all read this list. Reasons marked "ours" have no Traceflow name of
 * their own and print the nearest. */
#ifndef DROP_H
#define DROP_H

#include <stdbool.h>

#define DROP_LIST(X)                                                           \
	X(NONE, "NONE", "not dropped", "")                                     \
	X(NO_ROUTE, "NO_ROUTE",                                                \
	  "nothing in the routing table leads to the "                         \
	  "destination",                                                       \
	  "add a route to the destination, or translate the address to one "   \
	  "this router knows")                                                 \
	X(BLACKHOLE, "NO_ROUTE", "the matching route is a null route",         \
	  "remove the null route or add a more specific one")                  \
	X(TTL_ZERO, "TTL_ZERO", "its time to live ran out",                    \
	  "look for a routing loop: two routers point at each other")          \
	X(URPF, "IFACE",                                                       \
	  "the way back to its source is not the interface it "                \
	  "came in by (strict uRPF)",                                          \
	  "add a route to the source through this interface, or set "          \
	  "urpf_mode NONE")                                                    \
	X(IFACE_DOWN, "IFACE", "the interface is down",                        \
	  "bring the interface or its edge up, or route around it")            \
	X(STANDBY, "IFACE", "it reached the standby service router",           \
	  "route to the HA VIP or to the active edge's address")               \
	X(ARP_FAIL, "ARP_FAIL", "nobody answered ARP for the destination",     \
	  "check that the destination exists on this network")                 \
	X(NEIGH, "NEIGH", "nobody answered ARP for the next hop",              \
	  "correct the next hop, or use a translated address that somebody "   \
	  "answers ARP for")                                                   \
	X(NEIGH_FULL, "NEIGH", "too many packets already wait for ARP",        \
	  "check that the next hop exists")                                    \
	X(NAT_PORTS, "NAT", "the translated address has no free port left",    \
	  "give the SNAT rule more translated addresses")                      \
	X(NAT_SESSIONS, "NAT", "the session table is full",                    \
	  "raise the session limit or shorten the idle timers")                \
	X(NAT_UNSUPPORTED, "NAT", "NAT cannot translate this protocol",        \
	  "use TCP, UDP or ICMP, or a NO_SNAT rule")                           \
	X(NAT_STATE, "NAT", "it belongs to no session and does not open one",  \
	  "open the connection anew; the session may have timed out")          \
	X(LB, "LB", "the virtual server has no member that is up",             \
	  "add or enable a member of the pool")                                \
	X(L4PORT, "L4PORT",                                                    \
	  "it is for an address of the gateway itself, and "                   \
	  "no session or service there expects it",                            \
	  "open the connection from inside, or add a DNAT rule")               \
	X(ACL_DROP, "FW_RULE", "an access rule drops it",                      \
	  "permit it in the access rules")                                     \
	X(ACL_REJECT, "FW_RULE", "an access rule rejects it",                  \
	  "permit it in the access rules")                                     \
	X(MTU, "IP",                                                           \
	  "it is larger than the next link and may not be "                    \
	  "fragmented",                                                        \
	  "raise the MTU of the link or lower the MSS of the sender")          \
	X(MALFORMED, "IP", "its header or checksum is wrong",                  \
	  "look at the sender")                                                \
	X(MARTIAN, "IP",                                                       \
	  "its source, its destination or its frame is not that of one host",  \
	  "look at the sender")                                                \
	X(FRAGMENT, "IP_REASS",                                                \
	  "it is a fragment that does not fit the others of its packet",       \
	  "look at who cuts the packet")                                       \
	X(REASSEMBLY, "IP_REASS", "not all of its fragments came in time",     \
	  "find where the other fragments are lost")                           \
	X(UNDERLAY, "TUNNEL",                                                  \
	  "with its Geneve headers it is larger than the "                     \
	  "underlay between transport nodes carries",                          \
	  "raise the underlay's MTU (1600 at least, 1700 advised) or "         \
	  "lower that of the senders")                                         \
	X(NOT_MINE, "LSWITCH", "the frame is for another station",             \
	  "check the ARP entries of the sender")                               \
	X(NO_PORT, "L4PORT", "nothing listens on that port",                   \
	  "start the service or correct the port")                             \
	X(NO_CONN, "L4PORT", "the host has no such connection",                \
	  "the translation leads to the wrong host: check the NAT rules")      \
	X(NOT_FORWARDING, "NO_ROUTE", "the host does not forward packets",     \
	  "the sender's route points at a host that is no router")             \
	X(LINK_LOSS, "TUNNEL", "the link lost it",                             \
	  "the link is configured with loss")                                  \
	X(LINK_DOWN, "IFACE", "the link is down", "bring the link up")         \
	X(LIMIT, "UNKNOWN", "the simulator has no free packet slot",           \
	  "raise the limit or look for a packet storm")

enum drop {
#define X(symbol, nsx, sentence, remedy) DROP_##symbol,
	DROP_LIST(X)
#undef X
		DROP_COUNT
};

/* Our name: "NO_ROUTE", "URPF". */
const char *drop_name(enum drop reason);
/* NSX Traceflow's name. */
const char *drop_nsx_name(enum drop reason);
const char *drop_sentence(enum drop reason);
const char *drop_remedy(enum drop reason);
/* The reason called 'name' (ours, case-sensitive); false if there is none. */
bool drop_find(const char *name, enum drop *out);

#endif
