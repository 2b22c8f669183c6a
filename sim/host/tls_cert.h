/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates from a seed: authorities by name, each a root and an intermediate
 * that signs, and servers' certificates under them. Ed25519 (RFC 8410), so that
 * keys and signatures follow from the seed alone.
 *
 * Authorities are made when first asked for and kept. */
#ifndef TLS_CERT_H
#define TLS_CERT_H

#include <openssl/x509.h>

#include "sim/host/tls.h"

/* An authority of the network with seed 'world'; NULL if OpenSSL fails. Valid
 * until authorities of another network are asked for. */
struct tls_cert_authority;
const struct tls_cert_authority *
tls_cert_find(OSSL_LIB_CTX *library, uint64_t world, const char *name);
X509 *tls_cert_root(const struct tls_cert_authority *a);
X509 *tls_cert_intermediate(const struct tls_cert_authority *a);

/* What a certificate is to say. */
struct tls_cert_wish {
	const struct tls_server *server;
	const char *sni; /* the name asked for; NULL: none */
	uint64_t world;
};

/* False if OpenSSL fails; else both are the caller's. */
bool tls_cert_make(OSSL_LIB_CTX *library, const struct tls_cert_authority *a,
		   const struct tls_cert_wish *wish, X509 **cert,
		   EVP_PKEY **key);

#endif
