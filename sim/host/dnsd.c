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
	struct dnsd_conf conf;
};

static const struct dnsd_record *find(const struct dnsd *d, const char *name)
{
	for (size_t i = 0; i < d->conf.record_count; i++)
		if (!strcasecmp(d->conf.records[i].name, name))
			return &d->conf.records[i];
	return NULL;
}

/* Whether 'name' is 'zone' or ends with it, label by label. */
static bool is_within(const char *name, const char *zone)
{
	size_t len = strlen(name), end = strlen(zone);
	return len >= end && !strcasecmp(name + len - end, zone) &&
	       (len == end || name[len - end - 1] == '.');
}

/* For a name without a record. */
static enum dns_rcode rcode_of(const struct dnsd *d, const char *name)
{
	for (size_t i = 0; i < d->conf.record_count; i++)
		if (is_within(d->conf.records[i].name, name))
			return DNS_NOERROR; /* RFC 8020: it is there */
	for (size_t i = 0; i < d->conf.zone_count; i++)
		if (is_within(name, d->conf.zones[i]))
			return strcasecmp(name, d->conf.zones[i]) ? DNS_NXDOMAIN
								  : DNS_NOERROR;
	return d->conf.others;
}

static void fill(const struct dnsd *d, struct dns *m)
{
	const struct dnsd_record *r = find(d, m->name);
	m->response = m->authoritative = m->recursion_available = true;
	m->answer_count = 0;
	m->rcode = r ? r->rcode : rcode_of(d, m->name);
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
	d->conf.others = DNS_NXDOMAIN;
	arena_init(&d->arena);
	d->socket = (struct stack_udp){
		.port = DNS_PORT, .receive = on_question, .context = d};
	stack_udp_open(host_stack(h), &d->socket);
	host_own(h, d, free_dnsd);
	return d;
}

static void copy_record(struct dnsd *d, const struct dnsd_record *from,
			struct dnsd_record *to)
{
	ip4 *addrs = ARENA_ARRAY(&d->arena, from->addr_count, ip4);
	for (size_t i = 0; i < from->addr_count; i++)
		addrs[i] = from->addrs[i];
	*to = *from;
	to->name = arena_text(&d->arena, from->name);
	to->addrs = addrs;
}

void dnsd_set(struct dnsd *d, const struct dnsd_conf *conf)
{
	arena_fini(&d->arena);
	arena_init(&d->arena);
	struct dnsd_record *records =
		ARENA_ARRAY(&d->arena, conf->record_count, struct dnsd_record);
	const char **zones = (const char **)arena_alloc(
		&d->arena, conf->zone_count, sizeof(const char *));
	for (size_t i = 0; i < conf->record_count; i++)
		copy_record(d, &conf->records[i], &records[i]);
	for (size_t i = 0; i < conf->zone_count; i++)
		zones[i] = arena_text(&d->arena, conf->zones[i]);
	d->conf = *conf;
	d->conf.records = records;
	d->conf.zones = zones;
}
