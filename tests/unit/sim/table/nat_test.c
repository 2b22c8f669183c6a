/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/nat.h"

#include "tests/unit/suites.h"

Suite *nat_test_suite(void);

#define TCP 6
#define UDP 17

static struct nat_rule storage[8];
static struct nat nat;

static ip4 addr(const char *text)
{
	ip4 a = {0};
	ck_assert(addr_parse_ip4(text, &a));
	return a;
}

static struct nat_prefixes list(const char *one, const char *two)
{
	struct nat_prefixes p = {0};
	if (one)
		ck_assert(addr_parse_prefix(one, &p.at[p.count++]));
	if (two)
		ck_assert(addr_parse_prefix(two, &p.at[p.count++]));
	return p;
}

static struct nat_rule *add(enum nat_action action, uint32_t sequence)
{
	struct nat_rule r = {.action = action,
			     .sequence_number = sequence,
			     .enabled = true,
			     .ref = (uint32_t)nat.count + 1};
	ck_assert(nat_add(&nat, &r));
	return &storage[nat.count - 1];
}

/* The number of the rule that decides about a TCP packet, 0: none. */
static uint32_t decides(enum nat_stage stage, const char *src, const char *dst,
			uint16_t dport, uint16_t port)
{
	struct flow_key flow = {addr(src), addr(dst), 4000, dport, TCP};
	struct nat_key key = {.flow = &flow, .port = port};
	const struct nat_rule *r = nat_match(&nat, stage, &key);
	return r ? r->ref : 0;
}

static uint32_t leaving(const char *src, const char *dst)
{
	return decides(NAT_EGRESS, src, dst, 80, 1);
}

static uint32_t arriving(const char *dst, uint16_t dport)
{
	return decides(NAT_INGRESS, "8.8.8.8", dst, dport, 1);
}

static void setup(void)
{
	nat_init(&nat, storage, 8);
}

START_TEST(the_lowest_sequence_number_wins)
{
	add(NAT_SNAT, 20);
	add(NAT_NO_SNAT, 10)->destination = list("10.0.0.0/8", NULL);
	nat_seal(&nat);
	ck_assert_uint_eq(leaving("10.1.1.1", "10.2.2.2"), 2);
	ck_assert_uint_eq(leaving("10.1.1.1", "8.8.8.8"), 1);
}
END_TEST

START_TEST(equal_numbers_keep_their_order)
{
	add(NAT_SNAT, 5);
	add(NAT_SNAT, 5);
	add(NAT_SNAT, 4)->source = list("10.9.0.0/16", NULL);
	nat_seal(&nat);
	ck_assert_uint_eq(leaving("10.1.1.1", "8.8.8.8"), 1);
	ck_assert_uint_eq(leaving("10.9.1.1", "8.8.8.8"), 3);
}
END_TEST

START_TEST(a_disabled_rule_is_passed_over)
{
	add(NAT_SNAT, 1)->enabled = false;
	add(NAT_SNAT, 2);
	nat_seal(&nat);
	ck_assert_uint_eq(leaving("10.1.1.1", "8.8.8.8"), 2);
}
END_TEST

START_TEST(an_empty_list_is_any_address)
{
	add(NAT_SNAT, 1)->source = list("10.1.0.0/16", "10.3.0.0/16");
	nat_seal(&nat);
	ck_assert_uint_eq(leaving("10.1.1.1", "8.8.8.8"), 1);
	ck_assert_uint_eq(leaving("10.3.1.1", "8.8.8.8"), 1);
	ck_assert_uint_eq(leaving("10.2.1.1", "8.8.8.8"), 0);
}
END_TEST

START_TEST(each_action_has_its_stage)
{
	add(NAT_SNAT, 3);
	add(NAT_DNAT, 1);
	nat_seal(&nat);
	ck_assert_uint_eq(leaving("10.1.1.1", "8.8.8.8"), 1);
	ck_assert_uint_eq(arriving("1.2.3.4", 80), 2);
}
END_TEST

