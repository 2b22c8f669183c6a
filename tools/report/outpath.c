/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outpath.h"

#include <string.h>

#include "sim/wire/ip4.h"

static size_t name_len(const struct walk_hop *h)
{
	bool part = *h->part && strcmp(h->part, "dr") != 0 &&
		    strcmp(h->part, "sr") != 0;
	return strlen(h->label) + (part ? 3 + strlen(h->part) : 0);
}

size_t outpath_column(const struct walk *w)
{
	size_t widest = 0;
	for (size_t i = 0; i < w->count; i++)
		if (name_len(&w->hops[i]) > widest)
			widest = name_len(&w->hops[i]);
	return widest;
}

/* "t0-edge / en1": the part only where there is a choice of parts. */
static void add_name(const struct outpath *p, const struct walk_hop *h)
{
	size_t len = name_len(h);
	str_add(p->out, p->indent);
	str_add(p->out, h->label);
	if (len > strlen(h->label))
		str_addf(p->out, " / %s", h->part);
	str_pad(p->out, ' ', p->column > len ? p->column - len + 2 : 2);
}

/* ICMP has an identifier where others have ports. */
static void add_tuple(const struct outpath *p, ip4 src, uint16_t sport, ip4 dst,
		      uint16_t dport)
{
	char a[ADDR_ENDPOINT_SIZE], b[ADDR_ENDPOINT_SIZE];
	bool ports =
		(sport || dport) && p->walk->packet->proto != IP4_PROTO_ICMP;
	str_addf(p->out, "%s > %s",
		 ports ? addr_print_endpoint(src, sport, a)
		       : addr_print_ip4(src, a),
		 ports ? addr_print_endpoint(dst, dport, b)
		       : addr_print_ip4(dst, b));
	if (!ports && sport)
		str_addf(p->out, " id %u", sport);
}

static const char *nat_word(enum note_kind kind)
{
	return kind == NOTE_LB ? "virtual server" : note_kind_name(kind);
}

static void add_nats(const struct outpath *p, const struct walk_hop *h)
{
	for (size_t i = 0; i < h->nat_count; i++) {
		const struct walk_nat *n = &h->nats[i];
		str_addf(p->out, "%s%s%s %s%s  ", i ? ", " : "", p->color->cyan,
			 nat_word(n->kind),
			 outcome_ref(p->outcome, n->ref)->name, p->color->off);
		add_tuple(p, n->src, n->sport, n->dst, n->dport);
	}
	if (h->session_new)
		str_add(p->out, "  new session");
}

static void add_no_nat(const struct outpath *p, const struct walk_hop *h)
{
	if (h->no_nat_ref)
		str_addf(p->out, "%s: not translated",
			 outcome_ref(p->outcome, h->no_nat_ref)->name);
	else if (walk_let_pass(h))
		str_addf(p->out, "%s%s%s", p->color->yellow,
			 h->no_nat ? "no NAT rule matches" : "no NAT rules",
			 p->color->off);
}

/* Routes that somebody wrote; what NSX plumbs by itself goes without saying,
 * and so does, behind a translation, all but an answer's way back out. */
static void add_route(const struct outpath *p, const struct walk_hop *h,
		      bool first)
{
	const struct net_ref *r = outcome_ref(p->outcome, h->route);
	if (h->delivered || h->dropped || !h->route)
		return;
	if (r->kind == NET_REF_PLUMBING) {
		str_add(p->out, first ? "forwarded" : "");
		return;
	}
	if (h->nat_count &&
	    (p->walk->packet->leg == PKT_REQUEST || r->kind != NET_REF_ROUTE))
		return;
	str_addf(p->out, "%s%s%s", first ? "" : ", ",
		 r->kind == NET_REF_CONNECTED ? "connected " : "",
		 outcome_ref_text(p->outcome, h->route, h->time));
}

/* The address or rule that the drop is about. */
static void add_object(const struct outpath *p, const struct walk_hop *h)
{
	char text[ADDR_IP4_SIZE];
	switch (h->reason) {
	case DROP_NO_ROUTE:
	case DROP_L4PORT:
		str_addf(p->out, ": %s", addr_print_ip4(h->dst, text));
		break;
	case DROP_URPF:
		str_addf(p->out, ": %s", addr_print_ip4(h->src, text));
		break;
	case DROP_ARP_FAIL:
	case DROP_NEIGH:
	case DROP_NEIGH_FULL:
		str_addf(p->out, ": %s", addr_print_ip4(h->waits_for, text));
		break;
	default:
		if (h->drop_ref)
			str_addf(p->out, " (%s)",
				 outcome_ref(p->outcome, h->drop_ref)->name);
	}
}

static void add_end(const struct outpath *p, const struct walk_hop *h)
{
	if (h->dropped) {
		str_addf(p->out, "%sDROPPED %s%s  %s", p->color->red,
			 drop_name(h->reason), p->color->off,
			 drop_sentence(h->reason));
		add_object(p, h);
	} else if (h->delivered) {
		str_addf(p->out, "%sreceived%s ", p->color->green,
			 p->color->off);
		add_tuple(p, h->src, h->sport, h->dst, h->dport);
	}
}

/* Behind what happened before at the same hop: a drop gets a line of its own. */
static void add_joint(const struct outpath *p, const struct walk_hop *h)
{
	if (!h->dropped) {
		str_add(p->out, ", ");
		return;
	}
	str_addf(p->out, "\n%s", p->indent);
	str_pad(p->out, ' ', p->column + 2);
}

static void add_hop(const struct outpath *p, size_t i)
{
	const struct trace_packet *packet = p->walk->packet;
	const struct walk_hop *h = &p->walk->hops[i];
	size_t before;
	add_name(p, h);
	before = p->out->len;
	if (i == 0)
		add_tuple(p, packet->src, packet->sport, packet->dst,
			  packet->dport);
	if (i == 0 && h->nat_count)
		str_add(p->out, ", ");
	add_nats(p, h);
	if (i && !h->nat_count)
		add_no_nat(p, h);
	if (i)
		add_route(p, h, p->out->len == before);
	if ((h->dropped || h->delivered) && p->out->len != before)
		add_joint(p, h);
	add_end(p, h);
	str_addc(p->out, '\n');
}

static bool same_place(const struct walk *w, size_t a, size_t b)
{
	return !strcmp(w->hops[a].label, w->hops[b].label);
}

/* How often the two hops from 'i' on come again right after themselves. */
static size_t rounds_from(const struct walk *w, size_t i)
{
	size_t rounds = 0;
	while (i + 2 * rounds + 3 < w->count &&
	       same_place(w, i, i + 2 * rounds + 2) &&
	       same_place(w, i + 1, i + 2 * rounds + 3))
		rounds++;
	return rounds;
}

/* A loop is shown once. */
void outpath_print(const struct outpath *p)
{
	const struct walk *w = p->walk;
	for (size_t i = 0; i < w->count; i++) {
		size_t rounds = rounds_from(w, i);
		add_hop(p, i);
		if (rounds < 2)
			continue;
		add_hop(p, i + 1);
		str_addf(p->out, "%s... round and round, %zu times more\n",
			 p->indent, rounds);
		i += 2 * rounds + 1;
	}
	if (w->packet->fate == TRACE_IN_FLIGHT)
		str_addf(p->out, "%sstill on its way\n", p->indent);
}
