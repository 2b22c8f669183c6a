/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of tools: one step on the article's network, with a change. */
#ifndef EXPLAIN_KIT_H
#define EXPLAIN_KIT_H

#include <check.h>
#include <string.h>

#include "scenarios/play/play.h"
#include "sim/base/str.h"
#include "tools/explain/cause.h"

#define EXPLAIN_KIT_CONNECT                                                    \
	"connect: {from: tkg-h6cwg, to: registry, port: 443, timeout: 10s}"

/* A client on the segment's own Tier-1, and members that see it. */
#define EXPLAIN_KIT_TRANSPARENT                                                \
	"lb_pools: {harbor-443: {snat_translation: DISABLED}}"
#define EXPLAIN_KIT_HARBOR                                                     \
	"connect: {from: supervisor-1, to: 30.0.1.4, port: 443, timeout: 10s}"

struct explain_kit {
	struct script *script;
	struct outcome *o;
	const struct outcome_step *step; /* the last one */
	struct cause cause;
};

/* 'change' in flow style, "" for none; 'step' is "verb: {...}". */
static inline void explain_kit_init(struct explain_kit *k, const char *change,
				    const char *step)
{
	struct diag d;
	struct str text = {0}, said = {0};
	diag_init(&d);
	str_addf(&text,
		 "title: t\ntopology: topology/library/vcf4-static.yaml\n"
		 "change: {%s}\nsteps:\n  - %s\n",
		 change, step);
	k->script = script_parse("kit.yaml", str_text(&text), text.len, &d);
	k->o = k->script ? play_script(k->script, NULL, &d) : NULL;
	diag_print(&d, false, &said);
	ck_assert_msg(k->o, "%s", str_text(&said));
	k->step = &k->o->steps[k->o->step_count - 1];
	ck_assert(cause_find(k->o, k->step, &k->cause));
	str_fini(&text);
	str_fini(&said);
	diag_fini(&d);
}

static inline void explain_kit_fini(struct explain_kit *k)
{
	outcome_free(k->o);
	script_free(k->script);
}

static inline void explain_kit_has(const struct str *text, const char *part)
{
	ck_assert_msg(strstr(str_text(text), part), "no \"%s\" in: %s", part,
		      str_text(text));
}

#endif
