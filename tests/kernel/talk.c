/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/talk.h"

#include <stdio.h>
#include <string.h>

#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"

#define SERVERS 4  /* silent ports that are asked */
#define MISSING 2  /* packets to addresses that are not there */
#define PIECES	3  /* of one packet, at most */
#define PIECE	72 /* bytes of each, but a long one */

struct talk {
	struct topo *topo;
	struct shot_list *out;
	unsigned number;
	unsigned ports; /* given out to senders */
};

static unsigned below(struct talk *k, unsigned bound)
{
	return topo_below(k->topo, bound);
}

static bool maybe(struct talk *k, unsigned percent)
{
	return topo_maybe(k->topo, percent);
}

static unsigned add(struct talk *k, const struct shot *s)
{
	struct shot one = *s;
	one.number = ++k->number;
	if (!one.ttl)
		one.ttl = 64;
	VEC_ADD(k->out, one);
	return one.number;
}

static void set_host(struct shot *s, const struct topo_host *h)
{
	snprintf(s->host, sizeof(s->host), "%s", h->name);
}

static uint16_t random_port(struct talk *k)
{
	static const uint16_t closed[] = {80, 9999, 600, 40000};
	return maybe(k, 70) ? (uint16_t)(TOPO_SILENT_FIRST + below(k, SERVERS))
			    : closed[below(k, 4)];
}

static uint16_t fresh_port(struct talk *k)
{
	return (uint16_t)(TOPO_SILENT_FIRST + SERVERS + 1 +
			  k->ports++ % (TOPO_SILENT_COUNT - SERVERS - 1));
}

/* Each sender's own, so that no two connections become one by translation;
 * but from inside outwards SNAT has to tell them apart. */
static uint16_t sender_port(struct talk *k, ip4 from, ip4 to)
{
	bool outwards = from.v >> 24 == 10 && to.v >> 9 == 0xc6336400 >> 9;
	return outwards && maybe(k, 40) ? TOPO_SILENT_FIRST + SERVERS
					: fresh_port(k);
}

/* That of some link. */
static unsigned some_mtu(struct talk *k)
{
	const struct topo *t = k->topo;
	return t->mtus.at[below(k, (unsigned)t->mtus.count)];
}

/* As long as the MTU of some link, or about that. */
static void lengthen(struct talk *k, const struct topo_host *h, struct shot *s)
{
	unsigned mtu = some_mtu(k);
	unsigned size = mtu - IP4_SIZE - UDP_SIZE + below(k, 3);
	if (size + IP4_SIZE + TCP_SIZE > h->mtu)
		return;
	s->size = (uint16_t)size;
	s->df = !k->topo->pieces || maybe(k, 50);
}

/* What about one packet in so many is odd in some way. */
static void twist(struct talk *k, const struct topo_host *h, struct shot *s)
{
	s->size = (uint16_t)below(k, 40);
	s->df = maybe(k, 30);
	if (maybe(k, 12))
		s->ttl = (uint8_t)(1 + below(k, 5));
	if (maybe(k, 10))
		s->tos = (uint8_t)(below(k, 64) * 4);
	if (maybe(k, 8))
		lengthen(k, h, s);
}

/* An address that Tier-0 or the sender's own Tier-1 translates. What goes there
 * from inside comes back by the uplink it left by: NSX does not support that
 * (D-E9B40B40), and conntrack knows it as the packet that left. */
static bool is_unfit(const struct topo *t, ip4 from,
		     const struct topo_target *target)
{
	ip4 to = target->addr;
	bool inside = from.v >> 24 == 10;
	/* By session, nobody outside speaks to addresses that are translated
	 * when they answer. */
	if (t->by_session && to.v >> 24 == 10 &&
	    (!inside || to.v >> 16 != from.v >> 16))
		return true;
	if (target->served)
		return false;
	if (!inside)
		return t->by_session && to.v >> 24 == 30;
	/* Hosts and routers on the uplinks' networks are themselves. */
	bool uplink = to.v >> 9 == 0xc0000200 >> 9 && (to.v & 255) != 1 &&
		      (to.v & 255) != 50;
	return uplink || to.v >> 8 == 0xcb0071 ||
	       (to.v >> 24 == 30 && (to.v >> 8 & 255) == (from.v >> 16 & 255));
}

