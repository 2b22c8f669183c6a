/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/resolved.h"

#include <string.h>

#include "sim/base/mem.h"
#include "sim/base/vec.h"
#include "sim/host/conn.h"
#include "sim/host/stack.h"
#include "sim/wire/dns.h"

#define STUB_ADDR     0x7f000035U /* 127.0.0.53 */
#define ATTEMPT_NS    (5 * VCLOCK_S)
#define TCP_NS	      (10 * VCLOCK_S)
#define TCP_ATTEMPT   4
#define EDNS_ATTEMPTS 2
#define MISBEHAVED    4		       /* SERVFAILs until it is believed */
#define GIVE_UP_NS    (120 * VCLOCK_S) /* SD_RESOLVED_QUERY_TIMEOUT_USEC */

struct client {
	struct stack_from from;
	uint16_t id;
	bool edns;
};

struct transaction {
	struct resolved *owner;
	char name[DNS_NAME_MAX];
	uint16_t type, id;
	uint32_t flow; /* that of the first client's question */
	struct {
		VEC(struct client);
	} clients;
	struct stack_udp socket;
	struct conn *conn;
	struct vclock_timer timer;
	uint64_t started;
	unsigned attempts, misbehaved;
	struct transaction *next;
};

struct resolved {
	struct host *host;
	struct stack_udp socket;
	struct transaction *transactions;
};

static void end(struct transaction *t)
{
	struct transaction **at = &t->owner->transactions;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	stack_udp_close(&t->socket);
	if (t->conn)
		conn_abort(t->conn);
	vclock_cancel(&host_world(t->owner->host)->clock, &t->timer);
	VEC_FREE(&t->clients);
	mem_free(t);
}

/* Every client gets the answer under its own number; the question is over. */
static void answer(struct transaction *t, const struct dns *m)
{
	uint8_t bytes[DNS_SIZE_MAX];
	struct dns reply = *m;
	reply.response = reply.recursion_desired = true;
	reply.recursion_available = true;
	reply.authoritative = false;
	for (size_t i = 0; i < t->clients.count; i++) {
		const struct client *c = &t->clients.at[i];
		reply.id = c->id;
		reply.edns = c->edns;
		size_t len = dns_write(bytes, sizeof(bytes), &reply);
		stack_udp_answer(host_stack(t->owner->host), &c->from, bytes,
				 len);
	}
	end(t);
}

static void answer_servfail(struct transaction *t)
{
	struct dns m = {.rcode = DNS_SERVFAIL, .type = t->type};
	memcpy(m.name, t->name, sizeof(m.name));
	answer(t, &m);
}

static void attempt(struct transaction *t);

static void on_answer(void *context, const struct stack_from *from,
		      const uint8_t *bytes, size_t len)
{
	struct transaction *t = context;
	struct dns m;
	(void)from;
	if (!dns_read(bytes, len, &m) || !m.response || m.id != t->id)
		return;
	bool bad = m.rcode != DNS_NOERROR && m.rcode != DNS_NXDOMAIN;
	if (bad && ++t->misbehaved < MISBEHAVED)
		attempt(t);
	else if (bad)
		answer_servfail(t);
	else
		answer(t, &m);
}

static void on_icmp(void *context, enum stack_error error)
{
	(void)error;
	answer_servfail(context);
}

static void on_tcp_failed(void *context, enum stack_error error)
{
	struct transaction *t = context;
	(void)error;
	t->conn = NULL; /* UDP is tried again when the timer says so */
}

static void on_tcp_connected(void *context)
{
	struct transaction *t = context;
	/* DNS over TCP is not served here; what it shows is that the way is
	 * open, and the next UDP attempt uses it. */
	conn_close(t->conn);
	t->conn = NULL;
}

static const struct conn_events tcp_events = {.connected = on_tcp_connected,
					      .failed = on_tcp_failed};

static bool choose_server(const struct transaction *t, ip4 *server)
{
	const struct host_conf *conf = host_conf(t->owner->host);
	if (!conf->nameserver_count)
		return false;
	*server = conf->nameservers[t->attempts % conf->nameserver_count];
	return true;
}

