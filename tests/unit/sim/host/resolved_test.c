/* SPDX-License-Identifier: Apache-2.0 */
/* The stub on 127.0.0.53: what it asks, when, and what it answers. */
#include "sim/host/resolved.h"

#include "sim/wire/dns.h"
#include "tests/unit/sim/host/host_kit.h"

#define ANSWERS_MAX 4

static struct host_kit h;
static struct stack_udp client;
static struct dns answers[ANSWERS_MAX];
static size_t answer_count;

static void on_answer(void *context, const struct stack_from *from,
		      const uint8_t *bytes, size_t len)
{
	(void)context;
	(void)from;
	ck_assert_uint_lt(answer_count, ANSWERS_MAX);
	ck_assert(dns_read(bytes, len, &answers[answer_count++]));
}

static void setup(void)
{
	host_kit_init(&h);
	h.conf.resolver = HOST_RESOLVER_STUB;
	host_configure(h.client, &h.conf);
	answer_count = 0;
	client = (struct stack_udp){.peer = world_kit_ip4("127.0.0.53"),
				    .peer_port = DNS_PORT,
				    .receive = on_answer};
	ck_assert(stack_udp_open(host_stack(h.client), &client));
}

static void teardown(void)
{
	stack_udp_close(&client);
	host_kit_fini(&h);
}

static void run_s(uint64_t seconds)
{
	struct world *w = h.k.world;
	ck_assert(world_run_until(w, world_now(w) + seconds * VCLOCK_S));
}

static size_t question(uint8_t *bytes, const char *name, uint16_t id)
{
	struct dns m = {.id = id, .recursion_desired = true, .type = DNS_A};
	strcpy(m.name, name);
	m.edns = id % 2;
	return dns_write(bytes, DNS_SIZE_MAX, &m);
}

/* Questions with an odd number have EDNS0. */
static void ask(const char *name, uint16_t id)
{
	uint8_t bytes[DNS_SIZE_MAX];
	stack_udp_send(&client, bytes, question(bytes, name, id));
}

/* Datagrams to a DNS server by the wire: when, and which had EDNS0. */
static size_t asked(uint64_t at[], bool edns[], size_t room)
{
	size_t count = 0;
	for (size_t i = 0; i < h.k.frames.count; i++) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		const uint8_t *ip = f->bytes + ETH_SIZE;
		struct dns m;
		if (f->nic != host_kit_nic(h.client) || ip[9] != IP4_PROTO_UDP)
			continue;
		ck_assert_uint_lt(count, room);
		ck_assert(dns_read(ip + IP4_SIZE + UDP_SIZE,
				   f->len - ETH_SIZE - IP4_SIZE - UDP_SIZE,
				   &m));
		at[count] = f->time / VCLOCK_S;
		edns[count++] = m.edns;
	}
	return count;
}

static size_t asked_times(void)
{
	uint64_t at[32];
	bool edns[32];
	return asked(at, edns, 32);
}

START_TEST(an_answer_is_passed_on_under_the_clients_number)
{
	ask("registry.example", 7);
	run_s(1);
	ck_assert_uint_eq(answer_count, 1);
	const struct dns *m = &answers[0];
	ck_assert(m->response && m->recursion_desired &&
		  m->recursion_available && !m->authoritative && m->edns);
	ck_assert_uint_eq(m->id, 7);
	ck_assert_str_eq(m->name, "registry.example");
	ck_assert_uint_eq(m->answer_count, 1);
	ck_assert_uint_eq(m->answers[0].addr.v, 0x0a000102);
	ask("nothing.example", 8);
	run_s(1);
	ck_assert_uint_eq(answer_count, 2);
	ck_assert_uint_eq(answers[1].id, 8);
	ck_assert_int_eq(answers[1].rcode, DNS_NXDOMAIN);
	ck_assert(!answers[1].edns);
}
END_TEST

START_TEST(equal_questions_are_one)
{
	ask("registry.example", 7);
	ask("registry.example", 8);
	ask("empty.example", 9);
	run_s(1);
	ck_assert_uint_eq(asked_times(), 2);
	ck_assert_uint_eq(answer_count, 3);
	unsigned seen = 0;
	for (size_t i = 0; i < 3; i++)
		seen |= 1U << answers[i].id;
	ck_assert_uint_eq(seen, 7U << 7);
}
END_TEST

