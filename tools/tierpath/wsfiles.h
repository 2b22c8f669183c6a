/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the Wireshark profile "tierpath", and the plug-in that makes
 * fields of remarks (sim/record/remark.h): tierpath.verdict, tierpath.rule. */
#ifndef WSFILES_H
#define WSFILES_H

#include <stdbool.h>

struct wsfiles_file {
	const char *name;
	bool plugin; /* belongs to the user's plug-ins, else to the profile */
	const char *text;
};

extern const struct wsfiles_file wsfiles_all[]; /* ends with name NULL */

#endif
