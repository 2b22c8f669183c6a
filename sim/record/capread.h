/* SPDX-License-Identifier: Apache-2.0 */
/* Reads captures (pcap and pcapng, through libpcap) for what IPv4 packets they
 * hold, whatever kind of link they were taken on: Ethernet with or without VLAN
 * tags, Linux "any" (SLL, SLL2), raw IP, BSD loopback.
 *
 * capread_open, capread_next until it does not say CAPREAD_PACKET,
 * capread_close. Mistakes go to the diag with the number of the packet,
 * counted from 1 as tcpdump --number and Wireshark do. */
#ifndef CAPREAD_H
#define CAPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/diag.h"

struct capread;

struct capread_packet {
	size_t number;
	uint64_t time;	   /* ns since 1970 */
	const uint8_t *ip; /* from the IPv4 header on; NULL: see 'what' */
	size_t len;	   /* bytes from there, captured */
	const char *what;  /* what it is instead: "ARP", "IPv6" ... */
};

enum capread_status { CAPREAD_PACKET, CAPREAD_END, CAPREAD_ERROR };

/* "-" is stdin. NULL, with the reason in 'd', if it is no capture. */
struct capread *capread_open(const char *path, struct diag *d);
/* The same from a stream, which it closes; 'name' is for messages. */
struct capread *capread_open_stream(FILE *f, const char *name, struct diag *d);
/* Bytes are valid until the next call. A packet that was cut when captured is
 * an error: what is missing cannot be sent. */
enum capread_status capread_next(struct capread *r, struct capread_packet *out,
				 struct diag *d);
void capread_close(struct capread *r); /* NULL is fine */

#endif
