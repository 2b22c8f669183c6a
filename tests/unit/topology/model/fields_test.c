/* SPDX-License-Identifier: Apache-2.0 */
/* What a file's words become: values, and what is taken where nothing is said.
 * Ways of writing that are refused stand beside those that are not. */
#include "topology/model/fields.h"

#include "sim/world/vclock.h"
#include "tests/unit/suites.h"
#include "tests/unit/topology/model/model_kit.h"

#define COUNT(rows) (int)(sizeof(rows) / sizeof((rows)[0]))
#define DAY	    86400

static struct diag d;
static struct tree *t;
static struct model *m;

static void read_text(const char *text)
{
	diag_init(&d);
	t = tree_parse("t.yaml", text, strlen(text), &d);
	m = t ? model_read(t, &d) : NULL;
}

static void clean(void)
{
	model_free(m);
	tree_free(t);
	diag_fini(&d);
}

START_TEST(gateways_take_what_is_not_said)
{
	read_text(KIT_CLUSTER
		  "tier0s:\n  a: {edge_cluster: ec}\n"
		  "  s: {edge_cluster: ec, ha_mode: ACTIVE_STANDBY}\n"
		  "  o: {edge_cluster: ec, internal_transit_subnet: "
		  "10.0.0.0/25, transit_subnet: 10.1.0.0/24}\n"
		  "tier1s: {t: {}}\nsegments: {s: {}}\n");
	const struct model_tier0 *a = m->tier0s.at;
	const struct model_tier1 *one = m->tier1s.at;
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(a[i].transit_subnet.addr.v, 0x64400000);
		ck_assert_uint_eq(a[i].transit_subnet.len, 16);
		ck_assert_uint_eq(a[i].internal_transit_subnet.addr.v,
				  0xa9fe0000);
	}
	ck_assert_uint_eq(a[0].internal_transit_subnet.len, 24);
	ck_assert_uint_eq(a[1].internal_transit_subnet.len, 28);
	ck_assert_uint_eq(a[2].internal_transit_subnet.len, 25);
	ck_assert_uint_eq(a[2].transit_subnet.len, 24);
	ck_assert(!a->icmp_unreachable && a->icmp_ttl_exceeded &&
		  a->icmp_fragmentation_needed);
	ck_assert(!one->icmp_unreachable && one->icmp_ttl_exceeded &&
		  one->icmp_fragmentation_needed && !one->snat_keep_port);
	ck_assert_uint_eq(one->snat_ports.first, 1024);
	ck_assert_uint_eq(one->snat_ports.last, 65535);
	ck_assert_uint_eq(one->route_advertisement_types, 0);
	ck_assert_uint_eq(m->segments.at[0].mtu, 1500);
	ck_assert_uint_eq(m->segments.at[0].delay_ns, 20000);
	ck_assert_uint_eq(m->segments.at[0].loss_ppm, 0);
}
END_TEST

