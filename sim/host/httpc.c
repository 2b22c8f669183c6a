/* SPDX-License-Identifier: Apache-2.0 */
/* Texts are those of Go's net and net/http: "dial tcp ADDR: connect: ERRNO" for
 * what the kernel says, "dial tcp ADDR: i/o timeout" for the dialer's timer,
 * "(Client.Timeout exceeded while awaiting headers)" for the call's. */
#include "sim/host/httpc.h"

#include "sim/base/mem.h"
#include "sim/host/resolver.h"
#include "sim/host/stream.h"

struct httpc {
	struct host *host;
	struct str request, name; /* name: of the host */
	uint16_t port;
	bool tls;
	const struct profile *profile;
	httpc_done_fn *done;
	bool ended;
	void *context;
	struct resolver *resolver;
	struct stream *stream;
	struct vclock_timer timer;
	ip4 addr;
	struct str answer; /* head bytes while it is incomplete */
	bool ready, has_head;
	struct httpc_result result;
};

static struct vclock *clock_of(struct httpc *c)
{
	return &host_world(c->host)->clock;
}

/* The connection is closed here: 'done' may come long before our owner frees
 * us, and the peer's FIN must not end it twice. */
static void end(struct httpc *c, bool ok)
{
	vclock_cancel(clock_of(c), &c->timer);
	stream_close(c->stream);
	c->stream = NULL;
	c->result.ok = ok;
	c->ended = true;
	c->done(c->context, &c->result);
}

static void fail_dial(struct httpc *c, const char *prefix, const char *what)
{
	char to[ADDR_ENDPOINT_SIZE];
	str_addf(&c->result.error, "dial tcp %s: %s%s",
		 addr_print_endpoint(c->addr, c->port, to), prefix, what);
	end(c, false);
}

static void on_ready(void *context)
{
	struct httpc *c = context;
	c->ready = true;
	stream_send(c->stream, c->request.text, c->request.len);
}

static void take_body(struct httpc *c, const char *bytes, size_t len)
{
	struct httpc_result *r = &c->result;
	r->body_size += len;
	if (r->body.len < HTTPC_BODY_KEPT) {
		size_t room = HTTPC_BODY_KEPT - r->body.len;
		str_add_len(&r->body, bytes, len < room ? len : room);
	}
}

static bool has_all(const struct httpc *c)
{
	const struct http_response *r = &c->result.response;
	return r->has_length && c->result.body_size >= r->content_length;
}

static void on_received(void *context, const uint8_t *bytes, size_t len)
{
	struct httpc *c = context;
	if (c->has_head) {
		take_body(c, (const char *)bytes, len);
	} else {
		str_add_len(&c->answer, (const char *)bytes, len);
		enum http_state state =
			http_read_response((const uint8_t *)c->answer.text,
					   c->answer.len, &c->result.response);
		if (state == HTTP_MORE)
			return;
		if (state == HTTP_BAD) {
			str_add(&c->result.error,
				"net/http: malformed HTTP response");
			end(c, false);
			return;
		}
		c->has_head = true;
		size_t head = c->result.response.head_size;
		take_body(c, c->answer.text + head, c->answer.len - head);
	}
	if (has_all(c))
		end(c, true);
}

static void on_finished(void *context)
{
	struct httpc *c = context;
	/* The answer to HEAD has a length and no body. */
	if (c->has_head) {
		end(c, true);
		return;
	}
	str_add(&c->result.error, "EOF");
	end(c, false);
}

static void on_failed(void *context, enum stack_error error)
{
	struct httpc *c = context;
	if (!stream_is_connected(c->stream)) {
		fail_dial(c, "connect: ", stack_error_text(error));
		return;
	}
	char from[ADDR_ENDPOINT_SIZE], to[ADDR_ENDPOINT_SIZE];
	uint16_t port;
	ip4 local = stream_local(c->stream, &port);
	str_addf(&c->result.error, "read tcp %s->%s: read: %s",
		 addr_print_endpoint(local, port, from),
		 addr_print_endpoint(c->addr, c->port, to),
		 stack_error_text(error));
	end(c, false);
}

