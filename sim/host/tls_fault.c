/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/tls_fault.h"

#include <stddef.h>
#include <time.h>

void tls_fault_fini(struct tls_fault *f)
{
	str_fini(&f->names);
}

/* RFC 3339, as Go's time.RFC3339 prints UTC. */
static void add_time(int64_t seconds, struct str *out)
{
	time_t at = (time_t)seconds;
	struct tm tm;
	char text[32];
	if (gmtime_r(&at, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		str_add(out, text);
}

static void add_validity(const struct tls_fault *f, struct str *out)
{
	str_add(out, "x509: certificate has expired or is not yet valid: "
		     "current time ");
	add_time(f->now, out);
	str_add(out, f->kind == TLS_FAULT_EARLY ? " is before " : " is after ");
	add_time(f->limit, out);
}

/* HostnameError.Error in crypto/x509/verify.go. */
static void add_name(const struct tls_fault *f, struct str *out)
{
	if (f->names.len)
		str_addf(out, "x509: certificate is valid for %s, not %s",
			 str_text(&f->names), f->wanted);
	else if (f->wanted_address)
		str_addf(out,
			 "x509: cannot validate certificate for %s because it "
			 "doesn't contain any IP SANs",
			 f->wanted);
	else
		str_addf(out,
			 "x509: certificate is not valid for any names, but "
			 "wanted to match %s",
			 f->wanted);
}

/* alertText in crypto/tls/alert.go. */
static void add_alert(uint8_t alert, struct str *out)
{
	static const struct {
		uint8_t number;
		const char *text;
	} known[] = {
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
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].number == alert) {
			str_addf(out, "remote error: tls: %s", known[i].text);
			return;
		}
	str_addf(out, "remote error: tls: alert(%u)", alert);
}

void tls_fault_text(const struct tls_fault *f, struct str *out)
{
	switch (f->kind) {
	case TLS_FAULT_EARLY:
	case TLS_FAULT_EXPIRED:
		add_validity(f, out);
		break;
	case TLS_FAULT_NAME:
		add_name(f, out);
		break;
	case TLS_FAULT_AUTHORITY:
		str_add(out, "x509: certificate signed by unknown authority");
		break;
	case TLS_FAULT_TIMEOUT:
		str_add(out, "net/http: TLS handshake timeout");
		break;
	case TLS_FAULT_PLAIN_HTTP:
		str_add(out, "http: server gave HTTP response to HTTPS client");
		break;
	case TLS_FAULT_NOT_TLS:
		str_add(out, "tls: first record does not look like a TLS "
			     "handshake");
		break;
	case TLS_FAULT_ALERT:
		add_alert(f->alert, out);
		break;
	default:
		str_add(out, "tls: handshake failure");
	}
}
