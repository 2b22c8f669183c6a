/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's source of chance, made repeatable: a provider inside the program
 * whose one algorithm, "SIM-RAND", gives the numbers of a seed. For simulated
 * secrets only; it keeps nobody out.
 *
 * tls_rand_library makes a library context that uses it for everything, and
 * reads no configuration; before each call into OpenSSL tls_rand_use says
 * whose numbers come next. */
#ifndef TLS_RAND_H
#define TLS_RAND_H

#include <openssl/crypto.h>
#include <stdint.h>

/* Where the numbers of one side of one connection have got to. */
struct tls_rand {
	uint64_t seed, count;
};

/* NULL if OpenSSL cannot be set up. */
OSSL_LIB_CTX *tls_rand_library(void);
/* Until the next call; 'r' is the caller's. */
void tls_rand_use(struct tls_rand *r);

#endif
