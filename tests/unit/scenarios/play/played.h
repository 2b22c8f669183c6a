/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of this folder: a scenario from text, on the small two-tier
 * network. */
#ifndef PLAYED_H
#define PLAYED_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenarios/play/play.h"

struct played {
	struct diag diag;
	struct script *script;
	struct outcome *outcome; /* NULL: not played, see 'said' */
	struct str said;
};

/* 'rest' is what follows title and topology in the file. */
static inline void played_run(struct played *p, const char *rest,
			      const struct play_options *options)
{
	char path[] = "/tmp/played.XXXXXX", cwd[512];
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	FILE *f = fdopen(fd, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "title: t\ntopology: %s/topology/library/two-tier.yaml\n%s",
		cwd, rest);
	fclose(f);
	diag_init(&p->diag);
	str_init(&p->said);
	p->outcome = NULL;
	p->script = script_load(path, &p->diag);
	if (p->script)
		p->outcome = play_script(p->script, options, &p->diag);
	diag_print(&p->diag, false, &p->said);
	unlink(path);
}

static inline void played_end(struct played *p)
{
	outcome_free(p->outcome);
	script_free(p->script);
	str_fini(&p->said);
	diag_fini(&p->diag);
}

#endif
