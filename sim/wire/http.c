/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/http.h"

#include <string.h>
#include <strings.h>

/* A line of the head, without its CRLF. */
struct line {
	const char *text;
	size_t len;
};

/* Size of the head with its empty line, 0 if it is not all there yet. */
static size_t head_size(const uint8_t *bytes, size_t len)
{
	for (size_t i = 3; i < len && i < HTTP_HEAD_MAX; i++)
		if (!memcmp(bytes + i - 3, "\r\n\r\n", 4))
			return i + 1;
	return 0;
}

static struct line next_line(const uint8_t **at, const uint8_t *end)
{
	struct line l = {(const char *)*at, 0};
	while (*at + 1 < end && !((*at)[0] == '\r' && (*at)[1] == '\n'))
		(*at)++;
	l.len = (size_t)((const char *)*at - l.text);
	*at += 2;
	return l;
}

static void copy(char *out, size_t size, const char *from, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, from, len);
	out[len] = '\0';
}

/* The value if 'l' is the field 'name', else NULL; '*len' its length. */
static const char *field(struct line l, const char *name, size_t *len)
{
	size_t n = strlen(name);
	if (l.len <= n || l.text[n] != ':' || strncasecmp(l.text, name, n))
		return NULL;
	const char *value = l.text + n + 1;
	*len = l.len - n - 1;
	while (*len && (*value == ' ' || *value == '\t'))
		value++, (*len)--;
	return value;
}

static void take_field(struct line l, const char *name, char *out, size_t size)
{
	size_t len;
	const char *value = field(l, name, &len);
	if (value)
		copy(out, size, value, len);
}

/* Whether 'bytes' begin, as far as they go, as 'start' does. */
static bool begins(const uint8_t *bytes, size_t len, const char *start)
{
	size_t n = strlen(start);
	return !len || !memcmp(bytes, start, len < n ? len : n);
}

/* A request begins with a method: capital letters, then a blank. */
static bool begins_as_request(const uint8_t *bytes, size_t len)
{
	size_t i = 0;
	while (i < len && bytes[i] >= 'A' && bytes[i] <= 'Z')
		i++;
	return i < HTTP_METHOD_SIZE && (i == len || (i && bytes[i] == ' '));
}

static enum http_state incomplete(size_t len)
{
	return len >= HTTP_HEAD_MAX ? HTTP_BAD : HTTP_MORE;
}

enum http_state http_read_request(const uint8_t *bytes, size_t len,
				  struct http_request *out)
{
	memset(out, 0, sizeof(*out));
	if (!begins_as_request(bytes, len))
		return HTTP_BAD;
	out->head_size = head_size(bytes, len);
	if (!out->head_size)
		return incomplete(len);
	const uint8_t *at = bytes, *end = bytes + out->head_size;
	struct line l = next_line(&at, end);
	const char *space = memchr(l.text, ' ', l.len);
	if (!space || space == l.text)
		return HTTP_BAD;
	const char *target = space + 1;
	size_t left = l.len - (size_t)(target - l.text);
	const char *second = memchr(target, ' ', left);
	if (!second || second == target ||
	    strncmp(second + 1, "HTTP/1.", 7) != 0)
		return HTTP_BAD;
	copy(out->method, sizeof(out->method), l.text,
	     (size_t)(space - l.text));
	copy(out->target, sizeof(out->target), target,
	     (size_t)(second - target));
	while (at < end - 2)
		take_field(next_line(&at, end), "Host", out->host,
			   sizeof(out->host));
	return HTTP_DONE;
}

static bool digits(const char *text, size_t len, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	if (!len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(text[i] - '0');
		if (v > max)
			return false;
	}
	*out = v;
	return true;
}

static bool response_field(struct line l, struct http_response *out)
{
	size_t len;
	const char *value = field(l, "Content-Length", &len);
	if (value) {
		out->has_length = true;
		return digits(value, len, (uint64_t)1 << 48,
			      &out->content_length);
	}
	take_field(l, "Content-Type", out->content_type,
		   sizeof(out->content_type));
	take_field(l, "Location", out->location, sizeof(out->location));
	take_field(l, "Docker-Content-Digest", out->digest,
		   sizeof(out->digest));
	return true;
}

enum http_state http_read_response(const uint8_t *bytes, size_t len,
				   struct http_response *out)
{
	memset(out, 0, sizeof(*out));
	if (!begins(bytes, len, "HTTP/1."))
		return HTTP_BAD;
	out->head_size = head_size(bytes, len);
	if (!out->head_size)
		return incomplete(len);
	const uint8_t *at = bytes, *end = bytes + out->head_size;
	struct line l = next_line(&at, end);
	uint64_t status;
	if (l.len < 12 || strncmp(l.text, "HTTP/1.", 7) != 0 ||
	    l.text[8] != ' ' || !digits(l.text + 9, 3, 599, &status) ||
	    status < 100)
		return HTTP_BAD;
	out->status = (unsigned)status;
	if (l.len > 13)
		copy(out->reason, sizeof(out->reason), l.text + 13, l.len - 13);
	while (at < end - 2)
		if (!response_field(next_line(&at, end), out))
			return HTTP_BAD;
	return HTTP_DONE;
}

const char *http_status_text(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} table[] = {
		{200, "OK"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{307, "Temporary Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{429, "Too Many Requests"},
		{500, "Internal Server Error"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].status == status)
			return table[i].text;
	return "Unknown";
}
