/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of ICMP errors that differ in the packet they quote, as differ.h says. */
#include "tests/kernel/judge.h"

#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"

#define QUOTE (IP4_SIZE + ICMP_SIZE) /* where the quoted packet begins */

/* Errors that say the same about a packet of the same protocol. */
static bool are_alike(const struct shot_bytes *s, const struct shot_bytes *k)
{
	return log_is_error(s) && log_is_error(k) &&
	       s->size >= QUOTE + IP4_SIZE && k->size >= QUOTE + IP4_SIZE &&
	       s->at[20] == k->at[20] && s->at[21] == k->at[21] &&
	       s->at[8] == k->at[8] &&
	       addr_same(judge_addr(s, 16), judge_addr(k, 16));
}

/* REFLEXIVE has made 's' of 'k', or the other way round. */
static bool is_image(const struct judge *j, ip4 s, ip4 k)
{
	for (size_t node = 0; node < j->plan->nodes.count; node++) {
		size_t count;
		const struct model_nat_rule *rules =
			plan_nat(j->plan, node, &count);
		for (size_t i = 0; i < count; i++) {
			const struct nat_rule *r = &rules[i].rule;
			if (r->action != NAT_REFLEXIVE || !r->enabled)
				continue;
			if (nat_covers(&r->source, k) &&
			    addr_same(nat_map(&r->source, &r->translated, k),
				      s))
				return true;
			if (nat_covers(&r->translated, k) &&
			    addr_same(nat_map(&r->translated, &r->source, k),
				      s))
				return true;
		}
	}
	return false;
}

/* The kernel quotes a host as REFLEXIVE, which it does without conntrack, has
 * shown it; the simulator by the session of SNAT that has the same ends. */
static bool is_in_session(const struct judge *j, ip4 s, ip4 k)
{
	bool mapped = false;
	for (size_t node = 0; node < j->plan->nodes.count; node++) {
		size_t count;
		const struct model_nat_rule *rules =
			plan_nat(j->plan, node, &count);
		for (size_t i = 0; i < count; i++)
			mapped |= rules[i].rule.action == NAT_REFLEXIVE &&
				  rules[i].rule.enabled &&
				  nat_covers(&rules[i].rule.source, k);
	}
	return mapped && judge_is_pooled(j, s);
}

bool judge_unquoted(const struct judge *j, const struct shot_bytes *s,
		    const struct shot_bytes *k)
{
	if (!are_alike(s, k))
		return false;
	return is_image(j, judge_addr(s, 12), judge_addr(k, 12)) ||
	       is_image(j, judge_addr(s, QUOTE + 12),
			judge_addr(k, QUOTE + 12)) ||
	       is_image(j, judge_addr(s, QUOTE + 16),
			judge_addr(k, QUOTE + 16)) ||
	       is_in_session(j, judge_addr(s, QUOTE + 16),
			     judge_addr(k, QUOTE + 16));
}

/* A virtual server on 'vip' gives packets to 'member' as the client sent them. */
static bool shows_clients(const struct model *m, ip4 vip, ip4 member)
{
	for (size_t i = 0; i < m->lb_virtual_servers.count; i++) {
		const struct model_lb_virtual_server *s =
			&m->lb_virtual_servers.at[i];
		const struct model_lb_pool *pool =
			&m->lb_pools.at[s->pool.index];
		if (!addr_same(s->ip_address, vip) ||
		    pool->snat_translation == MODEL_LB_AUTOMAP)
			continue;
		for (size_t k = 0; k < pool->members.count; k++)
			if (addr_same(pool->members.at[k].ip_address, member))
				return true;
	}
	return false;
}

bool judge_past(const struct judge *j, const struct shot_bytes *s,
		const struct shot_bytes *k)
{
	return are_alike(s, k) && judge_is_backplane(judge_addr(s, 12)) &&
	       addr_same(judge_addr(s, QUOTE + 12), judge_addr(s, 16)) &&
	       addr_same(judge_addr(k, QUOTE + 12), judge_addr(k, 16)) &&
	       shows_clients(j->plan->model, judge_addr(k, QUOTE + 16),
			     judge_addr(s, QUOTE + 16));
}
