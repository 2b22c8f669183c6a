/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/shot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/wire/be.h"
#include "sim/wire/csum.h"
#include "sim/wire/icmp.h"
#include "sim/wire/ip4.h"
#include "sim/wire/tcp.h"
#include "sim/wire/udp.h"

#define TTL 64

static const char *const kinds[SHOT_KIND_COUNT] = {
	"udp", "tcp", "echo", "icmp", "proto", "answer", "error"};

static const struct {
	const char *name;
	uint8_t flags;
} flag_names[] = {
	{"SYN", TCP_SYN},
	{"SYN-ACK", TCP_SYN | TCP_ACK},
	{"ACK", TCP_ACK},
	{"PSH-ACK", TCP_PSH | TCP_ACK},
	{"FIN-ACK", TCP_FIN | TCP_ACK},
	{"RST", TCP_RST},
	{"RST-ACK", TCP_RST | TCP_ACK},
};

static bool read_flags(const char *word, uint8_t *out)
{
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++)
		if (!strcmp(flag_names[i].name, word)) {
			*out = flag_names[i].flags;
			return true;
		}
	return false;
}

static bool read_end(char *word, bool ports, ip4 *addr, uint16_t *port)
{
	char *colon = strchr(word, ':');
	if (ports != (colon != NULL))
		return false;
	if (colon) {
		*colon = '\0';
		*port = (uint16_t)atoi(colon + 1);
	}
	return addr_parse_ip4(word, addr);
}

static bool read_number(struct shot *s, const char *name, unsigned value)
{
	const struct {
		const char *name;
		uint8_t *byte;
		uint16_t *word;
	} fields[] = {{"ttl", &s->ttl, NULL},	   {"tos", &s->tos, NULL},
		      {"type", &s->type, NULL},	   {"code", &s->code, NULL},
		      {"number", &s->proto, NULL}, {"id", NULL, &s->id},
		      {"seq", NULL, &s->seq},	   {"size", NULL, &s->size},
		      {"offset", NULL, &s->offset}};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].name, name) != 0)
			continue;
		if (fields[i].byte)
			*fields[i].byte = (uint8_t)value;
		else
			*fields[i].word = (uint16_t)value;
		return true;
	}
	return false;
}

static bool read_option(struct shot *s, char *word)
{
	char *equals = strchr(word, '=');
	if (equals) {
		*equals = '\0';
		if (!strcmp(word, "from"))
			return addr_parse_ip4(equals + 1, &s->src);
		return read_number(s, word, (unsigned)atoi(equals + 1));
	}
	if (!strcmp(word, "df"))
		s->df = true;
	else if (!strcmp(word, "more"))
		s->more = true;
	else if (!strcmp(word, "unchecked"))
		s->unchecked = true;
	else if (!strcmp(word, "wrong"))
		s->wrong = true;
	else
		return read_flags(word, &s->flags);
	return true;
}

static bool read_kind(const char *word, enum shot_kind *out)
{
	for (int i = 0; i < SHOT_KIND_COUNT; i++)
		if (word && !strcmp(kinds[i], word)) {
			*out = (enum shot_kind)i;
			return true;
		}
	return false;
}

static bool read_ends(struct shot *s, char **rest)
{
	bool ports = s->kind == SHOT_UDP || s->kind == SHOT_TCP;
	char *src = strtok_r(NULL, " ", rest);
	char *to = strtok_r(NULL, " ", rest);
	char *dst = strtok_r(NULL, " ", rest);
	return src && to && dst && !strcmp(to, ">") &&
	       read_end(src, ports, &s->src, &s->sport) &&
	       read_end(dst, ports, &s->dst, &s->dport);
}

bool shot_parse(const char *line, struct shot *out)
{
	char text[256], *rest = NULL;
	memset(out, 0, sizeof(*out));
	out->ttl = TTL;
	snprintf(text, sizeof(text), "%s", line);
	text[strcspn(text, "\n")] = '\0';
	char *word = strtok_r(text, " ", &rest);
	if (!word || !(out->number = (unsigned)atoi(word)))
		return false;
	if (!(word = strtok_r(NULL, " ", &rest)))
		return false;
	snprintf(out->host, sizeof(out->host), "%s", word);
	if (!read_kind(strtok_r(NULL, " ", &rest), &out->kind))
		return false;
	if (out->kind >= SHOT_ANSWER) {
		word = strtok_r(NULL, " ", &rest);
		if (!word || !(out->of = (unsigned)atoi(word)))
			return false;
	} else if (!read_ends(out, &rest)) {
		return false;
	}
	while ((word = strtok_r(NULL, " ", &rest)))
		if (!read_option(out, word))
			return false;
	return true;
}

