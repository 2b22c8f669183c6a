/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/play/replay.h"
#include "sim/record/capture.h"
#include "tests/unit/frames.h"

/* client - lan - gate - net - server: a capture is sent into the gate. */
static const char topology[] =
	"segments: {lan: {}, net: {}}\n"
	"routers:\n"
	"  gate:\n"
	"    interfaces:\n"
	"      lan: {segment: lan, address: 10.1.0.1/24}\n"
	"      net: {segment: net, address: 10.2.0.1/24, nat_outside: true}\n"
	"    nat_rules:\n"
	"      hide: {action: SNAT, source_network: 10.1.0.0/24,"
	" translated_network: 10.2.0.1}\n"
	"hosts:\n"
	"  client: {segment: lan, address: 10.1.0.2/24, gateway: 10.1.0.1}\n"
	"  server: {segment: net, address: 10.2.0.2/24, gateway: 10.2.0.1,"
	" http_servers: {web: {port: 80}}}\n";

static char path[] = "/tmp/replay-test-XXXXXX";
static struct diag d;
static struct tree *tree;
static struct capture *capture;
static uint64_t now;

static void setup(void)
{
	diag_init(&d);
	tree = tree_parse("net.yaml", topology, sizeof(topology) - 1, &d);
	ck_assert_ptr_nonnull(tree);
	strcpy(path + strlen(path) - 6, "XXXXXX");
	close(mkstemp(path));
	capture = capture_open(path, &d);
	now = 0;
}

static void teardown(void)
{
	unlink(path);
	tree_free(tree);
	diag_fini(&d);
}

/* One packet of the file, a second after the one before; 'break_at' spoils a
 * byte of the frame, 0: none. */
static void add(const struct frames_spec *s, size_t break_at)
{
	static struct pkt p;
	frames_make(&p, s);
	if (break_at)
		p.data[break_at] ^= 0x55;
	capture_add(capture, now, p.data, p.len);
	now += VCLOCK_S;
}

static struct replay *play(const char *port)
{
	struct play_options options = {0};
	struct replay_conf conf = {path, port, &options};
	ck_assert(capture_close(capture, &d));
	return replay_play(tree, &conf, &d);
}

static const struct trace_packet *packet(const struct replay *r, size_t i)
{
	ck_assert_uint_lt(i, r->packets.count);
	return trace_find(&r->outcome->trace, r->packets.at[i].id);
}

static const struct frames_spec syn = {.src = "10.1.0.2",
				       .dst = "10.2.0.2",
				       .proto = IP4_PROTO_TCP,
				       .sport = 4000,
				       .dport = 80,
				       .flags = TCP_SYN};

START_TEST(a_packet_goes_its_way_and_its_answer_comes_back)
{
	add(&syn, 0);
	struct replay *r = play("gate:lan");
	ck_assert_ptr_nonnull(r);
	const struct trace_packet *p = packet(r, 0);
	ck_assert_int_eq(p->fate, TRACE_DELIVERED);
	ck_assert_uint_eq(p->end_src.v, 0x0a020001);
	ck_assert_str_eq(trace_node_name(&r->outcome->trace, p->end_node),
			 "server");
	const struct trace_packet *answer = NULL;
	for (size_t i = 0; !answer && i < r->outcome->trace.packets.count; i++)
		if (r->outcome->trace.packets.at[i].cause == p->id)
			answer = &r->outcome->trace.packets.at[i];
	ck_assert_ptr_nonnull(answer);
	ck_assert_int_eq(answer->fate, TRACE_DELIVERED);
	ck_assert_uint_eq(answer->end_dst.v, 0x0a010002);
	replay_free(r);
}
END_TEST

START_TEST(the_sender_s_own_host_keeps_silent)
{
	add(&syn, 0);
	struct replay *r = play("gate:lan");
	for (size_t i = 0; i < r->outcome->trace.packets.count; i++)
		ck_assert_str_ne(r->outcome->trace.packets.at[i].kind, "RST");
	replay_free(r);
}
END_TEST

