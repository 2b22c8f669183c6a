/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/dnsd.h"

#include "tests/unit/sim/host/host_kit.h"

static const ip4 one = {0x01020304}, two[] = {{0x01020305}, {0x01020306}};
static const struct dnsd_record records[] = {
	{"k8s.gcr.io", &one, 1, DNS_NOERROR},
	{"harbor.corp.local", two, 2, DNS_NOERROR},
	{"api.tkg.corp.local", &one, 1, DNS_NOERROR},
	{"broken.corp.local", NULL, 0, DNS_SERVFAIL},
};
static const char *const zones[] = {"lab", "corp.local"};

/* 'text' after "lookup NAME on SERVER: ", or the addresses. */
static const struct {
	const char *name, *text;
	bool ok;
} rows[] = {
	{"k8s.gcr.io", "1.2.3.4", true},
	{"harbor.corp.local", "1.2.3.5 1.2.3.6", true},
	{"Harbor.CORP.local", "1.2.3.5 1.2.3.6", true},
	{"nothing.corp.local", "no such host", false},
	/* It is there, without an address: names are below it. */
	{"tkg.corp.local", "no such host", false},
	{"corp.local", "no such host", false},
	{"broken.corp.local", "server misbehaving", false},
	/* None of its zones: it is refused. */
	{"registry.example", "server misbehaving", false},
	{"xcorp.local", "server misbehaving", false},
	{"a.lab", "no such host", false},
};

START_TEST(zones_say_what_does_not_exist)
{
	struct host_kit h;
	struct probe_conf lookup = {.kind = PROBE_LOOKUP,
				    .target = rows[_i].name};
	struct dnsd_conf conf = {records, 4, zones, 2, DNS_REFUSED};
	host_kit_init(&h);
	dnsd_set(h.dnsd, &conf);
	ck_assert(host_kit_probe(&h, &lookup) == rows[_i].ok);
	const char *text = str_text(&h.text);
	size_t len = strlen(text), end = strlen(rows[_i].text);
	ck_assert_uint_ge(len, end);
	ck_assert_str_eq(text + len - end, rows[_i].text);
	host_kit_fini(&h);
}
END_TEST

Suite *dnsd_test_suite(void);
Suite *dnsd_test_suite(void)
{
	Suite *s = suite_create("host/dnsd");
	TCase *c = tcase_create("dnsd");
	tcase_add_loop_test(c, zones_say_what_does_not_exist, 0,
			    sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(s, c);
	return s;
}
