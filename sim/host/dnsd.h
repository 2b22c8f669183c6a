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

/* Copied; the host owns the server. dnsd_set replaces all records. */
struct dnsd *dnsd_new(struct host *h);
void dnsd_set(struct dnsd *d, const struct dnsd_record *records, size_t count,
	      enum dns_rcode others);

#endif
