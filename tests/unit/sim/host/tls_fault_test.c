/* SPDX-License-Identifier: Apache-2.0 */
/* The words of Go's crypto/x509 and crypto/tls. */
#include "sim/host/tls_fault.h"

#include <check.h>

#include "tests/unit/suites.h"

#define WRONG_TIME                                                             \
	"x509: certificate has expired or is not yet valid: current time "

static const struct {
	struct tls_fault fault;
	const char *names, *text;
} rows[] = {
	{{.kind = TLS_FAULT_EARLY, .now = 0, .limit = 86400},
	 "",
	 WRONG_TIME "1970-01-01T00:00:00Z is before 1970-01-02T00:00:00Z"},
	{{.kind = TLS_FAULT_EXPIRED, .now = 1590969600, .limit = 1590969599},
	 "",
	 WRONG_TIME "2020-06-01T00:00:00Z is after 2020-05-31T23:59:59Z"},
	{{.kind = TLS_FAULT_NAME, .wanted = "a.example"},
	 "b.example, c.example",
	 "x509: certificate is valid for b.example, c.example, not a.example"},
	{{.kind = TLS_FAULT_NAME, .wanted = "a.example"},
	 "",
	 "x509: certificate is not valid for any names, but wanted to match "
	 "a.example"},
	{{.kind = TLS_FAULT_NAME, .wanted = "10.0.0.1", .wanted_address = true},
	 "",
	 "x509: cannot validate certificate for 10.0.0.1 because it doesn't "
	 "contain any IP SANs"},
	{{.kind = TLS_FAULT_AUTHORITY},
	 "",
	 "x509: certificate signed by unknown authority"},
	{{.kind = TLS_FAULT_TIMEOUT}, "", "net/http: TLS handshake timeout"},
	{{.kind = TLS_FAULT_PLAIN_HTTP},
	 "",
	 "http: server gave HTTP response to HTTPS client"},
	{{.kind = TLS_FAULT_NOT_TLS},
	 "",
	 "tls: first record does not look like a TLS handshake"},
	{{.kind = TLS_FAULT_OTHER}, "", "tls: handshake failure"},
};

START_TEST(each_fault_is_worded_as_go_does)
{
	struct tls_fault f = rows[_i].fault;
	struct str text = {0};
	str_add(&f.names, rows[_i].names);
	tls_fault_text(&f, &text);
	ck_assert_str_eq(str_text(&text), rows[_i].text);
	str_fini(&text);
	tls_fault_fini(&f);
}
END_TEST

/* alertText in crypto/tls/alert.go, by the numbers of RFC 8446 section 6. */
static const struct {
	uint8_t alert;
	const char *text;
} alerts[] = {
	{0, "close notify"},
	{10, "unexpected message"},
	{20, "bad record MAC"},
	{40, "handshake failure"},
	{42, "bad certificate"},
	{45, "expired certificate"},
	{47, "illegal parameter"},
	{48, "unknown certificate authority"},
	{50, "error decoding message"},
	{51, "error decrypting message"},
	{70, "protocol version not supported"},
	{80, "internal error"},
	{112, "unrecognized name"},
	{113, "alert(113)"},
};

START_TEST(each_alert_is_worded_as_go_does)
{
	struct tls_fault f = {.kind = TLS_FAULT_ALERT,
			      .alert = alerts[_i].alert};
	struct str text = {0}, wanted = {0};
	str_addf(&wanted, "remote error: tls: %s", alerts[_i].text);
	tls_fault_text(&f, &text);
	ck_assert_str_eq(str_text(&text), str_text(&wanted));
	str_fini(&text);
	str_fini(&wanted);
}
END_TEST

Suite *tls_fault_test_suite(void);
Suite *tls_fault_test_suite(void)
{
	Suite *s = suite_create("host/tls_fault");
	TCase *c = tcase_create("tls_fault");
	tcase_add_loop_test(c, each_fault_is_worded_as_go_does, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(c, each_alert_is_worded_as_go_does, 0,
			    sizeof(alerts) / sizeof(alerts[0]));
	suite_add_tcase(s, c);
	return s;
}
