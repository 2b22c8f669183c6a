/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/portname.h"

#include <string.h>

#include "sim/base/addr.h"
#include "sim/base/mem.h"
#include "sim/world/router.h"

static bool is_part(const struct node *n)
{
	return strcmp(n->name, n->label) != 0;
}

/* A cable straight to a part of another gateway, seen from below. */
static bool is_router_link(const struct nic *n)
{
	const struct router *r = router_of(n->node);
	if (!r || !is_part(n->node) || !n->link)
		return false;
	const struct node *peer = n->link->ends[!n->end]->node;
	return router_of(n->link->ends[!n->end]->node) &&
	       strcmp(peer->label, n->node->label) != 0 &&
	       router_forward(r)->ports[n->port].uplink;
}

static bool has_port(const struct node *n, const char *name)
{
	for (uint16_t i = 0; i < n->nic_count; i++)
		if (!strcmp(n->nics[i]->name, name))
			return true;
	return false;
}

/* Whether no other part of the gateway has a port called so. */
static bool is_only_one(const struct nic *n)
{
	for (const struct node *other = n->node->next_part; other != n->node;
	     other = other->next_part)
		if (has_port(other, n->name))
			return false;
	return true;
}

void portname_print(const struct nic *n, struct str *out)
{
	if (is_router_link(n))
		str_add(out, n->node->name);
	else if (is_only_one(n))
		str_addf(out, "%s:%s", n->node->label, n->name);
	else
		str_addf(out, "%s-%s", n->node->name, n->name);
}

void portname_describe(const struct nic *n, struct str *out)
{
	const struct router *r = router_of(n->node);
	const struct router_port *p = r ? router_port(r, n->port) : NULL;
	for (unsigned i = 0; p && i < p->addr_count; i++) {
		char text[ADDR_IP4_SIZE];
		str_addf(out, "%s%s/%u", i ? ", " : "",
			 addr_print_ip4(p->addrs[i].addr, text),
			 p->addrs[i].len);
	}
	const struct nic *peer = n->link ? n->link->ends[!n->end] : NULL;
	if (!peer || peer == n)
		return;
	if (router_of(peer->node)) {
		str_add(out, " to ");
		portname_print(peer, out);
	} else {
		str_addf(out, " on %s", peer->node->name);
	}
	if (is_part(n->node))
		str_addf(out, ", part %s", n->node->name);
}

bool portname_is_shown(const struct nic *n)
{
	return router_of(n->node) != NULL;
}

static bool is_called(const struct nic *n, const char *name)
{
	struct str s = {0};
	str_addf(&s, "%s:%s", n->node->name, n->name);
	bool yes = !strcmp(str_text(&s), name) ||
		   !strcmp(n->node->name, name) ||
		   !strcmp(n->node->label, name);
	str_fini(&s);
	return yes;
}

/* Calls 'visit' for each port that captures know, until it says true. */
static bool each(const struct world *w,
		 bool (*visit)(void *context, struct nic *n), void *context)
{
	for (size_t i = 0; i < w->nodes.count; i++)
		for (uint16_t j = 0; j < w->nodes.at[i]->nic_count; j++) {
			struct nic *n = w->nodes.at[i]->nics[j];
			if (portname_is_shown(n) && visit(context, n))
				return true;
		}
	return false;
}

struct finder {
	const char *name;
	struct portname_ports *found;
	size_t before;
};

/* "domain-c8:sr" is a port before it is a part. */
static bool find_exact(void *context, struct nic *n)
{
	struct finder *f = context;
	struct str s = {0};
	portname_print(n, &s);
	bool exact = !strcmp(str_text(&s), f->name);
	str_fini(&s);
	if (exact)
		VEC_ADD(f->found, n);
	return exact;
}

static bool find_any(void *context, struct nic *n)
{
	struct finder *f = context;
	if (is_called(n, f->name))
		VEC_ADD(f->found, n);
	return false;
}

bool portname_find(const struct world *w, const char *name,
		   struct portname_ports *out)
{
	struct finder f = {name, out, out->count};
	if (!each(w, find_exact, &f))
		each(w, find_any, &f);
	return out->count > f.before;
}

struct names {
	VEC(char *);
};

static bool list(void *context, struct nic *n)
{
	struct names *to = context;
	struct str s = {0};
	portname_print(n, &s);
	VEC_ADD(to, str_take(&s));
	return false;
}

void portname_unknown(const struct world *w, const char *name, struct diag *d)
{
	struct names all = {0};
	for (size_t i = 0; i < w->nodes.count; i++)
		VEC_ADD(&all, mem_text(w->nodes.at[i]->label));
	each(w, list, &all);
	const char *const *words = (const char *const *)(void *)all.at;
	const char *near = str_nearest(name, words, all.count);
	diag_error(d, diag_nowhere(), "there is no port '%s'", name);
	if (near)
		diag_help(d, "did you mean '%s'?", near);
	else if (all.count)
		diag_help(d,
			  "ports are called as %s is; the name of a gateway or "
			  "host stands for all of its ports",
			  all.at[all.count - 1]);
	for (size_t i = 0; i < all.count; i++)
		mem_free(all.at[i]);
	VEC_FREE(&all);
}
