/* SPDX-License-Identifier: Apache-2.0 */
/* Real TLS between the client and the server of host_kit: what fails, in whose
 * words, and that a run can be repeated byte by byte. */
#include "sim/host/tls.h"

#include "tests/unit/sim/host/host_kit.h"
#include "tests/unit/suites.h"

#define DAY 86400

static const char *const others[] = {"other.example", "*.other.example"};
static const char *const elsewhere[] = {"10.11.12.13", "a.example",
					"192.0.2.1"};
static const ip4 here[] = {{0x0a0b0c0d}, {0x0a000102}};
static const char *const right[] = {"a.example", "registry.example"};

static const struct row {
	const char *name;
	struct tls_server server; /* issuer NULL: plain HTTP */
	int64_t clock;
	const char *url, *text;
} rows[] = {
	{"all is well",
	 {.issuer = "public", .not_before = -DAY, .not_after = DAY},
	 0,
	 "https://registry.example/v2/",
	 "200 OK"},
	{"TLS 1.2",
	 {.issuer = "public",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .only_12 = true},
	 0,
	 "https://registry.example/v2/",
	 "200 OK"},
	{"TLS 1.3",
	 {.issuer = "public",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .only_13 = true},
	 0,
	 "https://registry.example/v2/",
	 "200 OK"},
	{"its name among others",
	 {.issuer = "public",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .names = right,
	  .name_count = 2},
	 0,
	 "https://registry.example/v2/",
	 "200 OK"},
	{"unknown authority",
	 {.issuer = "harbor-ca", .not_before = -DAY, .not_after = DAY},
	 0,
	 "https://registry.example/v2/",
	 "Unable to connect to the server: x509: certificate signed by unknown "
	 "authority"},
	{"other names",
	 {.issuer = "public",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .names = others,
	  .name_count = 2},
	 0,
	 "https://registry.example/v2/",
	 "Unable to connect to the server: x509: certificate is valid for "
	 "other.example, *.other.example, not registry.example"},
	{"no addresses",
	 {.issuer = "public",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .names = others,
	  .name_count = 2},
	 0,
	 "https://10.0.1.2/v2/",
	 "Unable to connect to the server: x509: cannot validate certificate "
	 "for 10.0.1.2 because it doesn't contain any IP SANs"},
	{"other addresses",
	 {.issuer = "public",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .names = elsewhere,
	  .name_count = 3},
	 0,
	 "https://10.0.1.2/v2/",
	 "Unable to connect to the server: x509: certificate is valid for "
	 "10.11.12.13, 192.0.2.1, not 10.0.1.2"},
	{"its address among others",
	 {.issuer = "public",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .addresses = here,
	  .address_count = 2},
	 0,
	 "https://10.0.1.2/v2/",
	 "200 OK"},
	{"expired",
	 {.issuer = "public", .not_before = -2 * DAY, .not_after = -DAY},
	 0,
	 "https://registry.example/v2/",
	 "Unable to connect to the server: x509: certificate has expired or is "
	 "not yet valid: current time 2020-06-01T00:00:00Z is after "
	 "2020-05-31T00:00:00Z"},
	{"a clock that is behind",
	 {.issuer = "public", .not_before = -DAY, .not_after = DAY},
	 -2 * DAY,
	 "https://registry.example/v2/",
	 "Unable to connect to the server: x509: certificate has expired or is "
	 "not yet valid: current time 2020-05-30T00:00:00Z is before "
	 "2020-05-31T00:00:00Z"},
	/* Go looks at the validity first, then at the name. */
	{"all is wrong",
	 {.issuer = "harbor-ca",
	  .not_before = -2 * DAY,
	  .not_after = -DAY,
	  .names = others,
	  .name_count = 2},
	 0,
	 "https://registry.example/v2/",
	 "Unable to connect to the server: x509: certificate has expired or is "
	 "not yet valid: current time 2020-06-01T00:00:00Z is after "
	 "2020-05-31T00:00:00Z"},
	{"name and authority",
	 {.issuer = "harbor-ca",
	  .not_before = -DAY,
	  .not_after = DAY,
	  .names = others,
	  .name_count = 2},
	 0,
	 "https://registry.example/v2/",
	 "Unable to connect to the server: x509: certificate is valid for "
	 "other.example, *.other.example, not registry.example"},
	{"plain HTTP on the port",
	 {.issuer = NULL},
	 0,
	 "https://registry.example/v2/",
	 "Unable to connect to the server: http: server gave HTTP response to "
	 "HTTPS client"},
	{"plain HTTP to the port",
	 {.issuer = "public", .not_before = -DAY, .not_after = DAY},
	 0,
	 "http://registry.example:443/v2/",
	 "400 Bad Request"},
};

/* What the client reads as host_kit's text. */
static void request(struct host_kit *h, const struct row *row)
{
	struct tls_server tls = row->server;
	struct registry_conf conf = {.port = 443,
				     .tls = tls.issuer ? &tls : NULL};
	struct registry_page page = {443, 200, "{}", NULL};
	struct probe_conf get = {.kind = PROBE_HTTP, .target = row->url};
	tls.not_before += VCLOCK_EPOCH;
	tls.not_after += VCLOCK_EPOCH;
	registry_serve(h->server, &conf);
	if (!tls.issuer)
		registry_serve_page(h->server, &page);
	h->conf.clock_offset = row->clock;
	host_configure(h->client, &h->conf);
	host_kit_probe(h, &get);
}

START_TEST(each_fault_has_its_words)
{
	struct host_kit h;
	if (!tls_is_built())
		return;
	host_kit_init(&h);
	request(&h, &rows[_i]);
	ck_assert_msg(!strcmp(str_text(&h.text), rows[_i].text), "%s: %s",
		      rows[_i].name, str_text(&h.text));
	ck_assert_uint_lt(h.took, VCLOCK_S);
	host_kit_fini(&h);
}
END_TEST

