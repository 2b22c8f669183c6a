/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/outfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_all(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");
	if (!f)
		return false;
	bool ok = fwrite(bytes, 1, len, f) == len;
	return fclose(f) == 0 && ok;
}

bool outfile_write(const char *path, const char *bytes, size_t len,
		   struct diag *d)
{
	struct str temporary = {0};
	str_addf(&temporary, "%s.part%ld", path, (long)getpid());
	bool ok = write_all(str_text(&temporary), bytes, len) &&
		  rename(str_text(&temporary), path) == 0;
	if (!ok) {
		diag_error(d, diag_nowhere(), "cannot write %s: %s", path,
			   strerror(errno));
		unlink(str_text(&temporary));
	}
	str_fini(&temporary);
	return ok;
}
