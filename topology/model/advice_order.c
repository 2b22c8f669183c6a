/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that never get a packet since a broader one takes them all.
 *
 * The broader one has a source and a destination network that hold the first
 * ones of the narrower: it is looked for by those, at each length that is in
 * use, so that ten thousand rules are not compared with each other. */
#include <stdlib.h>

#include "sim/base/hash.h"
#include "sim/base/keymap.h"
#include "sim/base/vec.h"
#include "topology/model/advice.h"

#define NONE UINT32_MAX

/* A rule in the list of those with the same networks, lowest sequence_number
 * first. */
struct entry {
	uint32_t rule, next;
};

struct order {
	const struct model_nat_rule *rules;
	struct {
		VEC(struct entry);
	} entries;
	struct keymap heads, tails; /* by networks: entries */
	/* Bit n: some rule has a network of this length. */
	uint64_t source_lens, destination_lens;
};

static bool covers(const struct nat_prefixes *broad,
		   const struct nat_prefixes *narrow)
{
	for (unsigned i = 0; i < narrow->count; i++) {
		bool in = !broad->count;
		for (unsigned j = 0; j < broad->count; j++)
			in |= broad->at[j].len <= narrow->at[i].len &&
			      addr_in(narrow->at[i].addr, broad->at[j]);
		if (!in)
			return false;
	}
	return narrow->count || !broad->count;
}

static bool is_source(enum nat_action a)
{
	return a == NAT_SNAT || a == NAT_NO_SNAT;
}

static bool is_destination(enum nat_action a)
{
	return a == NAT_DNAT || a == NAT_NO_DNAT;
}

static bool has_stage(enum nat_action a)
{
	return is_source(a) || is_destination(a);
}

static bool same_stage(enum nat_action a, enum nat_action b)
{
	return (is_source(a) && is_source(b)) ||
	       (is_destination(a) && is_destination(b));
}

/* 'later' never gets a packet, 'first' takes them all. */
static bool shadows(const struct nat_rule *first, const struct nat_rule *later)
{
	return first->enabled && later->enabled &&
	       same_stage(first->action, later->action) && !first->proto &&
	       covers(&first->source, &later->source) &&
	       covers(&first->destination, &later->destination);
}

/* No networks are any: one of length 0. */
static struct addr_prefix network(const struct nat_prefixes *p, unsigned i)
{
	return p->count ? p->at[i] : (struct addr_prefix){{0}, 0};
}

/* A hash: shadows() has the last word. */
static uint64_t key_of(enum nat_action action, struct addr_prefix source,
		       struct addr_prefix destination)
{
	uint64_t nets = (uint64_t)source.addr.v << 32 | destination.addr.v;
	uint64_t rest = (uint64_t)source.len << 16 |
			(uint64_t)destination.len << 8 | is_source(action);
	return hash_mix64(hash_mix64(nets) ^ rest);
}

static void append(struct order *o, uint64_t key, uint32_t rule)
{
	struct entry e = {rule, NONE};
	uint32_t number = (uint32_t)o->entries.count;
	uint32_t *tail = keymap_at(&o->tails, key, number);
	VEC_ADD(&o->entries, e);
	keymap_at(&o->heads, key, number);
	if (*tail != number)
		o->entries.at[*tail].next = number;
	*tail = number;
}

static void add(struct order *o, uint32_t rule)
{
	const struct nat_rule *r = &o->rules[rule].rule;
	unsigned i = 0;
	do {
		struct addr_prefix source = network(&r->source, i);
		unsigned j = 0;
		do {
			struct addr_prefix to = network(&r->destination, j);
			o->source_lens |= 1ULL << source.len;
			o->destination_lens |= 1ULL << to.len;
			append(o, key_of(r->action, source, to), rule);
		} while (++j < r->destination.count);
	} while (++i < r->source.count);
}

/* A rule's turn: the lowest sequence_number first, then as in the file. */
struct turn {
	uint32_t sequence, rule;
};

