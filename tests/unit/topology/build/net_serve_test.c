/* SPDX-License-Identifier: Apache-2.0 */
/* What hosts are told and what they serve, to the last of each list. */
#include <check.h>

#include "sim/host/tls.h"
#include "sim/host/stack.h"
#include "tests/unit/topology/build/net_kit.h"

static struct net_kit k;
static char text[512];

static void teardown(void)
{
	net_kit_fini(&k);
}

START_TEST(a_host_is_told_what_the_file_says)
{
	net_kit_init(&k, "hosts: {vm-b: {nameservers: [10.0.0.1, 10.0.0.2, "
			 "10.0.0.3], search: [a.lab, b.lab, c.lab], "
			 "trusted_authorities: [public, ours, theirs], "
			 "clock_offset: -90s, resolver: stub, kernel: "
			 "linux-6.5}}\n");
	const struct host_conf *c = host_conf(net_host(k.net, "vm-b"));
	const struct host_conf *other = host_conf(net_host(k.net, "server"));
	static const char *const search[] = {"a.lab", "b.lab", "c.lab"};
	static const char *const trusted[] = {"public", "ours", "theirs"};
	ck_assert_uint_eq(c->nameserver_count, 3);
	ck_assert_uint_eq(c->search_count, 3);
	ck_assert_uint_eq(c->authority_count, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(c->nameservers[i].v, 0x0a000001 + i);
		ck_assert_str_eq(c->search[i], search[i]);
		ck_assert_str_eq(c->authorities[i], trusted[i]);
	}
	ck_assert_int_eq(c->clock_offset, -90);
	ck_assert_int_eq(c->resolver, HOST_RESOLVER_STUB);
	ck_assert_int_eq(c->syn, HOST_SYN_LINUX_6_5);
	ck_assert_int_eq(other->resolver, HOST_RESOLVER_DIRECT);
	ck_assert_int_eq(other->syn, HOST_SYN_LINUX_5);
	ck_assert_uint_eq(other->authority_count, 1);
}
END_TEST

/* What a probe from vm-a ends with. */
static const char *ask(const char *from, enum probe_kind kind,
		       const char *target, uint16_t port)
{
	bool done = false;
	struct world *w = net_world(k.net);
	struct probe_conf c = {.kind = kind,
			       .target = target,
			       .port = port,
			       .timeout = 5 * VCLOCK_S};
	struct probe *p = net_kit_start(&k, from, &c, net_kit_done, &done);
	ck_assert(world_run_while(w, &done, world_now(w) + 100 * VCLOCK_S));
	ck_assert(done);
	snprintf(text, sizeof(text), "%s", str_text(&probe_result(p)->text));
	probe_free(p);
	net_kit_wait(&k);
	return text;
}

#define LOOK(name)	ask("vm-a", PROBE_LOOKUP, name, 0)
#define NONE(name, why) "lookup " name " on 198.51.100.10:53: " why

START_TEST(records_and_zones_are_served_while_they_are_there)
{
	net_kit_init(&k, "hosts: {server: {dns_server: {other_names: REFUSED, "
			 "records: {b.example: {addresses: [10.0.0.5, "
			 "10.0.0.6]}, c.example: {rcode: SERVFAIL}}, zones: "
			 "{one.lab: {}, two.lab: {records: {'@': 10.0.0.7, "
			 "www: 10.0.0.8}}}}}}");
	ck_assert_str_eq(LOOK("a.example"), "192.0.2.77");
	ck_assert_str_eq(LOOK("b.example"), "10.0.0.5 10.0.0.6");
	ck_assert_str_eq(LOOK("c.example"),
			 NONE("c.example", "server misbehaving"));
	ck_assert_str_eq(LOOK("two.lab"), "10.0.0.7");
	ck_assert_str_eq(LOOK("www.two.lab"), "10.0.0.8");
	ck_assert_str_eq(LOOK("www.one.lab"),
			 NONE("www.one.lab", "no such host"));
	ck_assert_str_eq(LOOK("x.example"),
			 NONE("x.example", "server misbehaving"));
	ck_assert(net_kit_apply(&k, NULL));
	ck_assert_str_eq(LOOK("a.example"), "192.0.2.77");
	ck_assert_str_eq(LOOK("two.lab"), NONE("two.lab", "no such host"));
}
END_TEST

START_TEST(silent_ports_say_nothing)
{
	net_kit_init(&k, "hosts: {server: {silent_ports: [81, 82]}}");
	const char *const refused = "connection refused";
	ck_assert_ptr_nonnull(
		strstr(ask("vm-a", PROBE_TCP, "198.51.100.10", 80), refused));
	for (uint16_t port = 81; port < 83; port++)
		ck_assert_ptr_nonnull(
			strstr(ask("vm-a", PROBE_TCP, "198.51.100.10", port),
			       "i/o timeout"));
	ck_assert(net_kit_apply(&k, NULL));
	ck_assert_ptr_nonnull(
		strstr(ask("vm-a", PROBE_TCP, "198.51.100.10", 82), refused));
}
END_TEST

