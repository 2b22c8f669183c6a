/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "sim/record/summary.h"
#include "sim/wire/arp.h"
#include "sim/wire/dns.h"
#include "sim/wire/tcp.h"
#include "tests/unit/sim/world/world_kit.h"

static uint8_t frame[1514];
static uint8_t *const l4 = frame + ETH_SIZE + IP4_SIZE;
static size_t len;

/* The IP header for 'size' bytes that are at l4 already. */
static void wrap(uint8_t proto, size_t size, uint16_t frag)
{
	struct ip4_head h = {.ttl = 64,
			     .proto = proto,
			     .size = (uint16_t)(IP4_SIZE + size),
			     .frag = frag,
			     .src = world_kit_ip4("10.244.1.18"),
			     .dst = world_kit_ip4("74.125.133.82")};
	eth_write(frame, (mac){{0}}, (mac){{0}}, ETH_TYPE_IP4);
	ip4_write(frame + ETH_SIZE, &h);
	len = ETH_SIZE + IP4_SIZE + size;
}

static void ports(uint16_t sport, uint16_t dport)
{
	be_store16(l4, sport);
	be_store16(l4 + 2, dport);
}

static void tcp(uint8_t flags, const char *data)
{
	memset(l4, 0, TCP_SIZE);
	ports(41522, 443);
	l4[12] = 0x50;
	l4[13] = flags;
	memcpy(l4 + TCP_SIZE, data, strlen(data));
	wrap(IP4_PROTO_TCP, TCP_SIZE + strlen(data), 0);
}

static void syn(void)
{
	tcp(TCP_SYN, "");
}

static void some_data(void)
{
	tcp(TCP_PSH | TCP_ACK, "0123456789");
}

static void request(void)
{
	tcp(TCP_PSH | TCP_ACK, "GET /v2/ HTTP/1.1\r\nHost: r\r\n\r\n");
}

static void response(void)
{
	tcp(TCP_PSH | TCP_ACK, "HTTP/1.1 404 Not Found\r\n\r\n");
}

static void cut_tcp(void)
{
	syn();
	wrap(IP4_PROTO_TCP, 12, 0);
}

/* The header says that it is shorter than a header. */
static void short_tcp(void)
{
	some_data();
	l4[12] = 0x40;
}

static void fragment(void)
{
	syn();
	wrap(IP4_PROTO_TCP, TCP_SIZE, 100);
}

static void datagram(void)
{
	memset(l4, 0, UDP_SIZE);
	ports(1000, 2000);
	wrap(IP4_PROTO_UDP, UDP_SIZE, 0);
}

static void dns(const struct dns *m)
{
	size_t size = dns_write(l4 + UDP_SIZE, DNS_SIZE_MAX, m);
	ports(m->response ? 53 : 1000, m->response ? 1000 : 53);
	wrap(IP4_PROTO_UDP, UDP_SIZE + size, 0);
}

static void query(void)
{
	struct dns m = {.name = "k8s.gcr.io", .type = DNS_A};
	dns(&m);
}

static void cut_query(void)
{
	query();
	wrap(IP4_PROTO_UDP, len - ETH_SIZE - IP4_SIZE - 4, 0);
}

static void answer(void)
{
	struct dns m = {.name = "k8s.gcr.io",
			.type = DNS_A,
			.response = true,
			.answer_count = 1};
	m.answers[0].type = DNS_A;
	m.answers[0].addr = world_kit_ip4("74.125.133.82");
	dns(&m);
}

static void no_such_name(void)
{
	struct dns m = {.name = "nowhere.example",
			.type = DNS_AAAA,
			.response = true,
			.rcode = DNS_NXDOMAIN};
	dns(&m);
}

static void unreachable(void)
{
	struct icmp m = {.type = ICMP_UNREACHABLE, .code = ICMP_NET};
	struct ip4_head q = {.proto = IP4_PROTO_UDP,
			     .size = 40,
			     .src = world_kit_ip4("10.0.0.1"),
			     .dst = world_kit_ip4("10.0.0.2")};
	uint8_t *quoted = l4 + ICMP_SIZE;
	ip4_write(quoted, &q);
	be_store16(quoted + IP4_SIZE, 7);
	be_store16(quoted + IP4_SIZE + 2, 8);
	icmp_write(l4, ICMP_SIZE + IP4_SIZE + 8, &m);
	wrap(IP4_PROTO_ICMP, ICMP_SIZE + IP4_SIZE + 8, 0);
}

/* The quoted header says it is longer than what is there. */
static void short_quote(void)
{
	unreachable();
	l4[ICMP_SIZE] = 0x4f;
}

