/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks are written in the byte order of the machine, which be.h says is
 * little-endian: type, length, body, length again; options are code, length,
 * value, padded to 32 bits. Section numbers are those of the draft. */
#include "sim/record/pcapng.h"

#include <string.h>

#include "sim/base/mem.h"
#include "sim/record/outlet.h"
#include "sim/wire/be.h"

#define SECTION_HEADER 0x0a0d0d0aU /* 4.1 */
#define INTERFACE      1U	   /* 4.2 */
#define PACKET	       6U	   /* 4.3 */
#define NAMES	       4U	   /* 4.5 */
#define SECRETS	       10U	   /* 4.7 */
#define BYTE_ORDER_OF  0x1a2b3c4dU
#define ANY_LENGTH     UINT64_MAX
#define ETHERNET       1 /* LINKTYPE_ETHERNET */
#define TLS_KEY_LOG    0x544c534bU

enum option {
	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_APPLICATION = 4,
	IDB_NAME = 2,
	IDB_DESCRIPTION = 3,
	IDB_RESOLUTION = 9,
	EPB_FLAGS = 2,
	EPB_PACKET_ID = 5,
	NRB_END = 0,
	NRB_IP4 = 1,
};
#define NANOSECONDS 9 /* 10^-9 */
#define INBOUND	    1U
#define OUTBOUND    2U

struct pcapng {
	struct outlet *outlet;
	struct str block; /* the one being made */
	uint32_t ports;
};

static void add_u16(struct str *s, unsigned v)
{
	uint16_t x = (uint16_t)v;
	str_add_len(s, (const char *)&x, sizeof(x));
}

static void add_u32(struct str *s, uint32_t v)
{
	str_add_len(s, (const char *)&v, sizeof(v));
}

static void add_u64(struct str *s, uint64_t v)
{
	str_add_len(s, (const char *)&v, sizeof(v));
}

static void pad(struct str *s)
{
	str_pad(s, '\0', (4 - s->len % 4) % 4);
}

static void add_option(struct str *s, enum option code, const void *value,
		       size_t len)
{
	if (len > UINT16_MAX)
		len = UINT16_MAX;
	add_u16(s, code);
	add_u16(s, (unsigned)len);
	str_add_len(s, value, len);
	pad(s);
}

static void add_text(struct str *s, enum option code, const char *text)
{
	if (text)
		add_option(s, code, text, strlen(text));
}

static void end_options(struct str *s)
{
	add_u16(s, OPT_END);
	add_u16(s, 0);
}

static struct str *begin(struct pcapng *w, uint32_t type)
{
	str_clear(&w->block);
	add_u32(&w->block, type);
	add_u32(&w->block, 0);
	return &w->block;
}

static void end(struct pcapng *w)
{
	struct str *s = &w->block;
	uint32_t len = (uint32_t)s->len + 4;
	memcpy(s->text + 4, &len, sizeof(len));
	add_u32(s, len);
	outlet_write(w->outlet, s->text, s->len);
}

struct pcapng *pcapng_open(const char *path, const struct pcapng_about *about,
			   struct diag *d)
{
	struct outlet *o = outlet_open(path, d);
	if (!o)
		return NULL;
	struct pcapng *w = MEM_NEW(struct pcapng);
	w->outlet = o;
	struct str *s = begin(w, SECTION_HEADER);
	add_u32(s, BYTE_ORDER_OF);
	add_u16(s, 1); /* version 1.0 */
	add_u16(s, 0);
	add_u64(s, ANY_LENGTH);
	add_text(s, SHB_APPLICATION, about->application);
	add_text(s, OPT_COMMENT, about->comment);
	end_options(s);
	end(w);
	return w;
}

uint32_t pcapng_add_port(struct pcapng *w, const char *name,
			 const char *description)
{
	static const uint8_t resolution = NANOSECONDS;
	struct str *s = begin(w, INTERFACE);
	add_u16(s, ETHERNET);
	add_u16(s, 0);
	add_u32(s, 0); /* snapshot length: no limit */
	add_text(s, IDB_NAME, name);
	add_text(s, IDB_DESCRIPTION, description);
	add_option(s, IDB_RESOLUTION, &resolution, 1);
	end_options(s);
	end(w);
	return w->ports++;
}

void pcapng_add_names(struct pcapng *w, const struct pcapng_name *names,
		      size_t count)
{
	if (!count)
		return;
	struct str *s = begin(w, NAMES);
	for (size_t i = 0; i < count; i++) {
		uint8_t addr[4];
		size_t len = strlen(names[i].name) + 1;
		be_store32(addr, names[i].addr.v);
		add_u16(s, NRB_IP4);
		add_u16(s, (unsigned)(sizeof(addr) + len));
		str_add_len(s, (const char *)addr, sizeof(addr));
		str_add_len(s, names[i].name, len);
		pad(s);
	}
	add_u16(s, NRB_END);
	add_u16(s, 0);
	end(w);
}

void pcapng_add_secrets(struct pcapng *w, const char *lines, size_t len)
{
	struct str *s = begin(w, SECRETS);
	add_u32(s, TLS_KEY_LOG);
	add_u32(s, (uint32_t)len);
	str_add_len(s, lines, len);
	pad(s);
	end(w);
}

void pcapng_add(struct pcapng *w, const struct pcapng_packet *p)
{
	uint32_t flags = p->out ? OUTBOUND : INBOUND;
	struct str *s = begin(w, PACKET);
	add_u32(s, p->port);
	add_u32(s, (uint32_t)(p->time >> 32));
	add_u32(s, (uint32_t)p->time);
	add_u32(s, (uint32_t)p->len);
	add_u32(s, (uint32_t)p->len);
	str_add_len(s, (const char *)p->frame, p->len);
	pad(s);
	for (size_t i = 0; i < PCAPNG_COMMENTS; i++)
		add_text(s, OPT_COMMENT, p->comments[i]);
	add_option(s, EPB_FLAGS, &flags, sizeof(flags));
	add_option(s, EPB_PACKET_ID, &p->id, sizeof(p->id));
	end_options(s);
	end(w);
}

bool pcapng_flush(struct pcapng *w)
{
	return outlet_flush(w->outlet);
}

static void fini(struct pcapng *w)
{
	str_fini(&w->block);
	mem_free(w);
}

bool pcapng_close(struct pcapng *w, struct diag *d)
{
	if (!w)
		return true;
	bool ok = outlet_close(w->outlet, d);
	fini(w);
	return ok;
}

void pcapng_discard(struct pcapng *w)
{
	if (!w)
		return;
	outlet_discard(w->outlet);
	fini(w);
}
