/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/host/conn.h"
#include "sim/host/errtext.h"
#include "sim/host/httpc.h"
#include "sim/host/resolver.h"
#include "sim/host/stack.h"

#define PING_TIMEOUT (10 * VCLOCK_S) /* ping -W 10 */
#define UDP_TIMEOUT  (5 * VCLOCK_S)
#define TCP_TIMEOUT  (150 * VCLOCK_S) /* beyond the kernel's own */

struct probe {
	struct host *host;
	struct probe_conf conf;
	char *target;
	probe_done_fn *done;
	void *context;
	ip4 addr;
	struct resolver *resolver;
	struct conn *conn;
	struct httpc *call;
	struct stack_udp udp;
	struct stack_ping ping;
	struct vclock_timer timer; /* time-out, or the start */
	bool over;
	struct probe_result result;
};

static struct world *world_of(const struct probe *p)
{
	return host_world(p->host);
}

static void add_flow(struct probe *p, uint32_t flow)
{
	struct probe_result *r = &p->result;
	if (flow && r->flow_count < sizeof(r->flows) / sizeof(r->flows[0]))
		r->flows[r->flow_count++] = flow;
}

static void finish(struct probe *p, bool ok, const char *text)
{
	if (p->over)
		return;
	p->over = true;
	vclock_cancel(&world_of(p)->clock, &p->timer);
	p->result.ok = ok;
	p->result.ended = world_now(world_of(p));
	str_add(&p->result.text, text);
	p->done(p->context, &p->result);
}

static void finish_dial(struct probe *p, const char *what)
{
	char to[ADDR_ENDPOINT_SIZE], text[128];
	snprintf(text, sizeof(text), "dial tcp %s: %s",
		 addr_print_endpoint(p->addr, p->conf.port, to), what);
	finish(p, false, text);
}

static void set_timeout(struct probe *p, uint64_t usual)
{
	uint64_t wait = p->conf.timeout ? p->conf.timeout : usual;
	vclock_set(&world_of(p)->clock, &p->timer,
		   world_now(world_of(p)) + wait);
}

static void on_tcp_connected(void *context)
{
	struct probe *p = context;
	conn_close(p->conn);
	p->conn = NULL;
	finish(p, true, "connected");
}

static void on_tcp_failed(void *context, enum stack_error error)
{
	struct probe *p = context;
	char text[64];
	p->conn = NULL;
	snprintf(text, sizeof(text), "connect: %s", stack_error_text(error));
	finish_dial(p, text);
}

static const struct conn_events tcp_events = {.connected = on_tcp_connected,
					      .failed = on_tcp_failed};

static void start_tcp(struct probe *p)
{
	enum stack_error error;
	set_timeout(p, TCP_TIMEOUT);
	p->conn = conn_connect(p->host, p->addr, p->conf.port, p->conf.sport,
			       &error);
	if (!p->conn) {
		on_tcp_failed(p, error);
		return;
	}
	conn_set_events(p->conn, &tcp_events, p);
	add_flow(p, conn_flow(p->conn));
}

static void on_udp_answer(void *context, const struct stack_from *from,
			  const uint8_t *bytes, size_t len)
{
	char text[64];
	(void)from;
	(void)bytes;
	snprintf(text, sizeof(text), "answered with %zu bytes", len);
	finish(context, true, text);
}

static void on_error(void *context, enum stack_error error)
{
	finish(context, false, stack_error_text(error));
}

static void start_udp(struct probe *p)
{
	static const uint8_t hello[] = "tierpath";
	set_timeout(p, UDP_TIMEOUT);
	p->udp = (struct stack_udp){.port = p->conf.sport,
				    .peer = p->addr,
				    .peer_port = p->conf.port,
				    .flow = world_flow(world_of(p)),
				    .all_errors = true,
				    .receive = on_udp_answer,
				    .error = on_error,
				    .context = p};
	if (!stack_udp_open(host_stack(p->host), &p->udp)) {
		finish(p, false, "network is unreachable");
		return;
	}
	add_flow(p, p->udp.flow);
	stack_udp_send(&p->udp, hello, sizeof(hello) - 1);
}

static void on_reply(void *context, uint16_t seq)
{
	struct probe *p = context;
	char text[64], addr[ADDR_IP4_SIZE];
	(void)seq;
	uint64_t took = world_now(world_of(p)) - p->result.started;
	snprintf(text, sizeof(text), "reply from %s in %.3f ms",
		 addr_print_ip4(p->addr, addr), (double)took / 1e6);
	finish(p, true, text);
}

static void start_ping(struct probe *p)
{
	set_timeout(p, PING_TIMEOUT);
	p->ping = (struct stack_ping){.peer = p->addr,
				      .flow = world_flow(world_of(p)),
				      .size = p->conf.size,
				      .fragment = p->conf.fragment,
				      .reply = on_reply,
				      .error = on_error,
				      .context = p};
	if (!stack_ping_open(host_stack(p->host), &p->ping)) {
		finish(p, false, "network is unreachable");
		return;
	}
	add_flow(p, p->ping.flow);
	stack_ping_send(&p->ping, 1);
}

