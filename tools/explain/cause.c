/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/cause.h"

#include <string.h>

#include "tools/explain/walk.h"

static const struct trace_packet *packet_at(const struct outcome *o, size_t i)
{
	return &o->trace.packets.at[i];
}

static const struct trace_packet *first_blocked(const struct outcome *o,
						uint32_t flow)
{
	for (size_t i = 0; i < o->trace.packets.count; i++)
		if (packet_at(o, i)->flow == flow &&
		    packet_at(o, i)->fate == TRACE_DROPPED)
			return packet_at(o, i);
	return NULL;
}

/* The last conversation of the step in which a packet was lost; where none was,
 * the last one in which anything was sent. Earlier ones count too: a look-up
 * may have waited for what another one had asked before. */
static uint32_t decisive_flow(const struct outcome *o,
			      const struct outcome_step *s, bool failed)
{
	for (size_t i = s->flow_count; failed && i--;)
		if (first_blocked(o, s->flows[i]))
			return s->flows[i];
	for (size_t i = s->flow_count; i--;)
		for (size_t j = 0; j < o->trace.packets.count; j++)
			if (packet_at(o, j)->flow == s->flows[i])
				return s->flows[i];
	return 0;
}

static const struct trace_packet *first_of(const struct outcome *o,
					   uint32_t flow)
{
	for (size_t i = 0; i < o->trace.packets.count; i++)
		if (packet_at(o, i)->flow == flow &&
		    packet_at(o, i)->leg == PKT_REQUEST)
			return packet_at(o, i);
	return NULL;
}

/* The last request that was answered: where everything arrives, it is what the
 * answer said that decided. */
static const struct trace_packet *last_answered(const struct outcome *o,
						uint32_t flow)
{
	const struct trace_packet *found = NULL;
	for (size_t i = 0; i < o->trace.packets.count; i++) {
		const struct trace_packet *p = packet_at(o, i);
		if (p->flow != flow || p->leg == PKT_REQUEST || !p->cause)
			continue;
		const struct trace_packet *asked =
			trace_find(&o->trace, p->cause);
		bool says = strncmp(p->kind, "ACK", 3) != 0 &&
			    strncmp(p->kind, "FIN", 3) != 0;
		if (asked && says)
			found = asked;
	}
	return found;
}

static const struct trace_packet *answer_to(const struct outcome *o,
					    const struct trace_packet *request)
{
	const struct trace_packet *found = NULL;
	for (size_t i = 0; i < o->trace.packets.count; i++) {
		const struct trace_packet *p = packet_at(o, i);
		if (p->cause != request->id)
			continue;
		bool bare = !strcmp(p->kind, "ACK");
		if (!found || (!bare && !strcmp(found->kind, "ACK")))
			found = p;
	}
	return found;
}

static void count_repeats(const struct outcome *o, struct cause *c)
{
	const struct trace_packet *r = c->request;
	for (size_t i = 0; i < o->trace.packets.count; i++) {
		const struct trace_packet *p = packet_at(o, i);
		if (p->flow != r->flow || p->leg != r->leg ||
		    strcmp(p->kind, r->kind) != 0 || p->dport != r->dport ||
		    !addr_same(p->dst, r->dst) || p->from_node != r->from_node)
			continue;
		if (p->sent >= r->sent && c->repeats < CAUSE_TIMES)
			c->times[c->repeats] = p->sent - r->sent;
		c->repeats += p->sent >= r->sent;
	}
}

bool cause_find(const struct outcome *o, const struct outcome_step *s,
		struct cause *out)
{
	memset(out, 0, sizeof(*out));
	if (s->verb == SCRIPT_CHANGE || s->verb == SCRIPT_WAIT)
		return false;
	bool failed = s->status != OUTCOME_OK;
	uint32_t flow = decisive_flow(o, s, failed);
	if (!flow)
		return true;
	const struct trace_packet *blocked =
		failed ? first_blocked(o, flow) : NULL;
	out->blocked = blocked;
	if (blocked && blocked->leg != PKT_REQUEST && blocked->cause)
		out->request = trace_find(&o->trace, blocked->cause);
	else if (blocked)
		out->request = blocked;
	else
		out->request = failed ? last_answered(o, flow) : NULL;
	if (!out->request)
		out->request = first_of(o, flow);
	if (!out->request)
		return true;
	bool reply_blocked = blocked && blocked != out->request;
	out->reply = reply_blocked ? blocked : answer_to(o, out->request);
	count_repeats(o, out);
	return true;
}

