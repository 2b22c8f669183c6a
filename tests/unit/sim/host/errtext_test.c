/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of messages, layer by layer. Texts are those of the programs
 * (errtext.h, profile.c say where they come from). */
#include "sim/host/errtext.h"

#include <check.h>

#include "tests/unit/suites.h"

static const struct {
	const char *spec, *host, *repository, *tag; /* host NULL: refused */
	uint16_t port;
} images[] = {
	{"k8s.gcr.io/busybox", "k8s.gcr.io", "busybox", "latest", 443},
	{"k8s.gcr.io/a/b:v1", "k8s.gcr.io", "a/b", "v1", 443},
	{"harbor.local:8443/x:2", "harbor.local", "x", "2", 8443},
	{"localhost/x", "localhost", "x", "latest", 443},
	{"registry1/x", NULL, NULL, NULL, 0}, /* as long as "localhost" */
	{"localhost2/x", NULL, NULL, NULL, 0},
	{"harbor.local:65535/x", "harbor.local", "x", "latest", 65535},
	{"harbor:1/x", "harbor", "x", "latest", 1},
	{"busybox", NULL, NULL, NULL, 0},
	{"library/busybox", NULL, NULL, NULL, 0},
	{"k8s.gcr.io/", NULL, NULL, NULL, 0},
	{"k8s.gcr.io/x:", NULL, NULL, NULL, 0},
	{"k8s.gcr.io:0/x", NULL, NULL, NULL, 0},
	{"k8s.gcr.io:65536/x", NULL, NULL, NULL, 0},
	{"k8s.gcr.io:44x/x", NULL, NULL, NULL, 0},
};

START_TEST(an_image_is_host_repository_and_tag)
{
	struct errtext_image i;
	bool ok = errtext_read_image(images[_i].spec, &i);
	ck_assert_int_eq(ok, images[_i].host != NULL);
	if (!ok)
		return;
	ck_assert_str_eq(i.host, images[_i].host);
	ck_assert_str_eq(i.repository, images[_i].repository);
	ck_assert_str_eq(i.tag, images[_i].tag);
	ck_assert_uint_eq(i.port, images[_i].port);
}
END_TEST

#define PING                                                                   \
	{                                                                      \
		.method = "GET", .target = "/v2/", .inner = "INNER",           \
		.code = "Unknown"                                              \
	}
#define HEAD_CALL(...)                                                         \
	{                                                                      \
		.method = "HEAD", .target = "/v2/busybox/manifests/latest",    \
		.code = "Unknown", __VA_ARGS__                                 \
	}
#define BLOB                                                                   \
	{                                                                      \
		.method = "GET", .target = "/v2/busybox/blobs/sha256:0",       \
		.inner = "INNER", .code = "Unknown"                            \
	}
#define LAYER                                                                  \
	{                                                                      \
		.method = "GET", .target = "/v2/busybox/blobs/sha256:1",       \
		.inner = "INNER", .code = "Unknown", .layer = true             \
	}

