/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tierpath/pacer.h"

#include "tools/live/wallclock.h"

void pacer_init(struct pacer *p, double speed)
{
	*p = (struct pacer){.speed = speed};
}

static uint64_t due(struct pacer *p, uint64_t time)
{
	if (!p->started) {
		p->started = true;
		p->wall = wallclock_now();
		p->virtual = time;
	}
	if (p->speed <= 0 || time < p->virtual)
		return p->wall;
	return p->wall + (uint64_t)((double)(time - p->virtual) / p->speed);
}

bool pacer_is_early(struct pacer *p, uint64_t time)
{
	return due(p, time) > wallclock_now();
}

void pacer_wait(struct pacer *p, uint64_t time)
{
	uint64_t at = due(p, time);
	if (p->speed > 0)
		wallclock_sleep_until(at);
}
