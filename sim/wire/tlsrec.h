/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS record layer as an onlooker sees it, without keys (RFC 8446 section
 * 5). */
#ifndef TLSREC_H
#define TLSREC_H

#include <stddef.h>
#include <stdint.h>

/* What the record at 'bytes' is: "TLS ClientHello", "TLS alert", "TLS data"...;
 * NULL if none begins there. */
const char *tlsrec_name(const uint8_t *bytes, size_t len);

#endif
