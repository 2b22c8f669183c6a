/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tierpath/pacer.h"

#include <errno.h>
#include <time.h>

#define SECOND 1000000000U

static uint64_t wall_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

void pacer_init(struct pacer *p, double speed)
{
	*p = (struct pacer){.speed = speed};
}

static uint64_t due(struct pacer *p, uint64_t time)
{
	if (!p->started) {
		p->started = true;
		p->wall = wall_now();
		p->virtual = time;
	}
	if (p->speed <= 0 || time < p->virtual)
		return p->wall;
	return p->wall + (uint64_t)((double)(time - p->virtual) / p->speed);
}

bool pacer_is_early(struct pacer *p, uint64_t time)
{
	return due(p, time) > wall_now();
}

void pacer_wait(struct pacer *p, uint64_t time)
{
	uint64_t at = due(p, time);
	struct timespec until = {(time_t)(at / SECOND), (long)(at % SECOND)};
	while (p->speed > 0 && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
					       &until, NULL) == EINTR)
		;
}