static void on_http_done(void *context, const struct httpc_result *r)
{
	struct probe *p = context;
	struct str text = {0};
	add_flow(p, r->flows[0]);
	add_flow(p, r->flows[1]);
	p->result.status = r->response.status;
	if (r->ok)
		str_addf(&text, "%u %s", r->response.status,
			 r->response.reason);
	else
		errtext_request(p->conf.profile, p->target, str_text(&r->error),
				&text);
	finish(p, r->ok && r->response.status < 400, str_text(&text));
	str_fini(&text);
}

static bool is_https(const struct probe *p)
{
	return !strncmp(p->target, "https://", 8);
}

/* "https://HOST[:PORT]/PATH" or "http://...". */
static bool split_url(struct probe *p, char *host, size_t size,
		      const char **path)
{
	bool tls = is_https(p);
	if (!tls && strncmp(p->target, "http://", 7) != 0)
		return false;
	const char *at = p->target + (tls ? 8 : 7);
	size_t len = strcspn(at, ":/");
	if (!len || len >= size)
		return false;
	memcpy(host, at, len);
	host[len] = '\0';
	p->conf.port = tls ? HTTP_PORT_TLS : HTTP_PORT;
	at += len;
	if (*at == ':') {
		char *end;
		long port = strtol(at + 1, &end, 10);
		if (port < 1 || port > 65535)
			return false;
		p->conf.port = (uint16_t)port;
		at = end;
	}
	*path = *at ? at : "/";
	return **path == '/';
}

static void start_http(struct probe *p)
{
	char host[256];
	const char *path;
	if (!p->conf.profile)
		p->conf.profile = profile_find("kubectl");
	if (!split_url(p, host, sizeof(host), &path)) {
		finish(p, false, "not an http:// or https:// address");
		return;
	}
	struct httpc_call call = {.method = "GET",
				  .host = host,
				  .target = path,
				  .port = p->conf.port,
				  .tls = is_https(p),
				  .timeout = p->conf.timeout,
				  .profile = p->conf.profile};
	p->call = httpc_new(p->host, &call, on_http_done, p);
}

static void start_to_addr(struct probe *p)
{
	switch (p->conf.kind) {
	case PROBE_PING:
		start_ping(p);
		break;
	case PROBE_TCP:
		start_tcp(p);
		break;
	default:
		start_udp(p);
		break;
	}
}

static void finish_lookup(struct probe *p, const struct resolver_result *r)
{
	struct str text = {0};
	for (size_t i = 0; i < r->addr_count; i++) {
		char addr[ADDR_IP4_SIZE];
		p->result.answers[p->result.answer_count++] = r->addrs[i];
		str_addf(&text, "%s%s", i ? " " : "",
			 addr_print_ip4(r->addrs[i], addr));
	}
	finish(p, r->ok, r->ok ? str_text(&text) : str_text(&r->error));
	str_fini(&text);
}

static void on_resolved(void *context, const struct resolver_result *r)
{
	struct probe *p = context;
	if (!r->ok || p->conf.kind == PROBE_LOOKUP) {
		finish_lookup(p, r);
		return;
	}
	p->addr = r->addrs[0];
	start_to_addr(p);
}

/* Whoever gives up closes the socket: nothing is sent any more. */
static void on_timeout(void *context)
{
	struct probe *p = context;
	if (p->conn)
		conn_abort(p->conn);
	p->conn = NULL;
	if (p->conf.kind == PROBE_TCP)
		finish_dial(p, "i/o timeout");
	else if (p->conf.kind == PROBE_PING)
		finish(p, false, "no reply");
	else
		finish(p, false, "no answer");
}

static void start(void *context)
{
	struct probe *p = context;
	p->timer.fire = on_timeout;
	if (p->conf.kind == PROBE_HTTP) {
		start_http(p);
	} else if (p->conf.kind != PROBE_LOOKUP &&
		   addr_parse_ip4(p->target, &p->addr)) {
		start_to_addr(p);
	} else {
		p->resolver = resolver_new(p->host, p->target, on_resolved, p);
		add_flow(p, resolver_flow(p->resolver));
	}
}

struct probe *probe_new(struct host *h, const struct probe_conf *conf,
			probe_done_fn *done, void *context)
{
	struct probe *p = MEM_NEW(struct probe);
	p->host = h;
	p->conf = *conf;
	p->target = mem_text(conf->target);
	p->done = done;
	p->context = context;
	p->result.started = world_now(world_of(p));
	p->timer.fire = start;
	p->timer.context = p;
	vclock_set(&world_of(p)->clock, &p->timer, 0);
	return p;
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	vclock_cancel(&world_of(p)->clock, &p->timer);
	resolver_free(p->resolver);
	if (p->conn)
		conn_abort(p->conn);
	httpc_free(p->call);
	stack_udp_close(&p->udp);
	stack_ping_close(&p->ping);
	str_fini(&p->result.text);
	mem_free(p->target);
	mem_free(p);
}

const struct probe_result *probe_result(const struct probe *p)
{
	return &p->result;
}
