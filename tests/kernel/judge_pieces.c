/* SPDX-License-Identifier: Apache-2.0 */
/* Packets in fragments that the worlds have cut at other places: PIECES of
 * differ.h. */
#include "tests/kernel/judge.h"

#include <string.h>

#define PIECES_MAX 64 /* of one packet */

/* The fragments of one packet at one place that have no twin yet. */
struct pieces {
	struct log_seen *at[PIECES_MAX]; /* by offset */
	size_t count;
};

static uint16_t frag_of(const struct log_seen *seen)
{
	return be_load16(seen->bytes.at + IP4_FRAG);
}

static size_t head_of(const struct log_seen *seen)
{
	return (seen->bytes.at[0] & 15U) * 4U;
}

static size_t start_of(const struct log_seen *seen)
{
	return (size_t)(frag_of(seen) & IP4_OFFSET) * IP4_UNIT;
}

static size_t end_of(const struct log_seen *seen)
{
	return start_of(seen) + seen->bytes.size - head_of(seen);
}

/* With the same TTL, too: in a loop, the same round. */
static bool is_of(const struct log_seen *seen, const struct log_seen *like)
{
	return !seen->used && seen->place == like->place &&
	       ip4_is_fragment(seen->bytes.at) &&
	       !memcmp(seen->bytes.at + IP4_ID, like->bytes.at + IP4_ID, 2) &&
	       seen->bytes.at[1] == like->bytes.at[1] &&
	       !memcmp(seen->bytes.at + 8, like->bytes.at + 8, 2) &&
	       !memcmp(seen->bytes.at + 12, like->bytes.at + 12, 8);
}

static void collect(struct pieces *p, struct log_part *part,
		    const struct log_seen *like)
{
	p->count = 0;
	for (size_t i = 0; i < part->count && p->count < PIECES_MAX; i++) {
		size_t at = p->count;
		if (!is_of(&part->at[i], like))
			continue;
		for (; at && start_of(p->at[at - 1]) > start_of(&part->at[i]);
		     at--)
			p->at[at] = p->at[at - 1];
		p->at[at] = &part->at[i];
		p->count++;
	}
}

/* False if some are missing. */
static bool join(const struct pieces *p, struct shot_bytes *whole)
{
	size_t head = head_of(p->at[0]), end = 0;
	for (size_t i = 0; i < p->count; i++) {
		if (start_of(p->at[i]) != end || head_of(p->at[i]) != head ||
		    head + end_of(p->at[i]) > SHOT_ROOM)
			return false;
		memcpy(whole->at + head + end, p->at[i]->bytes.at + head,
		       end_of(p->at[i]) - end);
		end = end_of(p->at[i]);
	}
	if (frag_of(p->at[p->count - 1]) & IP4_MF)
		return false;
	memcpy(whole->at, p->at[0]->bytes.at, head);
	whole->size = (uint16_t)(head + end);
	be_store16(whole->at + 2, whole->size);
	be_store16(whole->at + IP4_FRAG, frag_of(p->at[0]) & IP4_DF);
	be_store16(whole->at + 10, 0);
	be_store16(whole->at + 10, csum_of(whole->at, head));
	return true;
}

static bool are_cut_alike(const struct pieces *a, const struct pieces *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (end_of(a->at[i]) != end_of(b->at[i]))
			return false;
	return true;
}

static void use(struct pieces *p)
{
	for (size_t i = 0; i < p->count; i++)
		p->at[i]->used = true;
}

static bool are_same(struct judge *j, struct pieces *s, struct pieces *k)
{
	struct shot_bytes whole_s, whole_k;
	struct str why = {0};
	size_t bound = j->ports.count;
	if (are_cut_alike(s, k) || !join(s, &whole_s) || !join(k, &whole_k))
		return false;
	bool same = !judge_differs(j, &whole_s, &whole_k, &why);
	str_fini(&why);
	if (!same)
		j->ports.count = bound;
	return same;
}

bool judge_pieces(struct judge *j, struct log_part *simulated,
		  const struct log_seen *piece, struct log_part *kernel,
		  size_t place)
{
	struct pieces s, k;
	if (!j->stateful || !ip4_is_fragment(piece->bytes.at))
		return false;
	collect(&s, simulated, piece);
	for (size_t i = 0; i < kernel->count; i++) {
		if (kernel->at[i].used || kernel->at[i].place != place ||
		    !ip4_is_fragment(kernel->at[i].bytes.at))
			continue;
		collect(&k, kernel, &kernel->at[i]);
		if (!are_same(j, &s, &k))
			continue;
		use(&s);
		use(&k);
		j->recut = true;
		j->met[DIFFER_PIECES]++;
		return true;
	}
	return false;
}
