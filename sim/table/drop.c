/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/table/drop.h"

#include <string.h>

static const struct {
	const char *name, *nsx, *sentence, *remedy;
} reasons[] = {
#define X(symbol, nsx, sentence, remedy) {#symbol, nsx, sentence, remedy},
	DROP_LIST(X)
#undef X
};

const char *drop_name(enum drop reason)
{
	return reasons[reason].name;
}

const char *drop_nsx_name(enum drop reason)
{
	return reasons[reason].nsx;
}

const char *drop_sentence(enum drop reason)
{
	return reasons[reason].sentence;
}

const char *drop_remedy(enum drop reason)
{
	return reasons[reason].remedy;
}

bool drop_find(const char *name, enum drop *out)
{
	for (int i = 0; i < DROP_COUNT; i++) {
		if (strcmp(reasons[i].name, name) != 0)
			continue;
		*out = (enum drop)i;
		return true;
	}
	return false;
}
