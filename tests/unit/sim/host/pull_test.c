/* SPDX-License-Identifier: Apache-2.0 */
/* What each client says, and when, for each fault: texts and times measured
 * with the real programs. The faults are those of packets and tables. */
#include "sim/host/pull.h"

#include "tests/unit/sim/host/host_kit.h"

#define IMAGE	"registry.example/busybox"
#define MS	1000000ULL
#define DIALLED "dial tcp 10.0.1.2:443: "
#define ASKED	"dial tcp: lookup registry.example on "

static void nothing(struct host_kit *h)
{
	(void)h;
}

/* The way back of the server is missing. */
static void no_return(struct host_kit *h)
{
	host_kit_filter(h, ACL_DROP, "10.0.1.2/32");
}

static void reject(struct host_kit *h)
{
	host_kit_filter(h, ACL_REJECT, "10.0.1.2/32");
}

static void dns_rejected(struct host_kit *h)
{
	host_kit_filter(h, ACL_REJECT, "10.0.1.53/32");
}

static void server_gone(struct host_kit *h)
{
	router_remove_addr(host_router(h->server), 1,
			   world_kit_ip4("10.0.1.2"));
}

static void no_route(struct host_kit *h)
{
	h->tables.route_count = 1;
	host_kit_apply(h);
	h->conf.resolver = HOST_RESOLVER_DIRECT;
}

static void closed_port(struct host_kit *h)
{
	(void)h; /* the image's port says so */
}

static void dns_silent(struct host_kit *h)
{
	host_kit_filter(h, ACL_DROP, "10.0.1.53/32");
}

static void dns_silent_search(struct host_kit *h)
{
	dns_silent(h);
	h->conf.search[0] = "corp.local";
	h->conf.search_count = 1;
}

static void dns_no_port(struct host_kit *h)
{
	h->conf.nameservers[0] = world_kit_ip4("10.0.1.2");
}

static void dns_first_dead(struct host_kit *h)
{
	h->conf.nameservers[0] = world_kit_ip4("10.0.1.77");
	h->conf.nameservers[1] = world_kit_ip4("10.0.1.53");
	h->conf.nameserver_count = 2;
}

static void stub(struct host_kit *h)
{
	h->conf.resolver = HOST_RESOLVER_STUB;
}

static void stub_silent(struct host_kit *h)
{
	stub(h);
	dns_silent(h);
}

static void stub_rejected(struct host_kit *h)
{
	stub(h);
	dns_rejected(h);
}

