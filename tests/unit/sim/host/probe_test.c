/* SPDX-License-Identifier: Apache-2.0 */
/* What a person may ask, and what comes back. */
#include "sim/host/probe.h"

#include "tests/unit/sim/host/host_kit.h"

static struct host_kit h;

static void setup(void)
{
	static const struct registry_page page = {80, 200, "hello", NULL},
					  other = {8080, 404, "none", NULL};
	host_kit_init(&h);
	registry_serve_page(h.server, &page);
	registry_serve_page(h.server, &other);
}

static void teardown(void)
{
	host_kit_fini(&h);
}

#define NONE "not an http:// or https:// address"

static const struct {
	const char *url, *text; /* how it begins */
	bool ok;
} urls[] = {
	{"http://10.0.1.2/", "200 OK", true},
	{"http://10.0.1.2", "200 OK", true},
	{"http://10.0.1.2:80", "200 OK", true},
	{"http://registry.example/a/b", "200 OK", true},
	{"http://10.0.1.2:8080/", "404 Not Found", false},
	{"https://registry.example/v2/", "200 OK", true},
	{"https://registry.example:443/v2/", "200 OK", true},
	{"http://10.0.1.2:81/", "The connection to the server", false},
	{"http://10.0.1.2:65535/", "The connection to the server", false},
	{"ftp://10.0.1.2/", NONE, false},
	{"10.0.1.2", NONE, false},
	{"http:/10.0.1.2/", NONE, false},
	{"http://", NONE, false},
	{"http:///a", NONE, false},
	{"http://10.0.1.2:0/", NONE, false},
	{"http://10.0.1.2:65536/", NONE, false},
	{"http://10.0.1.2:-1/", NONE, false},
	{"http://10.0.1.2:/", NONE, false},
	{"http://10.0.1.2:80a/", NONE, false},
};

START_TEST(addresses_of_pages)
{
	struct probe_conf c = {.kind = PROBE_HTTP, .target = urls[_i].url};
	ck_assert_msg(host_kit_probe(&h, &c) == urls[_i].ok, "%s: %s",
		      urls[_i].url, str_text(&h.text));
	ck_assert_msg(!strncmp(str_text(&h.text), urls[_i].text,
			       strlen(urls[_i].text)),
		      "%s: %s", urls[_i].url, str_text(&h.text));
}
END_TEST

static const struct {
	enum probe_kind kind;
	const char *target, *text; /* how it begins, or NULL */
	uint16_t port;
	uint64_t timeout, ms; /* until it is over, so far */
	bool ok;
} rows[] = {
	{PROBE_PING, "10.0.1.2", "reply from 10.0.1.2 in ", 0, 0, 0, true},
	{PROBE_PING, "registry.example", "reply from 10.0.1.2", 0, 0, 0, true},
	{PROBE_PING, "10.0.1.53", "no reply", 0, 0, 10000, false},
	{PROBE_PING, "10.0.1.53", "no reply", 0, VCLOCK_S, 1000, false},
	{PROBE_PING, "10.0.1.77", "no route to host", 0, 0, 3000, false},
	{PROBE_TCP, "10.0.1.2", "connected", 443, 0, 0, true},
	{PROBE_TCP, "registry.example", "connected", 443, 0, 0, true},
	{PROBE_TCP, "10.0.1.2",
	 "dial tcp 10.0.1.2:7: connect: connection "
	 "refused",
	 7, 0, 0, false},
	{PROBE_TCP, "10.0.1.53", "dial tcp 10.0.1.53:443: i/o timeout", 443,
	 5 * VCLOCK_S, 5000, false},
	{PROBE_UDP, "10.0.1.2", "connection refused", 7, 0, 0, false},
	{PROBE_UDP, "10.0.1.53", "no answer", 7, 0, 5000, false},
	{PROBE_UDP, "10.0.1.53", "no answer", 7, 2 * VCLOCK_S, 2000, false},
	{PROBE_LOOKUP, "registry.example", "10.0.1.2", 0, 0, 0, true},
	{PROBE_LOOKUP, "empty.example",
	 "lookup empty.example on "
	 "10.0.1.53:53: no such host",
	 0, 0, 0, false},
};

/* What goes to the name server but for its own port dies on the way. */
START_TEST(answers_and_patience)
{
	struct probe_conf c = {.kind = rows[_i].kind,
			       .target = rows[_i].target,
			       .port = rows[_i].port,
			       .size = PROBE_SIZE,
			       .timeout = rows[_i].timeout};
	if (!strcmp(rows[_i].target, "10.0.1.53"))
		host_kit_filter(&h, ACL_DROP, "10.0.1.53/32");
	ck_assert_msg(host_kit_probe(&h, &c) == rows[_i].ok, "%s",
		      str_text(&h.text));
	ck_assert_msg(!strncmp(str_text(&h.text), rows[_i].text,
			       strlen(rows[_i].text)),
		      "%s", str_text(&h.text));
	ck_assert_msg(h.took / VCLOCK_MS / 100 == rows[_i].ms / 100,
		      "%s after %llu ns", str_text(&h.text),
		      (unsigned long long)h.took);
}
END_TEST

START_TEST(what_it_sends_is_named)
{
	bool done = false;
	struct world *w = h.k.world;
	struct probe_conf c = {.kind = PROBE_HTTP,
			       .target = "http://registry.example:80/"};
	struct probe *p = probe_new(h.client, &c, host_kit_probed, &done);
	ck_assert(world_run_while(w, &done, world_now(w) + VCLOCK_S));
	const struct probe_result *r = probe_result(p);
	ck_assert_uint_eq(r->status, 200);
	ck_assert_uint_eq(r->flow_count, 2); /* the look-up, the request */
	ck_assert_uint_ne(r->flows[0], r->flows[1]);
	probe_free(p);
}
END_TEST

Suite *probe_test_suite(void);
Suite *probe_test_suite(void)
{
	Suite *s = suite_create("host/probe");
	TCase *c = tcase_create("probe");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, addresses_of_pages, 0,
			    sizeof(urls) / sizeof(urls[0]));
	tcase_add_loop_test(c, answers_and_patience, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, what_it_sends_is_named);
	suite_add_tcase(s, c);
	return s;
}
