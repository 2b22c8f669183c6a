/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 heads (RFC 9112), as much as an image pull and a browser need.
 * Readers take bytes that may be incomplete and say so; they copy what they
 * return, cut at the size of the field. */
#ifndef HTTP_H
#define HTTP_PORT     80
#define HTTP_PORT_TLS 443
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_METHOD_SIZE 16
#define HTTP_TARGET_SIZE 512
#define HTTP_FIELD_SIZE	 512
#define HTTP_HEAD_MAX	 8192 /* longer heads are refused */

enum http_state { HTTP_MORE, HTTP_DONE, HTTP_BAD };

struct http_request {
	char method[HTTP_METHOD_SIZE];
	char target[HTTP_TARGET_SIZE];
	char host[HTTP_FIELD_SIZE];
	size_t head_size; /* bytes, with the empty line */
};

struct http_response {
	unsigned status;
	char reason[64];
	char content_type[HTTP_FIELD_SIZE];
	char location[HTTP_FIELD_SIZE];
	char digest[HTTP_FIELD_SIZE]; /* Docker-Content-Digest */
	uint64_t content_length;
	bool has_length;
	size_t head_size;
};

enum http_state http_read_request(const uint8_t *bytes, size_t len,
				  struct http_request *out);
enum http_state http_read_response(const uint8_t *bytes, size_t len,
				   struct http_response *out);
/* "Not Found" for 404; "Unknown" for a status not in RFC 9110. */
const char *http_status_text(unsigned status);

#endif