/* '*' in texts stands for digits and dots: ephemeral ports. */
static const struct {
	const char *profile, *image;
	void (*break_it)(struct host_kit *h);
	const char *text; /* "" if it goes well */
	uint64_t ms, within;
} rows[] = {
	{"podvm", IMAGE, nothing, "", 0, 100},
	{"docker1903", IMAGE, nothing, "", 0, 100},
	{"skopeo", IMAGE, nothing, "", 0, 100},
	{"containerd16", IMAGE, nothing, "", 0, 100},
	/* No SYN-ACK, no word of it. */
	{"podvm", IMAGE, no_return,
	 "failed to do request: Head "
	 "https://registry.example/v2/busybox/manifests/latest: " DIALLED
	 "connect: connection timed out",
	 127000, 20},
	{"docker1903", IMAGE, no_return,
	 "rpc error: code = Unknown desc = Error response from daemon: Get "
	 "https://registry.example/v2/: net/http: request canceled while "
	 "waiting for connection (Client.Timeout exceeded while awaiting "
	 "headers)",
	 15000, 20},
	{"docker2010", IMAGE, no_return,
	 "rpc error: code = Unknown desc = Error response from daemon: Get "
	 "\"https://registry.example/v2/\": net/http: request canceled while "
	 "waiting for connection (Client.Timeout exceeded while awaiting "
	 "headers)",
	 15000, 20},
	{"containerd16", IMAGE, no_return,
	 "rpc error: code = DeadlineExceeded desc = failed to pull and unpack "
	 "image \"registry.example/busybox:latest\": failed to resolve "
	 "reference \"registry.example/busybox:latest\": failed to do request: "
	 "Head \"https://registry.example/v2/busybox/manifests/latest\": " DIALLED
	 "i/o timeout",
	 30000, 20},
	{"skopeo", IMAGE, no_return,
	 "rpc error: code = Unknown desc = initializing source "
	 "docker://registry.example/busybox:latest: pinging container registry "
	 "registry.example: Get \"https://registry.example/v2/\": " DIALLED
	 "i/o timeout",
	 60000, 20},
	/* ICMP 3/13, 3/1, RST. */
	{"podvm", IMAGE, reject, "*" DIALLED "connect: no route to host", 0,
	 20},
	{"docker1903", IMAGE, reject,
	 "*Get https://registry.example/v2/: " DIALLED
	 "connect: no route to host",
	 0, 20},
	{"containerd16", IMAGE, reject,
	 "rpc error: code = Unknown desc = *" DIALLED
	 "connect: no route to host",
	 0, 20},
	{"podvm", IMAGE, server_gone, "*" DIALLED "connect: no route to host",
	 3000, 20},
	{"docker1903", IMAGE, server_gone,
	 "*" DIALLED "connect: no route to host", 3000, 20},
	{"podvm", "10.0.1.2:5000/busybox", closed_port,
	 "*dial tcp 10.0.1.2:5000: connect: connection refused", 0, 20},
	{"podvm", "10.0.9.9/busybox", nothing,
	 "*dial tcp 10.0.9.9:443: connect: network is unreachable", 0, 20},
	/* Names. */
	{"containerd16", IMAGE, dns_silent,
	 "*" ASKED "10.0.1.53:53: read udp 10.0.0.2:*->10.0.1.53:53: i/o "
	 "timeout",
	 10000, 20},
	{"containerd16", IMAGE, dns_silent_search,
	 "*" ASKED "10.0.1.53:53: read udp 10.0.0.2:*->10.0.1.53:53: i/o "
	 "timeout",
	 20000, 20},
	{"docker1903", IMAGE, dns_silent,
	 "*" ASKED "10.0.1.53:53: read udp 10.0.0.2:*->10.0.1.53:53: i/o "
	 "timeout",
	 40000, 20},
	{"docker1903", IMAGE, dns_silent_search,
	 "*net/http: request canceled while waiting for connection "
	 "(Client.Timeout exceeded while awaiting headers)",
	 75000, 20},
	{"docker1903", IMAGE, stub_silent,
	 "*" ASKED "127.0.0.53:53: read udp 127.0.0.1:*->127.0.0.53:53: i/o "
	 "timeout",
	 40000, 20},
	{"containerd16", IMAGE, stub_silent,
	 "*" ASKED "127.0.0.53:53: read udp 127.0.0.1:*->127.0.0.53:53: i/o "
	 "timeout",
	 10000, 20},
	{"containerd16", IMAGE, stub_rejected,
	 "*" ASKED "127.0.0.53:53: server misbehaving", 0, 20},
	{"containerd16", IMAGE, stub, "", 0, 100},
	{"containerd16", IMAGE, dns_rejected,
	 "*" ASKED "10.0.1.53:53: read udp 10.0.0.2:*->10.0.1.53:53: read: no "
	 "route to host",
	 0, 20},
	{"containerd16", IMAGE, dns_no_port,
	 "*" ASKED "10.0.1.2:53: read udp 10.0.0.2:*->10.0.1.2:53: read: "
	 "connection refused",
	 0, 20},
	{"containerd16", "typo.example/busybox", nothing,
	 "*lookup typo.example on 10.0.1.53:53: no such host", 0, 20},
	{"containerd16", "empty.example/busybox", nothing,
	 "*lookup empty.example on 10.0.1.53:53: no such host", 0, 20},
	{"containerd16", "broken.example/busybox", nothing,
	 "*lookup broken.example on 10.0.1.53:53: server misbehaving", 0, 20},
	/* Soft errors do not reach a UDP socket: it waits (ICMP 3/0). */
	{"containerd16", IMAGE, no_route,
	 "*" ASKED "10.0.1.53:53: read udp 10.0.0.2:*->10.0.1.53:53: i/o "
	 "timeout",
	 10000, 20},
	/* Every look-up is 5 s late: four calls, or three before and five. */
	{"containerd16", IMAGE, dns_first_dead, "", 20000, 120},
	/* Not the network. */
	{"docker1903", "registry.example/nginx", nothing,
	 "*manifest for registry.example/nginx:latest not found: manifest "
	 "unknown: manifest unknown",
	 0, 100},
	{"containerd16", "registry.example/nginx", nothing,
	 "rpc error: code = NotFound desc = *registry.example/nginx:latest: "
	 "not found",
	 0, 100},
};

