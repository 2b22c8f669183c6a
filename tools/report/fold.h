/* SPDX-License-Identifier: Apache-2.0 */
/* Text that must fit a terminal. */
#ifndef FOLD_H
#define FOLD_H

#include <stddef.h>

#include "sim/base/str.h"

/* 'text' in lines of at most 'width' columns where its words allow: the first
 * behind 'first', the others behind 'indent'. */
void fold_text(const char *text, const char *first, const char *indent,
	       size_t width, struct str *out);
/* The event table of describe.h, each line behind two blanks. A table wider
 * than 'width' (0: any width will do) has its messages folded within their
 * column, or, if that leaves too little of it, on lines of their own. */
void fold_table(const char *table, size_t width, struct str *out);

#endif
