/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/report/tables.h"

#include <string.h>

#include "topology/lang/schema.h"

static bool pick_table(struct tables *t, const char *word)
{
	bool all = !strcmp(word, "all"), found = all;
	for (int i = 0; i < DUMP_TABLE_COUNT; i++) {
		bool this = !strcmp(word, dump_table_name((enum dump_table)i));
		t->wanted[i] |= all || this;
		found |= this;
	}
	return found;
}

void tables_pick(struct tables *t, const char *const *words, size_t count)
{
	bool any = false;
	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < count; i++) {
		if (pick_table(t, words[i]))
			any = true;
		else if (t->node_count < TABLES_NODES)
			t->nodes[t->node_count++] = words[i];
	}
	if (!any)
		pick_table(t, "all");
}

/* A gateway, or one of its parts ("t0-edge:en1"). */
static bool is_wanted(struct tables *t, const char *gateway, const char *part)
{
	bool wanted = !t->node_count;
	for (size_t i = 0; i < t->node_count; i++) {
		bool this = !strcmp(t->nodes[i], gateway) ||
			    !strcmp(t->nodes[i], part);
		t->seen[i] |= this;
		wanted |= this;
	}
	return wanted;
}

/* One of 'out' and 'json' is NULL. */
static void show_part(const struct tables *t, const struct net *n,
		      struct router *r, struct str *out, struct tablejson *json)
{
	for (int i = 0; i < DUMP_TABLE_COUNT; i++) {
		enum dump_table table = (enum dump_table)i;
		struct str rows = {0};
		if (t->wanted[i] && json)
			tablejson_add(json, n, r, table);
		else if (t->wanted[i] && dump_print(n, r, table, &rows))
			str_addf(out, "%s: %s\n%s\n", router_node(r)->name,
				 dump_table_name(table), str_text(&rows));
		str_fini(&rows);
	}
}

static void show(struct tables *t, struct net *n, struct str *out,
		 struct tablejson *json)
{
	size_t count;
	const struct net_gateway *g = net_gateways(n, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < g[i].part_count; j++)
			if (is_wanted(t, g[i].name,
				      router_node(g[i].parts[j])->name))
				show_part(t, n, g[i].parts[j], out, json);
	const char *const *hosts = net_host_names(n, &count);
	for (size_t i = 0; i < count; i++)
		if (is_wanted(t, hosts[i], hosts[i]))
			show_part(t, n, host_router(net_host(n, hosts[i])), out,
				  json);
}

void tables_print(struct tables *t, struct net *n, struct str *out)
{
	show(t, n, out, NULL);
}

void tables_json(struct tables *t, struct net *n, struct tablejson *out)
{
	show(t, n, NULL, out);
}

void tables_check(const struct tables *t, const struct net *n, struct diag *d)
{
	size_t gateways, hosts, count = 0;
	const struct net_gateway *g = net_gateways(n, &gateways);
	const char *const *h = net_host_names(n, &hosts);
	const char *known[TABLES_NODES];
	for (size_t i = 0; i < gateways && count < TABLES_NODES; i++)
		known[count++] = g[i].name;
	for (size_t i = 0; i < hosts && count < TABLES_NODES; i++)
		known[count++] = h[i];
	for (size_t i = 0; i < t->node_count; i++)
		if (!t->seen[i])
			schema_unknown(d, diag_nowhere(), "table or node",
				       t->nodes[i], known, count);
}
