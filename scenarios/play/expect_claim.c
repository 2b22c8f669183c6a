/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations as sentences. */
#include "scenarios/play/expect.h"
#include "sim/base/str.h"

/* Adds " before text" if 'text' was given. */
static void add(struct str *s, const char *before, const char *text)
{
	if (text)
		str_addf(s, " %s%s", before, text);
}

static void add_count(struct str *s, const struct script_expect *e)
{
	if (e->has_count)
		str_addf(s, ", %llu times", (unsigned long long)e->count);
}

static void say_result(const struct script_expect *e, struct str *s)
{
	str_add(s, !e->has_ok ? "it ends" : e->ok ? "it succeeds" : "it fails");
	if (e->has_after)
		str_addf(s, " after %.3f s", (double)e->after / 1e9);
	add(s, "saying ", e->text);
}

static void say_row(const struct script_row *r, struct str *s)
{
	add(s, "", r->type);
	add(s, "", r->reason);
	if (r->count)
		str_addf(s, " (x%u)", r->count);
	add(s, "from ", r->from);
	add(s, "saying ", r->message);
}

static void say_packet(const struct script_expect *e, struct str *s)
{
	str_add(s, e->packet ? e->packet : "a packet");
}

static void say_addrs(const struct script_expect *e, struct str *s)
{
	add(s, "from ", e->src);
	add(s, "to ", e->dst);
}

static void say_drop(const struct script_expect *e, struct str *s)
{
	bool none = e->claim == SCRIPT_NO_DROP;
	if (none && !e->packet)
		str_add(s, "no packet");
	else
		say_packet(e, s);
	str_add(s, none && e->packet ? " is not dropped" : " is dropped");
	add(s, "at ", e->at);
	if (e->has_reason)
		str_addf(s, " for %s", drop_name(e->reason));
	add_count(s, e);
}

static void say_hop(const struct script_expect *e, struct str *s)
{
	say_packet(e, s);
	str_add(s, " passes");
	add(s, "", e->at);
	if (e->has_nat)
		str_addf(s, " with %s", script_nat_name(e->nat));
	add(s, "by rule ", e->rule);
	if (e->src || e->dst)
		str_add(s, " and goes on");
	say_addrs(e, s);
	add_count(s, e);
}

static void say_seen(const struct script_expect *e, struct str *s)
{
	str_addf(s, "%s sees ", e->at);
	say_packet(e, s);
	say_addrs(e, s);
	add_count(s, e);
}

static void say_session(const struct script_expect *e, struct str *s)
{
	str_addf(s, "%s has a session", e->at);
	add(s, "of rule ", e->rule);
	add(s, "", e->state);
	say_addrs(e, s);
	if (e->translated_src || e->translated_dst)
		str_add(s, " translated");
	add(s, "from ", e->translated_src);
	add(s, "to ", e->translated_dst);
	add_count(s, e);
}

static void say_route(const struct script_expect *e, struct str *s)
{
	char prefix[ADDR_PREFIX_SIZE], via[ADDR_IP4_SIZE];
	str_addf(s, "%s has %s %s", e->at,
		 e->claim == SCRIPT_ROUTE ? "a route to" : "no route to",
		 addr_print_prefix(e->prefix, prefix));
	add(s, "of kind ", e->kind);
	if (e->has_via)
		add(s, "via ", addr_print_ip4(e->via, via));
}

static void say(const struct script_expect *e, struct str *s)
{
	switch (e->claim) {
	case SCRIPT_RESULT:
		say_result(e, s);
		break;
	case SCRIPT_EVENT:
	case SCRIPT_NO_EVENT:
		str_add(s, e->claim == SCRIPT_EVENT ? "there is an event"
						    : "there is no event");
		say_row(&e->event, s);
		break;
	case SCRIPT_EVENTS:
		str_addf(s, "the event table has exactly these %zu rows",
			 e->row_count);
		break;
	case SCRIPT_DROP:
	case SCRIPT_NO_DROP:
		say_drop(e, s);
		break;
	case SCRIPT_HOP:
		say_hop(e, s);
		break;
	case SCRIPT_SEEN:
		say_seen(e, s);
		break;
	case SCRIPT_SESSION:
		say_session(e, s);
		break;
	case SCRIPT_ROUTE:
	case SCRIPT_NO_ROUTE:
		say_route(e, s);
		break;
	}
}

const char *expect_sentence(const struct script_expect *e, struct arena *a)
{
	struct str s = {0};
	say(e, &s);
	const char *text = arena_text(a, str_text(&s));
	str_fini(&s);
	return text;
}
