/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/retry.h"

#include "sim/path/parse.h"
#include "sim/wire/be.h"
#include "sim/wire/dns.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"

static struct retry_way *way_of(struct retry *r, const struct flow_key *k,
				uint32_t message)
{
	uint32_t number = tuples_number(&r->tuples, k, message);
	if (number == r->ways.count)
		VEC_ADD(&r->ways, (struct retry_way){0});
	return &r->ways.at[number];
}

static unsigned again(struct retry_way *w, uint32_t what, uint64_t now,
		      uint64_t *waited)
{
	w->tries = w->last == what ? w->tries + 1 : 2;
	*waited = now - w->sent;
	w->last = what;
	w->sent = now;
	return w->tries;
}

static unsigned first(struct retry_way *w, uint32_t what, uint64_t now)
{
	w->last = what;
	w->tries = 1;
	w->sent = now;
	return 1;
}

static unsigned count_tcp(struct retry_way *w, const struct pkt *p,
			  uint64_t now, uint64_t *waited)
{
	const uint8_t *tcp = p->data + p->l4;
	size_t size = parse_end(p) - p->l4, head = (tcp[12] >> 4) * 4U;
	uint32_t seq = be_load32(tcp + 4);
	uint32_t len = size > head ? (uint32_t)(size - head) : 0;
	len += (p->tcp_flags & TCP_SYN) != 0;
	len += (p->tcp_flags & TCP_FIN) != 0;
	if (!len || p->tcp_flags & TCP_RST)
		return 1;
	bool opens = p->tcp_flags & TCP_SYN;
	if (w->tries && (opens ? seq + len == w->next
			       : w->next - (seq + len) < (uint32_t)1 << 31))
		return again(w, seq, now, waited);
	w->next = seq + len;
	return first(w, seq, now);
}

static bool is_dns(const struct pkt *p)
{
	return p->proto == IP4_PROTO_UDP &&
	       (p->sport == DNS_PORT || p->dport == DNS_PORT);
}

static unsigned count_dns(struct retry *r, const struct pkt *p, uint64_t now,
			  uint64_t *waited)
{
	uint32_t sum = 2166136261U; /* FNV-1a, as hash_text() */
	for (size_t i = (size_t)p->l4 + UDP_SIZE; i < parse_end(p); i++)
		sum = (sum ^ p->data[i]) * 16777619U;
	struct retry_way *w = way_of(r, &p->key, sum);
	return w->tries ? again(w, 0, now, waited) : first(w, 0, now);
}

unsigned retry_count(struct retry *r, const struct pkt *p, uint64_t now,
		     uint64_t *waited)
{
	*waited = 0;
	if (!p->parsed || p->headless || parse_end(p) > p->len)
		return 1;
	if (p->proto == IP4_PROTO_TCP &&
	    parse_end(p) >= (size_t)p->l4 + TCP_SIZE)
		return count_tcp(way_of(r, &p->key, 0), p, now, waited);
	if (is_dns(p))
		return count_dns(r, p, now, waited);
	return 1;
}

void retry_fini(struct retry *r)
{
	VEC_FREE(&r->ways);
	tuples_fini(&r->tuples);
}