START_TEST(stages_without_rules_are_known)
{
	nat_seal(&nat);
	ck_assert(!nat.acts[NAT_INGRESS] && !nat.acts[NAT_EGRESS]);
	add(NAT_NO_SNAT, 1);
	nat_seal(&nat);
	ck_assert(!nat.acts[NAT_INGRESS] && nat.acts[NAT_EGRESS]);
	add(NAT_REFLEXIVE, 1);
	nat_seal(&nat);
	ck_assert(nat.acts[NAT_INGRESS] && nat.acts[NAT_EGRESS]);
}
END_TEST

START_TEST(reflexive_matches_source_out_and_translated_in)
{
	struct nat_rule *r = add(NAT_REFLEXIVE, 1);
	r->source = list("30.0.0.5", NULL);
	r->translated = list("10.27.51.145", NULL);
	nat_seal(&nat);
	ck_assert_uint_eq(leaving("30.0.0.5", "8.8.8.8"), 1);
	ck_assert_uint_eq(leaving("30.0.0.6", "8.8.8.8"), 0);
	ck_assert_uint_eq(arriving("10.27.51.145", 4000), 1);
	ck_assert_uint_eq(arriving("30.0.0.5", 4000), 0);
}
END_TEST

START_TEST(a_scope_names_ports)
{
	add(NAT_SNAT, 1)->scope = 1U << 2;
	nat_seal(&nat);
	ck_assert_uint_eq(decides(NAT_EGRESS, "10.1.1.1", "8.8.8.8", 80, 2), 1);
	ck_assert_uint_eq(decides(NAT_EGRESS, "10.1.1.1", "8.8.8.8", 80, 1), 0);
	ck_assert_uint_eq(decides(NAT_EGRESS, "10.1.1.1", "8.8.8.8", 80, 66),
			  0);
}
END_TEST

/* Policy API: "for SNAT its destination port is ignored". */
START_TEST(snat_ignores_the_port_of_the_service)
{
	struct nat_rule *r = add(NAT_SNAT, 1);
	r->proto = TCP;
	r->ports = (struct addr_ports){443, 443};
	nat_seal(&nat);
	ck_assert_uint_eq(leaving("10.1.1.1", "8.8.8.8"), 1);
	r->proto = UDP;
	ck_assert_uint_eq(leaving("10.1.1.1", "8.8.8.8"), 0);
}
END_TEST

static const struct {
	const char *what;
	uint8_t proto;
	struct addr_ports service, translated;
	uint16_t dport;
	bool matches;
} dnats[] = {
	{"no service: any port", 0, {0, 0}, {0, 0}, 9999, true},
	{"no service: translated_ports ignored",
	 0,
	 {0, 0},
	 {80, 80},
	 9999,
	 true},
	{"service alone: its port", TCP, {443, 443}, {0, 0}, 443, true},
	{"service alone: another port", TCP, {443, 443}, {0, 0}, 80, false},
	{"both: translated_ports is matched",
	 TCP,
	 {443, 443},
	 {8443, 8443},
	 8443,
	 true},
	{"both: the service's port is not",
	 TCP,
	 {443, 443},
	 {8443, 8443},
	 443,
	 false},
	{"range, last", TCP, {0, 0}, {8000, 8009}, 8009, true},
	{"range, beyond", TCP, {0, 0}, {8000, 8009}, 8010, false},
	{"another protocol", UDP, {0, 0}, {0, 0}, 80, false},
};

START_TEST(dnat_matches_the_port_before_translation)
{
	struct nat_rule *r = add(NAT_DNAT, 1);
	r->destination = list("1.2.3.4", NULL);
	r->proto = dnats[_i].proto;
	r->ports = dnats[_i].service;
	r->translated_ports = dnats[_i].translated;
	nat_seal(&nat);
	ck_assert_msg(arriving("1.2.3.4", dnats[_i].dport) == dnats[_i].matches,
		      "%s", dnats[_i].what);
}
END_TEST

