/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outfile.h"

#include "sim/record/outlet.h"

bool outfile_write(const char *path, const char *bytes, size_t len,
		   struct diag *d)
{
	struct outlet *o = outlet_open(path, d);
	if (!o)
		return false;
	outlet_write(o, bytes, len);
	return outlet_close(o, d);
}
