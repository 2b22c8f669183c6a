/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of stateful NAT and of the load balancer: key to rewrite recipe.
 *
 * A session has two directions, each with the 5-tuple that arrives and the
 * 5-tuple that leaves. One flat open-addressed table of both directions' keys
 * in the caller's storage; sessions are known by 32-bit numbers.
 *
 * flow_init on storage for some sessions, flow_grow onto greater storage when
 * they are in use; flow_add, flow_find, flow_touch, flow_remove; flow_expire
 * now and then.
 *
 * Memory for each session there is room for: 64 bytes, one cache line, and 28
 * of the table. A look-up reads two lines; for a batch ask for both ahead of
 * time: flow_hash and flow_prefetch_slot for all, flow_guess for all, then
 * flow_has or, if the guess was wrong, flow_value.
 *
 * Idle timers are those of the NSX edge (docs NSX 4.1, session timers) and of
 * its load balancer (fast-TCP and fast-UDP profiles), as a table in flow.c; the
 * state machine:
 *
 *	TCP:	FIRST     the initiator's first packet
 *		OPENING   the responder has answered
 *		ESTABLISHED both sides have sent ACK after SYN
 *		CLOSING   one side has sent FIN
 *		FIN_WAIT  both have
 *		CLOSED    RST seen
 *		A SYN from the initiator after FIN or RST begins anew at FIRST.
 *	UDP:	FIRST, then SINGLE (more from the initiator only), MULTIPLE
 *	ICMP:	FIRST, then MULTIPLE (answered) */
#ifndef FLOW_H
#define FLOW_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/addr.h"
#include "sim/base/rare.h"
#include "sim/wire/csum.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"

#define FLOW_NONE  UINT32_MAX
#define FLOW_ENDED 255 /* the protocol of no session (RFC 3692: experiments) */

struct flow_key {
	ip4 src, dst;
	uint16_t sport, dport; /* ICMP echo: the id in both */
	uint8_t proto;
};

enum flow_dir { FLOW_FORWARD, FLOW_BACKWARD };

enum flow_state {
	FLOW_FIRST,
	FLOW_OPENING,
	FLOW_ESTABLISHED,
	FLOW_CLOSING,
	FLOW_FIN_WAIT,
	FLOW_CLOSED,
	FLOW_SINGLE,
	FLOW_MULTIPLE,
	FLOW_STATE_COUNT
};

enum flow_kind {
	FLOW_SNAT,
	FLOW_DNAT,
	FLOW_LB,
	FLOW_PASS, /* untranslated, from outside */
	FLOW_KIND_COUNT
};

/* A flow_key without the protocol, byte for byte. */
struct flow_ends {
	ip4 src, dst;
	uint16_t sport, dport;
};

static_assert(offsetof(struct flow_key, sport) == 8 &&
		      offsetof(struct flow_ends, sport) == 8 &&
		      offsetof(struct flow_key, proto) == 12,
	      "addresses can be read as one word, ports as one");

/* flow_in() and flow_out() make keys of 'in'. */
struct flow {
	struct flow_ends in[2]; /* as packets arrive, by direction */
	uint64_t used;		/* ns; last packet */
	uint32_t packets[2];	/* by direction; stay at the greatest number */
	uint32_t maker;		/* place of its rule in the NAT table; if not
				 * 'by_rule', the ref of a virtual server or of
				 * a rule that is gone */
	uint16_t way[2];     /* by direction: what sim/path knows, 0: nothing */
	uint32_t next, prev; /* in the timer wheel; next free while not live */
	/* What the translation forwards does to a checksum over the addresses,
	 * and over addresses and ports (csum_wire). */
	uint16_t addr_delta, full_delta;
	uint8_t proto;
	uint8_t state;	  /* enum flow_state */
	uint8_t tick;	  /* place in the timer wheel */
	uint8_t kind : 2; /* enum flow_kind */
	uint8_t fins : 2; /* bit per direction: FIN seen */
	uint8_t live : 1;
	uint8_t by_rule : 1;
};

static_assert(sizeof(struct flow) == 64, "a session is one cache line");

/* One key in the table: its hash, and session * 2 + direction + 1; 0: empty. */
struct flow_slot {
	uint32_t hash, value;
};

