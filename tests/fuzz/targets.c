/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/targets.h"

#include <stdio.h>
#include <string.h>

#include "scenarios/play/play.h"
#include "sim/base/mem.h"
#include "sim/record/capread.h"
#include "sim/wire/arp.h"
#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/dns.h"
#include "sim/wire/eth.h"
#include "sim/wire/http.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"
#include "topology/build/net.h"
#include "topology/model/advice.h"
#include "topology/model/model.h"

static void print_messages(const struct diag *d)
{
	struct str out = {0};
	diag_print(d, true, &out);
	str_fini(&out);
}

static void realize(const struct tree *t, struct diag *d)
{
	struct model *m = t ? model_read(t, d) : NULL;
	if (m)
		advice_check(m, d);
	struct net *n = m ? net_new(m, 1, d) : NULL;
	net_free(n);
	model_free(m);
}

void targets_topology(const char *name, const struct str *text)
{
	struct diag d;
	diag_init(&d);
	struct tree *t = tree_parse(name, str_text(text), text->len, &d);
	realize(t, &d);
	tree_free(t);
	print_messages(&d);
	diag_fini(&d);
}

void targets_scenario(const char *name, const struct str *text, bool play)
{
	struct diag d;
	diag_init(&d);
	struct script *s = script_parse(name, str_text(text), text->len, &d);
	struct outcome *o = s && play ? play_script(s, NULL, &d) : NULL;
	outcome_free(o);
	script_free(s);
	print_messages(&d);
	diag_fini(&d);
}

void targets_change(const struct str *text)
{
	struct diag d;
	diag_init(&d);
	struct tree *base = tree_load("topology/library/two-tier.yaml", &d);
	struct tree *patch =
		tree_parse("--change", str_text(text), text->len, &d);
	struct tree *t =
		base && patch ? tree_merge(base, patch->root, &d) : NULL;
	realize(t, &d);
	tree_free(t);
	tree_free(patch);
	tree_free(base);
	print_messages(&d);
	diag_fini(&d);
}

void targets_capture(const struct str *bytes)
{
	struct capread_packet p;
	struct diag d;
	diag_init(&d);
	FILE *f = bytes->len ? fmemopen(bytes->text, bytes->len, "rb") : NULL;
	struct capread *c = f ? capread_open_stream(f, "fuzz", &d) : NULL;
	while (c && capread_next(c, &p, &d) == CAPREAD_PACKET)
		;
	capread_close(c);
	print_messages(&d);
	diag_fini(&d);
}

/* Bytes that pass for a sound packet get deeper: checksums made right. */
void targets_repair(uint8_t *frame, size_t len)
{
	struct ip4_head h;
	uint8_t *ip = frame + ETH_SIZE;
	if (len < ETH_SIZE + IP4_SIZE)
		return;
	ip[0] = 0x45;
	be_store16(ip + 2, (uint16_t)(len - ETH_SIZE));
	be_store16(ip + 10, 0);
	be_store16(ip + 10, csum_of(ip, IP4_SIZE));
	if (ip4_read(ip, len - ETH_SIZE, &h) != IP4_OK)
		return;
	uint8_t *l4 = ip + IP4_SIZE;
	size_t size = len - ETH_SIZE - IP4_SIZE;
	size_t at = h.proto == IP4_PROTO_TCP   ? 16
		    : h.proto == IP4_PROTO_UDP ? 6
					       : 2;
	if (size < at + 2)
		return;
	if (h.proto == IP4_PROTO_UDP)
		be_store16(l4 + 4, (uint16_t)size);
	be_store16(l4 + at, 0);
	uint64_t sum = h.proto == IP4_PROTO_ICMP
			       ? 0
			       : csum_pseudo(h.src, h.dst, h.proto, size);
	be_store16(l4 + at, csum_finish(csum_add(sum, l4, size)));
}

/* Every codec on the same bytes, at the end of an allocation of its own so that
 * reading one byte too many is noticed. */
void targets_codecs(const struct str *bytes, size_t skip)
{
	size_t len = bytes->len > skip ? bytes->len - skip : 0;
	uint8_t *copy = mem_new(len ? len : 1, 1);
	struct dns dns;
	struct arp arp;
	struct tcp tcp;
	struct udp udp;
	struct icmp icmp;
	struct ip4_head ip;
	struct http_request *q = MEM_NEW(struct http_request);
	struct http_response *a = MEM_NEW(struct http_response);
	if (len)
		memcpy(copy, bytes->text + skip, len);
	dns_read(copy, len, &dns);
	arp_read(copy, len, &arp);
	tcp_read(copy, len, addr_ip4(1), addr_ip4(2), &tcp);
	udp_read(copy, len, addr_ip4(1), addr_ip4(2), &udp);
	icmp_read(copy, len, &icmp);
	ip4_read(copy, len, &ip);
	ip4_read_quoted(copy, len, &ip);
	http_read_request(copy, len, q);
	http_read_response(copy, len, a);
	mem_free(q);
	mem_free(a);
	mem_free(copy);
}
