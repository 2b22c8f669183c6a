/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, and what they share. Each returns an exit status. */
#ifndef CMD_H
#define CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/play/play.h"
#include "sim/base/vec.h"
#include "tools/report/outtext.h"
#include "tools/tierpath/option.h"

int cmd_run(const struct option_values *v);
int cmd_test(const struct option_values *v);
int cmd_trace(const struct option_values *v);
int cmd_show(const struct option_values *v);
int cmd_replay(const struct option_values *v);
int cmd_live(const struct option_values *v);
int cmd_wireshark(const struct option_values *v);
int cmd_extcap(const struct option_values *v);
int cmd_lint(const struct option_values *v);
int cmd_schema(const struct option_values *v);
int cmd_help(const struct option_values *v);

struct cmd_paths {
	VEC(char *);
};

/* Every scenario that the words name: files as they are, folders with all
 * *.yaml in them and below, sorted. False after reporting to 'd'. */
bool cmd_find(const char *const *words, size_t count, struct cmd_paths *out,
	      struct diag *d);
void cmd_free_paths(struct cmd_paths *p);

/* 't' (NULL is fine; taken) with every --change made; NULL after reporting. */
struct tree *cmd_change(struct tree *t, const struct option_values *v,
			struct diag *d);
/* Prints messages to stderr. */
void cmd_report(const struct option_values *v, const struct diag *d);
/* Writes 'text' to stdout; false (after saying so) if that fails. */
bool cmd_print(const char *text, size_t len);
/* A report: to stdout, or to stderr when the capture has stdout. */
bool cmd_print_report(const struct option_values *v, const struct str *text);
/* How text is to look on stdout. */
struct outtext_style cmd_style(const struct option_values *v);

/* The part of the options that is about chance and limits. */
struct play_options cmd_play_options(const struct option_values *v);
/* False, after saying so, if a limit ended the run. */
bool cmd_within_limits(const struct outcome *o);

/* Where frames go while a scenario is played: one file, one for each
 * interface, or nowhere (NULL). 'about' is the comment of the capture; text,
 * kept by the caller. */
struct cmd_capture;
struct cmd_capture *cmd_capture_new(const struct option_values *v,
				    const char *about, struct diag *d);
/* Sets the hooks of 'options'; c may be NULL. */
void cmd_capture_hook(struct cmd_capture *c, struct play_options *options);
/* Whether the capture has stdout: then reports go to stderr. */
bool cmd_capture_to_stdout(const struct option_values *v);
/* False, with the reason in 'd', if a file could not be completed. */
bool cmd_capture_end(struct cmd_capture *c, bool keep, struct diag *d);

#endif
