/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/host/tls_cert.h"

#include <inttypes.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/mem.h"
#include "sim/wire/be.h"

#define KEY_SIZE   32
#define KEPT	   16
#define YEAR	   (365 * 86400LL)
#define ROOT_FROM  1262304000LL /* 2010-01-01 */
#define ROOT_UNTIL (ROOT_FROM + 40 * YEAR)
#define VERSION_3  2

struct tls_cert_authority {
	char *name;
	X509 *root, *intermediate;
	EVP_PKEY *root_key, *key; /* key: the intermediate's */
};

/* Those of one network. */
static _Thread_local struct {
	uint64_t world;
	size_t count;
	struct tls_cert_authority at[KEPT];
} kept;

/* What makes one certificate differ from another. */
struct subject {
	OSSL_LIB_CTX *library;
	uint64_t seed; /* of its key and serial number */
	const char *organization, *common_name;
	int64_t from, until;
	X509 *issuer; /* NULL: itself */
	EVP_PKEY *issuer_key;
};

static EVP_PKEY *key_of(OSSL_LIB_CTX *library, uint64_t seed)
{
	uint8_t bytes[KEY_SIZE];
	for (unsigned i = 0; i < KEY_SIZE; i += 4)
		be_store32(bytes + i, hash_pair(seed, i + 1));
	return EVP_PKEY_new_raw_private_key_ex(library, "ED25519", NULL, bytes,
					       sizeof(bytes));
}

static bool add_text(X509_NAME *name, const char *field, const char *text)
{
	return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
					  (const unsigned char *)text, -1, -1,
					  0);
}

static bool set_names(X509 *x, const struct subject *s)
{
	X509_NAME *name = X509_get_subject_name(x);
	return add_text(name, "O", s->organization) &&
	       add_text(name, "CN", s->common_name) &&
	       X509_set_issuer_name(
		       x, X509_get_subject_name(s->issuer ? s->issuer : x));
}

/* An unsigned certificate without extensions. */
static X509 *begin(const struct subject *s, EVP_PKEY *key)
{
	X509 *x = X509_new_ex(s->library, NULL);
	if (x && X509_set_version(x, VERSION_3) &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x),
				    hash_mix64(s->seed) >> 1) &&
	    ASN1_TIME_set(X509_getm_notBefore(x), (time_t)s->from) &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)s->until) &&
	    set_names(x, s) && X509_set_pubkey(x, key))
		return x;
	X509_free(x);
	return NULL;
}

static bool add_extension(X509 *x, const struct subject *s, int nid,
			  const char *value)
{
	CONF *nothing = NCONF_new(NULL); /* policies want to look into one */
	X509V3_CTX context;
	X509V3_set_ctx(&context, s->issuer ? s->issuer : x, x, NULL, NULL, 0);
	X509V3_set_nconf(&context, nothing);
	X509_EXTENSION *e = X509V3_EXT_nconf_nid(nothing, &context, nid, value);
	bool ok = e && X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	NCONF_free(nothing);
	return ok;
}

struct extension {
	int nid;
	const char *value;
};

static bool add_extensions(X509 *x, const struct subject *s,
			   const struct extension *all)
{
	for (; all->value; all++)
		if (!add_extension(x, s, all->nid, all->value))
			return false;
	return true;
}

static bool finish(X509 *x, const struct subject *s, EVP_PKEY *own_key)
{
	return X509_sign(x, s->issuer_key ? s->issuer_key : own_key, NULL);
}

/* What a public authority puts into what it signs: where its own certificate
 * is, who knows whether it was revoked, and that a domain was validated. */
static bool add_pointers(X509 *x, const struct subject *s)
{
	char access[160], list[80];
	uint32_t place = hash_text(s->organization);
	snprintf(access, sizeof(access),
		 "OCSP;URI:http://ocsp.%08" PRIx32 ".pki.example/,"
		 "caIssuers;URI:http://%08" PRIx32 ".pki.example/issuer.crt",
		 place, place);
	snprintf(list, sizeof(list),
		 "URI:http://%08" PRIx32 ".pki.example/issuer.crl", place);
	struct extension pointers[] = {
		{NID_info_access, access},
		{NID_crl_distribution_points, list},
		{NID_ext_key_usage, "serverAuth,clientAuth"},
		{NID_certificate_policies,
		 "2.23.140.1.2.1,1.3.6.1.4.1.99999.1.1"},
		{0, NULL}};
	return add_extensions(x, s, pointers);
}

static X509 *make_ca(const struct subject *s, EVP_PKEY *key)
{
	static const struct extension common[] = {
		{NID_basic_constraints, "critical,CA:TRUE"},
		{NID_key_usage, "critical,keyCertSign,cRLSign"},
		{NID_subject_key_identifier, "hash"},
		{0, NULL}};
	X509 *x = begin(s, key);
	bool ok = x && add_extensions(x, s, common);
	if (ok && s->issuer)
		ok = add_extension(x, s, NID_authority_key_identifier,
				   "keyid:always") &&
		     add_pointers(x, s);
	if (ok && finish(x, s, key))
		return x;
	X509_free(x);
	return NULL;
}

