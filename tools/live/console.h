/* SPDX-License-Identifier: Apache-2.0 */
/* Commands while a live network runs, one on each line:
 *
 *	change {YAML}	merge it into the topology, as a scenario's change
 *	show [TABLE...] [NODE...]
 *	stats
 *	quit
 *	help
 *
 * console_init, console_read whenever the input can be read, console_fini. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/diag.h"
#include "sim/base/str.h"
#include "tools/live/live.h"
#include "topology/lang/tree.h"

struct console {
	struct live *live;
	struct net *net;
	struct tree *tree; /* the topology as it is now; owned */
	struct diag *diag; /* the caller's */
	struct str input;  /* read, but not a whole line yet */
	bool quit;
	/* Where answers and messages about mistakes go, after each command. */
	void (*answer)(void *context, const char *text, size_t len);
	void (*report)(void *context, const struct diag *d);
	/* The network has changed. May be NULL. */
	void (*changed)(void *context, struct net *n);
	void *context;
};

/* Takes 'tree', whose sources 'd' has; it also gets those of the changes, and
 * what commands have to say, until that has been reported. The hooks are the
 * caller's to fill in. */
void console_init(struct console *c, struct live *l, struct net *n,
		  struct tree *tree, struct diag *d);
void console_fini(struct console *c);
/* Reads what there is and carries out each whole line. At the end of the input
 * 'quit' is set. */
void console_read(struct console *c, int fd);
/* One command. False if it was wrong; it has been reported. */
bool console_do(struct console *c, const char *line);

#endif
