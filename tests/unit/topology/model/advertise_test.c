/* SPDX-License-Identifier: Apache-2.0 */
#include "topology/model/advertise.h"

#include "tests/unit/suites.h"
#include "tests/unit/topology/model/model_kit.h"

#define NAT	  MODEL_TIER1_NAT
#define CONNECTED MODEL_TIER1_CONNECTED

/* By type NAT is advertised, what is connected is not. */
static const char text[] =
	"tier1s: {t: {route_advertisement_types: [TIER1_NAT], "
	"route_advertisement_rules: {\n"
	"a: {action: DENY, subnets: [10.1.0.0/16, 10.2.0.0/16], "
	"route_advertisement_types: [TIER1_NAT, TIER1_LB_VIP]},\n"
	"b: {action: PERMIT, subnets: [10.3.0.0/16, 10.4.0.0/16], "
	"prefix_operator: EQ},\n"
	"c: {action: DENY, subnets: [10.4.0.0/16, 10.5.0.0/24]},\n"
	"d: {action: PERMIT, subnets: 10.5.0.0/16, "
	"route_advertisement_types: [TIER1_CONNECTED]}}}}\n";

static const struct {
	const char *prefix;
	enum model_advertise type;
	bool permitted;
} rows[] = {
	{"10.9.0.0/16", NAT, true},
	{"10.9.0.0/16", CONNECTED, false},
	{"10.1.0.0/16", NAT, false},
	{"10.1.7.0/24", NAT, false},
	{"10.2.7.1/32", NAT, false},
	{"10.2.0.0/16", MODEL_TIER1_LB_VIP, false},
	{"10.0.0.0/14", NAT, true}, /* holds them, is not inside them */
	{"10.0.0.0/15", NAT, true},
	{"10.2.0.0/16", CONNECTED, false},
	{"10.3.0.0/16", CONNECTED, true},
	{"10.4.0.0/16", CONNECTED, true}, /* the first that matches */
	{"10.3.0.0/17", CONNECTED, false},
	{"10.3.0.0/17", NAT, true},
	{"10.4.0.0/17", NAT, false},
	{"10.5.0.0/24", CONNECTED, false},
	{"10.5.0.0/23", CONNECTED, true},
	{"10.5.1.0/24", CONNECTED, true},
	{"10.5.1.0/24", MODEL_TIER1_STATIC_ROUTES, false},
	{"10.6.0.0/16", MODEL_TIER1_LB_SNAT, false},
};

START_TEST(the_first_rule_about_a_route_decides_else_its_type)
{
	struct diag d;
	struct addr_prefix p;
	diag_init(&d);
	struct tree *t = tree_parse("t.yaml", text, strlen(text), &d);
	struct model *m = model_read(t, &d);
	ck_assert(addr_parse_prefix(rows[_i].prefix, &p));
	ck_assert_int_eq(advertise_permits(&m->tier1s.at[0], rows[_i].type, p),
			 rows[_i].permitted);
	model_free(m);
	tree_free(t);
	diag_fini(&d);
}
END_TEST

Suite *advertise_test_suite(void);
Suite *advertise_test_suite(void)
{
	Suite *s = suite_create("topology/model/advertise");
	TCase *c = tcase_create("advertise");
	tcase_add_loop_test(c,
			    the_first_rule_about_a_route_decides_else_its_type,
			    0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(s, c);
	return s;
}