static bool make_authority(OSSL_LIB_CTX *library, uint64_t seed,
			   struct tls_cert_authority *a)
{
	char common[128];
	snprintf(common, sizeof(common), "%.48s root", a->name);
	struct subject root = {library,	  seed,	      a->name, common,
			       ROOT_FROM, ROOT_UNTIL, NULL,    NULL};
	a->root_key = key_of(library, seed);
	a->key = key_of(library, seed + 1);
	if (!a->root_key || !a->key)
		return false;
	a->root = make_ca(&root, a->root_key);
	snprintf(common, sizeof(common), "%.48s issuing 1", a->name);
	struct subject signer = {library,   seed + 1,	a->name, common,
				 ROOT_FROM, ROOT_UNTIL, a->root, a->root_key};
	if (a->root)
		a->intermediate = make_ca(&signer, a->key);
	return a->intermediate;
}

static void forget(struct tls_cert_authority *a)
{
	X509_free(a->root);
	X509_free(a->intermediate);
	EVP_PKEY_free(a->root_key);
	EVP_PKEY_free(a->key);
	mem_free(a->name);
	*a = (struct tls_cert_authority){0};
}

static void forget_all(void)
{
	while (kept.count)
		forget(&kept.at[--kept.count]);
}

const struct tls_cert_authority *tls_cert_find(OSSL_LIB_CTX *library,
					       uint64_t world, const char *name)
{
	if (kept.world != world || kept.count == KEPT)
		forget_all();
	kept.world = world;
	for (size_t i = 0; i < kept.count; i++)
		if (!strcmp(kept.at[i].name, name))
			return &kept.at[i];
	struct tls_cert_authority *a = &kept.at[kept.count];
	a->name = mem_text(name);
	if (make_authority(library, hash_mix64(world) ^ hash_text(name), a)) {
		kept.count++;
		return a;
	}
	forget(a);
	return NULL;
}

X509 *tls_cert_root(const struct tls_cert_authority *a)
{
	return a->root;
}

X509 *tls_cert_intermediate(const struct tls_cert_authority *a)
{
	return a->intermediate;
}

static bool push(GENERAL_NAMES *all, int type, const void *bytes, int len)
{
	GENERAL_NAME *one = GENERAL_NAME_new();
	ASN1_STRING *value = ASN1_STRING_type_new(
		type == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
	if (one && value && ASN1_STRING_set(value, bytes, len)) {
		GENERAL_NAME_set0_value(one, type, value);
		if (sk_GENERAL_NAME_push(all, one))
			return true;
		value = NULL;
	}
	ASN1_STRING_free(value);
	GENERAL_NAME_free(one);
	return false;
}

static bool push_address(GENERAL_NAMES *all, ip4 a)
{
	uint8_t bytes[4];
	be_store32(bytes, a.v);
	return push(all, GEN_IPADD, bytes, sizeof(bytes));
}

static bool push_name(GENERAL_NAMES *all, const char *name)
{
	ip4 a;
	if (addr_parse_ip4(name, &a))
		return push_address(all, a);
	return push(all, GEN_DNS, name, (int)strlen(name));
}

static bool fill_names(GENERAL_NAMES *all, const struct tls_cert_wish *wish)
{
	const struct tls_server *s = wish->server;
	bool ok = true;
	for (size_t i = 0; i < s->name_count; i++)
		ok = ok && push_name(all, s->names[i]);
	if (s->name_count)
		return ok;
	if (wish->sni)
		ok = push_name(all, wish->sni);
	for (size_t i = 0; i < s->address_count; i++)
		ok = ok && push_address(all, s->addresses[i]);
	return ok;
}

static bool add_names(X509 *x, const struct tls_cert_wish *wish)
{
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	bool ok = all && fill_names(all, wish);
	if (ok && sk_GENERAL_NAME_num(all))
		ok = X509_add1_ext_i2d(x, NID_subject_alt_name, all, 0, 0);
	GENERAL_NAMES_free(all);
	return ok;
}

static const char *subject_name(const struct tls_cert_wish *wish)
{
	if (wish->server->name_count)
		return wish->server->names[0];
	return wish->sni ? wish->sni : "server";
}

static X509 *make_leaf(const struct subject *s,
		       const struct tls_cert_wish *wish, EVP_PKEY *key)
{
	static const struct extension common[] = {
		{NID_basic_constraints, "critical,CA:FALSE"},
		{NID_key_usage, "critical,digitalSignature"},
		{NID_subject_key_identifier, "hash"},
		{NID_authority_key_identifier, "keyid:always"},
		{0, NULL}};
	X509 *x = begin(s, key);
	if (x && add_extensions(x, s, common) && add_pointers(x, s) &&
	    add_names(x, wish) && finish(x, s, key))
		return x;
	X509_free(x);
	return NULL;
}

bool tls_cert_make(OSSL_LIB_CTX *library, const struct tls_cert_authority *a,
		   const struct tls_cert_wish *wish, X509 **cert,
		   EVP_PKEY **key)
{
	const struct tls_server *server = wish->server;
	char common[65]; /* X.520's limit */
	snprintf(common, sizeof(common), "%s", subject_name(wish));
	struct subject s = {
		library,
		hash_mix64(hash_mix64(wish->world) ^ hash_text(a->name)) ^
			hash_text(common),
		server->issuer,
		common,
		server->not_before,
		server->not_after,
		a->intermediate,
		a->key};
	*key = key_of(library, s.seed);
	*cert = *key ? make_leaf(&s, wish, *key) : NULL;
	if (*cert)
		return true;
	EVP_PKEY_free(*key);
	*key = NULL;
	return false;
}