/* Neither malformed ones nor answers to something nobody asked. */
START_TEST(what_is_no_question_is_not_answered)
{
	uint8_t bytes[DNS_SIZE_MAX];
	size_t len = question(bytes, "registry.example", 7);
	stack_udp_send(&client, bytes, len - 1);
	bytes[2] |= 0x80;
	stack_udp_send(&client, bytes, len);
	run_s(130);
	ck_assert_uint_eq(answer_count, 0);
	ck_assert_uint_eq(asked_times(), 0);
}
END_TEST

/* As measured: EDNS0 twice, then without; TCP at 20 s; over after 120 s. */
START_TEST(a_server_that_is_silent_is_asked_again_until_time_is_up)
{
	static const uint64_t wanted[] = {0, 5, 10, 15, 30};
	uint64_t at[32];
	bool edns[32];
	host_kit_filter(&h, ACL_DROP, "10.0.1.53/32");
	ask("registry.example", 7);
	run_s(119);
	size_t count = asked(at, edns, 32);
	ck_assert_uint_ge(count, 5);
	for (size_t i = 0; i < 5; i++) {
		ck_assert_uint_eq(at[i], wanted[i]);
		ck_assert_int_eq(edns[i], i < 2);
	}
	for (size_t i = 5; i < count; i++)
		ck_assert_uint_eq(at[i] - at[i - 1], 5);
	ck_assert_uint_gt(host_kit_count(&h, host_kit_nic(h.client),
					 IP4_PROTO_TCP, DNS_PORT, TCP_SYN),
			  0);
	ck_assert_uint_eq(answer_count, 0);
	run_s(6);
	ck_assert_uint_eq(answer_count, 1);
	ck_assert_int_eq(answers[0].rcode, DNS_SERVFAIL);
	ck_assert_str_eq(answers[0].name, "registry.example");
	count = asked_times();
	run_s(20);
	ck_assert_uint_eq(asked_times(), count);
}
END_TEST

START_TEST(the_next_server_has_its_turn)
{
	h.conf.nameservers[0] = world_kit_ip4("10.0.1.99");
	h.conf.nameservers[1] = world_kit_ip4("10.0.1.53");
	h.conf.nameserver_count = 2;
	host_configure(h.client, &h.conf);
	host_kit_filter(&h, ACL_DROP, "10.0.1.99/32");
	ask("registry.example", 7);
	run_s(4);
	ck_assert_uint_eq(answer_count, 0);
	run_s(2);
	ck_assert_uint_eq(answer_count, 1);
	ck_assert_int_eq(answers[0].rcode, DNS_NOERROR);
}
END_TEST

static struct stack_udp liar;

/* Of another number, no answer at all, cut off; and then the truth. */
static void lie(void *context, const struct stack_from *from,
		const uint8_t *bytes, size_t len)
{
	struct stack *s = host_stack(h.server);
	uint8_t reply[DNS_SIZE_MAX];
	struct dns m;
	(void)context;
	ck_assert(dns_read(bytes, len, &m));
	m.answer_count = 1;
	m.answers[0] = (struct dns_answer){DNS_A, 1, {0x09090909}};
	stack_udp_answer(s, from, reply, dns_write(reply, sizeof(reply), &m));
	m.response = true;
	m.id ^= 1;
	stack_udp_answer(s, from, reply, dns_write(reply, sizeof(reply), &m));
	m.id ^= 1;
	stack_udp_answer(s, from, reply,
			 dns_write(reply, sizeof(reply), &m) - 1);
	if (m.type == DNS_A)
		m.answers[0].addr.v = 0x01020304;
	else
		m.answer_count = 0;
	stack_udp_answer(s, from, reply, dns_write(reply, sizeof(reply), &m));
}

static void believe_only_the_truth(enum host_resolver resolver)
{
	struct probe_conf c = {.kind = PROBE_LOOKUP, .target = "a.example"};
	liar = (struct stack_udp){.port = DNS_PORT, .receive = lie};
	ck_assert(stack_udp_open(host_stack(h.server), &liar));
	h.conf.resolver = resolver;
	h.conf.nameservers[0] = world_kit_ip4("10.0.1.2");
	host_configure(h.client, &h.conf);
	ck_assert(host_kit_probe(&h, &c));
	ck_assert_str_eq(str_text(&h.text), "1.2.3.4");
	stack_udp_close(&liar);
}

