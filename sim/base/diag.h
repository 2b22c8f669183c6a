/* SPDX-License-Identifier: Apache-2.0 */
/* Messages about what the user wrote.
 *
 * diag_init; readers add errors, warnings, notes and helps as they find them
 * (up to DIAG_KEPT are kept, the rest counted); the caller prints all with
 * diag_print; diag_fini. Sources are registered with their text, so that a
 * message can show the line. A place holds offsets only; line and column are
 * computed when printing (columns count bytes from 1).
 *
 *	net.yaml:2:8: error: prefix length 33 is not in 0..32
 *	    2 | network: 0.0.0.0/33
 *	      |          ^~~~~~~~~~
 *	      = help: a default route is written 0.0.0.0/0
 */
#ifndef DIAG_H
#define DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/str.h"

#define DIAG_KEPT 20

/* A span of a registered source; source 0 is "no place". */
struct diag_place {
	uint16_t source; /* 1-based number of the source, 0: none */
	uint32_t offset; /* bytes from the start of its text */
	uint32_t len;	 /* bytes; 0 points between two characters */
};

enum diag_kind { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE, DIAG_HELP };

struct diag_message {
	enum diag_kind kind; /* notes and helps belong to the message before */
	struct diag_place place;
	const char *text;
};

struct diag {
	struct arena arena;
	struct diag_source *sources; /* in the order of registration */
	size_t source_count, source_room;
	struct diag_message *messages;
	size_t message_count, message_room;
	size_t error_count, warning_count; /* all, also those not kept */
	bool muted; /* the message before was not kept: nor its helps */
};

void diag_init(struct diag *d);
void diag_fini(struct diag *d);

/* Registers 'len' bytes of 'text', read from file 'name'; both are copied.
 * Returns its number for diag_place.source. */
uint16_t diag_source(struct diag *d, const char *name, const char *text,
		     size_t len);
const char *diag_source_name(const struct diag *d, uint16_t source);
/* The registered text of 'source', and its length. */
const char *diag_source_text(const struct diag *d, uint16_t source,
			     size_t *len);
/* Line and column (from 1) of 'place'; false if it has none. */
bool diag_where(const struct diag *d, struct diag_place place, unsigned *line,
		unsigned *column);

void diag_error(struct diag *d, struct diag_place place, const char *format,
		...) __attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *d, struct diag_place place, const char *format,
		  ...) __attribute__((format(printf, 3, 4)));
/* A second place for the message before ("first defined here"). */
void diag_note(struct diag *d, struct diag_place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What to write instead, for the message before. */
void diag_help(struct diag *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The messages; sources stay, and places in them lead where they did. */
void diag_forget(struct diag *d);
/* Appends all messages as text; 'color' adds ANSI colours. */
void diag_print(const struct diag *d, bool color, struct str *out);

static inline struct diag_place diag_nowhere(void)
{
	return (struct diag_place){0, 0, 0};
}

#endif