/* What a client makes of an answer that is wrong from the start. */
static enum tls_fault_kind fault_of(const char *answer, size_t len)
{
	struct tls_client client = {.host = "registry.example"};
	struct tls_secret secret = {.world = 1, .side = 2};
	struct tls *t = tls_connect(&client, &secret);
	tls_step(t);
	tls_take(t, (const uint8_t *)answer, len);
	ck_assert_int_eq(tls_step(t), TLS_FAILED);
	enum tls_fault_kind kind = tls_fault(t)->kind;
	tls_free(t);
	return kind;
}

START_TEST(a_bad_record_is_not_what_is_no_record)
{
	if (!tls_is_built())
		return;
	ck_assert_int_eq(fault_of("HTTP/1.0 400 Bad", 16),
			 TLS_FAULT_PLAIN_HTTP);
	ck_assert_int_eq(fault_of("SSH-2.0-OpenSSH_9.2\r\n", 21),
			 TLS_FAULT_NOT_TLS);
	/* a handshake of version 9: no record; of version 3, but nonsense */
	ck_assert_int_eq(fault_of("\x16\x09\x01\x00\x02xx", 7),
			 TLS_FAULT_NOT_TLS);
	ck_assert_int_eq(fault_of("\x16\x03\x03\x00\x04xxxx", 9),
			 TLS_FAULT_OTHER);
	/* an alert of three bytes, which have two; a type that there is not */
	ck_assert_int_eq(fault_of("\x15\x03\x03\x00\x03\x02\x28\x00", 8),
			 TLS_FAULT_OTHER);
	ck_assert_int_eq(fault_of("\x63\x03\x03\x00\x04xxxx", 9),
			 TLS_FAULT_NOT_TLS);
}
END_TEST

/* The hash of all frames of a request in a world of that seed. */
static uint64_t frames_of(uint64_t seed, const struct row *row)
{
	struct host_kit h;
	uint64_t hash = 0;
	host_kit_init(&h);
	h.k.world->seed = seed;
	request(&h, row);
	for (size_t i = 0; i < h.k.frames.count; i++)
		for (size_t j = 0; j < sizeof(h.k.frames.at[i].bytes); j++)
			hash = hash * 31 + h.k.frames.at[i].bytes[j];
	host_kit_fini(&h);
	return hash;
}

START_TEST(the_same_seed_gives_the_same_bytes)
{
	if (!tls_is_built())
		return;
	for (int i = 0; i < 4; i++) {
		uint64_t first = frames_of(7, &rows[i]);
		uint64_t other = frames_of(8, &rows[i]);
		ck_assert_uint_eq(frames_of(7, &rows[i]), first);
		ck_assert_uint_ne(other, first);
	}
}
END_TEST

/* Its record has a type that TLS 1.2 shows: alert, which can be read in no
 * other way. Without it a message may have been cut off (RFC 8446 6.1). */
START_TEST(an_end_is_announced)
{
	struct host_kit h;
	size_t alerts = 0;
	if (!tls_is_built())
		return;
	host_kit_init(&h);
	request(&h, &rows[1]);
	for (size_t i = 0; i < h.k.frames.count; i++) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		size_t head = ETH_SIZE + IP4_SIZE + TCP_SIZE;
		if (f->nic == host_kit_nic(h.client) &&
		    eth_type(f->bytes) == ETH_TYPE_IP4 && f->len > head &&
		    f->bytes[ETH_SIZE + 9] == IP4_PROTO_TCP)
			alerts += f->bytes[head] == 0x15;
	}
	ck_assert_uint_eq(alerts, 1);
	host_kit_fini(&h);
}
END_TEST

/* What observers are told, in order. */
static struct str told;

static void on_secrets(void *context, const char *lines, size_t len)
{
	(void)context;
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(lines[len - 1], '\n');
	str_add_len(&told, lines, strcspn(lines, " "));
	str_add(&told, " ");
}

static void on_inside(void *context, const struct watch_inside *what)
{
	(void)context;
	str_add_len(&told, (const char *)what->bytes, 8);
	str_add(&told, " ");
}

static void hear(const struct row *row, const char *wanted)
{
	struct host_kit h;
	struct watch w = {.secrets = on_secrets, .inside = on_inside};
	host_kit_init(&h);
	world_watch(h.k.world, &w);
	request(&h, row);
	ck_assert_str_eq(str_text(&told), wanted);
	world_unwatch(h.k.world, &w);
	host_kit_fini(&h);
	str_fini(&told);
	told = (struct str){0};
}

START_TEST(keys_are_told_before_what_they_open)
{
	if (!tls_is_built())
		return;
	hear(&rows[1], "CLIENT_RANDOM GET /v2/ HTTP/1.1 ");
	hear(&rows[2], "SERVER_HANDSHAKE_TRAFFIC_SECRET "
		       "CLIENT_HANDSHAKE_TRAFFIC_SECRET EXPORTER_SECRET "
		       "SERVER_TRAFFIC_SECRET_0 CLIENT_TRAFFIC_SECRET_0 "
		       "GET /v2/ HTTP/1.1 ");
}
END_TEST

Suite *tls_test_suite(void);
Suite *tls_test_suite(void)
{
	Suite *s = suite_create("host/tls");
	TCase *c = tcase_create("tls");
	tcase_add_loop_test(c, each_fault_has_its_words, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, a_bad_record_is_not_what_is_no_record);
	tcase_add_test(c, the_same_seed_gives_the_same_bytes);
	tcase_add_test(c, an_end_is_announced);
	tcase_add_test(c, keys_are_told_before_what_they_open);
	suite_add_tcase(s, c);
	return s;
}