START_TEST(routers_take_what_is_not_said)
{
	read_text("segments: {s: {}, t: {}}\n"
		  "routers: {r: {interfaces: {\n"
		  "  a: {segment: s, address: 10.0.0.1/24},\n"
		  "  b: {segment: t, address: 10.0.1.1/24},\n"
		  "  c: {segment: t, address: 10.0.1.2/24, urpf_mode: STRICT,"
		  " mtu: 9000}},\n"
		  "routes: {x: {network: 10.2.0.0/16, next_hops: [10.0.0.2,"
		  " {ip_address: 10.0.0.3, admin_distance: 7}]}}}}\n");
	ck_assert_ptr_null(m); /* 2000 is the most */
	clean();
	read_text("segments: {s: {}, t: {}}\n"
		  "routers: {r: {interfaces: {\n"
		  "  a: {segment: s, address: 10.0.0.1/24},\n"
		  "  b: {segment: t, address: 10.0.1.1/24},\n"
		  "  c: {segment: t, address: 10.0.1.2/24, urpf_mode: STRICT,"
		  " mtu: 2000}},\n"
		  "routes: {x: {network: 10.2.0.0/16, next_hops: [10.0.0.2,"
		  " {ip_address: 10.0.0.3, admin_distance: 7}]}}}}\n");
	const struct model_router *r = m->routers.at;
	ck_assert(r->icmp_unreachable && r->icmp_ttl_exceeded &&
		  r->icmp_fragmentation_needed);
	ck_assert_int_eq(r->interfaces.at[0].urpf_mode, MODEL_URPF_NONE);
	ck_assert_int_eq(r->interfaces.at[1].urpf_mode, MODEL_URPF_NONE);
	ck_assert_int_eq(r->interfaces.at[2].urpf_mode, MODEL_URPF_STRICT);
	ck_assert_uint_eq(r->interfaces.at[1].mtu, 1500);
	ck_assert_uint_eq(r->interfaces.at[2].mtu, 2000);
	ck_assert_uint_eq(r->routes.at[0].next_hops.at[0].admin_distance, 1);
	ck_assert_uint_eq(r->routes.at[0].next_hops.at[1].admin_distance, 7);
}
END_TEST

START_TEST(segment_and_address_of_a_host_are_its_first_interface)
{
	read_text("segments: {s: {}, t: {}}\n"
		  "hosts:\n"
		  "  h: {segment: s, address: 10.0.0.2/24, interfaces: {\n"
		  "    x: {segment: t, address: 10.0.1.2/24},\n"
		  "    y: {segment: t, address: 10.0.1.3/24, urpf_mode: STRICT"
		  "}}}\n"
		  "  i: {interfaces: {x: {segment: t, address: 10.0.1.4/24}}}\n"
		  "workloads: {w: {host: h}, v: {host: i, namespace: n, pod: "
		  "p}}\n");
	const struct model_host *h = m->hosts.at;
	ck_assert_uint_eq(h[0].interfaces.count, 3);
	const struct model_interface *f = h[0].interfaces.at;
	ck_assert_str_eq(f[0].id.name, "eth0");
	ck_assert_str_eq(f[0].id.path, "hosts.h.eth0");
	ck_assert_uint_eq(f[0].segment.index, 0);
	ck_assert_uint_eq(f[0].address.addr.v, 0x0a000002);
	ck_assert_uint_eq(f[0].mtu, 1500);
	ck_assert(f[0].nat_outside && !f[1].nat_outside);
	ck_assert_int_eq(f[0].urpf_mode, MODEL_URPF_NONE);
	ck_assert_str_eq(f[1].id.name, "x");
	ck_assert_int_eq(f[1].urpf_mode, MODEL_URPF_NONE);
	ck_assert_str_eq(f[2].id.name, "y");
	ck_assert_int_eq(f[2].urpf_mode, MODEL_URPF_STRICT);
	ck_assert_uint_eq(h[1].interfaces.count, 1);
	ck_assert_uint_eq(h[0].trusted_authorities.count, 1);
	ck_assert_str_eq(h[0].trusted_authorities.at[0], "public");
	ck_assert_str_eq(m->workloads.at[0].name_space, "default");
	ck_assert_str_eq(m->workloads.at[0].pod, "w");
	ck_assert_str_eq(m->workloads.at[1].name_space, "n");
	ck_assert_str_eq(m->workloads.at[1].pod, "p");
}
END_TEST