static void attempt_tcp(struct transaction *t, ip4 server)
{
	enum stack_error error;
	t->conn = conn_connect(t->owner->host, server, DNS_PORT, 0, &error);
	if (t->conn)
		conn_set_events(t->conn, &tcp_events, t);
}

static void attempt_udp(struct transaction *t, ip4 server)
{
	struct dns m = {.recursion_desired = true,
			.edns = t->attempts < EDNS_ATTEMPTS,
			.type = t->type,
			.id = t->id};
	uint8_t bytes[DNS_SIZE_MAX];
	memcpy(m.name, t->name, sizeof(m.name));
	stack_udp_close(&t->socket);
	t->socket = (struct stack_udp){.peer = server,
				       .peer_port = DNS_PORT,
				       .all_errors = true,
				       .flow = t->flow,
				       .receive = on_answer,
				       .error = on_icmp,
				       .context = t};
	size_t len = dns_write(bytes, sizeof(bytes), &m);
	/* Without a route it keeps trying in silence (measured). */
	if (len && stack_udp_open(host_stack(t->owner->host), &t->socket))
		stack_udp_send(&t->socket, bytes, len);
}

static void attempt(struct transaction *t)
{
	struct vclock *clock = &host_world(t->owner->host)->clock;
	ip4 server;
	bool tcp = t->attempts == TCP_ATTEMPT;
	vclock_set(clock, &t->timer, clock->now + (tcp ? TCP_NS : ATTEMPT_NS));
	if (!choose_server(t, &server))
		return;
	unsigned number = t->attempts;
	if (tcp)
		attempt_tcp(t, server);
	else
		attempt_udp(t, server);
	t->attempts = number + 1;
}

static void on_timer(void *context)
{
	struct transaction *t = context;
	if (t->conn) {
		conn_abort(t->conn);
		t->conn = NULL;
	}
	uint64_t now = world_now(host_world(t->owner->host));
	if (now - t->started >= GIVE_UP_NS)
		answer_servfail(t);
	else
		attempt(t);
}

static struct transaction *find(struct resolved *r, const struct dns *m)
{
	for (struct transaction *t = r->transactions; t; t = t->next)
		if (t->type == m->type && !strcmp(t->name, m->name))
			return t;
	return NULL;
}

static struct transaction *start(struct resolved *r, const struct dns *m,
				 uint32_t flow)
{
	struct world *w = host_world(r->host);
	struct transaction *t = MEM_NEW(struct transaction);
	t->owner = r;
	memcpy(t->name, m->name, sizeof(t->name));
	t->type = m->type;
	t->id = (uint16_t)rng_next(&w->rng);
	t->flow = flow;
	t->started = world_now(w);
	t->timer.fire = on_timer;
	t->timer.context = t;
	t->next = r->transactions;
	r->transactions = t;
	return t;
}

static void on_question(void *context, const struct stack_from *from,
			const uint8_t *bytes, size_t len)
{
	struct resolved *r = context;
	struct dns m;
	if (!dns_read(bytes, len, &m) || m.response)
		return;
	struct client c = {*from, m.id, m.edns};
	struct transaction *t = find(r, &m);
	if (t) {
		VEC_ADD(&t->clients, c);
		return;
	}
	t = start(r, &m, from->flow);
	VEC_ADD(&t->clients, c);
	attempt(t);
}

struct resolved *resolved_new(struct host *h)
{
	struct resolved *r = MEM_NEW(struct resolved);
	r->host = h;
	r->socket = (struct stack_udp){.local = addr_ip4(STUB_ADDR),
				       .port = DNS_PORT,
				       .receive = on_question,
				       .context = r};
	stack_udp_open(host_stack(h), &r->socket);
	return r;
}

void resolved_free(struct resolved *r)
{
	if (!r)
		return;
	while (r->transactions)
		end(r->transactions);
	stack_udp_close(&r->socket);
	mem_free(r);
}
