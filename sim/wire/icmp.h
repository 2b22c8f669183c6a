/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP (RFC 792): echo, unreachable, time exceeded. */
#ifndef ICMP_H
#define ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMP_SIZE 8

#define ICMP_ECHO_REPLY	   0
#define ICMP_UNREACHABLE   3
#define ICMP_ECHO_REQUEST  8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAM_PROBLEM 12

/* Codes of ICMP_UNREACHABLE (RFC 792, RFC 1122, RFC 1812). */
#define ICMP_NET	     0
#define ICMP_HOST	     1
#define ICMP_PROTO	     2
#define ICMP_PORT	     3
#define ICMP_FRAG_NEEDED     4
#define ICMP_HOST_PROHIBITED 10
#define ICMP_PROHIBITED	     13

struct icmp {
	uint8_t type, code;
	uint16_t check;
	uint16_t id, seq; /* echo; for FRAG_NEEDED 'seq' is the next-hop MTU */
};

/* Reads and checks a whole ICMP message; false if short or bad checksum. */
bool icmp_read(const uint8_t *bytes, size_t len, struct icmp *out);
static inline bool icmp_is_error(uint8_t type)
{
	return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAM_PROBLEM;
}
/* The TOS byte of an error about a packet with 'tos': its type of service, and
 * the precedence of internetwork control (RFC 1812 4.3.2.5). */
static inline uint8_t icmp_error_tos(uint8_t tos)
{
	return (uint8_t)((tos & 0x1e) | 0xc0);
}
/* Writes the 8 bytes and the checksum over them and the 'len' - 8 bytes that
 * already follow. */
void icmp_write(uint8_t *bytes, size_t len, const struct icmp *m);
/* "network unreachable", "time exceeded"...; for people. */
const char *icmp_name(uint8_t type, uint8_t code);

#endif