static void ping(void)
{
	struct icmp m = {.type = ICMP_ECHO_REQUEST};
	icmp_write(l4, ICMP_SIZE, &m);
	wrap(IP4_PROTO_ICMP, ICMP_SIZE, 0);
}

static void arp_of(uint16_t op)
{
	struct arp a = {.op = op,
			.sender = world_kit_ip4("10.27.51.145"),
			.target = world_kit_ip4("10.27.51.254")};
	eth_write(frame, (mac){{0}}, (mac){{0}}, ETH_TYPE_ARP);
	arp_write(frame + ETH_SIZE, &a);
	len = ETH_SIZE + ARP_SIZE;
}

static void arp_request(void)
{
	arp_of(ARP_REQUEST);
}

static void arp_reply(void)
{
	arp_of(ARP_REPLY);
}

static void cut_arp(void)
{
	arp_of(ARP_REQUEST);
	len -= 1;
}

static void other_protocol(void)
{
	wrap(47, 30, 0);
}

static void nothing(void)
{
	len = 10;
}

#define ENDS	   "10.244.1.18:41522 > 74.125.133.82:443 "
#define UDP_ENDS   "10.244.1.18:1000 > 74.125.133.82:53 "
#define UDP_ANSWER "10.244.1.18:53 > 74.125.133.82:1000 "
#define ADDRS	   "10.244.1.18 > 74.125.133.82 "

static const struct {
	void (*make)(void);
	const char *kind, *text;
} rows[] = {
	{syn, "SYN", ENDS "SYN"},
	{some_data, "PSH-ACK", ENDS "PSH-ACK 10 bytes"},
	{request, "HTTP GET /v2/", ENDS "HTTP GET /v2/ 30 bytes"},
	{response, "HTTP 404", ENDS "HTTP 404 26 bytes"},
	{cut_tcp, "TCP", ENDS "TCP"},
	{short_tcp, "TCP", ENDS "TCP"},
	{fragment, "TCP", ADDRS "TCP"},
	{datagram, "UDP", "10.244.1.18:1000 > 74.125.133.82:2000 UDP"},
	{query, "DNS query", UDP_ENDS "DNS query A k8s.gcr.io"},
	{cut_query, "UDP", UDP_ENDS "UDP"},
	{answer, "DNS answer",
	 UDP_ANSWER "DNS answer A k8s.gcr.io 74.125.133.82"},
	{no_such_name, "DNS answer",
	 UDP_ANSWER "DNS answer AAAA nowhere.example NXDOMAIN"},
	{unreachable, "ICMP network unreachable",
	 ADDRS "ICMP network unreachable (about 10.0.0.1:7 > 10.0.0.2:8)"},
	{short_quote, "ICMP network unreachable",
	 ADDRS "ICMP network unreachable"},
	{ping, "ICMP echo request", ADDRS "ICMP echo request"},
	{arp_request, "ARP request",
	 "ARP who has 10.27.51.254? tell 10.27.51.145"},
	{arp_reply, "ARP reply", "ARP 10.27.51.145 is here, to 10.27.51.254"},
	{cut_arp, "ARP", "ARP"},
	{other_protocol, "protocol 47", ADDRS "protocol 47"},
	{nothing, "malformed", "malformed"},
};

/* In a block of its own, so that the sanitizer sees a read beyond it. */
START_TEST(each_frame_has_its_line)
{
	struct str kind = {0}, text = {0};
	rows[_i].make();
	uint8_t *exact = malloc(len);
	memcpy(exact, frame, len);
	summary_kind(exact, len, &kind);
	summary_frame(exact, len, NULL, &text);
	ck_assert_str_eq(str_text(&kind), rows[_i].kind);
	ck_assert_str_eq(str_text(&text), rows[_i].text);
	free(exact);
	str_fini(&kind);
	str_fini(&text);
}
END_TEST

/* Every frame cut at every length: whatever it says, it reads no further. */
START_TEST(a_cut_frame_is_read_no_further)
{
	struct str s = {0};
	rows[_i].make();
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1);
		memcpy(exact, frame, cut);
		summary_kind(exact, cut, &s);
		summary_frame(exact, cut, NULL, &s);
		ck_assert_uint_gt(s.len, 0);
		str_clear(&s);
		free(exact);
	}
	str_fini(&s);
}
END_TEST

Suite *summary_test_suite(void);
Suite *summary_test_suite(void)
{
	Suite *s = suite_create("summary");
	TCase *t = tcase_create("summary");
	int count = (int)(sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(t, each_frame_has_its_line, 0, count);
	tcase_add_loop_test(t, a_cut_frame_is_read_no_further, 0, count);
	suite_add_tcase(s, t);
	return s;
}
