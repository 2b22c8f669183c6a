/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/remark.h"

#include <string.h>

#include "sim/world/vclock.h"

/* Where it is being written. */
struct writer {
	const struct remark *remark;
	const struct world *world;
	const struct remark_names *names;
	struct str *out;
};

static bool is_nat(const struct remark_event *e)
{
	return e->note.kind == NOTE_SNAT || e->note.kind == NOTE_DNAT ||
	       e->note.kind == NOTE_REFLEXIVE || e->note.kind == NOTE_LB;
}

static bool is_worth_it(const struct remark_event *e)
{
	return e->tries || is_nat(e) || e->note.kind == NOTE_DROPPED ||
	       e->note.kind == NOTE_ARP_WAIT;
}

bool remark_is_due(const struct remark *r)
{
	for (size_t i = 0; i < r->event_count; i++)
		if (is_worth_it(&r->events[i]))
			return true;
	return r->cause != 0;
}

static const char *name_of(const struct writer *w, uint32_t ref)
{
	const char *name = ref && w->names->name
				   ? w->names->name(w->names->context, ref)
				   : "";
	return name ? name : "";
}

static const char *node_of(const struct writer *w, uint32_t number)
{
	return w->world->nodes.at[number]->label;
}

/* The last event that says where the packet ended, or NULL. */
static const struct remark_event *end_of(const struct remark *r)
{
	const struct remark_event *end = NULL;
	for (size_t i = 0; i < r->event_count; i++)
		if (r->events[i].note.kind == NOTE_DROPPED ||
		    r->events[i].note.kind == NOTE_DELIVERED)
			end = &r->events[i];
	return end;
}

static const char *verdict_of(const struct remark *r)
{
	const struct remark_event *end = end_of(r);
	if (end)
		return end->note.kind == NOTE_DROPPED ? "dropped" : "delivered";
	return r->out && r->hop == 1 ? "sent" : "forwarded";
}

/* Words of a line hold no spaces; names in files may. */
static void add_word(struct str *out, const char *text)
{
	for (; *text; text++)
		str_addc(out, *text == ' ' || *text == ',' ? '_' : *text);
}

/* " nat=SNAT,LB" or " rule=a,b": one entry for each translation. */
static void line_nat(struct writer *w, const char *key, bool rules)
{
	const struct remark *r = w->remark;
	bool any = false;
	for (size_t i = 0; i < r->event_count; i++) {
		const struct remark_event *e = &r->events[i];
		if (!is_nat(e) || (rules && !*name_of(w, e->note.ref)))
			continue;
		if (any)
			str_addc(w->out, ',');
		else
			str_addf(w->out, " %s=", key);
		any = true;
		add_word(w->out, rules ? name_of(w, e->note.ref)
				       : note_kind_name(e->note.kind));
	}
}

static bool has_nat(const struct remark *r)
{
	for (size_t i = 0; i < r->event_count; i++)
		if (is_nat(&r->events[i]))
			return true;
	return false;
}

static void line_event(struct writer *w, const struct remark_event *e)
{
	char addr[ADDR_IP4_SIZE];
	bool none = e->note.kind == NOTE_NO_NAT && !has_nat(w->remark);
	if (e->tries)
		str_addf(w->out, " try=%u", e->tries);
	else if (none)
		str_add(w->out, " nat=none");
	else if (e->note.kind == NOTE_ARP_WAIT)
		str_addf(w->out, " arp_wait=%s",
			 addr_print_ip4(addr_ip4(e->note.ref), addr));
	else if (e->note.kind == NOTE_DROPPED)
		str_addf(w->out, " reason=%s",
			 drop_name((enum drop)e->note.reason));
	if ((none || (e->note.kind == NOTE_DROPPED && !has_nat(w->remark))) &&
	    *name_of(w, e->note.ref)) {
		str_add(w->out, " rule=");
		add_word(w->out, name_of(w, e->note.ref));
	}
}

static void write_line(struct writer *w)
{
	const struct remark *r = w->remark;
	const struct remark_event *end = end_of(r);
	str_addf(w->out, "tp flow=%u pkt=%u hop=%u node=", r->flow, r->pkt,
		 r->hop);
	add_word(w->out, node_of(w, end ? end->note.node : r->node));
	str_addf(w->out, " verdict=%s", verdict_of(r));
	line_nat(w, "nat", false);
	line_nat(w, "rule", true);
	for (size_t i = 0; i < r->event_count; i++)
		line_event(w, &r->events[i]);
	if (r->cause)
		str_addf(w->out, " cause=%u", r->cause);
}

