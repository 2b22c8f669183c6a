/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/addr.h"

#include <stdio.h>
#include <string.h>

/* A decimal number up to 'max' at '*at', which moves behind it. Leading zeros
 * are refused: some programs read them as octal. */
static bool number(const char **at, unsigned max, unsigned *out)
{
	const char *p = *at;
	if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	unsigned v = 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (unsigned)(*p - '0');
		if (v > max)
			return false;
	}
	*at = p;
	*out = v;
	return true;
}

static bool dotted(const char **at, ip4 *out)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		unsigned part;
		if (i && *(*at)++ != '.')
			return false;
		if (!number(at, 255, &part))
			return false;
		v = v << 8 | part;
	}
	*out = addr_ip4(v);
	return true;
}

bool addr_parse_ip4(const char *text, ip4 *out)
{
	ip4 a;
	if (!dotted(&text, &a) || *text)
		return false;
	*out = a;
	return true;
}

bool addr_parse_if(const char *text, struct addr_if *out)
{
	ip4 a;
	unsigned len;
	if (!dotted(&text, &a) || *text++ != '/' || !number(&text, 32, &len) ||
	    *text)
		return false;
	*out = (struct addr_if){a, (uint8_t)len};
	return true;
}

bool addr_parse_prefix(const char *text, struct addr_prefix *out)
{
	struct addr_if a;
	if (addr_parse_ip4(text, &a.addr)) {
		*out = (struct addr_prefix){a.addr, 32};
		return true;
	}
	if (!addr_parse_if(text, &a) || a.addr.v & ~addr_mask(a.len))
		return false;
	*out = (struct addr_prefix){a.addr, a.len};
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool addr_parse_mac(const char *text, mac *out)
{
	mac m;
	if (strlen(text) != ADDR_MAC_SIZE - 1)
		return false;
	for (int i = 0; i < 6; i++) {
		const char *p = text + 3 * i;
		if (hex(p[0]) < 0 || hex(p[1]) < 0 || (i < 5 && p[2] != ':'))
			return false;
		m.b[i] = (uint8_t)(hex(p[0]) << 4 | hex(p[1]));
	}
	*out = m;
	return true;
}

bool addr_parse_ports(const char *text, struct addr_ports *out)
{
	unsigned first, last;
	if (!number(&text, 65535, &first) || first == 0)
		return false;
	last = first;
	if (*text == '-') {
		text++;
		if (!number(&text, 65535, &last))
			return false;
	}
	if (*text || last < first)
		return false;
	*out = (struct addr_ports){(uint16_t)first, (uint16_t)last};
	return true;
}

/* Addresses are most of what is printed while a large network is built, and
 * printf() takes ten times as long. The end of the number at 'out'. */
static char *print_number(char *out, unsigned v)
{
	unsigned above = v / 10;
	if (above)
		out = print_number(out, above);
	*out = (char)('0' + v % 10);
	return out + 1;
}

static char *print_dotted(char *out, ip4 a)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		out = print_number(out, a.v >> shift & 255);
		*out++ = '.';
	}
	return out - 1;
}

static void print_pair(char *out, ip4 a, char between, unsigned number)
{
	out = print_dotted(out, a);
	*out = between;
	*print_number(out + 1, number) = '\0';
}

const char *addr_print_ip4(ip4 a, char out[ADDR_IP4_SIZE])
{
	*print_dotted(out, a) = '\0';
	return out;
}

const char *addr_print_prefix(struct addr_prefix p, char out[ADDR_PREFIX_SIZE])
{
	print_pair(out, p.addr, '/', p.len % 100U);
	return out;
}

const char *addr_print_mac(mac m, char out[ADDR_MAC_SIZE])
{
	snprintf(out, ADDR_MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", m.b[0],
		 m.b[1], m.b[2], m.b[3], m.b[4], m.b[5]);
	return out;
}

const char *addr_print_endpoint(ip4 a, uint16_t port,
				char out[ADDR_ENDPOINT_SIZE])
{
	print_pair(out, a, ':', port);
	return out;
}
