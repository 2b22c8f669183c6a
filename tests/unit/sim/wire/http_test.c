/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wire/http.h"

#include <string.h>

#include "tests/unit/suites.h"

Suite *http_test_suite(void);

static const uint8_t *bytes(const char *text)
{
	return (const uint8_t *)text;
}

START_TEST(a_request_is_taken_apart)
{
	const char *text = "HEAD /v2/busybox/manifests/latest HTTP/1.1\r\n"
			   "host:  k8s.gcr.io\r\nAccept: */*\r\n\r\nrest";
	struct http_request r;
	ck_assert_int_eq(http_read_request(bytes(text), strlen(text), &r),
			 HTTP_DONE);
	ck_assert_str_eq(r.method, "HEAD");
	ck_assert_str_eq(r.target, "/v2/busybox/manifests/latest");
	ck_assert_str_eq(r.host, "k8s.gcr.io");
	ck_assert_uint_eq(r.head_size, strlen(text) - 4);
	size_t whole = r.head_size;
	for (size_t cut = 0; cut < whole; cut++)
		ck_assert_int_eq(http_read_request(bytes(text), cut, &r),
				 HTTP_MORE);
}
END_TEST

START_TEST(a_response_is_taken_apart)
{
	const char *text = "HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\n"
			   "Docker-Content-Digest: sha256:abc\r\n\r\n";
	struct http_response r;
	ck_assert_int_eq(http_read_response(bytes(text), strlen(text), &r),
			 HTTP_DONE);
	ck_assert_uint_eq(r.status, 404);
	ck_assert_str_eq(r.reason, "Not Found");
	ck_assert(r.has_length && r.content_length == 12);
	ck_assert_str_eq(r.digest, "sha256:abc");
}
END_TEST

START_TEST(fields_are_known_whatever_their_case)
{
	const char *text = "HTTP/1.0 599 \r\ncontent-TYPE:\t text/plain\r\n"
			   "Location:https://b.example/\r\nContent: 7\r\n"
			   "Content-Length: 281474976710656\r\n\r\n";
	struct http_response r;
	ck_assert_int_eq(http_read_response(bytes(text), strlen(text), &r),
			 HTTP_DONE);
	ck_assert_uint_eq(r.status, 599);
	ck_assert_str_eq(r.reason, "");
	ck_assert_str_eq(r.content_type, "text/plain");
	ck_assert_str_eq(r.location, "https://b.example/");
	ck_assert_str_eq(r.digest, "");
	ck_assert(r.has_length && r.content_length == (uint64_t)1 << 48);
	text = "HTTP/1.1 100\r\n\r\n";
	ck_assert_int_eq(http_read_response(bytes(text), strlen(text), &r),
			 HTTP_DONE);
	ck_assert_uint_eq(r.status, 100);
	ck_assert(!r.has_length);
}
END_TEST

/* What is longer than there is room for is cut: just so, and by far. */
START_TEST(long_words_are_cut)
{
	size_t more = _i ? 5 : 0;
	char text[HTTP_HEAD_MAX] = "GET /", host[HTTP_HEAD_MAX];
	struct http_request r;
	memset(host, 'h', sizeof(host));
	host[sizeof(r.host) + more] = '\0';
	memset(text + 5, 't', sizeof(r.target) - 1 + more);
	text[4 + sizeof(r.target) + more] = '\0';
	strcat(strcat(strcat(text, " HTTP/1.1\r\nHost: "), host), "\r\n\r\n");
	ck_assert_int_eq(http_read_request(bytes(text), strlen(text), &r),
			 HTTP_DONE);
	ck_assert_uint_eq(strlen(r.target), sizeof(r.target) - 1);
	ck_assert_uint_eq(strlen(r.host), sizeof(r.host) - 1);
	ck_assert_str_eq(r.method, "GET");
}
END_TEST

static const char *const bad[] = {
	"\x16\x03\x01\x02", /* a TLS hello */
	"GET\r\n\r\n",
	"GET /\r\n\r\n",
	"GET / SMTP/1\r\n\r\n",
	"HTTP/1.1 abc\r\n\r\n",
	"HTTP/1.1 099 Low\r\n\r\n",
	"HTTP/1.1 600 High\r\n\r\n",
	"HTTP/1.1 20\r\n\r\n",
	"HTTP/1.1-200 OK\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 281474976710657\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
};

START_TEST(what_is_not_http_is_bad)
{
	struct http_request q;
	struct http_response r;
	size_t len = strlen(bad[_i]);
	if (_i < 4) /* requests */
		ck_assert_int_eq(http_read_request(bytes(bad[_i]), len, &q),
				 HTTP_BAD);
	else
		ck_assert_int_eq(http_read_response(bytes(bad[_i]), len, &r),
				 HTTP_BAD);
}
END_TEST

/* Told by the first bytes, without a look at the rest: a body is no head. */
START_TEST(what_does_not_begin_as_http_is_no_head_to_wait_for)
{
	struct http_request q;
	struct http_response r;
	ck_assert_int_eq(http_read_request(bytes("body"), 4, &q), HTTP_BAD);
	ck_assert_int_eq(http_read_request(bytes(" GET"), 4, &q), HTTP_BAD);
	ck_assert_int_eq(http_read_request(bytes("GE"), 2, &q), HTTP_MORE);
	ck_assert_int_eq(http_read_response(bytes("body"), 4, &r), HTTP_BAD);
	ck_assert_int_eq(http_read_response(bytes("HTTX"), 4, &r), HTTP_BAD);
	ck_assert_int_eq(http_read_response(bytes("HTTP"), 4, &r), HTTP_MORE);
}
END_TEST

START_TEST(an_endless_head_is_refused)
{
	static uint8_t long_head[HTTP_HEAD_MAX + 10];
	struct http_request q;
	memset(long_head, 'a', sizeof(long_head));
	memcpy(long_head, "GET /", 5);
	ck_assert_int_eq(http_read_request(long_head, sizeof(long_head), &q),
			 HTTP_BAD);
}
END_TEST

/* RFC 9110 section 15, RFC 6585. */
static const struct {
	unsigned status;
	const char *text;
} statuses[] = {
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
	{418, "Unknown"},
	{0, "Unknown"},
};

START_TEST(a_status_has_its_text)
{
	ck_assert_str_eq(http_status_text(statuses[_i].status),
			 statuses[_i].text);
}
END_TEST

Suite *http_test_suite(void)
{
	Suite *s = suite_create("http");
	TCase *c = tcase_create("http");
	tcase_add_test(c, a_request_is_taken_apart);
	tcase_add_test(c, a_response_is_taken_apart);
	tcase_add_test(c, fields_are_known_whatever_their_case);
	tcase_add_loop_test(c, long_words_are_cut, 0, 2);
	tcase_add_loop_test(c, what_is_not_http_is_bad, 0,
			    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(c, what_does_not_begin_as_http_is_no_head_to_wait_for);
	tcase_add_test(c, an_endless_head_is_refused);
	tcase_add_loop_test(c, a_status_has_its_text, 0,
			    sizeof(statuses) / sizeof(statuses[0]));
	suite_add_tcase(s, c);
	return s;
}
