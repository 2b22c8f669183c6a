/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/lang/pattern.h"

#include <ctype.h>
#include <string.h>

#include "sim/base/str.h"

/* The first words of what summary_kind() prints. */
static const char *const kinds[] = {
	"SYN",	"SYN-ACK", "ACK",  "PSH-ACK",  "FIN", "FIN-ACK",
	"RST",	"RST-ACK", "none", "TCP",      "UDP", "DNS",
	"HTTP", "TLS",	   "ICMP", "protocol",
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))
#define END_SIZE   32 /* "255.255.255.255/32:65535" and more */

static const char form[] = "a packet is written \"source > destination kind\", "
			   "for example \"74.125.133.82:443 > * SYN-ACK\"";

bool pattern_parse_end(const char *text, struct pattern_end *out)
{
	char copy[END_SIZE];
	struct pattern_end e = {{{0}, 0}, 0};
	struct addr_ports ports;
	if (strlen(text) >= sizeof(copy))
		return false;
	memcpy(copy, text, strlen(text) + 1);
	char *colon = strchr(copy, ':');
	if (colon) {
		if (!addr_parse_ports(colon + 1, &ports) ||
		    ports.first != ports.last)
			return false;
		e.port = ports.first;
		*colon = 0;
	}
	if (strcmp(copy, "*") != 0 && !addr_parse_prefix(copy, &e.net))
		return false;
	*out = e;
	return true;
}

static const char *skip_blanks(const char *text)
{
	while (isblank((unsigned char)*text))
		text++;
	return text;
}

/* Reads the word text .. end; nothing there means "any". */
static bool end_of(const char *text, const char *end, struct pattern_end *out)
{
	char copy[END_SIZE];
	while (end > text && isblank((unsigned char)end[-1]))
		end--;
	size_t len = (size_t)(end - text);
	*out = (struct pattern_end){{{0}, 0}, 0};
	if (!len)
		return true;
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	return pattern_parse_end(copy, out);
}

static bool kind_is_known(const char *kind, const char **nearest)
{
	char word[END_SIZE];
	size_t len = strcspn(kind, " ");
	*nearest = NULL;
	if (len >= sizeof(word))
		return false;
	memcpy(word, kind, len);
	word[len] = 0;
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (str_glob(word, kinds[i]))
			return true;
	*nearest = str_nearest(word, kinds, KIND_COUNT);
	return false;
}

bool pattern_parse(const char *text, struct pattern *out, const char **why,
		   const char **nearest)
{
	struct pattern p = {.kind = ""};
	const char *arrow = strchr(text, '>');
	const char *rest = skip_blanks(text);
	*why = form;
	*nearest = NULL;
	if (arrow) {
		if (!end_of(rest, arrow, &p.src))
			return false;
		rest = skip_blanks(arrow + 1);
		const char *end = rest + strcspn(rest, " \t");
		if (isdigit((unsigned char)*rest) || *rest == '*') {
			if (!end_of(rest, end, &p.dst))
				return false;
			rest = skip_blanks(end);
		}
	}
	p.kind = rest;
	if (*rest && !kind_is_known(rest, nearest)) {
		*why = "there is no such kind of packet";
		return false;
	}
	if (!arrow && !*rest)
		return false;
	*out = p;
	return true;
}

bool pattern_end_fits(const struct pattern_end *e, ip4 addr, uint16_t port)
{
	return addr_in(addr, e->net) && (!e->port || e->port == port);
}

bool pattern_kind_fits(const char *pattern, const char *kind)
{
	size_t len = strlen(pattern);
	if (!len || str_glob(pattern, kind))
		return true;
	return strncmp(pattern, kind, len) == 0 && kind[len] == ' ';
}
