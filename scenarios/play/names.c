/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/names.h"

#include <string.h>

#include "sim/base/addr.h"
#include "sim/base/str.h"
#include "sim/base/vec.h"
#include "sim/host/profile.h"
#include "sim/world/router.h"
#include "topology/lang/schema.h"

/* The port after the loopback interface: the host's main one. */
#define MAIN_PORT 1

static bool find_workload(struct stage *s, struct stage_run *r)
{
	const struct script_step *step = r->step;
	size_t count;
	r->workload = net_workload(s->net, step->workload);
	if (r->workload) {
		r->host = r->workload->host;
		r->profile = r->workload->profile;
		return true;
	}
	diag_error(s->diag, step->workload_at,
		   "the topology has no workload '%s'", step->workload);
	const char *const *names = net_workload_names(s->net, &count);
	schema_suggest(s->diag, step->workload, names, count);
	return false;
}

static bool find_profile(struct stage *s, struct stage_run *r)
{
	const struct script_step *step = r->step;
	struct {
		VEC(const char *);
	} names = {0};
	size_t count;
	if (!step->profile)
		return true;
	r->profile = profile_find(step->profile);
	if (r->profile && (r->profile->pulls || step->verb != SCRIPT_PULL))
		return true;
	diag_error(s->diag, step->profile_at,
		   r->profile ? "client profile '%s' pulls no images"
			      : "there is no client profile '%s'",
		   step->profile);
	const struct profile *all = profile_all(&count);
	for (size_t i = 0; i < count; i++)
		VEC_ADD(&names, all[i].name);
	if (!r->profile)
		schema_suggest(s->diag, step->profile, names.at, names.count);
	VEC_FREE(&names);
	return false;
}

/* "from" is a host, or a workload and then means the host it runs on. */
static bool find_from(struct stage *s, struct stage_run *r)
{
	const char *from = r->step->from;
	size_t count;
	const struct net_workload *w = net_workload(s->net, from);
	r->host = net_host(s->net, from);
	if (!r->host && w)
		r->host = w->host;
	if (r->host)
		return true;
	diag_error(s->diag, r->step->from_at, "the topology has no host '%s'",
		   from);
	const char *const *names = net_host_names(s->net, &count);
	schema_suggest(s->diag, from, names, count);
	return false;
}

static bool find_to(struct stage *s, struct stage_run *r)
{
	const char *to = r->step->to;
	size_t count;
	ip4 addr;
	if (!to || addr_parse_ip4(to, &addr) || net_host(s->net, to) ||
	    strchr(to, '.'))
		return true;
	diag_error(s->diag, r->step->to_at,
		   "'%s' is neither a host of the topology, an address nor a "
		   "DNS name",
		   to);
	const char *const *names = net_host_names(s->net, &count);
	schema_suggest(s->diag, to, names, count);
	return false;
}

static const char *seconds(struct arena *a, uint64_t ns)
{
	return arena_printf(a, "%g s", (double)ns / 1e9);
}

static const char *headline(const struct script_step *p, struct arena *a)
{
	switch (p->verb) {
	case SCRIPT_PULL:
		return arena_printf(a, "%s pulls %s", p->workload, p->image);
	case SCRIPT_REQUEST:
		return arena_printf(a, "%s requests %s", p->from, p->url);
	case SCRIPT_CONNECT:
		return arena_printf(a, "%s connects to %s:%u", p->from, p->to,
				    p->port);
	case SCRIPT_PING:
		return arena_printf(a, "%s pings %s", p->from, p->to);
	case SCRIPT_LOOKUP:
		return arena_printf(a, "%s looks up %s", p->from, p->name);
	case SCRIPT_SEND:
		return arena_printf(a, "%s sends a datagram to %s:%u", p->from,
				    p->to, p->port);
	case SCRIPT_WAIT:
		return arena_printf(a, "%s pass", seconds(a, p->duration));
	case SCRIPT_CHANGE:
		break;
	}
	return NULL;
}

bool names_step(struct stage *s, struct stage_run *r)
{
	const struct script_step *step = r->step;
	if (step->verb == SCRIPT_CHANGE)
		return true;
	r->out->headline = headline(step, &s->outcome->arena);
	if (step->verb == SCRIPT_WAIT)
		return true;
	bool found = step->verb == SCRIPT_PULL ? find_workload(s, r)
					       : find_from(s, r);
	found &= find_profile(s, r);
	found &= find_to(s, r);
	return found;
}

const char *names_target(struct stage *s, const struct stage_run *r)
{
	struct host *h = net_host(s->net, r->step->to);
	char text[ADDR_IP4_SIZE];
	if (!h)
		return r->step->to;
	const struct router_port *port = router_port(host_router(h), MAIN_PORT);
	return arena_text(&s->outcome->arena,
			  addr_print_ip4(port->addrs[0].addr, text));
}

bool names_node_is(const struct stage *s, uint32_t number, const char *name)
{
	const struct node *n = s->world->nodes.at[number];
	return strcmp(n->name, name) == 0 || strcmp(n->label, name) == 0;
}

bool names_place(struct stage *s, const struct script_expect *e)
{
	struct {
		VEC(const char *);
	} names = {0};
	size_t count;
	if (!e->at || net_host(s->net, e->at))
		return true;
	for (size_t i = 0; i < s->world->nodes.count; i++) {
		if (names_node_is(s, (uint32_t)i, e->at)) {
			VEC_FREE(&names);
			return true;
		}
		VEC_ADD(&names, s->world->nodes.at[i]->name);
		VEC_ADD(&names, s->world->nodes.at[i]->label);
	}
	const char *const *hosts = net_host_names(s->net, &count);
	for (size_t i = 0; i < count; i++)
		VEC_ADD(&names, hosts[i]);
	diag_error(s->diag, e->at_at,
		   "the network has no router, host or segment '%s'", e->at);
	schema_suggest(s->diag, e->at, names.at, names.count);
	VEC_FREE(&names);
	return false;
}
