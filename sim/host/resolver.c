/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/resolver.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/host/stack.h"
#include "sim/wire/dns.h"

#define TIMEOUT_NS (5 * VCLOCK_S)
#define ATTEMPTS   2
#define NDOTS	   1
#define STUB_ADDR  0x7f000035U /* 127.0.0.53, when the resolver is a stub */

/* One type of question (A or AAAA) about the name at hand: attempts over
 * servers, independently of the other type. */
struct question {
	struct resolver *owner;
	uint16_t type, id;
	unsigned step; /* attempt * servers + server */
	bool over, found;
	struct stack_udp socket;
	struct vclock_timer timer;
	struct str error; /* the last one, without "lookup NAME" */
};

struct resolver {
	struct host *host;
	char name[DNS_NAME_MAX]; /* as asked for */
	resolver_done_fn *done;
	void *context;
	uint32_t flow;
	ip4 servers[HOST_NAMESERVERS];
	size_t server_count;
	char candidates[HOST_SEARCH + 1][DNS_NAME_MAX];
	size_t candidate_count, candidate;
	size_t plain; /* which candidate is the name itself */
	struct question questions[2];
	struct resolver_result result;
	struct vclock_timer start;
};

static struct vclock *clock_of(struct resolver *r)
{
	return &host_world(r->host)->clock;
}

static void next_candidate(struct resolver *r);

static void finish(struct resolver *r, bool ok)
{
	r->result.ok = ok;
	r->done(r->context, &r->result);
}

/* Go reports the error of the last type it looked at, for the name as it was
 * asked for. */
static void settle_candidate(struct resolver *r)
{
	if (r->result.addr_count) {
		finish(r, true);
		return;
	}
	const struct question *q = &r->questions[1];
	if (!q->error.len)
		q = &r->questions[0];
	if (r->candidate == r->plain || !r->result.error.len) {
		str_clear(&r->result.error);
		str_addf(&r->result.error, "lookup %s%s", r->name,
			 str_text(&q->error));
	}
	r->candidate++;
	next_candidate(r);
}

static void end_question(struct question *q)
{
	struct resolver *r = q->owner;
	q->over = true;
	vclock_cancel(clock_of(r), &q->timer);
	stack_udp_close(&q->socket);
	if (r->questions[0].over && r->questions[1].over)
		settle_candidate(r);
}

static ip4 server_of(const struct question *q)
{
	return q->owner->servers[q->step % q->owner->server_count];
}

/* " on SERVER: what", what a question ended with for now. */
static void set_error(struct question *q, const char *what)
{
	char server[ADDR_ENDPOINT_SIZE];
	str_clear(&q->error);
	str_addf(&q->error, " on %s: %s",
		 addr_print_endpoint(server_of(q), DNS_PORT, server), what);
}

static void set_socket_error(struct question *q, const char *what)
{
	char from[ADDR_ENDPOINT_SIZE], to[ADDR_ENDPOINT_SIZE], text[128];
	addr_print_endpoint(q->socket.local, q->socket.port, from);
	addr_print_endpoint(server_of(q), DNS_PORT, to);
	snprintf(text, sizeof(text), "read udp %s->%s: %s", from, to, what);
	set_error(q, text);
}

static void ask(struct question *q);

static void next_step(struct question *q)
{
	q->step++;
	stack_udp_close(&q->socket);
	if (q->step == ATTEMPTS * q->owner->server_count)
		end_question(q);
	else
		ask(q);
}

static void on_timeout(void *context)
{
	struct question *q = context;
	set_socket_error(q, "i/o timeout");
	next_step(q);
}

static void on_error(void *context, enum stack_error error)
{
	struct question *q = context;
	char text[64];
	snprintf(text, sizeof(text), "read: %s", stack_error_text(error));
	set_socket_error(q, text);
	next_step(q);
}

static void take_answers(struct question *q, const struct dns *m)
{
	struct resolver_result *result = &q->owner->result;
	for (size_t i = 0; i < m->answer_count; i++)
		if (result->addr_count < RESOLVER_ADDRS)
			result->addrs[result->addr_count++] =
				m->answers[i].addr;
}

static void on_answer(void *context, const struct stack_from *from,
		      const uint8_t *bytes, size_t len)
{
	struct question *q = context;
	struct dns m;
	(void)from;
	if (!dns_read(bytes, len, &m) || !m.response || m.id != q->id)
		return;
	if (m.rcode != DNS_NOERROR && m.rcode != DNS_NXDOMAIN) {
		set_error(q, "server misbehaving");
		next_step(q);
		return;
	}
	take_answers(q, &m);
	if (!m.answer_count)
		set_error(q, "no such host");
	end_question(q);
}

