/* SPDX-License-Identifier: Apache-2.0 */
/* A gateway that hides 10.0.0.0/8 behind 30.0.0.5, for the rows about NAT: port
 * 0 inside, port 1 outside. */
#ifndef RFC_KIT_H
#define RFC_KIT_H

#include "tests/rfc/rfc.h"
#include "tests/unit/gateway_kit.h"

#define RFC_SECOND  1000000000ULL
#define RFC_OUTSIDE "30.0.0.5"

static struct gateway_kit kit;

static inline void rfc_kit_setup(void)
{
	gateway_kit_init(&kit);
	gateway_kit_rule(&kit, NAT_SNAT, "10.0.0.0/8", NULL, RFC_OUTSIDE);
	gateway_kit_local(&kit, RFC_OUTSIDE);
}

/* From 10.0.0.1:4000 to 8.8.8.8:53. */
static inline struct frames_spec rfc_out(uint8_t proto)
{
	return (struct frames_spec){.src = "10.0.0.1",
				    .dst = "8.8.8.8",
				    .proto = proto,
				    .sport = 4000,
				    .dport = 53,
				    .flags = TCP_SYN,
				    .type = ICMP_ECHO_REQUEST};
}

/* What 8.8.8.8:53 sends to the first translated port. */
static inline struct frames_spec rfc_in(uint8_t proto, uint8_t flags)
{
	return (struct frames_spec){.src = "8.8.8.8",
				    .dst = RFC_OUTSIDE,
				    .proto = proto,
				    .sport =
					    proto == IP4_PROTO_ICMP ? 1024 : 53,
				    .dport = 1024,
				    .flags = flags,
				    .type = ICMP_ECHO_REPLY};
}

static inline void rfc_sends(const struct frames_spec *s, const char *result)
{
	gateway_kit_expect(&kit, 0, s, result);
}

static inline void rfc_gets(const struct frames_spec *s, const char *result)
{
	gateway_kit_expect(&kit, 1, s, result);
}

/* Sends one flow and another one that differs; their translated ports. */
static inline void rfc_two(const struct frames_spec *a,
			   const struct frames_spec *b, uint16_t ports[2])
{
	const uint8_t *sport = kit.pkt.data + ETH_SIZE + IP4_SIZE;
	ck_assert_int_eq(gateway_kit_send(&kit, 0, a), DROP_NONE);
	ports[0] = be_load16(sport);
	ck_assert_int_eq(gateway_kit_send(&kit, 0, b), DROP_NONE);
	ports[1] = be_load16(sport);
}

/* An error from outside about the last packet that went out. */
static inline void rfc_error(uint8_t type, size_t quoted)
{
	static struct pkt sent;
	sent = kit.pkt;
	frames_make_error(&kit.pkt, "9.9.9.9", type, &sent, quoted);
	gateway_kit_forward(&kit, 1);
}

#endif
