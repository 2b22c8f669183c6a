/* SPDX-License-Identifier: Apache-2.0 */
/* TLS: what servers show, and what clients look at it with. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/host/host.h"
#include "sim/world/vclock.h"
#include "topology/model/fields.h"
#include "topology/model/model.h"

#define DAY	    86400
#define VALID_SINCE (30 * DAY) /* before the simulation starts */
#define VALID_FOR   (90 * DAY)

static const char *const versions[] = {"1.2", "1.3", NULL};

/* "2020-05-31", or with the time of day, "2020-05-31T12:00:00Z". */
static bool parse_date(const char *text, int64_t *out)
{
	struct tm tm = {0};
	int size = 0;
	int got = sscanf(text, "%4d-%2d-%2d%nT%2d:%2d:%2dZ%n", &tm.tm_year,
			 &tm.tm_mon, &tm.tm_mday, &size, &tm.tm_hour,
			 &tm.tm_min, &tm.tm_sec, &size);
	if ((got != 3 && got != 6) || text[size])
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	struct tm given = tm;
	time_t at = timegm(&tm); /* brings it into order */
	if (tm.tm_mday != given.tm_mday || tm.tm_mon != given.tm_mon ||
	    tm.tm_hour != given.tm_hour || tm.tm_min != given.tm_min)
		return false;
	*out = at;
	return true;
}

static void read_date(struct schema_reader *r, const struct tree_node *n,
		      int64_t *out)
{
	if (n->kind != TREE_SCALAR || !parse_date(n->text, out))
		schema_wrong(r, n, "a date",
			     "dates are written 2020-05-31 or "
			     "2020-05-31T12:00:00Z; a run begins on "
			     "2020-06-01");
}

static void read_not_before(struct schema_reader *r, const struct tree_node *n,
			    void *record)
{
	read_date(r, n, &((struct model_tls *)record)->not_before);
}

static void read_not_after(struct schema_reader *r, const struct tree_node *n,
			   void *record)
{
	read_date(r, n, &((struct model_tls *)record)->not_after);
}

static void on_or_off(struct schema_reader *r, const struct tree_node *n,
		      void *record)
{
	schema_bool(r, n, &((struct model_tls *)record)->on);
}

static const struct schema_field text_item = {.name = "text",
					      .kind = SCHEMA_TEXT};

static const struct schema_field tls_fields[] = {
	{.name = "names",
	 .doc = "names and addresses in the certificate; default: whatever "
		"name a client asks for, and the addresses that lead here",
	 .kind = SCHEMA_LIST_OF,
	 .item = &text_item,
	 FIELDS_AT(struct model_tls, names)},
	{.name = "issuer",
	 .doc = "the authority that signed it; default public, which all "
		"clients trust",
	 .kind = SCHEMA_TEXT,
	 FIELDS_AT(struct model_tls, issuer)},
	{.name = "not_before",
	 .doc = "valid from; default 2020-05-02, a run begins on 2020-06-01",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_not_before,
	 .form = "\"type\": \"string\""},
	{.name = "not_after",
	 .doc = "valid until; default 2020-07-31",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_not_after,
	 .form = "\"type\": \"string\""},
	{.name = "versions",
	 .doc = "of TLS that it speaks; default both",
	 .kind = SCHEMA_FLAGS,
	 .names = versions,
	 FIELDS_AT(struct model_tls, versions)},
	FIELDS_END};

void fields_tls_defaults(struct model_tls *t)
{
	t->on = true;
	t->issuer = HOST_PUBLIC;
	t->not_before = VCLOCK_EPOCH - VALID_SINCE;
	t->not_after = t->not_before + VALID_FOR;
	t->versions = MODEL_TLS_12 | MODEL_TLS_13;
}

const struct schema_object fields_tls = {
	.name = "tls",
	.doc = "TLS on the port, and its certificate; false: plain HTTP.",
	.size = sizeof(struct model_tls),
	.fields = tls_fields,
	.from_scalar = on_or_off,
	.scalar_form = "\"type\": \"boolean\"",
};

/* "-400d", "+2h", "90s". */
static bool parse_offset(const char *text, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY}};
	bool back = *text == '-';
	char *end;
	if (back || *text == '+')
		text++;
	if (*text < '0' || *text > '9')
		return false;
	long number = strtol(text, &end, 10);
	if (number > 100000 || !*end || end[1])
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].unit == *end) {
			*out = (back ? -number : number) * units[i].seconds;
			return true;
		}
	return false;
}

void fields_tls_clock(struct schema_reader *r, const struct tree_node *n,
		      void *record)
{
	struct model_host *h = record;
	if (n->kind != TREE_SCALAR || !parse_offset(n->text, &h->clock_offset))
		schema_wrong(r, n, "a difference in time",
			     "a clock that is behind has -90s, -2h or -400d, "
			     "one that is ahead 90s");
}
