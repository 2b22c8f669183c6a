/* SPDX-License-Identifier: Apache-2.0 */
/* One side of a TLS 1.2 or 1.3 connection: bytes in, bytes out, no network and
 * no clock. OpenSSL does all of it, and decides what fails.
 *
 * tls_connect or tls_accept, then: tls_take what came, tls_step until it says
 * what is the matter, tls_read what was inside, tls_write what is to go, and
 * after each of them hand on tls_out. tls_free at the end. Certificates and
 * all chance come from the seed: the same seed, the same bytes.
 *
 * Built with NO_TLS=1 the first two return NULL, and all goes in plain. */
#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/host/tls_fault.h"

struct tls;

/* Lines of the key log (NSS format), each with its newline, before the bytes
 * that they open are in tls_out(). */
typedef void tls_keys_fn(void *context, const char *line, size_t len);

/* Texts and arrays are the caller's, for as long as the connection lives. */
struct tls_client {
	const char *host; /* asked for: a name (sent as SNI) or an address */
	const char *const *authorities; /* trusted, by name */
	size_t authority_count;
	int64_t now; /* by the client's clock, seconds since 1970 */
};

/* Validity in seconds since 1970. Without names the certificate is for the name
 * that the client asks for, as a well-kept server has one for each, and for
 * 'addresses' in any case. */
struct tls_server {
	const char *const *names;
	size_t name_count;
	const ip4 *addresses;
	size_t address_count;
	const char *issuer; /* the authority that signed it */
	int64_t not_before, not_after;
	bool only_12, only_13; /* else both versions */
};

struct tls_secret {
	uint64_t world; /* seed of authorities and certificates */
	uint64_t side;	/* of this side of this connection */
	tls_keys_fn *keys;
	void *context;
};

enum tls_state {
	TLS_SHAKING,
	TLS_OPEN,
	TLS_ENDED, /* the other side said that it is over */
	TLS_FAILED,
};

/* Whether this build can. */
bool tls_is_built(void);
struct tls *tls_connect(const struct tls_client *c,
			const struct tls_secret *secret);
struct tls *tls_accept(const struct tls_server *s,
		       const struct tls_secret *secret);
void tls_free(struct tls *t); /* NULL is fine */

void tls_take(struct tls *t, const uint8_t *bytes, size_t len);
enum tls_state tls_step(struct tls *t);
/* Once it is open: up to 'room' bytes of what came; 0: nothing more yet. */
size_t tls_read(struct tls *t, uint8_t *out, size_t room);
void tls_write(struct tls *t, const void *bytes, size_t len);
void tls_end(struct tls *t); /* close_notify */
/* What is to be sent; valid until the next call, and not given again. */
const uint8_t *tls_out(struct tls *t, size_t *len);
const struct tls_fault *tls_fault(const struct tls *t); /* of TLS_FAILED */

#endif
