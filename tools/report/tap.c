/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/tap.h"

#include <string.h>

void tap_head(size_t count, struct str *out)
{
	str_addf(out, "TAP version 13\n1..%zu\n", count);
}

/* '#' begins a directive in a description. */
static void add_description(const char *text, struct str *out)
{
	for (; *text; text++)
		if (*text == '#')
			str_add(out, "\\#");
		else if (*text == '\n')
			str_addc(out, ' ');
		else
			str_addc(out, *text);
}

static void add_comment(const char *text, struct str *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		str_add(out, "  # ");
		str_add_len(out, text, len);
		str_addc(out, '\n');
		text += len + (text[len] == '\n');
	}
}

void tap_point(const struct tap_result *r, size_t number, struct str *out)
{
	str_addf(out, "%s %zu - ", r->passed ? "ok" : "not ok", number);
	add_description(r->path, out);
	if (r->title) {
		str_add(out, ": ");
		add_description(r->title, out);
	}
	if (r->skipped) {
		str_addf(out, " # SKIP %s\n", r->trouble);
		return;
	}
	str_addc(out, '\n');
	add_comment(r->trouble, out);
}

void tap_end(size_t passed, size_t failed, struct str *out)
{
	str_addf(out, "# %zu passed, %zu failed\n", passed, failed);
}

static void add_xml(const char *text, struct str *out)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '&')
			str_add(out, "&amp;");
		else if (c == '<')
			str_add(out, "&lt;");
		else if (c == '>')
			str_add(out, "&gt;");
		else if (c == '"')
			str_add(out, "&quot;");
		else if (c >= ' ' || c == '\n' || c == '\t')
			str_addc(out, *text);
	}
}

static void add_case(const struct tap_result *r, struct str *out)
{
	str_add(out, "  <testcase classname=\"scenarios\" name=\"");
	add_xml(r->path, out);
	str_addf(out, "\" time=\"%.3f\"", r->seconds);
	if (r->passed && !r->skipped) {
		str_add(out, "/>\n");
		return;
	}
	if (r->skipped) {
		str_add(out, ">\n    <skipped message=\"");
		add_xml(r->trouble, out);
		str_add(out, "\"/>\n  </testcase>\n");
		return;
	}
	str_addf(out, ">\n    <%s message=\"", r->broken ? "error" : "failure");
	add_xml(r->broken ? "cannot be played" : "an expectation failed", out);
	str_add(out, "\">");
	add_xml(r->trouble, out);
	str_addf(out, "</%s>\n  </testcase>\n",
		 r->broken ? "error" : "failure");
}

void tap_junit(const struct tap_result *results, size_t count, struct str *out)
{
	size_t failures = 0, errors = 0, skipped = 0;
	double seconds = 0;
	for (size_t i = 0; i < count; i++) {
		failures += !results[i].passed && !results[i].broken;
		errors += results[i].broken;
		skipped += results[i].skipped;
		seconds += results[i].seconds;
	}
	str_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuite name=\"tierpath\" tests=\"%zu\" failures=\"%zu\" "
		 "errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
		 count, failures, errors, skipped, seconds);
	for (size_t i = 0; i < count; i++)
		add_case(&results[i], out);
	str_add(out, "</testsuite>\n");
}
