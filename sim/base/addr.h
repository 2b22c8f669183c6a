/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as values: IPv4 address, prefix, MAC address, port range.
 *
 * Everything is in host byte order; sim/wire alone deals with wire order.
 * Parsers take a whole NUL-terminated string and return false when it is
 * anything else than exactly one address of the named form; they leave '*out'
 * alone then. Printers write into a caller's buffer of the stated size and
 * return it. */
#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stdint.h>

/* An IPv4 address in host order. A struct so that it cannot be mixed up with
 * a port or an index; it passes in a register. */
typedef struct addr_ip4 {
	uint32_t v;
} ip4;

typedef struct addr_mac {
	uint8_t b[6];
} mac;

/* A prefix: 'addr' has no bits set beyond 'len' (0..32). */
struct addr_prefix {
	ip4 addr;
	uint8_t len;
};

/* An interface address: the host's address and the length of its subnet. */
struct addr_if {
	ip4 addr;
	uint8_t len;
};

/* Ports first..last, both included. */
struct addr_ports {
	uint16_t first, last;
};

#define ADDR_IP4_SIZE	   16 /* "255.255.255.255" and NUL */
#define ADDR_PREFIX_SIZE   19
#define ADDR_MAC_SIZE	   18
#define ADDR_ENDPOINT_SIZE 22 /* "255.255.255.255:65535" and NUL */

static inline ip4 addr_ip4(uint32_t v)
{
	return (ip4){v};
}

static inline bool addr_same(ip4 a, ip4 b)
{
	return a.v == b.v;
}

/* Whether one host can have it: none in 0/8 and 127/8, and none from 224.0.0.0 on
 * (RFC 1812 5.3.7). */
static inline bool addr_is_unicast(ip4 a)
{
	uint32_t net = a.v >> 24;
	return net && net < 224 && net != 127;
}

static inline uint32_t addr_mask(uint8_t len)
{
	return len ? ~(uint32_t)0 << (32 - len) : 0;
}

static inline bool addr_in(ip4 a, struct addr_prefix p)
{
	return (a.v & addr_mask(p.len)) == p.addr.v;
}

static inline bool addr_prefix_same(struct addr_prefix a, struct addr_prefix b)
{
	return addr_same(a.addr, b.addr) && a.len == b.len;
}

/* How many addresses 'p' covers; 2^32 for 0.0.0.0/0. */
static inline uint64_t addr_count(struct addr_prefix p)
{
	return (uint64_t)1 << (32 - p.len);
}

static inline struct addr_prefix addr_prefix_of(ip4 a, uint8_t len)
{
	return (struct addr_prefix){{a.v & addr_mask(len)}, len};
}

static inline bool addr_mac_same(mac a, mac b)
{
	return !__builtin_memcmp(a.b, b.b, 6);
}

/* "10.0.0.1": four decimal numbers without leading zeros. */
bool addr_parse_ip4(const char *text, ip4 *out);
/* "10.0.0.0/8", or an address alone, which means /32. Host bits must be 0;
 * addr_parse_if() is for the form that has them. */
bool addr_parse_prefix(const char *text, struct addr_prefix *out);
/* "10.0.0.1/24": address and length, both needed. */
bool addr_parse_if(const char *text, struct addr_if *out);
/* "02:50:56:56:44:52", either case. */
bool addr_parse_mac(const char *text, mac *out);
/* "443" or "30000-32767", 1..65535, first <= last. */
bool addr_parse_ports(const char *text, struct addr_ports *out);

const char *addr_print_ip4(ip4 a, char out[ADDR_IP4_SIZE]);
/* Always with "/len". */
const char *addr_print_prefix(struct addr_prefix p, char out[ADDR_PREFIX_SIZE]);
const char *addr_print_mac(mac m, char out[ADDR_MAC_SIZE]);
const char *addr_print_endpoint(ip4 a, uint16_t port,
				char out[ADDR_ENDPOINT_SIZE]);

#endif
