/* SPDX-License-Identifier: Apache-2.0 */
/* Names may be compressed when read (RFC 1035 4.1.4): a pointer must lead
 * backwards, so reading ends. We write without compression but for answers,
 * which point at the question. */
#include "sim/wire/dns.h"

#include <string.h>

#include "sim/wire/be.h"
#include "sim/wire/rd.h"

#define HEAD_SIZE  12
#define CLASS_IN   1
#define LABEL_MAX  63
#define EDNS_BYTES 1232 /* what we say we can take (DNS flag day 2020) */

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Appends a label of 'len' bytes; false if the name gets too long. */
static bool add_label(char *name, size_t *used, const uint8_t *label,
		      size_t len)
{
	if (*used + len + 2 > DNS_NAME_MAX)
		return false;
	if (*used)
		name[(*used)++] = '.';
	for (size_t i = 0; i < len; i++) {
		if (!label[i] || label[i] == '.')
			return false;
		name[(*used)++] = lower(label[i]);
	}
	return true;
}

static bool read_name(struct rd *r, char name[DNS_NAME_MAX])
{
	struct rd at = *r;
	bool jumped = false;
	size_t used = 0, limit = (size_t)(r->at - r->start);
	for (;;) {
		uint8_t len = rd_u8(&at);
		if (!rd_ok(&at))
			return false;
		if (len >> 6 == 3) {
			size_t to = (size_t)(len & 63) << 8 | rd_u8(&at);
			if (!rd_ok(&at) || to >= limit)
				return false;
			if (!jumped)
				*r = at;
			jumped = true;
			limit = to;
			at.at = at.start + to;
			continue;
		}
		if (len > LABEL_MAX)
			return false;
		if (!len)
			break;
		const uint8_t *label = rd_bytes(&at, len);
		if (!label || !add_label(name, &used, label, len))
			return false;
	}
	name[used] = '\0';
	if (!jumped)
		*r = at;
	return true;
}

static bool read_record(struct rd *r, struct dns *out, bool answer)
{
	char name[DNS_NAME_MAX];
	if (!read_name(r, name))
		return false;
	uint16_t type = rd_u16(r);
	rd_u16(r); /* class; for OPT the size of the sender's buffer */
	uint32_t ttl = rd_u32(r);
	uint16_t size = rd_u16(r);
	const uint8_t *data = rd_bytes(r, size);
	if (!data)
		return false;
	if (type == DNS_OPT)
		out->edns = true;
	if (!answer || type != DNS_A || size != 4)
		return true;
	if (out->answer_count < DNS_ANSWERS_MAX)
		out->answers[out->answer_count++] = (struct dns_answer){
			DNS_A, ttl, addr_ip4(be_load32(data))};
	return true;
}

bool dns_read(const uint8_t *bytes, size_t len, struct dns *out)
{
	struct rd r = rd_of(bytes, len);
	memset(out, 0, sizeof(*out));
	out->id = rd_u16(&r);
	uint16_t flags = rd_u16(&r);
	uint16_t questions = rd_u16(&r), answers = rd_u16(&r);
	unsigned others = rd_u16(&r);
	others += rd_u16(&r);
	if (!rd_ok(&r) || questions != 1)
		return false;
	out->response = flags >> 15;
	out->authoritative = flags >> 10 & 1;
	out->truncated = flags >> 9 & 1;
	out->recursion_desired = flags >> 8 & 1;
	out->recursion_available = flags >> 7 & 1;
	out->rcode = (enum dns_rcode)(flags & 15);
	if (!read_name(&r, out->name))
		return false;
	out->type = rd_u16(&r);
	rd_u16(&r);
	for (unsigned i = 0; i < answers + others; i++)
		if (!read_record(&r, out, i < answers))
			return false;
	return rd_ok(&r);
}

/* A writer over the caller's bytes; 'at' is NULL once it did not fit. */
struct out {
	uint8_t *at, *end;
};

static uint8_t *room_for(struct out *o, size_t count)
{
	uint8_t *p = o->at;
	if (!p || (size_t)(o->end - p) < count)
		return o->at = NULL;
	o->at += count;
	return p;
}

static void put16(struct out *o, uint16_t v)
{
	uint8_t *p = room_for(o, 2);
	if (p)
		be_store16(p, v);
}

static void put32(struct out *o, uint32_t v)
{
	put16(o, (uint16_t)(v >> 16));
	put16(o, (uint16_t)v);
}

static void put_name(struct out *o, const char *name)
{
	if (strlen(name) >= DNS_NAME_MAX)
		o->at = NULL;
	while (*name && o->at) {
		size_t len = strcspn(name, ".");
		uint8_t *p =
			len && len <= LABEL_MAX ? room_for(o, len + 1) : NULL;
		if (!p) {
			o->at = NULL;
			return;
		}
		p[0] = (uint8_t)len;
		memcpy(p + 1, name, len);
		name += len;
		if (*name == '.' && !*++name)
			break; /* a final dot is fine */
	}
	uint8_t *end = room_for(o, 1);
	if (end)
		*end = 0;
}

static void put_answer(struct out *o, const struct dns_answer *a)
{
	put16(o, 0xc000 | HEAD_SIZE); /* the question's name */
	put16(o, DNS_A);
	put16(o, CLASS_IN);
	put32(o, a->ttl);
	put16(o, 4);
	put32(o, a->addr.v);
}

static void put_opt(struct out *o)
{
	uint8_t *root = room_for(o, 1);
	if (root)
		*root = 0;
	put16(o, DNS_OPT);
	put16(o, EDNS_BYTES);
	put32(o, 0);
	put16(o, 0);
}

size_t dns_write(uint8_t *bytes, size_t room, const struct dns *m)
{
	struct out o = {bytes, bytes + room};
	put16(&o, m->id);
	unsigned flags =
		(unsigned)m->response << 15 | (unsigned)m->authoritative << 10 |
		(unsigned)m->truncated << 9 |
		(unsigned)m->recursion_desired << 8 |
		(unsigned)m->recursion_available << 7 | (m->rcode & 15U);
	put16(&o, (uint16_t)flags);
	put16(&o, 1);
	put16(&o, (uint16_t)m->answer_count);
	put16(&o, 0);
	put16(&o, m->edns);
	put_name(&o, m->name);
	put16(&o, m->type);
	put16(&o, CLASS_IN);
	for (size_t i = 0; i < m->answer_count; i++)
		put_answer(&o, &m->answers[i]);
	if (m->edns)
		put_opt(&o);
	return o.at ? (size_t)(o.at - bytes) : 0;
}

const char *dns_rcode_name(enum dns_rcode rcode)
{
	static const char *const names[] = {
		[DNS_NOERROR] = "NOERROR",   [DNS_FORMERR] = "FORMERR",
		[DNS_SERVFAIL] = "SERVFAIL", [DNS_NXDOMAIN] = "NXDOMAIN",
		[DNS_NOTIMP] = "NOTIMP",     [DNS_REFUSED] = "REFUSED",
	};
	return (unsigned)rcode <= DNS_REFUSED ? names[rcode] : "RCODE";
}

const char *dns_type_name(uint16_t type)
{
	return type == DNS_A	   ? "A"
	       : type == DNS_AAAA  ? "AAAA"
	       : type == DNS_CNAME ? "CNAME"
				   : "type";
}
