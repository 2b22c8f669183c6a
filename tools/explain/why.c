/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/explain/why.h"

#include "tools/explain/lineage.h"

static const char *label(const struct outcome *o, uint32_t node)
{
	return trace_node_label(&o->trace, node);
}

static const char *rule_name(const struct lineage *l, uint32_t ref)
{
	return outcome_ref(l->outcome, ref)->name;
}

static void add_mixed_up(const struct lineage *l, struct str *out)
{
	char a[ADDR_IP4_SIZE], b[ADDR_IP4_SIZE];
	str_addf(out,
		 " The request left %s as %s by rule %s; for the answer %s has "
		 "only that address to go by, and rule %s, which translates to "
		 "it as well, gives it to %s.",
		 l->maker->label, addr_print_ip4(l->made->src, a),
		 rule_name(l, l->made->ref), l->turner->label,
		 rule_name(l, l->turned->ref),
		 addr_print_ip4(l->turned->dst, b));
}

static void add_turned_away(const struct lineage *l, struct str *out)
{
	char a[ADDR_IP4_SIZE];
	str_addf(out,
		 " It had reached %s, which turned its address back into "
		 "%s (%s) and knows no way to that one",
		 l->turner->label, addr_print_ip4(l->turned->dst, a),
		 rule_name(l, l->turned->ref));
	str_add(out, l->turner == l->end ? "." : " but out again.");
}

static void add_origin(const struct lineage *l, struct str *out)
{
	char a[ADDR_IP4_SIZE], b[ADDR_IP4_SIZE];
	if (l->maker)
		str_addf(out, " %s is what %s made of %s (%s)",
			 addr_print_ip4(l->made->src, a), l->maker->label,
			 addr_print_ip4(l->cause->request->src, b),
			 rule_name(l, l->made->ref));
	else if (l->bare)
		str_addf(out, " %s is the sender's own address",
			 addr_print_ip4(l->cause->request->src, a));
	if (l->bare)
		str_addf(out, ", and %s let it out as it was: %s",
			 l->bare->label,
			 l->bare->no_nat ? "no NAT rule there matched"
					 : "it has no NAT rules");
	if (l->maker || l->bare)
		str_addc(out, '.');
}

static void add_past(const struct lineage *l, struct str *out)
{
	char asked[ADDR_IP4_SIZE], got[ADDR_IP4_SIZE];
	str_addf(out,
		 " %s had asked %s, and the answer comes from %s: it went past "
		 "%s %s of %s, which would have turned that back.",
		 label(l->outcome, l->cause->request->from_node),
		 addr_print_ip4(l->cause->request->dst, asked),
		 addr_print_ip4(l->end->src, got),
		 l->aimed->kind == NOTE_LB ? "virtual server" : "rule",
		 rule_name(l, l->aimed->ref), l->aimer->label);
}

/* Then it does not matter whose address it has. */
static bool is_about_size(enum drop reason)
{
	return reason == DROP_MTU || reason == DROP_UNDERLAY ||
	       reason == DROP_REASSEMBLY;
}

static void add_lost_reply(const struct lineage *l, struct str *out)
{
	char addr[ADDR_IP4_SIZE];
	const struct outcome *o = l->outcome;
	const struct trace_packet *b = l->cause->blocked;
	str_addf(out,
		 "the %s arrives at %s, but its answer to %s dies at %s: %s.",
		 l->cause->request->kind, label(o, l->cause->request->end_node),
		 addr_print_ip4(b->end_dst, addr), label(o, b->end_node),
		 drop_sentence(b->reason));
	if (lineage_is_mixed_up(l))
		add_mixed_up(l, out);
	else if (lineage_is_turned_away(l))
		add_turned_away(l, out);
	else if (lineage_is_past(l))
		add_past(l, out);
	else if (!is_about_size(b->reason))
		add_origin(l, out);
}

static void add_lost_request(const struct lineage *l, struct str *out)
{
	const struct outcome *o = l->outcome;
	const struct trace_packet *b = l->cause->blocked;
	const struct trace_packet *e = l->cause->reply;
	str_addf(out, "the %s gets no further than %s: %s.", b->kind,
		 label(o, b->end_node), drop_sentence(b->reason));
	if (!e)
		return;
	str_addf(out, " %s says so", label(o, e->from_node));
	if (e->fate == TRACE_DELIVERED)
		str_addf(out, ": %s.", e->kind);
	else if (e->fate == TRACE_DROPPED)
		str_addf(out, ", but its %s is lost at %s: %s.", e->kind,
			 label(o, e->end_node), drop_sentence(e->reason));
	else
		str_addf(out, ", and its %s is still on its way.", e->kind);
}

void why_print(const struct outcome *o, const struct cause *c, struct str *out)
{
	static struct lineage l; /* large; one thread prints */
	if (!c->request) {
		str_add(out, "nothing was sent: the host itself has no way to "
			     "that address.");
		return;
	}
	lineage_of(o, c, &l);
	if (c->blocked && c->blocked != c->request)
		add_lost_reply(&l, out);
	else if (c->blocked)
		add_lost_request(&l, out);
	else if (c->reply)
		str_addf(out, "the network carried both ways; %s answered: %s.",
			 label(o, c->reply->from_node), c->reply->text);
	else
		str_add(out, "no answer came, and nothing was dropped: the "
			     "packets were still on their way.");
}
