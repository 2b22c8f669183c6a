/* SPDX-License-Identifier: Apache-2.0 */
/* Whole programs, from their start to their end, as a user waits for them. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stddef.h>

/* Milliseconds from start to end of a program whose output nobody sees; ends
 * the benchmark with a message if it fails. 'argv' ends with NULL. */
double process_ms(char *const *argv);
/* The median of 'times' starts. */
double process_median(char *const *argv, int times);
/* For peers that are programs: prints "MEDIAN MIN MAX" of 'times' starts. */
int process_print(char *const *argv, int times);
/* A program that lies beside the benchmark: its folder and 'name', in 'out'. */
void process_path(const char *name, char *out, size_t room);

#endif
