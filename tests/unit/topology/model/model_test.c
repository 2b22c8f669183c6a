/* SPDX-License-Identifier: Apache-2.0 */
/* A model read from text: defaults, references, places; and the article's
 * topology against what the article tells of it. What is refused, and what is
 * warned of, is in tests/lang, message by message. */
#include "topology/model/model.h"

#include <check.h>
#include <string.h>

#include "sim/base/str.h"
#include "tests/unit/suites.h"
#include "topology/lang/tree.h"
#include "topology/model/advice.h"
#include "topology/model/sanity.h"

#define ARTICLE "topology/library/vcf4-static.yaml"

static struct diag d;
static struct tree *t;
static struct model *m;

static void read_tree(struct tree *tree)
{
	struct str said = {0};
	t = tree;
	m = t ? model_read(t, &d) : NULL;
	diag_print(&d, false, &said);
	ck_assert_msg(m, "%s", str_text(&said));
	str_fini(&said);
}

static void read_text(const char *text)
{
	diag_init(&d);
	read_tree(tree_parse("t.yaml", text, strlen(text), &d));
}

static void read_article(void)
{
	diag_init(&d);
	read_tree(tree_load(ARTICLE, &d));
}

static void clean(void)
{
	model_free(m);
	tree_free(t);
	diag_fini(&d);
}

static const char small[] =
	"edge_clusters: {ec: {edges: {en1: {}, en2: {}}}}\n"
	"tier0s:\n"
	"  t0:\n"
	"    ha_mode: ACTIVE_STANDBY\n"
	"    edge_cluster: ec\n"
	"    interfaces: {up: {edge: en2, segment: v, address: "
	"192.0.2.2/24}}\n"
	"    nat_rules: {out: {action: SNAT, source_network: 10.0.0.0/8, "
	"translated_network: 192.0.2.9}}\n"
	"tier1s: {t1: {tier0: t0}}\n"
	"segments: {v: {}, s: {tier1: t1, gateway_address: 10.0.0.1/24}}\n"
	"hosts: {h: {segment: s, address: 10.0.0.2/24, gateway: 10.0.0.1}}\n"
	"workloads: {w: {host: h}}\n";

START_TEST(what_is_not_said_is_what_nsx_takes)
{
	read_text(small);
	const struct model_tier0 *t0 = &m->tier0s.at[0];
	const struct model_nat_rule *r = &t0->nat_rules.at[0];
	ck_assert_uint_eq(m->nsx_major, 3);
	ck_assert_uint_eq(m->nsx_minor, 0);
	ck_assert_uint_eq(t0->transit_subnet.addr.v, 0x64400000);
	ck_assert_uint_eq(t0->transit_subnet.len, 16);
	ck_assert(!t0->icmp_unreachable && t0->icmp_ttl_exceeded);
	ck_assert_int_eq(t0->interfaces.at[0].urpf_mode, MODEL_URPF_STRICT);
	ck_assert_uint_eq(t0->interfaces.at[0].mtu, 1500);
	ck_assert_uint_eq(r->rule.sequence_number, 0);
	ck_assert(r->rule.enabled);
	ck_assert_int_eq(m->segments.at[1].urpf_mode, MODEL_URPF_STRICT);
}
END_TEST

START_TEST(every_interface_takes_what_is_not_said)
{
	read_article();
	for (size_t i = 0; i < m->tier0s.count; i++)
		for (size_t j = 0; j < m->tier0s.at[i].interfaces.count; j++)
			ck_assert_int_eq(
				m->tier0s.at[i].interfaces.at[j].urpf_mode,
				MODEL_URPF_STRICT);
	ck_assert_uint_ge(m->tier0s.at[0].interfaces.count, 2);
	for (size_t i = 0; i < m->routers.count; i++)
		for (size_t j = 0; j < m->routers.at[i].interfaces.count; j++)
			ck_assert_int_eq(
				m->routers.at[i].interfaces.at[j].urpf_mode,
				MODEL_URPF_NONE);
	ck_assert_uint_ge(m->routers.at[0].interfaces.count, 2);
}
END_TEST

