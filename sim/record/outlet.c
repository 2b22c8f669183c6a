/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/record/outlet.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/mem.h"

/* In the second-level cache beside what else is at work; a call of the kernel
 * costs nothing against copying as much. */
#define BUFFER 65536

/* The stream has no buffer of its own: its calls lock, for each frame. */
struct outlet {
	char *path, *temporary; /* temporary NULL: written directly */
	FILE *file;
	bool lent;
	int error; /* errno of the first failure */
	size_t used;
	char buffer[BUFFER];
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
	if (o->file && o->file != stdout)
		setvbuf(o->file, NULL, _IONBF, 0);
	if (o->file)
		return o;
	diag_error(d, diag_nowhere(), "cannot write %s: %s", path,
		   strerror(errno));
	fini(o);
	return NULL;
}

static void put(struct outlet *o, const void *bytes, size_t len)
{
	if (!o->error && fwrite(bytes, 1, len, o->file) != len)
		o->error = errno;
}

static void empty(struct outlet *o)
{
	put(o, o->buffer, o->used);
	o->used = 0;
}

void *outlet_room(struct outlet *o, size_t len)
{
	if (len > BUFFER - o->used)
		empty(o);
	char *room = o->buffer + o->used;
	o->used += len;
	return room;
}

void outlet_write(struct outlet *o, const void *bytes, size_t len)
{
	if (len <= OUTLET_ROOM) {
		memcpy(outlet_room(o, len), bytes, len);
		return;
	}
	empty(o);
	put(o, bytes, len);
}

bool outlet_flush(struct outlet *o)
{
	empty(o);
	if (!o->error && fflush(o->file) != 0)
		o->error = errno;
	return o->error != EPIPE;
}

FILE *outlet_lend_file(struct outlet *o)
{
	o->lent = true;
	return o->file;
}

/* stdout stays open: whoever started the program may print on. */
static void close_file(struct outlet *o)
{
	if (o->lent)
		return;
	outlet_flush(o);
	if (o->file != stdout && fclose(o->file) != 0 && !o->error)
		o->error = errno;
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
