/* SPDX-License-Identifier: Apache-2.0 */
/* Records a run: an observer that writes what passes the ports of a world to
 * one capture file, or to one for each port.
 *
 * recorder_new, recorder_attach when the world is built (before anything
 * runs), recorder_name for what addresses are called, then the world runs;
 * recorder_detach while it still stands, recorder_end. A file whose name ends
 * in ".pcap" is a classic one without names and remarks, all others are
 * pcapng. */
#ifndef RECORDER_H
#define RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/diag.h"
#include "sim/record/remark.h"
#include "sim/world/world.h"

enum recorder_points {
	RECORDER_STORY, /* each packet once in each form: story.h */
	RECORDER_ALL,	/* at every port that it passes */
};

enum recorder_notes {
	RECORDER_NOTES_EVENTS, /* remarks where something happened */
	RECORDER_NOTES_ALL,
	RECORDER_NOTES_NONE,
};

/* Texts are the caller's, for as long as the recorder lives. */
struct recorder_conf {
	const char *path; /* "-" is stdout; NULL: one for each port in 'dir' */
	const char *dir;  /* made if need be */
	bool pcapng;	  /* whatever the file is called */
	enum recorder_points points;
	const char *ports;  /* only these: "a,b"; NULL: all */
	const char *filter; /* pcap-filter(7); NULL: none */
	enum recorder_notes notes;
	const char *application; /* who wrote it, with its version */
	const char *about;	 /* comment of the whole capture; NULL: none */
	/* Called before a frame is written, with its time (virtual ns), to
	 * slow down; may be NULL. */
	void (*pace)(void *context, uint64_t time);
	void *context;
};

struct recorder;

/* NULL, with reasons in 'd', if the file or the filter is not to be had. */
struct recorder *recorder_new(const struct recorder_conf *conf, struct diag *d);
/* False, with reasons, if there is no such port. 'names' is copied. */
bool recorder_attach(struct recorder *r, struct world *w,
		     const struct remark_names *names, struct diag *d);
/* 'addr' is called 'name' (copied) from now on, if it has no name yet. */
void recorder_name(struct recorder *r, ip4 addr, const char *name);
/* Passes on what is written so far, so that readers of a pipe get it. False
 * when there is no reader any more. */
bool recorder_flush(struct recorder *r);
/* The run is over; the world may go. */
void recorder_detach(struct recorder *r);
/* Frees 'r' (NULL is fine). False, with the reason, if a file could not be
 * completed; with 'keep' false there is none. */
bool recorder_end(struct recorder *r, bool keep, struct diag *d);

#endif