static const struct {
	const char *profile;
	struct errtext_call call;
	const char *text;
} calls[] = {
	{"docker1903", PING,
	 "rpc error: code = Unknown desc = Error response from daemon: Get "
	 "https://k8s.gcr.io/v2/: INNER"},
	{"docker2010", PING,
	 "rpc error: code = Unknown desc = Error response from daemon: Get "
	 "\"https://k8s.gcr.io/v2/\": INNER"},
	{"docker1903", BLOB,
	 "rpc error: code = Unknown desc = Error response from daemon: error "
	 "pulling image configuration: Get "
	 "https://k8s.gcr.io/v2/busybox/blobs/sha256:0: INNER"},
	{"docker1903", LAYER,
	 "rpc error: code = Unknown desc = Error response from daemon: Get "
	 "https://k8s.gcr.io/v2/busybox/blobs/sha256:1: INNER"},
	{"docker2010", BLOB,
	 "rpc error: code = Unknown desc = Error response from daemon: error "
	 "pulling image configuration: download failed after attempts=6: "
	 "INNER"},
	{"docker2010", LAYER,
	 "rpc error: code = Unknown desc = Error response from daemon: "
	 "download failed after attempts=6: INNER"},
	{"docker1903", HEAD_CALL(.status = 404, .reason = "Not Found"),
	 "rpc error: code = Unknown desc = Error response from daemon: "
	 "manifest for k8s.gcr.io/busybox:latest not found: manifest unknown: "
	 "manifest unknown"},
	{"docker1903",
	 HEAD_CALL(.status = 503, .reason = "Service Unavailable"),
	 "rpc error: code = Unknown desc = Error response from daemon: "
	 "received unexpected HTTP status: 503 Service Unavailable"},
	{"containerd16", HEAD_CALL(.inner = "INNER"),
	 "rpc error: code = Unknown desc = failed to pull and unpack image "
	 "\"k8s.gcr.io/busybox:latest\": failed to resolve reference "
	 "\"k8s.gcr.io/busybox:latest\": failed to do request: Head "
	 "\"https://k8s.gcr.io/v2/busybox/manifests/latest\": INNER"},
	{"containerd16", BLOB,
	 "rpc error: code = Unknown desc = failed to pull and unpack image "
	 "\"k8s.gcr.io/busybox:latest\": failed to copy: httpReadSeeker: "
	 "failed open: failed to do request: Get "
	 "\"https://k8s.gcr.io/v2/busybox/blobs/sha256:0\": INNER"},
	{"containerd16",
	 HEAD_CALL(.status = 429, .reason = "Too Many Requests"),
	 "rpc error: code = Unknown desc = failed to pull and unpack image "
	 "\"k8s.gcr.io/busybox:latest\": failed to resolve reference "
	 "\"k8s.gcr.io/busybox:latest\": pulling from host k8s.gcr.io failed "
	 "with status code [manifests latest]: 429 Too Many Requests"},
	{"podvm", HEAD_CALL(.inner = "INNER"),
	 "failed to do request: Head "
	 "https://k8s.gcr.io/v2/busybox/manifests/latest: INNER"},
	{"podvm", HEAD_CALL(.status = 404, .reason = "Not Found"),
	 "k8s.gcr.io/busybox:latest: not found"},
	{"podvm", HEAD_CALL(.status = 503, .reason = "Service Unavailable"),
	 "k8s.gcr.io/busybox:latest: unexpected status code 503 Service "
	 "Unavailable"},
};

START_TEST(each_layer_only_puts_something_in_front)
{
	struct errtext_image image;
	struct str s = {0};
	ck_assert(errtext_read_image("k8s.gcr.io/busybox", &image));
	errtext_pull(profile_find(calls[_i].profile), &image, &calls[_i].call,
		     &s);
	ck_assert_str_eq(str_text(&s), calls[_i].text);
	str_fini(&s);
}
END_TEST

START_TEST(a_port_other_than_443_is_named)
{
	struct errtext_image image;
	struct errtext_call call = PING;
	struct str s = {0};
	ck_assert(errtext_read_image("harbor.local:8443/x", &image));
	errtext_pull(profile_find("docker1903"), &image, &call, &s);
	ck_assert_str_eq(str_text(&s),
			 "rpc error: code = Unknown desc = Error response "
			 "from daemon: Get https://harbor.local:8443/v2/: "
			 "INNER");
	str_fini(&s);
}
END_TEST

static const struct {
	const char *url, *inner, *text;
} requests[] = {
	{"https://30.0.1.2:6443/", "dial tcp 30.0.1.2:6443: i/o timeout",
	 "Unable to connect to the server: dial tcp 30.0.1.2:6443: i/o "
	 "timeout"},
	{"https://30.0.1.2:6443/api",
	 "dial tcp 30.0.1.2:6443: connect: connection refused",
	 "The connection to the server 30.0.1.2:6443 was refused - did you "
	 "specify the right host or port?"},
	{"https://api.example",
	 "dial tcp 30.0.1.2:443: connect: connection refused",
	 "The connection to the server api.example was refused - did you "
	 "specify the right host or port?"},
};

START_TEST(kubectl_cannot_connect_to_the_server)
{
	struct str s = {0};
	errtext_request(profile_find("kubectl"), requests[_i].url,
			requests[_i].inner, &s);
	ck_assert_str_eq(str_text(&s), requests[_i].text);
	str_fini(&s);
}
END_TEST

Suite *errtext_test_suite(void);
Suite *errtext_test_suite(void)
{
	Suite *s = suite_create("sim/host/errtext");
	TCase *c = tcase_create("errtext");
	tcase_add_loop_test(c, an_image_is_host_repository_and_tag, 0,
			    sizeof(images) / sizeof(images[0]));
	tcase_add_loop_test(c, each_layer_only_puts_something_in_front, 0,
			    sizeof(calls) / sizeof(calls[0]));
	tcase_add_test(c, a_port_other_than_443_is_named);
	tcase_add_loop_test(c, kubectl_cannot_connect_to_the_server, 0,
			    sizeof(requests) / sizeof(requests[0]));
	suite_add_tcase(s, c);
	return s;
}
