/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/replay.h"

#include <string.h>

#include "sim/base/mem.h"
#include "sim/path/parse.h"
#include "sim/record/capread.h"
#include "sim/record/portname.h"
#include "sim/record/tuples.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/eth.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"
#include "topology/build/net.h"

/* How long packets may go on after the last one until their fate is known. */
#define SETTLE_LIMIT  (10 * VCLOCK_S)
#define CHECK_AT_IP   10
#define CHECK_AT_ICMP 2
#define CHECK_AT_UDP  6
#define CHECK_AT_TCP  16

/* A packet of the file that can be sent. */
struct frame {
	size_t place; /* in replay.packets */
	uint64_t time;
	uint8_t *ip;
	size_t len;
};

struct player {
	const struct play_options *options;
	struct replay *replay;
	struct net *net;
	struct world *world;
	struct nic *into;
	struct {
		VEC(struct frame);
	} frames;
	struct tuples conversations;
	struct {
		VEC(struct flow_key);
	} firsts; /* of each conversation: the key that opened it */
	struct diag *diag;
};

static size_t check_at(uint8_t proto)
{
	switch (proto) {
	case IP4_PROTO_ICMP:
		return CHECK_AT_ICMP;
	case IP4_PROTO_UDP:
		return CHECK_AT_UDP;
	case IP4_PROTO_TCP:
		return CHECK_AT_TCP;
	default:
		return 0;
	}
}

/* Returns whether the checksum at 'at' in 'bytes' was wrong; now it is right.
 * 'sum' is of what it covers besides. */
static bool fix(uint8_t *bytes, size_t len, size_t at, uint64_t sum)
{
	uint16_t before = be_load16(bytes + at);
	be_store16(bytes + at, 0);
	uint16_t right = csum_finish(csum_add(sum, bytes, len));
	be_store16(bytes + at, right);
	return before != right;
}

static bool fix_payload(uint8_t *ip, const struct ip4_head *h)
{
	size_t at = check_at(h->proto), size = h->size - (size_t)h->head_size;
	uint8_t *l4 = ip + h->head_size;
	bool fragment = h->frag & (IP4_MF | IP4_OFFSET);
	if (!at || fragment || size < at + 2)
		return false;
	if (h->proto == IP4_PROTO_UDP && !be_load16(l4 + at))
		return false; /* it has none */
	return fix(l4, size, at,
		   h->proto == IP4_PROTO_ICMP
			   ? 0
			   : csum_pseudo(h->src, h->dst, h->proto, size));
}

/* Why the packet cannot be sent, or NULL. */
static const char *examine(struct frame *f, bool *repaired)
{
	struct ip4_head h;
	enum ip4_error error = ip4_read_quoted(f->ip, f->len, &h);
	if (error != IP4_OK || h.size > f->len || h.size < h.head_size)
		return "no whole IPv4 packet";
	f->len = h.size; /* behind it an Ethernet frame may have padding */
	if (f->len > PKT_ROOM - ETH_SIZE)
		return "larger than any link carries (segmentation was left "
		       "to the network card)";
	*repaired = fix(f->ip, h.head_size, CHECK_AT_IP, 0);
	*repaired |= fix_payload(f->ip, &h);
	return NULL;
}

static void take(struct player *p, const struct capread_packet *packet)
{
	struct replay_packet out = {packet->number, 0, packet->what};
	struct frame f = {.place = p->replay->packets.count,
			  .time = packet->time,
			  .len = packet->len};
	bool repaired = false;
	if (packet->ip) {
		f.ip = mem_new(packet->len + !packet->len, 1);
		memcpy(f.ip, packet->ip, packet->len);
		out.why = examine(&f, &repaired);
	}
	VEC_ADD(&p->replay->packets, out);
	p->replay->repaired += repaired && !out.why;
	if (f.ip && !out.why)
		VEC_ADD(&p->frames, f);
	else
		mem_free(f.ip);
}

static bool read_capture(struct player *p, const char *path)
{
	struct capread *r = capread_open(path, p->diag);
	struct capread_packet packet;
	enum capread_status status = r ? CAPREAD_PACKET : CAPREAD_ERROR;
	while (status == CAPREAD_PACKET) {
		status = capread_next(r, &packet, p->diag);
		if (status == CAPREAD_PACKET)
			take(p, &packet);
	}
	capread_close(r);
	return status == CAPREAD_END;
}

static bool find_port(struct player *p, const char *name)
{
	struct portname_ports found = {0};
	struct str own = {0};
	bool any = portname_find(p->world, name, &found);
	if (!any)
		portname_unknown(p->world, name, p->diag);
	if (found.count == 1) {
		p->into = found.at[0];
		portname_print(p->into, &own);
		p->replay->port =
			arena_text(&p->replay->outcome->arena, str_text(&own));
	} else if (any) {
		diag_error(p->diag, diag_nowhere(),
			   "'%s' has %zu ports: which one?", name, found.count);
		for (size_t i = 0; i < found.count; i++) {
			str_add(&own, i ? ", " : "");
			portname_print(found.at[i], &own);
		}
		diag_help(p->diag, "one of %s", str_text(&own));
	}
	str_fini(&own);
	VEC_FREE(&found);
	return p->into != NULL;
}

static bool swallow(void *context, struct pkt *p)
{
	struct router *r = context;
	world_note(router_node(r), p, NOTE_DELIVERED, p->in_port);
	world_free_pkt(router_node(r)->world, p);
	return true;
}