START_TEST(a_later_fragment_matches_whatever_the_ports)
{
	struct nat_rule *r = add(NAT_DNAT, 1);
	r->proto = TCP;
	r->ports = (struct addr_ports){443, 443};
	nat_seal(&nat);
	struct flow_key flow = {.proto = TCP};
	struct nat_key key = {.flow = &flow, .portless = true};
	ck_assert_ptr_nonnull(nat_match(&nat, NAT_INGRESS, &key));
	key.portless = false;
	ck_assert_ptr_null(nat_match(&nat, NAT_INGRESS, &key));
}
END_TEST

START_TEST(mapping_keeps_the_position)
{
	struct nat_prefixes from = list("30.0.0.0/30", "30.0.1.8/32");
	struct nat_prefixes to = list("9.9.9.4/32", "9.9.8.0/30");
	static const char *const pairs[][2] = {{"30.0.0.0", "9.9.9.4"},
					       {"30.0.0.1", "9.9.8.0"},
					       {"30.0.0.3", "9.9.8.2"},
					       {"30.0.1.8", "9.9.8.3"}};
	for (size_t i = 0; i < 4; i++) {
		ip4 a = addr(pairs[i][0]), b = addr(pairs[i][1]);
		ck_assert_uint_eq(nat_map(&from, &to, a).v, b.v);
		ck_assert_uint_eq(nat_map(&to, &from, b).v, a.v);
	}
	ck_assert_uint_eq(nat_size(&from), 5);
}
END_TEST

static const struct {
	const char *from[2], *to[2];
	bool straight;
} moves[] = {
	{{"30.0.0.5"}, {"10.27.51.145"}, true},
	{{"30.0.0.0/24"}, {"10.1.1.0/24"}, true},
	{{"30.0.0.0/24", "30.0.5.0/24"}, {"10.1.2.0/23"}, true},
	{{"30.0.0.0/23"}, {"10.1.2.0/24", "10.1.4.0/24"}, false},
	{{"30.0.0.0/23"}, {"10.1.2.0/24", "10.1.3.0/24"}, false},
};

/* What the index says of a REFLEXIVE rule, in both directions, is what
 * nat_map() says; it is 'straight' where that need not be asked. */
START_TEST(a_network_that_moves_as_a_whole_has_one_shift)
{
	static struct nat_index_slot slots[2][16];
	struct nat_rule *r = add(NAT_REFLEXIVE, 1);
	r->source = list(moves[_i].from[0], moves[_i].from[1]);
	r->translated = list(moves[_i].to[0], moves[_i].to[1]);
	for (int stage = 0; stage < 2; stage++)
		nat_index_init(&nat.index[stage], slots[stage], 8);
	nat_seal(&nat);
	for (uint64_t i = 0; i < nat_size(&r->source); i++) {
		ip4 out = nat_at(&r->source, i), in = nat_at(&r->translated, i);
		struct flow_key flow = {.src = out, .dst = in, .proto = TCP};
		struct nat_key key = {.flow = &flow};
		struct nat_hit hit = nat_find(&nat, NAT_EGRESS, &key);
		ck_assert_ptr_eq(hit.rule, r);
		ck_assert_int_eq(hit.straight, moves[_i].straight);
		if (hit.straight)
			ck_assert_uint_eq(out.v + hit.shift, in.v);
		hit = nat_find(&nat, NAT_INGRESS, &key);
		ck_assert_ptr_eq(hit.rule, r);
		if (hit.straight)
			ck_assert_uint_eq(in.v + hit.shift, out.v);
	}
}
END_TEST

