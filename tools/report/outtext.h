/* SPDX-License-Identifier: Apache-2.0 */
/* An outcome for people: first what they would see themselves, then the packet
 * that decided it, both legs in one column of nodes, then the sentence. */
#ifndef OUTTEXT_H
#define OUTTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/play/outcome.h"
#include "sim/base/str.h"
#include "tools/report/color.h"

struct outtext_style {
	struct color color;
	size_t width;	    /* of sentences, in columns */
	size_t table_width; /* of event tables; 0: as wide as they are */
	bool quiet;	    /* headlines and expectations only */
	bool verbose;	    /* every packet of every step, every met claim */
	bool clock_behind;  /* ages as in the article: <invalid> */
};

void outtext_run(const struct outcome *o, const struct outtext_style *style,
		 struct str *out);
/* One step alone. */
void outtext_step(const struct outcome *o, const struct outcome_step *s,
		  const struct outtext_style *style, struct str *out);
/* The way of packet 'id', indented by 'indent'; for failed expectations. */
void outtext_packet(const struct outcome *o, uint32_t id, const char *indent,
		    const struct color *color, struct str *out);
/* "15.000 s", "0.412 s", "2.4 ms". */
void outtext_time(uint64_t ns, struct str *out);

#endif
