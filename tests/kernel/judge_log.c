/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of packets: which is whose twin, and what is said if there is none. */
#include "sim/wire/be.h"
#include "tests/kernel/edges.h"
#include "tests/kernel/judge.h"

static void print_quoted(const uint8_t *at, size_t size, struct str *out)
{
	struct ip4_head h;
	char a[ADDR_ENDPOINT_SIZE], b[ADDR_ENDPOINT_SIZE];
	if (ip4_read_quoted(at, size, &h) != IP4_OK ||
	    size < (size_t)h.head_size + 4)
		return;
	const uint8_t *l4 = at + h.head_size;
	str_addf(out, " [%u %s > %s ttl %u]", h.proto,
		 addr_print_endpoint(h.src, be_load16(l4), a),
		 addr_print_endpoint(h.dst, be_load16(l4 + 2), b), h.ttl);
}

void judge_print(const struct shot_bytes *bytes, struct str *out)
{
	struct ip4_head h;
	char a[ADDR_ENDPOINT_SIZE], b[ADDR_ENDPOINT_SIZE];
	if (ip4_read(bytes->at, bytes->size, &h) != IP4_OK) {
		str_add(out, "not IP");
		return;
	}
	const uint8_t *l4 = bytes->at + h.head_size;
	size_t left = (size_t)h.size - h.head_size;
	if (h.proto == IP4_PROTO_ICMP || h.frag & IP4_OFFSET || left < 8) {
		str_addf(out, "proto %u %s > %s", h.proto,
			 addr_print_ip4(h.src, a), addr_print_ip4(h.dst, b));
		if (h.proto == IP4_PROTO_ICMP && left >= 8)
			str_addf(out, " type %u/%u id %u", l4[0], l4[1],
				 be_load16(l4 + 4));
		if (h.proto == IP4_PROTO_ICMP && left >= 8 &&
		    icmp_is_error(l4[0]))
			print_quoted(l4 + 8, left - 8, out);
	} else {
		str_addf(out, "proto %u %s > %s", h.proto,
			 addr_print_endpoint(h.src, be_load16(l4), a),
			 addr_print_endpoint(h.dst, be_load16(l4 + 2), b));
		if (h.proto == IP4_PROTO_TCP && left >= TCP_SIZE)
			str_addf(out, " %s", tcp_flags_name(l4[13]));
	}
	str_addf(out, " ttl %u id %x size %u frag %x", h.ttl, h.id, h.size,
		 h.frag);
}

static void print_part(const struct judge *j, const struct log_part *part,
		       struct str *out)
{
	char place[80];
	for (size_t i = 0; i < part->count; i++) {
		str_addf(out, "    %-20s ",
			 plan_print(j->plan, part->at[i].place, place));
		judge_print(&part->at[i].bytes, out);
		str_add(out, "\n");
	}
}

/* Whether the same packet was at this node before, with a greater TTL: it goes
 * round in a loop. */
static bool is_loop(const struct judge *j, const struct log_part *part,
		    size_t last)
{
	const struct log_seen *now = &part->at[last];
	for (size_t i = 0; i < last; i++) {
		const struct log_seen *was = &part->at[i];
		if (j->plan->places.at[was->place].node ==
			    j->plan->places.at[now->place].node &&
		    be_load16(was->bytes.at + 4) ==
			    be_load16(now->bytes.at + 4) &&
		    was->bytes.at[9] == now->bytes.at[9] &&
		    was->bytes.at[8] > now->bytes.at[8])
			return true;
	}
	return false;
}

/* Why a packet may as well be at the other place, DIFFER_COUNT: it may not. */
static enum differ may_be(const struct judge *j, const struct log_seen *s,
			  size_t other)
{
	ip4 dst = judge_addr(&s->bytes, 16);
	if (plan_is_equal(j->plan, s->place, other, dst) ||
	    edges_may(j->plan, s->place, other, dst))
		return DIFFER_HASH;
	return edges_answer(j->plan, s->place, other, dst) ? DIFFER_PROXY
							   : DIFFER_COUNT;
}

