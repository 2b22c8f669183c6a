/* SPDX-License-Identifier: Apache-2.0 */
/* The figures as a table for people, as JSON, as a table for a README. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "tests/bench/bench_private.h"

/* What the rows of the issue are, in its order, and what they must reach. */
static const struct {
	const char *row, *work;
	double least; /* 0: nothing is asked */
	double peer;  /* times the first peer; 0: nothing is asked */
} known[] = {
	{"fwd_1k", "Tier-1 SNAT, Tier-0 REFLEXIVE, 1,000 sessions", 30, 80},
	{"fwd_1m", "the same, a million sessions in random order", 15, 70},
	{"new_flows", "first packets of up to a million sessions", 6, 45},
	{"reflexive", "Tier-0 alone, 1,000 REFLEXIVE rules", 40, 0},
	{"fib_1m", "routes: a million, random addresses", 0, 1},
	{"sessions_1m", "sessions: look-up among a million", 0, 1.3},
	{"sim_chain", "whole simulation, 5 nodes, both NATs", 3, 40},
	{"sim_chain_capture", "the same, every hop captured", 1.5, 0},
	{"tcp_bulk", "TCP segments through both NATs", 1, 60},
	{"trace_process", "`tierpath trace`, start to end", 3, 4},
	{"suite", "`tierpath test scenarios`", 1, 0},
	{"suite_scaling", "four suites: all processors against `-j 1`", 0, 0},
	{"load_large", "10,000 Tier-1s, 100,000 segments, 1 M hosts", 10, 0},
	{"load_large_peak", "memory of that", 4294967296.0, 0},
	{"rules", "`tierpath lint`, 20,000 rules of each kind", 0, 0},
	{"bytes_per_session", "memory of a session, both directions", 96, 0},
	{"bytes_per_route", "memory of a route, of a million", 12, 0},
};

static bool is_rate(const struct bench_row *r)
{
	return strcmp(r->unit, "M/s") == 0;
}

/* How many times better than the peer: rates are better when greater. */
static double ratio(const struct bench_row *r, const struct bench_peer *p)
{
	return is_rate(r) ? r->value / p->value : p->value / r->value;
}

static void print_row(const struct bench *b, const struct bench_row *r)
{
	char each[32] = "";
	const struct bench_row *limit = bench_find(b, r->limit);
	if (is_rate(r))
		snprintf(each, sizeof(each), "%.4g", 1e3 / r->value);
	printf("%-20s %8.4g %-6s [%.4g..%.4g]%*s %8s", r->name, r->value,
	       r->unit, r->min, r->max, 1, "", each);
	if (limit)
		printf("  %.0f %% of %s",
		       100 * r->value * r->times / limit->value, r->limit);
	for (size_t i = 0; i < b->peer_count; i++)
		if (strcmp(b->peers[i].row, r->name) == 0)
			printf("  %.3g x %s (%.4g)", ratio(r, &b->peers[i]),
			       b->peers[i].name, b->peers[i].value);
	putchar('\n');
}

static json_t *peers_json(const struct bench *b, const struct bench_row *r)
{
	json_t *list = json_array();
	for (size_t i = 0; i < b->peer_count; i++) {
		const struct bench_peer *p = &b->peers[i];
		if (strcmp(p->row, r->name) == 0)
			json_array_append_new(
				list, json_pack("{s:s, s:f, s:f, s:f, s:f}",
						"name", p->name, "value",
						p->value, "min", p->min, "max",
						p->max, "ratio", ratio(r, p)));
	}
	return list;
}

/* 'peer' and 'ratio' are of the first peer; 'peers' has all. */
static json_t *row_json(const struct bench *b, const struct bench_row *r)
{
	json_t *peers = peers_json(b, r), *first = json_array_get(peers, 0);
	json_t *peer = json_object_get(first, "name");
	json_t *times = json_object_get(first, "ratio");
	json_t *o = json_pack("{s:s, s:f, s:s, s:f, s:f, s:O, s:O, s:o}",
			      "name", r->name, "value", r->value, "unit",
			      r->unit, "min", r->min, "max", r->max, "peer",
			      peer ? peer : json_null(), "ratio",
			      times ? times : json_null(), "peers", peers);
	return o;
}

/* False if it cannot be written. */
bool bench_out_json(const struct bench *b, const char *path)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < b->count; i++)
		json_array_append_new(rows, row_json(b, &b->rows[i]));
	json_t *o = json_pack("{s:i, s:o}", "runs", b->runs, "rows", rows);
	int failed = json_dump_file(o, path, JSON_INDENT(2));
	json_decref(o);
	if (failed)
		fprintf(stderr, "bench: cannot write %s\n", path);
	return !failed;
}

void bench_out_text(const struct bench *b)
{
	printf("%-20s %8s %-6s [least..greatest]  ns each\n", "row", "median",
	       "unit");
	for (size_t i = 0; i < b->count; i++)
		print_row(b, &b->rows[i]);
}

static void markdown_goal(FILE *f, size_t i, const struct bench_row *r)
{
	const char *least = is_rate(r) ? "" : "under ";
	if (known[i].least > 0 && strcmp(r->unit, "bytes") != 0)
		fprintf(f, "%s%g %s", least, known[i].least, r->unit);
	else if (known[i].least > 0)
		fprintf(f, "at most %.0f", known[i].least);
	if (known[i].peer > 0)
		fprintf(f, "%s%g x", known[i].least > 0 ? ", " : "",
			known[i].peer);
}

static void markdown_row(FILE *f, const struct bench *b, size_t i,
			 const struct bench_row *r)
{
	const struct bench_row *limit = bench_find(b, r->limit);
	fprintf(f, "| `%s` | %s | %.4g %s | %.4g..%.4g | ", r->name,
		known[i].work, r->value, r->unit, r->min, r->max);
	markdown_goal(f, i, r);
	fputs(" | ", f);
	for (size_t p = 0, n = 0; p < b->peer_count; p++)
		if (strcmp(b->peers[p].row, r->name) == 0)
			fprintf(f, "%s%.3g x %s (%.4g)", n++ ? ", " : "",
				ratio(r, &b->peers[p]), b->peers[p].name,
				b->peers[p].value);
	fputs(" | ", f);
	if (limit)
		fprintf(f, "%.0f %% of `%s`",
			100 * r->value * r->times / limit->value, r->limit);
	fputs(" |\n", f);
}

bool bench_out_markdown(const struct bench *b, const char *path)
{
	FILE *f = fopen(path, "w");
	if (!f) {
		fprintf(stderr, "bench: cannot write %s\n", path);
		return false;
	}
	fputs("| row | what | median | least..greatest | asked for | peers in "
	      "the same run | limit |\n|---|---|---|---|---|---|---|\n",
	      f);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct bench_row *r = bench_find(b, known[i].row);
		if (r)
			markdown_row(f, b, i, r);
	}
	return fclose(f) == 0;
}
