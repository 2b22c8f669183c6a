/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/dnsd.h"

#include <string.h>
#include <strings.h>

#include "sim/base/arena.h"
#include "sim/base/mem.h"
#include "sim/host/stack.h"

#define TTL 300 /* seconds */

struct dnsd {
	struct host *host;
	struct stack_udp socket;
	struct arena arena;
	struct dnsd_record *records;
	size_t count;
	enum dns_rcode others;
};

static const struct dnsd_record *find(const struct dnsd *d, const char *name)
{
	for (size_t i = 0; i < d->count; i++)
		if (!strcasecmp(d->records[i].name, name))
			return &d->records[i];
	return NULL;
}

static void fill(const struct dnsd *d, struct dns *m)
{
	const struct dnsd_record *r = find(d, m->name);
	m->response = m->authoritative = m->recursion_available = true;
	m->answer_count = 0;
	m->rcode = r ? r->rcode : d->others;
	if (!r || m->rcode || m->type != DNS_A)
		return;
	for (size_t i = 0; i < r->addr_count && i < DNS_ANSWERS_MAX; i++)
		m->answers[m->answer_count++] =
			(struct dns_answer){DNS_A, TTL, r->addrs[i]};
}

static void on_question(void *context, const struct stack_from *from,
			const uint8_t *bytes, size_t len)
{
	struct dnsd *d = context;
	struct dns m;
	uint8_t out[DNS_SIZE_MAX];
	if (!dns_read(bytes, len, &m) || m.response)
		return;
	fill(d, &m);
	size_t size = dns_write(out, sizeof(out), &m);
	if (size)
		stack_udp_answer(host_stack(d->host), from, out, size);
}

static void free_dnsd(void *what)
{
	struct dnsd *d = what;
	stack_udp_close(&d->socket);
	arena_fini(&d->arena);
	mem_free(d);
}

struct dnsd *dnsd_new(struct host *h)
{
	struct dnsd *d = MEM_NEW(struct dnsd);
	d->host = h;
	d->others = DNS_NXDOMAIN;
	arena_init(&d->arena);
	d->socket = (struct stack_udp){
		.port = DNS_PORT, .receive = on_question, .context = d};
	stack_udp_open(host_stack(h), &d->socket);
	host_own(h, d, free_dnsd);
	return d;
}

void dnsd_set(struct dnsd *d, const struct dnsd_record *records, size_t count,
	      enum dns_rcode others)
{
	arena_fini(&d->arena);
	arena_init(&d->arena);
	d->records = ARENA_ARRAY(&d->arena, count, struct dnsd_record);
	d->count = count;
	d->others = others;
	for (size_t i = 0; i < count; i++) {
		ip4 *addrs = ARENA_ARRAY(&d->arena, records[i].addr_count, ip4);
		for (size_t j = 0; j < records[i].addr_count; j++)
			addrs[j] = records[i].addrs[j];
		d->records[i] = records[i];
		d->records[i].name = arena_text(&d->arena, records[i].name);
		d->records[i].addrs = addrs;
	}
}
