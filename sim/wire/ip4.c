/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/ip4.h"

#include "sim/wire/be.h"
#include "sim/wire/csum.h"

#define TTL   8
#define CHECK 10
#define SRC   12
#define DST   16

enum ip4_error ip4_read_quoted(const uint8_t *bytes, size_t len,
			       struct ip4_head *out)
{
	if (len < IP4_SIZE)
		return IP4_SHORT;
	size_t head = (bytes[0] & 15U) * 4U;
	if (bytes[0] >> 4 != 4 || head < IP4_SIZE)
		return IP4_BAD_VERSION;
	if (head > len)
		return IP4_SHORT;
	*out = (struct ip4_head){
		.head_size = (uint8_t)head,
		.tos = bytes[1],
		.size = be_load16(bytes + 2),
		.id = be_load16(bytes + 4),
		.frag = be_load16(bytes + 6),
		.ttl = bytes[TTL],
		.proto = bytes[9],
		.check = be_load16(bytes + CHECK),
		.src = addr_ip4(be_load32(bytes + SRC)),
		.dst = addr_ip4(be_load32(bytes + DST)),
	};
	return IP4_OK;
}

enum ip4_error ip4_read(const uint8_t *bytes, size_t len, struct ip4_head *out)
{
	enum ip4_error error = ip4_read_quoted(bytes, len, out);
	if (error != IP4_OK)
		return error;
	if (out->size > len || out->size < out->head_size)
		return IP4_SHORT;
	return csum_of(bytes, out->head_size) ? IP4_BAD_CHECK : IP4_OK;
}

void ip4_write(uint8_t bytes[IP4_SIZE], const struct ip4_head *h)
{
	bytes[0] = 0x45;
	bytes[1] = h->tos;
	be_store16(bytes + 2, h->size);
	be_store16(bytes + 4, h->id);
	be_store16(bytes + 6, h->frag);
	bytes[TTL] = h->ttl;
	bytes[9] = h->proto;
	be_store16(bytes + CHECK, 0);
	be_store32(bytes + SRC, h->src.v);
	be_store32(bytes + DST, h->dst.v);
	be_store16(bytes + CHECK, csum_of(bytes, IP4_SIZE));
}

static void set_addr(uint8_t *head, size_t at, ip4 now)
{
	uint32_t delta = csum_delta32(be_load32(head + at), now.v);
	be_store32(head + at, now.v);
	be_store16(head + CHECK, csum_apply(be_load16(head + CHECK), delta));
}

void ip4_set_src(uint8_t *head, ip4 src)
{
	set_addr(head, SRC, src);
}

void ip4_set_dst(uint8_t *head, ip4 dst)
{
	set_addr(head, DST, dst);
}
