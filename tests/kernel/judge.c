/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/judge.h"

#include <string.h>

#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"
#include "tests/kernel/edges.h"
#include "tests/kernel/script.h"

#define QUOTED_DATA 8

/* One packet of each world, and where the comparison stands. */
struct pair {
	struct judge *judge;
	const uint8_t *s, *k; /* simulated, kernel: where we are */
	size_t s_size, k_size;
	struct ip4_head sh, kh;
	bool narrow;	  /* about an MTU */
	bool decremented; /* the kernel may quote one TTL less */
	struct str *why;
};

bool judge_is_pooled(const struct judge *j, ip4 a)
{
	for (size_t i = 0; i < j->pool.count; i++)
		if (addr_same(j->pool.at[i], a))
			return true;
	return false;
}

static bool add_pooled(struct judge *j, ip4 a)
{
	if (judge_is_pooled(j, a))
		return false;
	VEC_ADD(&j->pool, a);
	return true;
}

static bool add_images(struct judge *j, const struct nat_rule *r)
{
	bool added = false;
	for (uint64_t i = 0; i < nat_size(&r->source); i++) {
		ip4 a = nat_at(&r->source, i);
		if (judge_is_pooled(j, a))
			added |= add_pooled(
				j, nat_map(&r->source, &r->translated, a));
	}
	return added;
}

/* Those that clients of virtual servers have at the members. */
static void collect_servers(struct judge *j)
{
	const struct model *m = j->plan->model;
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		if (m->lb_pools.at[s->pool.index].snat_translation ==
		    MODEL_LB_AUTOMAP)
			add_pooled(j, s->ip_address);
	}
}

/* The addresses of SNAT rules, and what REFLEXIVE rules make of those. */
static bool collect_pool(struct judge *j)
{
	bool added = false;
	for (size_t node = 0; node < j->plan->nodes.count; node++) {
		size_t count;
		const struct model_nat_rule *rules =
			plan_nat(j->plan, node, &count);
		for (size_t i = 0; i < count; i++) {
			const struct nat_rule *r = &rules[i].rule;
			uint64_t size = nat_size(&r->translated);
			for (uint64_t a = 0; r->action == NAT_SNAT && a < size;
			     a++)
				added |= add_pooled(j,
						    nat_at(&r->translated, a));
			if (r->action == NAT_REFLEXIVE)
				added |= add_images(j, r);
		}
	}
	return added;
}

void judge_init(struct judge *j, const struct plan *p)
{
	memset(j, 0, sizeof(*j));
	j->plan = p;
	collect_servers(j);
	while (collect_pool(j))
		;
	for (size_t i = 0; i < p->nodes.count; i++)
		j->stateful |= script_by_session(p) ||
			       script_is_stateful(p, i) ||
			       script_has_servers(p, i);
}

void judge_fini(struct judge *j)
{
	VEC_FREE(&j->ports);
	VEC_FREE(&j->pool);
	VEC_FREE(&j->lost);
}

static bool differs(struct pair *x, const char *field, unsigned long s,
		    unsigned long k)
{
	if (s == k)
		return false;
	str_addf(x->why, "%s: simulated %lu (0x%lx), kernel %lu (0x%lx)\n",
		 field, s, s, k, k);
	return true;
}

/* Whether two ports may stand for each other, now and from now on. */
static bool bind(struct judge *j, const struct judge_port *p)
{
	for (size_t i = 0; i < j->ports.count; i++) {
		const struct judge_port *o = &j->ports.at[i];
		if (o->proto != p->proto || !addr_same(o->addr, p->addr))
			continue;
		if (o->simulated == p->simulated && o->kernel == p->kernel)
			return true;
		bool other = o->kernel != p->kernel ||
			     !addr_same(o->peer, p->peer) ||
			     o->peer_port != p->peer_port;
		if (o->simulated != p->simulated && other)
			continue;
		if (o->ended == DIFFER_COUNT)
			return false;
		j->met[o->ended]++;
	}
	VEC_ADD(&j->ports, *p);
	return true;
}

