/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/trial.h"

#include <stdio.h>
#include <string.h>

#include "tests/kernel/judge.h"
#include "tests/kernel/netns.h"
#include "tests/kernel/script.h"
#include "tests/kernel/simulated.h"
#include "tests/kernel/talk.h"
#include "topology/lang/tree.h"

#define PATIENCE 3000 /* us, where it matters that nothing is missed */

void trial_random(struct trial *t, uint64_t seed, unsigned packets)
{
	struct topo topo;
	memset(t, 0, sizeof(*t));
	topo_make(&topo, seed);
	talk_make(&topo, packets, &t->shots);
	t->topology = mem_text(str_text(&topo.text));
	memcpy(t->has, topo.has, sizeof(t->has));
	topo_fini(&topo);
}

static bool read_file(const char *stem, const char *ending, struct str *out)
{
	char path[512], block[4096];
	size_t n;
	snprintf(path, sizeof(path), "%s%s", stem, ending);
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		str_add_len(out, block, n);
	fclose(f);
	return true;
}

static bool read_shots(struct trial *t, char *text, struct str *why)
{
	char *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct shot s;
		if (*line == '#')
			continue;
		if (!shot_parse(line, &s)) {
			str_addf(why, "not a packet: %s\n", line);
			return false;
		}
		VEC_ADD(&t->shots, s);
	}
	return true;
}

bool trial_load(struct trial *t, const char *stem, struct str *why)
{
	struct str topology = {0}, packets = {0};
	memset(t, 0, sizeof(*t));
	bool ok = read_file(stem, ".yaml", &topology) &&
		  read_file(stem, ".packets", &packets);
	if (!ok)
		str_addf(why, "%s.yaml and %s.packets are needed\n", stem,
			 stem);
	str_add(&packets, "");
	ok = ok && read_shots(t, packets.text, why);
	str_add(&topology, "");
	t->topology = str_take(&topology);
	str_fini(&packets);
	return ok;
}

static bool write_file(const char *stem, const char *ending, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s%s", stem, ending);
	FILE *f = fopen(path, "w");
	bool ok = f && fputs(text, f) >= 0;
	return (!f || fclose(f) == 0) && ok;
}

bool trial_save(const struct trial *t, const char *stem)
{
	struct str text = {0};
	for (size_t i = 0; i < t->shots.count; i++) {
		shot_print(&t->shots.at[i], &text);
		str_add(&text, "\n");
	}
	bool ok = write_file(stem, ".yaml", t->topology) &&
		  write_file(stem, ".packets", str_text(&text));
	str_fini(&text);
	return ok;
}

void trial_fini(struct trial *t)
{
	mem_free(t->topology);
	VEC_FREE(&t->shots);
}

void trial_result_fini(struct trial_result *r)
{
	str_fini(&r->why);
}

static struct model *read_model(const char *text, struct str *why)
{
	struct diag d;
	diag_init(&d);
	struct tree *tree = tree_parse("case", text, strlen(text), &d);
	struct model *m = tree ? model_read(tree, &d) : NULL;
	tree_free(tree);
	if (!m)
		diag_print(&d, false, why);
	diag_fini(&d);
	return m;
}

static enum trial_end judge(const struct plan *p, const struct trial *t,
			    struct log *s, struct log *k,
			    struct trial_result *out)
{
	struct judge j;
	judge_init(&j, p);
	bool same = judge_logs(&j, &t->shots, s, k, &out->why);
	out->compared = j.compared;
	memcpy(out->met, j.met, sizeof(j.met));
	judge_fini(&j);
	return same ? TRIAL_SAME : TRIAL_DIFFERS;
}

/* The namespaces of this process; made anew after a failure. */
static struct netns *spaces;

void trial_close(void)
{
	netns_close(spaces);
	spaces = NULL;
}

static enum trial_end play(struct plan *p, const struct trial *t,
			   unsigned patience_us, struct trial_result *out)
{
	struct log s, k;
	enum trial_end end = TRIAL_FAILED;
	log_init(&s, t->shots.count);
	log_init(&k, t->shots.count);
	if (!simulated_run(p, &t->shots, &s, &out->why)) {
		end = TRIAL_BAD;
	} else {
		if (!spaces)
			spaces = netns_open();
		if (netns_load(spaces, p, &out->why)) {
			netns_run(spaces, &t->shots, &s, patience_us, &k);
			end = judge(p, t, &s, &k, out);
		} else {
			trial_close();
		}
	}
	log_fini(&s);
	log_fini(&k);
	return end;
}

void trial_run(const struct trial *t, unsigned patience_us,
	       struct trial_result *out)
{
	memset(out, 0, sizeof(*out));
	out->end = TRIAL_BAD;
	struct model *m = read_model(t->topology, &out->why);
	if (!m)
		return;
	struct plan p;
	if (plan_init(&p, m, &out->why))
		out->end = play(&p, t, patience_us, out);
	plan_fini(&p);
	model_free(m);
}

void trial_show(const struct trial *t, struct str *out)
{
	struct model *m = read_model(t->topology, out);
	struct plan p;
	if (!m)
		return;
	bool ok = plan_init(&p, m, out);
	for (size_t i = 0; ok && i < p.nodes.count; i++) {
		struct str text = {0};
		script_node(&p, i, &text);
		script_rules(&p, i, &text);
		str_addf(out, "# %s\n%s", p.nodes.at[i].name, str_text(&text));
		str_fini(&text);
	}
	plan_fini(&p);
	model_free(m);
}

static bool still_differs(const struct trial *t)
{
	struct trial_result r;
	trial_run(t, PATIENCE, &r);
	trial_result_fini(&r);
	return r.end == TRIAL_DIFFERS;
}

/* Without the packets 'from' to 'from' + 'count' - 1. */
static bool try_packets(struct trial *t, size_t from, size_t count)
{
	struct trial less = {.topology = t->topology};
	for (size_t i = 0; i < t->shots.count; i++)
		if (i < from || i >= from + count)
			VEC_ADD(&less.shots, t->shots.at[i]);
	if (!still_differs(&less)) {
		VEC_FREE(&less.shots);
		return false;
	}
	VEC_FREE(&t->shots);
	t->shots = less.shots;
	return true;
}

static void shrink_packets(struct trial *t)
{
	for (size_t n = t->shots.count / 2; n; n /= 2)
		for (size_t i = 0; i < t->shots.count;)
			if (n >= t->shots.count || !try_packets(t, i, n))
				i += n;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static bool try_lines(struct trial *t, size_t from, size_t count)
{
	struct str text = {0};
	const char *at = t->topology;
	for (size_t i = 0; *at; i++) {
		size_t len = strcspn(at, "\n") + 1;
		if (i < from || i >= from + count)
			str_add_len(&text, at, len);
		at += len;
	}
	struct trial less = {.shots = t->shots};
	str_add(&text, "");
	less.topology = str_take(&text);
	if (!still_differs(&less)) {
		mem_free(less.topology);
		return false;
	}
	mem_free(t->topology);
	t->topology = less.topology;
	return true;
}

static void shrink_lines(struct trial *t)
{
	for (size_t n = 8; n; n /= 2)
		for (size_t i = 0; i < count_lines(t->topology);)
			if (!try_lines(t, i, n))
				i++;
}

void trial_shrink(struct trial *t)
{
	shrink_packets(t);
	shrink_lines(t);
	shrink_packets(t);
}
