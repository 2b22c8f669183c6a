/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/tlsrec.h"

#include "sim/wire/be.h"

#define HEAD_SIZE    5
#define RECORD_MAX   (16384 + 2048) /* TLS 1.2's, encrypted */
#define CLIENT_HELLO 1
#define SERVER_HELLO 2

enum { CHANGE_CIPHER_SPEC = 20, ALERT, HANDSHAKE, DATA };

static const char *handshake_name(const uint8_t *bytes, size_t len)
{
	if (len > HEAD_SIZE && bytes[HEAD_SIZE] == CLIENT_HELLO)
		return "TLS ClientHello";
	if (len > HEAD_SIZE && bytes[HEAD_SIZE] == SERVER_HELLO)
		return "TLS ServerHello";
	return "TLS handshake";
}

const char *tlsrec_name(const uint8_t *bytes, size_t len)
{
	if (len < HEAD_SIZE || bytes[1] != 3 || bytes[2] > 4 ||
	    be_load16(bytes + 3) > RECORD_MAX)
		return NULL;
	switch (bytes[0]) {
	case HANDSHAKE:
		return handshake_name(bytes, len);
	case CHANGE_CIPHER_SPEC:
		return "TLS handshake";
	case ALERT:
		return "TLS alert";
	case DATA:
		return "TLS data";
	default:
		return NULL;
	}
}