START_TEST(servers_take_what_is_not_said)
{
	read_text(
		"segments: {s: {}}\n"
		"hosts:\n"
		"  a: {segment: s, address: 10.0.0.2/24, dns_server: {},\n"
		"    registry: {images: {x: {}, y: {tags: [a, b], layers: [5,"
		" 6]}}},\n"
		"    http_servers: {w: {port: 8443}, v: {port: 444}}}\n"
		"  b: {segment: s, address: 10.0.0.3/24, dns_server: "
		"{other_names: REFUSED},\n"
		"    registry: {port: 80, status: 503},\n"
		"    http_servers: {w: {port: 443, tls: false, status: 404},\n"
		"      v: {port: 80, tls: true}}}\n"
		"  c: {segment: s, address: 10.0.0.4/24, registry: {port: "
		"81}}\n");
	const struct model_host *h = m->hosts.at;
	const struct model_image *i = h[0].registry.images.at;
	ck_assert_int_eq(h[0].dns_server.other_names, DNS_NXDOMAIN);
	ck_assert_int_eq(h[1].dns_server.other_names, DNS_REFUSED);
	ck_assert(h[0].registry.on && h[0].registry.port == 443);
	ck_assert(h[0].registry.tls.on && !h[1].registry.tls.on);
	ck_assert(h[2].registry.tls.on && !h[2].dns_server.on);
	ck_assert_uint_eq(i[0].tags.count, 1);
	ck_assert_str_eq(i[0].tags.at[0], "latest");
	ck_assert_uint_eq(i[0].layers.count, 1);
	ck_assert_uint_eq(i[0].layers.at[0], 760000);
	ck_assert_uint_eq(i[1].tags.count, 2);
	ck_assert_str_eq(i[1].tags.at[0], "a");
	ck_assert_uint_eq(i[1].layers.count, 2);
	ck_assert_uint_eq(i[1].layers.at[1], 6);
	const struct model_http_server *w = h[0].http_servers.at;
	ck_assert(w[0].tls.on && !w[1].tls.on && w[0].status == 200);
	w = h[1].http_servers.at;
	ck_assert(!w[0].tls.on && w[1].tls.on && w[0].status == 404);
	ck_assert_str_eq(w[1].tls.issuer, "public");
	ck_assert_int_eq(w[1].tls.not_before, VCLOCK_EPOCH - 30 * DAY);
	ck_assert_int_eq(w[1].tls.not_after, VCLOCK_EPOCH + 60 * DAY);
	ck_assert_uint_eq(w[1].tls.versions, MODEL_TLS_12 | MODEL_TLS_13);
}
END_TEST

/* 'value' of a text; FAIL: it is refused. */
#define FAIL INT64_MIN
struct form {
	const char *text;
	int64_t value;
};

static const struct form dates[] = {
	{"2020-06-01", VCLOCK_EPOCH},
	{"2020-06-01T00:00:00Z", VCLOCK_EPOCH},
	{"2020-06-02T01:02:03Z", VCLOCK_EPOCH + DAY + 3600 + 2 * 60 + 3},
	{"1970-01-01", 0},
	{"1969-12-31", -DAY},
	{"2020-02-29", VCLOCK_EPOCH - (31 + 30 + 31 + 1) * DAY},
	{"2020-12-31T23:59:59Z", VCLOCK_EPOCH + 214 * DAY - 1},
	{"2021-02-29", FAIL},
	{"2020-00-10", FAIL},
	{"2020-13-01", FAIL},
	{"2020-06-00", FAIL},
	{"2020-06-31", FAIL},
	{"2020-06-01T24:00:00Z", FAIL},
	{"2020-06-01T00:60:00Z", FAIL},
	{"2020-06-01T00:00:60Z", FAIL},
	{"2020-06", FAIL},
	{"2020-06-01T00", FAIL},
	{"2020-06-01T00:00", FAIL},
	{"2020-06-01T00:00:00", FAIL},
	{"2020-06-01T00:00:00Zz", FAIL},
	{"2020-06-01 ago", FAIL},
	{"[2020-06-01]", FAIL},
	{"soon", FAIL},
};

