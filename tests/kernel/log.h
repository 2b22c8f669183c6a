/* SPDX-License-Identifier: Apache-2.0 */
/* What came in where, in one of the worlds: one list for each packet sent. */
#ifndef LOG_H
#define LOG_H

#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "tests/kernel/plan.h"
#include "tests/kernel/shot.h"

struct log_seen {
	size_t place;
	struct shot_bytes bytes;
	bool used; /* of the comparison */
};

/* What one packet brought about, in the order in which it was seen. */
struct log_part {
	VEC(struct log_seen);
	bool slow; /* somebody waited for ARP */
};

struct log {
	struct log_part *parts; /* by index of the packet */
	size_t count;
};

static inline void log_init(struct log *l, size_t count)
{
	l->parts = mem_new(count, sizeof(*l->parts));
	l->count = count;
}

static inline void log_fini(struct log *l)
{
	for (size_t i = 0; i < l->count; i++)
		VEC_FREE(&l->parts[i]);
	mem_free(l->parts);
}

static inline void log_add(struct log_part *part, size_t place,
			   const uint8_t *bytes, size_t size)
{
	struct log_seen seen = {.place = place};
	if (size > SHOT_ROOM)
		size = SHOT_ROOM;
	seen.bytes.size = (uint16_t)size;
	__builtin_memcpy(seen.bytes.at, bytes, size);
	VEC_ADD(part, seen);
}

static inline bool log_is_error(const struct shot_bytes *b)
{
	size_t head = (b->at[0] & 15U) * 4U;
	return b->at[9] == IP4_PROTO_ICMP && b->size >= head + ICMP_SIZE &&
	       icmp_is_error(b->at[head]);
}

static inline bool log_resets(const struct shot_bytes *b)
{
	size_t head = (b->at[0] & 15U) * 4U;
	return b->at[9] == IP4_PROTO_TCP && b->size >= head + TCP_SIZE &&
	       b->at[head + 13] & TCP_RST;
}

/* Whether a host has reset the connection, as one does that knows of none. */
static inline bool log_is_reset(const struct log_part *part)
{
	for (size_t i = 0; i < part->count; i++)
		if (log_resets(&part->at[i].bytes))
			return true;
	return false;
}

/* What host 's->host' received of the packet that 's' is about; NULL if
 * nothing but errors, if it is about none, or if it would answer in a connection
 * that is reset: NSX is not said to look at the order of segments, Linux does. */
static inline const struct shot_bytes *
log_received(const struct log *l, const struct plan *p,
	     const struct shot_list *shots, const struct shot *s)
{
	size_t node = plan_node_of(p, s->host);
	for (size_t i = 0; s->of && i < shots->count; i++) {
		if (shots->at[i].number != s->of)
			continue;
		if (s->kind == SHOT_ANSWER && log_is_reset(&l->parts[i]))
			return NULL;
		for (size_t j = 0; j < l->parts[i].count; j++)
			if (p->places.at[l->parts[i].at[j].place].node ==
				    node &&
			    !log_is_error(&l->parts[i].at[j].bytes))
				return &l->parts[i].at[j].bytes;
	}
	return NULL;
}

#endif
