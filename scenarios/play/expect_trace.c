/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/expect.h"

#include <assert.h>
#include <string.h>

#include "scenarios/play/names.h"
#include "sim/base/str.h"
#include "sim/path/note.h"

/* The packets sent during the step; 'fits' says whether one is meant, 'close'
 * whether it would serve as "what was there instead". */
static_assert(NOTE_SNAT + SCRIPT_NAT_NONE == NOTE_NO_NAT,
	      "NAT words and trace notes are in the same order");

struct count {
	uint64_t fits;
	const struct trace_packet *first; /* that fits */
	const struct trace_packet *close; /* the last that does not */
};

static bool ends_fit(const struct pattern *p, const struct note *n)
{
	return pattern_end_fits(&p->src, n->src, n->sport) &&
	       pattern_end_fits(&p->dst, n->dst, n->dport);
}

/* A packet is meant if it looked like the pattern anywhere on its way: as its
 * sender wrote it, or translated. */
static bool packet_fits(const struct expect_view *v,
			const struct trace_packet *p)
{
	const struct trace *t = &v->stage->outcome->trace;
	const struct pattern *pattern = &v->asked->pattern;
	if (v->asked->packet && !pattern_kind_fits(pattern->kind, p->kind))
		return false;
	if (!v->asked->packet)
		return true;
	for (const struct note *n = trace_next(t, p, NULL); n;
	     n = trace_next(t, p, n))
		if (ends_fit(pattern, n))
			return true;
	return false;
}

static bool at_fits(const struct expect_view *v, uint32_t node)
{
	return !v->asked->at || names_node_is(v->stage, node, v->asked->at);
}

static bool addrs_fit(const struct expect_view *v, const struct note *n)
{
	return pattern_end_fits(&v->asked->src_end, n->src, n->sport) &&
	       pattern_end_fits(&v->asked->dst_end, n->dst, n->dport);
}

static bool drop_fits(const struct expect_view *v, const struct trace_packet *p)
{
	return p->fate == TRACE_DROPPED && at_fits(v, p->end_node) &&
	       (!v->asked->has_reason || p->reason == v->asked->reason);
}

static bool rule_fits(const struct expect_view *v, const struct note *n)
{
	const char *rule = v->asked->rule;
	const struct net_ref *ref = net_ref(v->stage->net, n->ref);
	if (!rule)
		return true;
	return n->kind >= NOTE_SESSION_NEW && n->kind <= NOTE_NO_NAT &&
	       (strcmp(ref->name, rule) == 0 || strcmp(ref->path, rule) == 0);
}

static bool hop_fits(const struct expect_view *v, const struct trace_packet *p)
{
	const struct trace *t = &v->stage->outcome->trace;
	const struct script_expect *e = v->asked;
	for (const struct note *n = trace_next(t, p, NULL); n;
	     n = trace_next(t, p, n)) {
		if (at_fits(v, n->node) &&
		    (!e->has_nat || n->kind == NOTE_SNAT + e->nat) &&
		    rule_fits(v, n) && addrs_fit(v, n))
			return true;
	}
	return false;
}

/* What the machine at a place saw of a packet: as it arrived there, or as it
 * left there. */
static bool seen_fits(const struct expect_view *v, const struct trace_packet *p)
{
	const struct trace *t = &v->stage->outcome->trace;
	for (const struct note *n = trace_next(t, p, NULL); n;
	     n = trace_next(t, p, n))
		if ((n->kind == NOTE_DELIVERED || n->kind == NOTE_SENT) &&
		    at_fits(v, n->node) && addrs_fit(v, n))
			return true;
	return false;
}

static bool claim_fits(const struct expect_view *v,
		       const struct trace_packet *p)
{
	switch (v->asked->claim) {
	case SCRIPT_HOP:
		return hop_fits(v, p);
	case SCRIPT_SEEN:
		return seen_fits(v, p);
	default:
		return drop_fits(v, p);
	}
}

static struct count count_packets(const struct expect_view *v)
{
	const struct trace *t = &v->stage->outcome->trace;
	struct count c = {0};
	for (size_t i = v->step->first_packet; i < v->step->end_packet; i++) {
		const struct trace_packet *p = &t->packets.at[i];
		if (!packet_fits(v, p))
			continue;
		if (!claim_fits(v, p)) {
			c.close = p;
			continue;
		}
		if (!c.fits++)
			c.first = p;
	}
	return c;
}

static void add_end(const struct trace *t, const struct trace_packet *p,
		    struct str *s)
{
	const char *where = trace_node_name(t, p->end_node);
	switch (p->fate) {
	case TRACE_IN_FLIGHT:
		str_add(s, "was still on its way when the run ended");
		return;
	case TRACE_DELIVERED:
		str_addf(s, "was delivered at %s", where);
		break;
	case TRACE_DROPPED:
		str_addf(s, "was dropped at %s (%s)", where,
			 drop_name(p->reason));
		break;
	}
	char src[ADDR_ENDPOINT_SIZE], dst[ADDR_ENDPOINT_SIZE];
	if (addr_same(p->src, p->end_src) && addr_same(p->dst, p->end_dst) &&
	    p->sport == p->end_sport && p->dport == p->end_dport)
		return;
	str_addf(s, " as %s > %s",
		 addr_print_endpoint(p->end_src, p->end_sport, src),
		 addr_print_endpoint(p->end_dst, p->end_dport, dst));
}

static void tell_packet(struct expect_view *v, const struct trace_packet *p)
{
	const struct trace *t = &v->stage->outcome->trace;
	struct str s = {0};
	add_end(t, p, &s);
	v->out->packet = p->id;
	expect_fail(v, "%s %s", p->text, str_text(&s));
	str_fini(&s);
}

/* Nothing fits: the last packet that looked so but fared otherwise, or that
 * there was none. */
static void tell_none(struct expect_view *v, const struct count *c)
{
	if (c->close)
		tell_packet(v, c->close);
	else if (v->asked->packet)
		expect_fail(v, "no packet \"%s\" was sent in this step",
			    v->asked->packet);
	else
		expect_fail(v, "no packet was sent in this step");
}

void expect_judge_packets(struct expect_view *v)
{
	const struct script_expect *e = v->asked;
	struct count c = count_packets(v);
	bool none_wanted =
		e->claim == SCRIPT_NO_DROP || (e->has_count && !e->count);
	if (none_wanted && c.fits) {
		tell_packet(v, c.first);
	} else if (none_wanted || (c.fits && !e->has_count) ||
		   (e->has_count && c.fits == e->count)) {
		return;
	} else if (!c.fits) {
		tell_none(v, &c);
	} else {
		v->out->packet = c.first->id;
		expect_fail(v, "there were %llu", (unsigned long long)c.fits);
	}
}
