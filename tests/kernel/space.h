/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces without a name: each is held by a descriptor of this
 * process and vanishes with it, however that ends. The machine's own namespace
 * is never entered again after space_leave(). */
#ifndef SPACE_H
#define SPACE_H

#include <stdbool.h>

#include "sim/base/str.h"

struct nft_ctx;

/* Leaves the machine's namespace for an empty one. False, with the reason, if
 * namespaces are not allowed here. */
bool space_leave(struct str *why);
/* A new namespace, entered; its descriptor, -1 on failure. */
int space_new(void);
void space_enter(int fd);
/* Writes a value to /proc/sys of the namespace that is entered; false if there
 * is no such file. */
bool space_set(const char *name, const char *value);
/* Runs a program in the namespace that is entered, 'input' on its stdin. False,
 * with what it said in 'why', if it fails. */
bool space_exec(const char *const *argv, const struct str *input,
		struct str *why);

/* libnftables in the namespace that is entered, and no other from then on; NULL
 * if it does not start. */
struct nft_ctx *space_rules_new(void);
void space_rules_free(struct nft_ctx *nft);
/* 'rules' as of `nft -f`. */
bool space_rules(struct nft_ctx *nft, const struct str *rules, struct str *why);
/* Rules that are gone are taken apart later; what they needed (conntrack, which
 * puts fragments together) stays until then. This waits for it, some 10 ms, in
 * the namespace that is entered: closing a socket of netfilter's does. */
void space_settle(void);

#endif