START_TEST(names_become_indices)
{
	read_text(small);
	ck_assert_uint_eq(m->tier1s.at[0].tier0.index, 0);
	ck_assert_uint_eq(m->tier0s.at[0].interfaces.at[0].edge.index, 1);
	ck_assert_uint_eq(m->segments.at[1].tier1.index, 0);
	ck_assert_uint_eq(m->tier1s.at[0].edge_cluster.index, SANITY_NONE);
	ck_assert_uint_eq(m->workloads.at[0].host.index, 0);
}
END_TEST

START_TEST(a_record_knows_its_path_and_place)
{
	struct str s = {0};
	read_text(small);
	const struct schema_id *id = &m->tier0s.at[0].nat_rules.at[0].id;
	ck_assert_str_eq(id->path, "tier0s.t0.nat_rules.out");
	diag_error(&d, id->at, "here");
	diag_print(&d, false, &s);
	ck_assert_ptr_nonnull(strstr(str_text(&s), "t.yaml:7:17: error: here"));
	str_fini(&s);
}
END_TEST

START_TEST(it_lives_until_its_last_owner_has_gone)
{
	read_text(small);
	model_hold(m);
	model_free(m);
	ck_assert_str_eq(m->workloads.at[0].id.name, "w");
	/* clean() frees it; the sanitizer watches */
}
END_TEST

static size_t hosts_on(const char *segment)
{
	size_t count = 0;
	for (size_t i = 0; i < m->hosts.count; i++) {
		const struct model_host *h = &m->hosts.at[i];
		const char *first = h->interfaces.count
					    ? h->interfaces.at[0].segment.name
					    : h->segment.name;
		count += first && !strcmp(first, segment);
	}
	return count;
}

START_TEST(the_article_has_three_tier1_gateways_and_all_its_machines)
{
	read_article();
	ck_assert_uint_eq(m->tier0s.count, 1);
	ck_assert_int_eq(m->tier0s.at[0].ha_mode, MODEL_ACTIVE_ACTIVE);
	ck_assert_uint_eq(m->tier0s.at[0].interfaces.count, 2);
	ck_assert_uint_eq(m->tier1s.count, 3);
	ck_assert_uint_eq(hosts_on("seg-cp"), 3);
	ck_assert_uint_eq(hosts_on("seg-harbor"), 7);
	ck_assert_uint_eq(hosts_on("seg-podvm-ns"), 2);
	ck_assert_uint_eq(hosts_on("seg-tkg"), 1 + 3);
}
END_TEST

/* "The other Tier-1 with no segments connected ... is unused." */
START_TEST(the_articles_third_tier1_has_no_segment)
{
	read_article();
	size_t unused = 0;
	for (size_t i = 0; i < m->tier1s.count; i++) {
		size_t segments = 0;
		for (size_t j = 0; j < m->segments.count; j++)
			segments += m->segments.at[j].tier1.name &&
				    m->segments.at[j].tier1.index == i;
		unused += !segments;
	}
	ck_assert_uint_eq(unused, 1);
}
END_TEST

START_TEST(the_article_gives_no_cause_for_advice)
{
	struct str s = {0};
	read_article();
	advice_check(m, &d);
	diag_print(&d, false, &s);
	ck_assert_msg(!d.warning_count && !d.error_count, "%s", str_text(&s));
	str_fini(&s);
}
END_TEST

Suite *model_test_suite(void);
Suite *model_test_suite(void)
{
	Suite *s = suite_create("topology/model/model");
	TCase *c = tcase_create("model");
	tcase_add_checked_fixture(c, NULL, clean);
	tcase_add_test(c, what_is_not_said_is_what_nsx_takes);
	tcase_add_test(c, every_interface_takes_what_is_not_said);
	tcase_add_test(c, names_become_indices);
	tcase_add_test(c, a_record_knows_its_path_and_place);
	tcase_add_test(c, it_lives_until_its_last_owner_has_gone);
	tcase_add_test(
		c, the_article_has_three_tier1_gateways_and_all_its_machines);
	tcase_add_test(c, the_articles_third_tier1_has_no_segment);
	tcase_add_test(c, the_article_gives_no_cause_for_advice);
	suite_add_tcase(s, c);
	return s;
}
