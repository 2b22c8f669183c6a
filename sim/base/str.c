/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/mem.h"

void str_init(struct str *s)
{
	*s = (struct str){NULL, 0, 0};
}

void str_fini(struct str *s)
{
	mem_free(s->text);
	str_init(s);
}

void str_clear(struct str *s)
{
	s->len = 0;
	if (s->text)
		s->text[0] = '\0';
}

static void reserve(struct str *s, size_t more)
{
	if (s->room - s->len > more)
		return;
	s->room = 2 * s->room > s->len + more + 1 ? 2 * s->room
						  : s->len + more + 32;
	s->text = mem_grow(s->text, s->room, 1);
}

void str_add_len(struct str *s, const char *bytes, size_t len)
{
	reserve(s, len);
	if (len)
		memcpy(s->text + s->len, bytes, len);
	s->len += len;
	s->text[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_len(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
	str_add_len(s, &c, 1);
}

void str_pad(struct str *s, char c, size_t count)
{
	reserve(s, count);
	memset(s->text + s->len, c, count);
	s->len += count;
	s->text[s->len] = '\0';
}

void str_addv(struct str *s, const char *format, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, format, ap);
	if (len > 0) {
		reserve(s, (size_t)len);
		vsnprintf(s->text + s->len, (size_t)len + 1, format, again);
		s->len += (size_t)len;
	}
	va_end(again);
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	str_addv(s, format, ap);
	va_end(ap);
}

const char *str_text(const struct str *s)
{
	return s->text ? s->text : "";
}

char *str_take(struct str *s)
{
	char *text = s->text ? s->text : mem_text("");
	str_init(s);
	return text;
}

#define WORD_MAX 64

/* Levenshtein's distance, letters of either case alike, or more than 'limit' when it certainly is. */
static size_t edits(const char *a, const char *b, size_t limit)
{
	size_t row[WORD_MAX + 1], la = strlen(a), lb = strlen(b);
	if (la > WORD_MAX || lb > WORD_MAX)
		return limit + 1;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best =
				diagonal + (tolower((unsigned char)a[i - 1]) !=
					    tolower((unsigned char)b[j - 1]));
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *str_nearest(const char *seen, const char *const *words,
			size_t count)
{
	const char *best = NULL;
	size_t limit = 2;
	for (size_t i = 0; i < count; i++) {
		if (!words[i])
			continue;
		size_t n = edits(seen, words[i], limit);
		if (n > limit || n >= strlen(seen))
			continue;
		if (best && n == limit)
			continue;
		best = words[i];
		limit = n;
	}
	return best;
}

bool str_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;
	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
