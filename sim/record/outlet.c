/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/outlet.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/mem.h"

#define BUFFER 262144

struct outlet {
	char *path, *temporary; /* temporary NULL: written directly */
	FILE *file;		/* NULL: taken */
	int error;		/* errno of the first failure */
};

static void fini(struct outlet *o)
{
	mem_free(o->path);
	mem_free(o->temporary);
	mem_free(o);
}

static char *temporary_for(const char *path)
{
	struct str s = {0};
	str_addf(&s, "%s.part%ld", path, (long)getpid());
	return str_take(&s);
}

static bool is_direct(const char *path)
{
	struct stat st;
	return !strcmp(path, "-") ||
	       (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

struct outlet *outlet_open(const char *path, struct diag *d)
{
	struct outlet *o = MEM_NEW(struct outlet);
	o->path = mem_text(path);
	o->temporary = is_direct(path) ? NULL : temporary_for(path);
	if (!strcmp(path, "-"))
		o->file = stdout;
	else
		o->file = fopen(o->temporary ? o->temporary : path, "wb");
	if (o->file) {
		setvbuf(o->file, NULL, _IOFBF, BUFFER);
		return o;
	}
	diag_error(d, diag_nowhere(), "cannot write %s: %s", path,
		   strerror(errno));
	fini(o);
	return NULL;
}

void outlet_write(struct outlet *o, const void *bytes, size_t len)
{
	if (!o->error && fwrite(bytes, 1, len, o->file) != len)
		o->error = errno;
}

bool outlet_flush(struct outlet *o)
{
	if (o->file && !o->error && fflush(o->file) != 0)
		o->error = errno;
	return o->error != EPIPE;
}

FILE *outlet_take_file(struct outlet *o)
{
	FILE *f = o->file;
	o->file = NULL;
	return f;
}

void outlet_set_failed(struct outlet *o, int error)
{
	if (!o->error)
		o->error = error;
}

/* stdout stays open: whoever started the program may print on. */
static void close_file(struct outlet *o)
{
	outlet_flush(o);
	if (o->file && o->file != stdout && fclose(o->file) != 0 && !o->error)
		o->error = errno;
	o->file = NULL;
}

bool outlet_close(struct outlet *o, struct diag *d)
{
	close_file(o);
	if (!o->error && o->temporary && rename(o->temporary, o->path) != 0)
		o->error = errno;
	bool ok = !o->error || o->error == EPIPE;
	if (!ok)
		diag_error(d, diag_nowhere(), "cannot write %s: %s", o->path,
			   strerror(o->error));
	if (o->error && o->temporary)
		unlink(o->temporary);
	fini(o);
	return ok;
}

void outlet_discard(struct outlet *o)
{
	close_file(o);
	if (o->temporary)
		unlink(o->temporary);
	fini(o);
}
