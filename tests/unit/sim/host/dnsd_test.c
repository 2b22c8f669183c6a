/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/dnsd.h"

#include "tests/unit/sim/host/host_kit.h"

static const ip4 one = {0x01020304}, two[] = {{0x01020305}, {0x01020306}};
static const ip4 nine[] = {{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}};
static const struct dnsd_record records[] = {
	{"k8s.gcr.io", &one, 1, DNS_NOERROR},
	{"harbor.corp.local", two, 2, DNS_NOERROR},
	{"api.tkg.corp.local", &one, 1, DNS_NOERROR},
	{"broken.corp.local", NULL, 0, DNS_SERVFAIL},
	{"many.corp.local", nine, 9, DNS_NOERROR},
	{"www.far.example", &one, 1, DNS_NOERROR},
};
static const char *const zones[] = {"lab", "corp.local"};

/* 'text' after "lookup NAME on SERVER: ", or the addresses. */
static const struct {
	const char *name, *text;
	bool ok;
	size_t count; /* of the server's answers */
} rows[] = {
	{"k8s.gcr.io", "1.2.3.4", true, 1},
	{"harbor.corp.local", "1.2.3.5 1.2.3.6", true, 2},
	{"many.corp.local", "0.0.0.8", true, 8},
	{"Harbor.CORP.local", "1.2.3.5 1.2.3.6", true, 2},
	{"nothing.corp.local", "no such host", false, 0},
	/* It is there, without an address: names are below it. */
	{"tkg.corp.local", "no such host", false, 0},
	{"corp.local", "no such host", false, 0},
	{"broken.corp.local", "server misbehaving", false, 0},
	/* None of its zones: it is refused. */
	{"registry.example", "server misbehaving", false, 0},
	/* But for what is above a record. */
	{"gcr.io", "no such host", false, 0},
	{"far.example", "no such host", false, 0},
	{"ar.example", "server misbehaving", false, 0},
	{"xcorp.local", "server misbehaving", false, 0},
	{"a.lab", "no such host", false, 0},
};

/* In the server's answer that has most; frames are kept in part. */
static size_t answers(const struct host_kit *h)
{
	const size_t count_at = ETH_SIZE + IP4_SIZE + 8 + 6;
	size_t most = 0;
	for (size_t i = 0; i < h->k.frames.count; i++) {
		const struct world_kit_frame *f = &h->k.frames.at[i];
		if (f->nic != host_kit_nic(h->dns) ||
		    be_load16(f->bytes + 12) != ETH_TYPE_IP4)
			continue;
		size_t count = be_load16(f->bytes + count_at);
		most = count > most ? count : most;
	}
	return most;
}

START_TEST(zones_say_what_does_not_exist)
{
	struct host_kit h;
	struct probe_conf lookup = {.kind = PROBE_LOOKUP,
				    .target = rows[_i].name};
	struct dnsd_conf conf = {records, 6, zones, 2, DNS_REFUSED};
	host_kit_init(&h);
	dnsd_set(h.dnsd, &conf);
	ck_assert(host_kit_probe(&h, &lookup) == rows[_i].ok);
	const char *text = str_text(&h.text);
	size_t len = strlen(text), end = strlen(rows[_i].text);
	ck_assert_uint_ge(len, end);
	ck_assert_str_eq(text + len - end, rows[_i].text);
	ck_assert_uint_eq(answers(&h), rows[_i].count);
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