#define FLOW_TICKS	256
#define FLOW_TICK_SHIFT 32 /* a tick is 2^32 ns, 4.3 s */

struct flow_table {
	struct flow *flows; /* caller's storage */
	struct flow_slot
		*slots;	     /* caller's: open addressing, both directions */
	uint32_t room;	     /* sessions */
	uint32_t limit;	     /* sessions at most; UINT32_MAX: as many as fit */
	uint32_t slot_count; /* flow_slots(room) */
	uint32_t count;
	uint32_t free;	/* first of the free list, FLOW_NONE: empty */
	uint32_t fresh; /* sessions from here on were never used */
	uint64_t tick;	/* those before it have been gone through */
	uint32_t wheel[FLOW_TICKS]; /* first session that may end in each */
};

/* How many slots a table for 'room' sessions needs, so that at most 4 of 7 are
 * in use. */
static inline uint32_t flow_slots(uint32_t room)
{
	return (uint32_t)((uint64_t)room * 7 / 2) + 2;
}

/* 'slots' must be zero; 'flows' need not be. */
void flow_init(struct flow_table *t, struct flow *flows,
	       struct flow_slot *slots, uint32_t room);
/* Moves all to greater storage ('slots' zero); the old is the caller's to
 * free. Numbers stay, and the limit. */
void flow_grow(struct flow_table *t, struct flow *flows,
	       struct flow_slot *slots, uint32_t room);

static inline uint32_t flow_hash(const struct flow_key *k)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t a, b = k->proto;
	uint32_t ports;
	memcpy(&a, &k->src, sizeof(a));
	memcpy(&ports, &k->sport, sizeof(ports));
	b = b << 32 | ports;
	wide m = (wide)(a ^ 0xa0761d6478bd642fU) * (b ^ 0xe7037ed1a0b428dbU);
	return (uint32_t)((uint64_t)m >> 32) ^ (uint32_t)(m >> 64);
}

static inline uint32_t flow_home(const struct flow_table *t, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * t->slot_count >> 32);
}

static inline void flow_prefetch_slot(const struct flow_table *t, uint32_t hash)
{
	__builtin_prefetch(&t->slots[flow_home(t, hash)]);
}

/* Whether packets of direction 'dir' arrive as 'k'. */
static inline bool flow_has(const struct flow *f, enum flow_dir dir,
			    const struct flow_key *k)
{
	uint64_t addrs, k_addrs;
	uint32_t ports, k_ports;
	memcpy(&addrs, &f->in[dir].src, sizeof(addrs));
	memcpy(&k_addrs, &k->src, sizeof(k_addrs));
	memcpy(&ports, &f->in[dir].sport, sizeof(ports));
	memcpy(&k_ports, &k->sport, sizeof(k_ports));
	return addrs == k_addrs && ports == k_ports && f->proto == k->proto;
}

/* What a slot's value stands for. */
static inline uint32_t flow_number(uint32_t value)
{
	return (value - 1) >> 1;
}

static inline enum flow_dir flow_value_dir(uint32_t value)
{
	return (enum flow_dir)((value - 1) & 1);
}

/* The value of the slot with this hash, most probably of the key that has it;
 * asks for the session. 0: none. */
static inline uint32_t flow_guess(const struct flow_table *t, uint32_t hash)
{
	const struct flow_slot *s = &t->slots[flow_home(t, hash)];
	for (; s->hash != hash; s++)
		if (!s->value || s + 1 == t->slots + t->slot_count)
			return 0;
	if (!s->value)
		return 0;
	__builtin_prefetch(&t->flows[flow_number(s->value)]);
	return s->value;
}

/* The value of the slot of an arriving packet; 0 if it has no session. That may
 * be idle beyond its timer: see flow_is_idle(). */
uint32_t flow_value(const struct flow_table *t, const struct flow_key *key,
		    uint32_t hash);
/* The same as session, FLOW_NONE if there is none, and direction. */
static inline uint32_t flow_find(const struct flow_table *t,
				 const struct flow_key *key, enum flow_dir *dir)
{
	uint32_t value = flow_value(t, key, flow_hash(key));
	if (!value)
		return FLOW_NONE;
	*dir = flow_value_dir(value);
	return flow_number(value);
}

