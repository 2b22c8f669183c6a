/* SPDX-License-Identifier: Apache-2.0 */
/* A growable array of any type:
 *
 *	struct { VEC(struct note); } notes = {0};
 *	VEC_ADD(&notes, note);
 *	for (size_t i = 0; i < notes.count; i++) use(&notes.at[i]);
 *	VEC_FREE(&notes);
 *
 * Elements move when it grows: keep indices, not pointers. */
#ifndef VEC_H
#define VEC_H

#include <stddef.h>

#include "sim/base/mem.h"

#define VEC(type)                                                              \
	type *at;                                                              \
	size_t count;                                                          \
	size_t room

#define VEC_ADD(v, element)                                                    \
	do {                                                                   \
		if ((v)->count == (v)->room) {                                 \
			(v)->room = (v)->room ? 2 * (v)->room : 8;             \
			(v)->at = mem_grow((v)->at, (v)->room,                 \
					   sizeof(*(v)->at));                  \
		}                                                              \
		(v)->at[(v)->count++] = (element);                             \
	} while (0)

#define VEC_LAST(v) (&(v)->at[(v)->count - 1])

#define VEC_FREE(v)                                                            \
	do {                                                                   \
		mem_free((v)->at);                                             \
		(v)->at = NULL;                                                \
		(v)->count = 0;                                                \
		(v)->room = 0;                                                 \
	} while (0)

#endif
