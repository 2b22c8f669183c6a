/* SPDX-License-Identifier: Apache-2.0 */
/* What a host says to what nobody on it expects, as Linux does. */
#include "sim/host/stack.h"

#include "tests/unit/sim/host/host_kit.h"

#define TOS 0x18

static struct host_kit h;

static void setup(void)
{
	host_kit_init(&h);
}

static void teardown(void)
{
	host_kit_fini(&h);
}

/* A datagram of 'proto' whose 'size' bytes behind the header are 'l4'. */
static void ask_with(uint8_t proto, const uint8_t *l4, uint16_t size)
{
	struct pkt *p = world_take_pkt(h.k.world);
	struct ip4_head head = {.tos = TOS,
				.ttl = 64,
				.proto = proto,
				.size = (uint16_t)(IP4_SIZE + size),
				.src = world_kit_ip4("10.0.0.2"),
				.dst = world_kit_ip4("10.0.1.2")};
	memcpy(p->data + ETH_SIZE + IP4_SIZE, l4, size);
	ip4_write(p->data + ETH_SIZE, &head);
	eth_write(p->data, (mac){{0}}, (mac){{0}}, ETH_TYPE_IP4);
	p->len = (uint16_t)(ETH_SIZE + IP4_SIZE + size);
	router_send(host_router(h.client), p);
	world_run_until(h.k.world, world_now(h.k.world) + VCLOCK_S);
}

static void ask(uint8_t proto, const uint8_t l4[20])
{
	ask_with(proto, l4, 20);
}

/* The IP header of the server's answer. */
static const uint8_t *answer(void)
{
	for (size_t i = 0; i < h.k.frames.count; i++) {
		const struct world_kit_frame *f = &h.k.frames.at[i];
		if (f->nic == host_kit_nic(h.server) &&
		    be_load16(f->bytes + 12) == ETH_TYPE_IP4)
			return f->bytes + ETH_SIZE;
	}
	ck_abort_msg("no answer");
	return NULL;
}

static void is_unreachable(uint8_t code, uint16_t quoted)
{
	const uint8_t *ip = answer();
	ck_assert_uint_eq(ip[9], IP4_PROTO_ICMP);
	ck_assert_uint_eq(ip[IP4_SIZE], ICMP_UNREACHABLE);
	ck_assert_uint_eq(ip[IP4_SIZE + 1], code);
	ck_assert_uint_eq(ip[1], 0xd8);
	ck_assert_uint_eq(be_load16(ip + 6), 0); /* no DF */
	ck_assert_uint_eq(be_load16(ip + 2),
			  IP4_SIZE + ICMP_SIZE + IP4_SIZE + quoted);
}

START_TEST(a_port_that_is_closed_is_unreachable)
{
	uint8_t udp[20] = {0x13, 0x88, 0x17, 0x70, 0, 20};
	ask(IP4_PROTO_UDP, udp);
	is_unreachable(ICMP_PORT, 8);
}
END_TEST

START_TEST(a_protocol_that_nobody_speaks_is_unreachable)
{
	uint8_t esp[20] = {0};
	ask(50, esp);
	is_unreachable(ICMP_PROTO, 8);
}
END_TEST

START_TEST(no_more_is_quoted_than_there_was)
{
	uint8_t few[3] = {1, 2, 3};
	ask_with(50, few, sizeof(few));
	is_unreachable(ICMP_PROTO, sizeof(few));
}
END_TEST

START_TEST(a_reset_is_of_the_service_of_what_it_refuses)
{
	uint8_t syn[20] = {0x13, 0x88, 0x17, 0x70, [12] = 0x50, TCP_SYN};
	uint64_t sum =
		csum_pseudo(world_kit_ip4("10.0.0.2"),
			    world_kit_ip4("10.0.1.2"), IP4_PROTO_TCP, 20);
	be_store16(syn + 16, csum_finish(csum_add(sum, syn, 20)));
	ask(IP4_PROTO_TCP, syn);
	const uint8_t *ip = answer();
	ck_assert_uint_eq(ip[9], IP4_PROTO_TCP);
	ck_assert_uint_eq(ip[IP4_SIZE + 13], TCP_RST | TCP_ACK);
	ck_assert_uint_eq(ip[1], TOS);
}
END_TEST