/* Where the kernel brought it instead, NULL: nowhere that it may. */
static struct log_seen *find_other(struct judge *j, struct log_part *simulated,
				   const struct log_seen *s,
				   struct log_part *kernel)
{
	for (size_t i = 0; i < kernel->count; i++) {
		struct log_seen *k = &kernel->at[i];
		struct str reason = {0};
		size_t bound = j->ports.count;
		enum differ why = k->used || k->place == s->place
					  ? DIFFER_COUNT
					  : may_be(j, s, k->place);
		bool same = why != DIFFER_COUNT &&
			    (!judge_differs(j, &s->bytes, &k->bytes, &reason) ||
			     judge_unquoted(j, &s->bytes, &k->bytes) ||
			     judge_pieces(j, simulated, s, kernel, k->place));
		str_fini(&reason);
		if (same) {
			j->met[why]++;
			return k;
		}
		j->ports.count = bound;
	}
	return NULL;
}

/* The kernel has brought 's' elsewhere, as it may. If that makes no difference,
 * all that follows is compared. */
static bool is_parted(struct judge *j, struct log_part *simulated,
		      const struct log_seen *s, struct log_part *kernel)
{
	struct log_seen *k = find_other(j, simulated, s, kernel);
	if (!k)
		return false;
	k->used = true;
	if (edges_alike(j->plan, s->place, k->place, judge_addr(&s->bytes, 12),
			judge_addr(&s->bytes, 16)))
		j->astray = true;
	else
		j->parted = true;
	return true;
}

/* The packet where it first comes out of a gateway that is active on several
 * edges (a list is in order for each node only); NULL: nowhere, or in parts. */
static const struct log_seen *find_outside(const struct judge *j,
					   const struct log_part *part,
					   size_t from, uint16_t id)
{
	const struct log_seen *first = NULL;
	for (size_t i = from; i < part->count; i++) {
		const struct log_seen *at = &part->at[i];
		const struct plan_place *place = &j->plan->places.at[at->place];
		if (!at->used && be_load16(at->bytes.at + 4) == id &&
		    j->plan->nodes.at[place->node].kind >= PLAN_ROUTER &&
		    edges_leads(j->plan, at->place) &&
		    (!first || at->bytes.at[8] > first->bytes.at[8]))
			first = at;
	}
	return first && be_load16(first->bytes.at + 6) & ~IP4_DF ? NULL : first;
}

/* Of a packet that the worlds sent by different edges, what comes out must be
 * the same: each translates alike, but for rules with a scope. */
static bool outsides_differ(struct judge *j, const struct log_part *s,
			    const struct log_part *k, size_t from,
			    struct str *why)
{
	uint16_t id = be_load16(s->at[from].bytes.at + 4);
	const struct log_seen *x = find_outside(j, s, from, id);
	const struct log_seen *y = find_outside(j, k, 0, id);
	char place[80];
	if (!x || !y || edges_scoped(j->plan, s->at[from].place) ||
	    judge_unquoted(j, &x->bytes, &y->bytes) ||
	    (j->error_lost && log_is_error(&x->bytes)))
		return false;
	str_clear(why);
	j->compared++;
	if (!judge_differs(j, &x->bytes, &y->bytes, why)) {
		str_clear(why);
		return false;
	}
	str_addf(why, "at %s, by another edge: ",
		 plan_print(j->plan, x->place, place));
	judge_print(&x->bytes, why);
	str_add(why, "\n");
	return true;
}

/* Finds the kernel's packet for a simulated one. */
static bool find_twin(struct judge *j, const struct log_seen *s,
		      struct log_part *kernel, struct str *why)
{
	char place[80];
	struct str reason = {0};
	str_clear(why);
	for (size_t i = 0; i < kernel->count; i++) {
		struct log_seen *k = &kernel->at[i];
		if (k->used || k->place != s->place)
			continue;
		str_clear(&reason);
		size_t bound = j->ports.count;
		if (!judge_differs(j, &s->bytes, &k->bytes, &reason)) {
			k->used = true;
			str_fini(&reason);
			return true;
		}
		j->ports.count = bound;
		bool unquoted = judge_unquoted(j, &s->bytes, &k->bytes);
		if (unquoted || judge_past(j, &s->bytes, &k->bytes)) {
			j->met[unquoted ? DIFFER_REFLEXIVE_QUOTE
					: DIFFER_PART_PAST]++;
			j->error_lost = k->used = true;
			str_fini(&reason);
			return true;
		}
		if (!why->len)
			str_add(why, str_text(&reason));
	}
	if (!why->len)
		str_add(why, "the kernel did not bring it there\n");
	str_addf(why, "at %s: ", plan_print(j->plan, s->place, place));
	judge_print(&s->bytes, why);
	str_add(why, "\n");
	str_fini(&reason);
	return false;
}

