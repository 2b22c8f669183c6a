/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of "expect". Every claim is a struct script_expect of which a table
 * below names the fields that may be asked for. */
#include "scenarios/lang/script_private.h"

#include <string.h>

#include "sim/table/flow.h"
#include "sim/table/rib.h"

#define WITHIN_DEFAULT 100000000ULL /* ns */
#define COUNT_MAX      1000000000U

#define EXPECT(member)	SCRIPT_AT(struct script_expect, member)
#define PRESENT(member) .present = offsetof(struct script_expect, member)
#define FORM_TEXT	"\"type\": \"string\""

/* In the order of enum script_nat. */
static const char *const nats[] = {"SNAT", "DNAT",   "REFLEXIVE",
				   "LB",   "NO_NAT", NULL};

const char *script_nat_name(enum script_nat nat)
{
	return nats[nat];
}

static const char *const reasons[] = {
#define X(symbol, nsx, sentence, remedy) #symbol,
	DROP_LIST(X)
#undef X
		NULL};

static const char *flow_word(unsigned i)
{
	return flow_state_name((enum flow_state)i);
}

static const char *rib_word(unsigned i)
{
	return rib_kind_letters((enum rib_kind)i);
}

/* One of 'count' words that other tables own. */
static const char *read_word(struct schema_reader *r, const struct tree_node *n,
			     const char *(*word)(unsigned), unsigned count,
			     const char *what)
{
	const char *known[32], *text;
	if (!schema_text(r, n, &text))
		return NULL;
	for (unsigned i = 0; i < count; i++) {
		known[i] = word(i);
		if (!strcmp(known[i], text))
			return known[i];
	}
	schema_unknown(r->diag, n->at, what, text, known, count);
	return NULL;
}

static void read_state(struct schema_reader *r, const struct tree_node *n,
		       void *record)
{
	((struct script_expect *)record)->state =
		read_word(r, n, flow_word, FLOW_STATE_COUNT, "session state");
}

static void read_kind(struct schema_reader *r, const struct tree_node *n,
		      void *record)
{
	((struct script_expect *)record)->kind =
		read_word(r, n, rib_word, RIB_KIND_COUNT, "kind of route");
}

static void read_packet(struct schema_reader *r, const struct tree_node *n,
			void *record)
{
	struct script_expect *e = record;
	const char *why, *nearest;
	if (!schema_text(r, n, &e->packet) ||
	    pattern_parse(e->packet, &e->pattern, &why, &nearest))
		return;
	diag_error(r->diag, n->at, "'%s' is not a packet: %s", e->packet, why);
	if (nearest)
		diag_help(r->diag, "did you mean '%s'?", nearest);
}

static void read_end(struct schema_reader *r, const struct tree_node *n,
		     const char **text, struct pattern_end *end)
{
	if (schema_text(r, n, text) && !pattern_parse_end(*text, end))
		schema_wrong(r, n, "an address",
			     "write 10.27.51.147, 10.27.51.147:443 or *:443");
}

