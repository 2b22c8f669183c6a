/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL between two memory BIOs.
 *
 * All that would make two runs differ is switched off: session tickets (they
 * hold the wall clock), configuration files, the clock for certificates; chance
 * is tls_rand.h's. Which key line is told by which side follows Wireshark's
 * need: each before the first bytes that it opens, and once.
 *
 * OpenSSL collects every fault of a certificate; the one that is told is the
 * first that Go would have looked for, which asks for validity, then for the
 * name, then for who signed it (Certificate.Verify in crypto/x509/verify.go). */
#include "sim/host/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "sim/base/mem.h"
#include "sim/host/tls_cert.h"
#include "sim/host/tls_rand.h"

#define HEAD_KEPT  5 /* bytes of the first record */
#define CIPHERS_12 "ECDHE-ECDSA-AES128-GCM-SHA256"
#define CIPHERS_13 "TLS_AES_128_GCM_SHA256"
#define GROUPS	   "X25519"
#define SIGNATURES "ed25519"

struct tls {
	SSL *ssl;
	BIO *in, *out;			 /* the SSL's */
	const struct tls_client *client; /* NULL: a server */
	struct tls_client client_copy;
	struct tls_server server;
	struct tls_secret secret;
	struct tls_rand rand;
	struct tls_fault fault;
	uint8_t head[HEAD_KEPT]; /* the first bytes that came */
	size_t head_size;
	bool given; /* what is in 'out' was handed out */
	bool ended;
};

/* Made when the first connection is. */
static _Thread_local struct {
	bool tried;
	OSSL_LIB_CTX *context;
	SSL_CTX *client, *server;
} library;

bool tls_is_built(void)
{
	return true;
}

static struct tls *tls_of(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

/* The side that has a secret before the bytes that it opens are sent. */
static bool is_first_to_know(const struct tls *t, const char *line)
{
	bool clients = !strncmp(line, "CLIENT_RANDOM ", 14) ||
		       !strncmp(line, "CLIENT_TRAFFIC_SECRET_0 ", 24);
	return clients == (t->client != NULL);
}

static void on_key_line(const SSL *ssl, const char *line)
{
	const struct tls *t = tls_of(ssl);
	struct str s = {0};
	if (!t->secret.keys || !is_first_to_know(t, line))
		return;
	str_addf(&s, "%s\n", line);
	t->secret.keys(t->secret.context, str_text(&s), s.len);
	str_fini(&s);
}

static bool use_cert(struct tls *t, const struct tls_cert_authority *a)
{
	X509 *cert;
	EVP_PKEY *key;
	struct tls_cert_wish wish = {
		&t->server,
		SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name),
		t->secret.world};
	if (!tls_cert_make(library.context, a, &wish, &cert, &key))
		return false;
	bool ok = SSL_use_certificate(t->ssl, cert) &&
		  SSL_use_PrivateKey(t->ssl, key) &&
		  SSL_add1_chain_cert(t->ssl, tls_cert_intermediate(a));
	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

/* The client has said whom it wants. */
static int on_cert_wanted(SSL *ssl, void *context)
{
	struct tls *t = tls_of(ssl);
	(void)context;
	const struct tls_cert_authority *a = tls_cert_find(
		library.context, t->secret.world, t->server.issuer);
	return a && use_cert(t, a);
}

static enum tls_fault_kind kind_of(int code)
{
	switch (code) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return TLS_FAULT_EARLY;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return TLS_FAULT_EXPIRED;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return TLS_FAULT_NAME;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_CERT_UNTRUSTED:
		return TLS_FAULT_AUTHORITY;
	default:
		return TLS_FAULT_OTHER;
	}
}

static int64_t seconds_of(const ASN1_TIME *at)
{
	int days, seconds;
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	bool ok = epoch && ASN1_TIME_diff(&days, &seconds, epoch, at);
	ASN1_TIME_free(epoch);
	return ok ? days * INT64_C(86400) + seconds : 0;
}

static void add_name(struct str *out, const GENERAL_NAME *name, int wanted)
{
	int type;
	const ASN1_STRING *s = GENERAL_NAME_get0_value(name, &type);
	if (type != wanted)
		return;
	const unsigned char *bytes = ASN1_STRING_get0_data(s);
	size_t len = (size_t)ASN1_STRING_length(s);
	str_add(out, out->len ? ", " : "");
	if (type == GEN_DNS)
		str_add_len(out, (const char *)bytes, len);
	else if (len == 4)
		str_addf(out, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2],
			 bytes[3]);
}

/* All names of the kind that was asked for. */
static void list_names(struct tls *t, X509 *cert)
{
	GENERAL_NAMES *all =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int wanted = t->fault.wanted_address ? GEN_IPADD : GEN_DNS;
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
		add_name(&t->fault.names, sk_GENERAL_NAME_value(all, i),
			 wanted);
	GENERAL_NAMES_free(all);
}

