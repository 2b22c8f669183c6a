/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/stream.h"

#include "sim/base/hash.h"
#include "sim/base/mem.h"

#define READ_SIZE 16384 /* what a TLS record holds at most */

struct stream {
	struct host *host;
	struct conn *conn; /* NULL: never left, failed, or ended */
	struct tls *tls;   /* NULL: plain, or not yet */
	const struct stream_events *events; /* NULL: abandoned */
	void *context;
	struct stream_to to;
	const struct tls_server *server_tls; /* until the client speaks */
	struct vclock_timer timer; /* the dial's or the handshake's; or tells of
				    * a failed start */
	uint32_t flow;
	ip4 local;
	uint16_t local_port;
	bool server, connected, ready, finished;
	bool busy;   /* reading: it may be closed meanwhile, not freed */
	bool closed; /* ... and was */
	enum stack_error error;
};

static struct world *world_of(const struct stream *s)
{
	return host_world(s->host);
}

static struct vclock *clock_of(const struct stream *s)
{
	return &world_of(s)->clock;
}

static void free_stream(struct stream *s)
{
	vclock_cancel(clock_of(s), &s->timer);
	tls_free(s->tls);
	mem_free(s);
}

static void on_keys(void *context, const char *line, size_t len)
{
	const struct stream *s = context;
	world_secrets(world_of(s), line, len);
}

static struct tls_secret secret_of(struct stream *s)
{
	uint64_t world = world_of(s)->seed;
	uint64_t side = (uint64_t)s->flow << 1 | s->server;
	return (struct tls_secret){.world = world,
				   .side = hash_mix64(world) ^ hash_mix64(side),
				   .keys = on_keys,
				   .context = s};
}

static void flush(struct stream *s)
{
	size_t len;
	const uint8_t *bytes = tls_out(s->tls, &len);
	if (len && s->conn)
		conn_send(s->conn, bytes, len);
}

static void become_ready(struct stream *s)
{
	vclock_cancel(clock_of(s), &s->timer);
	s->ready = true;
	if (s->events->ready)
		s->events->ready(s->context);
}

static void tell_fault(struct stream *s, const struct tls_fault *f)
{
	struct tls *ended = s->tls;
	vclock_cancel(clock_of(s), &s->timer);
	s->tls = NULL;
	if (s->events->tls_failed)
		s->events->tls_failed(s->context, f);
	tls_free(ended);
}

static void finish(struct stream *s)
{
	if (s->finished)
		return;
	s->finished = true;
	if (s->events->finished)
		s->events->finished(s->context);
}

static void read_all(struct stream *s)
{
	uint8_t bytes[READ_SIZE];
	size_t len;
	while (!s->closed && (len = tls_read(s->tls, bytes, sizeof(bytes))))
		s->events->received(s->context, bytes, len);
	if (s->closed)
		return;
	flush(s);
	if (tls_step(s->tls) == TLS_ENDED)
		finish(s);
}

/* As far as it goes with what has come. */
static void go_on(struct stream *s)
{
	bool was_ready = s->ready;
	s->busy = true;
	enum tls_state state = tls_step(s->tls);
	flush(s);
	if (state == TLS_FAILED) {
		tell_fault(s, tls_fault(s->tls));
	} else if (state == TLS_OPEN) {
		if (!was_ready)
			become_ready(s);
		if (!s->closed)
			read_all(s);
	}
	s->busy = false;
	if (s->closed)
		free_stream(s);
}

static void begin_tls(struct stream *s)
{
	const struct host_conf *conf = host_conf(s->host);
	struct tls_secret secret = secret_of(s);
	struct tls_client client = {s->to.tls_host, conf->authorities,
				    conf->authority_count, host_time(s->host)};
	s->tls = tls_connect(&client, &secret);
	if (s->tls && s->to.tls_timeout)
		vclock_set(clock_of(s), &s->timer,
			   clock_of(s)->now + s->to.tls_timeout);
}

static void on_connected(void *context)
{
	struct stream *s = context;
	vclock_cancel(clock_of(s), &s->timer);
	if (!s->events) { /* too late: nobody wants it any more */
		conn_close(s->conn);
		free_stream(s);
		return;
	}
	s->connected = true;
	if (s->to.tls_host)
		begin_tls(s);
	if (s->tls)
		go_on(s);
	else
		become_ready(s);
}