static void add_end(struct str *out, ip4 a, uint16_t port)
{
	char text[ADDR_ENDPOINT_SIZE];
	str_add(out, port ? addr_print_endpoint(a, port, text)
			  : addr_print_ip4(a, text));
}

static void add_change(struct writer *w, const struct remark_event *e)
{
	const struct flow_key *b = &e->before;
	const struct note *n = &e->note;
	/* The id of an echo is at both ends: then addresses tell which. */
	bool src = !addr_same(b->src, n->src) ||
		   (addr_same(b->dst, n->dst) && b->sport != n->sport);
	add_end(w->out, src ? b->src : b->dst, src ? b->sport : b->dport);
	str_add(w->out, " is now ");
	add_end(w->out, src ? n->src : n->dst, src ? n->sport : n->dport);
}

static void say_nat(struct writer *w, const struct remark_event *e)
{
	const char *rule = name_of(w, e->note.ref);
	str_addf(w->out, "%s: %s", node_of(w, e->note.node),
		 e->note.kind == NOTE_LB ? "virtual server"
					 : note_kind_name(e->note.kind));
	if (*rule)
		str_addf(w->out, "%s %s", e->note.kind == NOTE_LB ? "" : " by",
			 rule);
	str_add(w->out, ", ");
	add_change(w, e);
}

static void say_seconds(struct str *out, uint64_t ns)
{
	uint64_t ms = (ns + VCLOCK_MS / 2) / VCLOCK_MS;
	if (ms % 1000)
		str_addf(out, "%llu.%03llu s", (unsigned long long)(ms / 1000),
			 (unsigned long long)(ms % 1000));
	else
		str_addf(out, "%llu s", (unsigned long long)(ms / 1000));
}

static void say_drop(struct writer *w, const struct note *n)
{
	enum drop reason = (enum drop)n->reason;
	const char *rule = name_of(w, n->ref);
	str_addf(w->out, "%s dropped it: %s, %s", node_of(w, n->node),
		 drop_name(reason), drop_sentence(reason));
	if (*rule)
		str_addf(w->out, " (%s)", rule);
}

static void say_event(struct writer *w, const struct remark_event *e)
{
	const char *node = node_of(w, e->note.node);
	char addr[ADDR_IP4_SIZE];
	if (e->tries) {
		str_addf(w->out, "%s sends it for the %u%s time, ", node,
			 e->tries,
			 e->tries == 2	 ? "nd"
			 : e->tries == 3 ? "rd"
					 : "th");
		say_seconds(w->out, e->waited);
		str_add(w->out, " after the one before");
	} else if (is_nat(e)) {
		say_nat(w, e);
	} else if (e->note.kind == NOTE_NO_NAT && e->note.ref) {
		str_addf(w->out, "%s: not translated, says %s", node,
			 name_of(w, e->note.ref));
	} else if (e->note.kind == NOTE_NO_NAT) {
		str_addf(w->out, "%s: no NAT rule matches", node);
	} else if (e->note.kind == NOTE_ARP_WAIT) {
		str_addf(w->out, "%s: it waits for ARP to find %s", node,
			 addr_print_ip4(addr_ip4(e->note.ref), addr));
	} else if (e->note.kind == NOTE_DROPPED) {
		say_drop(w, &e->note);
	} else if (e->note.kind == NOTE_DELIVERED) {
		str_addf(w->out, "%s received it", node);
	}
}

/* Events that say nothing add nothing. */
static void write_sentence(struct writer *w)
{
	const struct remark *r = w->remark;
	if (r->cause)
		str_addf(w->out, "%s tells about packet %u",
			 node_of(w, r->node), r->cause);
	for (size_t i = 0; i < r->event_count; i++) {
		size_t before = w->out->len;
		if (before)
			str_add(w->out, "; ");
		size_t start = w->out->len;
		say_event(w, &r->events[i]);
		if (w->out->len == start) {
			w->out->len = before;
			if (w->out->text)
				w->out->text[before] = '\0';
		}
	}
	if (!w->out->len)
		str_addf(w->out, "%s %s it", node_of(w, r->node),
			 verdict_of(r));
}

void remark_write(const struct remark *r, const struct world *w,
		  const struct remark_names *names, struct str *line,
		  struct str *sentence)
{
	struct writer writer = {r, w, names, line};
	write_line(&writer);
	writer.out = sentence;
	write_sentence(&writer);
}
