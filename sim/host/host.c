/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/host.h"

#include <string.h>

#include "sim/base/mem.h"
#include "sim/base/vec.h"
#include "sim/host/resolved.h"
#include "sim/host/stack.h"

/* Something that lives on the host and is freed with it. */
struct owned {
	void *what;
	uint16_t port; /* of a service, else 0 */
	void (*free)(void *what);
};

struct host {
	struct router *router;
	struct stack *stack;
	struct host_conf conf;
	struct arena arena;
	struct resolved *resolved; /* NULL unless the resolver is a stub */
	struct {
		VEC(struct owned);
	} owned;
};

static void on_ended(void *context)
{
	struct host *h = context;
	resolved_free(h->resolved);
	stack_free(h->stack); /* connections tell services that they end */
	for (size_t i = h->owned.count; i--;)
		h->owned.at[i].free(h->owned.at[i].what);
	VEC_FREE(&h->owned);
	arena_fini(&h->arena);
	mem_free(h);
}

static void add_loopback(struct host *h)
{
	struct router_port_conf conf = {
		.name = "lo", .no_arp = true, .mtu = UINT16_MAX};
	addr_parse_if("127.0.0.1/8", &conf.addr);
	struct nic *lo = router_add_port(h->router, &conf);
	struct addr_if stub;
	addr_parse_if("127.0.0.53/32", &stub);
	router_add_addr(h->router, lo->port, stub);
	struct link_conf link = {.delay_ns = VCLOCK_US};
	link_new(host_world(h), lo, lo, &link);
}

struct host *host_new(struct world *w, const char *name, const char *label)
{
	struct host *h = MEM_NEW(struct host);
	arena_init(&h->arena);
	h->conf.authorities[h->conf.authority_count++] = HOST_PUBLIC;
	h->router = router_new(w, name, label);
	h->stack = stack_new(h->router);
	router_set_ended(h->router, on_ended, h);
	add_loopback(h);
	return h;
}

void host_configure(struct host *h, const struct host_conf *conf)
{
	h->conf = *conf;
	for (size_t i = 0; i < conf->search_count; i++)
		h->conf.search[i] = arena_text(&h->arena, conf->search[i]);
	for (size_t i = 0; i < conf->authority_count; i++)
		h->conf.authorities[i] =
			arena_text(&h->arena, conf->authorities[i]);
	if (conf->resolver != HOST_RESOLVER_STUB) {
		resolved_free(h->resolved);
		h->resolved = NULL;
	} else if (!h->resolved) {
		h->resolved = resolved_new(h);
	}
}

void host_own(struct host *h, void *what, void (*free_it)(void *what))
{
	VEC_ADD(&h->owned, ((struct owned){what, 0, free_it}));
}

void *host_service(const struct host *h, uint16_t port)
{
	for (size_t i = 0; i < h->owned.count; i++)
		if (h->owned.at[i].port == port)
			return h->owned.at[i].what;
	return NULL;
}

void host_add_service(struct host *h, uint16_t port, void *what,
		      void (*free_it)(void *what))
{
	VEC_ADD(&h->owned, ((struct owned){what, port, free_it}));
}

const struct host_conf *host_conf(const struct host *h)
{
	return &h->conf;
}

struct router *host_router(const struct host *h)
{
	return h->router;
}

struct stack *host_stack(const struct host *h)
{
	return h->stack;
}

const char *host_name(const struct host *h)
{
	return router_node(h->router)->name;
}

struct world *host_world(const struct host *h)
{
	return router_node(h->router)->world;
}

int64_t host_time(const struct host *h)
{
	uint64_t now = world_now(host_world(h)) / VCLOCK_S;
	return VCLOCK_EPOCH + (int64_t)now + h->conf.clock_offset;
}