static void print_ends(const struct shot *s, struct str *out)
{
	char a[ADDR_ENDPOINT_SIZE], b[ADDR_ENDPOINT_SIZE];
	if (s->kind >= SHOT_ANSWER)
		str_addf(out, " %u", s->of);
	else if (s->kind == SHOT_UDP || s->kind == SHOT_TCP)
		str_addf(out, " %s > %s",
			 addr_print_endpoint(s->src, s->sport, a),
			 addr_print_endpoint(s->dst, s->dport, b));
	else
		str_addf(out, " %s > %s", addr_print_ip4(s->src, a),
			 addr_print_ip4(s->dst, b));
}

static void print_field(struct str *out, const char *name, unsigned value)
{
	if (value)
		str_addf(out, " %s=%u", name, value);
}

static void print_word(struct str *out, const char *name, bool on)
{
	if (on)
		str_addf(out, " %s", name);
}

void shot_print(const struct shot *s, struct str *out)
{
	char from[ADDR_IP4_SIZE];
	str_addf(out, "%u %s %s", s->number, s->host, kinds[s->kind]);
	print_ends(s, out);
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++)
		print_word(out, flag_names[i].name,
			   s->flags && flag_names[i].flags == s->flags);
	if (s->kind == SHOT_ERROR && s->src.v)
		str_addf(out, " from=%s", addr_print_ip4(s->src, from));
	print_field(out, "number", s->proto);
	print_field(out, "type", s->type);
	print_field(out, "code", s->code);
	print_field(out, "id", s->id);
	print_field(out, "seq", s->seq);
	print_field(out, "size", s->size);
	print_field(out, "ttl", s->ttl == TTL ? 0 : s->ttl);
	print_field(out, "tos", s->tos);
	print_field(out, "offset", s->offset);
	print_word(out, "df", s->df);
	print_word(out, "more", s->more);
	print_word(out, "unchecked", s->unchecked);
	print_word(out, "wrong", s->wrong);
}

static void fill(uint8_t *at, const struct shot *s)
{
	for (unsigned i = 0; i < s->size; i++)
		at[i] = (uint8_t)(s->number * 7 + i);
}

static void finish_sum(const struct shot *s, uint8_t *check, uint16_t sum)
{
	be_store16(check, s->wrong ? (uint16_t)(sum ^ 0x5555) : sum);
}

static uint16_t pseudo_sum(const struct shot *s, uint8_t proto,
			   const uint8_t *at, size_t size)
{
	return csum_finish(
		csum_add(csum_pseudo(s->src, s->dst, proto, size), at, size));
}

static size_t build_udp(const struct shot *s, uint8_t *at)
{
	size_t size = (size_t)UDP_SIZE + s->size;
	be_store16(at, s->sport);
	be_store16(at + 2, s->dport);
	be_store16(at + 4, (uint16_t)size);
	be_store16(at + 6, 0);
	fill(at + UDP_SIZE, s);
	uint16_t sum = pseudo_sum(s, IP4_PROTO_UDP, at, size);
	if (!s->unchecked)
		finish_sum(s, at + 6, sum ? sum : 0xffff);
	return size;
}

/* Sequence numbers: 'of' says what is acknowledged; else they are made up. */
static size_t build_tcp(const struct shot *s, const struct tcp *of, uint8_t *at)
{
	size_t size = (size_t)TCP_SIZE + s->size;
	memset(at, 0, TCP_SIZE);
	be_store16(at, s->sport);
	be_store16(at + 2, s->dport);
	be_store32(at + 4, of ? of->seq : s->number * 100000);
	if (s->flags & TCP_ACK)
		be_store32(at + 8, of ? of->ack : s->number * 3000);
	at[12] = TCP_SIZE / 4 << 4;
	at[13] = s->flags;
	be_store16(at + 14, 8192);
	fill(at + TCP_SIZE, s);
	finish_sum(s, at + 16, pseudo_sum(s, IP4_PROTO_TCP, at, size));
	return size;
}

static size_t build_icmp(const struct shot *s, uint8_t *at)
{
	size_t size = (size_t)ICMP_SIZE + s->size;
	at[0] = s->kind == SHOT_ECHO ? ICMP_ECHO_REQUEST : s->type;
	at[1] = s->kind == SHOT_ECHO ? 0 : s->code;
	be_store16(at + 2, 0);
	be_store16(at + 4, s->id);
	be_store16(at + 6, s->seq);
	fill(at + ICMP_SIZE, s);
	finish_sum(s, at + 2, csum_of(at, size));
	return size;
}