/* A sender and somebody to talk to. */
static const struct topo_host *choose(struct talk *k, struct shot *s,
				      struct topo_target *to)
{
	struct topo *t = k->topo;
	const struct topo_host *h =
		&t->hosts.at[below(k, (unsigned)t->hosts.count)];
	do
		*to = t->targets.at[below(k, (unsigned)t->targets.count)];
	while (to->missing || addr_same(to->addr, h->addr) ||
	       is_unfit(t, h->addr, to));
	memset(s, 0, sizeof(*s));
	set_host(s, h);
	s->src = h->addr;
	s->dst = to->addr;
	s->sport = sender_port(k, s->src, s->dst);
	s->dport = to->port && maybe(k, 75) ? to->port : random_port(k);
	twist(k, h, s);
	/* PART_TTL of differ.h; the servers would take turns differently. */
	if (to->served && s->ttl == 1)
		s->ttl = 2;
	return h;
}

static void add_error(struct talk *k, const char *host, unsigned of)
{
	static const uint8_t kinds[][2] = {{3, 0}, {3, 1},  {3, 3},
					   {3, 4}, {3, 13}, {11, 0}};
	const uint8_t *kind = kinds[below(k, 6)];
	struct shot s = {.kind = SHOT_ERROR,
			 .of = of,
			 .type = kind[0],
			 .code = kind[1],
			 .size = maybe(k, 50) ? 0 : 12};
	snprintf(s.host, sizeof(s.host), "%s", host);
	if (kind[1] == ICMP_FRAG_NEEDED)
		s.seq = 1400;
	if (maybe(k, 30))
		s.src = addr_ip4(0xc6336400 + below(k, 2) * 256 + 99);
	add(k, &s);
}

/* 'host' answers packet 'of', if it arrived there. */
static unsigned add_answer(struct talk *k, const char *host, unsigned of,
			   uint8_t flags, uint16_t size)
{
	struct shot s = {.kind = SHOT_ANSWER,
			 .of = of,
			 .flags = flags,
			 .size = size,
			 .ttl = maybe(k, 6) ? (uint8_t)(1 + below(k, 4)) : 64};
	snprintf(s.host, sizeof(s.host), "%s", host);
	return add(k, &s);
}

static void talk_udp(struct talk *k)
{
	struct shot s;
	struct topo_target to;
	const struct topo_host *h = choose(k, &s, &to);
	s.kind = SHOT_UDP;
	s.unchecked = maybe(k, 8);
	unsigned first = add(k, &s);
	if (to.host < 0)
		return;
	const char *peer = k->topo->hosts.at[to.host].name;
	if (maybe(k, 30))
		add_error(k, peer, first);
	unsigned answer = add_answer(k, peer, first, 0, 30);
	if (maybe(k, 20))
		add_error(k, s.host, answer);
	if (maybe(k, 30))
		add_answer(k, s.host, answer, 0, 10);
	if (maybe(k, 30)) { /* one more, like the first */
		lengthen(k, h, &s);
		add(k, &s);
	}
}

static void talk_tcp(struct talk *k)
{
	struct shot s;
	struct topo_target to;
	choose(k, &s, &to);
	s.kind = SHOT_TCP;
	s.flags = TCP_SYN;
	s.size = s.size > 100 ? s.size : 0;
	unsigned first = add(k, &s);
	if (to.host < 0)
		return;
	const char *peer = k->topo->hosts.at[to.host].name;
	if (maybe(k, 10)) {
		add_answer(k, peer, first, TCP_RST | TCP_ACK, 0);
		return;
	}
	unsigned second = add_answer(k, peer, first, TCP_SYN | TCP_ACK, 0);
	unsigned third = add_answer(k, s.host, second, TCP_ACK, 0);
	if (maybe(k, 50))
		third = add_answer(k, peer, third, TCP_PSH | TCP_ACK, 100);
	if (maybe(k, 20))
		add_error(k, maybe(k, 50) ? peer : s.host, third);
	if (maybe(k, 30))
		add_answer(k, maybe(k, 50) ? peer : s.host, third,
			   maybe(k, 50) ? TCP_RST : TCP_FIN | TCP_ACK, 0);
}

static void talk_echo(struct talk *k)
{
	struct shot s;
	struct topo_target to;
	choose(k, &s, &to);
	s.kind = SHOT_ECHO;
	s.id = s.sport;
	s.sport = s.dport = 0;
	s.seq = (uint16_t)(1 + below(k, 3));
	unsigned first = add(k, &s);
	if (to.host >= 0 && maybe(k, 20))
		add_error(k, k->topo->hosts.at[to.host].name, first);
}