static uint16_t replies[4];
static size_t reply_count;

static void on_reply(void *context, uint16_t seq)
{
	ck_assert_ptr_eq(context, replies);
	replies[reply_count++] = seq;
}

START_TEST(replies_have_the_number_of_their_request)
{
	struct stack_ping ping = {.peer = world_kit_ip4("10.0.1.2"),
				  .size = 20,
				  .reply = on_reply,
				  .context = replies};
	reply_count = 0;
	ck_assert(stack_ping_open(host_stack(h.client), &ping));
	stack_ping_send(&ping, 0x0102);
	stack_ping_send(&ping, 0xfeff);
	world_run_until(h.k.world, VCLOCK_S);
	ck_assert_uint_eq(reply_count, 2);
	ck_assert_uint_eq(replies[0], 0x0102);
	ck_assert_uint_eq(replies[1], 0xfeff);
	stack_ping_close(&ping);
}
END_TEST

static uint16_t others[4];
static size_t other_count;

static void on_other(void *context, uint16_t seq)
{
	ck_assert_ptr_eq(context, others);
	others[other_count++] = seq;
}

START_TEST(replies_go_to_who_has_asked)
{
	struct stack_ping one = {.peer = world_kit_ip4("10.0.1.2"),
				 .reply = on_reply,
				 .context = replies};
	struct stack_ping two = one;
	two.reply = on_other;
	two.context = others;
	reply_count = other_count = 0;
	ck_assert(stack_ping_open(host_stack(h.client), &one));
	ck_assert(stack_ping_open(host_stack(h.client), &two));
	stack_ping_send(&one, 1);
	stack_ping_send(&two, 2);
	world_run_until(h.k.world, VCLOCK_S);
	ck_assert_uint_eq(reply_count, 1);
	ck_assert_uint_eq(replies[0], 1);
	ck_assert_uint_eq(other_count, 1);
	ck_assert_uint_eq(others[0], 2);
	stack_ping_close(&one);
	stack_ping_close(&two);
}
END_TEST

/* icmp_err_convert in net/ipv4/icmp.c; a socket with IP_RECVERR is told of all
 * but of what is no error, one without it of hard ones. */
static const struct {
	uint8_t type, code;
	enum stack_error error;
	bool hard;
} errors[] = {
	{3, 0, STACK_NET_UNREACHABLE, false},
	{3, 1, STACK_HOST_UNREACHABLE, false},
	{3, 2, STACK_NO_PROTOCOL, true},
	{3, 3, STACK_REFUSED, true},
	{3, 4, STACK_OK, false},
	{3, 6, STACK_NET_UNREACHABLE, true},
	{3, 7, STACK_HOST_DOWN, true},
	{3, 9, STACK_NET_UNREACHABLE, true},
	{3, 10, STACK_HOST_UNREACHABLE, true},
	{3, 11, STACK_NET_UNREACHABLE, false},
	{3, 12, STACK_HOST_UNREACHABLE, false},
	{3, 13, STACK_HOST_UNREACHABLE, true},
	{3, 15, STACK_HOST_UNREACHABLE, true},
	{3, 16, STACK_OK, false},
	{3, 255, STACK_OK, false},
	{11, 0, STACK_HOST_UNREACHABLE, false},
	{11, 1, STACK_HOST_UNREACHABLE, false},
	{12, 0, STACK_OK, false},
};

static enum stack_error told;
static size_t row;

static void on_error(void *context, enum stack_error error)
{
	(void)context;
	told = error;
}