/* The translation of the request that made the address its answer goes to. */
static bool maker_of(const struct outcome *o,
		     const struct trace_packet *request, ip4 addr,
		     struct walk_nat *nat, const char **label)
{
	static struct walk w; /* large; one thread prints */
	walk_packet(o, request, &w);
	for (size_t i = w.count; i--;)
		for (size_t j = w.hops[i].nat_count; j--;)
			if (addr_same(w.hops[i].nats[j].src, addr)) {
				*nat = w.hops[i].nats[j];
				*label = w.hops[i].label;
				return true;
			}
	return false;
}

/* A gateway behind that one which let the address out untranslated. */
static const char *untranslated_at(const struct outcome *o,
				   const struct trace_packet *request,
				   const char *maker)
{
	static struct walk w;
	const char *found = NULL;
	walk_packet(o, request, &w);
	for (size_t i = 0; i < w.count; i++)
		if (w.hops[i].no_nat && !w.hops[i].nat_count &&
		    strcmp(w.hops[i].label, maker) != 0)
			found = w.hops[i].label;
	return found;
}

static void add_lost_reply(const struct outcome *o, const struct cause *c,
			   struct str *out)
{
	char addr[ADDR_IP4_SIZE];
	struct walk_nat nat;
	const char *maker;
	const struct trace_packet *b = c->blocked;
	addr_print_ip4(b->end_dst, addr);
	str_addf(out,
		 "the %s arrives at %s, but its answer to %s dies at %s: %s",
		 c->request->kind,
		 trace_node_label(&o->trace, c->request->end_node), addr,
		 trace_node_label(&o->trace, b->end_node),
		 drop_sentence(b->reason));
	if (!maker_of(o, c->request, b->dst, &nat, &maker)) {
		str_add(out, ".");
		return;
	}
	str_addf(out, ". %s is what %s made of the sender's address (%s)",
		 addr_print_ip4(b->dst, addr), maker,
		 outcome_ref(o, nat.ref)->name);
	const char *bare = untranslated_at(o, c->request, maker);
	if (bare)
		str_addf(out,
			 ", and %s let it out as it was: no NAT rule "
			 "there matched",
			 bare);
	str_add(out, ".");
}

static void add_lost_request(const struct outcome *o, const struct cause *c,
			     struct str *out)
{
	const struct trace_packet *b = c->blocked;
	str_addf(out, "the %s gets no further than %s: %s.", b->kind,
		 trace_node_label(&o->trace, b->end_node),
		 drop_sentence(b->reason));
	if (c->reply && c->reply->fate == TRACE_DELIVERED)
		str_addf(out, " %s says so: %s.",
			 trace_node_label(&o->trace, c->reply->from_node),
			 c->reply->kind);
	else if (c->reply)
		str_addf(out, " %s says so, but its %s is lost at %s: %s.",
			 trace_node_label(&o->trace, c->reply->from_node),
			 c->reply->kind,
			 trace_node_label(&o->trace, c->reply->end_node),
			 drop_sentence(c->reply->reason));
}

void cause_sentence(const struct outcome *o, const struct cause *c,
		    struct str *out)
{
	if (!c->request)
		str_add(out, "nothing was sent: the host itself has no way to "
			     "that address.");
	else if (c->blocked && c->blocked != c->request)
		add_lost_reply(o, c, out);
	else if (c->blocked)
		add_lost_request(o, c, out);
	else if (c->reply)
		str_addf(out, "the network carried both ways; %s answered: %s.",
			 trace_node_label(&o->trace, c->reply->from_node),
			 c->reply->text);
	else
		str_add(out, "no answer came, and nothing was dropped: the "
			     "packets were still on their way.");
}

void cause_remedy(const struct outcome *o, const struct cause *c,
		  struct str *out)
{
	char addr[ADDR_IP4_SIZE];
	struct walk_nat nat;
	const char *maker, *bare = NULL;
	const struct trace_packet *b = c->blocked;
	if (!b)
		return;
	if (b != c->request && b->reason == DROP_NO_ROUTE &&
	    maker_of(o, c->request, b->dst, &nat, &maker))
		bare = untranslated_at(o, c->request, maker);
	if (!bare) {
		str_add(out, drop_remedy(b->reason));
		return;
	}
	const char *at = trace_node_label(&o->trace, b->end_node);
	addr_print_ip4(b->dst, addr);
	str_addf(out,
		 "translate %s at %s to an address that %s knows, such as that "
		 "of an uplink; or give %s a route to %s through %s",
		 addr, bare, at, at, addr, bare);
}