/* Only now: many a connection is opened and closed without a word. */
static void expect_tls(struct stream *s)
{
	struct tls_secret secret = secret_of(s);
	s->tls = tls_accept(s->server_tls, &secret);
	s->server_tls = NULL;
}

static void on_received(void *context, const uint8_t *bytes, size_t len)
{
	struct stream *s = context;
	if (s->server_tls)
		expect_tls(s);
	if (!s->tls) {
		s->events->received(s->context, bytes, len);
		return;
	}
	tls_take(s->tls, bytes, len);
	go_on(s);
}

static void on_finished(void *context)
{
	finish(context);
}

static void on_failed(void *context, enum stack_error error)
{
	struct stream *s = context;
	s->conn = NULL;
	vclock_cancel(clock_of(s), &s->timer);
	if (!s->events)
		free_stream(s);
	else if (s->events->failed)
		s->events->failed(s->context, error);
}

static const struct conn_events conn_events = {.connected = on_connected,
					       .received = on_received,
					       .finished = on_finished,
					       .failed = on_failed};

static void on_timer(void *context)
{
	struct stream *s = context;
	if (!s->conn) {
		s->events->failed(s->context, s->error);
		return;
	}
	if (s->tls) {
		struct tls_fault late = {.kind = TLS_FAULT_TIMEOUT};
		tell_fault(s, &late);
		return;
	}
	conn_abort(s->conn);
	s->conn = NULL;
	if (s->events)
		s->events->dial_timed_out(s->context);
	else
		free_stream(s);
}

static struct stream *
new_stream(struct host *h, const struct stream_events *events, void *context)
{
	struct stream *s = MEM_NEW(struct stream);
	s->host = h;
	s->events = events;
	s->context = context;
	s->timer.fire = on_timer;
	s->timer.context = s;
	return s;
}

static void take_conn(struct stream *s)
{
	s->flow = conn_flow(s->conn);
	s->local = conn_local(s->conn, &s->local_port);
	conn_set_events(s->conn, &conn_events, s);
}

struct stream *stream_dial(struct host *h, const struct stream_to *to,
			   const struct stream_events *events, void *context)
{
	struct stream *s = new_stream(h, events, context);
	uint64_t now = clock_of(s)->now;
	s->to = *to;
	s->conn = conn_connect(h, to->addr, to->port, 0, &s->error);
	if (!s->conn) {
		vclock_set(clock_of(s), &s->timer, now);
		return s;
	}
	take_conn(s);
	if (to->dial_timeout)
		vclock_set(clock_of(s), &s->timer, now + to->dial_timeout);
	return s;
}

struct stream *stream_accept(struct host *h, struct conn *c,
			     const struct tls_server *tls,
			     const struct stream_events *events, void *context)
{
	struct stream *s = new_stream(h, events, context);
	s->conn = c;
	s->server_tls = tls;
	s->server = s->connected = true;
	take_conn(s);
	return s;
}

/* Observers may know what is inside what they see. */
static void tell_inside(struct stream *s, const void *bytes, size_t len)
{
	struct watch_inside inside = {.flow = s->flow,
				      .leg = s->server ? PKT_REPLY
						       : PKT_REQUEST,
				      .seq = conn_next_seq(s->conn),
				      .bytes = bytes,
				      .len = len};
	world_inside(world_of(s), &inside);
}

void stream_send(struct stream *s, const void *bytes, size_t len)
{
	if (!s->conn)
		return;
	if (!s->tls) {
		conn_send(s->conn, bytes, len);
		return;
	}
	tell_inside(s, bytes, len);
	tls_write(s->tls, bytes, len);
	flush(s);
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->conn && s->tls && s->ready) {
		tls_end(s->tls);
		flush(s);
	}
	if (s->conn)
		conn_close(s->conn);
	s->conn = NULL;
	s->closed = true;
	if (!s->busy)
		free_stream(s);
}

void stream_abandon(struct stream *s)
{
	if (!s->conn || s->connected)
		stream_close(s);
	else
		s->events = NULL;
}

uint32_t stream_flow(const struct stream *s)
{
	return s->flow;
}

ip4 stream_local(const struct stream *s, uint16_t *port)
{
	*port = s->local_port;
	return s->local;
}

bool stream_is_connected(const struct stream *s)
{
	return s->connected;
}