START_TEST(dates_of_certificates)
{
	const struct form *f = &dates[_i];
	struct str text = {0};
	str_addf(&text,
		 "segments: {s: {}}\nhosts: {h: {segment: s, address: "
		 "10.0.0.2/24, registry: {tls: {not_before: %s, not_after: "
		 "%s}}}}\n",
		 f->text, f->text);
	read_text(str_text(&text));
	str_fini(&text);
	ck_assert_msg((f->value == FAIL) == !m, "%s", f->text);
	ck_assert_uint_eq(d.error_count, f->value == FAIL ? 2 : 0);
	if (!m)
		return;
	ck_assert_int_eq(m->hosts.at[0].registry.tls.not_before, f->value);
	ck_assert_int_eq(m->hosts.at[0].registry.tls.not_after, f->value);
}
END_TEST

static const struct form offsets[] = {
	{"90s", 90},	       {"+2m", 120},	  {"-2h", -7200},
	{"-400d", -400 * DAY}, {"0s", 0},	  {"9d", 9 * DAY},
	{"100000s", 100000},   {"100001s", FAIL}, {"90", FAIL},
	{"90 s", FAIL},	       {"90ms", FAIL},	  {"5w", FAIL},
	{"--5s", FAIL},	       {"s", FAIL},	  {":s", FAIL},
	{"/s", FAIL},	       {"''", FAIL},	  {"[5s]", FAIL},
};

START_TEST(clocks_of_hosts)
{
	const struct form *f = &offsets[_i];
	struct str text = {0};
	str_addf(&text,
		 "segments: {s: {}}\nhosts: {h: {segment: s, address: "
		 "10.0.0.2/24, clock_offset: %s}}\n",
		 f->text);
	read_text(str_text(&text));
	str_fini(&text);
	ck_assert_msg((f->value == FAIL) == !m, "%s", f->text);
	if (m)
		ck_assert_int_eq(m->hosts.at[0].clock_offset, f->value);
}
END_TEST

/* Address and port in one number. */
static const struct form members[] = {
	{"10.0.0.1", INT64_C(0x0a0000010000)},
	{"10.0.0.1:443", INT64_C(0x0a00000101bb)},
	{"10.0.0.1:1", INT64_C(0x0a0000010001)},
	{"10.0.0.1:65535", INT64_C(0x0a000001ffff)},
	{"{ip_address: 10.0.0.1, port: 80}", INT64_C(0x0a0000010050)},
	{"10.0.0.1:65536", FAIL},
	{"10.0.0.1:80-81", FAIL},
	{"'10.0.0.1:'", FAIL},
	{"10.0.0:80", FAIL},
	{"10.0.0.1/32", FAIL},
};

START_TEST(members_of_pools)
{
	const struct form *f = &members[_i];
	struct str text = {0};
	str_addf(&text, "lb_pools: {p: {members: [%s]}}\n", f->text);
	read_text(str_text(&text));
	str_fini(&text);
	ck_assert_msg((f->value == FAIL) == !m, "%s", f->text);
	if (!m)
		return;
	const struct model_lb_member *one = m->lb_pools.at[0].members.at;
	ck_assert_int_eq((int64_t)one->ip_address.v << 16 | one->port,
			 f->value);
	ck_assert(one->enabled);
}
END_TEST

/* Protocol, first and last port. */
static const struct form services[] = {
	{"TCP", INT64_C(0x0600000000)},
	{"UDP", INT64_C(0x1100000000)},
	{"ICMP", INT64_C(0x0100000000)},
	{"TCP/443", INT64_C(0x0601bb01bb)},
	{"UDP/53", INT64_C(0x1100350035)},
	{"TCP/1-65535", INT64_C(0x060001ffff)},
	{"ICMP/8", FAIL},
	{"TCP/", FAIL},
	{"TCP/65536", FAIL},
	{"TCP/5-4", FAIL},
	{"TC", FAIL},
	{"TCPX", FAIL},
	{"tcp", FAIL},
	{"''", FAIL},
	{"[TCP]", FAIL},
};

