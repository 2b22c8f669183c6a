/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that reads, each fed with bytes: once, and nothing is kept. */
#ifndef TARGETS_H
#define TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/str.h"

/* 'name' is what messages call it. */
void targets_topology(const char *name, const struct str *text);
void targets_scenario(const char *name, const struct str *text, bool play);
/* As --change of the smallest topology. */
void targets_change(const struct str *text);
void targets_capture(const struct str *bytes);
/* Lengths and checksums of a frame made right, so that readers get deeper. */
void targets_repair(uint8_t *frame, size_t len);
/* All readers of packets, from byte 'skip' on. */
void targets_codecs(const struct str *bytes, size_t skip);

#endif
