/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <sys/mman.h>

#include "tests/unit/topology/build/net_kit.h"
#include "topology/build/net_private.h"

static const struct {
	const char *patch, *message;
} refused[] = {
	{"hosts: {gw: {segment: net, address: 198.51.100.5/24}}",
	 "there are two nodes called gw"},
	{"tier1s: {t0: {}}", "there are two nodes called t0"},
	{"routers: {vm-a: {interfaces: {up: {segment: up, address: "
	 "192.0.2.9/24}}}}", /* the first host's name */
	 "there are two nodes called vm-a"},
	{"tier0s: {t0: {transit_subnet: 100.64.0.0/31}}",
	 "2 Tier-1 gateways need more router links than transit_subnet "
	 "100.64.0.0/31 has"},
};

START_TEST(what_does_not_fit_is_refused)
{
	struct net_kit k;
	net_kit_init(&k, NULL);
	net_kit_fini(&k);
	memset(&k, 0, sizeof(k));
	diag_init(&k.diag);
	struct model *m = net_kit_read(&k, _i < 3 ? refused[_i].patch : NULL);
	if (_i == 3) /* the file's own check would find it first */
		m->tier0s.at[0].transit_subnet.len = 31;
	k.net = net_new(m, 1, &k.diag);
	model_free(m);
	str_clear(&k.said);
	diag_print(&k.diag, false, &k.said);
	ck_assert_ptr_null(k.net);
	ck_assert_msg(strstr(str_text(&k.said), refused[_i].message), "%s",
		      str_text(&k.said));
	net_kit_fini(&k);
}
END_TEST

/* Two addresses for each link. */
START_TEST(router_links_may_take_the_whole_subnet)
{
	struct net_kit k;
	net_kit_init(&k, "tier0s: {t0: {transit_subnet: 100.64.0.0/30}}");
	ck_assert_msg(k.net, "%s", str_text(&k.said));
	net_kit_fini(&k);
}
END_TEST

/* Nine edges: one more than a Tier-0 can have service routers. */
static void add_edges(struct str *s, unsigned count)
{
	str_add(s, "edge_clusters: {ec: {edges: {");
	for (unsigned i = 3; i <= count; i++)
		str_addf(s, "%sen%u: {}", i > 3 ? ", " : "", i);
	str_add(s, "}}}\ntier0s: {t0: {interfaces: {");
	for (unsigned i = 3; i <= count; i++)
		str_addf(s,
			 "%sup%u: {edge: en%u, segment: up, address: "
			 "192.0.2.1%u/24}",
			 i > 3 ? ", " : "", i, i, i);
	str_add(s, "}}}\n");
}

START_TEST(a_tier0_has_eight_service_routers_at_most)
{
	struct net_kit k;
	struct str patch = {0};
	size_t count;
	add_edges(&patch, 8 + (unsigned)_i);
	net_kit_init(&k, str_text(&patch));
	if (_i) {
		ck_assert_ptr_null(k.net);
		ck_assert_msg(strstr(str_text(&k.said),
				     "t0 has interfaces on 9 edges: 8 is the "
				     "limit"),
			      "%s", str_text(&k.said));
	} else {
		ck_assert_uint_eq(net_gateways(k.net, &count)[0].part_count, 9);
		ck_assert(net_kit_tcp(&k, "vm-a", "198.51.100.10", 443));
	}
	str_fini(&patch);
	net_kit_fini(&k);
}
END_TEST

static void add_segments(struct str *s, unsigned count)
{
	str_add(s, "segments: {");
	for (unsigned i = 0; i < count; i++)
		str_addf(s,
			 "%sx%u: {tier1: t1b, gateway_address: "
			 "172.%u.%u.%u/30}",
			 i ? ", " : "", i, 16 + i / 16384, i / 64 % 256,
			 i % 64 * 4 + 1);
	str_add(s, "}\n");
}

/* Two ports and seg-b are there already. */
START_TEST(ports_have_a_limit)
{
	struct net_kit k;
	struct str patch = {0};
	add_segments(&patch, 16381 + (unsigned)_i);
	net_kit_init(&k, str_text(&patch));
	ck_assert_int_eq(k.net != NULL, !_i);
	if (_i)
		ck_assert_msg(strstr(str_text(&k.said),
				     "t1b has 16385 interfaces: 16384 is the "
				     "limit"),
			      "%s", str_text(&k.said));
	str_fini(&patch);
	net_kit_fini(&k);
}
END_TEST

static void add_interfaces(struct str *s, unsigned count)
{
	str_add(s, "routers: {gw: {nat_rules: {m: {action: SNAT, "
		   "source_network: 10.0.0.0/8, translated_network: "
		   "198.51.100.1, scope: [net]}}, interfaces: {");
	for (unsigned i = 0; i < count; i++)
		str_addf(s, "%sx%u: {segment: net, address: 172.16.%u.1/24}",
			 i ? ", " : "", i, i);
	str_add(s, "}}}\n");
}

START_TEST(scopes_have_a_limit)
{
	struct net_kit k;
	struct str patch = {0};
	add_interfaces(&patch, 61 + (unsigned)_i);
	net_kit_init(&k, str_text(&patch));
	ck_assert_int_eq(k.net != NULL, !_i);
	if (_i)
		ck_assert_msg(strstr(str_text(&k.said), "a scope is possible"),
			      "%s", str_text(&k.said));
	str_fini(&patch);
	net_kit_fini(&k);
}
END_TEST

/* What is never written to takes no memory. */
START_TEST(notes_have_numbers_for_two_million_nodes)
{
	size_t size =
		(NOTE_NODES_MAX + (size_t)1) * sizeof(struct model_segment);
	struct model_segment *all =
		mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert(all != MAP_FAILED);
	madvise(all, size, MADV_HUGEPAGE);
	struct model m = {.segments = {all, NOTE_NODES_MAX}};
	struct diag d;
	diag_init(&d);
	ck_assert(net_check(&m, &d));
	m.segments.count++;
	ck_assert(!net_check(&m, &d));
	ck_assert_uint_eq(d.error_count, 1);
	ck_assert_str_eq(d.messages[0].text,
			 "the network would have up to 2097153 nodes: 2097152 "
			 "is the limit");
	diag_fini(&d);
	munmap(all, size);
}
END_TEST

Suite *net_check_test_suite(void);
Suite *net_check_test_suite(void)
{
	Suite *s = suite_create("topology/build/net_check");
	TCase *c = tcase_create("net_check");
	tcase_add_test(c, router_links_may_take_the_whole_subnet);
	tcase_add_loop_test(c, what_does_not_fit_is_refused, 0,
			    sizeof(refused) / sizeof(refused[0]));
	tcase_add_loop_test(c, a_tier0_has_eight_service_routers_at_most, 0, 2);
	tcase_add_loop_test(c, ports_have_a_limit, 0, 2);
	tcase_add_loop_test(c, scopes_have_a_limit, 0, 2);
	tcase_add_test(c, notes_have_numbers_for_two_million_nodes);
	suite_add_tcase(s, c);
	return s;
}