static inline struct flow_key flow_reverse(const struct flow_key *k)
{
	return (struct flow_key){k->dst, k->src, k->dport, k->sport, k->proto};
}

/* A packet of direction 'dir' as it arrives, and as it leaves: 'out' reversed
 * is what arrives in the other direction. */
static inline struct flow_key flow_in(const struct flow *f, enum flow_dir dir)
{
	const struct flow_ends *e = &f->in[dir];
	return (struct flow_key){e->src, e->dst, e->sport, e->dport, f->proto};
}

static inline struct flow_key flow_out(const struct flow *f, enum flow_dir dir)
{
	const struct flow_ends *e = &f->in[!dir];
	return (struct flow_key){e->dst, e->src, e->dport, e->sport, f->proto};
}

/* The change of a checksum over the addresses, or over addresses and ports, by
 * the translation of direction 'dir' (for csum_patch). */
static inline uint16_t flow_delta(uint16_t forward, enum flow_dir dir)
{
	/* The complement takes back; 0 would not make a sum of 0 0xffff. */
	uint16_t back = (uint16_t)~forward;
	return dir == FLOW_FORWARD ? forward : back ? back : 0xffff;
}

static inline bool flow_is_full(const struct flow_table *t)
{
	return t->count >= t->limit || t->count == t->room;
}

/* A key, and where it is or would go while nothing is added or removed. */
struct flow_spot {
	struct flow_key key;
	uint32_t hash, slot;
};

struct flow_spot flow_seek(const struct flow_table *t,
			   const struct flow_key *key, uint32_t hash);
/* The value there; 0: the key is of no session. */
static inline uint32_t flow_at(const struct flow_table *t,
			       const struct flow_spot *spot)
{
	return t->count ? t->slots[spot->slot].value : 0;
}

/* A new session: forward packets arrive as 'in', their answers as 'back'.
 * FLOW_NONE when full or when a key is taken. */
uint32_t flow_put(struct flow_table *t, const struct flow_spot *in,
		  const struct flow_spot *back, uint64_t now);
/* The same for packets that leave as 'out'. */
uint32_t flow_add(struct flow_table *t, const struct flow_key *in,
		  const struct flow_key *out, uint64_t now);
void flow_remove(struct flow_table *t, uint32_t flow);

/* flow_state.c: a packet changes the state. */
void flow_advance(struct flow_table *t, uint32_t flow, enum flow_dir dir,
		  uint8_t tcp_flags);

/* A packet of the session passed: state, timer, counter. */
static inline void flow_touch(struct flow_table *t, uint32_t flow,
			      enum flow_dir dir, uint8_t tcp_flags,
			      uint64_t now)
{
	struct flow *f = &t->flows[flow];
	f->used = now;
	if (MOSTLY(f->packets[dir] != UINT32_MAX))
		f->packets[dir]++;
	if (f->state == FLOW_MULTIPLE ||
	    (f->state == FLOW_SINGLE && dir == FLOW_FORWARD) ||
	    (f->state == FLOW_ESTABLISHED &&
	     !(tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST))))
		return;
	flow_advance(t, flow, dir, tcp_flags);
}

/* The session's timer is another now (its state or kind is): it ends sooner than
 * its place in the wheel says. */
void flow_resettle(struct flow_table *t, uint32_t flow);

/* Ends sessions that are idle beyond their timers at 'now': 'end' is called for
 * each and must call flow_remove(). Cheap: only those whose time may have come
 * are looked at. */
typedef void flow_end_fn(void *context, uint32_t flow);
void flow_expire(struct flow_table *t, uint64_t now, flow_end_fn *end,
		 void *context);
/* Whether a tick has passed since, so that flow_expire() is worth its while;
 * while there is room it need not be exact. */
static inline bool flow_may_expire(const struct flow_table *t, uint64_t now)
{
	return t->count && now >> FLOW_TICK_SHIFT > t->tick;
}
uint64_t flow_timeout_ns(const struct flow *f);

#define FLOW_TIMEOUT_LEAST UINT64_C(2000000000) /* ns; of CLOSED */

static inline bool flow_is_idle(const struct flow *f, uint64_t now)
{
	return now - f->used > FLOW_TIMEOUT_LEAST && f->live &&
	       now - f->used > flow_timeout_ns(f);
}
const char *flow_state_name(enum flow_state state);

#endif
