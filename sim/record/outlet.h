/* SPDX-License-Identifier: Apache-2.0 */
/* Where the bytes of a capture go: a file that appears under its name only when
 * it is complete, stdout, or a pipe.
 *
 * outlet_open, outlet_write, then outlet_close or outlet_discard. Errors are
 * remembered and told by outlet_close. A reader that goes away (EPIPE) is no
 * error: it has seen enough. */
#ifndef OUTLET_H
#define OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/base/diag.h"

#define OUTLET_ROOM 4096

struct outlet;

/* "-" is stdout. What exists and is no regular file (a FIFO) is written to
 * directly. NULL, and the reason in 'd', if it cannot be opened. */
struct outlet *outlet_open(const char *path, struct diag *d);
void outlet_write(struct outlet *o, const void *bytes, size_t len);
/* Room for 'len' bytes, at most OUTLET_ROOM, that the caller fills in at once:
 * they are written as if by outlet_write(). */
void *outlet_room(struct outlet *o, size_t len);
/* Passes on what is buffered, for readers that look on. False when the reader
 * went away. */
bool outlet_flush(struct outlet *o);
/* The stream, for a library that writes what comes first and that closes it:
 * after a last outlet_flush() and before the outlet itself is closed. */
FILE *outlet_lend_file(struct outlet *o);
/* Both free 'o'. False, with the reason, if the file could not be completed;
 * then there is none. */
bool outlet_close(struct outlet *o, struct diag *d);
void outlet_discard(struct outlet *o);

#endif
