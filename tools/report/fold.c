/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/fold.h"

#include <string.h>

#define INDENT	     "  "
#define INDENT_SIZE  2
#define COLUMN_LEAST 40 /* a message in fewer columns is hard to read */
#define BELOW	     "        "

void fold_text(const char *text, const char *first, const char *indent,
	       size_t width, struct str *out)
{
	size_t column = strlen(first);
	str_add(out, first);
	while (*text) {
		size_t len = strcspn(text, " ");
		if (column + len > width && column > strlen(indent)) {
			str_addf(out, "\n%s", indent);
			column = strlen(indent);
		} else if (column > strlen(indent)) {
			str_addc(out, ' ');
		}
		str_add_len(out, text, len);
		column += len + 1;
		text += len + (text[len] == ' ');
	}
	str_addc(out, '\n');
}

static size_t widest_line(const char *text)
{
	size_t widest = 0;
	while (*text) {
		size_t len = strcspn(text, "\n");
		widest = len > widest ? len : widest;
		text += len + (text[len] == '\n');
	}
	return widest;
}

static void add_trimmed(struct str *out, const char *text, size_t len)
{
	while (len && text[len - 1] == ' ')
		len--;
	str_add_len(out, text, len);
}

/* One row, whose message starts at 'at'. */
static void fold_row(const struct str *row, size_t at, size_t width,
		     struct str *out)
{
	struct str first = {0}, indent = {0};
	if (at + COLUMN_LEAST <= width) {
		str_add_len(&first, row->text, at);
		str_pad(&indent, ' ', at);
	} else {
		add_trimmed(out, row->text, at);
		str_addc(out, '\n');
		str_add(&first, BELOW);
		str_add(&indent, BELOW);
	}
	fold_text(row->text + at, str_text(&first), str_text(&indent), width,
		  out);
	str_fini(&first);
	str_fini(&indent);
}

void fold_table(const char *table, size_t width, struct str *out)
{
	const char *head = strstr(table, "Message\n");
	bool fits = !width || widest_line(table) + INDENT_SIZE <= width;
	size_t at = 0; /* where messages start, once indented */
	if (head && !fits)
		for (at = INDENT_SIZE; head > table && head[-1] != '\n'; head--)
			at++;
	for (const char *line = table; *line;) {
		struct str row = {0};
		size_t len = strcspn(line, "\n");
		str_add(&row, INDENT);
		str_add_len(&row, line, len);
		line += len + (line[len] == '\n');
		if (at && row.len > at)
			fold_row(&row, at, width, out);
		else
			str_addf(out, "%s\n", str_text(&row));
		str_fini(&row);
	}
}
