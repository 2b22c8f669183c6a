/* SPDX-License-Identifier: Apache-2.0 */
/* The rows; option.c parses by them, option_print.c prints them. */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "tools/tierpath/option.h"

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* const char * */
	OPTION_NUMBER, /* uint64_t within min..max */
	OPTION_MANY,   /* may be given several times: --change */
	OPTION_SHARD,  /* I/N */
	OPTION_SPEED,  /* times real time, a decimal number */
};

struct option_row {
	const char *name; /* without "--" */
	char letter;	  /* 0: none */
	const char *arg;  /* NULL: a flag */
	const char *doc;
	unsigned commands; /* bit per enum option_command */
	enum option_kind kind;
	size_t offset; /* in struct option_values */
	uint64_t min, max;
	const char *choices; /* "auto always never", for completion; or NULL */
};

struct option_command_row {
	const char *name, *words, *doc, *text;
	size_t min_words, max_words; /* SIZE_MAX: any number */
	const char *complete;	     /* bash: how words are completed */
};

extern const struct option_row option_rows[]; /* ends with name NULL */
extern const struct option_command_row option_commands[];

#endif
