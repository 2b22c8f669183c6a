/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows. Start from {0} or str_init; str_fini frees. 'text' is
 * always NUL-terminated after the first call that adds. */
#ifndef STR_H
#define STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
	char *text;
	size_t len;  /* without the NUL */
	size_t room; /* bytes allocated */
};

void str_init(struct str *s);
void str_fini(struct str *s);
void str_clear(struct str *s); /* len 0, keeps the memory */
void str_add(struct str *s, const char *text);
void str_add_len(struct str *s, const char *bytes, size_t len);
void str_addc(struct str *s, char c);
void str_pad(struct str *s, char c, size_t count); /* 'count' times 'c' */
void str_addf(struct str *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void str_addv(struct str *s, const char *format, va_list ap);
/* The text, "" when nothing was added; valid until the next change. */
const char *str_text(const struct str *s);
/* Gives the text away (caller: mem_free); 's' is empty again. */
char *str_take(struct str *s);

/* The word of 'words' ('count' of them) that is nearest to 'seen', at most two
 * edits away (case is none) and nearer than its own length; NULL if none is. */
const char *str_nearest(const char *seen, const char *const *words,
			size_t count);
/* Whether 'text' matches 'pattern', where '*' stands for any run of characters
 * (also none) and nothing else is special. */
bool str_glob(const char *pattern, const char *text);

#endif