static void ask(struct question *q)
{
	struct resolver *r = q->owner;
	struct world *w = host_world(r->host);
	uint8_t bytes[DNS_SIZE_MAX];
	q->id = (uint16_t)rng_next(&w->rng);
	struct dns m = {.id = q->id,
			.recursion_desired = true,
			.edns = true,
			.type = q->type};
	memcpy(m.name, r->candidates[r->candidate], sizeof(m.name));
	q->socket = (struct stack_udp){.peer = server_of(q),
				       .peer_port = DNS_PORT,
				       .flow = r->flow,
				       .receive = on_answer,
				       .error = on_error,
				       .context = q};
	vclock_set(&w->clock, &q->timer, w->clock.now + TIMEOUT_NS);
	if (!stack_udp_open(host_stack(r->host), &q->socket)) {
		char server[ADDR_ENDPOINT_SIZE], text[96];
		snprintf(text, sizeof(text),
			 "dial udp %s: connect: network is unreachable",
			 addr_print_endpoint(server_of(q), DNS_PORT, server));
		set_error(q, text);
		vclock_cancel(&w->clock, &q->timer);
		next_step(q);
		return;
	}
	size_t len = dns_write(bytes, sizeof(bytes), &m);
	if (len)
		stack_udp_send(&q->socket, bytes, len);
}

static void next_candidate(struct resolver *r)
{
	if (r->candidate == r->candidate_count) {
		finish(r, false);
		return;
	}
	for (int i = 0; i < 2; i++) {
		struct question *q = &r->questions[i];
		q->step = 0;
		q->over = false;
		str_clear(&q->error);
	}
	/* The first cannot end everything, the second is still to come. */
	ask(&r->questions[0]);
	ask(&r->questions[1]);
}

static void begin(void *context)
{
	next_candidate(context);
}

static void add_candidate(struct resolver *r, const char *suffix)
{
	char *to = r->candidates[r->candidate_count++];
	int len = snprintf(to, DNS_NAME_MAX, "%s%s%s", r->name,
			   suffix ? "." : "", suffix ? suffix : "");
	if (len >= DNS_NAME_MAX)
		r->candidate_count--;
}

/* A name with a dot is tried as it is before the search list, another one
 * after it (ndots 1). */
static void list_candidates(struct resolver *r)
{
	const struct host_conf *conf = host_conf(r->host);
	bool has_dot = strchr(r->name, '.') != NULL;
	if (has_dot)
		add_candidate(r, NULL);
	for (size_t i = 0; i < conf->search_count; i++)
		add_candidate(r, conf->search[i]);
	r->plain = has_dot ? 0 : r->candidate_count;
	if (!has_dot)
		add_candidate(r, NULL);
}

static void list_servers(struct resolver *r)
{
	const struct host_conf *conf = host_conf(r->host);
	if (conf->resolver == HOST_RESOLVER_STUB) {
		r->servers[r->server_count++] = addr_ip4(STUB_ADDR);
		return;
	}
	for (size_t i = 0; i < conf->nameserver_count; i++)
		r->servers[r->server_count++] = conf->nameservers[i];
	if (!r->server_count) /* no usable resolv.conf */
		r->servers[r->server_count++] = addr_ip4(0x7f000001);
}

struct resolver *resolver_new(struct host *h, const char *name,
			      resolver_done_fn *done, void *context)
{
	struct resolver *r = MEM_NEW(struct resolver);
	static const uint16_t types[] = {DNS_A, DNS_AAAA};
	r->host = h;
	snprintf(r->name, sizeof(r->name), "%s", name);
	r->done = done;
	r->context = context;
	r->flow = world_flow(host_world(h));
	list_servers(r);
	list_candidates(r);
	for (int i = 0; i < 2; i++) {
		r->questions[i].owner = r;
		r->questions[i].type = types[i];
		r->questions[i].timer.fire = on_timeout;
		r->questions[i].timer.context = &r->questions[i];
	}
	r->start.fire = begin;
	r->start.context = r;
	vclock_set(clock_of(r), &r->start, 0);
	return r;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	vclock_cancel(clock_of(r), &r->start);
	for (int i = 0; i < 2; i++) {
		vclock_cancel(clock_of(r), &r->questions[i].timer);
		stack_udp_close(&r->questions[i].socket);
		str_fini(&r->questions[i].error);
	}
	str_fini(&r->result.error);
	mem_free(r);
}

uint32_t resolver_flow(const struct resolver *r)
{
	return r->flow;
}
