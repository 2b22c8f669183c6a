/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/color.h"

struct color color_set(bool on)
{
	if (!on)
		return (struct color){"", "", "", "", "", "", ""};
	return (struct color){"\033[0m",  "\033[1m",  "\033[2m", "\033[31m",
			      "\033[32m", "\033[33m", "\033[36m"};
}
