/* SPDX-License-Identifier: Apache-2.0 */
/* Claims about tables: sessions and routes, as they are now. */
#include "scenarios/play/expect.h"

#include <string.h>

#include "scenarios/play/names.h"
#include "sim/base/str.h"
#include "sim/table/rib.h"
#include "sim/world/router.h"

#define TOLD_MAX 4 /* entries of a table in a message */

typedef void visit_fn(struct expect_view *v, struct router *r, void *context);

/* Calls 'visit' for every part of the gateway, or the host, called 'at'. */
static void each_router(struct expect_view *v, visit_fn *visit, void *context)
{
	const struct world *w = v->stage->world;
	for (size_t i = 0; i < w->nodes.count; i++) {
		struct router *r = router_of(w->nodes.at[i]);
		if (r && names_node_is(v->stage, (uint32_t)i, v->asked->at))
			visit(v, r, context);
	}
}

struct table {
	uint64_t fits;
	uint64_t others; /* entries that do not fit */
	struct str told; /* some of those */
};

static bool end_fits(const struct pattern_end *src,
		     const struct pattern_end *dst, struct flow_key k)
{
	return pattern_end_fits(src, k.src, k.sport) &&
	       pattern_end_fits(dst, k.dst, k.dport);
}

static bool session_fits(const struct expect_view *v, const struct router *r,
			 const struct flow *f)
{
	const struct script_expect *e = v->asked;
	const struct net_ref *ref = net_ref(
		v->stage->net, nat_flow_ref(&router_forward(r)->nat, f));
	if (e->rule && strcmp(ref->name, e->rule) != 0 &&
	    strcmp(ref->path, e->rule) != 0)
		return false;
	if (e->state && strcmp(flow_state_name(f->state), e->state) != 0)
		return false;
	return end_fits(&e->src_end, &e->dst_end, flow_in(f, FLOW_FORWARD)) &&
	       end_fits(&e->translated_src_end, &e->translated_dst_end,
			flow_out(f, FLOW_FORWARD));
}

static void add_key(struct str *s, struct flow_key k)
{
	char src[ADDR_ENDPOINT_SIZE], dst[ADDR_ENDPOINT_SIZE];
	str_addf(s, "%s > %s", addr_print_endpoint(k.src, k.sport, src),
		 addr_print_endpoint(k.dst, k.dport, dst));
}

static void count_sessions(struct expect_view *v, struct router *r,
			   void *context)
{
	const struct flow_table *t = &router_forward(r)->flows;
	struct table *table = context;
	for (uint32_t i = 0; i < t->fresh; i++) {
		const struct flow *f = &t->flows[i];
		if (!f->live || flow_is_idle(f, world_now(v->stage->world)))
			continue;
		if (session_fits(v, r, f)) {
			table->fits++;
			continue;
		}
		if (table->others++ >= TOLD_MAX)
			continue;
		str_add(&table->told, table->told.len ? "; " : "");
		add_key(&table->told, flow_in(f, FLOW_FORWARD));
		str_add(&table->told, " as ");
		add_key(&table->told, flow_out(f, FLOW_FORWARD));
		str_addf(&table->told, " %s", flow_state_name(f->state));
	}
}

static void tell_table(struct expect_view *v, const struct table *t,
		       const char *what)
{
	if (t->fits)
		expect_fail(v, "there were %llu %ss",
			    (unsigned long long)t->fits, what);
	else if (t->others > TOLD_MAX)
		expect_fail(v, "%llu other %ss, among them %s",
			    (unsigned long long)t->others, what,
			    str_text(&t->told));
	else if (t->others)
		expect_fail(v, "other %ss: %s", what, str_text(&t->told));
	else
		expect_fail(v, "there is no %s", what);
}

void expect_judge_session(struct expect_view *v)
{
	const struct script_expect *e = v->asked;
	struct table t = {0};
	each_router(v, count_sessions, &t);
	if (e->has_count ? t.fits != e->count : !t.fits)
		tell_table(v, &t, "session");
	str_fini(&t.told);
}

static bool same_prefix(struct addr_prefix a, struct addr_prefix b)
{
	return addr_same(a.addr, b.addr) && a.len == b.len;
}

static bool route_fits(const struct script_expect *e, const struct rib_route *r)
{
	return r->selected && same_prefix(r->prefix, e->prefix) &&
	       (!e->kind || !strcmp(e->kind, rib_kind_letters(r->kind))) &&
	       (!e->has_via || addr_same(e->via, r->via));
}

static void add_route(struct str *s, const struct rib_route *r)
{
	char prefix[ADDR_PREFIX_SIZE], via[ADDR_IP4_SIZE];
	str_addf(s, "%s%s %s", s->len ? "; " : "", rib_kind_letters(r->kind),
		 addr_print_prefix(r->prefix, prefix));
	if (r->via.v)
		str_addf(s, " via %s", addr_print_ip4(r->via, via));
	if (!r->selected)
		str_add(s, ", not selected");
}

static void count_routes(struct expect_view *v, struct router *r, void *context)
{
	const struct rib *rib = router_rib(r);
	struct table *table = context;
	for (size_t i = 0; i < rib->count; i++) {
		const struct rib_route *route = &rib->routes[i];
		if (route_fits(v->asked, route)) {
			table->fits++;
			continue;
		}
		if (same_prefix(route->prefix, v->asked->prefix) &&
		    table->others++ < TOLD_MAX)
			add_route(&table->told, route);
	}
}

void expect_judge_route(struct expect_view *v)
{
	bool wanted = v->asked->claim == SCRIPT_ROUTE;
	struct table t = {0};
	each_router(v, count_routes, &t);
	if (wanted != (t.fits > 0))
		tell_table(v, &t, "route");
	str_fini(&t.told);
}