START_TEST(packets_keep_their_distance)
{
	add(&syn, 0);
	add(&syn, 0);
	struct replay *r = play("gate:lan");
	ck_assert_uint_eq(packet(r, 1)->sent - packet(r, 0)->sent, VCLOCK_S);
	replay_free(r);
}
END_TEST

START_TEST(conversations_have_numbers_from_one_on)
{
	struct frames_spec other = syn;
	other.sport++;
	add(&syn, 0);
	add(&other, 0);
	add(&syn, 0);
	struct replay *r = play("gate:lan");
	ck_assert_uint_eq(packet(r, 0)->flow, 1);
	ck_assert_uint_eq(packet(r, 1)->flow, 2);
	ck_assert_uint_eq(packet(r, 2)->flow, 1);
	replay_free(r);
}
END_TEST

START_TEST(checksums_are_made_right)
{
	add(&syn, ETH_SIZE + 10);	     /* of IP */
	add(&syn, ETH_SIZE + IP4_SIZE + 16); /* of TCP */
	add(&syn, 0);
	struct replay *r = play("gate:lan");
	ck_assert_uint_eq(r->repaired, 2);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(packet(r, i)->fate, TRACE_DELIVERED);
	replay_free(r);
}
END_TEST

START_TEST(what_goes_nowhere_is_dropped_there)
{
	struct frames_spec lost = syn;
	lost.dst = "192.0.2.1";
	add(&lost, 0);
	struct replay *r = play("gate:lan");
	ck_assert_int_eq(packet(r, 0)->fate, TRACE_DROPPED);
	ck_assert_int_eq(packet(r, 0)->reason, DROP_NO_ROUTE);
	replay_free(r);
}
END_TEST

/* It keeps its number, so that what follows has its own. */
START_TEST(what_cannot_be_sent_is_left_out_and_says_why)
{
	static const uint8_t arp[42] = {[12] = 0x08, [13] = 0x06};
	add(&syn, 0);
	capture_add(capture, now, arp, sizeof(arp));
	add(&syn, ETH_SIZE); /* neither version nor length of a head */
	add(&syn, 0);
	struct replay *r = play("gate:lan");
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->packets.count, 4);
	ck_assert_str_eq(r->packets.at[1].why, "ARP");
	ck_assert_str_eq(r->packets.at[2].why, "no whole IPv4 packet");
	for (size_t i = 0; i < 4; i++) {
		bool sent = i == 0 || i == 3;
		ck_assert_uint_eq(r->packets.at[i].number, i + 1);
		ck_assert_int_eq(r->packets.at[i].id != 0, sent);
		ck_assert_int_eq(r->packets.at[i].why == NULL, sent);
	}
	replay_free(r);
}
END_TEST

START_TEST(nothing_is_sent_into_a_port_that_is_not_there)
{
	add(&syn, 0);
	ck_assert_ptr_null(play("gate:lam"));
	ck_assert_uint_eq(d.error_count, 1);
}
END_TEST

START_TEST(one_port_must_be_meant)
{
	add(&syn, 0);
	ck_assert_ptr_null(play("gate"));
	ck_assert_uint_eq(d.error_count, 1);
	ck_assert_uint_eq(d.message_count, 2);
	ck_assert_str_eq(d.messages[0].text, "'gate' has 2 ports: which one?");
	ck_assert_str_eq(d.messages[1].text, "one of gate:lan, gate:net");
}
END_TEST

Suite *replay_test_suite(void);
Suite *replay_test_suite(void)
{
	Suite *s = suite_create("replay");
	TCase *t = tcase_create("replay");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_packet_goes_its_way_and_its_answer_comes_back);
	tcase_add_test(t, the_sender_s_own_host_keeps_silent);
	tcase_add_test(t, packets_keep_their_distance);
	tcase_add_test(t, conversations_have_numbers_from_one_on);
	tcase_add_test(t, checksums_are_made_right);
	tcase_add_test(t, what_goes_nowhere_is_dropped_there);
	tcase_add_test(t, what_cannot_be_sent_is_left_out_and_says_why);
	tcase_add_test(t, nothing_is_sent_into_a_port_that_is_not_there);
	tcase_add_test(t, one_port_must_be_meant);
	suite_add_tcase(s, t);
	return s;
}
