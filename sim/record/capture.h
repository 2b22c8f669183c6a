/* SPDX-License-Identifier: Apache-2.0 */
/* Captures as classic pcap files with nanoseconds, begun by libpcap.
 *
 * capture_open, capture_add for each frame, capture_close. The file appears
 * under its name only when it is complete; capture_discard leaves nothing.
 * Times are counted from VCLOCK_EPOCH: captures must not depend on today. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"

struct capture;

/* "-" is stdout. NULL, and the reason in 'd', if it cannot be written. */
struct capture *capture_open(const char *path, struct diag *d);
/* A frame of at most PKT_ROOM bytes (sim/path/pkt.h). */
void capture_add(struct capture *c, uint64_t time_ns, const uint8_t *frame,
		 size_t len);
uint64_t capture_count(const struct capture *c); /* frames so far */
/* Both free 'c' (NULL is fine). False, with the reason, if the file could not
 * be completed; then there is none. */
bool capture_close(struct capture *c, struct diag *d);
void capture_discard(struct capture *c);

#endif