static void nothing(void *context, const struct stack_from *from,
		    const uint8_t *bytes, size_t len)
{
	(void)context;
	(void)from;
	(void)bytes;
	(void)len;
}

/* The client claims that a datagram of the server's has met with it. */
static enum stack_error error_told(bool all)
{
	uint8_t l4[ICMP_SIZE + IP4_SIZE + UDP_SIZE] = {0};
	struct stack_udp u = {.port = 4000,
			      .peer = world_kit_ip4("10.0.0.2"),
			      .peer_port = 5000,
			      .all_errors = all,
			      .receive = nothing,
			      .error = on_error};
	struct ip4_head head = {.ttl = 60,
				.proto = IP4_PROTO_UDP,
				.size = IP4_SIZE + UDP_SIZE,
				.src = world_kit_ip4("10.0.1.2"),
				.dst = world_kit_ip4("10.0.0.2")};
	struct icmp m = {.type = errors[row].type, .code = errors[row].code};
	told = STACK_OK;
	ck_assert(stack_udp_open(host_stack(h.server), &u));
	ip4_write(l4 + ICMP_SIZE, &head);
	be_store16(l4 + ICMP_SIZE + IP4_SIZE, 4000);
	be_store16(l4 + ICMP_SIZE + IP4_SIZE + 2, 5000);
	be_store16(l4 + ICMP_SIZE + IP4_SIZE + 4, UDP_SIZE);
	icmp_write(l4, sizeof(l4), &m);
	ask_with(IP4_PROTO_ICMP, l4, sizeof(l4));
	stack_udp_close(&u);
	return told;
}

START_TEST(icmp_errors_are_those_of_linux)
{
	row = (size_t)_i;
	ck_assert_int_eq(error_told(true), errors[_i].error);
	ck_assert_int_eq(error_told(false),
			 errors[_i].hard ? errors[_i].error : STACK_OK);
}
END_TEST

START_TEST(what_is_not_open_can_be_closed)
{
	struct stack_tcp t = {0};
	struct stack_udp u = {0};
	struct stack_ping p = {0};
	stack_tcp_close(&t);
	stack_udp_close(&u);
	stack_ping_close(&p);
}
END_TEST

/* ENETUNREACH, before anything is sent. */
START_TEST(who_has_no_route_is_told_at_once)
{
	struct rib_route own[] = {world_kit_route("127.0.0.0/8", NULL, 0),
				  world_kit_route("10.0.0.0/24", NULL, 1)};
	struct probe_conf tcp = {
		.kind = PROBE_TCP, .target = "9.9.9.9", .port = 443};
	world_kit_routes(host_router(h.client), false, own, 2);
	ck_assert(!host_kit_probe(&h, &tcp));
	ck_assert_ptr_nonnull(
		strstr(str_text(&h.text), "network is unreachable"));
	ck_assert_uint_lt(h.took, VCLOCK_S);
	ck_assert_uint_eq(h.k.frames.count, 0);
}
END_TEST

Suite *stack_test_suite(void);
Suite *stack_test_suite(void)
{
	Suite *s = suite_create("stack");
	TCase *t = tcase_create("stack");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_port_that_is_closed_is_unreachable);
	tcase_add_test(t, a_protocol_that_nobody_speaks_is_unreachable);
	tcase_add_test(t, no_more_is_quoted_than_there_was);
	tcase_add_test(t, a_reset_is_of_the_service_of_what_it_refuses);
	tcase_add_test(t, replies_have_the_number_of_their_request);
	tcase_add_test(t, replies_go_to_who_has_asked);
	tcase_add_loop_test(t, icmp_errors_are_those_of_linux, 0,
			    sizeof(errors) / sizeof(errors[0]));
	tcase_add_test(t, what_is_not_open_can_be_closed);
	tcase_add_test(t, who_has_no_route_is_told_at_once);
	suite_add_tcase(s, t);
	return s;
}
