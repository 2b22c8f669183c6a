/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of a terminal, or none. */
#ifndef COLOR_H
#define COLOR_H

#include <stdbool.h>

struct color {
	const char *off, *bold, *dim, *red, *green, *yellow, *cyan;
};

/* 'on' false: all empty. */
struct color color_set(bool on);

#endif
