/* SPDX-License-Identifier: Apache-2.0 */
/* A stream against a peer that is no stream, and spoils what it sends. */
#include "sim/host/stream.h"

#include "tests/unit/sim/host/host_kit.h"

#define ALERT 0x15 /* the type of a record */

static struct host_kit h;

static void setup(void)
{
	host_kit_init(&h);
}

static void teardown(void)
{
	host_kit_fini(&h);
}

/* TLS 1.2, which shows the types of records, up to the end of the handshake. */
static struct {
	struct conn *conn;
	struct tls *tls;
	bool open;
	size_t alerts; /* that came behind it */
} peer;

static void on_bytes(void *context, const uint8_t *bytes, size_t len)
{
	static const uint8_t spoilt[5 + 32] = {0x17, 3, 3, 0, 32};
	(void)context;
	if (peer.open) {
		peer.alerts += bytes[0] == ALERT;
		return;
	}
	tls_take(peer.tls, bytes, len);
	peer.open = tls_step(peer.tls) == TLS_OPEN;
	const uint8_t *out = tls_out(peer.tls, &len);
	if (len)
		conn_send(peer.conn, out, len);
	if (peer.open)
		conn_send(peer.conn, spoilt, sizeof(spoilt));
}

static void on_accepted(void *context, struct conn *c)
{
	static const struct conn_events events = {.received = on_bytes};
	static const struct tls_server server = {
		.issuer = HOST_PUBLIC,
		.not_before = VCLOCK_EPOCH - 86400,
		.not_after = VCLOCK_EPOCH + 86400,
		.only_12 = true};
	struct tls_secret secret = {.world = h.k.world->seed, .side = 1};
	(void)context;
	peer.conn = c;
	peer.tls = tls_accept(&server, &secret);
	conn_set_events(c, &events, NULL);
}

static void nothing(void *context, const uint8_t *bytes, size_t len)
{
	(void)context;
	(void)bytes;
	ck_assert_uint_eq(len, 0);
}

/* Not only when its user next says something. */
START_TEST(what_tls_says_by_itself_goes_out_at_once)
{
	static const struct stream_events events = {.received = nothing};
	static struct conn_listener listener = {.accepted = on_accepted};
	struct stream_to to = {.addr = world_kit_ip4("10.0.1.2"),
			       .port = 444,
			       .tls_host = "registry.example"};
	if (!tls_is_built())
		return;
	memset(&peer, 0, sizeof(peer));
	conn_listen(h.server, 444, &listener);
	struct stream *s = stream_dial(h.client, &to, &events, NULL);
	ck_assert(world_run_until(h.k.world, VCLOCK_S));
	ck_assert(peer.open);
	ck_assert_uint_eq(peer.alerts, 1);
	stream_close(s);
	conn_abort(peer.conn);
	tls_free(peer.tls);
}
END_TEST

Suite *stream_test_suite(void);
Suite *stream_test_suite(void)
{
	Suite *s = suite_create("host/stream");
	TCase *t = tcase_create("stream");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_tls_says_by_itself_goes_out_at_once);
	suite_add_tcase(s, t);
	return s;
}
