/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed inputs whose instructions 'make bench-check' counts. */
#ifndef CHECK_H
#define CHECK_H

/* Runs the input called 'name' and returns 0; NULL: prints all names. Only what
 * happens inside of check_count() is to be counted. */
int check_run(const char *name);

#endif