/* However many rules there are of each. */
START_TEST(rules_that_ask_alike_are_one_group)
{
	static struct nat_index_slot slots[2][16];
	static const char *const sources[] = {"10.1.0.0/24", "10.2.0.0/24",
					      "10.3.0.1", "10.4.0.0/24",
					      "10.5.0.1"};
	for (uint32_t i = 0; i < 5; i++)
		add(NAT_SNAT, i)->source = list(sources[i], NULL);
	struct nat_rule *web = add(NAT_DNAT, 5);
	web->destination = list("1.2.3.4", NULL);
	web->proto = TCP;
	web->ports = (struct addr_ports){80, 80};
	add(NAT_DNAT, 6)->destination = list("1.2.3.5", NULL);
	for (int stage = 0; stage < 2; stage++)
		nat_index_init(&nat.index[stage], slots[stage], 8);
	nat_seal(&nat);
	ck_assert_uint_eq(nat.index[NAT_EGRESS].group_count, 2);
	ck_assert_uint_eq(nat.index[NAT_INGRESS].group_count, 2);
	ck_assert_uint_eq(leaving("10.4.0.9", "8.8.8.8"), 4);
	ck_assert_uint_eq(leaving("10.5.0.1", "8.8.8.8"), 5);
	ck_assert_uint_eq(leaving("10.5.0.2", "8.8.8.8"), 0);
	ck_assert_uint_eq(arriving("1.2.3.4", 80), 6);
	ck_assert_uint_eq(arriving("1.2.3.4", 81), 0);
	ck_assert_uint_eq(arriving("1.2.3.5", 81), 7);
}
END_TEST

START_TEST(any_is_all_addresses)
{
	struct nat_prefixes none = {0};
	struct nat_prefixes all = list("0.0.0.0/0", NULL);
	ck_assert_uint_eq(nat_size(&none), (uint64_t)1 << 32);
	ck_assert_uint_eq(nat_size(&all), (uint64_t)1 << 32);
	ck_assert(nat_covers(&none, addr("255.255.255.255")));
}
END_TEST

START_TEST(action_names_are_the_policy_apis)
{
	enum nat_action action = NAT_ACTION_COUNT;
	ck_assert(
		nat_action_find(nat_action_name((enum nat_action)_i), &action));
	ck_assert_int_eq(action, _i);
	ck_assert(!nat_action_find("snat", &action));
}
END_TEST

START_TEST(where_dnat_leads_to_is_known)
{
	add(NAT_DNAT, 1)->translated = list("10.1.1.0/24", NULL);
	add(NAT_SNAT, 1)->translated = list("10.2.1.0/24", NULL);
	ck_assert(nat_leads_to(&nat, addr("10.1.1.9")));
	ck_assert(!nat_leads_to(&nat, addr("10.2.1.9")));
	storage[0].enabled = false;
	ck_assert(!nat_leads_to(&nat, addr("10.1.1.9")));
}
END_TEST

START_TEST(a_full_table_says_so)
{
	for (uint32_t i = 0; i < 8; i++)
		add(NAT_SNAT, i);
	ck_assert(!nat_add(&nat, &storage[0]));
}
END_TEST

Suite *nat_test_suite(void)
{
	Suite *s = suite_create("nat");
	TCase *c = tcase_create("nat");
	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, the_lowest_sequence_number_wins);
	tcase_add_test(c, equal_numbers_keep_their_order);
	tcase_add_test(c, a_disabled_rule_is_passed_over);
	tcase_add_test(c, an_empty_list_is_any_address);
	tcase_add_test(c, each_action_has_its_stage);
	tcase_add_test(c, stages_without_rules_are_known);
	tcase_add_test(c, reflexive_matches_source_out_and_translated_in);
	tcase_add_test(c, a_scope_names_ports);
	tcase_add_test(c, snat_ignores_the_port_of_the_service);
	tcase_add_loop_test(c, dnat_matches_the_port_before_translation, 0,
			    sizeof(dnats) / sizeof(dnats[0]));
	tcase_add_test(c, a_later_fragment_matches_whatever_the_ports);
	tcase_add_test(c, mapping_keeps_the_position);
	tcase_add_loop_test(c, a_network_that_moves_as_a_whole_has_one_shift, 0,
			    sizeof(moves) / sizeof(moves[0]));
	tcase_add_test(c, rules_that_ask_alike_are_one_group);
	tcase_add_test(c, any_is_all_addresses);
	tcase_add_loop_test(c, action_names_are_the_policy_apis, 0,
			    NAT_ACTION_COUNT);
	tcase_add_test(c, where_dnat_leads_to_is_known);
	tcase_add_test(c, a_full_table_says_so);
	suite_add_tcase(s, c);
	return s;
}
