/* SPDX-License-Identifier: Apache-2.0 */
/* What few packets need is kept out of line, so that what all of them run
 * through stays short: forward_batch() is compiled into one function, but for
 * functions marked RARE. It has no other meaning. */
#ifndef RARE_H
#define RARE_H

#define RARE __attribute__((noinline))

/* And what is true for nearly all comes first. */
#define MOSTLY(x) __builtin_expect(!!(x), 1)

#endif
