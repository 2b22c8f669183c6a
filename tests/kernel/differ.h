/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of differences between NSX, as simulated, and Linux: all that the
 * comparison forgives. Symbol; what the simulator does; what Linux does;
 * source or reason. `kernel-check --differences` prints it, a run counts how
 * often each was met. What is not here makes a case fail. */
#ifndef DIFFER_H
#define DIFFER_H

#define DIFFER_LIST(X)                                                          \
	X(PORT, "takes SNAT ports round robin from 1024",                       \
	  "keeps the port where it can",                                        \
	  "NSX: source ports are rewritten, order not documented (KB374440). "  \
	  "Compared: one kernel port for one simulated port throughout")        \
	X(ID, "numbers packets of its own from 1",                              \
	  "random identification, or 0 with DF",                                \
	  "RFC 6864: any value will do. Compared: that of packets which no "    \
	  "node makes by itself")                                               \
	X(PART_ERROR,                                                           \
	  "an error of a gateway's second part (SR outwards, DR inwards) "      \
	  "comes from its address on the backplane, 169.254.0.x, and "          \
	  "quotes the TTL as it got it from the first",                         \
	  "one router: the address of the port that the packet came in by",     \
	  "NSX: DR and SR are routers of their own (LAB1, KB374750); which "    \
	  "address they speak from is not documented. Where such an error "     \
	  "ends (uRPF, routes) is not compared")                                \
	X(PART_PAST,                                                            \
	  "what the DR says of a packet that a virtual server has given to a "  \
	  "member goes straight to a client on a segment of the same gateway, " \
	  "past the SR: it quotes the member",                                  \
	  "one router: conntrack makes it quote the VIP, and come from it",     \
	  "NSX: LBSnatDisabled needs the way back through the service router; " \
	  "answers of the members themselves go past it, too, and those are "   \
	  "compared")                                                           \
	X(PART_TTL,                                                             \
	  "TTL 1 is the end at the first part of a gateway, also "              \
	  "of what is for an address of the second",                            \
	  "one router: delivered",                                              \
	  "NSX: DR and SR are routers of their own (KB374750); one TTL for "    \
	  "both (LAB3)")                                                        \
	X(OWN_ERROR,                                                            \
	  "an error of the gateway itself comes from its own "                  \
	  "address",                                                            \
	  "conntrack makes it come from the address that the sender knows",     \
	  "RFC 5508 REQ-7 has no preference; NSX not documented")               \
	X(ACCESS_SOURCE,                                                        \
	  "an access rule rejects from the port the packet came in by",         \
	  "nft reject before routing speaks from the port of the way back",     \
	  "RFC 1812 4.3.2.4 is Linux's; routers outside NSX, as all errors "    \
	  "here")                                                               \
	X(RESET, "a session that was refused by RST is there for 2 s more",     \
	  "forgets it with the RST",                                            \
	  "NSX: TCP closed 2 s (GUID-F4187E53). Errors about the RST may not "  \
	  "find their way back then, and its port may be another's")            \
	X(TIME, "sessions end while it waits seconds for ARP", "waits 10 ms",   \
	  "NSX: timers of GUID-F4187E53, ICMP 6 s. A port of either may then "  \
	  "stand for another one of the other")                                 \
	X(QUOTE_TTL, "errors quote the packet as it came in",                   \
	  "3/0 and 3/1 quote it with the TTL taken down",                       \
	  "not documented, and no sender minds")                                \
	X(REFLEXIVE_QUOTE,                                                      \
	  "REFLEXIVE translates the packet that an error quotes, too, and "     \
	  "hides who sent the error",                                           \
	  "nftables without conntrack rewrites the outer header alone",         \
	  "RFC 5508 REQ-4; stateless NAT is NSX's (D-7AD2C384). Not "           \
	  "compared from there on; topologies 'by session' do compare it")      \
	X(PIECE_QUOTE,                                                          \
	  "an error about a packet in fragments quotes the first of them, and " \
	  "one about what is yet to be cut all of it",                          \
	  "conntrack has put it together: the whole; and what nobody answers "  \
	  "ARP for has been cut: the first part",                               \
	  "NSX not documented. Compared: all but size and fragment field")      \
	X(PIECES,                                                               \
	  "a fragment that is too long for the next link is cut by itself, "    \
	  "also behind a gateway with sessions",                                \
	  "conntrack has put the packet together, and the whole is cut",        \
	  "RFC 791 2.3 allows both. Compared: the whole packet")                \
	X(LOOP, "asks sessions and rules anew in each round of a loop",         \
	  "conntrack knows a packet that comes back, or gives it another port", \
	  "hairpin NAT is not supported by NSX (D-E9B40B40). Compared: the "    \
	  "first round")                                                        \
	X(HASH, "chooses among next hops of equal cost by its own hash",        \
	  "by another",                                                         \
	  "NSX: the function is not documented (D-443B6B0D says of which "      \
	  "fields). Compared: both chose one of the next hops that the route "  \
	  "allows. What comes of that packet is not compared, but: if they "    \
	  "are edges of one gateway, that both let the same bytes out; if "     \
	  "these have the same networks, all of it")                            \
	X(PROXY,                                                                \
	  "two edges on one network both answer ARP for a translated "          \
	  "address; the packet that waits goes to the first, later ones to "    \
	  "the last",                                                           \
	  "one neighbour entry",                                                \
	  "NSX 3.2 answers on active-active gateways (VX 2022/08/22); which "   \
	  "edge is not documented. Compared: as HASH")                          \
	X(MARTIAN,                                                              \
	  "forwards what comes from the broadcast address of a "                \
	  "network that the node is on",                                        \
	  "drops it where uRPF is STRICT",                                      \
	  "RFC 1812 5.3.7: SHOULD NOT be forwarded; NSX not documented. "       \
	  "Compared: up to that port")                                          \
	X(REJECT_PART, "tells of the first fragment of a packet, too",          \
	  "nft rejects only what has a right checksum, which a part has not",   \
	  "RFC 1812 4.3.2.7 spares later fragments alone; here Linux says no "  \
	  "route and access rules by nft reject")                               \
	X(QUOTE_LENGTH, "errors quote the IP header and 8 bytes",               \
	  "errors quote up to 548 bytes",                                       \
	  "RFC 792 against RFC 1812 4.3.2.3; NSX not documented. Compared: "    \
	  "what both quote")

enum differ {
#define X(symbol, simulated, kernel, source) DIFFER_##symbol,
	DIFFER_LIST(X)
#undef X
		DIFFER_COUNT
};

#endif
