/* SPDX-License-Identifier: Apache-2.0 */
/* Packets like others before them: they go the way that is kept in the cache
 * (cache.h), with everything that forward.h's stages would do to them: TTL,
 * translation, checksums, session, counters, notes. Whatever is not as it was
 * then takes the stages.
 *
 * A decision is kept when nothing but what its key says, tables and ports went
 * into it. So only whole TCP and UDP datagrams take part, and no node with access
 * rules, with virtual servers, or standing by. */
#ifndef FAST_H
#define FAST_H

#include "sim/base/rare.h"
#include "sim/path/forward.h"
#include "sim/path/session.h"

enum fast_kind {
	FAST_OFF,
	FAST_STATELESS, /* a decision depends on packet, tables and ports */
	FAST_SESSIONS,	/* on a session, too */
};

static inline enum fast_kind fast_kind(const struct forward *f)
{
	if (!f->cache.memory || f->standby || f->acl.count || f->lb.count ||
	    f->balanced)
		return FAST_OFF;
	if (f->flows.count)
		return FAST_SESSIONS;
	return f->tracks_inbound || f->nat.keeps_state ? FAST_OFF
						       : FAST_STATELESS;
}

/* Whether ports go into a decision: they choose among equal-cost routes. */
static inline bool fast_by_ports(const struct forward *f)
{
	return f->fib.groups.multiple;
}

/* Sends 'p' on its session's way, if that is known. */
bool fast_session(struct forward *f, struct pkt *p, uint32_t guess,
		  uint64_t now);

/* Without sessions: where the decision about 'p' would be; then sends it that
 * way, if it is. 'by_ports' is fast_by_ports(). */
static inline struct cache_slot *fast_slot(const struct forward *f,
					   const struct pkt *p, bool by_ports);
bool fast_packet(struct forward *f, struct pkt *p, const struct cache_slot *s,
		 bool by_ports);

/* What was decided about 'p' by the stages. */
struct fast_case {
	const struct session_look *look;
	ip4 src, dst;	/* when it arrived */
	uint16_t group; /* of next hops; if sent */
};

/* The first if a session acted on it ('look->by'). */
void fast_learn_session(struct forward *f, const struct pkt *p,
			const struct fast_case *known);
void fast_learn_packet(struct forward *f, const struct pkt *p,
		       const struct fast_case *known);
/* As forward_renew(). */
void fast_renew(struct forward *f);

/* The two words a slot is known by. */
static inline uint64_t fast_addrs(const struct flow_key *k)
{
	uint64_t both;
	memcpy(&both, &k->src, sizeof(both));
	return both;
}

static inline uint64_t fast_rest(const struct pkt *p, bool by_ports)
{
	uint64_t rest = p->in_port;
	if (!MOSTLY(!by_ports))
		rest |= (uint64_t)p->proto << 16 | (uint64_t)p->sport << 32 |
			(uint64_t)p->dport << 48;
	return rest;
}

static inline struct cache_slot *fast_slot(const struct forward *f,
					   const struct pkt *p, bool by_ports)
{
	struct cache_slot *s = cache_at(&f->cache, fast_addrs(&p->key),
					fast_rest(p, by_ports));
	__builtin_prefetch(s);
	return s;
}

#endif
