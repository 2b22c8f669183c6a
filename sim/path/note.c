/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/path/note.h"

const char *note_kind_name(enum note_kind kind)
{
	static const char *const names[] = {
#define X(symbol, text) text,
		NOTE_LIST(X)
#undef X
	};
	return names[kind];
}
