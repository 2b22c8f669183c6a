/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/stream.h"

#include "sim/base/mem.h"

struct stream {
	struct host *host;
	struct conn *conn; /* NULL: never left, failed, or ended */
	const struct stream_events *events; /* NULL: abandoned */
	void *context;
	struct vclock_timer timer; /* the dial's; or tells of a failed start */
	uint32_t flow;
	ip4 local;
	uint16_t local_port;
	bool ready;
	enum stack_error error;
};

static struct vclock *clock_of(struct stream *s)
{
	return &host_world(s->host)->clock;
}

static void free_stream(struct stream *s)
{
	vclock_cancel(clock_of(s), &s->timer);
	mem_free(s);
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
	s->ready = true;
	s->events->ready(s->context);
}

static void on_received(void *context, const uint8_t *bytes, size_t len)
{
	struct stream *s = context;
	s->events->received(s->context, bytes, len);
}

static void on_finished(void *context)
{
	struct stream *s = context;
	s->events->finished(s->context);
}

static void on_failed(void *context, enum stack_error error)
{
	struct stream *s = context;
	s->conn = NULL;
	vclock_cancel(clock_of(s), &s->timer);
	if (s->events)
		s->events->failed(s->context, error);
	else
		free_stream(s);
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
	conn_abort(s->conn);
	s->conn = NULL;
	if (s->events)
		s->events->dial_timed_out(s->context);
	else
		free_stream(s);
}

struct stream *stream_dial(struct host *h, const struct stream_to *to,
			   const struct stream_events *events, void *context)
{
	struct stream *s = MEM_NEW(struct stream);
	uint64_t now = host_world(h)->clock.now;
	s->host = h;
	s->events = events;
	s->context = context;
	s->timer.fire = on_timer;
	s->timer.context = s;
	s->conn = conn_connect(h, to->addr, to->port, 0, &s->error);
	if (!s->conn) {
		vclock_set(clock_of(s), &s->timer, now);
		return s;
	}
	s->flow = conn_flow(s->conn);
	s->local = conn_local(s->conn, &s->local_port);
	conn_set_events(s->conn, &conn_events, s);
	if (to->dial_timeout)
		vclock_set(clock_of(s), &s->timer, now + to->dial_timeout);
	return s;
}

void stream_send(struct stream *s, const void *bytes, size_t len)
{
	if (s->conn)
		conn_send(s->conn, bytes, len);
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->conn)
		conn_close(s->conn);
	free_stream(s);
}

void stream_abandon(struct stream *s)
{
	if (!s->conn || s->ready)
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
