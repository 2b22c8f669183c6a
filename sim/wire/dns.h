/* SPDX-License-Identifier: Apache-2.0 */
/* DNS messages (RFC 1035), A and AAAA questions, EDNS0 (RFC 6891). */
#ifndef DNS_H
#define DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"

#define DNS_PORT     53
#define DNS_NAME_MAX 254 /* text with dots, and NUL */
#define DNS_SIZE_MAX 512 /* of messages we write */

#define DNS_A	  1
#define DNS_CNAME 5
#define DNS_AAAA  28
#define DNS_OPT	  41

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
};

#define DNS_ANSWERS_MAX 8

struct dns_answer {
	uint16_t type; /* only A answers are kept */
	uint32_t ttl;  /* seconds */
	ip4 addr;
};

/* One message with one question. */
struct dns {
	uint16_t id;
	bool response, truncated, recursion_desired, recursion_available;
	bool authoritative;
	bool edns; /* an OPT record is there */
	enum dns_rcode rcode;
	char name[DNS_NAME_MAX]; /* lower case, no final dot */
	uint16_t type;		 /* of the question */
	size_t answer_count;	 /* A records; kept up to DNS_ANSWERS_MAX */
	struct dns_answer answers[DNS_ANSWERS_MAX];
};

/* Reads a message; false if it is malformed (truncated, looping names, more
 * or fewer than one question). */
bool dns_read(const uint8_t *bytes, size_t len, struct dns *out);
/* Writes into 'bytes'; returns the size, 0 if it does not fit 'room' or the
 * name is not a valid one (RFC 1035 2.3.4). */
size_t dns_write(uint8_t *bytes, size_t room, const struct dns *m);
const char *dns_rcode_name(enum dns_rcode rcode);
const char *dns_type_name(uint16_t type); /* "A", "AAAA", "type" */

#endif
