/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/diag.h"

#include <stdarg.h>
#include <string.h>

#include "sim/base/mem.h"

#define CLIP 160 /* columns of an excerpt at most */

struct diag_source {
	const char *name, *text;
	size_t len;
};

void diag_init(struct diag *d)
{
	memset(d, 0, sizeof(*d));
	arena_init(&d->arena);
}

void diag_fini(struct diag *d)
{
	mem_free(d->sources);
	mem_free(d->messages);
	arena_fini(&d->arena);
	memset(d, 0, sizeof(*d));
}

void diag_forget(struct diag *d)
{
	d->message_count = d->error_count = d->warning_count = 0;
	d->muted = false;
}

uint16_t diag_source(struct diag *d, const char *name, const char *text,
		     size_t len)
{
	if (d->source_count == d->source_room) {
		d->source_room = d->source_room ? 2 * d->source_room : 4;
		d->sources = mem_grow(d->sources, d->source_room,
				      sizeof(*d->sources));
	}
	d->sources[d->source_count++] =
		(struct diag_source){arena_text(&d->arena, name),
				     arena_text_len(&d->arena, text, len), len};
	return (uint16_t)d->source_count;
}

static const struct diag_source *source_of(const struct diag *d,
					   uint16_t source)
{
	return source && source <= d->source_count ? &d->sources[source - 1]
						   : NULL;
}

const char *diag_source_name(const struct diag *d, uint16_t source)
{
	const struct diag_source *s = source_of(d, source);
	return s ? s->name : NULL;
}

const char *diag_source_text(const struct diag *d, uint16_t source, size_t *len)
{
	const struct diag_source *s = source_of(d, source);
	*len = s ? s->len : 0;
	return s ? s->text : NULL;
}

/* The start of the line that holds 'offset'. */
static size_t line_start(const struct diag_source *s, size_t offset)
{
	while (offset && s->text[offset - 1] != '\n')
		offset--;
	return offset;
}

bool diag_where(const struct diag *d, struct diag_place place, unsigned *line,
		unsigned *column)
{
	const struct diag_source *s = source_of(d, place.source);
	if (!s)
		return false;
	size_t offset = place.offset < s->len ? place.offset : s->len;
	size_t start = line_start(s, offset);
	*line = 1;
	for (size_t i = 0; i < start; i++)
		*line += s->text[i] == '\n';
	*column = (unsigned)(offset - start) + 1;
	return true;
}

static void keep(struct diag *d, enum diag_kind kind, struct diag_place place,
		 const char *text)
{
	bool follows = kind == DIAG_NOTE || kind == DIAG_HELP;
	if (!follows) {
		size_t all = d->error_count + d->warning_count;
		d->muted = all >= DIAG_KEPT;
		d->error_count += kind == DIAG_ERROR;
		d->warning_count += kind == DIAG_WARNING;
	}
	if (d->muted)
		return;
	if (d->message_count == d->message_room) {
		d->message_room = d->message_room ? 2 * d->message_room : 16;
		d->messages = mem_grow(d->messages, d->message_room,
				       sizeof(*d->messages));
	}
	d->messages[d->message_count++] =
		(struct diag_message){kind, place, text};
}

static void keepv(struct diag *d, enum diag_kind kind, struct diag_place place,
		  const char *format, va_list ap)
{
	struct str s = {0};
	str_addv(&s, format, ap);
	keep(d, kind, place, arena_text(&d->arena, str_text(&s)));
	str_fini(&s);
}

void diag_error(struct diag *d, struct diag_place place, const char *format,
		...)
{
	va_list ap;
	va_start(ap, format);
	keepv(d, DIAG_ERROR, place, format, ap);
	va_end(ap);
}

void diag_warning(struct diag *d, struct diag_place place, const char *format,
		  ...)
{
	va_list ap;
	va_start(ap, format);
	keepv(d, DIAG_WARNING, place, format, ap);
	va_end(ap);
}

void diag_note(struct diag *d, struct diag_place place, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	keepv(d, DIAG_NOTE, place, format, ap);
	va_end(ap);
}

void diag_help(struct diag *d, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	keepv(d, DIAG_HELP, diag_nowhere(), format, ap);
	va_end(ap);
}

static const char *const words[] = {"error", "warning", "note", "help"};
static const char *const colors[] = {"\033[1;31m", "\033[1;35m", "\033[1;36m",
				     "\033[1;36m"};

static const char *if_color(bool color, const char *code)
{
	return color ? code : "";
}

/* One byte of the user's text, made harmless for a terminal. */
static char shown(char c)
{
	return (unsigned char)c < ' ' && c != '\t' ? '?' : c == 127 ? '?' : c;
}

static void excerpt(const struct diag *d, const struct diag_message *m,
		    bool color, struct str *out)
{
	const struct diag_source *s = source_of(d, m->place.source);
	unsigned line, column;
	if (!diag_where(d, m->place, &line, &column))
		return;
	size_t start = line_start(s, m->place.offset < s->len ? m->place.offset
							      : s->len);
	size_t len = 0, from = column > CLIP ? column - CLIP / 2 : 0;
	while (start + len < s->len && s->text[start + len] != '\n')
		len++;
	size_t to = len > from + CLIP ? from + CLIP : len;
	str_addf(out, "%5u | %s", line, from ? "..." : "");
	for (size_t i = from; i < to; i++)
		str_addc(out, shown(s->text[start + i]));
	str_addf(out, "%s\n      | %s", to < len ? "..." : "",
		 from ? "   " : "");
	for (size_t i = from; i + 1 < column; i++)
		str_addc(out, start + i < s->len && s->text[start + i] == '\t'
				      ? '\t'
				      : ' ');
	str_addf(out, "%s^", if_color(color, colors[m->kind]));
	for (size_t i = 1; i < m->place.len && column + i <= to; i++)
		str_addc(out, '~');
	str_addf(out, "%s\n", if_color(color, "\033[0m"));
}

static void print_one(const struct diag *d, const struct diag_message *m,
		      bool color, struct str *out)
{
	unsigned line, column;
	const char *off = if_color(color, "\033[0m");
	if (m->kind == DIAG_HELP) {
		str_addf(out, "      %s= help:%s %s\n",
			 if_color(color, colors[m->kind]), off, m->text);
		return;
	}
	str_add(out, if_color(color, "\033[1m"));
	if (diag_where(d, m->place, &line, &column))
		str_addf(out,
			 "%s:%u:%u: ", diag_source_name(d, m->place.source),
			 line, column);
	else
		str_add(out, "tierpath: ");
	str_addf(out, "%s%s%s:%s %s\n", off, if_color(color, colors[m->kind]),
		 words[m->kind], off, m->text);
	excerpt(d, m, color, out);
}

void diag_print(const struct diag *d, bool color, struct str *out)
{
	for (size_t i = 0; i < d->message_count; i++)
		print_one(d, &d->messages[i], color, out);
	size_t all = d->error_count + d->warning_count;
	if (all > DIAG_KEPT)
		str_addf(out, "%zu more not shown\n", all - DIAG_KEPT);
}
