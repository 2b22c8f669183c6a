/* SPDX-License-Identifier: Apache-2.0 */
/* The clock on the wall (CLOCK_MONOTONIC). Only what follows real time may look
 * at it; the simulator never does. */
#ifndef WALLCLOCK_H
#define WALLCLOCK_H

#include <stdint.h>

uint64_t wallclock_now(void); /* ns */
/* Sleeps until wallclock_now() is 'at'. */
void wallclock_sleep_until(uint64_t at);

#endif