void judge_end_sessions(struct judge *j, const struct log_part *simulated)
{
	for (size_t i = 0; simulated->slow && i < j->ports.count; i++)
		j->ports.at[i].ended = DIFFER_TIME;
	for (size_t i = 0; i < simulated->count; i++) {
		const struct shot_bytes *b = &simulated->at[i].bytes;
		size_t l4 = (b->at[0] & 15U) * 4U;
		for (size_t n = 0; log_resets(b) && n < j->ports.count; n++) {
			struct judge_port *o = &j->ports.at[n];
			bool src = addr_same(o->addr, judge_addr(b, 12)) &&
				   o->simulated == be_load16(b->at + l4);
			bool dst = addr_same(o->addr, judge_addr(b, 16)) &&
				   o->simulated == be_load16(b->at + l4 + 2);
			if (o->proto == IP4_PROTO_TCP && (src || dst))
				o->ended = DIFFER_RESET;
		}
	}
}

struct end {
	ip4 addr, peer;
	uint16_t s, k, peer_port;
};

static bool ports_differ(struct pair *x, const char *field, const struct end *e)
{
	struct judge_port p = {x->sh.proto, e->addr,	  e->peer,     e->s,
			       e->k,	    e->peer_port, DIFFER_COUNT};
	if (!judge_is_pooled(x->judge, e->addr))
		return differs(x, field, e->s, e->k);
	if (e->s != e->k)
		x->judge->met[DIFFER_PORT]++;
	if (bind(x->judge, &p))
		return false;
	str_addf(x->why, "%s: simulated %u, kernel %u: not the pair it was\n",
		 field, e->s, e->k);
	return true;
}

static bool both_ports_differ(struct pair *x)
{
	struct end src = {x->sh.src, x->sh.dst, be_load16(x->s),
			  be_load16(x->k), be_load16(x->s + 2)};
	struct end dst = {x->sh.dst, x->sh.src, be_load16(x->s + 2),
			  be_load16(x->k + 2), be_load16(x->s)};
	return ports_differ(x, "source port", &src) ||
	       ports_differ(x, "destination port", &dst);
}

static bool ids_differ(struct pair *x)
{
	uint8_t type = x->s[0];
	struct end e = {type == ICMP_ECHO_REPLY ? x->sh.dst : x->sh.src,
			type == ICMP_ECHO_REPLY ? x->sh.src : x->sh.dst,
			be_load16(x->s + 4), be_load16(x->k + 4), 0};
	return ports_differ(x, "echo id", &e);
}

static bool bytes_differ(struct pair *x, const char *field, size_t from)
{
	if (differs(x, field, x->s_size, x->k_size))
		return true;
	for (size_t i = from; i < x->s_size; i++)
		if (differs(x, field, x->s[i], x->k[i]))
			return true;
	return false;
}

static bool sum_is_right(const uint8_t *l4, size_t size,
			 const struct ip4_head *h)
{
	return csum_finish(csum_add(csum_pseudo(h->src, h->dst, h->proto, size),
				    l4, size)) == 0;
}

/* Ports may differ, so checksums do: each must be right, or wrong in both. */
static bool sums_differ(struct pair *x)
{
	return differs(x, "checksum right",
		       sum_is_right(x->s, x->s_size, &x->sh),
		       sum_is_right(x->k, x->k_size, &x->kh));
}

static bool tcp_differs(struct pair *x)
{
	return both_ports_differ(x) ||
	       differs(x, "sequence number", be_load32(x->s + 4),
		       be_load32(x->k + 4)) ||
	       differs(x, "acknowledgement", be_load32(x->s + 8),
		       be_load32(x->k + 8)) ||
	       differs(x, "TCP flags", x->s[13], x->k[13]) ||
	       differs(x, "window", be_load16(x->s + 14),
		       be_load16(x->k + 14)) ||
	       sums_differ(x) || bytes_differ(x, "payload", TCP_SIZE);
}

