/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about a topology, one line per message: the line, the text that
 * is underlined, what kind of message, and its words. */
#ifndef MODEL_KIT_H
#define MODEL_KIT_H

#include <check.h>
#include <string.h>

#include "sim/base/str.h"
#include "topology/lang/tree.h"
#include "topology/model/advice.h"
#include "topology/model/model.h"

#define KIT_CLUSTER                                                            \
	"edge_clusters: {ec: {edges: {en1: {}, en2: {}, en3: {}}}}\n"

/* 'want': what each line begins with. */
struct kit_row {
	const char *name, *text, *want;
};

static inline void kit_add(const struct diag *d, const struct diag_message *m,
			   struct str *out)
{
	static const char *const words[] = {"error", "warning", "note"};
	unsigned line = 0, column;
	size_t len;
	if (m->kind == DIAG_HELP)
		return;
	diag_where(d, m->place, &line, &column);
	const char *text = diag_source_text(d, m->place.source, &len);
	str_addf(out, "%u '%.*s' %s: %s\n", line, (int)m->place.len,
		 text + m->place.offset, words[m->kind], m->text);
}

/* What lint says, and whether it is a model. */
static inline bool kit_lint(const char *text, struct str *out)
{
	struct diag d;
	diag_init(&d);
	struct tree *t = tree_parse("t.yaml", text, strlen(text), &d);
	struct model *m = t ? model_read(t, &d) : NULL;
	bool good = m != NULL;
	if (m)
		advice_check(m, &d);
	for (size_t i = 0; i < d.message_count; i++)
		kit_add(&d, &d.messages[i], out);
	model_free(m);
	tree_free(t);
	diag_fini(&d);
	return good;
}

static inline bool kit_begins_alike(const char *got, const char *want)
{
	while (*got && *want) {
		size_t len = strcspn(want, "\n");
		if (strncmp(got, want, len) != 0)
			return false;
		got += strcspn(got, "\n");
		got += *got == '\n';
		want += len + (want[len] == '\n');
	}
	return !*got && !*want;
}

/* A warning does not make it bad, an error does. */
static inline void kit_check(const struct kit_row *row)
{
	struct str got = {0};
	bool good = kit_lint(row->text, &got);
	ck_assert_msg(kit_begins_alike(str_text(&got), row->want),
		      "%s: said\n%s\nnot\n%s", row->name, str_text(&got),
		      row->want);
	ck_assert_msg(good == !strstr(row->want, " error: "), "%s", row->name);
	str_fini(&got);
}

#endif