/* Whether 'text' is as 'pattern' says; '*' is anything. */
static bool is_like(const char *pattern, const char *text)
{
	if (*pattern != '*')
		return *pattern == *text &&
		       (!*text || is_like(pattern + 1, text + 1));
	for (;; text++) {
		if (is_like(pattern + 1, text))
			return true;
		if (!*text)
			return false;
	}
}

START_TEST(each_client_has_its_words_and_its_time)
{
	struct host_kit h;
	host_kit_init(&h);
	rows[_i].break_it(&h);
	host_configure(h.client, &h.conf);
	bool ok = host_kit_pull(&h, rows[_i].profile, rows[_i].image);
	const char *text = str_text(&h.text);
	ck_assert_msg(ok == !*rows[_i].text && is_like(rows[_i].text, text),
		      "row %d: %s", _i, text);
	ck_assert_msg(h.took >= rows[_i].ms * MS &&
			      h.took <= (rows[_i].ms + rows[_i].within) * MS,
		      "row %d: %llu ms", _i, (unsigned long long)(h.took / MS));
	host_kit_fini(&h);
}
END_TEST

static size_t questions(const struct host_kit *h, const struct nic *from)
{
	return host_kit_count(h, from, IP4_PROTO_UDP, 53, 0);
}

START_TEST(docker_asks_for_names_before_it_connects)
{
	struct host_kit h;
	host_kit_init(&h);
	ck_assert_msg(host_kit_pull(&h, "docker1903", IMAGE), "%s",
		      str_text(&h.text));
	struct nic *n = host_kit_nic(h.client);
	size_t first = 0, asked = 0;
	for (size_t i = 0; i < h.k.frames.count && !first; i++) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		const uint8_t *ip = f->bytes + ETH_SIZE;
		if (f->nic != n || be_load16(f->bytes + 12) != ETH_TYPE_IP4)
			continue;
		asked += ip[9] == IP4_PROTO_UDP;
		first = ip[9] == IP4_PROTO_TCP;
	}
	/* Three hidden look-ups and the ping's, A and AAAA each. */
	ck_assert_uint_eq(asked, 8);
	/* GET /v2/, the manifest, the config, one layer: one each. */
	ck_assert_uint_eq(host_kit_count(&h, n, IP4_PROTO_TCP, 443, TCP_SYN),
			  4);
	host_kit_fini(&h);
}
END_TEST

static const struct tls_server served = {.issuer = HOST_PUBLIC,
					 .not_before = VCLOCK_EPOCH - 86400,
					 .not_after = VCLOCK_EPOCH + 86400};

START_TEST(all_layers_are_fetched_whole)
{
	static const char *const tags[] = {"1.0", "latest"};
	static const uint64_t layers[] = {1000, 50000, 2000};
	static const struct registry_image image = {"busybox", tags, 2, layers,
						    3};
	static const struct registry_conf conf = {443, 0, &image, 1, &served};
	struct host_kit h;
	host_kit_init(&h);
	registry_serve(h.server, &conf);
	ck_assert_msg(host_kit_pull(&h, "docker1903", IMAGE), "%s",
		      str_text(&h.text));
	size_t bytes = 0;
	for (size_t i = 0; i < h.k.frames.count; i++)
		if (h.k.frames.at[i].nic == host_kit_nic(h.server))
			bytes += h.k.frames.at[i].len;
	ck_assert_uint_gt(bytes, 53000);
	ck_assert_uint_lt(bytes, 75000);
	host_kit_fini(&h);
}
END_TEST