static bool udp_differs(struct pair *x)
{
	bool s_none = !be_load16(x->s + 6), k_none = !be_load16(x->k + 6);
	return both_ports_differ(x) ||
	       differs(x, "UDP length", be_load16(x->s + 4),
		       be_load16(x->k + 4)) ||
	       differs(x, "no checksum", s_none, k_none) ||
	       (!s_none && sums_differ(x)) ||
	       bytes_differ(x, "payload", UDP_SIZE);
}

/* ICMP errors, echo replies and resets are made by nodes themselves, which
 * number them as they like. */
static bool ids_own(struct pair *x, bool quoted)
{
	bool icmp = x->sh.proto == IP4_PROTO_ICMP && x->s_size >= 1 &&
		    (icmp_is_error(x->s[0]) || x->s[0] == ICMP_ECHO_REPLY);
	bool rst = x->sh.proto == IP4_PROTO_TCP && x->s_size >= TCP_SIZE &&
		   x->s[13] & TCP_RST;
	/* A later fragment does not tell; of a quoted segment the flags may be
	 * cut off. */
	bool made = x->kh.id < SHOT_ID || x->kh.id > SHOT_ID + x->judge->shots;
	bool headless = x->sh.frag & IP4_OFFSET ||
			(quoted && x->sh.proto == IP4_PROTO_TCP);
	if (!icmp && !rst && !(headless && made))
		return false;
	x->judge->met[DIFFER_ID]++;
	return true;
}

/* 'k' as the source of an error about a packet to 'k' stands for the gateway
 * that sent it, 's'. */
static bool is_masked(const struct pair *x, bool quoted)
{
	return !quoted && x->sh.proto == IP4_PROTO_ICMP &&
	       x->k_size >= ICMP_SIZE + IP4_SIZE && icmp_is_error(x->k[0]) &&
	       be_load32(x->k + ICMP_SIZE + 16) == x->kh.src.v &&
	       plan_owns(x->judge->plan, PLAN_NONE, x->sh.src);
}

/* A rejection from another address of the same router. */
static bool is_rejection(const struct pair *x, bool quoted)
{
	const struct plan *p = x->judge->plan;
	return !quoted && x->sh.proto == IP4_PROTO_ICMP &&
	       x->k_size >= ICMP_SIZE && x->k[0] == ICMP_UNREACHABLE &&
	       x->k[1] == ICMP_PROHIBITED &&
	       plan_owns(p, PLAN_NONE, x->sh.src) &&
	       plan_owns(p, PLAN_NONE, x->kh.src);
}

/* An address of a node that stands for all parts of a gateway. */
static bool is_of_whole(const struct plan *p, ip4 a)
{
	for (size_t i = 0; i < p->nodes.count; i++)
		if (plan_is_joined(p, i) && plan_owns(p, i, a))
			return true;
	return false;
}

static bool sources_differ(struct pair *x, bool quoted)
{
	if (x->sh.src.v != x->kh.src.v && is_masked(x, quoted)) {
		x->judge->met[DIFFER_OWN_ERROR]++;
		x->judge->error_lost = true;
		return false;
	}
	if (x->sh.src.v != x->kh.src.v && is_rejection(x, quoted)) {
		x->judge->met[DIFFER_ACCESS_SOURCE]++;
		x->judge->error_lost = true;
		return false;
	}
	/* The edge that the packet went by. */
	if (x->judge->astray && x->sh.proto == IP4_PROTO_ICMP &&
	    edges_speak(x->judge->plan, x->sh.src, x->kh.src))
		return false;
	if (!judge_is_backplane(x->sh.src) || x->sh.proto != IP4_PROTO_ICMP ||
	    !is_of_whole(x->judge->plan, x->kh.src))
		return differs(x, "source", x->sh.src.v, x->kh.src.v);
	x->judge->met[DIFFER_PART_ERROR]++;
	x->judge->error_lost = true;
	return false;
}