static void talk_stray(struct talk *k)
{
	static const uint8_t flags[] = {TCP_ACK, TCP_RST, TCP_SYN | TCP_ACK,
					TCP_FIN | TCP_ACK, TCP_PSH | TCP_ACK};
	static const uint8_t types[] = {ICMP_ECHO_REPLY, 13, 14, 17};
	/* Others of 240/4 pass (Linux 2.6.25), of 0/8, too (5.3). */
	static const uint32_t nobodies[] = {0x7f000001, 0xefffffff, 0xe0000005,
					    0xffffffff};
	struct shot s;
	struct topo_target to;
	choose(k, &s, &to);
	s.sport = fresh_port(k); /* of no connection */
	switch (below(k, 4)) {
	case 0:
	case 1:
		s.kind = SHOT_TCP;
		s.flags = flags[below(k, sizeof(flags))];
		break;
	case 2:
		s.kind = SHOT_ICMP;
		s.sport = s.dport = 0;
		s.id = 9;
		s.size = 12;
		s.type = types[below(k, sizeof(types))];
		break;
	default:
		s.kind = SHOT_PROTO;
		s.sport = s.dport = 0;
		s.proto = maybe(k, 50) ? 50 : 51;
	}
	/* Not to a neighbour: a host of Linux tells the false sender, should
	 * that not be there. */
	if (maybe(k, 20) && s.src.v >> 8 != s.dst.v >> 8)
		s.src = maybe(k, 15)
				? addr_ip4(nobodies[below(k, 4)])
				: addr_ip4(0x0a000000 + below(k, 1U << 18) + 1);
	add(k, &s);
}

/* Bytes of a fragment that is too long for some link, should there be one. */
static unsigned long_piece(struct talk *k, const struct topo_host *h)
{
	unsigned mtu = some_mtu(k);
	unsigned size =
		(mtu - IP4_SIZE) / IP4_UNIT * IP4_UNIT + IP4_UNIT * below(k, 3);
	return size + IP4_SIZE <= h->mtu ? size : PIECE;
}

/* In order, or turned, or the other way round. */
static void talk_fragments(struct talk *k)
{
	struct shot s;
	struct topo_target to;
	const struct topo_host *h = choose(k, &s, &to);
	s.kind = SHOT_UDP;
	s.ttl = 0; /* a DR tells of the first at once, conntrack of the whole */
	s.df = false;
	s.dport = TOPO_SILENT_FIRST;
	s.id = (uint16_t)(k->number + 1);
	struct shot pieces[PIECES] = {s, s, s};
	unsigned count = 2 + below(k, PIECES - 1), at = 0;
	unsigned longer = below(k, 2 * count);
	for (unsigned i = 0; i < count; i++) {
		unsigned size = i == longer ? long_piece(k, h) : PIECE;
		pieces[i].size = (uint16_t)(i ? size : size - UDP_SIZE);
		pieces[i].offset = (uint16_t)at;
		pieces[i].more = i < count - 1;
		at += size;
	}
	unsigned first = below(k, count), step = maybe(k, 50) ? 1 : count - 1;
	for (unsigned i = 0; i < count; i++)
		add(k, &pieces[(first + i * step) % count]);
}

static void talk_missing(struct talk *k)
{
	struct topo *t = k->topo;
	struct shot s;
	struct topo_target to;
	const struct topo_host *h = choose(k, &s, &to);
	for (unsigned i = 0; i < 20; i++) {
		to = t->targets.at[below(k, (unsigned)t->targets.count)];
		if (!to.missing || is_unfit(t, h->addr, &to))
			continue;
		s.kind = SHOT_UDP;
		s.df = true;
		s.dst = to.addr;
		s.src = h->addr;
		add(k, &s);
		return;
	}
}

void talk_make(struct topo *t, unsigned count, struct shot_list *out)
{
	struct talk k = {.topo = t, .out = out};
	while (out->count < count) {
		unsigned what = below(&k, 100);
		if (what < 30)
			talk_udp(&k);
		else if (what < 60)
			talk_tcp(&k);
		else if (what < 80)
			talk_echo(&k);
		else if (what < 92 || !t->pieces)
			talk_stray(&k);
		else
			talk_fragments(&k);
	}
	for (unsigned i = 0; i < MISSING; i++)
		talk_missing(&k);
}