#define GET(url) ask("vm-a", PROBE_HTTP, url, 0)

#define SERVED(page, registry)                                                 \
	"hosts: {server: {http_servers: {a: {port: 8080, status: 404}, b: "    \
	"{port: 8443}, c: {port: 9000, " page                                  \
	"}}, registry: {port: 5000, " registry "}}}"

START_TEST(pages_and_images_are_served_each_on_its_port)
{
	net_kit_init(&k, SERVED("tls: true", "images: {x: {}, y: {tags: [v1, "
					     "v2]}}"));
	ck_assert_str_eq(GET("http://198.51.100.10:8080/"), "404 Not Found");
	ck_assert_str_eq(GET("https://198.51.100.10:8443/"), "200 OK");
	ck_assert_str_eq(GET("https://198.51.100.10:9000/"), "200 OK");
	ck_assert_str_eq(GET("https://198.51.100.10/"), "200 OK");
	ck_assert_str_eq(GET("https://198.51.100.10:5000/v2/"), "200 OK");
	ck_assert_str_eq(
		GET("https://198.51.100.10:5000/v2/x/manifests/latest"),
		"200 OK");
	ck_assert_str_eq(GET("https://198.51.100.10:5000/v2/y/manifests/v2"),
			 "200 OK");
	ck_assert_str_eq(
		GET("https://198.51.100.10:5000/v2/y/manifests/latest"),
		"404 Not Found");
	ck_assert(net_kit_apply(&k, SERVED("tls: false", "status: 503, tls: "
							 "false")));
	ck_assert_str_eq(GET("http://198.51.100.10:9000/"), "200 OK");
	ck_assert_str_eq(GET("http://198.51.100.10:5000/v2/"),
			 "503 Service Unavailable");
}
END_TEST

/* A certificate without names has the addresses that lead to the server: its
 * own, a VIP, and what rules make of them, one after the other. */
static const char doors[] =
	"tier0s: {t0: {nat_rules: {one: null, two: {action: REFLEXIVE, "
	"source_network: 30.0.0.9, translated_network: 192.0.2.3}}}}\n"
	"tier1s: {t1: {nat_rules: {in: {action: DNAT, destination_network: "
	"30.0.0.9, translated_network: 10.1.0.10}, net: {action: DNAT, "
	"destination_network: 30.0.2.0/31, translated_network: "
	"10.1.0.10/31}}}}\n"
	"lb_pools: {web: {members: ['10.1.0.9:443', '10.1.0.10:443']}}\n"
	"lb_virtual_servers: {vip: {ports: [443]}}\n"
	"routers: {gw: {routes: {d: {network: 30.0.0.0/14, next_hops: "
	"[192.0.2.2]}}, nat_rules: {g: {action: REFLEXIVE, source_network: "
	"192.0.2.3, translated_network: 198.51.100.99}}}}\n"
	"hosts: {vm-a: {http_servers: {s: {port: 443}}}, vm-c: {segment: "
	"seg-a, address: 10.1.0.9/24, gateway: 10.1.0.1, http_servers: {s: "
	"{port: 443}}}}\n";

START_TEST(a_certificate_has_the_addresses_that_lead_to_the_server)
{
	if (!tls_is_built())
		return;
	net_kit_init(&k, doors);
	ck_assert_msg(k.net, "%s", str_text(&k.said));
	ck_assert_str_eq(ask("vm-b", PROBE_HTTP, "https://10.1.0.10/", 0),
			 "200 OK");
	for (int i = 0; i < 2; i++) /* one member, then the other */
		ck_assert_str_eq(
			ask("vm-b", PROBE_HTTP, "https://30.0.1.1/", 0),
			"200 OK");
	ck_assert_str_eq(ask("server", PROBE_HTTP, "https://192.0.2.3/", 0),
			 "200 OK");
	ck_assert_ptr_nonnull(
		strstr(ask("server", PROBE_HTTP, "https://30.0.2.0/", 0),
		       "certificate is valid for 10.1.0.10, 30.0.1.1, "
		       "30.0.0.9, 192.0.2.3, 198.51.100.99, not 30.0.2.0"));
}
END_TEST

Suite *net_serve_test_suite(void);
Suite *net_serve_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_serve");
	TCase *c = tcase_create("net_serve");
	tcase_add_checked_fixture(c, NULL, teardown);
	tcase_add_test(c, a_host_is_told_what_the_file_says);
	tcase_add_test(c, records_and_zones_are_served_while_they_are_there);
	tcase_add_test(c, silent_ports_say_nothing);
	tcase_add_test(c, pages_and_images_are_served_each_on_its_port);
	tcase_add_test(c,
		       a_certificate_has_the_addresses_that_lead_to_the_server);
	suite_add_tcase(s, c);
	return s;
}