/* 's' and 'k' are behind the headers already. */
static bool heads_differ(struct pair *x, bool quoted)
{
	bool own = ids_own(x, quoted);
	return differs(x, "protocol", x->sh.proto, x->kh.proto) ||
	       sources_differ(x, quoted) ||
	       differs(x, "destination", x->sh.dst.v, x->kh.dst.v) ||
	       differs(x, "TTL", x->sh.ttl, x->kh.ttl) ||
	       differs(x, "TOS", x->sh.tos, x->kh.tos) ||
	       differs(x, "fragment field", x->sh.frag, x->kh.frag) ||
	       differs(x, "IP header size", x->sh.head_size, x->kh.head_size) ||
	       (!own && differs(x, "identification", x->sh.id, x->kh.id));
}

/* A quoted checksum of UDP or ICMP echo as it should be, if ports were the
 * kernel's. */
static bool quoted_sum_differs(struct pair *x, size_t at, size_t port)
{
	uint16_t s = be_load16(x->s + at), k = be_load16(x->k + at);
	uint32_t delta =
		csum_delta16(be_load16(x->s + port), be_load16(x->k + port));
	if (port == 0)
		delta += csum_delta16(be_load16(x->s + 2), be_load16(x->k + 2));
	if (be_load16(x->s + port) == be_load16(x->k + port) && s == k)
		return false;
	bool none = !s && x->sh.proto == IP4_PROTO_UDP; /* RFC 768 */
	uint16_t now = none ? 0 : csum_apply(s, delta);
	if (!none && !now && k == 0xffff)
		now = k; /* the same sum, as UDP sends 0 */
	return differs(x, "quoted checksum", now, k);
}

static bool quoted_l4_differs(struct pair *x)
{
	if (x->s_size < QUOTED_DATA || x->k_size < QUOTED_DATA)
		return false;
	switch (x->sh.proto) {
	case IP4_PROTO_TCP:
		return both_ports_differ(x) ||
		       differs(x, "quoted sequence number", be_load32(x->s + 4),
			       be_load32(x->k + 4));
	case IP4_PROTO_UDP:
		return both_ports_differ(x) ||
		       differs(x, "quoted length", be_load16(x->s + 4),
			       be_load16(x->k + 4)) ||
		       quoted_sum_differs(x, 6, 0);
	case IP4_PROTO_ICMP:
		return differs(x, "quoted type", be_load16(x->s),
			       be_load16(x->k)) ||
		       ids_differ(x) || quoted_sum_differs(x, 2, 4) ||
		       differs(x, "quoted number", be_load16(x->s + 6),
			       be_load16(x->k + 6));
	default:
		return false;
	}
}

static bool is_first_piece(const struct ip4_head *h)
{
	return (h->frag & (IP4_MF | IP4_OFFSET)) == IP4_MF;
}

static bool is_whole(const struct ip4_head *h)
{
	return !(h->frag & (IP4_MF | IP4_OFFSET));
}

/* One has quoted a packet, the other its first fragment; or both a first one of
 * their own. */
static void quote_first_piece(struct pair *x)
{
	bool recut = x->judge->recut && is_first_piece(&x->sh) &&
		     is_first_piece(&x->kh) && x->sh.size != x->kh.size;
	if (recut) {
		x->judge->met[DIFFER_PIECES]++;
		x->kh.size = x->sh.size;
	}
	bool gathered = is_first_piece(&x->sh) && is_whole(&x->kh);
	bool cut = x->decremented && !(x->sh.frag & IP4_OFFSET) &&
		   is_first_piece(&x->kh) && x->kh.size != x->sh.size;
	if (!gathered && !cut)
		return;
	x->judge->met[DIFFER_PIECE_QUOTE]++;
	x->kh.size = x->sh.size;
	x->kh.frag = (uint16_t)((x->kh.frag & ~IP4_MF) | (x->sh.frag & IP4_MF));
}

