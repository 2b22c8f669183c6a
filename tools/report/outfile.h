/* SPDX-License-Identifier: Apache-2.0 */
/* A file that appears complete or not at all; what is no regular file (a device,
 * a FIFO) is written to as it stands, and - is stdout. */
#ifndef OUTFILE_H
#define OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"

/* False, with the reason, if it could not be written; then nothing is left. */
bool outfile_write(const char *path, const char *bytes, size_t len,
		   struct diag *d);

#endif
