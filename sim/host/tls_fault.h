/* SPDX-License-Identifier: Apache-2.0 */
/* Why a TLS connection did not come about, as the side that gave up knows it,
 * and how a Go program says so (crypto/x509, crypto/tls, net/http). */
#ifndef TLS_FAULT_H
#define TLS_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/str.h"

enum tls_fault_kind {
	TLS_FAULT_NONE,
	/* Of the server's certificate, in the order in which Go looks. */
	TLS_FAULT_EARLY, /* not valid yet */
	TLS_FAULT_EXPIRED,
	TLS_FAULT_NAME,	     /* it is for others */
	TLS_FAULT_AUTHORITY, /* nobody the client trusts has signed it */
	/* Of the conversation. */
	TLS_FAULT_TIMEOUT,	/* the client's handshake timer */
	TLS_FAULT_PLAIN_HTTP,	/* the server answered in plain HTTP */
	TLS_FAULT_NOT_TLS,	/* ... in something else */
	TLS_FAULT_HTTP_REQUEST, /* a server was asked in plain HTTP */
	TLS_FAULT_ALERT,	/* the other side gave up: 'alert' says why */
	TLS_FAULT_OTHER,
};

struct tls_fault {
	enum tls_fault_kind kind;
	uint8_t alert;	     /* RFC 8446 section 6 */
	int64_t now, limit;  /* EARLY, EXPIRED: seconds since 1970 */
	const char *wanted;  /* NAME: the host asked for */
	bool wanted_address; /* ... by its address */
	struct str names;    /* NAME: what it is for instead, "a, b" */
};

void tls_fault_fini(struct tls_fault *f);
/* Adds the message, without the prefix "tls: failed to verify certificate: "
 * that Go has from 1.20 on. */
void tls_fault_text(const struct tls_fault *f, struct str *out);

#endif