static int compare(const void *left, const void *right)
{
	const struct turn *a = left, *b = right;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

static void add_all(struct order *o, size_t count)
{
	struct turn *turns = mem_new(count, sizeof(*turns));
	for (uint32_t i = 0; i < count; i++)
		turns[i] = (struct turn){o->rules[i].rule.sequence_number, i};
	qsort(turns, count, sizeof(*turns), compare);
	for (size_t i = 0; i < count; i++) {
		const struct nat_rule *r = &o->rules[turns[i].rule].rule;
		if (r->enabled && !r->proto && has_stage(r->action))
			add(o, turns[i].rule);
	}
	mem_free(turns);
}

static bool is_before(const struct order *o, uint32_t a, uint32_t b)
{
	struct turn x = {o->rules[a].rule.sequence_number, a};
	struct turn y = {o->rules[b].rule.sequence_number, b};
	return compare(&x, &y) < 0;
}

/* Whether 'a' takes what 'b' is for. Of two alike with one number it is the
 * first that does. */
static bool takes(const struct order *o, uint32_t a, uint32_t b)
{
	const struct nat_rule *x = &o->rules[a].rule, *y = &o->rules[b].rule;
	bool same = x->sequence_number == y->sequence_number;
	return a != b && shadows(x, y) && !(same && a > b && shadows(y, x));
}

/* The first rule of the list that takes what 'rule' is for, or NONE. */
static uint32_t first_of(const struct order *o, uint64_t key, uint32_t rule)
{
	uint32_t sequence = o->rules[rule].rule.sequence_number;
	uint32_t i = keymap_find(&o->heads, key, NONE);
	for (; i != NONE; i = o->entries.at[i].next) {
		uint32_t other = o->entries.at[i].rule;
		if (o->rules[other].rule.sequence_number > sequence)
			return NONE;
		if (takes(o, other, rule))
			return other;
	}
	return NONE;
}

static struct addr_prefix widened(struct addr_prefix p, unsigned len)
{
	return addr_prefix_of(p.addr, (uint8_t)len);
}

static uint32_t first_that_takes(const struct order *o, uint32_t rule)
{
	const struct nat_rule *r = &o->rules[rule].rule;
	struct addr_prefix from = network(&r->source, 0);
	struct addr_prefix to = network(&r->destination, 0);
	uint32_t best = NONE;
	for (unsigned i = 0; i <= from.len; i++) {
		for (unsigned j = 0; j <= to.len; j++) {
			if (!(o->source_lens >> i & o->destination_lens >> j &
			      1))
				continue;
			uint64_t key = key_of(r->action, widened(from, i),
					      widened(to, j));
			uint32_t found = first_of(o, key, rule);
			if (found != NONE &&
			    (best == NONE || is_before(o, found, best)))
				best = found;
		}
	}
	return best;
}

static void report(const struct model_nat_rule *first,
		   const struct model_nat_rule *later, struct diag *d)
{
	if (first->rule.sequence_number == later->rule.sequence_number) {
		diag_warning(d, later->id.at,
			     "two rules match the same packets with the same "
			     "sequence_number: NSX does not say which one "
			     "wins");
		diag_note(d, first->id.at, "the other one");
		return;
	}
	diag_warning(d, later->id.at,
		     "this rule never gets a packet: a broader one comes "
		     "before it");
	diag_note(d, first->id.at, "that one");
	diag_help(d, "the lowest sequence_number wins: give the narrow rule "
		     "the lower one");
}

void advice_order(const struct model_nat_rule *rules, size_t count,
		  struct diag *d)
{
	struct order o = {.rules = rules};
	if (count < 2)
		return;
	add_all(&o, count);
	for (uint32_t i = 0; i < count; i++) {
		bool asked = rules[i].rule.enabled &&
			     has_stage(rules[i].rule.action);
		uint32_t first = asked ? first_that_takes(&o, i) : NONE;
		if (first != NONE)
			report(&rules[first], &rules[i], d);
	}
	VEC_FREE(&o.entries);
	keymap_fini(&o.heads);
	keymap_fini(&o.tails);
}
