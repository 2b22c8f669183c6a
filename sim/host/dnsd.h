/* SPDX-License-Identifier: Apache-2.0 */
/* An authoritative-looking DNS server on UDP port 53 of a host. */
#ifndef DNSD_H
#define DNSD_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/host/host.h"
#include "sim/wire/dns.h"

struct dnsd_record {
	const char *name;
	const ip4 *addrs; /* none and rcode 0: NODATA */
	size_t addr_count;
	enum dns_rcode rcode;
};

struct dnsd;

struct dnsd_conf {
	const struct dnsd_record *records;
	size_t record_count;
	/* Whose names it knows: one below without a record is answered with
	 * NXDOMAIN, or without an address if there are names below it. */
	const char *const *zones;
	size_t zone_count;
	enum dns_rcode others; /* the answer for all other names */
};

/* The host owns it. It knows nothing yet. */
struct dnsd *dnsd_new(struct host *h);
/* Copied; replaces what was set before. */
void dnsd_set(struct dnsd *d, const struct dnsd_conf *conf);

#endif
