/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers as a provider: OpenSSL's manual page provider-rand. */
#include "sim/host/tls_rand.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "sim/base/hash.h"

#define STRENGTH    256
#define REQUEST_MAX 65536
#define STEP	    0x9e3779b97f4a7c15U /* of SplitMix64 */

static _Thread_local struct tls_rand nobody; /* setting up the library */
static _Thread_local struct tls_rand *current;

void tls_rand_use(struct tls_rand *r)
{
	current = r;
}

/* OpenSSL wants a context for each generator; all draw from 'current'. */
static void *new_context(void *provider, void *parent,
			 const OSSL_DISPATCH *parent_calls)
{
	static int one;
	(void)provider;
	(void)parent;
	(void)parent_calls;
	return &one;
}

static void free_context(void *context)
{
	(void)context;
}

static int instantiate(void *context, unsigned strength, int resistance,
		       const unsigned char *text, size_t len,
		       const OSSL_PARAM params[])
{
	(void)context;
	(void)strength;
	(void)resistance;
	(void)text;
	(void)len;
	(void)params;
	return 1;
}

static int uninstantiate(void *context)
{
	(void)context;
	return 1;
}

static int generate(void *context, unsigned char *out, size_t len,
		    unsigned strength, int resistance,
		    const unsigned char *more, size_t more_len)
{
	struct tls_rand *r = current ? current : &nobody;
	(void)context;
	(void)strength;
	(void)resistance;
	(void)more;
	(void)more_len;
	for (size_t i = 0; i < len; i++) {
		uint64_t at = r->count++;
		uint64_t word = hash_mix64(hash_mix64(r->seed ^ STEP) +
					   (at / 8 + 1) * STEP);
		out[i] = (unsigned char)(word >> at % 8 * 8);
	}
	return 1;
}

static int enable_locking(void *context)
{
	(void)context;
	return 1;
}

static const OSSL_PARAM *gettable(void *context, void *provider)
{
	static const OSSL_PARAM known[] = {
		OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
		OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
		OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
		OSSL_PARAM_END};
	(void)context;
	(void)provider;
	return known;
}

static int get(void *context, OSSL_PARAM params[])
{
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
	(void)context;
	if (p && !OSSL_PARAM_set_int(p, EVP_RAND_STATE_READY))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
	if (p && !OSSL_PARAM_set_uint(p, STRENGTH))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
	return !p || OSSL_PARAM_set_size_t(p, REQUEST_MAX);
}

#define CALL(number, function)                                                 \
	{                                                                      \
		number, (void (*)(void))(function)                             \
	}

static const OSSL_DISPATCH calls[] = {
	CALL(OSSL_FUNC_RAND_NEWCTX, new_context),
	CALL(OSSL_FUNC_RAND_FREECTX, free_context),
	CALL(OSSL_FUNC_RAND_INSTANTIATE, instantiate),
	CALL(OSSL_FUNC_RAND_UNINSTANTIATE, uninstantiate),
	CALL(OSSL_FUNC_RAND_GENERATE, generate),
	CALL(OSSL_FUNC_RAND_ENABLE_LOCKING, enable_locking),
	CALL(OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, gettable),
	CALL(OSSL_FUNC_RAND_GET_CTX_PARAMS, get),
	{0, NULL}};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
	static const OSSL_ALGORITHM algorithms[] = {
		{"SIM-RAND", "provider=tierpath", calls, "from a seed"},
		{NULL, NULL, NULL, NULL}};
	(void)provider;
	*no_cache = 0;
	return operation == OSSL_OP_RAND ? algorithms : NULL;
}

static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
		 const OSSL_DISPATCH **out, void **context)
{
	static const OSSL_DISPATCH provider[] = {
		CALL(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query), {0, NULL}};
	(void)handle;
	(void)in;
	*out = provider;
	*context = NULL;
	return 1;
}

OSSL_LIB_CTX *tls_rand_library(void)
{
	uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG;
	if (!OPENSSL_init_ssl(options, NULL))
		return NULL;
	OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
	if (!library)
		return NULL;
	if (OSSL_PROVIDER_add_builtin(library, "tierpath", start) &&
	    OSSL_PROVIDER_load(library, "tierpath") &&
	    OSSL_PROVIDER_load(library, "default") &&
	    RAND_set_DRBG_type(library, "SIM-RAND", NULL, NULL, NULL))
		return library;
	OSSL_LIB_CTX_free(library);
	return NULL;
}