/* An address of a gateway whose parts are one node here; of node 'node', or of
 * any if that is PLAN_NONE. */
static bool owns(const struct judge *j, size_t node, ip4 a)
{
	const struct plan *p = j->plan;
	for (size_t i = 0; i < p->nodes.count; i++)
		if ((node == PLAN_NONE || node == i) && plan_is_joined(p, i) &&
		    (plan_owns(p, i, a) || plan_serves(p, i, a)))
			return true;
	return false;
}

/* Whether 'seen' is the end of its way at the first part of a gateway, for an
 * address of the second; or the error that tells of it. */
static bool is_part_ttl(const struct judge *j, const struct log_seen *seen)
{
	const struct shot_bytes *b = &seen->bytes;
	const size_t quote = IP4_SIZE + ICMP_SIZE;
	const struct plan_place *at = &j->plan->places.at[seen->place];
	if (log_is_error(b) && b->size >= quote + IP4_SIZE)
		return b->at[IP4_SIZE] == ICMP_TIME_EXCEEDED &&
		       b->at[quote + 8] == 1 &&
		       owns(j, PLAN_NONE, judge_addr(b, quote + 16));
	return b->at[8] == 1 &&
	       j->plan->nodes.at[at->node].kind <= PLAN_TIER1 &&
	       !addr_same(judge_addr(b, 16), at->addr.addr) &&
	       owns(j, at->node, judge_addr(b, 16));
}

/* Whether 'seen' is an error about an RST that was seen in the same world. */
static bool is_about_reset(const struct judge *j, const struct log_part *part,
			   const struct log_seen *seen)
{
	const size_t quote = IP4_SIZE + ICMP_SIZE;
	const struct shot_bytes *e = &seen->bytes;
	if (!j->stateful || !log_is_error(e) || e->size < quote + IP4_SIZE ||
	    e->at[quote + 9] != IP4_PROTO_TCP)
		return false;
	for (size_t i = 0; i < part->count; i++)
		if (log_resets(&part->at[i].bytes) &&
		    be_load16(part->at[i].bytes.at + 4) ==
			    be_load16(e->at + quote + 4))
			return true;
	return false;
}

/* An error that nft reject stands for, about the first of several fragments. */
static bool is_part_reject(const struct log_seen *seen)
{
	const size_t quote = IP4_SIZE + ICMP_SIZE;
	const struct shot_bytes *e = &seen->bytes;
	return log_is_error(e) && e->size >= quote + IP4_SIZE &&
	       e->at[IP4_SIZE] == ICMP_UNREACHABLE &&
	       (e->at[IP4_SIZE + 1] == ICMP_NET ||
		e->at[IP4_SIZE + 1] == ICMP_PROHIBITED) &&
	       be_load16(e->at + quote + 6) & IP4_MF;
}

/* Whether a port that checks sources (uRPF) has got it from the broadcast
 * address of one of the node's networks. */
static bool is_martian(struct judge *j, const struct log_seen *seen)
{
	const struct plan_place *at = &j->plan->places.at[seen->place];
	ip4 src = judge_addr(&seen->bytes, 12);
	size_t place = plan_place_to(j->plan, at->node, src);
	if (!at->strict || place == PLAN_NONE)
		return false;
	struct addr_if on = j->plan->places.at[place].addr;
	struct addr_prefix net = addr_prefix_of(on.addr, on.len);
	bool martian = on.len < 31 &&
		       src.v == net.addr.v + (uint32_t)addr_count(net) - 1;
	j->met[DIFFER_MARTIAN] += martian;
	return martian;
}