static void on_dial_timed_out(void *context)
{
	struct httpc *c = context;
	c->result.dial_timed_out = true;
	fail_dial(c, "", "i/o timeout");
}

static void on_tls_failed(void *context, const struct tls_fault *f)
{
	struct httpc *c = context;
	tls_fault_text(f, &c->result.error);
	end(c, false);
}

static const struct stream_events stream_events = {
	on_ready,  on_received,	      on_finished,
	on_failed, on_dial_timed_out, on_tls_failed};

static void dial(struct httpc *c)
{
	struct stream_to to = {.addr = c->addr,
			       .port = c->port,
			       .dial_timeout = c->profile->dial_timeout,
			       .tls_host = c->tls ? str_text(&c->name) : NULL,
			       .tls_timeout = c->profile->tls_timeout};
	c->stream = stream_dial(c->host, &to, &stream_events, c);
	c->result.flows[1] = stream_flow(c->stream);
}

static void on_resolved(void *context, const struct resolver_result *r)
{
	struct httpc *c = context;
	if (!r->ok) {
		str_addf(&c->result.error, "dial tcp: %s", str_text(&r->error));
		end(c, false);
		return;
	}
	c->addr = r->addrs[0];
	dial(c);
}

/* docker 19.03 (Go 1.13) uses the old cancel channel, whose words tell whether
 * the socket was usable yet; see facts of its wrapper in profile.c. */
static void on_timeout(void *context)
{
	struct httpc *c = context;
	str_addf(&c->result.error,
		 "net/http: request canceled%s (Client.Timeout exceeded while "
		 "awaiting headers)",
		 c->ready ? "" : " while waiting for connection");
	if (c->stream && c->profile->dial_outlives_call) {
		stream_abandon(c->stream);
		c->stream = NULL;
	}
	end(c, false);
}

/* The port is named unless it is that of the scheme (RFC 9110 7.2). */
static void write_request(struct httpc *c, const struct httpc_call *call)
{
	str_addf(&c->request, "%s %s HTTP/1.1\r\nHost: %s", call->method,
		 call->target, call->host);
	if (call->port != (call->tls ? HTTP_PORT_TLS : HTTP_PORT))
		str_addf(&c->request, ":%u", call->port);
	str_addf(&c->request, "\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n",
		 call->profile->name);
}

struct httpc *httpc_new(struct host *h, const struct httpc_call *call,
			httpc_done_fn *done, void *context)
{
	struct httpc *c = MEM_NEW(struct httpc);
	uint64_t now = host_world(h)->clock.now;
	c->host = h;
	c->port = call->port;
	c->tls = call->tls;
	str_add(&c->name, call->host);
	c->profile = call->profile;
	c->done = done;
	c->context = context;
	write_request(c, call);
	c->timer.fire = on_timeout;
	c->timer.context = c;
	if (call->timeout)
		vclock_set(clock_of(c), &c->timer, now + call->timeout);
	if (addr_parse_ip4(call->host, &c->addr)) {
		dial(c);
		return c;
	}
	c->resolver = resolver_new(h, call->host, on_resolved, c);
	c->result.flows[0] = resolver_flow(c->resolver);
	return c;
}

void httpc_free(struct httpc *c)
{
	if (!c)
		return;
	vclock_cancel(clock_of(c), &c->timer);
	resolver_free(c->resolver);
	stream_close(c->stream);
	str_fini(&c->request);
	str_fini(&c->name);
	str_fini(&c->answer);
	str_fini(&c->result.body);
	str_fini(&c->result.error);
	mem_free(c);
}

const struct httpc_result *httpc_so_far(const struct httpc *c)
{
	return c->ended ? NULL : &c->result;
}