START_TEST(services_of_rules)
{
	const struct form *f = &services[_i];
	struct str text = {0};
	str_addf(&text,
		 "segments: {s: {}}\nrouters: {r: {interfaces: {i: {segment: "
		 "s, address: 10.0.0.1/24}},\nacl: {a: {action: DROP, service: "
		 "%s}}, nat_rules: {n: {action: SNAT, source_network: 10.1.0.1,"
		 " translated_network: 10.0.0.1, service: %s}}}}\n",
		 f->text, f->text);
	read_text(str_text(&text));
	str_fini(&text);
	ck_assert_msg((f->value == FAIL) == !m, "%s", f->text);
	ck_assert_uint_eq(d.error_count, f->value == FAIL ? 2 : 0);
	if (!m)
		return;
	const struct acl_rule *a = &m->routers.at[0].acl.at[0].rule;
	const struct nat_rule *n = &m->routers.at[0].nat_rules.at[0].rule;
	ck_assert_int_eq((int64_t)a->proto << 32 |
				 (int64_t)a->ports.first << 16 | a->ports.last,
			 f->value);
	ck_assert_int_eq((int64_t)n->proto << 32 |
				 (int64_t)n->ports.first << 16 | n->ports.last,
			 f->value);
	ck_assert(n->enabled && !n->logging);
}
END_TEST

#define FIFTEEN                                                                \
	"10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, 10.0.0.6, "         \
	"10.0.0.7, 10.0.0.8, 10.0.0.9, 10.0.1.0, 10.0.1.1, 10.0.1.2, "         \
	"10.0.1.3, 10.0.1.4, 10.0.1.5, "

/* 'last' of 'count' networks; no count: refused. */
static const struct {
	const char *text;
	uint32_t last;
	unsigned len, count;
} networks[] = {
	{"10.0.0.1", 0x0a000001, 32, 1},
	{"10.1.0.0/16", 0x0a010000, 16, 1},
	{"'10.0.0.1,10.1.0.0/16'", 0x0a010000, 16, 2},
	{"' 10.0.0.1 ,  10.0.0.2, 10.0.0.3 '", 0x0a000003, 32, 3},
	{"[10.0.0.1, 10.1.0.0/16]", 0x0a010000, 16, 2},
	{"'" FIFTEEN "10.9.0.1'", 0x0a090001, 32, 16},
	{"[" FIFTEEN "10.9.0.1]", 0x0a090001, 32, 16},
	{"'" FIFTEEN "10.9.0.1, 10.9.0.2'", 0, 0, 0},
	{"[" FIFTEEN "10.9.0.1, 10.9.0.2]", 0, 0, 0},
	{"[10.0.0.1, 10.0.0]", 0, 0, 0},
	{"'10.0.0.1, x'", 0, 0, 0},
	{"{a: 10.0.0.1}", 0, 0, 0},
};

static void same_networks(const struct nat_prefixes *p, size_t row)
{
	ck_assert_uint_eq(p->count, networks[row].count);
	ck_assert_uint_eq(p->at[p->count - 1].addr.v, networks[row].last);
	ck_assert_uint_eq(p->at[p->count - 1].len, networks[row].len);
}

START_TEST(networks_of_rules)
{
	struct str text = {0};
	const char *in = networks[_i].text;
	str_addf(&text,
		 "segments: {s: {}}\nrouters: {r: {interfaces: {i: {segment: "
		 "s, address: 10.0.0.1/24}},\nacl: {a: {action: DROP, source: "
		 "%s, destination: %s}},\nnat_rules: {n: {action: SNAT, "
		 "source_network: %s, destination_network: %s, "
		 "translated_network: %s}}}}\n",
		 in, in, in, in, in);
	read_text(str_text(&text));
	str_fini(&text);
	ck_assert_msg(!networks[_i].count == !m, "%s", in);
	ck_assert_uint_eq(d.error_count, m ? 0 : 5);
	if (!m)
		return;
	const struct acl_rule *a = &m->routers.at[0].acl.at[0].rule;
	const struct nat_rule *n = &m->routers.at[0].nat_rules.at[0].rule;
	same_networks(&a->source, (size_t)_i);
	same_networks(&a->destination, (size_t)_i);
	same_networks(&n->source, (size_t)_i);
	same_networks(&n->destination, (size_t)_i);
	same_networks(&n->translated, (size_t)_i);
}
END_TEST

