/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/play/describe.h"

#include <string.h>

#include "sim/base/vec.h"
#include "sim/world/vclock.h"

#define COLUMNS 5
#define PADDING 2
#define INDENT	"  "

static const char *const head[] = {"Type", "Reason", "Age", "From", "Message"};
/* Four dashes under "Age", too: kubectl has this row as a constant. */
static const char *const rule[] = {"----", "------", "----", "----", "-------"};

/* "3h5m": the second unit is left out when it is 0. */
static void add_two(struct str *out, uint64_t a, char a_unit, uint64_t b,
		    char b_unit)
{
	str_addf(out, "%llu%c", (unsigned long long)a, a_unit);
	if (b)
		str_addf(out, "%llu%c", (unsigned long long)b, b_unit);
}

/* HumanDuration() of k8s.io/apimachinery pkg/util/duration. */
void describe_age(uint64_t now, uint64_t then, struct str *out)
{
	if (then > now && then - now >= 2 * VCLOCK_S) {
		str_add(out, "<invalid>");
		return;
	}
	uint64_t s = then > now ? 0 : (now - then) / VCLOCK_S;
	uint64_t m = s / 60, h = m / 60, d = h / 24;
	if (s < 120)
		add_two(out, s, 's', 0, 0);
	else if (m < 10)
		add_two(out, m, 'm', s % 60, 's');
	else if (h < 3)
		add_two(out, m, 'm', 0, 0);
	else if (h < 8)
		add_two(out, h, 'h', m % 60, 'm');
	else if (h < 48)
		add_two(out, h, 'h', 0, 0);
	else if (d < 8)
		add_two(out, d, 'd', h % 24, 'h');
	else
		add_two(out, d, 'd', 0, 0);
}

struct row {
	const char *cells[COLUMNS];
};

struct rows {
	struct arena arena;
	struct {
		VEC(struct row);
	} rows;
};

struct view {
	uint64_t now;
	enum describe_clock clock;
};

static void add_age(const struct view *v, uint64_t then, struct str *out)
{
	if (v->clock == DESCRIBE_CLOCK_BEHIND)
		str_add(out, "<invalid>");
	else
		describe_age(v->now, then, out);
}

static const char *interval(const struct outcome_event *e, const struct view *v,
			    struct arena *a)
{
	struct str s = {0};
	if (e->no_time) {
		str_add(&s, "<unknown>");
	} else {
		add_age(v, e->count > 1 ? e->last : e->first, &s);
		if (e->count > 1) {
			str_addf(&s, " (x%u over ", e->count);
			add_age(v, e->first, &s);
			str_addc(&s, ')');
		}
	}
	const char *text = arena_text(a, str_text(&s));
	str_fini(&s);
	return text;
}

static void add_row(struct rows *r, const char *const cells[COLUMNS])
{
	struct row row;
	for (size_t i = 0; i < COLUMNS; i++)
		row.cells[i] =
			i ? cells[i]
			  : arena_printf(&r->arena, INDENT "%s", cells[i]);
	VEC_ADD(&r->rows, row);
}

static void add_event(struct rows *r, const struct outcome_event *e,
		      const struct view *v)
{
	const char *const cells[] = {e->type, e->reason,
				     interval(e, v, &r->arena), e->from,
				     e->message};
	add_row(r, cells);
}

static size_t width_of(const struct rows *r, size_t column)
{
	size_t width = 0;
	for (size_t i = 0; i < r->rows.count; i++) {
		size_t len = strlen(r->rows.at[i].cells[column]);
		width = len > width ? len : width;
	}
	return width + PADDING;
}

static void print_rows(const struct rows *r, struct str *out)
{
	size_t widths[COLUMNS];
	for (size_t i = 0; i < COLUMNS; i++)
		widths[i] = width_of(r, i);
	for (size_t i = 0; i < r->rows.count; i++) {
		const struct row *row = &r->rows.at[i];
		for (size_t c = 0; c < COLUMNS - 1; c++) {
			str_add(out, row->cells[c]);
			str_pad(out, ' ', widths[c] - strlen(row->cells[c]));
		}
		str_addf(out, "%s\n", row->cells[COLUMNS - 1]);
	}
}

void describe_table(const struct outcome_step *s, uint64_t now,
		    enum describe_clock clock, struct str *out)
{
	struct view v = {now, clock};
	struct rows r = {.rows = {0}};
	if (!s->event_count) {
		str_add(out, "Events:  <none>\n");
		return;
	}
	arena_init(&r.arena);
	add_row(&r, head);
	add_row(&r, rule);
	for (size_t i = 0; i < s->event_count; i++)
		add_event(&r, &s->events[i], &v);
	str_add(out, "Events:\n");
	print_rows(&r, out);
	VEC_FREE(&r.rows);
	arena_fini(&r.arena);
}