static void describe(struct tls *t, X509 *cert)
{
	struct tls_fault *f = &t->fault;
	ip4 a;
	f->now = t->client->now;
	f->wanted = t->client->host;
	f->wanted_address = addr_parse_ip4(f->wanted, &a);
	f->limit = seconds_of(f->kind == TLS_FAULT_EARLY
				      ? X509_get0_notBefore(cert)
				      : X509_get0_notAfter(cert));
	if (f->kind == TLS_FAULT_NAME && !f->names.len)
		list_names(t, cert);
}

/* Goes on, so that all faults are seen. */
static int on_fault(int ok, X509_STORE_CTX *context)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		context, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = tls_of(ssl);
	if (ok)
		return 1;
	enum tls_fault_kind kind = kind_of(X509_STORE_CTX_get_error(context));
	X509 *cert = X509_STORE_CTX_get_current_cert(context);
	if (t->fault.kind && t->fault.kind <= kind)
		return 1;
	t->fault.kind = kind;
	if (cert)
		describe(t, cert);
	return 1;
}

/* Go tells the server "bad certificate", whatever it is
 * (Conn.verifyServerCertificate in crypto/tls/handshake_client.go). */
static int verify(X509_STORE_CTX *context, void *nothing)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		context, SSL_get_ex_data_X509_STORE_CTX_idx());
	(void)nothing;
	X509_STORE_CTX_set_verify_cb(context, on_fault);
	if (X509_verify_cert(context) == 1 && !tls_of(ssl)->fault.kind)
		return 1;
	X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static SSL_CTX *make_context(const SSL_METHOD *method)
{
	SSL_CTX *c = SSL_CTX_new_ex(library.context, NULL, method);
	if (!c)
		return NULL;
	SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
				       SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_num_tickets(c, 0);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_keylog_callback(c, on_key_line);
	if (SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) &&
	    SSL_CTX_set_cipher_list(c, CIPHERS_12) &&
	    SSL_CTX_set_ciphersuites(c, CIPHERS_13) &&
	    SSL_CTX_set1_groups_list(c, GROUPS) &&
	    SSL_CTX_set1_sigalgs_list(c, SIGNATURES))
		return c;
	SSL_CTX_free(c);
	return NULL;
}

static bool start_library(void)
{
	if (library.tried)
		return library.client && library.server;
	library.tried = true;
	library.context = tls_rand_library();
	if (!library.context)
		return false;
	library.client = make_context(TLS_client_method());
	library.server = make_context(TLS_server_method());
	if (!library.client || !library.server)
		return false;
	SSL_CTX_set_verify(library.client, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(library.client, verify, NULL);
	SSL_CTX_set_cert_cb(library.server, on_cert_wanted, NULL);
	return true;
}

/* NULL, with nothing left behind, if OpenSSL fails. */
static struct tls *begin(SSL_CTX *context, const struct tls_secret *secret)
{
	struct tls *t = MEM_NEW(struct tls);
	t->secret = *secret;
	t->rand.seed = secret->side;
	tls_rand_use(&t->rand);
	t->ssl = SSL_new(context);
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (t->ssl && t->in && t->out) {
		SSL_set_bio(t->ssl, t->in, t->out);
		SSL_set_app_data(t->ssl, t);
		return t;
	}
	SSL_free(t->ssl);
	BIO_free(t->in);
	BIO_free(t->out);
	mem_free(t);
	return NULL;
}

static bool trust(struct tls *t)
{
	X509_STORE *store = X509_STORE_new();
	bool ok = store;
	for (size_t i = 0; ok && i < t->client->authority_count; i++) {
		const struct tls_cert_authority *a =
			tls_cert_find(library.context, t->secret.world,
				      t->client->authorities[i]);
		ok = a && X509_STORE_add_cert(store, tls_cert_root(a));
	}
	ok = ok && SSL_set1_verify_cert_store(t->ssl, store);
	X509_STORE_free(store);
	return ok;
}

/* Go sends no SNI for an address. */
static bool want_host(struct tls *t)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(t->ssl);
	const char *host = t->client->host;
	ip4 a;
	X509_VERIFY_PARAM_set_time(p, (time_t)t->client->now);
	if (addr_parse_ip4(host, &a))
		return X509_VERIFY_PARAM_set1_ip_asc(p, host);
	char *name = mem_text(host); /* the macro casts const away */
	bool ok = SSL_set_tlsext_host_name(t->ssl, name) &&
		  X509_VERIFY_PARAM_set1_host(p, name, 0);
	mem_free(name);
	return ok;
}