START_TEST(other_answers_are_not_believed)
{
	believe_only_the_truth(HOST_RESOLVER_STUB);
}
END_TEST

START_TEST(nor_are_they_without_the_stub)
{
	stack_udp_close(&client);
	believe_only_the_truth(HOST_RESOLVER_DIRECT);
}
END_TEST

/* Go tells what became of the name as it was asked for. */
static const struct {
	const char *name, *text;
} searched[] = {
	{"a.example", "lookup a.example on 10.0.1.53:53: no such host"},
	{"bad.example",
	 "lookup bad.example on 10.0.1.53:53: server misbehaving"},
	{"short", "lookup short on 10.0.1.53:53: no such host"},
	{"broken", "lookup broken on 10.0.1.53:53: no such host"},
};

START_TEST(the_error_is_that_of_the_name_itself)
{
	static const struct dnsd_record records[] = {
		{"a.example.lab", NULL, 0, DNS_SERVFAIL},
		{"bad.example", NULL, 0, DNS_SERVFAIL},
		{"broken.lab", NULL, 0, DNS_SERVFAIL},
	};
	struct dnsd_conf names = {
		.records = records, .record_count = 3, .others = DNS_NXDOMAIN};
	struct probe_conf c = {.kind = PROBE_LOOKUP,
			       .target = searched[_i].name};
	dnsd_set(h.dnsd, &names);
	h.conf.resolver = HOST_RESOLVER_DIRECT;
	h.conf.search[0] = "lab";
	h.conf.search_count = 1;
	stack_udp_close(&client);
	host_configure(h.client, &h.conf);
	ck_assert(!host_kit_probe(&h, &c));
	ck_assert_str_eq(str_text(&h.text), searched[_i].text);
}
END_TEST

START_TEST(servfail_is_believed_the_fourth_time)
{
	ask("broken.example", 7);
	run_s(1);
	ck_assert_uint_eq(asked_times(), 4);
	ck_assert_uint_eq(answer_count, 1);
	ck_assert_int_eq(answers[0].rcode, DNS_SERVFAIL);
}
END_TEST

START_TEST(it_goes_when_the_host_asks_directly)
{
	h.conf.resolver = HOST_RESOLVER_DIRECT;
	host_configure(h.client, &h.conf);
	ask("registry.example", 7);
	run_s(1);
	ck_assert_uint_eq(answer_count, 0);
	ck_assert_uint_eq(asked_times(), 0);
	h.conf.resolver = HOST_RESOLVER_STUB;
	host_configure(h.client, &h.conf);
	ask("registry.example", 8);
	run_s(1);
	ck_assert_uint_eq(answer_count, 1);
}
END_TEST

START_TEST(an_icmp_error_ends_it_at_once)
{
	host_kit_filter(&h, ACL_REJECT, "10.0.1.53/32");
	ask("registry.example", 7);
	run_s(1);
	ck_assert_uint_eq(asked_times(), 1);
	ck_assert_uint_eq(answer_count, 1);
	ck_assert_int_eq(answers[0].rcode, DNS_SERVFAIL);
}
END_TEST

Suite *resolved_test_suite(void);
Suite *resolved_test_suite(void)
{
	Suite *s = suite_create("host/resolved");
	TCase *c = tcase_create("resolved");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, an_answer_is_passed_on_under_the_clients_number);
	tcase_add_test(c, equal_questions_are_one);
	tcase_add_test(c, what_is_no_question_is_not_answered);
	tcase_add_test(c,
		       a_server_that_is_silent_is_asked_again_until_time_is_up);
	tcase_add_test(c, the_next_server_has_its_turn);
	tcase_add_test(c, other_answers_are_not_believed);
	tcase_add_test(c, nor_are_they_without_the_stub);
	tcase_add_loop_test(c, the_error_is_that_of_the_name_itself, 0,
			    sizeof(searched) / sizeof(searched[0]));
	tcase_add_test(c, servfail_is_believed_the_fourth_time);
	tcase_add_test(c, it_goes_when_the_host_asks_directly);
	tcase_add_test(c, an_icmp_error_ends_it_at_once);
	suite_add_tcase(s, c);
	return s;
}
