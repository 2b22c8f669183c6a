/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/summary.h"

#include <string.h>

#include "sim/base/addr.h"
#include "sim/wire/arp.h"
#include "sim/wire/be.h"
#include "sim/wire/dns.h"
#include "sim/wire/eth.h"
#include "sim/wire/http.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/tlsrec.h"
#include "sim/wire/udp.h"

/* What summaries look at: the frame in its parts. */
struct view {
	struct ip4_head ip;
	const uint8_t *l4;
	size_t l4_size;
};

static bool view_of(const uint8_t *frame, size_t len, struct view *v)
{
	if (len < ETH_SIZE || eth_type(frame) != ETH_TYPE_IP4)
		return false;
	if (ip4_read(frame + ETH_SIZE, len - ETH_SIZE, &v->ip) != IP4_OK)
		return false;
	v->l4 = frame + ETH_SIZE + v->ip.head_size;
	v->l4_size = (size_t)v->ip.size - v->ip.head_size;
	return true;
}

static bool has_ports(const struct view *v)
{
	return (v->ip.proto == IP4_PROTO_TCP || v->ip.proto == IP4_PROTO_UDP) &&
	       v->l4_size >= 8 && !(v->ip.frag & IP4_OFFSET);
}

static void kind_dns(const struct view *v, struct str *out)
{
	struct dns m;
	if (!dns_read(v->l4 + UDP_SIZE, v->l4_size - UDP_SIZE, &m)) {
		str_add(out, "UDP");
		return;
	}
	str_add(out, m.response ? "DNS answer" : "DNS query");
}

bool summary_http(const uint8_t *data, size_t len, struct str *out)
{
	struct http_request request;
	struct http_response response;
	if (http_read_request(data, len, &request) == HTTP_DONE) {
		str_addf(out, "HTTP %s %s", request.method, request.target);
		return true;
	}
	if (http_read_response(data, len, &response) == HTTP_DONE) {
		str_addf(out, "HTTP %u", response.status);
		return true;
	}
	return false;
}

/* Where the data of a TCP segment starts; 0 if there is no whole header. */
static size_t tcp_head(const struct view *v)
{
	if (!has_ports(v) || v->l4_size < TCP_SIZE)
		return 0;
	size_t head = (v->l4[12] >> 4) * 4U;
	return head < TCP_SIZE || head > v->l4_size ? 0 : head;
}

static void kind_tcp(const struct view *v, struct str *out)
{
	size_t head = tcp_head(v);
	if (!head) {
		str_add(out, "TCP");
		return;
	}
	const uint8_t *data = v->l4 + head;
	size_t len = v->l4_size - head;
	const char *record = tlsrec_name(data, len);
	if (record)
		str_add(out, record);
	else if (!summary_http(data, len, out))
		str_add(out, tcp_flags_name(v->l4[13]));
}

static void kind_ip(const struct view *v, struct str *out)
{
	switch (v->ip.proto) {
	case IP4_PROTO_TCP:
		kind_tcp(v, out);
		break;
	case IP4_PROTO_UDP:
		if (has_ports(v) && (be_load16(v->l4) == DNS_PORT ||
				     be_load16(v->l4 + 2) == DNS_PORT))
			kind_dns(v, out);
		else
			str_add(out, "UDP");
		break;
	case IP4_PROTO_ICMP:
		str_addf(out, "ICMP %s",
			 v->l4_size >= ICMP_SIZE ? icmp_name(v->l4[0], v->l4[1])
						 : "message");
		break;
	default:
		str_addf(out, "protocol %u", v->ip.proto);
	}
}

static void add_arp(const uint8_t *frame, size_t len, bool with_addrs,
		    struct str *out)
{
	struct arp a;
	char target[ADDR_IP4_SIZE], sender[ADDR_IP4_SIZE];
	if (!arp_read(frame + ETH_SIZE, len - ETH_SIZE, &a)) {
		str_add(out, "ARP");
		return;
	}
	addr_print_ip4(a.target, target);
	addr_print_ip4(a.sender, sender);
	if (!with_addrs)
		str_add(out, a.op == ARP_REQUEST ? "ARP request" : "ARP reply");
	else if (a.op == ARP_REQUEST)
		str_addf(out, "ARP who has %s? tell %s", target, sender);
	else
		str_addf(out, "ARP %s is here, to %s", sender, target);
}

void summary_kind(const uint8_t *frame, size_t len, struct str *out)
{
	struct view v;
	if (len >= ETH_SIZE && eth_type(frame) == ETH_TYPE_ARP)
		add_arp(frame, len, false, out);
	else if (view_of(frame, len, &v))
		kind_ip(&v, out);
	else
		str_add(out, "malformed");
}

static void add_end(const struct view *v, ip4 a, size_t port_at,
		    struct str *out)
{
	char text[ADDR_ENDPOINT_SIZE];
	if (has_ports(v))
		str_add(out, addr_print_endpoint(a, be_load16(v->l4 + port_at),
						 text));
	else
		str_add(out, addr_print_ip4(a, text));
}

static void add_dns_detail(const struct view *v, struct str *out)
{
	struct dns m;
	if (!has_ports(v) ||
	    !dns_read(v->l4 + UDP_SIZE, v->l4_size - UDP_SIZE, &m))
		return;
	str_addf(out, " %s %s", dns_type_name(m.type), m.name);
	if (m.response && m.rcode)
		str_addf(out, " %s", dns_rcode_name(m.rcode));
	for (size_t i = 0; i < m.answer_count; i++) {
		char text[ADDR_IP4_SIZE];
		str_addf(out, " %s", addr_print_ip4(m.answers[i].addr, text));
	}
}

/* The packet that an ICMP error is about. */
static void add_quoted(const struct view *v, struct str *out)
{
	struct ip4_head q;
	if (v->l4_size < ICMP_SIZE + IP4_SIZE + 8 || !icmp_is_error(v->l4[0]) ||
	    ip4_read_quoted(v->l4 + ICMP_SIZE, v->l4_size - ICMP_SIZE, &q) !=
		    IP4_OK)
		return;
	if (v->l4_size < (size_t)ICMP_SIZE + q.head_size + 8)
		return;
	struct view inner = {q, v->l4 + ICMP_SIZE + q.head_size, 8};
	str_add(out, " (about ");
	add_end(&inner, q.src, 0, out);
	str_add(out, " > ");
	add_end(&inner, q.dst, 2, out);
	str_add(out, ")");
}

static void add_tcp_size(const struct view *v, struct str *out)
{
	size_t head = tcp_head(v);
	if (head && v->l4_size > head)
		str_addf(out, " %zu bytes", v->l4_size - head);
}

void summary_frame(const uint8_t *frame, size_t len, const char *inside,
		   struct str *out)
{
	struct view v;
	if (len >= ETH_SIZE && eth_type(frame) == ETH_TYPE_ARP) {
		add_arp(frame, len, true, out);
		return;
	}
	if (!view_of(frame, len, &v)) {
		str_add(out, "malformed");
		return;
	}
	add_end(&v, v.ip.src, 0, out);
	str_add(out, " > ");
	add_end(&v, v.ip.dst, 2, out);
	str_add(out, " ");
	if (inside)
		str_add(out, inside);
	else
		kind_ip(&v, out);
	if (v.ip.proto == IP4_PROTO_TCP)
		add_tcp_size(&v, out);
	if (v.ip.proto == IP4_PROTO_UDP)
		add_dns_detail(&v, out);
	if (v.ip.proto == IP4_PROTO_ICMP)
		add_quoted(&v, out);
}
