/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time made to pass as fast as real time, or so many times as fast, for
 * those who watch a capture grow. */
#ifndef PACER_H
#define PACER_H

#include <stdbool.h>
#include <stdint.h>

struct pacer {
	double speed; /* virtual seconds a second; 0: do not wait */
	bool started;
	uint64_t wall, virtual; /* ns, of the start */
};

void pacer_init(struct pacer *p, double speed);
/* Whether pacer_wait() would wait. */
bool pacer_is_early(struct pacer *p, uint64_t time);
/* Sleeps until virtual time 'time' (ns) has come; the first call sets the
 * start. */
void pacer_wait(struct pacer *p, uint64_t time);

#endif