struct tls *tls_connect(const struct tls_client *c,
			const struct tls_secret *secret)
{
	struct tls *t = start_library() ? begin(library.client, secret) : NULL;
	if (!t)
		return NULL;
	t->client_copy = *c;
	t->client = &t->client_copy;
	SSL_set_connect_state(t->ssl);
	if (trust(t) && want_host(t))
		return t;
	tls_free(t);
	return NULL;
}

struct tls *tls_accept(const struct tls_server *s,
		       const struct tls_secret *secret)
{
	struct tls *t = start_library() ? begin(library.server, secret) : NULL;
	if (!t)
		return NULL;
	t->server = *s;
	SSL_set_accept_state(t->ssl);
	if (s->only_12)
		SSL_set_max_proto_version(t->ssl, TLS1_2_VERSION);
	if (s->only_13)
		SSL_set_min_proto_version(t->ssl, TLS1_3_VERSION);
	return t;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	tls_fault_fini(&t->fault);
	mem_free(t);
}

static void keep_head(struct tls *t, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len && t->head_size < HEAD_KEPT; i++)
		t->head[t->head_size++] = bytes[i];
}

void tls_take(struct tls *t, const uint8_t *bytes, size_t len)
{
	keep_head(t, bytes, len);
	BIO_write(t->in, bytes, (int)len);
}

/* A record begins with its type (handshake 22, alert 21) and version 3. */
static bool came_as_record(const struct tls *t)
{
	return t->head_size < 2 || ((t->head[0] == SSL3_RT_HANDSHAKE ||
				     t->head[0] == SSL3_RT_ALERT) &&
				    t->head[1] == SSL3_VERSION_MAJOR);
}

/* What the library found wrong with the conversation; a certificate's fault is
 * known by now. */
static void find_fault(struct tls *t, unsigned long error)
{
	struct tls_fault *f = &t->fault;
	int reason = ERR_GET_REASON(error);
	if (f->kind)
		return;
	f->kind = TLS_FAULT_OTHER;
	if (reason == SSL_R_HTTP_REQUEST) {
		f->kind = TLS_FAULT_HTTP_REQUEST;
	} else if (reason > SSL_AD_REASON_OFFSET &&
		   reason < SSL_AD_REASON_OFFSET + 256) {
		f->kind = TLS_FAULT_ALERT;
		f->alert = (uint8_t)(reason - SSL_AD_REASON_OFFSET);
	} else if (!came_as_record(t)) {
		/* As Go tells them apart: tls.RecordHeaderError in
		 * net/http/client.go. */
		f->kind = !memcmp(t->head, "HTTP/", HEAD_KEPT)
				  ? TLS_FAULT_PLAIN_HTTP
				  : TLS_FAULT_NOT_TLS;
	}
}

/* Once what was handed out is sent, it need not be kept. */
static void drop_given(struct tls *t)
{
	if (t->given)
		(void)BIO_reset(t->out);
	t->given = false;
}

enum tls_state tls_step(struct tls *t)
{
	drop_given(t);
	if (t->ended)
		return TLS_ENDED;
	if (SSL_is_init_finished(t->ssl))
		return TLS_OPEN;
	tls_rand_use(&t->rand);
	ERR_clear_error();
	int result = SSL_do_handshake(t->ssl);
	if (result == 1)
		return TLS_OPEN;
	if (SSL_get_error(t->ssl, result) == SSL_ERROR_WANT_READ)
		return TLS_SHAKING;
	find_fault(t, ERR_peek_error());
	ERR_clear_error();
	return TLS_FAILED;
}

size_t tls_read(struct tls *t, uint8_t *out, size_t room)
{
	size_t got = 0;
	drop_given(t);
	tls_rand_use(&t->rand);
	ERR_clear_error();
	int result = SSL_read_ex(t->ssl, out, room, &got);
	if (result == 1)
		return got;
	t->ended = SSL_get_error(t->ssl, result) != SSL_ERROR_WANT_READ;
	ERR_clear_error();
	return 0;
}

void tls_write(struct tls *t, const void *bytes, size_t len)
{
	size_t done;
	drop_given(t);
	tls_rand_use(&t->rand);
	if (len)
		SSL_write_ex(t->ssl, bytes, len, &done);
}

void tls_end(struct tls *t)
{
	drop_given(t);
	tls_rand_use(&t->rand);
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
}

const uint8_t *tls_out(struct tls *t, size_t *len)
{
	char *bytes;
	drop_given(t);
	*len = (size_t)BIO_get_mem_data(t->out, &bytes);
	t->given = *len > 0;
	return (const uint8_t *)bytes;
}

const struct tls_fault *tls_fault(const struct tls *t)
{
	return &t->fault;
}
