/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/icmp.h"

#include "sim/wire/be.h"
#include "sim/wire/csum.h"

bool icmp_read(const uint8_t *bytes, size_t len, struct icmp *out)
{
	if (len < ICMP_SIZE || csum_of(bytes, len))
		return false;
	*out = (struct icmp){
		.type = bytes[0],
		.code = bytes[1],
		.check = be_load16(bytes + 2),
		.id = be_load16(bytes + 4),
		.seq = be_load16(bytes + 6),
	};
	return true;
}

void icmp_write(uint8_t *bytes, size_t len, const struct icmp *m)
{
	bytes[0] = m->type;
	bytes[1] = m->code;
	be_store16(bytes + 2, 0);
	be_store16(bytes + 4, m->id);
	be_store16(bytes + 6, m->seq);
	be_store16(bytes + 2, csum_of(bytes, len));
}

static const char *unreachable_name(uint8_t code)
{
	static const char *const names[] = {
		[ICMP_NET] = "network unreachable",
		[ICMP_HOST] = "host unreachable",
		[ICMP_PROTO] = "protocol unreachable",
		[ICMP_PORT] = "port unreachable",
		[ICMP_FRAG_NEEDED] = "fragmentation needed",
		[5] = "source route failed",
		[6] = "network unknown",
		[7] = "host unknown",
		[8] = "source host isolated",
		[9] = "network prohibited",
		[ICMP_HOST_PROHIBITED] = "host prohibited",
		[11] = "network unreachable for TOS",
		[12] = "host unreachable for TOS",
		[ICMP_PROHIBITED] = "administratively prohibited",
	};
	return code < sizeof(names) / sizeof(names[0]) ? names[code]
						       : "unreachable";
}

const char *icmp_name(uint8_t type, uint8_t code)
{
	switch (type) {
	case ICMP_ECHO_REPLY:
		return "echo reply";
	case ICMP_ECHO_REQUEST:
		return "echo request";
	case ICMP_UNREACHABLE:
		return unreachable_name(code);
	case ICMP_TIME_EXCEEDED:
		return code ? "reassembly time exceeded" : "time exceeded";
	case ICMP_PARAM_PROBLEM:
		return "parameter problem";
	default:
		return "message";
	}
}
