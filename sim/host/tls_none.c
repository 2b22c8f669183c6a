/* SPDX-License-Identifier: Apache-2.0 */
/* In place of tls.c in a build with NO_TLS=1: no connection is ever made, so
 * nothing else is ever called. */
#include "sim/host/tls.h"

bool tls_is_built(void)
{
	return false;
}

struct tls *tls_connect(const struct tls_client *c,
			const struct tls_secret *secret)
{
	(void)c;
	(void)secret;
	return NULL;
}

struct tls *tls_accept(const struct tls_server *s,
		       const struct tls_secret *secret)
{
	(void)s;
	(void)secret;
	return NULL;
}

void tls_free(struct tls *t)
{
	(void)t;
}

void tls_take(struct tls *t, const uint8_t *bytes, size_t len)
{
	(void)t;
	(void)bytes;
	(void)len;
}

enum tls_state tls_step(struct tls *t)
{
	(void)t;
	return TLS_FAILED;
}

size_t tls_read(struct tls *t, uint8_t *out, size_t room)
{
	(void)t;
	(void)out;
	(void)room;
	return 0;
}

void tls_write(struct tls *t, const void *bytes, size_t len)
{
	(void)t;
	(void)bytes;
	(void)len;
}

void tls_end(struct tls *t)
{
	(void)t;
}

const uint8_t *tls_out(struct tls *t, size_t *len)
{
	(void)t;
	*len = 0;
	return NULL;
}

const struct tls_fault *tls_fault(const struct tls *t)
{
	(void)t;
	return NULL;
}
