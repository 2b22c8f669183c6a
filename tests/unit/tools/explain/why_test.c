/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences and remedies, fault by fault: each row is a change to the network
 * that works, and words that both must have. */
#include "tools/explain/why.h"

#include "tests/unit/suites.h"
#include "tests/unit/tools/explain/explain_kit.h"
#include "tools/explain/remedy.h"

static const struct {
	const char *change, *why, *try;
} rows[] = {
	{"tier0s: {t0-edge: {nat_rules: {tkg: null}}}",
	 "30.0.0.16 is what vnet-domain-c8 made of 10.244.1.3 (tkg-out), and "
	 "t0-edge let it out as it was: no NAT rule there matched.",
	 "translate 30.0.0.16 at t0-edge to an address that upstream knows"},
	{"tier0s: {t0-edge: {nat_rules: null}}", "it has no NAT rules.",
	 "or give upstream a route to 30.0.0.16 through t0-edge"},
	{"tier1s: {vnet-domain-c8: {nat_rules: null}}",
	 "10.244.1.3 is the sender's own address, and t0-edge let it out",
	 "translate 10.244.1.3 at t0-edge"},
	{"tier0s: {t0-edge: {nat_rules: {tkg: {translated_network: "
	 "10.27.51.145}}}}",
	 "left t0-edge as 10.27.51.145 by rule tkg",
	 "let rule tkg of t0-edge translate to an address that no other"},
	{"tier1s: {vnet-domain-c8: {route_advertisement_types: "
	 "[TIER1_CONNECTED]}}",
	 "It had reached t0-edge, which turned its address back into "
	 "30.0.0.16 (tkg)",
	 "let vnet-domain-c8 advertise 30.0.0.16 to t0-edge: TIER1_NAT"},
	{"tier0s: {t0-edge: {nat_rules: {tkg: {translated_network: "
	 "10.27.51.200}}}}",
	 "dies at upstream: nobody answered ARP",
	 "let rule tkg of t0-edge translate to an address that somebody "
	 "answers ARP for"},
	{"tier0s: {t0-edge: {nat_rules: {tkg: {translated_network: "
	 "10.99.9.9}}}}",
	 "10.99.9.9 is what t0-edge made of 10.244.1.3 (tkg).",
	 "give upstream a route to 10.99.9.9 through t0-edge"},
	{"tier0s: {t0-edge: {static_routes: {default-out: null}}}",
	 "the SYN gets no further than t0-edge: nothing in the routing table",
	 "give t0-edge a route to 74.125.133.82"},
	{"tier0s: {t0-edge: {static_routes: {default-out: {next_hops: "
	 "[10.27.51.1]}}}}",
	 "nobody answered ARP for the next hop",
	 "correct the next hop of default-out (0.0.0.0/0 via 10.27.51.1) of "
	 "t0-edge"},
	{"routers: {upstream: {acl: {no: {action: REJECT, destination: "
	 "74.125.133.82}}}}",
	 "upstream says so: ICMP administratively prohibited.",
	 "permit 10.27.51.147 > 74.125.133.82:443 before access rule no of "
	 "upstream; or translate to an address that it permits, at t0-edge "
	 "(tkg)"},
	{"tier0s: {t0-edge: {nat_rules: {tkg: null}}}, routers: {upstream: "
	 "{acl: {no: {action: REJECT, destination: 74.125.133.82}}}}",
	 "but its ICMP administratively prohibited is lost at",
	 "before access rule no of upstream"},
	{"tier1s: {vnet-domain-c8: {tier0: null}}",
	 "gets no further than vnet-domain-c8",
	 "give vnet-domain-c8 a route to 74.125.133.82"},
	{"hosts: {registry: {registry: {port: 444}}}",
	 "gets no further than registry: nothing listens on that port. "
	 "registry says so: RST-ACK.",
	 "start the service or correct the port"},
};

static void are_named(const char *change, const char *step, const char *fault,
		      const char *cure)
{
	struct explain_kit k;
	struct str why = {0}, try = {0};
	explain_kit_init(&k, change, step);
	why_print(k.o, &k.cause, &why);
	remedy_print(k.o, &k.cause, &try);
	explain_kit_has(&why, fault);
	explain_kit_has(&try, cure);
	explain_kit_fini(&k);
	str_fini(&why);
	str_fini(&try);
}

START_TEST(the_fault_is_named_and_so_is_the_cure)
{
	are_named(rows[_i].change, EXPLAIN_KIT_CONNECT, rows[_i].why,
		  rows[_i].try);
}
END_TEST

START_TEST(an_answer_that_went_past_is_named)
{
	are_named(EXPLAIN_KIT_TRANSPARENT, EXPLAIN_KIT_HARBOR,
		  "supervisor-1 had asked 30.0.1.4, and the answer comes from "
		  "10.244.0.114: it went past virtual server harbor of "
		  "domain-c8",
		  "or let clients on this side of domain-c8 speak to "
		  "10.244.0.114 itself");
}
END_TEST

START_TEST(nothing_sent_is_told)
{
	struct str s = {0};
	struct cause nothing = {0};
	why_print(NULL, &nothing, &s);
	explain_kit_has(&s, "nothing was sent");
	str_fini(&s);
}
END_TEST

Suite *why_test_suite(void);
Suite *why_test_suite(void)
{
	Suite *s = suite_create("tools/explain/why");
	TCase *t = tcase_create("why");
	tcase_add_loop_test(t, the_fault_is_named_and_so_is_the_cure, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, an_answer_that_went_past_is_named);
	tcase_add_test(t, nothing_sent_is_told);
	suite_add_tcase(s, t);
	return s;
}
