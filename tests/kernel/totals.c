/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/totals.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

static const struct {
	const char *name, *simulated, *kernel, *source;
} differences[] = {
#define X(symbol, simulated, kernel, source)                                   \
	{#symbol, simulated, kernel, source},
	DIFFER_LIST(X)
#undef X
};

static const struct {
	const char *text;
} features[] = {
#define X(symbol, text) {text},
	TOPO_FEATURES(X)
#undef X
};

void totals_differences(void)
{
	puts("| | simulated | Linux | source |\n|---|---|---|---|");
	for (size_t i = 0; i < DIFFER_COUNT; i++)
		printf("| %s | %s | %s | %s |\n", differences[i].name,
		       differences[i].simulated, differences[i].kernel,
		       differences[i].source);
}

void totals_print(const struct totals *t, unsigned long seed)
{
	printf("seed %lu: %lu cases, %lu packets sent, %lu receptions compared, "
	       "%.0f s\n",
	       seed, t->cases, t->packets, t->compared, t->seconds);
	puts("cases with");
	for (size_t i = 0; i < TOPO_FEATURE_COUNT; i++)
		printf("  %-30s %lu\n", features[i].text, t->has[i]);
	puts("differences met");
	for (size_t i = 0; i < DIFFER_COUNT; i++)
		printf("  %-30s %lu\n", differences[i].name, t->met[i]);
}

static void set(json_t *o, const char *name, unsigned long value)
{
	json_object_set_new(o, name, json_integer((json_int_t)value));
}

static const char next_case[] = "next case", sent[] = "packets sent",
		  compared[] = "arrivals compared",
		  differ[] = "cases that differ",
		  failed[] = "cases that could not be played",
		  with[] = "cases with", met[] = "deliberate differences met";

static json_t *detail(const struct totals *t)
{
	json_t *differs = json_object(), *has = json_object(),
	       *o = json_object();
	for (size_t i = 0; i < DIFFER_COUNT; i++)
		set(differs, differences[i].name, t->met[i]);
	for (size_t i = 0; i < TOPO_FEATURE_COUNT; i++)
		set(has, features[i].text, t->has[i]);
	set(o, next_case, t->next);
	set(o, sent, t->packets);
	set(o, compared, t->compared);
	set(o, differ, t->differing);
	set(o, failed, t->failed);
	json_object_set_new(o, with, has);
	json_object_set_new(o, met, differs);
	return o;
}

/* The form of tests/README.md. */
void totals_write(const struct totals *t, const char *path, unsigned long seed)
{
	struct utsname u;
	char when[32];
	time_t clock = time(NULL);
	json_t *o = json_object();
	uname(&u);
	u.release[strcspn(u.release, "-")] = '\0';
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&clock));
	json_object_set_new(o, "name", json_string("kernel"));
	json_object_set_new(o, "judge", json_string(u.sysname));
	json_object_set_new(o, "version", json_string(u.release));
	set(o, "seed", seed);
	set(o, "cases", t->cases);
	set(o, "failures", t->differing + t->failed);
	json_object_set_new(o, "skipped", json_array());
	json_object_set_new(o, "when", json_string(when));
	json_object_set_new(o, "seconds", json_real(t->seconds));
	json_object_set_new(o, "detail", detail(t));
	if (json_dump_file(o, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		perror(path);
	json_decref(o);
}

static unsigned long get(const json_t *o, const char *name)
{
	return (unsigned long)json_integer_value(json_object_get(o, name));
}

bool totals_read(struct totals *t, const char *path, unsigned long seed)
{
	json_t *o = path ? json_load_file(path, 0, NULL) : NULL;
	const json_t *d = json_object_get(o, "detail");
	if (!d || get(o, "seed") != seed) {
		json_decref(o);
		return false;
	}
	t->next = get(d, next_case);
	t->cases = get(o, "cases");
	t->packets = get(d, sent);
	t->compared = get(d, compared);
	t->differing = get(d, differ);
	t->failed = get(d, failed);
	t->seconds = json_real_value(json_object_get(o, "seconds"));
	for (size_t i = 0; i < DIFFER_COUNT; i++)
		t->met[i] = get(json_object_get(d, met), differences[i].name);
	for (size_t i = 0; i < TOPO_FEATURE_COUNT; i++)
		t->has[i] = get(json_object_get(d, with), features[i].text);
	json_decref(o);
	return true;
}