static bool parts_agree(struct judge *j, struct log_part *s, struct log_part *k,
			struct str *why)
{
	char place[80];
	bool looped = false;
	j->part_ttl = j->error_lost = j->parted = j->astray = false;
	j->recut = false;
	for (size_t i = 0; i < s->count; i++) {
		looped |= j->stateful && is_loop(j, s, i);
		bool end = is_part_ttl(j, &s->at[i]);
		j->part_ttl |= end && log_is_error(&s->at[i].bytes);
		if (looped || j->part_ttl || j->parted || s->at[i].used)
			continue;
		if (is_martian(j, &s->at[i]))
			j->parted = true;
		if (judge_pieces(j, s, &s->at[i], k, s->at[i].place) ||
		    find_twin(j, &s->at[i], k, why))
			j->compared++;
		else if (is_parted(j, s, &s->at[i], k)) {
			if (j->parted &&
			    j->plan->places.at[s->at[i].place].backplane &&
			    outsides_differ(j, s, k, i, why))
				return false;
		} else if (is_about_reset(j, s, &s->at[i]))
			j->met[DIFFER_RESET]++;
		else if (is_part_reject(&s->at[i]))
			j->met[DIFFER_REJECT_PART]++;
		else if (!j->error_lost || !log_is_error(&s->at[i].bytes))
			return false;
		j->part_ttl |= end;
	}
	str_clear(why);
	j->met[DIFFER_LOOP] += looped;
	j->parted |= looped; /* Linux may have found a way out of it */
	j->met[DIFFER_PART_TTL] += j->part_ttl;
	if (looped || j->part_ttl || j->parted)
		return true;
	for (size_t i = 0; i < k->count; i++) {
		if (k->at[i].used || is_about_reset(j, k, &k->at[i]) ||
		    (j->error_lost && log_is_error(&k->at[i].bytes)))
			continue;
		str_addf(why, "only the kernel brought this to %s: ",
			 plan_print(j->plan, k->at[i].place, place));
		judge_print(&k->at[i].bytes, why);
		str_add(why, "\n");
		return false;
	}
	return true;
}

static bool is_lost(const struct judge *j, unsigned number)
{
	for (size_t i = 0; i < j->lost.count; i++)
		if (j->lost.at[i] == number)
			return true;
	return false;
}

/* The one that brought about what 's' answers, or tells of. */
static const struct shot *first_of(const struct shot_list *shots,
				   const struct shot *s)
{
	for (size_t i = shots->count; s->of && i-- > 0;)
		if (shots->at[i].number == s->of)
			s = &shots->at[i];
	return s;
}

/* Whether 's' is one more packet from the same port to the same port. */
static bool is_like(const struct shot *s, const struct shot *other)
{
	return !s->of && s->kind == other->kind && s->sport &&
	       s->sport == other->sport && s->dport == other->dport &&
	       addr_same(s->src, other->src) && addr_same(s->dst, other->dst);
}

/* Whether shot 'i' is an answer to one that is lost, a fragment of the same
 * packet, or one more of a conversation in which one is: in it there may be
 * sessions that the worlds do not share. */
static bool follows_lost(const struct judge *j, const struct shot_list *shots,
			 size_t i)
{
	const struct shot *s = &shots->at[i];
	bool lost = s->of && is_lost(j, s->of);
	for (size_t k = 0; k < i && (s->more || s->offset); k++)
		lost |= shots->at[k].id == s->id &&
			is_lost(j, shots->at[k].number);
	for (size_t k = 0; k < i; k++)
		lost |= is_lost(j, shots->at[k].number) &&
			is_like(s, first_of(shots, &shots->at[k]));
	return lost;
}

bool judge_logs(struct judge *j, const struct shot_list *shots,
		struct log *simulated, struct log *kernel, struct str *why)
{
	for (size_t i = 0; i < shots->count; i++)
		if (shots->at[i].number > j->shots)
			j->shots = shots->at[i].number;
	for (size_t i = 0; i < shots->count; i++) {
		struct log_part *s = &simulated->parts[i];
		struct log_part *k = &kernel->parts[i];
		const struct shot *shot = &shots->at[i];
		bool lost = follows_lost(j, shots, i);
		if (lost || (parts_agree(j, s, k, why) && j->parted))
			VEC_ADD(&j->lost, shot->number);
		judge_end_sessions(j, s);
		if (lost || !why->len)
			continue;
		str_add(why, "packet ");
		shot_print(&shots->at[i], why);
		str_add(why, "\n  simulated:\n");
		print_part(j, s, why);
		str_add(why, "  kernel:\n");
		print_part(j, k, why);
		return false;
	}
	return true;
}