START_TEST(any_network_is_no_restriction)
{
	read_text("segments: {s: {}}\nrouters: {r: {interfaces: {i: {segment: "
		  "s, address: 10.0.0.1/24}},\nacl: {a: {action: DROP, source: "
		  "ANY, destination: ANY}}}}\n");
	ck_assert_uint_eq(m->routers.at[0].acl.at[0].rule.source.count, 0);
	ck_assert_uint_eq(m->routers.at[0].acl.at[0].rule.destination.count, 0);
}
END_TEST

static const struct form versions[] = {
	{"\"3.0\"", 30}, {"3.2", 32},	  {"4.1", 41},	  {"1.0", 10},
	{"9.9", 99},	 {"0.9", FAIL},	  {":.9", FAIL},  {"3", FAIL},
	{"3.", FAIL},	 {"3-1", FAIL},	  {"3.10", FAIL}, {"3./", FAIL},
	{"'3.:'", FAIL}, {"[3.0]", FAIL}, {"''", FAIL},
};

START_TEST(versions_of_nsx)
{
	const struct form *f = &versions[_i];
	struct str text = {0};
	str_addf(&text, "nsx_version: %s\n", f->text);
	read_text(str_text(&text));
	str_fini(&text);
	ck_assert_msg((f->value == FAIL) == !m, "%s", f->text);
	if (m)
		ck_assert_int_eq(10 * m->nsx_major + m->nsx_minor, f->value);
}
END_TEST

START_TEST(records_of_names)
{
	read_text(
		"segments: {s: {}}\n"
		"hosts: {h: {segment: s, address: 10.0.0.2/24, dns_server: {\n"
		"records: {a: 10.0.0.9, b: {addresses: [10.0.0.7, 10.0.0.8]},"
		"\nc: {rcode: SERVFAIL}}}}}\n");
	const struct model_dns_record *r = m->hosts.at[0].dns_server.records.at;
	ck_assert_uint_eq(r[0].addresses.count, 1);
	ck_assert_uint_eq(r[0].addresses.at[0].v, 0x0a000009);
	ck_assert_uint_eq(r[1].addresses.count, 2);
	ck_assert_uint_eq(r[1].addresses.at[1].v, 0x0a000008);
	ck_assert_uint_eq(r[2].addresses.count, 0);
	ck_assert_int_eq(r[2].rcode, DNS_SERVFAIL);
}
END_TEST

static void add_forms(TCase *c)
{
	tcase_add_loop_test(c, dates_of_certificates, 0, COUNT(dates));
	tcase_add_loop_test(c, clocks_of_hosts, 0, COUNT(offsets));
	tcase_add_loop_test(c, members_of_pools, 0, COUNT(members));
	tcase_add_loop_test(c, services_of_rules, 0, COUNT(services));
	tcase_add_loop_test(c, networks_of_rules, 0, COUNT(networks));
	tcase_add_loop_test(c, versions_of_nsx, 0, COUNT(versions));
}

Suite *fields_test_suite(void);
Suite *fields_test_suite(void)
{
	Suite *s = suite_create("topology/model/fields");
	TCase *c = tcase_create("fields");
	tcase_add_checked_fixture(c, NULL, clean);
	tcase_add_test(c, gateways_take_what_is_not_said);
	tcase_add_test(c, routers_take_what_is_not_said);
	tcase_add_test(c,
		       segment_and_address_of_a_host_are_its_first_interface);
	tcase_add_test(c, servers_take_what_is_not_said);
	tcase_add_test(c, any_network_is_no_restriction);
	tcase_add_test(c, records_of_names);
	add_forms(c);
	suite_add_tcase(s, c);
	return s;
}
