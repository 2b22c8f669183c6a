/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/tcp.h"

#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/ip4.h"
#include "sim/wire/rd.h"

#define OPTION_END	      0
#define OPTION_NOP	      1
#define OPTION_MSS	      2
#define OPTION_SACK_PERMITTED 4
#define OPTION_SACK	      5
#define BLOCK_SIZE	      8

static void read_sacks(const uint8_t *value, size_t size, struct tcp *out)
{
	size_t count = size / BLOCK_SIZE;
	for (size_t i = 0; i < count && i < TCP_SACKS; i++) {
		const uint8_t *at = value + i * BLOCK_SIZE;
		out->sacks[out->sack_count++] =
			(struct tcp_sack){be_load32(at), be_load32(at + 4)};
		if (out->sack_count == TCP_SACKS)
			break;
	}
}

static bool read_options(struct rd r, struct tcp *out)
{
	while (rd_left(&r)) {
		uint8_t kind = rd_u8(&r);
		if (kind == OPTION_END)
			return true;
		if (kind == OPTION_NOP)
			continue;
		uint8_t size = rd_u8(&r);
		if (size < 2)
			return false;
		const uint8_t *value = rd_bytes(&r, size - 2U);
		if (!value)
			return false;
		if (kind == OPTION_MSS && size == 4)
			out->mss = be_load16(value);
		out->sack_permitted |= kind == OPTION_SACK_PERMITTED;
		if (kind == OPTION_SACK)
			read_sacks(value, size - 2U, out);
	}
	return rd_ok(&r);
}

bool tcp_read(const uint8_t *bytes, size_t len, ip4 src, ip4 dst,
	      struct tcp *out)
{
	if (len < TCP_SIZE || len > 65535)
		return false;
	*out = (struct tcp){
		.sport = be_load16(bytes),
		.dport = be_load16(bytes + 2),
		.seq = be_load32(bytes + 4),
		.ack = be_load32(bytes + 8),
		.head_size = (uint8_t)((bytes[12] >> 4) * 4),
		.flags = bytes[13],
		.window = be_load16(bytes + 14),
		.check = be_load16(bytes + 16),
	};
	if (out->head_size < TCP_SIZE || out->head_size > len)
		return false;
	uint64_t sum = csum_pseudo(src, dst, IP4_PROTO_TCP, len);
	if (csum_finish(csum_add(sum, bytes, len)))
		return false;
	return read_options(rd_of(bytes + TCP_SIZE, out->head_size - TCP_SIZE),
			    out);
}

const char *tcp_flags_name(uint8_t flags)
{
	if (flags & TCP_RST)
		return flags & TCP_ACK ? "RST-ACK" : "RST";
	if (flags & TCP_SYN)
		return flags & TCP_ACK ? "SYN-ACK" : "SYN";
	if (flags & TCP_FIN)
		return flags & TCP_ACK ? "FIN-ACK" : "FIN";
	if (flags & TCP_PSH)
		return "PSH-ACK";
	return flags & TCP_ACK ? "ACK" : "none";
}