/* Each layer is a conversation of its own; the last ones are told. */
START_TEST(of_very_many_conversations_the_last_are_told)
{
	static const char *const tags[] = {"latest"};
	static uint64_t layers[100];
	static const struct registry_image image = {"busybox", tags, 1, layers,
						    100};
	static const struct registry_conf conf = {443, 0, &image, 1, &served};
	bool done = false;
	struct host_kit h;
	for (size_t i = 0; i < 100; i++)
		layers[i] = 100 + i;
	host_kit_init(&h);
	registry_serve(h.server, &conf);
	struct pull *p = pull_new(h.client, profile_find("docker1903"), IMAGE,
				  host_kit_pulled, &done);
	ck_assert(world_run_while(h.k.world, &done, 400 * VCLOCK_S));
	const struct pull_result *r = pull_result(p);
	ck_assert_msg(r->ok, "%s", str_text(&r->error));
	ck_assert_uint_eq(r->connections, 103);
	ck_assert_uint_eq(r->flow_count, 64);
	for (size_t i = 1; i < 64; i++)
		ck_assert_uint_gt(r->flows[i], r->flows[i - 1]);
	pull_free(p);
	host_kit_fini(&h);
}
END_TEST

/* What is no digest in a manifest is not asked for. */
START_TEST(digests_have_a_length)
{
	static const struct registry_page page = {
		443, 200,
		"{\"digest\":\"sha256:0\"} {\"digest\":\"sha256:"
		"00000000000000000000000000000000"
		"00000000000000000000000000000000\"} {\"digest\":\"sha256:",
		&served};
	struct host_kit h;
	host_kit_init(&h);
	registry_serve_page(h.server, &page);
	ck_assert_msg(host_kit_pull(&h, "docker1903", IMAGE), "%s",
		      str_text(&h.text));
	/* GET /v2/, the manifest, one blob. */
	ck_assert_uint_eq(host_kit_count(&h, host_kit_nic(h.client),
					 IP4_PROTO_TCP, 443, TCP_SYN),
			  3);
	host_kit_fini(&h);
}
END_TEST

START_TEST(the_stub_merges_what_is_asked_again)
{
	struct host_kit h;
	host_kit_init(&h);
	stub_silent(&h);
	host_configure(h.client, &h.conf);
	ck_assert(!host_kit_pull(&h, "docker1903", IMAGE));
	size_t inside =
		questions(&h, router_port(host_router(h.client), 0)->nic);
	size_t outside = questions(&h, host_kit_nic(h.client));
	ck_assert_uint_eq(inside, 16); /* 4 look-ups, A and AAAA, twice each */
	ck_assert_uint_gt(outside, 0);
	ck_assert_uint_lt(outside, inside);
	/* Then by TCP, at 20 s. */
	ck_assert_uint_gt(host_kit_count(&h, host_kit_nic(h.client),
					 IP4_PROTO_TCP, 53, TCP_SYN),
			  0);
	host_kit_fini(&h);
}
END_TEST

/* docker 19.03 dials with a plain Dial: its call ends at 15 s, the socket does
 * not. */
START_TEST(the_syn_of_second_15_still_goes_out)
{
	struct host_kit h;
	host_kit_init(&h);
	no_return(&h);
	ck_assert(!host_kit_pull(&h, "docker1903", IMAGE));
	world_run_until(h.k.world, world_now(h.k.world) + 100 * VCLOCK_S);
	ck_assert_uint_eq(host_kit_count(&h, host_kit_nic(h.client),
					 IP4_PROTO_TCP, 443, TCP_SYN),
			  5);
	host_kit_fini(&h);
}
END_TEST

Suite *pull_test_suite(void);
Suite *pull_test_suite(void)
{
	Suite *s = suite_create("host/pull");
	TCase *c = tcase_create("pull");
	tcase_add_loop_test(c, each_client_has_its_words_and_its_time, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, docker_asks_for_names_before_it_connects);
	tcase_add_test(c, all_layers_are_fetched_whole);
	tcase_add_test(c, of_very_many_conversations_the_last_are_told);
	tcase_add_test(c, digests_have_a_length);
	tcase_add_test(c, the_stub_merges_what_is_asked_again);
	tcase_add_test(c, the_syn_of_second_15_still_goes_out);
	suite_add_tcase(s, c);
	return s;
}