#define READ_END(member)                                                       \
	static void read_##member(struct schema_reader *r,                     \
				  const struct tree_node *n, void *record)     \
	{                                                                      \
		struct script_expect *e = record;                              \
		read_end(r, n, &e->member, &e->member##_end);                  \
	}

READ_END(src)
READ_END(dst)
READ_END(translated_src)
READ_END(translated_dst)

#define FIELD_END(member, text)                                                \
	{                                                                      \
		.name = #member, .doc = text, .kind = SCHEMA_CUSTOM,           \
		.read = read_##member, .form = FORM_TEXT                       \
	}
#define FIELD_AT(is_required)                                                  \
	{                                                                      \
		.name = "at", .doc = "a gateway, router, host or segment",     \
		.kind = SCHEMA_TEXT, .required = is_required,                  \
		.place = offsetof(struct script_expect, at_at), EXPECT(at)     \
	}
#define FIELD_PACKET                                                           \
	{                                                                      \
		.name = "packet",                                              \
		.doc = "\"source > destination kind\", each optional",         \
		.kind = SCHEMA_CUSTOM, .read = read_packet, .form = FORM_TEXT  \
	}
#define FIELD_COUNT                                                            \
	{                                                                      \
		.name = "count", .doc = "how many; 0: none",                   \
		.kind = SCHEMA_UINT, .size = 8, .max = COUNT_MAX,              \
		PRESENT(has_count), EXPECT(count)                              \
	}
#define FIELD_REASON                                                           \
	{                                                                      \
		.name = "reason", .doc = "why it was dropped",                 \
		.kind = SCHEMA_ENUM, .names = reasons, PRESENT(has_reason),    \
		EXPECT(reason)                                                 \
	}
#define FIELD_RULE                                                             \
	{                                                                      \
		.name = "rule",                                                \
		.doc = "the id of a NAT rule or virtual server",               \
		.kind = SCHEMA_TEXT, EXPECT(rule)                              \
	}

/* "result: ok" */
static void result_word(struct schema_reader *r, const struct tree_node *n,
			void *record)
{
	struct script_expect *e = record;
	e->has_ok = true;
	e->ok = !strcmp(n->text, "ok");
	if (!e->ok && strcmp(n->text, "failed") != 0)
		schema_wrong(r, n, "ok, failed or a map",
			     "in full: {ok: false, text: \"*i/o timeout\", "
			     "after: 30s, within: 100ms}");
}

static void result_defaults(void *record)
{
	((struct script_expect *)record)->within = WITHIN_DEFAULT;
}

static const struct schema_field result_fields[] = {
	{.name = "ok",
	 .doc = "whether it succeeds",
	 .kind = SCHEMA_BOOL,
	 PRESENT(has_ok),
	 EXPECT(ok)},
	{.name = "text",
	 .doc = "what the client says; * stands for anything",
	 .kind = SCHEMA_TEXT,
	 EXPECT(text)},
	{.name = "after",
	 .doc = "how long the last attempt took",
	 .kind = SCHEMA_DURATION,
	 PRESENT(has_after),
	 EXPECT(after)},
	{.name = "within",
	 .doc = "give or take; default 100ms",
	 .kind = SCHEMA_DURATION,
	 EXPECT(within)},
	SCRIPT_FIELDS_END};

static void row_defaults(void *record)
{
	((struct script_row *)record)->count = 1;
}

#define ROW_FIELDS(AT)                                                         \
	{.name = "type",                                                       \
	 .doc = "Normal or Warning",                                           \
	 .kind = SCHEMA_TEXT,                                                  \
	 AT(type)},                                                            \
		{.name = "reason",                                             \
		 .doc = "Pulling, Failed, BackOff, ...",                       \
		 .kind = SCHEMA_TEXT,                                          \
		 AT(reason)},                                                  \
		{.name = "from",                                               \
		 .doc = "\"kubelet, NODE\"; * stands for anything",            \
		 .kind = SCHEMA_TEXT,                                          \
		 AT(from)},                                                    \
		{.name = "message",                                            \
		 .doc = "* stands for anything",                               \
		 .kind = SCHEMA_TEXT,                                          \
		 AT(message)},                                                 \
		{.name = "count",                                              \
		 .doc = "how often it happened",                               \
		 .kind = SCHEMA_UINT,                                          \
		 .size = sizeof(unsigned),                                     \
		 .min = 1,                                                     \
		 .max = COUNT_MAX,                                             \
		 AT(count)},                                                   \
		SCRIPT_FIELDS_END

#define IN_ROW(member)	 SCRIPT_AT(struct script_row, member)
#define IN_EVENT(member) EXPECT(event.member)

static const struct schema_field row_fields[] = {ROW_FIELDS(IN_ROW)};
static const struct schema_field event_fields[] = {ROW_FIELDS(IN_EVENT)};

static const struct schema_object row = {
	.name = "row",
	.doc = "A row of the event table.",
	.size = sizeof(struct script_row),
	.fields = row_fields,
	.defaults = row_defaults,
};

static const struct schema_field row_item = {
	.name = "row", .kind = SCHEMA_OBJECT, .object = &row};

static const struct schema_field drop_fields[] = {FIELD_AT(false), FIELD_PACKET,
						  FIELD_REASON, FIELD_COUNT,
						  SCRIPT_FIELDS_END};

static const struct schema_field no_drop_fields[] = {
	FIELD_AT(false), FIELD_PACKET, FIELD_REASON, SCRIPT_FIELDS_END};

/* "no_drop: true" */
static void no_drop_word(struct schema_reader *r, const struct tree_node *n,
			 void *record)
{
	(void)record;
	if (strcmp(n->text, "true") != 0)
		schema_wrong(r, n, "true or a map",
			     "write no_drop: {at: t0-edge, packet: SYN}");
}

static const struct schema_field hop_fields[] = {
	FIELD_AT(true),
	FIELD_PACKET,
	{.name = "nat",
	 .doc = "how it was translated there",
	 .kind = SCHEMA_ENUM,
	 .names = nats,
	 PRESENT(has_nat),
	 EXPECT(nat)},
	FIELD_RULE,
	FIELD_END(src, "its source after that"),
	FIELD_END(dst, "its destination after that"),
	FIELD_COUNT,
	SCRIPT_FIELDS_END};

static const struct schema_field seen_fields[] = {
	FIELD_AT(true),
	FIELD_PACKET,
	FIELD_END(src, "its source as seen there"),
	FIELD_END(dst, "its destination as seen there"),
	FIELD_COUNT,
	SCRIPT_FIELDS_END};

static const struct schema_field session_fields[] = {
	FIELD_AT(true),
	FIELD_RULE,
	{.name = "state",
	 .doc = "FIRST, ESTABLISHED, ...",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_state,
	 .form = FORM_TEXT},
	FIELD_END(src, "source as it arrives"),
	FIELD_END(dst, "destination as it arrives"),
	FIELD_END(translated_src, "source as it leaves"),
	FIELD_END(translated_dst, "destination as it leaves"),
	FIELD_COUNT,
	SCRIPT_FIELDS_END};

static const struct schema_field route_fields[] = {
	FIELD_AT(true),
	{.name = "prefix",
	 .doc = "30.0.0.0/24",
	 .kind = SCHEMA_PREFIX,
	 .required = true,
	 EXPECT(prefix)},
	{.name = "kind",
	 .doc = "as in `get route`: t0s, t1n, b, c, s, ...",
	 .kind = SCHEMA_CUSTOM,
	 .read = read_kind,
	 .form = FORM_TEXT},
	{.name = "via",
	 .doc = "the next hop",
	 .kind = SCHEMA_IP,
	 PRESENT(has_via),
	 EXPECT(via)},
	SCRIPT_FIELDS_END};

static void finish_claim(struct schema_reader *r, const struct tree_node *map,
			 void *record)
{
	struct script_expect *e = record;
	(void)r;
	e->at_place = map->key ? map->key_at : map->at;
}

#define CLAIM(word, keys, text, ...)                                           \
	static const struct schema_object word = {                             \
		.name = #word,                                                 \
		.doc = text,                                                   \
		.size = sizeof(struct script_expect),                          \
		.fields = keys,                                                \
		.finish = finish_claim,                                        \
		__VA_ARGS__};                                                  \
	static const struct schema_field word##_item = {                       \
		.name = #word, .kind = SCHEMA_OBJECT, .object = &word}

CLAIM(result, result_fields, "How the step ends for the client.",
      .defaults = result_defaults, .from_scalar = result_word,
      .scalar_form = "\"enum\": [\"ok\", \"failed\"]");
CLAIM(event, event_fields, "The pod has such an event.", .defaults = NULL);
CLAIM(no_event, event_fields, "The pod has no such event.", .defaults = NULL);
CLAIM(drop, drop_fields, "Such a packet is dropped.", .defaults = NULL);
CLAIM(no_drop, no_drop_fields, "No such packet is dropped.",
      .from_scalar = no_drop_word, .scalar_form = "\"const\": true");
CLAIM(hop, hop_fields, "Such a packet passes there.", .defaults = NULL);
CLAIM(seen, seen_fields, "A host gets or sends such a packet.",
      .defaults = NULL);
CLAIM(session, session_fields, "The gateway has such a session.",
      .defaults = NULL);
CLAIM(route, route_fields, "Such a route is selected.", .defaults = NULL);
CLAIM(no_route, route_fields, "No such route is selected.", .defaults = NULL);

#define GROUP(word, which, text)                                               \
	{                                                                      \
		.name = #word, .doc = text, .kind = SCHEMA_LIST_OF,            \
		.item = &word##_item,                                          \
		.offset =                                                      \
			offsetof(struct script_group, claims) +                \
			(which) *                                              \
				sizeof(((struct script_group *)0)->claims[0])  \
	}

static const struct schema_field group_fields[] = {
	{.name = "step",
	 .doc = "number of the step, from 1; needed if there are several",
	 .kind = SCHEMA_UINT,
	 .size = 8,
	 .min = 1,
	 .max = COUNT_MAX,
	 .present = offsetof(struct script_group, has_step),
	 .place = offsetof(struct script_group, step_at),
	 SCRIPT_AT(struct script_group, step)},
	GROUP(result, SCRIPT_RESULT, "how the step ends for the client"),
	GROUP(event, SCRIPT_EVENT, "the pod has such an event"),
	GROUP(no_event, SCRIPT_NO_EVENT, "the pod has no such event"),
	{.name = "events",
	 .doc = "exactly these rows, in the order of the table",
	 .kind = SCHEMA_LIST_OF,
	 .item = &row_item,
	 .present = offsetof(struct script_group, has_rows),
	 .place = offsetof(struct script_group, rows_at),
	 SCRIPT_AT(struct script_group, rows)},
	GROUP(drop, SCRIPT_DROP, "such a packet is dropped"),
	GROUP(no_drop, SCRIPT_NO_DROP, "no such packet is dropped"),
	GROUP(hop, SCRIPT_HOP, "such a packet passes there"),
	GROUP(seen, SCRIPT_SEEN, "a host gets or sends such a packet"),
	GROUP(session, SCRIPT_SESSION, "the gateway has such a session"),
	GROUP(route, SCRIPT_ROUTE, "such a route is selected"),
	GROUP(no_route, SCRIPT_NO_ROUTE, "no such route is selected"),
	SCRIPT_FIELDS_END};

static void finish_group(struct schema_reader *r, const struct tree_node *map,
			 void *record)
{
	(void)r;
	((struct script_group *)record)->at =
		map->first ? map->first->key_at : map->at;
}

static const struct schema_object group = {
	.name = "expectation",
	.doc = "What a step must have led to: one or several claims.",
	.size = sizeof(struct script_group),
	.fields = group_fields,
	.finish = finish_group,
};

const struct schema_field script_group_item = {
	.name = "expectation", .kind = SCHEMA_OBJECT, .object = &group};
