/* SPDX-License-Identifier: Apache-2.0 */
/* The same targets for libFuzzer, which looks for inputs that reach new code. One
 * program: FUZZ_TARGET in the environment names the target. Only in KIND=fuzz. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/str.h"
#include "sim/record/summary.h"
#include "sim/wire/eth.h"
#include "tests/fuzz/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void topology(struct str *s)
{
	targets_topology("fuzz.yaml", s);
}

static void scenario(struct str *s)
{
	targets_scenario("scenarios/article/fuzz.yaml", s, false);
}

static void change(struct str *s)
{
	targets_change(s);
}

static void capture(struct str *s)
{
	targets_capture(s);
}

static void frame(struct str *s)
{
	struct str text = {0};
	targets_repair((uint8_t *)s->text, s->len);
	targets_codecs(s, ETH_SIZE);
	summary_frame((const uint8_t *)str_text(s), s->len, NULL, &text);
	str_fini(&text);
}

static void payload(struct str *s)
{
	targets_codecs(s, 0);
}

static const struct {
	const char *name;
	void (*run)(struct str *s);
} targets[] = {
	{"topology", topology}, {"scenario", scenario}, {"change", change},
	{"capture", capture},	{"frame", frame},	{"dns", payload},
	{"tcp", payload},	{"http", payload},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = getenv("FUZZ_TARGET");
	struct str s = {0};
	size_t count = sizeof(targets) / sizeof(targets[0]), i = 0;
	while (i < count && (!name || strcmp(name, targets[i].name) != 0))
		i++;
	if (i == count) {
		fputs("FUZZ_TARGET names no target\n", stderr);
		exit(2);
	}
	str_add_len(&s, (const char *)data, size);
	targets[i].run(&s);
	str_fini(&s);
	return 0;
}