/* The hosts that are in the file would contradict what they say there. */
static void silence_senders(struct player *p)
{
	size_t hosts;
	const char *const *names = net_host_names(p->net, &hosts);
	struct tuples seen = {0};
	for (size_t i = 0; i < p->frames.count; i++) {
		struct ip4_head h;
		ip4_read_quoted(p->frames.at[i].ip, p->frames.at[i].len, &h);
		struct flow_key key = {.src = h.src};
		size_t before = seen.all.count;
		tuples_number(&seen, &key, 0);
		for (size_t j = 0; seen.all.count > before && j < hosts; j++) {
			struct router *r =
				host_router(net_host(p->net, names[j]));
			if (router_has_addr(r, h.src))
				router_set_local(r, swallow, r);
		}
	}
	tuples_fini(&seen);
}

/* Its conversation, and whether it goes the way of the first packet of it. */
static void assign(struct player *p, struct pkt *pkt)
{
	struct flow_key key;
	parse_key(pkt, &key);
	struct flow_key both = tuples_both_ways(&key);
	uint32_t number = tuples_number(&p->conversations, &both, 0);
	if (number == p->firsts.count)
		VEC_ADD(&p->firsts, key);
	bool there = tuples_same(&p->firsts.at[number], &key);
	pkt->flow = number + 1;
	pkt->leg = pkt->quoted ? PKT_ERROR : there ? PKT_REQUEST : PKT_REPLY;
}

static void send(struct player *p, const struct frame *f)
{
	/* VMware's prefix: some machine on the other side. */
	static const mac stranger = {{0x00, 0x50, 0x56, 0x00, 0x00, 0x01}};
	struct nic *peer =
		p->into->link ? p->into->link->ends[!p->into->end] : p->into;
	struct pkt *pkt = world_take_pkt(p->world);
	if (!pkt)
		return;
	eth_write(pkt->data, p->into->mac, stranger, ETH_TYPE_IP4);
	memcpy(pkt->data + ETH_SIZE, f->ip, f->len);
	pkt->len = (uint16_t)(ETH_SIZE + f->len);
	pkt->drop = (uint8_t)parse_pkt(pkt);
	if (pkt->drop == DROP_NONE)
		assign(p, pkt);
	pkt->drop = DROP_NONE;
	p->replay->packets.at[f->place].id = pkt->id;
	world_note(peer->node, pkt, NOTE_SENT, peer->port);
	world_sent(peer->node, pkt);
	struct batch one = {.count = 1, .at = {pkt}};
	nic_receive(p->into, &one);
}

/* Times in captures may go back a little; the clock does not. */
static void send_all(struct player *p)
{
	uint64_t start = p->frames.count ? p->frames.at[0].time : 0;
	for (size_t i = 0; i < p->frames.count; i++) {
		const struct frame *f = &p->frames.at[i];
		uint64_t due = f->time > start ? f->time - start : 0;
		if (due > world_now(p->world))
			play_run_until(p->world, p->options, due);
		send(p, f);
	}
	uint64_t limit = world_now(p->world) + SETTLE_LIMIT;
	while (world_free_pkts(p->world) < p->world->pool.room &&
	       vclock_next(&p->world->clock) <= limit &&
	       play_run_until(p->world, p->options,
			      vclock_next(&p->world->clock)))
		;
}

static void conclude(struct player *p, const struct play_options *options)
{
	struct outcome *o = p->replay->outcome;
	outcome_take_places(o, p->net);
	outcome_take_refs(o, p->net, 0);
	o->ended = world_now(p->world);
	o->events = p->world->clock.fired;
	outcome_take_limit(o, p->world);
	if (options->ended)
		options->ended(options->context, p->net);
	trace_seal(&o->trace);
}

static bool perform(struct player *p, const struct replay_conf *conf)
{
	const struct play_options *options = conf->options;
	if (!find_port(p, conf->port) || !read_capture(p, conf->path))
		return false;
	if (options->built &&
	    !options->built(options->context, p->net, p->diag))
		return false;
	silence_senders(p);
	send_all(p);
	conclude(p, options);
	return true;
}

static void player_fini(struct player *p)
{
	for (size_t i = 0; i < p->frames.count; i++)
		mem_free(p->frames.at[i].ip);
	VEC_FREE(&p->frames);
	VEC_FREE(&p->firsts);
	tuples_fini(&p->conversations);
}

struct replay *replay_play(const struct tree *topology,
			   const struct replay_conf *conf, struct diag *d)
{
	struct player p = {.diag = d, .options = conf->options};
	struct model *m = model_read(topology, d);
	uint64_t seed = conf->options->has_seed ? conf->options->seed : 1;
	p.net = m ? net_new(m, seed, d) : NULL;
	model_free(m);
	if (!p.net)
		return NULL;
	p.world = net_world(p.net);
	p.replay = MEM_NEW(struct replay);
	p.replay->outcome = outcome_new(conf->path, "replay", seed);
	trace_init(&p.replay->outcome->trace, p.world);
	bool ok = perform(&p, conf);
	if (!ok) {
		replay_free(p.replay);
		p.replay = NULL;
	}
	player_fini(&p);
	net_free(p.net);
	return p.replay;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	outcome_free(r->outcome);
	VEC_FREE(&r->packets);
	mem_free(r);
}
