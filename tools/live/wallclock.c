/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live/wallclock.h"

#include <errno.h>
#include <time.h>

#define SECOND 1000000000U

uint64_t wallclock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

void wallclock_sleep_until(uint64_t at)
{
	struct timespec until = {(time_t)(at / SECOND), (long)(at % SECOND)};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	       EINTR)
		;
}
