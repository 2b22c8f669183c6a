/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of commands and options: parsing, --help, the man page and bash
 * completion all come from it. */
#ifndef OPTION_H
#define OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"
#include "sim/base/str.h"

enum option_command {
	OPTION_RUN,
	OPTION_TEST,
	OPTION_TRACE,
	OPTION_SHOW,
	OPTION_REPLAY,
	OPTION_LIVE,
	OPTION_WIRESHARK,
	OPTION_EXTCAP,
	OPTION_LINT,
	OPTION_SCHEMA,
	OPTION_HELP,
	OPTION_COMMAND_COUNT
};

#define OPTION_JOBS_MAX 256

#define OPTION_EXIT_OK	     0
#define OPTION_EXIT_FAILED   1 /* an expectation failed */
#define OPTION_EXIT_INPUT    2 /* wrong usage or input */
#define OPTION_EXIT_NOTHING  3 /* nothing ran */
#define OPTION_EXIT_INTERNAL 4 /* internal error or limit */

/* What the user asked for. Strings are argv's. */
struct option_values {
	enum option_command command;
	const char **words; /* arguments that are no options */
	size_t word_count;
	bool json, quiet, verbose, strict, help, clock_behind;
	bool man, completion, version;
	const char *color; /* "auto", "always", "never" */
	const char *write, *capture, *capture_filter, *capture_dir, *notes;
	bool write_pcapng; /* whatever 'write' is called; no option */
	double speed;	   /* 0: as fast as possible */
	const char *junit;
	const char *from, *to, *proto;
	const char *topology, *into; /* replay */
	const char *commands;	     /* live */
	bool install_profile, install_extcap;
	/* extcap: what Wireshark asks for */
	bool extcap_interfaces, extcap_dlts, extcap_config, extcap_capture;
	const char *extcap_version, *extcap_interface, *fifo;
	const char *scenario, *points;
	const char **changes;
	size_t change_count;
	bool has_seed;
	uint64_t max_events, max_packets; /* 0: default */
	uint64_t seed, jobs, shard, shards, port, sport;
};

/* False after reporting; then usage is wrong. */
bool option_parse(int argc, char **argv, struct option_values *out,
		  struct diag *d);
void option_free(struct option_values *v);
const char *option_command_name(enum option_command command);
/* 'command' OPTION_COMMAND_COUNT: the program itself. */
void option_print_help(enum option_command command, struct str *out);
void option_print_man(struct str *out);
void option_print_completion(struct str *out);

#endif