static size_t add_head(const struct shot *s, uint8_t proto, size_t size,
		       uint8_t *out)
{
	bool part = (s->more || s->offset) && s->id;
	unsigned number = part ? s->id : s->number;
	struct ip4_head h = {.tos = s->tos,
			     .ttl = s->ttl,
			     .proto = proto,
			     .size = (uint16_t)(IP4_SIZE + size),
			     .id = (uint16_t)(SHOT_ID + number),
			     .frag = (uint16_t)(s->offset / 8),
			     .src = s->src,
			     .dst = s->dst};
	h.frag |= s->df ? IP4_DF : 0;
	h.frag |= s->more ? IP4_MF : 0;
	ip4_write(out, &h);
	return IP4_SIZE + size;
}

/* A later fragment has no header of its own. */
static size_t build_rest(const struct shot *s, uint8_t *at)
{
	fill(at, s);
	return s->size;
}

static size_t build_own(const struct shot *s, uint8_t *out)
{
	uint8_t *at = out + IP4_SIZE;
	uint8_t proto = s->kind == SHOT_UDP	? IP4_PROTO_UDP
			: s->kind == SHOT_TCP	? IP4_PROTO_TCP
			: s->kind == SHOT_PROTO ? s->proto
						: IP4_PROTO_ICMP;
	if (s->offset || s->kind == SHOT_PROTO)
		return add_head(s, proto, build_rest(s, at), out);
	if (s->kind == SHOT_UDP)
		return add_head(s, proto, build_udp(s, at), out);
	if (s->kind == SHOT_TCP)
		return add_head(s, proto, build_tcp(s, NULL, at), out);
	return add_head(s, proto, build_icmp(s, at), out);
}

static size_t answer_tcp(struct shot *s, const uint8_t *l4, size_t size,
			 uint8_t *out)
{
	uint8_t flags = l4[13];
	struct tcp t = {.seq = be_load32(l4 + 8)};
	t.ack = be_load32(l4 + 4) + (uint32_t)(size - TCP_SIZE) +
		!!(flags & TCP_SYN) + !!(flags & TCP_FIN);
	if (!(flags & TCP_ACK))
		t.seq = s->number * 100000;
	return add_head(s, IP4_PROTO_TCP, build_tcp(s, &t, out + IP4_SIZE),
			out);
}

static size_t build_answer(const struct shot *from, const struct shot_bytes *of,
			   uint8_t *out)
{
	struct shot s = *from;
	struct ip4_head h;
	if (!of || ip4_read(of->at, of->size, &h) != IP4_OK ||
	    h.frag & IP4_OFFSET)
		return 0;
	const uint8_t *l4 = of->at + h.head_size;
	size_t size = (size_t)h.size - h.head_size;
	s.src = h.dst;
	s.dst = h.src;
	s.sport = be_load16(l4 + 2);
	s.dport = be_load16(l4);
	if (h.proto == IP4_PROTO_TCP && size >= TCP_SIZE)
		return answer_tcp(&s, l4, size, out);
	if (h.proto != IP4_PROTO_UDP || size < UDP_SIZE)
		return 0;
	return add_head(&s, h.proto, build_udp(&s, out + IP4_SIZE), out);
}

/* 's->size' bytes more than RFC 792 asks for are quoted. */
static size_t build_error(const struct shot *from, const struct shot_bytes *of,
			  uint8_t *out)
{
	struct shot s = *from;
	struct ip4_head h;
	if (!of || ip4_read(of->at, of->size, &h) != IP4_OK)
		return 0;
	size_t quoted = (size_t)h.head_size + 8 + s.size;
	if (quoted > of->size)
		quoted = of->size;
	if (!s.src.v)
		s.src = h.dst;
	s.dst = h.src;
	uint8_t *at = out + IP4_SIZE;
	memcpy(at + ICMP_SIZE, of->at, quoted);
	struct icmp m = {.type = s.type, .code = s.code, .seq = s.seq};
	icmp_write(at, ICMP_SIZE + quoted, &m);
	return add_head(&s, IP4_PROTO_ICMP, ICMP_SIZE + quoted, out);
}

size_t shot_build(const struct shot *s, const struct shot_bytes *of,
		  uint8_t out[SHOT_ROOM])
{
	if (s->kind == SHOT_ANSWER)
		return build_answer(s, of, out);
	if (s->kind == SHOT_ERROR)
		return build_error(s, of, out);
	return build_own(s, out);
}
