/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/mold.h"

#include <string.h>

#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/udp.h"

#define L4	  (ETH_SIZE + IP4_SIZE)
#define IP_LEN	  (ETH_SIZE + 2)
#define IP_ID	  (ETH_SIZE + 4)
#define IP_CHECK  (ETH_SIZE + 10)
#define IP_SRC	  (ETH_SIZE + 12)
#define IP_PROTO  (ETH_SIZE + 9)
#define TCP_CHECK 16
#define UDP_CHECK 6

static void zero16(uint8_t *at)
{
	be_store16(at, 0);
}

void mold_set(struct mold *m, const uint8_t *frame, size_t size)
{
	m->size = (uint8_t)size;
	memcpy(m->head, frame, size);
	uint8_t *h = m->head;
	zero16(h + IP_LEN);
	zero16(h + IP_ID);
	zero16(h + IP_CHECK);
	m->ip_sum = (uint32_t)csum_add(0, h + ETH_SIZE, IP4_SIZE);
	m->l4_sum = (uint32_t)csum_add(h[IP_PROTO], h + IP_SRC, 8 + 4);
}

/* The headers, and in the IP header what differs. */
static void cast(const struct mold *m, uint16_t id, size_t size, uint8_t *out)
{
	uint32_t len = (uint32_t)(size - ETH_SIZE);
	memcpy(out, m->head, m->size);
	be_store16(out + IP_LEN, (uint16_t)len);
	be_store16(out + IP_ID, id);
	be_store16(out + IP_CHECK, csum_finish((uint64_t)m->ip_sum + len + id));
}

/* Copies the payload; its sum, and the length as the pseudo header has it. */
static uint64_t fill(struct craft_bytes payload, size_t l4_size, uint8_t *out)
{
	if (!payload.len)
		return l4_size;
	memcpy(out, payload.at, payload.len);
	return csum_add(l4_size, out, payload.len);
}

size_t mold_udp(const struct mold *m, uint16_t id, struct craft_bytes payload,
		struct craft_frame out)
{
	size_t size = m->size + payload.len, len = UDP_SIZE + payload.len;
	uint8_t *udp = out.bytes + L4;
	if (size > out.room)
		return 0;
	cast(m, id, size, out.bytes);
	be_store16(udp + 4, (uint16_t)len);
	uint64_t sum = m->l4_sum + len + fill(payload, len, udp + UDP_SIZE);
	uint16_t check = csum_finish(sum);
	/* 0 would mean that there is none. */
	be_store16(udp + UDP_CHECK, check ? check : 0xffff);
	return size;
}

static uint32_t halves(uint32_t v)
{
	return (v >> 16) + (v & 0xffff);
}

size_t mold_tcp(const struct mold *m, uint16_t id, const struct craft_tcp *s,
		struct craft_frame out)
{
	size_t size = m->size + s->payload.len;
	uint8_t *tcp = out.bytes + L4;
	if (size > out.room)
		return 0;
	cast(m, id, size, out.bytes);
	be_store32(tcp + 4, s->seq);
	be_store32(tcp + 8, s->ack);
	tcp[13] = s->flags;
	be_store16(tcp + 14, s->window);
	uint64_t sum = m->l4_sum + halves(s->seq) + halves(s->ack) +
		       ((uint32_t)tcp[12] << 8) + s->flags + s->window;
	sum += fill(s->payload, TCP_SIZE + s->payload.len, tcp + TCP_SIZE);
	be_store16(tcp + TCP_CHECK, csum_finish(sum));
	return size;
}