/* The quoted packets, from their IP headers on. */
static bool quotes_differ(struct pair *x)
{
	if (x->s_size != x->k_size) {
		size_t least = x->s_size < x->k_size ? x->s_size : x->k_size;
		x->judge->met[DIFFER_QUOTE_LENGTH]++;
		x->s_size = x->k_size = least;
	}
	if (differs(x, "quoted header whole",
		    ip4_read_quoted(x->s, x->s_size, &x->sh),
		    ip4_read_quoted(x->k, x->k_size, &x->kh)))
		return true;
	str_add(x->why, "quoted ");
	if (x->kh.ttl + 1 == x->sh.ttl && x->decremented) {
		x->judge->met[DIFFER_QUOTE_TTL]++;
		x->kh.ttl++;
	}
	if (x->narrow && x->sh.ttl + 1 == x->kh.ttl)
		x->kh.ttl--; /* the first part has taken it down */
	quote_first_piece(x);
	if (differs(x, "size", x->sh.size, x->kh.size) ||
	    differs(x, "header checksum right",
		    csum_of(x->s, x->sh.head_size) == 0,
		    csum_of(x->k, x->kh.head_size) == 0))
		return true;
	x->s += x->sh.head_size;
	x->k += x->kh.head_size;
	x->s_size -= x->sh.head_size;
	x->k_size -= x->kh.head_size;
	if (heads_differ(x, true))
		return true;
	return !(x->sh.frag & IP4_OFFSET) && quoted_l4_differs(x);
}

static bool error_differs(struct pair *x)
{
	if (differs(x, "ICMP type", x->s[0], x->k[0]) ||
	    differs(x, "ICMP code", x->s[1], x->k[1]) ||
	    differs(x, "ICMP rest", be_load32(x->s + 4), be_load32(x->k + 4)))
		return true;
	x->narrow = x->s[0] == ICMP_UNREACHABLE && x->s[1] == ICMP_FRAG_NEEDED;
	x->decremented = x->s[0] == ICMP_UNREACHABLE && x->s[1] <= ICMP_HOST;
	x->s += ICMP_SIZE;
	x->k += ICMP_SIZE;
	x->s_size -= ICMP_SIZE;
	x->k_size -= ICMP_SIZE;
	return quotes_differ(x);
}

static bool icmp_differs(struct pair *x)
{
	if (differs(x, "checksum right", csum_of(x->s, x->s_size) == 0,
		    csum_of(x->k, x->k_size) == 0))
		return true;
	if (icmp_is_error(x->s[0]))
		return error_differs(x);
	return differs(x, "ICMP type", be_load16(x->s), be_load16(x->k)) ||
	       ids_differ(x) ||
	       differs(x, "ICMP number", be_load16(x->s + 6),
		       be_load16(x->k + 6)) ||
	       bytes_differ(x, "payload", ICMP_SIZE);
}

static bool l4_differs(struct pair *x)
{
	size_t least = x->s_size < x->k_size ? x->s_size : x->k_size;
	if (x->sh.frag & IP4_OFFSET)
		return bytes_differ(x, "payload", 0);
	if (x->sh.proto == IP4_PROTO_TCP && least >= TCP_SIZE)
		return tcp_differs(x);
	if (x->sh.proto == IP4_PROTO_UDP && least >= UDP_SIZE)
		return udp_differs(x);
	if (x->sh.proto == IP4_PROTO_ICMP && least >= ICMP_SIZE)
		return icmp_differs(x);
	return bytes_differ(x, "payload", 0);
}

bool judge_differs(struct judge *j, const struct shot_bytes *s,
		   const struct shot_bytes *k, struct str *why)
{
	struct pair x = {.judge = j, .s = s->at, .k = k->at, .why = why};
	if (differs(&x, "header", ip4_read(s->at, s->size, &x.sh),
		    ip4_read(k->at, k->size, &x.kh)))
		return true;
	x.s += x.sh.head_size;
	x.k += x.kh.head_size;
	x.s_size = (size_t)x.sh.size - x.sh.head_size;
	x.k_size = (size_t)x.kh.size - x.kh.head_size;
	return heads_differ(&x, false) || l4_differs(&x);
}
