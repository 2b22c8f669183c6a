/* SPDX-License-Identifier: Apache-2.0 */
/* A case: a topology and packets, played in both worlds and judged. As files:
 * NAME.yaml, an ordinary topology, and NAME.packets, one packet on a line. */
#ifndef TRIAL_H
#define TRIAL_H

#include "tests/kernel/differ.h"
#include "tests/kernel/shot.h"
#include "tests/kernel/topo.h"

struct trial {
	char *topology; /* text; the trial's own */
	struct shot_list shots;
	bool has[TOPO_FEATURE_COUNT]; /* of a random one */
};

enum trial_end {
	TRIAL_SAME,
	TRIAL_DIFFERS,
	TRIAL_BAD,   /* no valid topology */
	TRIAL_FAILED /* the kernel side could not be set up */
};

struct trial_result {
	enum trial_end end;
	unsigned long compared, met[DIFFER_COUNT];
	struct str why;
};

void trial_random(struct trial *t, uint64_t seed, unsigned packets);
/* False, with the reason, if there are no such files. */
bool trial_load(struct trial *t, const char *stem, struct str *why);
bool trial_save(const struct trial *t, const char *stem);
void trial_fini(struct trial *t);
/* 'patience_us': how long to wait for packets that should not come. */
void trial_run(const struct trial *t, unsigned patience_us,
	       struct trial_result *out);
/* What ip and nft are told, as text. */
void trial_show(const struct trial *t, struct str *out);
/* Lets the namespaces go that trials have used; not to be shared over a fork. */
void trial_close(void);
void trial_result_fini(struct trial_result *r);
/* Takes away packets and lines of the topology while it still differs. */
void trial_shrink(struct trial *t);

#endif
