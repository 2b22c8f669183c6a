/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/httpc.h"

#include "sim/host/conn.h"
#include "sim/host/kubelet.h"
#include "sim/host/resolver.h"
#include "tests/unit/sim/host/host_kit.h"

static struct host_kit h;
static struct httpc *c;
static const struct httpc_result *result;

static void on_done(void *context, const struct httpc_result *r)
{
	result = r;
	*(bool *)context = true;
}

/* GET of the server's page, to its end. */
static void get(const char *body)
{
	bool done = false;
	struct world *w = h.k.world;
	struct registry_page page = {80, 200, body, NULL};
	struct httpc_call call = {.method = "GET",
				  .host = "10.0.1.2",
				  .target = "/",
				  .port = 80,
				  .profile = profile_find("curl")};
	registry_serve_page(h.server, &page);
	c = httpc_new(h.client, &call, on_done, &done);
	ck_assert(httpc_so_far(c) != NULL);
	ck_assert(world_run_while(w, &done, world_now(w) + 10 * VCLOCK_S));
	ck_assert(done && result->ok);
	ck_assert_ptr_null(httpc_so_far(c));
}

static void setup(void)
{
	host_kit_init(&h);
}

static void teardown(void)
{
	httpc_free(c);
	c = NULL;
	host_kit_fini(&h);
}

START_TEST(a_short_body_comes_with_the_head)
{
	get("hello");
	ck_assert_uint_eq(result->body_size, 5);
	ck_assert_str_eq(str_text(&result->body), "hello");
	ck_assert_uint_eq(result->flows[0], 0); /* no name was looked up */
	ck_assert_uint_ne(result->flows[1], 0);
}
END_TEST

/* In many segments; more than is kept. */
START_TEST(a_long_body_is_kept_in_part)
{
	static char body[HTTPC_BODY_KEPT + 5000];
	memset(body, 'x', sizeof(body) - 1);
	for (size_t i = 0; i < sizeof(body) - 1; i += 101)
		body[i] = (char)('a' + i % 26);
	get(body);
	ck_assert_uint_eq(result->body_size, sizeof(body) - 1);
	ck_assert_uint_eq(result->body.len, HTTPC_BODY_KEPT);
	ck_assert_mem_eq(result->body.text, body, HTTPC_BODY_KEPT);
}
END_TEST

START_TEST(a_page_may_be_empty)
{
	get("");
	ck_assert_uint_eq(result->body_size, 0);
	ck_assert_uint_eq(result->body.len, 0);
	ck_assert_uint_eq(result->response.content_length, 0);
}
END_TEST

/* GET of what 'listener' says, to its end. */
static void ask(struct conn_listener *listener)
{
	struct httpc_call call = {.method = "GET",
				  .host = "10.0.1.2",
				  .target = "/",
				  .port = 81,
				  .profile = profile_find("curl")};
	bool done = false;
	conn_listen(h.server, 81, listener);
	c = httpc_new(h.client, &call, on_done, &done);
	ck_assert(world_run_while(h.k.world, &done, 10 * VCLOCK_S));
	ck_assert(done);
}

static void hang_up(void *context, struct conn *peer)
{
	(void)context;
	conn_close(peer);
}

/* As Go's io.EOF reads. */
START_TEST(a_server_that_hangs_up_is_eof)
{
	static struct conn_listener listener = {.accepted = hang_up};
	ask(&listener);
	ck_assert(!result->ok);
	ck_assert_str_eq(str_text(&result->error), "EOF");
}
END_TEST

static void end_answer(void *context)
{
	static const char part[] = "gth: 5\r\n\r\nhello";
	conn_send(context, part, sizeof(part) - 1);
}

static struct vclock_timer later = {.fire = end_answer};

/* The head is cut where a segment ends. */
static void answer_in_two(void *context, struct conn *peer)
{
	static const char part[] = "HTTP/1.1 200 OK\r\nContent-Len";
	(void)context;
	conn_send(peer, part, sizeof(part) - 1);
	later.context = peer;
	vclock_set(&h.k.world->clock, &later, world_now(h.k.world) + VCLOCK_S);
}

START_TEST(a_head_may_come_in_two_segments)
{
	static struct conn_listener listener = {.accepted = answer_in_two};
	ask(&listener);
	ck_assert(result->ok);
	ck_assert_int_eq(result->response.status, 200);
	ck_assert_str_eq(str_text(&result->body), "hello");
}
END_TEST

START_TEST(what_was_never_made_can_be_freed)
{
	httpc_free(NULL);
	probe_free(NULL);
	pull_free(NULL);
	kubelet_free(NULL);
	resolver_free(NULL);
}
END_TEST

Suite *httpc_test_suite(void);
Suite *httpc_test_suite(void)
{
	Suite *s = suite_create("host/httpc");
	TCase *t = tcase_create("httpc");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_short_body_comes_with_the_head);
	tcase_add_test(t, a_long_body_is_kept_in_part);
	tcase_add_test(t, a_page_may_be_empty);
	tcase_add_test(t, a_server_that_hangs_up_is_eof);
	tcase_add_test(t, a_head_may_come_in_two_segments);
	tcase_add_test(t, what_was_never_made_can_be_freed);
	suite_add_tcase(s, t);
	return s;
}
